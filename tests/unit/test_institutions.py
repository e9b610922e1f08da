"""Well-known institutions of the DPRK and its head of State, which name no country."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests import packaged
from tests.builders import party, seller, transfer
from tidewaiter.rulebook.country_knowledge import packaged_ties
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas import Decision

NAMES = [
    name.removeprefix("~").replace("*", "")
    for of_country in packaged_ties().institutions
    for body in of_country.bodies
    for name in body.names
]
OTHERS = (
    "Korea Air Cargo", "Korea University", "고려대학교", "조선호텔", "Kim Il Woo Dental Clinic", "Korea Central Church",
    "Air Korea Express", "Korea Computer Systems", "연합기업", "Hotel Koryo Seoul", "朝鮮日報", "조선대학교",
)  # fmt: skip


@cache
def screener() -> Screener:
    return Screener(packaged.rule_book())


def decision(description: str = "water pumps", **facts: Any) -> Decision:
    fields = {"parties": [seller("CN"), party(country="MY")], **facts}
    return screener().screen([transfer({"description": description}, origin="CN", to="MY", **fields)])[0].decision


@pytest.mark.parametrize("name", NAMES)
def test_an_institution_ties_to_its_country_as_a_party_and_in_a_text(name: str) -> None:
    assert decision(parties=[seller("CN"), party(name=name)]) is not Decision.CLEAR
    assert decision(parties=[seller("CN"), party(name=name, countries=["MY"])]) is not Decision.CLEAR
    assert decision(free_text=f"handed over to {name} at the airport") is not Decision.CLEAR


@pytest.mark.parametrize("name", OTHERS)
def test_bodies_of_other_countries_with_like_names_do_not(name: str) -> None:
    assert decision(parties=[seller("CN"), party(name=name, countries=["KR"])]) is Decision.CLEAR
    assert decision(free_text=f"handed over to {name} at the airport") is Decision.CLEAR


def test_what_the_law_leaves_free_is_not_held_for_an_institution() -> None:
    university = party(name="Kim Il Sung University")
    assert decision("insulin", parties=[seller("CN"), university]) is Decision.CLEAR


def test_the_head_of_state_ties_by_his_whole_name_alone() -> None:
    def gift(**facts: Any) -> Decision:
        return decision("limousine", kind="gift", parties=[seller("RU"), party(type="person", **facts)])

    assert gift(name="Kim Jong Un") is Decision.BLOCK
    assert gift(name="김정은") is Decision.BLOCK
    assert gift(name="Kim Jong Un", countries=["KR"]) is Decision.REVIEW
    assert gift(name="Kim Jong Un Park") is not Decision.BLOCK


def test_every_institution_says_where_it_is_known_from() -> None:
    for of_country in packaged_ties().institutions:
        for body in (*of_country.bodies, *([of_country.head] if of_country.head else ())):
            assert body.confidence in "VH"
            assert (body.confidence == "V") is (body.source != "general knowledge"), body.names
