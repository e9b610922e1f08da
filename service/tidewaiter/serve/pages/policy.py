"""Templates of the console, and the headers of its pages. Every value is escaped: names on lists hold anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tidewaiter import __version__
from tidewaiter.serve.auth.sessions import Session

TEMPLATES: Final = Path(__file__).parent / "templates"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No inline script or style, and none of another host. htmx needs no `unsafe-eval` without `hx-on` and `js:`."""

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def page(request: Request, template: str, session: Session | None, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page. Templates get `request`, `session` and `version` beside `values`."""
    html = _environment.get_template(template).render(request=request, session=session, version=__version__, **values)
    response = HTMLResponse(html, status, {"Content-Security-Policy": POLICY})
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
