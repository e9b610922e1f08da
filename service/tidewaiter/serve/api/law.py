"""`GET /v1/rulebook`, `/v1/rules/{id}` and `/v1/entries/{list}/{entry}`: what screens, and what it says."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from tidewaiter import __version__
from tidewaiter.serve.auth.callers import Caller, Role
from tidewaiter.serve.law import RuleOnDay, all_rules, entry_of, rule_on, shown
from tidewaiter.serve.problems import Problem
from tidewaiter.serve.service import Needs, Serving, asked
from tidewaiter_schemas.rulebook import RuleBookManifest

_EVERYBODY: Final = tuple(Role)
router = APIRouter(prefix="/v1", tags=["law"])
Anybody = Annotated[Caller, Depends(Needs(*_EVERYBODY))]
Day = Annotated[date | None, Query(alias="on", description="A day; today where it is absent.")]


class RuleBookInUse(BaseModel):
    """What a request is screened against now."""

    manifest: RuleBookManifest
    engine: str
    jurisdictions: list[str]
    dispositions: int = Field(description="False positives in use that are neither withdrawn nor overruled.")


class Rules(BaseModel):
    """Rules of the rule book in use."""

    rules: list[RuleOnDay]


class ListedName(BaseModel):
    """A name of an entry."""

    text: str
    weak: bool = Field(description="The publisher calls it a weak alias.")


class Entry(BaseModel):
    """One entry of a party list, as its publisher has it."""

    list: str
    publisher: str
    published: str | None
    sample: bool
    id: str
    type: str
    names: tuple[ListedName, ...]
    programmes: tuple[str, ...]
    measures: tuple[str, ...]
    birth_dates: tuple[str, ...]
    birth_places: tuple[str, ...]
    countries: tuple[str, ...]
    addresses: tuple[str, ...]
    identifiers: tuple[dict[str, str | None], ...]
    linked_to: tuple[str, ...]
    listed_on: str | None
    delisted_on: str | None
    url: str
    provision: str
    confidence: str
    remarks: str


@router.get("/rulebook")
def rule_book(service: Serving, _: Anybody) -> RuleBookInUse:
    """Return the manifest of the rule book in use: rule sets and lists with their versions, hashes and dates."""
    screener = service.screener()
    return RuleBookInUse(
        manifest=screener.book.manifest,
        engine=__version__,
        jurisdictions=list(service.settings.jurisdictions),
        dispositions=screener.dispositions.in_force,
    )


@router.get("/rules")
def list_rules(
    service: Serving,
    _: Anybody,
    on: Day = None,
    country: Annotated[str | None, Query(max_length=8, description="Only of this country.")] = None,
    all_: Annotated[bool, Query(alias="all", description="Also rules that are not in force on that day.")] = False,
) -> Rules:
    """Return the rules in force on a day."""
    day = on or datetime.now(UTC).date()
    found = (shown(each, day) for each in all_rules(service.screener().book))
    return Rules(
        rules=[
            rule for rule in found if (all_ or rule.in_force) and (country is None or country.upper() in rule.countries)
        ]
    )


@router.get("/rules/{id}")
def show_rule(
    request: Request,
    service: Serving,
    _: Anybody,
    id: str,  # noqa: A002 - the name in the path
    on: Day = None,
) -> RuleOnDay:
    """Return a rule of the rule book in use, and whether it is in force on a day."""
    found = rule_on(service.screener().book, id, on or datetime.now(UTC).date())
    if found is None:
        raise Problem(
            HTTPStatus.NOT_FOUND, "no-such-rule", "The rule book in use has no rule of this id; /v1/rules lists them."
        )
    asked(request).subject = found.id
    return found


@router.get("/entries/{list_id}/{entry_id:path}")
def show_entry(request: Request, service: Serving, _: Anybody, list_id: str, entry_id: str) -> Entry:
    """Return an entry of a party list: names, dates, identifiers and remarks."""
    found = entry_of(service.screener().book, f"{list_id}:{entry_id}")
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "no-such-entry", "The rule book in use has no list with this entry.")
    party_list, entry = found
    asked(request).subject = f"{party_list.id}:{entry.id}"
    facts = {name: value for name, value in dataclasses.asdict(entry).items() if name in Entry.model_fields}
    about = {
        "list": party_list.id,
        "publisher": party_list.publisher,
        "published": party_list.published,
        "sample": party_list.sample,
    }
    return Entry.model_validate(facts | about)
