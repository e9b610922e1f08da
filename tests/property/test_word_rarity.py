"""What a word tells is a table of the rule book: an entry gets the same score whatever else is listed."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_matching_index import WORDS, misspelled
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListEntry, ListingMeasure, PartyList
from tidewaiter.matching.index.name_index import NameIndex
from tidewaiter.matching.index.party_index import PartyIndex
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.rarity import WordRarity, packaged_rarity, word_weight
from tidewaiter.matching.query import Candidate, PartyQuery

LIST = PartyList(
    id="test",
    publisher="Test",
    authority="UN",
    instrument="A test",
    url="https://example.org",
    published=None,
    sha256="0" * 64,
    entries=(),
)
TYPES = ("person", "organisation", "government", "vessel", "aircraft", "unknown")


def about(found: tuple[Candidate, ...]) -> list[tuple[object, ...]]:
    return sorted((one.entry.id, one.score, one.features, one.sentence, one.listed_name) for one in found)


def crowd(seed: int, names: int) -> tuple[list[ListEntry], list[PartyQuery]]:
    """Entries that share most of their words, and queries near to them."""
    draw = random.Random(seed)
    known = draw.sample(WORDS, 30)
    entries = [
        ListEntry(
            id=str(number),
            type=draw.choice(list(EntryType)),
            names=tuple(
                ListedName(
                    " ".join(draw.choices(known, k=draw.randrange(1, 5))), weak=place > 0 and draw.random() < 0.3
                )
                for place in range(draw.randrange(1, 3))
            ),
            measures=(ListingMeasure.ASSET_FREEZE,),
            identifiers=(ListedIdentifier("passport", str(draw.randrange(60)), None),) if draw.random() < 0.2 else (),
        )
        for number in range(names)
    ]
    asked = []
    for number, entry in enumerate(draw.sample(entries, 12)):
        listed = entry.names[0].text
        fewer = " ".join(word for word in listed.split() if draw.random() < 0.7)
        around = f"{draw.choice(WORDS)} {listed} {draw.choice(WORDS)}"
        name = draw.choice([fewer, misspelled(listed, number), around, listed])
        asked.append(PartyQuery((name,), type=draw.choice(TYPES), identifiers=(("passport", str(number), None),)))
    return entries, asked


def differences(rarity: WordRarity | None, seed: int) -> tuple[int, int]:
    """How many queries find something, and how many find otherwise in two lists than in the two together."""
    entries, asked = crowd(seed, 160)
    cut = random.Random(seed).randrange(160)
    whole, one, other = (
        PartyIndex.build([replace(LIST, entries=tuple(part))], rarity)
        for part in (entries, entries[:cut], entries[cut:])
    )
    finding = differing = 0
    texts = [query._replace(type="unknown") for query in asked]
    for ask, queries in ((PartyIndex.match, asked), (PartyIndex.mentioned, texts)):
        for together, here, there in zip(*(ask(index, queries) for index in (whole, one, other)), strict=True):
            finding += bool(together)
            differing += about(together) != sorted(about(here) + about(there))
    return finding, differing


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_two_lists_together_find_what_each_finds(seed: int) -> None:
    """So the entries that changed, alone, find each transfer that the change can touch."""
    _, differing = differences(packaged_rarity(), seed)
    assert not differing


def test_what_they_find_is_worth_comparing() -> None:
    assert sum(differences(packaged_rarity(), seed)[0] for seed in range(5)) > 25


def test_counted_over_the_lists_they_do_not() -> None:
    assert sum(differences(None, seed)[1] for seed in range(8)) > 10


def test_counted_over_the_lists_a_word_tells_less_the_more_parties_have_it() -> None:
    names = ["Testavia Zyx", *(f"Testavia Q{letter}x" for letter in "abcdefgh")]
    alone, among = (NameIndex.of(NameKind.PERSON, list(enumerate(some))) for some in (names[:1], names))
    assert alone.weights(["testavia"]) == [1.0]
    assert among.weights(["testavia"])[0] < 0.8


def test_a_table_is_read_as_it_was_written() -> None:
    packaged = packaged_rarity()
    again = WordRarity.of_json(packaged.as_json())
    assert again == packaged
    assert again.sha256 == packaged.sha256
    assert all(packaged.having[kind] and packaged.parties[kind] > 1_000 for kind in NameKind)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"parties": {"person": 1}, "planet": {"kim": 1}},
        {"parties": {"person": 1}, "person": {"kim": 0}},
        {"parties": {"person": "1"}, "person": {"kim": 1}},
    ],
)
def test_a_table_that_is_none_is_refused(value: dict[str, dict[str, int]]) -> None:
    with pytest.raises((ValueError, LookupError, TypeError)):
        WordRarity.of_json(value)


def test_the_weight_falls_with_the_count_and_never_below_the_least() -> None:
    weights = [word_weight(20_000, count) for count in (1, 2, 10, 100, 20_000)]
    assert weights[0] == 1.0
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] == 0.08


def test_the_packaged_table_is_what_the_official_lists_give() -> None:
    from bench.listed_parties import OFFICIAL, loaded_lists
    from bench.word_rarity import counted, lines

    if not OFFICIAL.is_dir():
        pytest.skip("the official lists are not there (../shared)")
    lists = loaded_lists()
    packaged = Path(__file__).parents[2] / "service/tidewaiter/matching/words/word_rarity.tsv"
    assert packaged.read_text(encoding="utf-8").splitlines() == list(lines(counted(lists), lists))
