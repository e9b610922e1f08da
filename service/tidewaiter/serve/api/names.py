"""`POST /v1/names`: which listed parties a name may be, and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from tidewaiter.matching.query import PartyQuery
from tidewaiter.serve.auth.callers import Caller, Role
from tidewaiter.serve.looking_up import NameMatch, look_up
from tidewaiter.serve.service import Needs, Serving
from tidewaiter_schemas.base import Country, OpenWord, PartialDate, Text
from tidewaiter_schemas.transfer import Identifier

router = APIRouter(prefix="/v1", tags=["names"])
Asking = Annotated[Caller, Depends(Needs(*Role))]


class NameQuery(BaseModel):
    """A party to look up. Give at least one name or identifier."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    names: Annotated[list[Text], Field(max_length=20)] = []
    type: OpenWord = "unknown"
    birth_date: PartialDate | None = None
    countries: Annotated[list[Country], Field(max_length=20)] = []
    identifiers: Annotated[list[Identifier], Field(max_length=20)] = []


class NameMatches(BaseModel):
    """The listed parties that it may be, the likeliest first."""

    rule_book: str = Field(description="SHA-256 of the rule book in use.")
    matches: list[NameMatch]


@router.post("/names")
def look_up_names(service: Serving, _: Asking, query: NameQuery) -> NameMatches:
    """Return the listed parties that a name may be: each with its score as a sum, and the words side by side."""
    book = service.screener().book
    asked = PartyQuery(
        tuple(query.names),
        query.type,
        query.birth_date,
        tuple(query.countries),
        tuple((each.type, each.value, each.country) for each in query.identifiers),
    )
    return NameMatches(rule_book=book.manifest.sha256, matches=look_up(book, asked))
