"""An export proves itself, and whoever changes it, its columns or its manifest is found out."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from tests.patience import WAIT
from tests.property.test_audit_chain import TOPIC, History
from tidewaiter.audit.export import MANIFEST, RULE_BOOKS, Exported, ExportWriter, verify_exports
from tidewaiter.audit.records import RecordKind
from tidewaiter.audit.report import Fault
from tidewaiter.audit.verification import Committed
from tidewaiter.errors import ExportError
from tidewaiter.wire.chain import BEGINNING
from tidewaiter.wire.signing import SigningKey, TrustedKeys

Rows = list[dict[str, Any]]
ROOT = Path(__file__).parents[2]
VERDICTS, LETTERS = "verdicts.parquet", "dead-letters.parquet"


@pytest.fixture
def history() -> History:
    """Twenty transfers, judged by two rule books, four of them dead letters."""
    made = History()
    worker = made.take_over(0)
    made.judge(worker, 12)
    worker.rule_book = 1
    made.judge(worker, 8)
    made.commit(worker)
    return made


def exported(
    history: History, folder: Path, since: int = 0, until: int | None = None, key: SigningKey | None = None
) -> str:
    """Writes what was written between two moments; what is committed is in the export that has no end."""
    writing = ExportWriter(folder)
    for record in history.records():
        if record.timestamp >= since and (until is None or record.timestamp < until):
            writing.add(record)
    committed = {(TOPIC, 0): Committed(history.offset, history.ends)} if until is None else None
    return writing.finish(history.verified(), committed, key)


def rewritten(folder: Path, name: str, change: Callable[[Rows], Rows], **said: Any) -> None:
    """As somebody would who knows the format: the file changed, and its hash in the manifest too."""
    table = pyarrow.parquet.read_table(folder / name)
    rows = change(table.to_pylist())
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=table.schema), folder / name)
    manifest = json.loads((folder / MANIFEST).read_bytes()) | said
    for file in manifest["files"]:
        file["sha256"] = hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest))


def faults(*folders: Path, keys: TrustedKeys | None = None) -> set[Fault]:
    return {each.fault for each in verify_exports(folders, keys).findings}


def test_an_export_has_every_record_and_the_rule_books_and_holds(history: History, tmp_path: Path) -> None:
    sha256 = exported(history, tmp_path / "all")
    assert sha256 == hashlib.sha256((tmp_path / "all" / MANIFEST).read_bytes()).hexdigest()
    report = verify_exports([tmp_path / "all"])
    assert report.outcome == "whole", report.findings
    assert (report.verdicts, report.dead_letters, len(report.chains)) == (16, 4, 2)
    rows = pyarrow.parquet.read_table(tmp_path / "all" / VERDICTS).to_pylist()
    assert {row["decision"] for row in rows} == {"block"}
    assert sorted(row["transfer_offset"] for row in rows) == [each for each in range(20) if each % 5 != 4]
    stored = sorted((tmp_path / "all" / RULE_BOOKS).iterdir())
    assert [json.loads(path.read_bytes())["sha256"] for path in stored] == sorted({row["rule_book"] for row in rows})
    assert [path.stem for path in stored] == [f"{number:064x}" for number in range(2)]
    back = [record for record, agrees in Exported.read(tmp_path / "all").records() if agrees]
    key = lambda record: (record.kind, record.partition, record.offset)  # noqa: E731
    assert sorted(back, key=key) == sorted(history.records(), key=key)


def test_exports_of_periods_hold_alone_and_together(history: History, tmp_path: Path) -> None:
    for name, since, until in (("first", 0, 9), ("second", 9, 15), ("last", 15, None)):
        exported(history, tmp_path / name, since, until)
        report = verify_exports([tmp_path / name])
        assert report.outcome == "whole", report.findings
        assert any("outside the exports" in note for note in report.notes)
    report = verify_exports([tmp_path / name for name in ("first", "second", "last")])
    assert report.outcome == "whole", report.findings
    assert len(report.beginnings) == len(report.chains) == 2
    assert Exported.read(tmp_path / "first").entries == frozenset()
    assert len(Exported.read(tmp_path / "last").entries) == 2, "one for each chain, where it was cut"


def _other_value(rows: Rows) -> Rows:
    rows[3]["value"] = rows[3]["value"].replace(b"block", b"clear")
    return rows


def _other_column(rows: Rows) -> Rows:
    rows[3]["decision"] = "clear"
    return rows


def _other_header(rows: Rows) -> Rows:
    rows[1]["headers"][0]["content"] = b"2"
    return rows


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        pytest.param(VERDICTS, lambda rows: rows[:4] + rows[5:], Fault.MISSING, id="a verdict is gone"),
        pytest.param(LETTERS, lambda rows: rows[1:], Fault.MISSING, id="a dead letter is gone"),
        pytest.param(LETTERS, lambda rows: [], Fault.CUT_OFF, id="all dead letters are gone"),
        pytest.param(VERDICTS, _other_value, Fault.CHANGED, id="a verdict says something else"),
        pytest.param(VERDICTS, _other_column, Fault.CHANGED, id="a column says something else than its verdict"),
        pytest.param(LETTERS, _other_header, Fault.CHANGED, id="a header of a dead letter is another"),
    ],
)
def test_a_file_that_is_changed_with_its_hash_is_seen_by_its_chains(
    history: History, tmp_path: Path, name: str, change: Callable[[Rows], Rows], fault: Fault
) -> None:
    exported(history, tmp_path / "all")
    rewritten(tmp_path / "all", name, change)
    assert fault in faults(tmp_path / "all")


def test_records_in_another_order_than_they_were_written_are_seen(history: History, tmp_path: Path) -> None:
    def swap(rows: Rows) -> Rows:
        here = [number for number, row in enumerate(rows) if row["partition"] == rows[0]["partition"]]
        one, other = here[0], here[2]
        rows[one]["offset"], rows[other]["offset"] = rows[other]["offset"], rows[one]["offset"]
        return rows

    exported(history, tmp_path / "all")
    rewritten(tmp_path / "all", VERDICTS, swap)
    assert faults(tmp_path / "all") == {Fault.MOVED}


def test_a_file_that_is_changed_or_gone_does_not_agree_with_the_manifest(history: History, tmp_path: Path) -> None:
    exported(history, tmp_path / "all")
    (tmp_path / "all" / RULE_BOOKS / f"{0:064x}.json").write_text("{}")
    assert faults(tmp_path / "all") == {Fault.CHANGED}
    (tmp_path / "all" / RULE_BOOKS / f"{0:064x}.json").unlink()
    assert faults(tmp_path / "all") == {Fault.MISSING}
    (tmp_path / "all" / VERDICTS).unlink()
    assert faults(tmp_path / "all") == {Fault.MISSING, Fault.CUT_OFF}


def test_a_manifest_made_to_fit_is_seen_by_its_signature_alone(history: History, tmp_path: Path) -> None:
    key, other = SigningKey.create(), SigningKey.create()
    keys = TrustedKeys({key.public.id: key.public})
    exported(history, tmp_path / "all", key=key)
    signed = verify_exports([tmp_path / "all"], keys).findings
    assert not [each for each in signed if each.where == str(tmp_path / "all")], "the records are not signed here"
    after = sorted(
        pyarrow.parquet.read_table(tmp_path / "all" / VERDICTS).to_pylist(), key=lambda r: r["transfer_offset"]
    )[5]
    rewritten(
        tmp_path / "all",
        VERDICTS,
        lambda rows: [row for row in rows if row["link"] != after["link_before"]],
        entries=[after["link_before"]],
    )
    assert faults(tmp_path / "all") == set(), "which is why a manifest is signed, or its sha-256 kept elsewhere"
    findings = verify_exports([tmp_path / "all"], keys).findings
    assert [each.fault for each in findings if each.where == str(tmp_path / "all")] == [Fault.UNSIGNED]
    exported(history, tmp_path / "foreign", key=other)
    findings = verify_exports([tmp_path / "foreign"], keys).findings
    assert [each.fault for each in findings if each.where == str(tmp_path / "foreign")] == [Fault.UNSIGNED]


def test_what_is_no_export_is_said_to_be_none(history: History, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be read"):
        verify_exports([tmp_path])
    for wrong in ("", "[]", "{}", '{"format": "other"}', '{"format": "tidewaiter.audit-export.v1", "files": [1]}'):
        (tmp_path / MANIFEST).write_text(wrong)
        with pytest.raises(ExportError, match=str(tmp_path)):
            verify_exports([tmp_path])
    exported(history, tmp_path / "all")
    (tmp_path / "all" / VERDICTS).write_bytes(b"PAR1 no more")
    with pytest.raises(ExportError, match=r"verdicts\.parquet"):
        verify_exports([tmp_path / "all"])


def test_an_export_has_a_folder_of_its_own(history: History, tmp_path: Path) -> None:
    exported(history, tmp_path / "all")
    with pytest.raises(ExportError, match="not empty"):
        exported(history, tmp_path / "all")


def test_without_pyarrow_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"tidewaiter\[audit\]"):
        ExportWriter(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_first_link_of_an_export_may_be_the_first_of_all(history: History, tmp_path: Path) -> None:
    exported(history, tmp_path / "all")
    rows = pyarrow.parquet.read_table(tmp_path / "all" / VERDICTS).to_pylist()
    assert [row["transfer_offset"] for row in rows if row["link_before"] == BEGINNING] == [0]
    assert {kind.value for kind in RecordKind} == {"verdict", "dead letter"}


@pytest.mark.parametrize("room", [0, 300, 9_000])
def test_a_full_disk_leaves_no_export_and_is_one_clear_line(history: History, tmp_path: Path, room: int) -> None:
    """In a process of its own, whose files may have so many bytes."""
    write = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from tidewaiter.errors import ExportError\n"
        "from tests.unit.test_audit_export import exported, history\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
        "try:\n"
        "    exported(history.__wrapped__(), Path(sys.argv[1]))\n"
        "except ExportError as error:\n"
        "    sys.exit(str(error))\n"
    )
    command = [sys.executable, "-c", write, str(tmp_path / "export")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=WAIT)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{tmp_path / 'export'}: cannot be written: ")
    with pytest.raises(ExportError, match="is not an export"):
        verify_exports([tmp_path / "export"])
