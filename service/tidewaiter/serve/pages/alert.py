"""One alert on one page: the transfer, its findings, what speaks against them, and the decision."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError
from sqlalchemy import Row

from tidewaiter.rulebook.book import RuleBook
from tidewaiter.serve.api.dispositions import DEFAULT_DAYS, NewDisposition, approve, record, withdraw
from tidewaiter.serve.api.verdicts import no_such_verdict
from tidewaiter.serve.auth.callers import Caller, Role
from tidewaiter.serve.auth.sessions import Session
from tidewaiter.serve.pages.finding_view import FindingView, finding_views
from tidewaiter.serve.pages.highlights import Group, laid_out, transfer_of
from tidewaiter.serve.pages.policy import DECIDERS, ConsoleRoute, page
from tidewaiter.serve.pages.worklist import Deciding, Reading, neighbours, verdict_rows
from tidewaiter.serve.problems import Problem, not_valid
from tidewaiter.serve.projection import queue
from tidewaiter.serve.projection.applying import verdict_id
from tidewaiter.serve.projection.standing import PROPOSED
from tidewaiter.serve.projection.tables import WAITING
from tidewaiter.serve.service import Service, Serving, SignedIn, asked
from tidewaiter.wire.chain import read_header
from tidewaiter.wire.cloudevents import NotATransfer, decode
from tidewaiter_schemas.disposition import Disposition, Judgement
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Verdict

router = APIRouter(route_class=ConsoleRoute)
Approving = Annotated[Session, Depends(SignedIn(Role.APPROVER))]
Reason = Annotated[str, Form(min_length=1, max_length=2_000)]
Id = Annotated[str, Form(min_length=1, max_length=256)]
ALL: Final = "all"


@router.get("/alerts/{id}", name="alert_page")
def show_alert(
    request: Request,
    service: Serving,
    session: Reading,
    id: str,  # noqa: A002 - the name in the path
    outcome: Annotated[str, Query(max_length=64)] = "",
    done: Annotated[str, Query(max_length=64)] = "",
) -> HTMLResponse:
    """Show one verdict with everything that is known of it."""
    return _page(request, service, session, verdict_id(id), outcome=outcome, done=done)


def _page(
    request: Request,
    service: Service,
    session: Session,
    identity: str | None,
    *,
    outcome: str = "",
    done: str = "",
    refused: Problem | None = None,
    reason: str = "",
    chosen: str = ALL,
) -> HTMLResponse:
    """Return the page of an alert. After a decision that was `refused`, it has what was filled in."""
    asked(request).subject = identity
    with service.store.read() as connection:
        row = None if identity is None else queue.one(connection, identity)
        if row is None or identity is None:
            raise no_such_verdict()
        own = queue.dispositions_of(connection, identity)
        same_parties = queue.dispositions_of_parties(connection, identity)
        others = queue.others_of_transfer(connection, row.transfer_id, identity)
    verdict = Verdict.model_validate_json(bytes(row.value))
    before, after = neighbours(service, identity, row.screened_ms)
    chain = read_header(None if row.chain is None else row.chain.encode())
    return page(
        request,
        "alert.html",
        session,
        200 if refused is None else int(refused.status),
        row=row,
        **shown_verdict(service, verdict, row.transfer, own, same_parties),
        dispositions=[_with_state(each, session.caller) for each in map(_disposition, own)],
        others=verdict_rows(others),
        before=before,
        after=after,
        chain=chain,
        waiting=row.state in WAITING,
        decides=session.caller.has(*DECIDERS),
        outcome=outcome if outcome in {each.value for each in Judgement} else "",
        done=done if done in {each.value for each in Judgement} | {PROPOSED, "approved", "withdrawn"} else "",
        four_eyes=service.settings.four_eyes,
        days=DEFAULT_DAYS,
        refused=refused,
        reason=reason,
        chosen=chosen,
    )


def shown_verdict(
    service: Service,
    verdict: Verdict,
    record_value: bytes | None,
    own: Sequence[Row[Any]] = (),
    same_parties: Sequence[Row[Any]] = (),
) -> dict[str, Any]:
    """Return what the templates of a verdict need: the transfer laid out, and the findings as they are shown."""
    book = _book(service)
    said = transfer_of(record_value)
    views = finding_views(verdict, _event(service, record_value), book, own, same_parties)
    transfer: Group | None = None if said is None else laid_out(said, verdict.findings)
    return {
        "verdict": verdict,
        "views": views,
        "counting": [view for view in views if view.counts],
        "transfer": transfer,
        "same_book": book is not None and book.manifest.sha256 == verdict.rulebook.sha256,
        "voided": [view for view in views if view.finding.suppression_voided],
    }


def _book(service: Service) -> RuleBook | None:
    return None if service.in_use.manifest is None else service.in_use.screener.book


def _event(service: Service, value: bytes | None) -> TransferEvent | None:
    if value is None:
        return None
    try:
        return decode(value, None, service.settings.max_event_bytes)
    except NotATransfer:
        return None


def _disposition(row: Row[Any]) -> Disposition:
    return Disposition.model_validate_json(bytes(row.value))


def _with_state(disposition: Disposition, caller: Caller) -> dict[str, Any]:
    """Return a disposition with what the caller may do about it."""
    stands = disposition.withdrawn is None
    proposed = stands and disposition.judgement == PROPOSED
    other = disposition.decided_by.casefold().strip() != caller.name.casefold().strip()
    return {
        "disposition": disposition,
        "stands": stands,
        "proposed": proposed,
        "may_approve": proposed and caller.has(Role.APPROVER) and other,
        "own_proposal": proposed and not other,
        "may_withdraw": stands and caller.has(*DECIDERS),
    }


@router.post("/alerts/{id}/decision")
async def decide(
    request: Request,
    service: Serving,
    session: Deciding,
    id: str,  # noqa: A002 - the name in the path
    judgement: Annotated[Judgement, Form()],
    reason: Reason,
    finding: Annotated[str, Form(max_length=8)] = ALL,
    days: Annotated[int, Form(ge=1, le=3_650)] = DEFAULT_DAYS,
) -> Response:
    """Record a judgement on one finding, or on every finding that counts."""
    identity = verdict_id(id)
    if identity is None:
        raise no_such_verdict()
    views = await run_in_threadpool(_views, service, identity)
    chosen = [view for view in views if (view.counts if finding == ALL else str(view.number) == finding)]
    if not chosen:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "no-such-finding", "Choose a finding of this verdict.")
    expires = datetime.now(UTC) + timedelta(days=days) if judgement is Judgement.FALSE_POSITIVE else None
    try:
        new = [
            NewDisposition(
                verdict_id=UUID(identity),
                rule=view.finding.rule,
                subject=view.finding.subject,
                judgement=judgement,
                reason=reason,
                expires_at=expires,
            )
            for view in chosen
        ]
    except ValidationError as error:
        raise not_valid(error.errors()) from None
    recorded = await asyncio.gather(
        *(record(request, service, session.caller, each) for each in new), return_exceptions=True
    )
    for each in recorded:
        if isinstance(each, Problem):
            return await run_in_threadpool(
                _page,
                request,
                service,
                session,
                identity,
                outcome=judgement.value,
                refused=each,
                reason=reason,
                chosen=finding,
            )
        if isinstance(each, BaseException):
            raise each
    return RedirectResponse(f"/alerts/{identity}?done={judgement.value}", 303)


def _views(service: Service, identity: str) -> list[FindingView]:
    with service.store.read() as connection:
        row = queue.one(connection, identity)
    if row is None:
        raise no_such_verdict()
    return finding_views(Verdict.model_validate_json(bytes(row.value)), None, None)


@router.post("/dispositions/approval")
async def approve_one(request: Request, service: Serving, session: Approving, disposition: Id) -> Response:
    """Approve what somebody else proposed."""
    recorded = await approve(request, service, session.caller, disposition)
    return RedirectResponse(f"/alerts/{recorded.disposition.verdict_id}?done=approved", 303)


@router.post("/dispositions/withdrawal")
async def withdraw_one(
    request: Request, service: Serving, session: Deciding, disposition: Id, reason: Reason
) -> Response:
    """End a disposition before its time."""
    if not reason.strip():
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not-valid", "Give a reason.")
    recorded = await withdraw(request, service, session.caller, disposition, reason.strip())
    return RedirectResponse(f"/alerts/{recorded.disposition.verdict_id}?done=withdrawn", 303)
