"""The rule book in use as people ask about it: rules on a day, entries of lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel, Field

from tidewaiter.matching.entry import ListEntry, PartyList
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.compiled_rule import CompiledRule
from tidewaiter_schemas.verdict import Citation


class RuleOnDay(BaseModel):
    """One rule of the rule book in use, and whether it is in force on a day."""

    id: str
    rule_set: str
    title: str
    says: str = Field(description="What the law says, in our own words.")
    jurisdiction: str
    authority: str
    countries: list[str]
    direction: str
    family: str
    effect: str
    confidence: str = Field(description="V read in a source, H well known, C still to be checked.")
    since: date
    until: date | None
    replaced_from: date | None = Field(description="The first day on which another rule takes its place.")
    superseded_by: list[str]
    on: date
    in_force: bool
    citations: list[Citation]
    exceptions: list[str]


def all_rules(book: RuleBook) -> Iterator[CompiledRule]:
    """Yield each rule of the book once, in the order of countries and ids."""
    seen = set()
    for of in (book.rules, book.dealings):
        for rules in of.values():
            for compiled in rules:
                if compiled.rule.id not in seen:
                    seen.add(compiled.rule.id)
                    yield compiled


def rule_on(book: RuleBook, rule_id: str, day: date) -> RuleOnDay | None:
    """Return a rule as of a day; None where the rule book in use does not have it."""
    return next((shown(each, day) for each in all_rules(book) if each.rule.id == rule_id), None)


def shown(compiled: CompiledRule, day: date) -> RuleOnDay:
    """Return a rule as people read it."""
    rule, rule_set = compiled.rule, compiled.rule_set
    return RuleOnDay(
        id=rule.id,
        rule_set=rule_set.rule_set,
        title=rule.title,
        says=rule.says,
        jurisdiction=rule_set.jurisdiction,
        authority=rule_set.authority,
        countries=list(rule.countries),
        direction=str(rule.direction),
        family=rule.family.value,
        effect=rule.effect.value,
        confidence=rule.confidence,
        since=rule.in_force.since,
        until=rule.in_force.until,
        replaced_from=compiled.replaced_from,
        superseded_by=list(rule.superseded_by),
        on=day,
        in_force=compiled.stands_on(day),
        citations=list(compiled.citations),
        exceptions=[clause.text for clause in rule.exceptions],
    )


def entry_of(book: RuleBook, rule: str) -> tuple[PartyList, ListEntry] | None:
    """Return the list and entry of a finding's rule `list:entry`; None where the rule book in use has it no longer.

    It looks through the whole list: call it in a thread.
    """
    list_id, _, entry_id = rule.partition(":")
    for party_list in book.parties.lists:
        if party_list.id == list_id:
            return next(((party_list, each) for each in party_list.entries if each.id == entry_id), None)
    return None
