"""Law that binds the operator and is not packaged is never passed over in silence."""

from __future__ import annotations

from typing import Any

import pytest

from tests import builders, packaged
from tests.builders import party, seller
from tidewaiter.rulebook.loader import builtin_rule_sets
from tidewaiter.rulebook.programmes import Programme, ProgrammeKind, read_programmes
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
    ("US", transfer("water pumps", "US", "UA", place="Donetsk")),
    ("EU", transfer("trucks", "DE", "BY")),
    ("JP", transfer("lathes", "JP", "RU")),
    ("UK", transfer("rifles", "GB", "KP")),
    ("CA", transfer("rifles", "CA", "KP")),
    ("CA", transfer("rice", "CA", "KP")),
    ("EU", transfer("rifles", "DE", "CN")),
    (
        "EU",
        transfer(
            "boots", "DE", "CN", parties=[{"role": "transferee", "name": "Ministry of Defence", "countries": ["CN"]}]
        ),
    ),
    ("UN", transfer("charcoal", "SO", "AE")),
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


def test_what_is_said_to_be_packaged_has_rules_on_its_country() -> None:
    ruled = {(s.jurisdiction, country) for s in builtin_rule_sets() for rule in s.rules for country in rule.countries}
    # Darfur alone of Sudan has a rule.
    assert [p for p in packaged_programmes() if (p.jurisdiction, p.target) not in ruled | {("UN", "SD")}] == []


def packaged_programmes() -> list[Programme]:
    return [programme for programme in read_programmes() if programme.packaged != "no" and programme.kind in JUDGED]


JUDGED = (ProgrammeKind.COMPREHENSIVE, ProgrammeKind.SECTORAL_GOODS, ProgrammeKind.ARMS_EMBARGO)
