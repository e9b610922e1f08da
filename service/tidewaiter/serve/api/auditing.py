"""`GET /v1/access`: who asked what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import select

from tidewaiter.serve.api.shapes import when
from tidewaiter.serve.api.verdicts import Limit, Moment, ms
from tidewaiter.serve.auth.callers import Caller, Role
from tidewaiter.serve.projection.tables import access
from tidewaiter.serve.service import Needs, Serving

router = APIRouter(prefix="/v1", tags=["audit"])


class AccessRow(BaseModel):
    """The same questions of one caller in one second."""

    number: int
    asked_at: AwareDatetime
    caller: str = Field(description="The owner of the token, or the user that the proxy names; - for nobody known.")
    via: str
    method: str
    route: str
    status: int
    subject: str | None = Field(description="Id of the verdict, rule or entry, where there is one.")
    requests: int
    transfers: int = Field(description="Transfers screened.")


class AccessPage(BaseModel):
    """A page of questions, newest first."""

    access: list[AccessRow]
    next: int | None = Field(description="Give it as `before` for the next page.")


@router.get("/access")
def list_access(
    service: Serving,
    _: Annotated[Caller, Depends(Needs(Role.AUDITOR))],
    caller: Annotated[str | None, Query(max_length=200)] = None,
    subject: Annotated[str | None, Query(max_length=512)] = None,
    since: Moment = None,
    until: Moment = None,
    before: Annotated[int | None, Query(ge=0, le=2**62, description="`next` of the page before.")] = None,
    limit: Limit = 50,
) -> AccessPage:
    """Return who asked what. The log of the process has the same lines, also when the database is deleted."""
    query = select(access).order_by(access.c.number.desc()).limit(limit + 1)
    if caller is not None:
        query = query.where(access.c.caller == caller.replace("\0", ""))
    if subject is not None:
        query = query.where(access.c.subject == subject.replace("\0", ""))
    if since is not None:
        query = query.where(access.c.asked_ms >= ms(since))
    if until is not None:
        query = query.where(access.c.asked_ms < ms(until))
    if before is not None:
        query = query.where(access.c.number < before)
    with service.store.read() as connection:
        rows = connection.execute(query).all()
    shown = [AccessRow.model_validate(row._asdict() | {"asked_at": when(row.asked_ms)}) for row in rows[:limit]]
    return AccessPage(access=shown, next=shown[-1].number if len(rows) > limit else None)
