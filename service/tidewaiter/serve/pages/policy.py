"""Templates of the console, and the headers of its pages. Every value is escaped: names on lists hold anything."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tidewaiter import __version__
from tidewaiter.serve.auth.callers import Role
from tidewaiter.serve.auth.sessions import Session
from tidewaiter.serve.pages import assets, wording
from tidewaiter.serve.problems import Problem, not_valid

TEMPLATES: Final = Path(__file__).parent / "templates"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No inline script or style, and none of another host. htmx needs no `unsafe-eval` with `allowEval` off."""

READERS: Final = (Role.ANALYST, Role.APPROVER, Role.AUDITOR)
"""Who reads verdicts."""
DECIDERS: Final = (Role.ANALYST, Role.APPROVER)
"""Who decides about them."""
SCREENERS: Final = (Role.PRODUCER, Role.ANALYST, Role.APPROVER)

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_environment.globals.update(asset=assets.address, roles=Role, words=wording)
_environment.filters.update(
    moment=wording.moment, age=wording.age, link=wording.safe_link, words=wording.spaced, number=wording.number
)


def page(request: Request, template: str, session: Session | None, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page. Templates get `request`, `session`, `version` and `may` beside `values`."""

    def may(*roles: Role) -> bool:
        return session is not None and session.caller.has(*roles)

    html = _environment.get_template(template).render(
        request=request, session=session, version=__version__, may=may, **values
    )
    # Under `no-referrer`, browsers send `Origin: null` with forms, which the gate takes for another site.
    headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
    response = HTMLResponse(html, status, headers)
    cookie = getattr(request.state, "new_cookie", None)
    if cookie is not None:
        set_cookie(request, response, cookie)
    return response


def set_cookie(request: Request, response: Response, cookie: str) -> None:
    """Give the browser the cookie of a session."""
    sessions = request.app.state.service.sessions
    response.set_cookie(
        sessions.cookie,
        cookie,
        max_age=sessions.seconds,
        path="/",
        secure=sessions.https,
        httponly=True,
        samesite="strict",
    )


class ConsoleRoute(APIRoute):
    """A route of the console: it answers a problem as a page, or as a part of one for htmx."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handler(request)
            except Problem as problem:
                return _problem_page(request, problem)
            except RequestValidationError as error:
                return _problem_page(request, not_valid(error.errors()))

        return answered


def _problem_page(request: Request, problem: Problem) -> Response:
    template = "parts/problem.html" if request.headers.get("hx-request") else "problem.html"
    response = page(request, template, None, int(problem.status), problem=problem)
    response.headers.update(problem.headers)
    return response
