"""`convert` and `screen --format` from the command line: documents in, transfers or verdicts out, errors with a reason."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.environment import clean_environment

DOCUMENTS = Path(__file__).parents[1] / "documents"


def tidewaiter(*arguments: str, sent: bytes | None = None) -> tuple[int, list[dict[str, Any]], str]:
    done = subprocess.run(
        [sys.executable, "-m", "tidewaiter", *arguments],
        input=sent,
        env=clean_environment(),
        capture_output=True,
        timeout=180,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def test_what_convert_prints_has_the_verdict_of_the_document() -> None:
    document = (DOCUMENTS / "pacs.008.001.10.xml").read_bytes().replace(b"Hamburg", b"Pyongyang")
    status, transfers, _ = tidewaiter("convert", "iso20022", "-", sent=document)
    assert (status, [transfer["id"] for transfer in transfers]) == (
        0,
        ["pacs.008:7a562c67-ca16-48ba-b074-65581be6f001"],
    )
    lines = "\n".join(map(json.dumps, transfers)).encode()
    by_lines, of_document = (
        tidewaiter("screen", "-", sent=lines),
        tidewaiter("screen", "--format", "iso20022", "-", sent=document),
    )
    assert by_lines[:2] == of_document[:2]
    (verdict,) = of_document[1]
    assert verdict["decision"] == "review"
    assert "/Cdtr/PstlAdr/AdrLine[2]" in json.dumps(verdict)


def test_a_table_needs_its_mapping_and_instructions_a_moment() -> None:
    orders, mapping = str(DOCUMENTS / "orders.csv"), str(DOCUMENTS / "orders.mapping.yaml")
    status, transfers, _ = tidewaiter("convert", "csv", orders, "--mapping", mapping)
    assert (status, [transfer["id"] for transfer in transfers]) == (0, ["csv:SO-118", "csv:SO-119"])
    status, _, told = tidewaiter("convert", "csv", orders)
    assert status == 1
    assert "CSV needs a mapping file" in told
    undated = json.loads((DOCUMENTS / "dcsa-ebl.json").read_text())
    del undated["issueDate"]
    status, (error,), _ = tidewaiter("convert", "dcsa", "-", sent=json.dumps(undated).encode())
    assert (status, error) == (2, {"error": "the document is not dcsa: it has no date on which it happened", "line": 1})
    status, (transfer,), _ = tidewaiter(
        "convert", "dcsa", "-", "--received", "2026-11-02", sent=json.dumps(undated).encode()
    )
    assert (status, transfer["occurred_at"]) == (0, "2026-11-02T00:00:00Z")


def test_a_transfer_that_is_not_valid_is_told_beside_the_others() -> None:
    long = (DOCUMENTS / "pain.001.001.03.xml").read_bytes().replace(b"Muster Papier AG", b"M" * 4_001)
    status, lines, _ = tidewaiter("convert", "iso20022", "-", sent=long)
    assert status == 2
    assert [line.get("id", line.get("line")) for line in lines][1] == 2
    assert "at most 4000 characters" in lines[1]["error"]
    assert lines[2]["id"] == "pain.001:PAIN-88:BATCH-B:I-E2E-3:3"
