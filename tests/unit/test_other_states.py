"""Offices of other States that have the name of a listed one."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.builders import party, seller, transfer
from tests.official_lists import FOLDER
from tidewaiter.release.assembly import assemble
from tidewaiter.rulebook.country_knowledge import packaged_ties
from tidewaiter.rulebook.office_names import OfficeNames
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter_schemas import Decision, Effect, Verdict

UN = FOLDER / "un" / "consolidated_2026-08-01.xml"
MINISTRY = "Ministry of National Defence"


@cache
def screener() -> Screener:
    return Screener(assemble(Settings(lists=(("un", UN),) if UN.exists() else ())))


def screened(*buyers: dict[str, Any], to: str = "MY", goods: str = "rice", **fields: Any) -> Verdict:
    return screener().screen([transfer({"description": goods}, to=to, parties=[seller("CN"), *buyers], **fields)])[0]


def rules(verdict: Verdict) -> set[str]:
    return {finding.rule for finding in verdict.findings if finding.effect is not Effect.INFO}


@pytest.mark.parametrize("type_", ["government", "organisation", "unknown"])
@pytest.mark.parametrize("country", ["PL", "VN", "IN"])
def test_a_ministry_of_another_state_is_not_the_listed_one(type_: str, country: str) -> None:
    assert screened(party(country=country, name=MINISTRY, type=type_)).decision is Decision.CLEAR


NOT_ANOTHER_STATES: list[tuple[str, dict[str, Any]]] = [
    ("no country", {"countries": []}),
    ("the listed one's country", {"countries": ["KP"]}),
    ("both countries", {"countries": ["CN", "KP"]}),
    ("its address", {"countries": ["CN"], "address": "Jung-guyok, Pyongyang"}),
    ("its seat", {"countries": ["CN"], "residence": "KP"}),
    ("its name", {"countries": ["CN"], "name": f"{MINISTRY} of the DPRK, Beijing office"}),
    ("its alias", {"countries": ["CN"], "aliases": ["Ministry of Defence, North Korea"]}),
    ("its bank code", {"countries": ["CN"], "identifiers": [{"type": "bic", "value": "KDBKKPPY"}]}),
    ("a name that no other State uses", {"countries": ["CN"], "name": "Ministry of People's Armed Forces"}),
]


@pytest.mark.parametrize(("what", "facts"), NOT_ANOTHER_STATES, ids=[what for what, _ in NOT_ANOTHER_STATES])
def test_what_names_the_country_or_no_country_is_still_held(what: str, facts: dict[str, Any]) -> None:
    for type_ in ("government", "organisation"):
        assert screened(party(**{"name": MINISTRY, "type": type_, **facts})).decision is not Decision.CLEAR, what


def test_the_route_to_the_country_speaks_against_another_state() -> None:
    bought = party(country="CN", name=MINISTRY, type="government")
    assert any(rule.endswith(":KPe.054") for rule in rules(screened(bought, to="KP")))


@pytest.mark.parametrize(
    "name", ["Korea Mining Development Trading Corporation", "Foreign Trade Bank", "Lord's Resistance Army"]
)
def test_only_names_that_any_office_may_have_are_another_states(name: str) -> None:
    if not UN.exists():
        pytest.skip("the UN's official list is not there")
    assert screened(party(country="CN", name=name, type="government")).decision is not Decision.CLEAR


def test_an_embassy_in_the_capital_is_not_the_government_there() -> None:
    embassy = party(country="IN", name="Embassy of India, Pyongyang", type="government")
    assert "KP-FIN-FREEZE-GOV" not in rules(screened(embassy, goods="soap"))
    assert "KP-FIN-FREEZE-GOV" in rules(screened(embassy | {"countries": []}, goods="soap"))
    theirs = party(country="DE", name="Embassy of the DPRK, Berlin", type="government")
    assert "KP-FIN-FREEZE-GOV" in rules(screened(theirs, goods="soap"))


@pytest.mark.parametrize(
    ("name", "of_any_state"),
    [
        ("MINISTRY OF THE PEOPLE’S ARMED FORCES (MPAF)", True),
        ("General Bureau of Atomic Energy", True),
        ("Islamic Revolutionary Guard Corps Navy", False),
        ("Revolutionary Armed Forces of Colombia", False),
        ("Army of Mohammed", False),
        ("Department of Space Technology of the DPRK", False),
        ("Foreign Trade Bank", False),
    ],
)
def test_names_of_offices_are_told_by_their_words(name: str, of_any_state: bool) -> None:
    words = packaged_ties().office_names
    assert OfficeNames(words.offices, words.subjects).is_of_any_state(name) is of_any_state
