"""The facts of a listed party, as publishers write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidewaiter.lists import country_names
from tidewaiter.lists.entry_builder import PartyBuilder
from tidewaiter.lists.reading import Unread
from tidewaiter.matching.entry import EntryType


@pytest.mark.parametrize(
    ("text", "countries", "lost"),
    [
        ("Iran (Islamic Republic of), Syria", ["IR", "SY"], 0),
        ("Iran (Islamic Republic of) and Syria", ["IR", "SY"], 0),
        ("Syria, Iran (Islamic Republic of)", ["SY", "IR"], 0),
        ("Iran (Islamic Republic of); Korea (Democratic People's Republic of); Syria", ["IR", "KP", "SY"], 0),
        ("Iran (Tehran, Isfahan)", ["IR"], 0),
        ("Iran (Tehran", ["IR"], 0),
        ("Syria (since 2011) by birth", ["SY"], 0),
        ("Syria (born in Homs (Hims))", ["SY"], 0),
        ("Congo, Democratic Republic of the", ["CD"], 0),
        ("Iran (Islamic Republic of), Atlantis", ["IR"], 1),
    ],
)
def test_every_country_of_a_text_is_read(text: str, countries: list[str], lost: int) -> None:
    unread = Unread(Path("list"))
    party = PartyBuilder("1", EntryType.PERSON, unread)
    party.country(text, 1)
    assert list(party.countries) == countries
    assert len(unread.close(1)) == lost


def test_brackets_are_closed_in_a_time_that_grows_with_the_text() -> None:
    """With one search for each bracket, this took minutes."""
    party = PartyBuilder("1", EntryType.PERSON, Unread(Path("list")))
    party.country("Russia (2" + ")" * 70_000, 1)
    assert list(party.countries) == ["RU"]


@pytest.mark.parametrize("text", ["Iran" * 250_000, "Iran, " * 200_000], ids=["a long name", "many names"])
def test_a_text_that_no_country_could_fill_is_reported_and_not_folded_letter_by_letter(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded: list[int] = []

    def counted(name: str) -> str:
        folded.append(len(name))
        return name

    monkeypatch.setattr(country_names, "any_script_key", counted)
    unread = Unread(Path("list"))
    party = PartyBuilder("1", EntryType.PERSON, unread)
    party.country(text, 1)
    assert not party.countries
    assert sum(folded) < 1_000
    assert len(unread.close(1)) == 1
