"""The console: server-rendered pages for people.

Every page asks for a login through `SignedIn`, and every answer has the policy of `pages/policy.py`.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tidewaiter.serve.pages import login
from tidewaiter.serve.service import LoginNeeded


def add_pages(app: FastAPI) -> None:
    """Add the pages to the application."""
    app.include_router(login.router, include_in_schema=False)
    app.add_exception_handler(LoginNeeded, _log_in)


async def _log_in(request: Request, _: Exception) -> Response:
    """Send people to the login, and back to the page afterwards. htmx follows its own header."""
    page = request.url.path if request.method == "GET" else "/"
    response = RedirectResponse(str(request.url_for("log_in_page").include_query_params(then=page)), 303)
    if request.headers.get("hx-request"):
        response = Response(status_code=401, headers={"HX-Redirect": response.headers["location"]})  # type: ignore[assignment]
    return response
