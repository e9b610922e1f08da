"""Programmes that tie a party to a country: one table for all publishers."""

from __future__ import annotations

import pytest

from tidewaiter.lists.programmes import PROGRAMME_COUNTRIES, country_of_programme
from tidewaiter.lists.registry import PUBLISHERS
from tidewaiter_schemas.countries import CODES

# The head of the table says why.
TIES_NOBODY = {"opensanctions", "own", "sample"}
TIES_NOBODY_TO_IRAN = {"ofac", "csl", "au"}


@pytest.mark.parametrize(
    ("publisher", "programme", "country"),
    [
        ("un", "DPRK", "KP"),
        ("un", "Iran", "IR"),
        ("un", "DRC", None),
        ("ofac", "DPRK4", "KP"),
        ("ofac", "DPRK-NKSPEA", "KP"),
        # Most who are listed under OFAC's programmes on Iran only traded with it.
        ("ofac", "IRAN-EO13902", None),
        ("ofac", "IFSR", None),
        ("eu", "PRK", "KP"),
        ("eu", "IRN", "IR"),
        ("eu", "UKR", None),
        ("uk", "The Democratic People’s Republic of Korea (Sanctions) (EU Exit) Regulations 2019", "KP"),
        ("uk", "Democratic People's Republic of Korea", "KP"),
        ("uk", "The Iran (Sanctions) (Nuclear) (EU Exit) Regulations 2019", "IR"),
        ("uk", "Democratic Republic of the Congo", None),
        ("uk-conlist", "Iran (Nuclear)", "IR"),
        ("au", "1718 (DPRK)", "KP"),
        ("au", "Autonomous (DPRK)", "KP"),
        # As a country of their own it would contradict whoever gives another: measured in the table's head.
        ("au", "1737 (Iran)", None),
        ("au", "Autonomous (Iran)", None),
        ("au", "1533 (Democratic People’s Republic of the Congo)", None),
        ("opensanctions", "UN-SC1718", None),
    ],
)
def test_a_listing_ties_a_party_to_the_country_of_its_programme(
    publisher: str, programme: str, country: str | None
) -> None:
    assert country_of_programme(publisher, programme) == country


def test_each_row_names_a_publisher_a_country_a_confidence_and_a_source() -> None:
    for row in PROGRAMME_COUNTRIES:
        assert row.publisher in PUBLISHERS, row
        assert row.country in CODES, row
        assert row.confidence in ("V", "H"), row
        assert len(row.source) > 10, row


def test_a_publisher_without_a_programme_on_a_country_is_left_out_on_purpose() -> None:
    tied = {
        country: {row.publisher for row in PROGRAMME_COUNTRIES if row.country == country} for country in ("KP", "IR")
    }
    assert PUBLISHERS.keys() - tied["KP"] == TIES_NOBODY
    assert PUBLISHERS.keys() - tied["IR"] == TIES_NOBODY | TIES_NOBODY_TO_IRAN
