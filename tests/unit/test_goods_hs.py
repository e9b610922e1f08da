"""HS codes: read as people write them; a wrong one is named, not guessed at."""

from __future__ import annotations

import pytest

from tidewaiter.goods.categories import PARTLY, categories_of
from tidewaiter.goods.hs.codes import CHAPTERS, HEADINGS, SUBHEADINGS, equivalents, is_code, read_code
from tidewaiter.goods.hs.titles import CHAPTER_TITLES, title_of
from tidewaiter.goods.recognition import Category


@pytest.mark.parametrize(
    ("text", "digits", "national"),
    [
        ("87", "87", ""),
        ("8703", "8703", ""),
        ("8703.23", "870323", ""),
        ("87.03.23", "870323", ""),
        ("8703 23", "870323", ""),
        ("HS 8703.23", "870323", ""),
        ("HS code: 8703-23", "870323", ""),
        ("HTSUS 8703.23.01.90", "870323", "0190"),
        ("8703231940", "870323", "1940"),
        ("ТН ВЭД 8703 23 194 0", "870323", "1940"),
        ("GTIP 8703.23.19.00.00", "870323", "190000"),
        ("８７０３", "8703", ""),
        ("٨٧٠٣", "8703", ""),
        ("8703.00.00", "8703", ""),
        ("87000000", "87", ""),
        ("0101.21", "010121", ""),
    ],
)
def test_a_code_is_read_as_people_write_it(text: str, digits: str, national: str) -> None:
    code = read_code(text)
    assert code is not None
    assert (code.digits, code.national) == (digits, national)


@pytest.mark.parametrize(
    "text", ["", "8", "870", "87032", "8799", "870399999999999", "9999", "77", "car", "8703 car", "87O3", "-", "98.01"]
)
def test_what_is_no_code_is_not_made_into_one(text: str) -> None:
    assert read_code(text) is None


def test_a_withdrawn_code_is_known_with_the_codes_that_took_its_goods_over() -> None:
    code = read_code("8803.30")
    assert code is not None
    assert code.edition < 2022
    assert code.successors
    assert all(is_code(successor) for successor in code.successors)
    assert {"8803", "8807"} <= set(equivalents("8803")) & set(equivalents("8807"))


def test_the_codes_are_those_of_hs_2022() -> None:
    assert len(CHAPTERS) == 97 - 1  # chapter 77 is reserved
    assert len(HEADINGS) == 1228
    assert len(SUBHEADINGS) == 5612
    assert all(code[:2] in CHAPTERS and code[:4] in HEADINGS for code in SUBHEADINGS)


def test_every_chapter_has_a_title_of_our_own() -> None:
    assert set(CHAPTER_TITLES) == CHAPTERS
    assert title_of("870323") == title_of("8703") != ""
    assert title_of("9999") == ""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("8703", {Category.VEHICLE, Category.PASSENGER_CAR}),
        ("8903", {Category.VESSEL, Category.LUXURY_VEHICLE_WATERCRAFT}),
        ("8710", {Category.VEHICLE, Category.ARMS}),
        ("8542", {Category.ELECTRICAL_EQUIPMENT, Category.INTEGRATED_CIRCUIT}),
        ("7108", {Category.PRECIOUS_MINERALS}),
        ("7403", {Category.IRON_STEEL_METALS, Category.NONFERROUS_EXPORT}),
        ("9101", {Category.LUXURY_WATCH}),
        ("9102", set()),
        ("701322", {Category.LEAD_CRYSTAL}),
        ("701337", set()),
        ("9503", set()),
        ("8713", {Category.VEHICLE}),
    ],
)
def test_a_code_implies_the_categories_of_its_meaning(code: str, expected: set[Category]) -> None:
    assert {category for category, sure in categories_of(code) if sure == 1.0} == expected


def test_a_code_shorter_than_the_category_implies_it_in_part() -> None:
    assert (Category.PORCELAIN_TABLEWARE, PARTLY) in categories_of("6911")
    assert (Category.PORCELAIN_TABLEWARE, 1.0) in categories_of("691110")
