"""Law that binds the operator and is not packaged is never passed over in silence."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from tests import builders, packaged
from tests.builders import party, seller
from tidewaiter.errors import RuleError
from tidewaiter.rulebook.loader import builtin_rule_sets
from tidewaiter.rulebook.programmes import FILE, Programme, read_programmes
from tidewaiter.rulebook.rules import Rule
from tidewaiter_schemas import Decision, Effect, Finding, TransferEvent

RULE = "TW-LAW-NOT-PACKAGED"


def transfer(goods: str | None, origin: str, destination: str, on: str = "2026-11-01", **more: Any) -> TransferEvent:
    place = more.pop("place", None)
    stop = {"country": destination} | ({"place": place} if place else {})
    facts = {
        "parties": [seller(origin), party(country=destination)],
        "items": [{"description": goods}] if goods else [],
        "route": {"origin": {"country": origin}, "destination": stop},
    }
    return builders.transfer(day=on, **(facts | more))


def found(jurisdiction: str, event: TransferEvent) -> list[Finding]:
    (verdict,) = packaged.screener(jurisdiction).screen([event])
    return [finding for finding in verdict.findings if finding.rule == RULE and finding.effect is Effect.REVIEW]


TOUCHED = [
    ("US", transfer("television sets", "US", "IR")),
    ("US", transfer("rice", "US", "CU")),
    ("US", transfer("water pumps", "US", "SY", "2023-05-01")),
    ("US", transfer("water pumps", "US", "UA", place="Sevastopol")),
    ("EU", transfer("trucks", "DE", "BY")),
    ("JP", transfer("lathes", "JP", "RU")),
    ("UK", transfer("rifles", "GB", "KP")),
    ("CA", transfer("rifles", "CA", "KP")),
    (
        "EU",
        transfer(
            "boots", "DE", "CN", parties=[{"role": "transferee", "name": "Ministry of Defence", "countries": ["CN"]}]
        ),
    ),
    ("US", transfer(None, "US", "IR", kind="payment")),
    ("EU", transfer(None, "DE", "RU", kind="service", purpose="accounting")),
]
NOT_TOUCHED = [
    ("US", transfer("shoes", "US", "MX")),
    ("EU", transfer("rice", "DE", "RU")),
    ("EU", transfer("drills", "DE", "CN")),
    ("UN", transfer("crude oil", "IQ", "IN")),
    ("UN", transfer("bananas", "SO", "AE")),
    ("US", transfer("water pumps", "US", "UA", place="Kyiv")),
    ("US", transfer("water pumps", "US", "SD", "2018-01-01")),
    ("UN", transfer("television sets", "US", "IR")),
]  # fmt: skip


JUDGED = [
    ("US", transfer("water pumps", "US", "UA", place="Donetsk"), "US-DNR-EXPORT"),
    ("US", transfer("water pumps", "US", "UA", place="Sevastopol"), "US-CRIMEA-EXPORT"),
    ("EU", transfer("rifles", "DE", "CN"), "EU-CN-ARMS"),
    ("UN", transfer("charcoal", "SO", "AE"), "SO-FR-CHARCOAL"),
    ("CA", transfer("rice", "CA", "KP"), "CA-KP-EXPORT"),
    ("US", transfer("water pumps", "US", "SD", "2010-05-01"), "US-SD-EXPORT"),
]


@pytest.mark.parametrize(("jurisdiction", "event", "rule"), JUDGED)
def test_what_rules_judge_is_judged_by_them(jurisdiction: str, event: TransferEvent, rule: str) -> None:
    (verdict,) = packaged.screener(jurisdiction).screen([event])
    assert rule in {finding.rule for finding in verdict.findings}
    assert verdict.decision is not Decision.CLEAR


@pytest.mark.parametrize(("jurisdiction", "event"), TOUCHED)
def test_a_transfer_that_touches_law_that_is_not_packaged_is_for_review(
    jurisdiction: str, event: TransferEvent
) -> None:
    (finding,) = found(jurisdiction, event)
    assert jurisdiction in finding.reason
    assert finding.further_citations[0].url.startswith("https://")


@pytest.mark.parametrize(("jurisdiction", "event"), NOT_TOUCHED)
def test_what_the_programme_is_not_about_stays_free_of_it(jurisdiction: str, event: TransferEvent) -> None:
    assert found(jurisdiction, event) == []


def test_a_programme_asks_on_the_days_on_which_it_was_law() -> None:
    ended = transfer("water pumps", "US", "SD", "2017-10-12"), transfer("water pumps", "US", "SD", "2017-10-13")
    assert [len(found("US", event)) for event in ended] == [1, 0]


def test_no_jurisdiction_clears_rifles_to_the_dprk() -> None:
    for jurisdiction in ("UN", "EU", "US", "UK", "JP", "CA"):
        (verdict,) = packaged.screener(jurisdiction).screen([transfer("rifles", "DE", "KP")])
        assert verdict.decision is not Decision.CLEAR, jurisdiction


RULES = {rule.id: (rule_set.jurisdiction, rule) for rule_set in builtin_rule_sets() for rule in rule_set.rules}


def rules_of(programme: Programme) -> list[Rule]:
    """The packaged rules that a programme names, each pattern at least one."""
    found = []
    for pattern in programme.rules:
        named = [one for name, one in RULES.items() if fnmatch(name, pattern)]
        assert named, f"{programme.jurisdiction} {programme.target}: {pattern} names no rule"
        assert {jurisdiction for jurisdiction, _ in named} == {programme.jurisdiction}, (programme.target, pattern)
        found += [rule for _, rule in named]
    return found


@pytest.mark.parametrize("programme", [one for one in read_programmes() if one.rules], ids=str)
def test_what_is_said_to_be_packaged_has_rules_on_its_country_and_its_days(programme: Programme) -> None:
    rules = rules_of(programme)
    # Darfur alone of Sudan has a rule of the Security Council.
    assert all(any(country.startswith(programme.target) for country in rule.countries) for rule in rules)
    assert any(
        rule.in_force.since <= (programme.until or date.max) and programme.since <= (rule.in_force.until or date.max)
        for rule in rules
    )


def test_every_packaged_rule_encodes_a_programme_of_the_map() -> None:
    named = {rule.id for programme in read_programmes() if programme.rules for rule in rules_of(programme)}
    assert sorted(set(RULES) - named) == []


def test_a_row_that_says_packaged_and_names_no_rule_is_refused(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8")
    (tmp_path / "programmes.csv").write_text(text.replace("yes,YE-TO-ARMS", "yes,", 1), encoding="utf-8")
    with pytest.raises(RuleError, match=r"programmes.csv:\d+: rules: name those of what is packaged"):
        read_programmes(tmp_path / "programmes.csv")
