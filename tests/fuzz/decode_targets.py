"""Reading a transfer. Whatever is not whole, strict JSON is a dead letter; what is read can be screened."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.fuzz import damage
from tests.fuzz.damage import Damaged
from tests.fuzz.targets import Answer, Target
from tidewaiter.release.assembly import assemble
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import load
from tidewaiter.wire.cloudevents import Headers, NotATransfer, canonical, decode, transfer_headers
from tidewaiter_schemas.verdict import Decision

MOST_BYTES: Final = 1_000_000
SAMPLES: Final = (
    (Path(__file__).parents[2] / "service" / "tidewaiter" / "samples" / "transfers.jsonl").read_bytes().splitlines()
)
BLOCKED: Final = SAMPLES[0]
STRUCTURED: Final = json.dumps(
    {
        "specversion": "1.0", "id": "x", "source": "/x", "type": "tidewaiter.transfer.v1",
        "datacontenttype": "application/json", "data": json.loads(BLOCKED),
    },
    ensure_ascii=False,
).encode()  # fmt: skip
_OF_EVENTS: Final[Headers] = (("content-type", b"application/cloudevents+json; charset=utf-8"),)
BINARY: Final[Headers] = tuple(transfer_headers("aurus-2024", b"2026-01-01T00:00:00.000000Z"))


@cache
def screener() -> Screener:
    return Screener(assemble(load({"broker": "unused:1", "jurisdictions": "UN,EU,US,UK,JP,CA,AU,CH"})))


@cache
def _as_whole(value: bytes, headers: Headers | None) -> tuple[str, Decision]:
    transfer = decode(value, headers, MOST_BYTES)
    (verdict,) = screener().screen([transfer])
    return transfer.model_dump_json(), verdict.decision


def strict_json(content: bytes) -> Any:
    """What RFC 8259 calls JSON, each key once, no lone surrogate. ValueError for anything else."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key is there twice")
        return found

    def never(text: str) -> Any:
        raise ValueError(f"{text} is no JSON")

    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=once, parse_constant=never)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value


def _feed(seed: bytes, headers: Headers | None, damaged: Damaged, _: Path) -> Answer:
    content = damaged.content
    try:
        transfer = decode(content, headers, MOST_BYTES)
    except NotATransfer as refusal:
        assert refusal.fault is None, f"decoding failed: {refusal}"
        assert str(refusal).strip(), "a dead letter says why"
        json.dumps(str(refusal), ensure_ascii=False).encode("utf-8")
        return Answer.REFUSED
    try:
        strict_json(content)
    except ValueError as error:
        raise AssertionError(f"read a transfer out of what is no JSON: {error}") from error
    (verdict,) = screener().screen([transfer])
    assert json.loads(canonical(verdict))["transfer_id"] == transfer.id
    whole, decision = _as_whole(seed, headers)
    if verdict.decision is Decision.CLEAR and decision is not Decision.CLEAR:
        assert transfer.model_dump_json() != whole, "the same transfer is cleared"
    return Answer.READ


def _header_feed(damaged: Damaged, _: Path) -> Answer:
    """The record is whole and its headers are not: each line of the input is a header and its content."""
    headers = [
        (name.decode("utf-8", "replace"), content)
        for name, _sign, content in (line.partition(b": ") for line in damaged.content.split(b"\n"))
    ]
    try:
        transfer = decode(BLOCKED, headers, MOST_BYTES)
    except NotATransfer as refusal:
        assert refusal.fault is None, f"decoding failed: {refusal}"
        json.dumps(str(refusal), ensure_ascii=False).encode("utf-8")
        return Answer.REFUSED
    (verdict,) = screener().screen([transfer])
    assert verdict.decision is _as_whole(BLOCKED, None)[1]
    return Answer.READ


def _seeded(name: str, seed: bytes, headers: Headers | None) -> Target:
    return Target(name, "decode", (seed,), damage.JSON, lambda damaged, folder: _feed(seed, headers, damaged, folder))


DECODE_TARGETS: Final = (
    *(_seeded(f"transfer, sample {number}", sample, None) for number, sample in enumerate(SAMPLES[:3], 1)),
    _seeded("transfer in binary mode", BLOCKED, BINARY),
    _seeded("transfer in structured mode", STRUCTURED, _OF_EVENTS),
    Target("headers", "decode", (b"\n".join(name.encode() + b": " + (content or b"") for name, content in BINARY),), damage.JSON, _header_feed),
)  # fmt: skip
