"""Verdicts as they come. The page asks again every two seconds, and is answered 204 while there is nothing new."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from tidewaiter.serve.pages.policy import ConsoleRoute, page
from tidewaiter.serve.pages.worklist import Reading, Text, VerdictRow, verdict_rows
from tidewaiter.serve.projection import queue
from tidewaiter.serve.projection.queue import Filter, Order
from tidewaiter.serve.service import Serving

ROWS: Final = 40
router = APIRouter(route_class=ConsoleRoute)


@router.get("/live", name="live_page")
@router.get("/live/rows", name="live_rows")
def show_live(
    request: Request,
    service: Serving,
    session: Reading,
    decision: Text = "",
    rule: Text = "",
    list_: Annotated[str, Query(alias="list", max_length=256)] = "",
    paused: bool = False,
    seen: Text = "",
) -> Response:
    """Show the newest verdicts."""
    wanted = Filter(
        decisions=tuple(each for each in ("block", "review", "clear") if each == decision),
        rule=rule.strip() or None,
        rule_set=list_.strip() or None,
    )
    with service.store.read() as connection:
        found = queue.page(connection, wanted, Order.NEWEST, ROWS)
    rows = verdict_rows(found.rows)
    shown = _digest(rows)
    newest_ms = max((row.screened_ms for row in rows), default=0)
    part = request.url.path.endswith("/rows")
    before_ms, _, before = seen.partition(".")
    if part and before == shown:
        return Response(status_code=204)
    since = int(before_ms) if before_ms.isdecimal() else newest_ms
    chosen = {"decision": decision, "rule": rule, "list": list_}
    return page(
        request,
        "parts/live_rows.html" if part else "live.html",
        session,
        rows=rows,
        fresh={row.id for row in rows if row.screened_ms > since},
        seen=f"{newest_ms}.{shown}",
        paused=paused,
        chosen=chosen,
        query={name: value for name, value in chosen.items() if value},
    )


def _digest(rows: Sequence[VerdictRow]) -> str:
    """Return a hash of what the rows show, but for their age."""
    shown = [(row.id, row.state, row.assignee) for row in rows]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
