"""What the routes of one process share."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from tidewaiter.observability.probes import Pace
from tidewaiter.observability.serve_metrics import ServeMetrics
from tidewaiter.screening.screener import Screener
from tidewaiter.serve.access import AccessLog
from tidewaiter.serve.auth.callers import Caller, Role
from tidewaiter.serve.auth.proxy import TrustedProxy
from tidewaiter.serve.auth.sessions import Session, Sessions
from tidewaiter.serve.auth.tokens import TokenFile
from tidewaiter.serve.desk import ScreeningDesk
from tidewaiter.serve.gate import Asked
from tidewaiter.serve.problems import Problem
from tidewaiter.serve.projection.consuming import Projector
from tidewaiter.serve.projection.store import Store
from tidewaiter.serve.recording import Recorder
from tidewaiter.settings import Settings
from tidewaiter.stream.follower import InUse


@dataclass(slots=True)
class Service:
    """Everything that routes and pages use. `request_service` gives it to them."""

    settings: Settings
    store: Store
    metrics: ServeMetrics
    in_use: InUse
    desk: ScreeningDesk
    tokens: TokenFile | None
    proxy: TrustedProxy
    sessions: Sessions
    access: AccessLog
    projector: Projector
    recorder: Recorder
    logins: Pace = field(default_factory=lambda: Pace(1.0, 10.0))
    """Attempts to log in, by address."""

    def screener(self) -> Screener:
        """Return the screener in use. Raises Problem while there is none."""
        if self.in_use.manifest is None:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "no-rule-book", "There is no rule book yet; ask again.")
        return self.in_use.screener


def request_service(request: Request) -> Service:
    """Return the service of a request."""
    return cast("Service", request.app.state.service)


async def _request_service(request: Request) -> Service:
    # FastAPI runs a dependency that is no coroutine in a thread: two changes of threads for each request.
    return request_service(request)


Serving = Annotated[Service, Depends(_request_service)]


def asked(request: Request) -> Asked:
    """Return the record of a request, to note what it is about."""
    return cast("Asked", request.state.asked)


class Needs:
    """A dependency of routes of the API: returns the caller, or answers 403 to one without any of the roles."""

    def __init__(self, *roles: Role) -> None:
        self._roles = roles

    async def __call__(self, request: Request) -> Caller:
        """Return the caller."""
        caller = cast("Caller | None", request.state.caller)
        if caller is None:  # the gate lets nobody else through to the API
            raise Problem(HTTPStatus.UNAUTHORIZED, "not-recognised", "Send a token: Authorization: Bearer tw_…")
        return permitted(caller, self._roles)


def permitted(caller: Caller, roles: tuple[Role, ...]) -> Caller:
    """Return the caller if it has one of the roles. Raises Problem."""
    if not caller.has(*roles):
        wanted = " or ".join(roles)
        raise Problem(
            HTTPStatus.FORBIDDEN, "not-permitted", f"This needs the role {wanted}, which the caller does not have."
        )
    return caller


class LoginNeeded(Exception):  # noqa: N818 - answered by a redirect
    """A page was asked for without a login. Answered by a redirect to the login page."""


class SignedIn:
    """A dependency of pages of the console: returns the session, or asks for a login.

    On every method that changes something it also asks for the session's token: the form field `csrf_token`, or the
    header X-CSRF-Token.
    """

    def __init__(self, *roles: Role) -> None:
        self._roles = roles

    async def __call__(self, request: Request) -> Session:
        """Return the session."""
        service = request_service(request)
        cookie = request.cookies.get(service.sessions.cookie, "")
        proxied = service.proxy.caller(request.state.peer, request.headers)
        session = await run_in_threadpool(service.sessions.session, cookie, proxied)
        if session is None and proxied is not None and request.method in ("GET", "HEAD"):
            cookie, session = await run_in_threadpool(service.sessions.of_proxy, proxied)
            request.state.new_cookie = cookie
        if session is None:
            raise LoginNeeded
        request.state.caller = session.caller
        if self._roles:
            permitted(session.caller, self._roles)
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            await confirm(request, session)
        return session


async def confirm(request: Request, session: Session) -> None:
    """Raise Problem when a request that changes something lacks the token of its session."""
    given = request.headers.get("x-csrf-token")
    if given is None:
        field = (await request.form()).get("csrf_token")
        given = field if isinstance(field, str) else ""
    if not session.confirms(given):
        raise Problem(HTTPStatus.FORBIDDEN, "forged", "The form is not of this session; load the page again.")
