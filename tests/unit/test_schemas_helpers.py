"""The helpers of the contract: what a producer sends is read, and what a consumer verifies is what the worker wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.packaged import screener
from tidewaiter.wire.chain import HEADER, Chain, signed
from tidewaiter.wire.cloudevents import VERDICT_TYPE, canonical, decode
from tidewaiter.wire.signing import SigningKey
from tidewaiter_schemas import TransferEvent, producing, verifying
from tidewaiter_schemas.producing import transfer_record
from tidewaiter_schemas.verifying import Verifier

EVENT = {
    "id": "SO-118",
    "occurred_at": "2026-11-02T09:00:00Z",
    "kind": "sale",
    "parties": [{"role": "transferee", "name": "Example House", "countries": ["DE"]}],
}
Written = tuple[bytes, list[tuple[str, bytes | None]]]


# Producers


@pytest.mark.parametrize("event", [EVENT, TransferEvent.model_validate(EVENT)], ids=["dict", "model"])
def test_a_record_of_the_helper_is_read_by_the_worker(event: dict[str, object] | TransferEvent) -> None:
    record = transfer_record(event, "/erp/hamburg", time=datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
    assert decode(record.value, record.headers, 1_000_000) == TransferEvent.model_validate(EVENT)
    assert record.key == b"SO-118"
    assert dict(record.headers)["ce_type"] == b"tidewaiter.transfer.v1"
    assert dict(record.headers)["ce_time"] == b"2026-11-02T09:00:00.000000Z"


def test_what_is_no_transfer_is_told_before_it_is_sent() -> None:
    with pytest.raises(ValueError, match=r"(?s)no transfer.*/kind: Field required.*/parties/0/roll"):
        transfer_record({"id": "x", "occurred_at": "2026-11-02T09:00:00Z", "parties": [{"roll": "x"}]}, "/erp")
    with pytest.raises(ValueError, match="give a name of your system"):
        transfer_record(EVENT, "our erp")


def test_the_type_of_the_helper_is_that_of_the_worker() -> None:
    from tidewaiter.wire.cloudevents import TRANSFER_TYPE

    assert producing.TRANSFER_TYPE == TRANSFER_TYPE
    assert verifying.VERDICT_TYPE == VERDICT_TYPE


# Consumers


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.create()


def written(key: SigningKey, count: int = 5) -> list[Written]:
    events = [TransferEvent.model_validate(EVENT | {"id": f"SO-{number}"}) for number in range(count)]
    chain, records = Chain(), list[Written]()
    for offset, verdict in enumerate(screener().screen(events)):
        value = canonical(verdict)
        header = chain.verdict(f"transfers/0@{offset}", value)
        records.append((value, [(HEADER, header), key.header(VERDICT_TYPE, signed(header, value))]))
    return records


def problems(records: list[Written], pem: str = "") -> list[str]:
    verifier = Verifier(pem.encode())
    for value, headers in records:
        verifier.take(value, headers)
    return list(verifier.problems())


def test_verdicts_as_the_worker_writes_them_verify_in_any_order_and_twice(key: SigningKey) -> None:
    records = written(key)
    assert problems([*reversed(records), *records], key.public.pem) == []
    assert problems(records[2:], key.public.pem) == [], "a reader may begin anywhere"
    assert Verifier(key.public.pem.encode()).signer(*records[0]) == key.public.id


def test_a_changed_a_moved_and_a_missing_verdict_are_told(key: SigningKey) -> None:
    records = written(key)
    value, headers = records[2]
    changed = [*records[:2], (value.replace(b'"SO-2"', b'"SO-9"'), headers), *records[3:]]
    assert (
        problems(changed)[0] == "transfers/0@2: the verdict was changed, or moved: its link is not that of its content"
    )
    assert problems([*records[:2], *records[3:]]) == ["transfers/0@3: the verdict before it is missing"]
    assert problems([(records[1][0], records[2][1]), *records[3:]])[0].startswith(
        "transfers/0@2: the verdict was changed"
    )
    assert "has no link" in problems([(value, [])])[0]


def test_a_verdict_that_no_trusted_key_signed_is_told(key: SigningKey) -> None:
    other = SigningKey.create()
    assert len(problems(written(other), key.public.pem)) == 5
    value, headers = written(key)[0]
    assert problems([(value, headers[:1])], key.public.pem) == ["transfers/0@0: no trusted key has signed the verdict"]
    with pytest.raises(ValueError, match="no public key"):
        Verifier(b"nonsense")


def test_the_verifier_runs_alone_with_nothing_but_cryptography(key: SigningKey, tmp_path: Path) -> None:
    alone = tmp_path / "verifying.py"
    alone.write_bytes(Path(verifying.__file__).read_bytes())
    (tmp_path / "public.pem").write_text(key.public.pem)
    lines = [
        json.dumps({"value": value.decode(), "headers": {name: (content or b"").decode() for name, content in headers}})
        for value, headers in written(key)
    ]
    guard = (
        "import runpy, sys\n"
        "for name in ('pydantic', 'tidewaiter', 'tidewaiter_schemas'): sys.modules[name] = None\n"
        f"sys.argv = ['verifying.py', {str(tmp_path / 'public.pem')!r}]\n"
        f"runpy.run_path({str(alone)!r}, run_name='__main__')\n"
    )

    def run(text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", guard], input=text, capture_output=True, text=True, check=False)

    right = run("\n".join(lines))
    assert (right.returncode, right.stdout, right.stderr) == (0, "", "5 verdicts, 0 problems\n")
    wrong = run("\n".join([lines[0], *lines[2:]]))
    assert (wrong.returncode, wrong.stdout) == (1, "transfers/0@2: the verdict before it is missing\n")
