"""The labelled goods descriptions that measure the classifier obey the rules that make their figures worth something."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tidewaiter.goods.languages import CODES
from tidewaiter.goods.recognition import Category
from tidewaiter.rulebook.loader import load_lexicon

LABELS = Path(__file__).resolve().parents[2] / "bench" / "goods"
LANGUAGES = set(CODES)
FIELDS = {"description", "manufacturer", "model", "categories", "hs", "kind", "heldout"}

OF_PREFIX: tuple[tuple[Category, str], ...] = (
    (Category.VEHICLE, "86 87 88"),
    (Category.PASSENGER_CAR, "8703"),
    (Category.VESSEL, "89"),
    (Category.AIRCRAFT_HELICOPTER, "8801 8802 8806 8807"),
    (Category.INDUSTRIAL_MACHINERY, "84"),
    (Category.ELECTRICAL_EQUIPMENT, "85"),
    (Category.INTEGRATED_CIRCUIT, "8542"),
    (Category.IRON_STEEL_METALS, "72 73 74 75 76 77 78 79 80 81 82 83"),
    (Category.ARMS, "93 8710 890610"),
    (Category.JEWELLERY_GEMS, "7101 7102 7103 7104 7113 7116"),
    (Category.LUXURY_WATCH, "9101"),
    (Category.LEAD_CRYSTAL, "701322 701333 701341 701391"),
    (Category.SPORTS_EQUIPMENT, "9506"),
    (Category.RUGS_TAPESTRIES, "57 5805"),
    (Category.PORCELAIN_TABLEWARE, "691110"),
    (Category.CRUDE_OIL, "2709"),
    (Category.REFINED_PETROLEUM, "2710"),
    (Category.CONDENSATE_NGL, "2711"),
    (Category.COAL, "2701 2702"),
    (Category.IRON_ORE, "2601"),
    (Category.LEAD, "78 2607"),
    (Category.PRECIOUS_MINERALS, "7108 2614 261590 261690 280530 2846"),
    (Category.NONFERROUS_EXPORT, "74 75 79 7106 2603 2604 2608"),
    (Category.SEAFOOD, "03 1603 1604 1605"),
    (Category.TEXTILE_APPAREL, "50 51 52 53 54 55 56 57 58 59 60 61 62 63"),
    (Category.FOOD_AGRI_07_08_12, "07 08 12"),
    (Category.STONE_EARTH_25, "25"),
    (Category.WOOD_44, "44"),
    (Category.ALCOHOL, "2203 2204 2205 2206 2207 2208"),
    (Category.TOBACCO, "24"),
    (Category.PERFUME_COSMETICS, "3303 3304"),
    (Category.LEATHER_HANDBAG, "420221"),
    (Category.FUR, "43"),
    (Category.MUSICAL_INSTRUMENT, "92"),
    (Category.ART_ANTIQUE, "97"),
)
"""The category of each HS prefix: the prefix alone decides it."""

AMONG: tuple[tuple[Category, str], ...] = (
    (Category.LUXURY_VEHICLE_WATERCRAFT, "8703 8903"),
    (Category.AVIATION_FUEL, "2710"),
    (Category.CONDENSATE_NGL, "2709 2711"),
    (Category.STATUE, "6802 8306 9703"),
    (Category.ARMS, "8802 8807"),
)
"""The categories that only some goods of these headings belong to."""


def _rows() -> list[tuple[str, dict[str, Any]]]:
    return [
        (path.stem, json.loads(line))
        for path in sorted(LABELS.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


ROWS = _rows()


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def test_every_language_has_at_least_sixty_items_and_all_have_nine_hundred() -> None:
    of_language = Counter(language for language, _ in ROWS)
    assert set(of_language) == LANGUAGES
    assert min(of_language.values()) >= 60
    assert of_language.most_common(1)[0][0] == "en"
    assert of_language.total() >= 900


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_guilty_and_innocent_goods_and_traps(language: str) -> None:
    kinds = Counter(row["kind"] for of, row in ROWS if of == language)
    assert set(kinds) == {"guilty", "innocent", "trap"}
    assert kinds["trap"] >= kinds.total() / 4


def test_half_of_all_items_are_innocent_or_traps() -> None:
    kinds = Counter(row["kind"] for _, row in ROWS)
    assert kinds["guilty"] <= kinds["innocent"] + kinds["trap"]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_at_least_a_tenth_of_each_language_is_held_out_and_no_kind_is_spared(language: str) -> None:
    kept = Counter(row["kind"] for of, row in ROWS if of == language and row["heldout"])
    items = sum(of == language for of, _ in ROWS)
    assert set(kept) == {"guilty", "innocent", "trap"}
    assert kept.total() >= items / 10


def test_every_row_has_the_known_fields_and_known_categories() -> None:
    for _, row in ROWS:
        assert set(row) <= FIELDS, row
        assert set(row) >= FIELDS - {"manufacturer", "model"}, row
        assert row["description"].strip() == row["description"] != "", row
        assert isinstance(row["heldout"], bool), row
        assert sorted({Category(name).value for name in row["categories"]}) == row["categories"], row


def test_every_category_is_among_the_labels_in_several_languages() -> None:
    languages = {name: {language for language, row in ROWS if name in row["categories"]} for name in Category}
    assert {name for name, spoken in languages.items() if len(spoken) < 5} == set()


def test_guilty_goods_have_a_category_and_innocent_goods_have_none() -> None:
    for _, row in ROWS:
        if row["kind"] != "trap":
            assert bool(row["categories"]) is (row["kind"] == "guilty"), row


def test_the_categories_follow_from_the_hs_codes() -> None:
    for _, row in ROWS:
        codes = row["hs"]
        certain = {name for name, prefixes in OF_PREFIX for code in codes if code.startswith(tuple(prefixes.split()))}
        possible = {name for name, prefixes in AMONG for code in codes if code.startswith(tuple(prefixes.split()))}
        labelled = {Category(name) for name in row["categories"]}
        assert certain <= labelled <= certain | possible, row


def test_codes_are_four_or_six_digits_and_only_what_is_no_good_has_none() -> None:
    for _, row in ROWS:
        assert all(code.isdigit() and len(code) in (4, 6) for code in row["hs"]), row
        assert row["hs"] or not row["categories"], row


def test_no_item_is_there_twice() -> None:
    given = Counter((_folded(row["description"]), row.get("manufacturer"), row.get("model")) for _, row in ROWS)
    assert [item for item, times in given.items() if times > 1] == []


def test_no_description_is_a_word_of_the_lexicon_as_it_stands() -> None:
    words = {_folded(text) for entry in load_lexicon().entries.values() for _, text in entry.terms}
    assert [row["description"] for _, row in ROWS if _folded(row["description"]) in words] == []
