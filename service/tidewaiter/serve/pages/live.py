"""Verdicts as they come. The page asks again every two seconds, and is answered 204 while there is nothing new."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from tidewaiter.serve.pages.policy import ConsoleRoute, page
from tidewaiter.serve.pages.worklist import Reading, Text, verdict_rows
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
    last = rows[0].id if rows else "none"
    part = request.url.path.endswith("/rows")
    if part and seen == last:
        return Response(status_code=204)
    ids = [row.id for row in rows]
    fresh = set(ids[: ids.index(seen)]) if seen in ids else set()
    chosen = {"decision": decision, "rule": rule, "list": list_}
    return page(
        request,
        "parts/live_rows.html" if part else "live.html",
        session,
        rows=rows,
        fresh=fresh,
        seen=last,
        paused=paused,
        chosen=chosen,
        query={name: value for name, value in chosen.items() if value},
    )
