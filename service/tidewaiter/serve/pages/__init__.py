"""The console: server-rendered pages for people.

Every page asks for a login through `SignedIn`, and every answer has the policy of `pages/policy.py`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tidewaiter.serve.auth.callers import Role
from tidewaiter.serve.auth.sessions import Session
from tidewaiter.serve.pages import alert, assets, audit, live, login, names, rulebook, screen, worklist
from tidewaiter.serve.pages.policy import READERS
from tidewaiter.serve.service import LoginNeeded, SignedIn

router = APIRouter()


def add_pages(app: FastAPI) -> None:
    """Add the pages to the application."""
    for pages in (router, login.router, assets.router):
        app.include_router(pages, include_in_schema=False)
    for module in (worklist, alert, live, screen, names, rulebook, audit):
        app.include_router(module.router, include_in_schema=False)
    app.add_exception_handler(LoginNeeded, _log_in)


@router.get("/")
def first_page(session: Annotated[Session, Depends(SignedIn(*Role))]) -> Response:
    """Lead to the queue; those who may not read it, to where they screen."""
    return RedirectResponse("/queue" if session.caller.has(*READERS) else "/screen", 303)


async def _log_in(request: Request, _: Exception) -> Response:
    """Send people to the login, and back to the page afterwards. htmx follows its own header."""
    page = request.url.path if request.method == "GET" else "/"
    response = RedirectResponse(str(request.url_for("log_in_page").include_query_params(then=page)), 303)
    if request.headers.get("hx-request"):
        response = Response(status_code=401, headers={"HX-Redirect": response.headers["location"]})  # type: ignore[assignment]
    return response
