"""Look a party up in the lists: which entries it may be, word by word, with the score as a sum."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from tidewaiter.matching.query import PartyQuery
from tidewaiter.serve.api.names import NameQuery
from tidewaiter.serve.auth.callers import Role
from tidewaiter.serve.auth.sessions import Session
from tidewaiter.serve.pages.finding_view import match_of
from tidewaiter.serve.pages.policy import ConsoleRoute, page
from tidewaiter.serve.problems import not_valid
from tidewaiter.serve.service import Serving, SignedIn
from tidewaiter_schemas.transfer import IDENTIFIER_TYPES, PARTY_TYPES, Identifier

router = APIRouter(route_class=ConsoleRoute)
Anybody = Annotated[Session, Depends(SignedIn(*Role))]
Short = Annotated[str, Form(max_length=1_000)]


@router.get("/names", name="names_page")
def show_form(request: Request, session: Anybody) -> HTMLResponse:
    """Show the form."""
    return _page(request, session, None)


@router.post("/names")
def look_up(
    request: Request,
    service: Serving,
    session: Anybody,
    name: Short = "",
    type: Short = "unknown",  # noqa: A002 - the word of the contract
    birth_date: Short = "",
    country: Short = "",
    identifier_type: Short = "other",
    identifier: Short = "",
) -> HTMLResponse:
    """Show the listed parties that it may be."""
    try:
        query = NameQuery(
            names=[name.strip()] if name.strip() else [],
            type=type,
            birth_date=birth_date.strip() or None,
            countries=[each.upper() for each in country.replace(",", " ").split()],
            identifiers=[Identifier(type=identifier_type, value=identifier.strip())] if identifier.strip() else [],
        )
    except ValidationError as error:
        raise not_valid(error.errors()) from None
    party = PartyQuery(
        tuple(query.names),
        query.type,
        query.birth_date,
        tuple(query.countries),
        tuple((each.type, each.value, each.country) for each in query.identifiers),
    )
    book = service.screener().book
    (candidates,) = book.parties.match([party])
    found = [(each, match_of(each)) for each in candidates]
    return _page(request, session, {"query": query, "found": found, "lists": book.manifest.lists})


def _page(request: Request, session: Session, result: object) -> HTMLResponse:
    part = request.headers.get("hx-request") is not None and result is not None
    return page(
        request,
        "parts/names_found.html" if part else "names.html",
        session,
        result=result,
        types=sorted(PARTY_TYPES),
        identifier_types=sorted(IDENTIFIER_TYPES),
    )
