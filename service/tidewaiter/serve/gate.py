"""What every request passes first: who asks, how often, how much; and what every answer carries.

It is outside of the application, so that a request of somebody unknown costs next to nothing: its body is not read.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tidewaiter.observability.probes import Pace
from tidewaiter.serve.auth.callers import Caller
from tidewaiter.serve.problems import Problem, unforeseen

if TYPE_CHECKING:
    from tidewaiter.serve.service import Service

_API: Final = "/v1/"
OPEN: Final = frozenset({"/v1/openapi.json"})
"""Paths of the API that need no token."""
_UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""For answers that say nothing else: a page of the console sets a policy of its own."""
_FAILED_A_SECOND: Final = 2.0
_FAILED_AT_ONCE: Final = 20.0
_ANONYMOUS_A_SECOND: Final = 50.0
_ANONYMOUS_AT_ONCE: Final = 200.0
_OTHER_ROUTE: Final = "other"


@dataclass(slots=True)
class Asked:
    """What a route tells of a request for the record: what it was about, and how many transfers."""

    subject: str | None = None
    transfers: int = 0


class Gate:
    """The outermost part of the application."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service
        settings = service.settings
        self._most_bytes = settings.serve_max_body_bytes
        self._callers = Pace(settings.serve_requests_a_second, settings.serve_requests_a_second * 2)
        self._anonymous = Pace(_ANONYMOUS_A_SECOND, _ANONYMOUS_AT_ONCE)
        self._failed = Pace(_FAILED_A_SECOND, _FAILED_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(scope, receive, send, self._most_bytes)
        state = scope.setdefault("state", {})
        state["caller"], state["asked"] = None, Asked()
        try:
            self._admit(request, state)
            await self._app(scope, request.receive, request.send)
        except Problem as problem:
            await request.answer(problem)
        except Exception as error:
            # The application has logged and answered its own, and raises them again.
            if not request.status:
                await request.answer(unforeseen(error))
        finally:
            self._note(request, state)

    def _admit(self, request: _Request, state: dict[str, object]) -> None:
        """Set the caller, or raise the Problem because of which the request goes no further."""
        caller = self._caller(request)
        state["caller"], state["peer"] = caller, request.peer
        pace, key = (self._callers, caller.name) if caller is not None else (self._anonymous, request.peer)
        if not pace.allows(key):
            raise _too_often()
        length = request.headers.get("content-length", "0")
        if length.isdigit() and int(length) > self._most_bytes:
            raise too_large(self._most_bytes)
        if caller is None and request.path.startswith(_API) and request.path not in OPEN:
            raise _unknown("Send a token: Authorization: Bearer tw_…")
        if request.method in _UNSAFE and not same_origin(request.headers):
            raise Problem(HTTPStatus.FORBIDDEN, "cross-origin", "The request comes from a page of another site.")

    def _caller(self, request: _Request) -> Caller | None:
        given = request.headers.getlist("authorization")
        if not given:
            return self._service.proxy.caller(request.peer, request.single_headers())
        kind, _, text = given[0].partition(" ")
        tokens = self._service.tokens
        caller = None
        if len(given) == 1 and kind.lower() == "bearer" and tokens is not None:
            caller = tokens.caller(text.strip())
        if caller is None:
            if not self._failed.allows(request.peer):
                raise _too_often()
            raise _unknown("The token is unknown, expired or withdrawn.")
        return caller

    def _note(self, request: _Request, state: Mapping[str, object]) -> None:
        route = getattr(request.scope.get("route"), "path", _OTHER_ROUTE)
        status = request.status or HTTPStatus.INTERNAL_SERVER_ERROR
        self._service.metrics.answered(route, status, time.perf_counter() - request.began)
        asked, caller = cast("Asked", state["asked"]), cast("Caller | None", state["caller"])
        method = request.method if request.method in {*_UNSAFE, "GET", "HEAD", "OPTIONS"} else "other"
        self._service.access.note(caller, method, route, status, asked.subject, asked.transfers)


class _Request:
    """One request, with the answer as far as it has gone."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, most_bytes: int) -> None:
        self.scope, self._receive, self._send, self._most_bytes = scope, receive, send, most_bytes
        self.headers = Headers(scope=scope)
        self.path: str = scope["path"]
        self.method: str = scope["method"]
        client = scope.get("client")
        self.peer: str = client[0] if client else ""
        self.status = 0
        self.began = time.perf_counter()
        self._bytes = 0

    def single_headers(self) -> dict[str, str]:
        """Return the headers that are there once: of two, one may be somebody else's than the proxy's."""
        return {name: self.headers[name] for name in self.headers if len(self.headers.getlist(name)) == 1}

    async def receive(self) -> Message:
        """Receive the next part of the body. Raises Problem when the body is larger than the settings allow."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._bytes > self._most_bytes:
                raise too_large(self._most_bytes)
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the answer, with the headers of every answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    async def answer(self, problem: Problem) -> None:
        """Send a problem, unless an answer has begun."""
        if not self.status:
            await problem.response()(self.scope, self._receive, self.send)


def same_origin(headers: Mapping[str, str]) -> bool:
    """Return whether a request that changes something was not made by a page of another site.

    Browsers say so; other clients send neither header.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    return origin is None or origin.partition("://")[2] == headers.get("host")


def too_large(most_bytes: int) -> Problem:
    """Return the answer to a body that is too large."""
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too-large",
        f"The body has more than {most_bytes:,} bytes; send less at once.",
    )


def _too_often() -> Problem:
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS, "too-often", "Too many requests; wait a second.", headers={"Retry-After": "1"}
    )


def _unknown(detail: str) -> Problem:
    return Problem(
        HTTPStatus.UNAUTHORIZED, "not-recognised", detail, headers={"WWW-Authenticate": 'Bearer realm="tidewaiter"'}
    )
