"""Login and logout of the console. A token becomes a cookie, so that it is typed once and stored nowhere."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tidewaiter.serve.auth.sessions import Session
from tidewaiter.serve.pages.policy import page, set_cookie
from tidewaiter.serve.service import Serving, SignedIn

router = APIRouter()


@router.get("/login", name="log_in_page")
def log_in_page(request: Request, then: str = "/") -> HTMLResponse:
    """Show the login."""
    return page(request, "login.html", None, then=_within(then), refused="")


@router.post("/login")
async def log_in(
    request: Request, service: Serving, token: Annotated[str, Form(max_length=200)], then: Annotated[str, Form()] = "/"
) -> Response:
    """Open a session for the owner of a token."""
    if not service.logins.allows(request.state.peer):
        return page(request, "login.html", None, 429, then=_within(then), refused="Too many attempts; wait a minute.")
    opened = await run_in_threadpool(service.sessions.log_in, token.strip())
    if opened is None:
        return page(
            request, "login.html", None, 401, then=_within(then), refused="This token is not known, or expired."
        )
    cookie, session = opened
    request.state.caller = session.caller
    response = RedirectResponse(_within(then), 303)
    set_cookie(request, response, cookie)
    return response


@router.post("/logout")
async def log_out(request: Request, service: Serving, session: Annotated[Session, Depends(SignedIn())]) -> Response:
    """End the session."""
    await run_in_threadpool(service.sessions.log_out, request.cookies.get(service.sessions.cookie, ""))
    response = RedirectResponse("/login", 303)
    response.delete_cookie(
        service.sessions.cookie, path="/", secure=service.sessions.https, httponly=True, samesite="strict"
    )
    return response


def _within(then: str) -> str:
    """Return the path of a page of this console; the first one for anything else, so that nobody is led elsewhere."""
    return then if then.startswith("/") and not then.startswith(("//", "/\\")) and then.isprintable() else "/"
