"""Vessels of the 1718 Committee are found by name and number, whatever lists are loaded."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.builders import party, transfer
from tests.official_lists import FOLDER
from tidewaiter.release.assembly import assemble
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter_schemas import Decision

UN = FOLDER / "un" / "consolidated_2026-08-01.xml"
pytestmark = pytest.mark.skipif(not UN.exists(), reason="the official lists are not beside the repository")


@cache
def with_the_official_list() -> Screener:
    return Screener(assemble(Settings(lists=(("un", UN),))))


def decided(**vessel: Any) -> Decision:
    parties = [party(country="MY"), {"role": "vessel", "type": "vessel", **vessel}]
    charter = transfer(kind="charter", day="2026-08-10", to="MY", parties=parties)
    return with_the_official_list().screen([charter])[0].decision


def test_the_vessels_are_a_list_of_their_own_beside_the_official_one() -> None:
    lists = {party_list.id: party_list for party_list in with_the_official_list().book.parties.lists}
    assert set(lists) == {"un", "un-vessels"}
    assert len(lists["un-vessels"].entries) > 40
    assert not lists["un-vessels"].sample


@pytest.mark.parametrize("name", ["PETREL 8", "UL JI BONG 6", "RYE SONG GANG 1"])
def test_a_designated_vessel_is_found_by_its_name(name: str) -> None:
    assert decided(name=name) is not Decision.CLEAR


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "X", "identifiers": [{"type": "imo", "value": "9562233"}]},
        {"name": "X", "identifiers": [{"type": "registration", "value": "9562233"}]},
        {"name": "EXAMPLE STAR IMO 9562233"},
    ],
)
def test_a_designated_vessel_is_found_by_its_number_wherever_it_stands(facts: dict[str, Any]) -> None:
    assert decided(**facts) is not Decision.CLEAR


def test_another_vessel_is_not() -> None:
    assert decided(name="EVER GIVEN", identifiers=[{"type": "imo", "value": "9811000"}]) is Decision.CLEAR
