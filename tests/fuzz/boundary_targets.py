"""Transfers, headers and claims at the bounds of every field: none stops anything, and none is cleared by garbage."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from pydantic import ValidationError

from tests.fuzz.boundaries import ALPHABETS, DATES, DECIMALS, WORDS, Bounds, at_bounds, dumped
from tests.fuzz.damage import Damaged
from tests.fuzz.decode_targets import BINARY, BLOCKED, MOST_BYTES, SAMPLES, STRUCTURED, screener, strict_json
from tests.fuzz.targets import Answer, Target
from tidewaiter.observability.trace_context import TRACEPARENT, sampled
from tidewaiter.screening.date_guard import DateGuard, with_doubt
from tidewaiter.screening.ledger import QuotaLedger
from tidewaiter.stream.dead_letters import DeadLetter, Stage, StoredLetter, attempts
from tidewaiter.wire.chain import HEADER as CHAIN
from tidewaiter.wire.chain import read_header
from tidewaiter.wire.cloudevents import Headers, NotATransfer, canonical, decode, header_number, verdict_headers
from tidewaiter.wire.signing import HEADER as SIGNATURE
from tidewaiter_schemas import DeadLetterReason, transfer
from tidewaiter_schemas import dead_letter as contract
from tidewaiter_schemas.quota import QuotaClaim
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Decision, Effect

TRANSFERS: Final = Bounds(TransferEvent)
CLAIMS: Final = Bounds(QuotaClaim)
_BASES: Final = tuple(json.loads(sample) for sample in SAMPLES)
BLOCKED_SAMPLE: Final = _BASES[0]
_PLAIN: Final = {"id": "x", "occurred_at": "2024-06-10T12:00:00Z", "kind": "sale"}
CLAIM: Final = {
    "quota": "KP-TO-REFINED", "window": "2024-01-01", "transfer_id": "x", "content_sha256": "0" * 64, "day": "2024-06-10",
    "counted": True, "amounts": [{"amount": "100", "unit": "bbl", "exact": True}],
}  # fmt: skip
_RECORDED: Final = (0.0, 1.8e9, -(2.0**63) / 1_000, 2.0**63 / 1_000)
"""Times of a record, in seconds: of our days, and the ends of what Kafka's field holds."""
_ENVELOPE_BYTES: Final = 8 * 1024
"""What the agent allows for the key and headers of a verdict."""


@cache
def _rests_on(number: int) -> frozenset[str]:
    """The fields that the block of a sample rests on; none where it is not blocked."""
    (verdict,) = screener().screen([TransferEvent.model_validate(_BASES[number])])
    if verdict.decision is not Decision.BLOCK:
        return frozenset()
    blocking = [finding for finding in verdict.findings if finding.effect is Effect.BLOCK]
    subjects = {finding.subject for finding in blocking}
    facts = {evidence.subject for finding in blocking for evidence in finding.evidence}
    return frozenset({*subjects, *facts, "/occurred_at", "/kind"})


def _touches(pointer: str, fields: frozenset[str]) -> bool:
    return any(f"{one}/".startswith(f"{pointer}/") or f"{pointer}/".startswith(f"{one}/") for one in fields)


@st.composite
def _transfers(draw: DrawFn) -> Damaged:
    """A sample or a plain transfer, changed; `how` says which, and where."""
    number, changed, text = draw(at_bounds(TRANSFERS, (*_BASES, _PLAIN)))
    return Damaged(text.encode(), json.dumps([number, sorted(changed)]), lossy=False)


def feed_transfer(damaged: Damaged, _: Path) -> Answer:
    try:
        read = decode(damaged.content, None, MOST_BYTES)
    except NotATransfer as refusal:
        assert refusal.fault is None, f"decoding failed: {refusal}"
        assert refusal.detail.strip(), "a dead letter says why"
        return Answer.REFUSED
    strict_json(damaged.content)
    verdicts = [screener().screen([read], QuotaLedger())[0] for _ in range(2)]
    first, second = map(canonical, verdicts)
    assert first == second, "the same transfer gives other bytes"
    for recorded in _RECORDED:
        if (doubt := DateGuard(90, 2).doubt(read, recorded)) is not None:
            canonical(with_doubt(verdicts[0], read, doubt))
    assert json.loads(first)["transfer_id"] == read.id
    key, headers = read.id.encode(), verdict_headers(verdicts[0], None, b"2026-01-01T00:00:00.000000Z")
    assert len(key) + _size(headers) < _ENVELOPE_BYTES / 2
    if damaged.how.startswith("[") and verdicts[0].decision is Decision.CLEAR:
        number, changed = json.loads(damaged.how)
        if number < len(_BASES) and (fields := _rests_on(number)):
            told = [pointer for pointer in changed if _touches(pointer, fields)]
            assert told, f"a blocked transfer is cleared by {changed}"
        assert read.kind in transfer.KINDS, "an unknown kind is cleared"
        for party in read.parties:
            names = [name for name in (party.name, *party.aliases) if name]
            assert not names or any(letter.isalpha() for name in names for letter in name), "nobody is cleared"
    return Answer.READ


_NAMES: Final = sorted(
    {value for name, value in vars(contract).items() if name.startswith("HEADER_")}
    | {name for name, _ in BINARY}
    | {
        "ce_subject",
        "ce_dataschema",
        "ce_datacontenttype",
        "ce_data",
        "ce_",
        "CE_ID",
        "Content-Type",
        "",
        "\xff",
        "team",
    }
    | {TRACEPARENT, "tracestate", CHAIN, SIGNATURE}
)
_TRACE: Final = b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01"
_PLACE: Final = b"transfers/3@41 " + b"0" * 64 + b" " + b"f" * 64
_CONTENTS: Final[tuple[bytes | None, ...]] = (
    None, b"", b"\x00", b"\xff\xfe", b"0", b"7", b"-1", b"9" * 18, b"9" * 19, b"9" * 5_000, b"x" * 100_000, b"\xed\xa0\x80", _TRACE, _TRACE.upper(),
    b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01", _TRACE + b"\n", _PLACE, _PLACE.replace(b"41", b"9" * 30), _PLACE.replace(b"3", "٣".encode()),
    b"ed25519 x y", b"ed25519 " + b"a" * 16 + b" " + b"A" * 88, b"1.0", b"application/json", b"application/json; charset=utf-16",
    b"application/cloudevents+json", b"application/cloudevents", b"text/xml", b"tidewaiter.transfer.v1",
    *(text.encode("utf-8", "surrogatepass") for text in (*WORDS[:40], *DATES, *DECIMALS)), *(text.encode() for text in ALPHABETS),
)  # fmt: skip


_MODES: Final[tuple[Headers, ...]] = ((), BINARY, (("content-type", b"application/cloudevents+json"),))


@st.composite
def _headers(draw: DrawFn) -> Damaged:
    """Headers as lines of JSON: what a record can have that no reader of ours wrote."""
    base: list[tuple[str, bytes | None]] = list(draw(st.sampled_from(_MODES)))
    for _ in range(draw(st.sampled_from((1, 1, 2, 3, 8)))):
        header = (draw(st.sampled_from(_NAMES)), draw(st.sampled_from(_CONTENTS)))
        base.insert(draw(st.integers(0, len(base))), header)
    if draw(st.booleans()) and base:
        base.pop(draw(st.integers(0, len(base) - 1)))
    base *= draw(st.sampled_from((1, 1, 1, 1, 2, 50)))
    written = [[name, None if content is None else content.hex()] for name, content in base]
    return Damaged(json.dumps(written).encode(), "headers", lossy=False)


def _feed_headers(damaged: Damaged, _: Path) -> Answer:
    headers = [
        (name, None if content is None else bytes.fromhex(content)) for name, content in json.loads(damaged.content)
    ]
    record = SimpleNamespace(
        topic="transfers",
        partition=3,
        offset=41,
        timestamp=_RECORDED[len(headers) % len(_RECORDED)],
        headers=headers,
        key=None,
        value=BLOCKED,
    )
    for reason in DeadLetterReason:
        key, value, written = DeadLetter(record, reason, "x", Stage.DECODE).content("g", 8 * 1024 * 1024)
        stored = StoredLetter(0, 0, key, value, tuple(written))
        assert stored.reason == reason
        assert stored.original == "transfers/3@41"
        assert attempts(stored.headers) == attempts(headers) + 1
    assert sampled(headers) is None or len(sampled(headers) or ()) == 2
    for _name, content in headers:
        read_header(content)
        header_number(content)
    answers = [_decoded(value, headers) for value in (BLOCKED, STRUCTURED)]
    for read in answers:
        if read is not None:
            (verdict,) = screener().screen([read])
            assert verdict.decision is Decision.BLOCK, "headers clear a transfer"
            assert _size(verdict_headers(verdict, headers, b"t", b"x" * 55)) < _ENVELOPE_BYTES
    return Answer.READ if any(answers) else Answer.REFUSED


def _decoded(value: bytes, headers: Sequence[tuple[str, bytes | None]]) -> TransferEvent | None:
    try:
        return decode(value, headers, MOST_BYTES)
    except NotATransfer as refusal:
        assert refusal.fault is None, f"decoding failed: {refusal}"
        json.dumps(refusal.detail, ensure_ascii=False).encode()
        return None


def _size(headers: Sequence[tuple[str, bytes]]) -> int:
    return sum(len(name) + len(content) + 10 for name, content in headers)


@st.composite
def _claims(draw: DrawFn) -> Damaged:
    _, _, text = draw(at_bounds(CLAIMS, (CLAIM,)))
    return Damaged(text.encode(), "claim", lossy=False)


def feed_claim(damaged: Damaged, _: Path) -> Answer:
    """A record of the quota topic: what is read must be counted, shown and judged by without an error."""
    try:
        claim = QuotaClaim.model_validate_json(damaged.content)
    except ValidationError:
        return Answer.REFUSED
    ledger = QuotaLedger()
    ledger.add(claim)
    ledger.before(claim, date(2024, 2, 1))
    for day in (date(2024, 6, 10), date.min, date.max):
        for usage in screener().quota_usage(ledger, day):
            float(usage.share)
    oil = {"kind": "sale", "items": [{"description": "diesel", "hs_code": "2710.19", "quantity": 100, "unit": "bbl"}]}
    route = {"destination": {"country": "KP"}}
    after = TransferEvent.model_validate({**_PLAIN, **oil, "id": "after", "route": route})
    (verdict,) = screener().screen([after], ledger)
    assert verdict.decision is not Decision.CLEAR
    canonical(verdict)
    return Answer.READ


def _target(name: str, whole: bytes, inputs: SearchStrategy[Damaged], feed: Any) -> Target:
    return Target(name, "bounds", (whole,), (), feed, inputs)


BOUNDARY_TARGETS: Final = (
    _target("transfer, each field at its bounds", BLOCKED, _transfers(), feed_transfer),
    _target("headers at their bounds", b"[]", _headers(), _feed_headers),
    _target("claim on a quota, each field at its bounds", dumped(CLAIM).encode(), _claims(), feed_claim),
)
