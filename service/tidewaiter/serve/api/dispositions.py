"""`POST /v1/dispositions`: what a person decides about a finding. Written to the topic, and read back from it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tidewaiter.errors import BrokerError, DispositionError
from tidewaiter.screening.dispositions import same_person
from tidewaiter.screening.suppression import key_to_bind
from tidewaiter.serve.auth.callers import Caller, Role, strongest
from tidewaiter.serve.problems import Problem
from tidewaiter.serve.projection import queue
from tidewaiter.serve.projection.standing import PROPOSED, latest
from tidewaiter.serve.service import Needs, Service, Serving, asked
from tidewaiter_schemas.base import Identity, Pointer, Text
from tidewaiter_schemas.disposition import Disposition, Judgement, Withdrawal
from tidewaiter_schemas.verdict import Finding, Verdict

DEFAULT_DAYS: Final = 365
"""When a false positive expires that names no time."""
_READ_BACK_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.25

router = APIRouter(prefix="/v1", tags=["dispositions"])
Deciding = Annotated[Caller, Depends(Needs(Role.ANALYST, Role.APPROVER))]
Approving = Annotated[Caller, Depends(Needs(Role.APPROVER))]


class NewDisposition(BaseModel):
    """A judgement on one finding of a stored verdict. Who decides and when come from the token and the clock."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    verdict_id: UUID
    rule: Text = Field(description="`rule` of the finding.")
    subject: Pointer | None = Field(default=None, description="`subject` of the finding, where several have its rule.")
    judgement: Judgement
    reason: Text
    expires_at: AwareDatetime | None = Field(
        default=None, description="When a false positive ends; in a year where it is absent."
    )


class Reason(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: Text


class Recorded(BaseModel):
    """What was written to the topic."""

    disposition: Disposition
    visible: bool = Field(description="Whether queue and verdict already show it. Otherwise they will in a moment.")


@router.post("/dispositions", status_code=HTTPStatus.CREATED)
async def record_disposition(request: Request, service: Serving, caller: Deciding, new: NewDisposition) -> Recorded:
    """Record a judgement. With TIDEWAITER_FOUR_EYES, a false positive waits for an approver and suppresses nothing."""
    return await record(request, service, caller, new)


@router.post("/dispositions/{id}/approval", status_code=HTTPStatus.CREATED)
async def approve_disposition(
    request: Request,
    service: Serving,
    caller: Approving,
    id: Identity,  # noqa: A002 - the name in the path
) -> Recorded:
    """Approve a false positive that somebody else proposed. It then suppresses the finding."""
    return await approve(request, service, caller, id)


@router.post("/dispositions/{id}/withdrawal", status_code=HTTPStatus.CREATED)
async def withdraw_disposition(
    request: Request,
    service: Serving,
    caller: Deciding,
    id: Identity,  # noqa: A002 - the name in the path
    why: Reason,
) -> Recorded:
    """End a disposition before its time. Nothing brings it back."""
    return await withdraw(request, service, caller, id, why.reason)


async def record(request: Request, service: Service, caller: Caller, new: NewDisposition) -> Recorded:
    """Record a judgement for a caller who may. Raises Problem."""
    asked(request).subject = str(new.verdict_id)
    verdict = await run_in_threadpool(_verdict, service, str(new.verdict_id))
    finding = _finding(verdict, new)
    now, false_positive = datetime.now(UTC), new.judgement is Judgement.FALSE_POSITIVE
    if new.expires_at is not None and new.expires_at <= now:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not-valid", "expires_at is in the past.")
    proposed = false_positive and service.settings.four_eyes
    expires = new.expires_at if not false_positive else new.expires_at or now + timedelta(days=DEFAULT_DAYS)
    disposition = Disposition(
        id=str(uuid4()),
        verdict_id=verdict.id,
        transfer_id=verdict.transfer_id,
        rule=finding.rule,
        subject=finding.subject,
        judgement=PROPOSED if proposed else new.judgement.value,
        reason=new.reason,
        decided_by=caller.name,
        decided_at=now,
        expires_at=expires,
        key=None if proposed else key_to_bind(finding, new.judgement),
    )
    return await _written(service, caller, disposition)


async def approve(request: Request, service: Service, caller: Caller, identity: str) -> Recorded:
    """Approve a proposed false positive for a caller who may. Raises Problem."""
    row = await run_in_threadpool(_stored, service, identity)
    proposed = Disposition.model_validate_json(bytes(row.value))
    asked(request).subject = str(proposed.verdict_id)
    if proposed.judgement != PROPOSED or not await run_in_threadpool(_is_last, service, row):
        raise Problem(HTTPStatus.CONFLICT, "not-proposed", "The disposition does not wait for an approval.")
    if same_person(proposed.decided_by, caller.name):
        raise Problem(HTTPStatus.FORBIDDEN, "same-person", "Another person than the one who decided must approve.")
    verdict = await run_in_threadpool(_verdict, service, str(proposed.verdict_id))
    finding = next((f for f in verdict.findings if (f.rule, f.subject) == (proposed.rule, proposed.subject)), None)
    approved = proposed.model_copy(
        update={
            "id": str(uuid4()),
            "judgement": Judgement.FALSE_POSITIVE.value,
            "approved_by": caller.name,
            "decided_at": datetime.now(UTC),
            "key": None if finding is None else key_to_bind(finding, Judgement.FALSE_POSITIVE),
        }
    )
    return await _written(service, caller, approved)


async def withdraw(request: Request, service: Service, caller: Caller, identity: str, reason: str) -> Recorded:
    """Withdraw a disposition for a caller who may. Raises Problem."""
    row = await run_in_threadpool(_stored, service, identity)
    standing = Disposition.model_validate_json(bytes(row.value))
    asked(request).subject = str(standing.verdict_id)
    if standing.withdrawn is not None:
        raise Problem(HTTPStatus.CONFLICT, "withdrawn", "The disposition was withdrawn already.")
    ended = standing.model_copy(update={"withdrawn": Withdrawal(by=caller.name, at=datetime.now(UTC), reason=reason)})
    return await _written(service, caller, ended)


def _verdict(service: Service, identity: str) -> Verdict:
    with service.store.read() as connection:
        row = queue.one(connection, identity)
    if row is None:
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "no-such-verdict",
            "No verdict of the topic has this id. Verdicts of /v1/screen are on none.",
        )
    return Verdict.model_validate_json(bytes(row.value))


def _finding(verdict: Verdict, new: NewDisposition) -> Finding:
    found = [f for f in verdict.findings if f.rule == new.rule and new.subject in (None, f.subject)]
    if not found:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "no-such-finding", "The verdict has no finding of this rule and subject."
        )
    if len(found) > 1:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "no-such-finding", "Several findings have this rule: give the subject too."
        )
    return found[0]


def _stored(service: Service, identity: str) -> Any:
    with service.store.read() as connection:
        row = queue.disposition(connection, identity)
    if row is None:
        raise Problem(HTTPStatus.NOT_FOUND, "no-such-disposition", "No disposition has this id.")
    return row


def _is_last(service: Service, row: Any) -> bool:
    """Return whether a disposition stands, and nobody has judged its finding after it."""
    with service.store.read() as connection:
        judged = [each for each in queue.dispositions_of(connection, row.verdict_id) if each.withdrawn_ms is None]
    last = latest(judged, row.rule, row.subject)
    return last is not None and last.id == row.id


async def _written(service: Service, caller: Caller, disposition: Disposition) -> Recorded:
    try:
        await service.recorder.record(disposition)
    except DispositionError as error:
        raise Problem(HTTPStatus.CONFLICT, "refused", str(error)) from error
    except BrokerError:
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "not-recorded",
            "The broker did not confirm the disposition. It may have been written: look before you record it again.",
            headers={"Retry-After": "5"},
        ) from None
    judgement = "withdrawn" if disposition.withdrawn is not None else disposition.judgement
    service.metrics.decided(judgement, strongest(caller).value)
    return Recorded(disposition=disposition, visible=await _read_back(service, disposition))


async def _read_back(service: Service, disposition: Disposition) -> bool:
    """Wait until the projection has the disposition, so that the next page shows it. Return whether it has."""
    wanted = disposition.withdrawn is not None

    def there() -> bool:
        with service.store.read() as connection:
            row = queue.disposition(connection, disposition.id)
        return row is not None and (row.withdrawn_ms is not None) == wanted

    deadline = time.monotonic() + _READ_BACK_SECONDS
    while time.monotonic() < deadline:
        if await run_in_threadpool(there):
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_SECONDS), service.projector.changed:
                await service.projector.changed.wait()
    return False
