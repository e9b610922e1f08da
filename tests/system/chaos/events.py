"""What the chaos publishes: transfers, odd ones that must be screened all the same, and kinds of poison.

Each kind is one line of a table: its name, what must become of it, and how it is made from a plain transfer.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from tests.batches import Raw
from tests.integration.test_quota_stream import oil
from tests.station import transfer
from tidewaiter.wire.cloudevents import TRANSFER_TYPE
from tidewaiter_schemas.dead_letter import DeadLetterReason

MOST_EVENT: Final = 256 * 1024
MOST_RECORD: Final = 8 * 1024 * 1024
"""What the workers of the chaos read of an event, and of a record once decompressed."""
BOMB: Final = 40_000_000
_BINARY: Final = tuple(
    (f"ce_{name}".encode(), content)
    for name, content in (("specversion", b"1.0"), ("id", b"1"), ("source", b"/erp"), ("type", TRANSFER_TYPE.encode()))
)
_STRUCTURED: Final = ((b"content-type", b"application/cloudevents+json"),)
_ENVELOPE: Final = {"specversion": "1.0", "id": "event-1", "source": "/erp", "type": TRANSFER_TYPE}
Headers = tuple[tuple[bytes, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event. `reason` is that of its dead letter, None where it has a verdict.

    `by_hand` are records that no producer makes: names of headers that are no text, and bombs.
    """

    name: str
    reason: DeadLetterReason | None
    make: Callable[[dict[str, Any]], Raw]
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """A transfer as it is published, under `id`, which its record also has in the header `transfer`."""

    id: bytes
    kind: Kind
    record: Raw


def _json(value: Any, *headers: tuple[bytes, bytes | None]) -> Raw:
    return Raw(json.dumps(value).encode(), headers=headers)


def _changed(**changes: Any) -> Callable[[dict[str, Any]], Raw]:
    return lambda good: _json({**good, **changes})


def _with(headers: Headers, value: bytes | None = None) -> Callable[[dict[str, Any]], Raw]:
    return lambda good: Raw(json.dumps(good).encode() if value is None else value, headers=headers)


def _structured(change: Callable[[dict[str, Any]], dict[str, Any]], *headers: tuple[bytes, bytes]) -> Any:
    return lambda good: _json({**_ENVELOPE, **change(good)}, *_STRUCTURED, *headers)


def _base64(value: Any) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


R = DeadLetterReason
POISONS: Final = (
    Kind("tombstone", R.EMPTY, lambda _: Raw(None)),
    Kind("no bytes", R.EMPTY, lambda _: Raw(b"")),
    Kind("cut off", R.NOT_JSON, lambda good: Raw(json.dumps(good).encode()[:-9])),
    Kind("noise", R.NOT_JSON, lambda _: Raw(b"\xff\x00noise")),
    Kind("UTF-16", R.NOT_JSON, lambda good: Raw(json.dumps(good).encode("utf-16"))),
    Kind("deep", R.NOT_JSON, lambda _: Raw(b'{"extensions":' + b"[" * 100_000)),
    Kind("NaN", R.NOT_JSON, lambda good: _json({**good, "extensions": {"x": float("nan")}})),
    Kind("key twice", R.SCHEMA, lambda good: Raw(json.dumps(good).encode()[:-1] + b',"parties":[]}')),
    Kind("array", R.SCHEMA, lambda good: _json([good])),
    Kind("unknown field", R.SCHEMA, _changed(partys=[])),
    Kind("date without zone", R.SCHEMA, _changed(occurred_at="2024-02-18T12:00:00")),
    Kind("year 10000", R.SCHEMA, _changed(occurred_at="10000-01-01T00:00:00Z")),
    Kind("tiny number", R.SCHEMA, _changed(items=[{"description": "carpets", "quantity": "1E-999999999"}])),
    Kind("digits", R.SCHEMA, _changed(items=[{"description": "carpets", "quantity": "9" * 5_000}])),
    Kind("foreign type", R.ENVELOPE, _with((*_BINARY[:3], (b"ce_type", b"com.example.invoice")))),
    Kind("attribute twice", R.ENVELOPE, _with((*_BINARY, (b"CE_id", b"2")))),
    Kind("attribute no text", R.ENVELOPE, _with((*_BINARY[1:], (b"ce_specversion", b"\xff")))),
    Kind(
        "two content types",
        R.ENVELOPE,
        _with((*_BINARY, (b"content-type", b"application/json"), (b"ce_datacontenttype", b"text/xml"))),
    ),
    Kind("two contents", R.ENVELOPE, _structured(lambda good: {"data": good, "data_base64": _base64({})})),
    Kind("two ids", R.ENVELOPE, _structured(lambda good: {"data": good}, (b"ce_id", b"another"))),
    Kind("no base64", R.ENVELOPE, _structured(lambda _: {"data_base64": "no base64"})),
    Kind("attempts without end", R.NOT_JSON, _with(((b"dlq-attempts", b"9" * 5_000),), b"{")),
    Kind("header no text", R.NOT_JSON, _with(((b"\xff\xfe", b"x"),), b"{"), by_hand=True),
    Kind("large key", R.NOT_JSON, lambda _: Raw(b"{", key=b"k" * 500_000)),
    Kind("over size", R.TOO_LARGE, _changed(free_text="x" * MOST_EVENT)),
    Kind("too large for a letter", R.TOO_LARGE, lambda _: Raw(b"x" * (MOST_RECORD - 600))),
    Kind("bomb", R.TOO_LARGE, lambda _: Raw(b"", filled=BOMB), by_hand=True),
    Kind("engine", R.ENGINE_ERROR, lambda good: _json({**good, "id": f"poison-{good['id']}"})),
)

ODDITIES: Final = (
    Kind("before the calendar", None, _changed(occurred_at="0001-01-01T00:00:00+14:00")),
    Kind("behind the calendar", None, _changed(occurred_at="9999-12-31T23:59:59-14:00")),
    Kind("mixed letters", None, _changed(free_text="é" + "a" * 5_000)),
    Kind("many items", None, _changed(items=[{"description": "carpets", "quantity": 1}] * 300)),
    Kind("header numbers", None, _with(((b"dlq-attempts", b"9" * 5_000), (b"ce-version", None)))),
    Kind("long trace", None, _with(((b"traceparent", b"0" * 5_000), (b"tracestate", b"\xff" * 600)))),
    Kind("odd header name", None, _with(((b"\xff\xfe", b"\xff"),)), by_hand=True),
    Kind("binary mode", None, _with(_BINARY)),
    Kind("an event's own id", None, _structured(lambda good: {"data": good}, (b"ce_id", b"event-1"))),
    Kind("in base64", None, _structured(lambda good: {"data_base64": _base64(good)})),
    Kind("unknown kind", None, _changed(kind="barter")),
)
PLAIN: Final = Kind("plain", None, _json)
OIL: Final = Kind("oil", None, lambda good: _json({**oil(0), "id": good["id"]}))
"""Draws on the quota that every transfer of oil draws on."""


def drawn(rng: random.Random, number: int) -> Event:
    """Return the event of this number: one in twenty-five is poison, as many are odd, one in twenty draws on a quota.

    One in four has a key that it shares with others.
    """
    draw = rng.random()
    kind = PLAIN
    if draw < 0.04:
        kind = rng.choice(POISONS)
    elif draw < 0.08:
        kind = rng.choice(ODDITIES)
    elif draw < 0.13:
        kind = OIL
    return event(kind, number, shared=rng.randrange(20) if rng.random() < 0.25 else None)


def event(kind: Kind, number: int, shared: int | None = None) -> Event:
    """Return an event of a kind. `shared` is the number of a key that others have too."""
    good = transfer(number)
    record = kind.make(good)
    name = good["id"].encode()
    key = record.key or (name if shared is None else b"shared-%d" % shared)
    return Event(name, kind, replace(record, key=key, headers=((b"transfer", name), *record.headers)))
