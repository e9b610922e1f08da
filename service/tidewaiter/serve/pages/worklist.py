"""The queue: reviews and blocks that nobody has decided, the oldest first."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Row

from tidewaiter.serve.api.queue import overdue_before_ms
from tidewaiter.serve.api.verdicts import no_such_verdict, read_cursor
from tidewaiter.serve.auth.sessions import Session
from tidewaiter.serve.pages.policy import DECIDERS, READERS, ConsoleRoute, page
from tidewaiter.serve.projection import queue
from tidewaiter.serve.projection.applying import verdict_id
from tidewaiter.serve.projection.queue import Filter
from tidewaiter.serve.projection.tables import WAITING
from tidewaiter.serve.service import Serving, SignedIn, asked
from tidewaiter_schemas.verdict import Effect, Finding, Verdict

ROWS: Final = 50
router = APIRouter(route_class=ConsoleRoute)
Reading = Annotated[Session, Depends(SignedIn(*READERS))]
Deciding = Annotated[Session, Depends(SignedIn(*DECIDERS))]
Text = Annotated[str, Query(max_length=512)]


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One verdict in a table."""

    id: str
    transfer: str
    decision: str
    conditional: bool
    state: str
    screened_ms: int
    overdue: bool
    assignee: str | None
    why: str
    rules: tuple[str, ...]


def verdict_rows(rows: Any, overdue_before: int = 0) -> list[VerdictRow]:
    """Return rows of the database as they are shown."""
    return [_row(each, overdue_before) for each in rows]


def _row(row: Row[Any], overdue_before: int) -> VerdictRow:
    verdict = Verdict.model_validate_json(bytes(row.value))
    counting = [each for each in verdict.findings if each.effect is not Effect.INFO and each.suppressed_by is None]
    return VerdictRow(
        id=row.id,
        transfer=row.transfer_id,
        decision=row.decision,
        conditional=row.conditional,
        state=row.state,
        screened_ms=row.screened_ms,
        overdue=row.state in WAITING and row.screened_ms < overdue_before,
        assignee=row.assignee,
        why=_why(counting),
        rules=tuple(dict.fromkeys(each.rule for each in counting)),
    )


def _why(counting: list[Finding]) -> str:
    return counting[0].reason if counting else "No rule and no listed party was met."


@router.get("/queue", name="queue_page")
def show_queue(
    request: Request,
    service: Serving,
    session: Reading,
    decision: Text = "",
    state: Text = "",
    rule: Text = "",
    list_: Annotated[str, Query(alias="list", max_length=256)] = "",
    who: Text = "",
    overdue: bool = False,
    cursor: Text = "",
) -> HTMLResponse:
    """Show what waits to be decided. `who` is `me`, `nobody` or empty for anybody."""
    before = overdue_before_ms(service)
    wanted = Filter(
        states=tuple(each for each in WAITING if each == state),
        decisions=tuple(each for each in ("block", "review") if each == decision),
        rule=rule.strip() or None,
        rule_set=list_ or None,
        assignee=session.caller.name if who == "me" else None,
        unassigned=who == "nobody",
        until=before if overdue else None,
    )
    with service.store.read() as connection:
        found = queue.queue(connection, wanted, ROWS, read_cursor(cursor or None))
        parts = queue.counts(connection, before)
        lists, rules = queue.counts_by_rule_set(connection), queue.counts_by_rule(connection)
    chosen = {"decision": decision, "state": state, "rule": rule, "list": list_, "who": who}
    chosen["overdue"] = "true" if overdue else ""
    return page(
        request,
        "queue.html",
        session,
        rows=verdict_rows(found.rows, before),
        next=None if found.next is None else str(found.next),
        waiting=sum(part.items for part in parts),
        overdue=sum(part.overdue for part in parts),
        oldest_ms=min((part.oldest_ms for part in parts), default=None),
        parts=parts,
        lists=lists,
        rules=rules,
        states=WAITING,
        chosen=chosen,
        query={name: value for name, value in chosen.items() if value},
        complete=service.projector.caught_up.is_set(),
    )


@router.post("/alerts/{id}/assignment")
def assign(
    request: Request,
    service: Serving,
    session: Deciding,
    id: str,  # noqa: A002 - the name in the path
    to: Annotated[str, Form(pattern="^(me|nobody)$")],
    back: Annotated[str, Form(pattern="^(queue|alert)$")] = "alert",
) -> Response:
    """Assign an item of the queue to the one who asks, or to nobody."""
    identity = verdict_id(id)
    asked(request).subject = identity
    with service.store.write() as connection:
        row = None if identity is None else queue.one(connection, identity)
        if row is None or identity is None:
            raise no_such_verdict()
        if row.state in WAITING:
            name = session.caller.name
            queue.assign(connection, identity, name if to == "me" else None, name, int(time.time() * 1_000))
    return RedirectResponse("/queue" if back == "queue" else f"/alerts/{identity}", 303)


def neighbours(service: Serving, verdict: str, screened_ms: int) -> tuple[str | None, str | None]:
    """Return the items of the queue before and after a verdict, in the order of the queue."""
    with service.store.read() as connection:
        rows = queue.queue(connection, Filter(), queue.MOST).rows
    ids = [row.id for row in rows]
    if verdict in ids:
        at = ids.index(verdict)
        return (ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None)
    later = [row.id for row in rows if (row.screened_ms, row.id) > (screened_ms, verdict)]
    return None, later[0] if later else (ids[0] if ids else None)
