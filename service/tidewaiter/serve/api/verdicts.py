"""`GET /v1/verdicts` and `/v1/verdicts/{id}`: what the stream has decided."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import AwareDatetime

from tidewaiter.serve.api.shapes import VerdictDetails, VerdictPage, details_response, page_response
from tidewaiter.serve.auth.callers import Caller, Role
from tidewaiter.serve.problems import Problem
from tidewaiter.serve.projection import queue
from tidewaiter.serve.projection.applying import verdict_id
from tidewaiter.serve.projection.queue import MOST, Cursor, Filter, Order
from tidewaiter.serve.projection.tables import State
from tidewaiter.serve.service import Needs, Serving, asked
from tidewaiter_schemas.verdict import Decision

READERS: Final = (Role.ANALYST, Role.APPROVER, Role.AUDITOR)
router = APIRouter(prefix="/v1", tags=["verdicts"])

Text = Annotated[str | None, Query(max_length=512)]
Moment = Annotated[AwareDatetime | None, Query()]
Limit = Annotated[int, Query(ge=1, le=MOST)]
CursorText = Annotated[str | None, Query(max_length=512, description="`next` of the page before.")]


@router.get("/verdicts", response_model=None, responses={200: {"model": VerdictPage}})
def list_verdicts(
    service: Serving,
    _: Annotated[Caller, Depends(Needs(*READERS))],
    transfer: Annotated[str | None, Query(max_length=256, description="Id of the transfer.")] = None,
    decision: Annotated[list[Decision] | None, Query()] = None,
    state: Annotated[list[State] | None, Query()] = None,
    rule: Annotated[str | None, Query(max_length=512, description="Id of a rule, or `list:entry`.")] = None,
    list_: Annotated[str | None, Query(alias="list", max_length=256, description="Id of a list or rule set.")] = None,
    since: Moment = None,
    until: Moment = None,
    order: Order = Order.NEWEST,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    """Return verdicts, newest first. Several values of `decision` or `state` mean any of them."""
    wanted = Filter(
        states=tuple(state or ()),
        decisions=tuple(each.value for each in decision or ()),
        transfer=transfer,
        rule=rule,
        rule_set=list_,
        since=ms(since),
        until=ms(until),
    )
    with service.store.read() as connection:
        found = queue.page(connection, wanted, order, limit, read_cursor(cursor))
    return page_response(found, complete=service.projector.caught_up.is_set())


@router.get("/verdicts/{id}", response_model=None, responses={200: {"model": VerdictDetails}})
def show_verdict(
    request: Request,
    service: Serving,
    _: Annotated[Caller, Depends(Needs(*READERS))],
    id: str,  # noqa: A002 - the name in the path
) -> Response:
    """Return a verdict with its place in the chain, its dispositions, and earlier ones of the same parties."""
    identity = verdict_id(id)
    asked(request).subject = identity
    with service.store.read() as connection:
        row = None if identity is None else queue.one(connection, identity)
        if row is None or identity is None:
            raise no_such_verdict()
        own, others = queue.dispositions_of(connection, identity), queue.dispositions_of_parties(connection, identity)
    return details_response(row, own, others)


def no_such_verdict() -> Problem:
    """Return the answer to an id that no stored verdict has."""
    return Problem(
        HTTPStatus.NOT_FOUND,
        "no-such-verdict",
        "No verdict of the topic has this id. Verdicts of /v1/screen are on none.",
    )


def ms(moment: datetime | None) -> int | None:
    """Return a time as the database has it."""
    return None if moment is None else int(moment.timestamp() * 1_000)


def read_cursor(text: str | None) -> Cursor | None:
    """Return the cursor of a request. Raises Problem for a text that is none."""
    if text is None:
        return None
    cursor = Cursor.read(text)
    if cursor is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not-valid", "The cursor is not one of a page.")
    return cursor
