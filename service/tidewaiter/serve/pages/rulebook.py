"""The rule book: rules in force on a day, its lists and their ages, the map of coverage, and what changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

from tidewaiter.rulebook.book import RuleBook
from tidewaiter.serve.auth.callers import Role
from tidewaiter.serve.auth.sessions import Session
from tidewaiter.serve.law import RuleOnDay, all_rules, entry_of, rule_on, shown
from tidewaiter.serve.pages.policy import READERS, ConsoleRoute, page
from tidewaiter.serve.problems import Problem
from tidewaiter.serve.projection.tables import verdicts
from tidewaiter.serve.service import Service, Serving, SignedIn, asked
from tidewaiter_schemas.rulebook import RuleBookManifest
from tidewaiter_schemas.verdict import Verdict

router = APIRouter(route_class=ConsoleRoute)
Anybody = Annotated[Session, Depends(SignedIn(*Role))]
_MOST_BOOKS: Final = 20


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """What is known of the law of one jurisdiction on one country: rules that screen, and programmes without them."""

    rules: int
    unpackaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartChange:
    """One part of the rule book that two books have in different versions."""

    part: str
    before: str
    after: str


@router.get("/rulebook", name="rulebook_page")
def show_rule_book(
    request: Request,
    service: Serving,
    session: Anybody,
    on: Annotated[str, Query(max_length=10)] = "",
    country: Annotated[str, Query(max_length=8)] = "",
    versus: Annotated[str, Query(max_length=10)] = "",
    old: Annotated[str, Query(max_length=64)] = "",
    new: Annotated[str, Query(max_length=64)] = "",
) -> HTMLResponse:
    """Show the rule book in use."""
    book = service.screener().book
    today = datetime.now(UTC).date()
    day, other = _day(on) or today, _day(versus)
    rules = [shown(each, day) for each in all_rules(book)]
    wanted = country.strip().upper()
    standing = [rule for rule in rules if rule.in_force and (not wanted or wanted in rule.countries)]
    books = _books_of_verdicts(service) if session.caller.has(*READERS) else {}
    return page(
        request,
        "rulebook.html",
        session,
        manifest=book.manifest,
        lists=[(each, _age(each.published, today)) for each in book.manifest.lists],
        rules=standing,
        countries=sorted({each for rule in rules for each in rule.countries}),
        on=day,
        country=wanted,
        versus=other,
        begun=[] if other is None else list(_between(book, min(day, other), max(day, other), begins=True)),
        ended=[] if other is None else list(_between(book, min(day, other), max(day, other), begins=False)),
        coverage=_coverage(book, day),
        jurisdictions=sorted({*(rule.jurisdiction for rule in rules), *_jurisdictions(book)}),
        books=books,
        old=old,
        new=new,
        changes=list(_changes(books[old], books[new])) if old in books and new in books else None,
    )


@router.get("/rules/{id}", name="rule_page")
def show_rule(
    request: Request,
    service: Serving,
    session: Anybody,
    id: str,  # noqa: A002 - the name in the path
    on: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """Show one rule."""
    rule = rule_on(service.screener().book, id, _day(on) or datetime.now(UTC).date())
    if rule is None:
        raise Problem(HTTPStatus.NOT_FOUND, "no-such-rule", "The rule book in use has no rule of this id.")
    asked(request).subject = rule.id
    return page(request, "rule.html", session, rule=rule)


@router.get("/entries/{list_id}/{entry_id:path}", name="entry_page")
def show_entry(request: Request, service: Serving, session: Anybody, list_id: str, entry_id: str) -> HTMLResponse:
    """Show one entry of a list."""
    found = entry_of(service.screener().book, f"{list_id}:{entry_id}")
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "no-such-entry", "The rule book in use has no list with this entry.")
    party_list, entry = found
    asked(request).subject = f"{party_list.id}:{entry.id}"
    return page(request, "entry.html", session, list=party_list, entry=entry)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not-valid", "Give a day as 2026-01-31.") from None


def _age(published: str | None, today: date) -> int | None:
    """Return the age of a list in days, where its publisher gives a date."""
    try:
        return None if published is None else (today - date.fromisoformat(published[:10])).days
    except ValueError:
        return None


def _between(book: RuleBook, first: date, last: date, *, begins: bool) -> Iterator[RuleOnDay]:
    """Yield the rules that are in force on only one of two days: those that begin, or those that end."""
    for each in all_rules(book):
        before, after = each.stands_on(first), each.stands_on(last)
        if before != after and after is begins:
            yield shown(each, last)


def _jurisdictions(book: RuleBook) -> set[str]:
    return {each.jurisdiction for group in book.programmes.values() for each in group}


def _coverage(book: RuleBook, day: date) -> dict[str, dict[str, CoverageCell]]:
    """Return by country and jurisdiction how many rules screen, and which programmes have no rules, or not all."""
    rules: dict[tuple[str, str], int] = {}
    for each in all_rules(book):
        if each.stands_on(day):
            for country in each.rule.countries:
                key = (country, each.rule_set.jurisdiction)
                rules[key] = rules.get(key, 0) + 1
    known: dict[tuple[str, str], list[str]] = {}
    for target, group in book.programmes.items():
        for programme in group:
            if programme.in_force_on(day):
                extent = "in part" if programme.packaged == "part" else "no rules"
                known.setdefault((target, programme.jurisdiction), []).append(f"{programme.kind} ({extent})")
    found: dict[str, dict[str, CoverageCell]] = {}
    for country, jurisdiction in sorted({*rules, *known}):
        unpackaged = tuple(dict.fromkeys(known.get((country, jurisdiction), ())))
        cell = CoverageCell(rules.get((country, jurisdiction), 0), unpackaged)
        found.setdefault(country, {})[jurisdiction] = cell
    return found


def _books_of_verdicts(service: Service) -> dict[str, RuleBookManifest]:
    """Return the manifests of the rule books that verdicts name, the latest first."""
    latest = (
        select(verdicts.c.rule_book, func.max(verdicts.c.id).label("id"), func.max(verdicts.c.screened_ms).label("at"))
        .group_by(verdicts.c.rule_book)
        .order_by(func.max(verdicts.c.screened_ms).desc())
        .limit(_MOST_BOOKS)
        .subquery()
    )
    query = select(verdicts.c.value).join(latest, latest.c.id == verdicts.c.id).order_by(latest.c.at.desc())
    with service.store.read() as connection:
        values: Sequence[bytes] = [bytes(row.value) for row in connection.execute(query)]
    read = [Verdict.model_validate(json.loads(value)).rulebook for value in values]
    return {each.sha256: each for each in read}


def _changes(old: RuleBookManifest, new: RuleBookManifest) -> Iterator[PartChange]:
    """Yield the rule sets and lists that two books have in different versions."""
    before = {f"rule set {each.id}": (each.sha256, f"{each.version}, {each.rules} rules") for each in old.rule_sets}
    after = {f"rule set {each.id}": (each.sha256, f"{each.version}, {each.rules} rules") for each in new.rule_sets}
    for manifest, parts in ((old, before), (new, after)):
        for each in manifest.lists:
            parts[f"list {each.id}"] = (each.sha256, f"{each.published or 'no date'}, {each.entries} entries")
    for part in sorted(before.keys() | after.keys()):
        was, now = before.get(part), after.get(part)
        if was != now:
            yield PartChange(part, was[1] if was else "not in it", now[1] if now else "not in it")
