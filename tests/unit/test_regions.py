"""Regions that law is about apart from their country: known by place, region code and postcode, and never by the country."""

from __future__ import annotations

from typing import Any

import pytest

from tests import builders, packaged
from tests.builders import party, seller
from tidewaiter_schemas import Decision, Verdict

PUMP = {"description": "water pumps", "hs_code": "8413.70"}


def screened(stop: dict[str, Any], *parties: dict[str, Any], jurisdiction: str = "US") -> Verdict:
    facts = {
        "parties": [seller("US"), *parties],
        "items": [PUMP],
        "route": {"origin": {"country": "US"}, "destination": stop},
    }
    (verdict,) = packaged.screener(jurisdiction).screen([builders.transfer(day="2024-06-10", **facts)])
    return verdict


@pytest.mark.parametrize(
    ("stop", "rule"),
    [
        ({"country": "UA", "place": "Simferopol"}, "US-CRIMEA-EXPORT"),
        ({"country": "RU", "place": "Севастополь"}, "US-CRIMEA-EXPORT"),
        ({"country": "UA", "place": "vul. Example 1, 95001"}, "US-CRIMEA-EXPORT"),
        ({"country": "RU", "place": "ул. Примерная, 299011"}, "US-CRIMEA-EXPORT"),
        ({"place": "UA-40"}, "US-CRIMEA-EXPORT"),
        ({"country": "UA", "place": "Makiivka"}, "US-DNR-EXPORT"),
        ({"country": "RU", "place": "283001"}, "US-DNR-EXPORT"),
        ({"country": "UA", "place": "Alchevsk"}, "US-LNR-EXPORT"),
        ({"country": "RU", "place": "291055"}, "US-LNR-EXPORT"),
    ],
)
def test_a_place_or_code_of_a_region_is_barred(stop: dict[str, Any], rule: str) -> None:
    verdict = screened(stop)
    assert rule in {finding.rule for finding in verdict.findings if finding.effect == "block"}


@pytest.mark.parametrize(
    "place", ["Kramatorsk, Donetsk oblast", "84300", "UA-14", "UA-09", "94000", "Donetsk, Rostov region"]
)
def test_what_may_be_in_the_part_that_is_meant_is_for_review(place: str) -> None:
    country = "RU" if "Rostov" in place else "UA"
    verdict = screened({"country": country, "place": place}, jurisdiction="US" if country == "UA" else "AU")
    assert verdict.decision is Decision.REVIEW


@pytest.mark.parametrize(
    "stop",
    [
        {"country": "UA"},
        {"country": "UA", "place": "Kyiv, 01001"},
        {"country": "UA", "place": "Lviv, 79000"},
        {"country": "DE", "place": "Berlin, 95001"},
        {"country": "US", "place": "San Jose, CA 95112"},
        {"country": "PL", "place": "order 299011"},
    ],
)
def test_the_rest_of_the_country_and_numbers_elsewhere_are_free(stop: dict[str, Any]) -> None:
    assert screened(stop).decision is Decision.CLEAR


def test_an_address_of_a_party_counts_as_the_route_does() -> None:
    buyer = party(name="Example Trading", country="UA", address="vul. Example 1, Simferopol 95001, Ukraine")
    verdict = screened({"country": "UA"}, buyer)
    assert "US-CRIMEA-EXPORT" in {finding.rule for finding in verdict.findings}
    elsewhere = party(name="Example Trading", country="UA", address="vul. Example 1, Kharkiv 61001, Ukraine")
    assert screened({"country": "UA"}, elsewhere).decision is Decision.CLEAR
