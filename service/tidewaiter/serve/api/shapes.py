"""The JSON of stored verdicts. A verdict goes out as its bytes came in, within an object of what is known of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Row

from tidewaiter.serve.projection.queue import Page
from tidewaiter.serve.projection.tables import State
from tidewaiter.wire.chain import read_header
from tidewaiter_schemas.disposition import Disposition
from tidewaiter_schemas.verdict import Verdict


class ChainPlace(BaseModel):
    """The place of a verdict in the hash chain of its partition; see docs/audit.md."""

    transfer: str = Field(description="Where the transfer lay: topic/partition@offset.")
    before: str = Field(description="The link before.")
    link: str = Field(description="The link of this verdict.")


class StoredVerdict(BaseModel):
    """A verdict of the topic, and what is known of it."""

    verdict: Verdict = Field(description="The bytes of the topic.")
    screened_at: AwareDatetime
    state: State
    assignee: str | None
    record: str = Field(description="Where the verdict lies: partition@offset of the verdict topic.")
    chain: ChainPlace | None
    signature: str | None


class VerdictPage(BaseModel):
    """A page of verdicts."""

    verdicts: list[StoredVerdict]
    next: str | None = Field(description="Give it as `cursor` for the next page; null on the last one.")
    complete: bool = Field(description="False while the database is being built from the topics: more may be missing.")


class VerdictDetails(StoredVerdict):
    """A verdict with the dispositions of its findings."""

    dispositions: list[Disposition]
    same_parties: list[Disposition] = Field(description="Earlier dispositions of the same parties, newest first.")
    transfer: dict[str, Any] | None = Field(
        description="The transfer as it was sent, of a review or block; null where the topic had it no longer."
    )


def when(ms: int) -> str:
    """Return a time of the database in RFC 3339."""
    return datetime.fromtimestamp(ms / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stored(row: Row[Any]) -> bytes:
    """Return a `StoredVerdict` as JSON, without the closing brace."""
    linked = read_header(None if row.chain is None else row.chain.encode())
    known = {
        "screened_at": when(row.screened_ms),
        "state": row.state,
        "assignee": row.assignee,
        "record": f"{row.partition}@{row.offset}",
        "chain": None if linked is None else {"transfer": linked.place, "before": linked.before, "link": linked.link},
        "signature": row.signature,
    }
    return b'{"verdict":' + bytes(row.value) + b"," + _json(known)[1:-1]


def page_response(page: Page, *, complete: bool) -> Response:
    """Return a `VerdictPage`."""
    rows = b",".join(stored(row) + b"}" for row in page.rows)
    rest = _json({"next": None if page.next is None else str(page.next), "complete": complete})
    return Response(b'{"verdicts":[' + rows + b"]," + rest[1:], media_type="application/json")


def details_response(row: Row[Any], own: Sequence[Row[Any]], same_parties: Sequence[Row[Any]]) -> Response:
    """Return `VerdictDetails`."""
    parts = (
        stored(row),
        b',"dispositions":[',
        b",".join(bytes(each.value) for each in own),
        b'],"same_parties":[',
        b",".join(bytes(each.value) for each in same_parties),
        b'],"transfer":',
        _transfer(row.transfer),
        b"}",
    )
    return Response(b"".join(parts), media_type="application/json")


def _transfer(value: bytes | None) -> bytes:
    """Return the transfer as it was sent; null for what is no JSON object, which cannot have a verdict."""
    if value is None:
        return b"null"
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return b"null"
    return bytes(value) if isinstance(read, dict) else b"null"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
