"""For auditors: find a verdict, verify the chains of the topics, see who asked, and read the dead letters."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import select

from tidewaiter.audit.records import RecordKind, Stored
from tidewaiter.audit.report import AuditReport
from tidewaiter.audit.verification import Verifier
from tidewaiter.errors import BrokerError
from tidewaiter.serve.auth.callers import Role
from tidewaiter.serve.auth.sessions import Session
from tidewaiter.serve.pages.policy import ConsoleRoute, page
from tidewaiter.serve.pages.worklist import Reading, Text, verdict_rows
from tidewaiter.serve.problems import Problem
from tidewaiter.serve.projection import queue
from tidewaiter.serve.projection.applying import verdict_id
from tidewaiter.serve.projection.queue import Filter, Order
from tidewaiter.serve.projection.tables import access, dead_letters
from tidewaiter.serve.service import Service, Serving, SignedIn
from tidewaiter.settings import Settings
from tidewaiter.stream.audit import AuditPeriod, committed_ends, read_records
from tidewaiter.stream.topics import Topics
from tidewaiter.wire.chain import digest, link_of, read_header
from tidewaiter.wire.cloudevents import VERDICT_TYPE

router = APIRouter(route_class=ConsoleRoute)
Auditing = Annotated[Session, Depends(SignedIn(Role.AUDITOR, Role.APPROVER))]
MOST_HOURS: Final = 24 * 31
ROWS: Final = 100


@router.get("/audit", name="audit_page")
def show_audit(request: Request, service: Serving, session: Reading, find: Text = "") -> Response:
    """Show the audit page; `find` is the id of a verdict or of a transfer."""
    wanted = find.strip()
    rows: Any = ()
    if wanted:
        with service.store.read() as connection:
            identity = verdict_id(wanted)
            row = None if identity is None else queue.one(connection, identity)
            rows = [row] if row is not None else queue.page(connection, Filter(transfer=wanted), Order.NEWEST, 50).rows
    places = [_place(row) for row in rows]
    return page(
        request,
        "audit.html",
        session,
        find=wanted,
        found=list(zip(verdict_rows(rows), places, strict=True)),
        asked=_asked(service) if session.caller.has(Role.AUDITOR) else None,
        report=None,
        hours=24,
    )


@router.post("/audit/verification")
async def verify_chains(
    request: Request, service: Serving, session: Auditing, hours: Annotated[int, Form(ge=1, le=MOST_HOURS)] = 24
) -> HTMLResponse:
    """Verify the chains of the last hours from the topics themselves, and show the report."""
    try:
        report = await _verified(service.settings, datetime.now(UTC) - timedelta(hours=hours))
    except BrokerError as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "not-verified", f"The topics cannot be read: {error}") from None
    part = request.headers.get("hx-request") is not None
    return page(
        request,
        "parts/verified.html" if part else "audit.html",
        session,
        find="",
        found=[],
        asked=None,
        report=report,
        hours=hours,
    )


@router.get("/dead-letters", name="dead_letters_page")
def show_dead_letters(request: Request, service: Serving, session: Reading) -> HTMLResponse:
    """Show records that could not be read, the newest first. Their content stays on the topic."""
    query = select(dead_letters).order_by(dead_letters.c.written_ms.desc(), dead_letters.c.offset.desc()).limit(ROWS)
    with service.store.read() as connection:
        rows = connection.execute(query).all()
    return page(request, "dead_letters.html", session, rows=rows, topic=Topics.of(service.settings).dead_letters)


async def _verified(settings: Settings, since: datetime) -> AuditReport:
    period = AuditPeriod(since=since)
    verifier = Verifier(None, period.opens)

    def take(stored: Stored) -> None:
        verifier.add(stored)

    # Read this before the records: everything committed by now is on the topics by now.
    committed = await committed_ends(settings)
    windows = {kind: await read_records(settings, kind, period, take) for kind in RecordKind}
    return verifier.report(windows, committed, ())


def _place(row: Any) -> dict[str, Any] | None:
    """Return the place of a stored verdict in its chain, and whether its link is that of its bytes."""
    linked = read_header(None if row.chain is None else row.chain.encode())
    if linked is None:
        return None
    link = link_of(VERDICT_TYPE, linked.place, linked.before, digest(bytes(row.value)))
    return {
        "transfer": linked.place,
        "before": linked.before,
        "link": linked.link,
        "agrees": link == linked.link,
        "sha256": hashlib.sha256(bytes(row.value)).hexdigest(),
    }


def _asked(service: Service) -> Any:
    with service.store.read() as connection:
        return connection.execute(select(access).order_by(access.c.number.desc()).limit(ROWS)).all()
