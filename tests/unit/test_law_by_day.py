"""Which rules are law on a day, and which of them a transfer may meet at all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import packaged
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.phrases import Phrases, PhraseSets, fold
from tidewaiter.rulebook.rules import Direction

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return packaged.rule_book("UN", "US", "EU", "UK", "JP", "CA")


def test_the_law_of_a_day_is_the_rules_that_stand_on_it_on_every_day_around_a_change(book: RuleBook) -> None:
    for (country, direction), rules in book.rules.items():
        changes = {one.rule.in_force.since for one in rules}
        changes |= {one.rule.in_force.until for one in rules if one.rule.in_force.until}
        changes |= {one.replaced_from for one in rules if one.replaced_from}
        for day in sorted({day + DAY * more for day in changes for more in (-1, 0, 1)}):
            standing = tuple(one for one in rules if one.stands_on(day))
            assert book.law(country, direction, day).rules == standing
            on_dealings = tuple(one for one in book.dealings[country] if one.stands_on(day))
            assert book.law_on_dealings(country, day).rules == on_dealings


def test_nothing_is_law_where_no_rule_is_and_on_the_first_and_last_of_days(book: RuleBook) -> None:
    for direction in Direction:
        assert not book.law("DE", direction, date(2024, 1, 1)).rules
    assert not book.law_on_dealings("DE", date(2024, 1, 1)).rules
    for country in book.dealings:
        assert not book.law_on_dealings(country, date.min).rules
        book.law_on_dealings(country, date.max)


SETS = [
    Phrases(["crew", "crew change", "экипаж*"]),
    Phrases(["coal mine", "coal*", "石炭"]),
    Phrases(["D.P.R.K.", "العمل"]),
    Phrases([]),
]


@pytest.mark.parametrize(
    "text",
    [
        "a crew change at sea", "crewless ships", "coals to Newcastle", "coal", "charcoal", "смена экипажа", "экипировка",
        "北朝鮮の石炭です", "the D.P.R.K. crew", "عمل", "العمل في البحر", "", "coal mine crew",
    ],
)  # fmt: skip
def test_sets_of_phrases_looked_for_together_are_found_as_each_alone(text: str) -> None:
    folded = fold(text)
    alone = {number for number, phrases in enumerate(SETS) if phrases.find_in(folded)}
    assert PhraseSets(SETS).spoken_in(folded) == alone


def test_the_texts_find_each_of_the_sets_but_the_empty_one() -> None:
    folded = fold("crew coal D.P.R.K.")
    assert PhraseSets(SETS).spoken_in(folded) == {0, 1, 2}
