"""`GET /v1/queue`: what people have to decide, and who does."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field

from tidewaiter.serve.api.shapes import VerdictPage, page_response, when
from tidewaiter.serve.api.verdicts import READERS, CursorText, Limit, no_such_verdict, read_cursor
from tidewaiter.serve.auth.callers import Caller, Role
from tidewaiter.serve.problems import Problem
from tidewaiter.serve.projection import queue
from tidewaiter.serve.projection.applying import verdict_id
from tidewaiter.serve.projection.queue import Filter
from tidewaiter.serve.projection.tables import WAITING, State
from tidewaiter.serve.service import Needs, Serving, asked
from tidewaiter_schemas.verdict import Decision

router = APIRouter(prefix="/v1", tags=["queue"])


class QueuePart(BaseModel):
    """The items of one decision and state."""

    decision: Decision
    state: State
    items: int
    oldest_at: AwareDatetime
    overdue: int = Field(description="Open for longer than TIDEWAITER_SERVE_OVERDUE_HOURS.")


class QueueOfList(BaseModel):
    """The items with a finding of one list or rule set."""

    list: str
    items: int


class QueueSummary(BaseModel):
    """How much waits to be decided."""

    parts: list[QueuePart]
    lists: list[QueueOfList]
    complete: bool = Field(description="False while the database is being built from the topics: more may be missing.")


class Assignment(BaseModel):
    """Who decides an item."""

    assignee: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        description="Name of a person; null for nobody."
    )


@router.get("/queue", response_model=None, responses={200: {"model": VerdictPage}})
def list_queue(
    service: Serving,
    _: Annotated[Caller, Depends(Needs(*READERS))],
    decision: Annotated[list[Decision] | None, Query()] = None,
    state: Annotated[list[State] | None, Query()] = None,
    rule: Annotated[str | None, Query(max_length=512)] = None,
    list_: Annotated[str | None, Query(alias="list", max_length=256)] = None,
    assignee: Annotated[str | None, Query(max_length=200)] = None,
    unassigned: bool = False,
    overdue: bool = False,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    """Return reviews and blocks that nobody has decided, oldest first."""
    wanted = Filter(
        states=tuple(each for each in state or () if each in WAITING),
        decisions=tuple(each.value for each in decision or ()),
        rule=rule,
        rule_set=list_,
        assignee=assignee,
        unassigned=unassigned,
        until=overdue_before_ms(service) if overdue else None,
    )
    with service.store.read() as connection:
        found = queue.queue(connection, wanted, limit, read_cursor(cursor))
    return page_response(found, complete=service.projector.caught_up.is_set())


@router.get("/queue/summary")
def summarise_queue(service: Serving, _: Annotated[Caller, Depends(Needs(*READERS))]) -> QueueSummary:
    """Return how much waits, since when, and for which lists and rule sets."""
    with service.store.read() as connection:
        parts, lists = queue.counts(connection, overdue_before_ms(service)), queue.counts_by_rule_set(connection)
    return QueueSummary(
        parts=[
            QueuePart.model_validate(
                {
                    "decision": part.decision,
                    "state": part.state,
                    "items": part.items,
                    "oldest_at": when(part.oldest_ms),
                    "overdue": part.overdue,
                }
            )
            for part in parts
        ],
        lists=[QueueOfList(list=name, items=items) for name, items in lists],
        complete=service.projector.caught_up.is_set(),
    )


@router.put("/verdicts/{id}/assignment", status_code=HTTPStatus.NO_CONTENT)
def assign(
    request: Request,
    service: Serving,
    caller: Annotated[Caller, Depends(Needs(Role.ANALYST, Role.APPROVER))],
    id: str,  # noqa: A002 - the name in the path
    assignment: Assignment,
) -> None:
    """Assign an item of the queue to a person, or to nobody."""
    identity = verdict_id(id)
    asked(request).subject = identity
    with service.store.write() as connection:
        row = None if identity is None else queue.one(connection, identity)
        if row is None or identity is None:
            raise no_such_verdict()
        if row.state not in WAITING:
            raise Problem(HTTPStatus.CONFLICT, "not-in-queue", f"The verdict is not in the queue: it is {row.state}.")
        queue.assign(connection, identity, assignment.assignee, caller.name, int(time.time() * 1_000))


def overdue_before_ms(service: Serving) -> int:
    """Return the time of screening before which an open item is overdue."""
    return int((time.time() - service.settings.overdue_after.total_seconds()) * 1_000)
