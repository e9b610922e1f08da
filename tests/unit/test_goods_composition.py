"""Bags, watches, jewellery, fur, footwear, parts of arms and buses: what maker, material and neighbours make of them.

One case at least for each row of `composition.yaml`; a row without one fails.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests import packaged
from tidewaiter.goods.recognition import ItemQuery, Recognition
from tidewaiter.rulebook.loader import BUILTIN

TABLE = BUILTIN / "goods" / "composition.yaml"

# The row: of, with, beside. Then an item, a heading that it has, and categories that it may have and does not have.
CASES: list[tuple[str, str, str, str, str, str, str]] = [
    ("watch", "precious-metal", "", "18k gold wristwatch", "9101", "luxury_watch", ""),
    ("watch", "precious-metal steel", "", "wristwatch, steel and gold", "9102", "", "jewellery_gems"),
    ("watch", "precious-metal steel", "", "steel and gold wristwatch", "9101", "luxury_watch", ""),
    ("watch", "precious-metal plated", "", "gold plated silver wristwatch", "9102", "", "luxury_watch"),
    ("watch", "plated", "", "gold plated wristwatch", "9102", "", "luxury_watch"),
    ("watch", "", "rolex", "Rolex Submariner", "9102", "luxury_watch", ""),
    ("watch", "", "rolex", "часы Ролекс", "9102", "luxury_watch", ""),
    ("quartz-loose", "", "watch", "stainless steel wristwatch quartz", "9102", "", "stone_earth_25 luxury_watch"),
    ("jewellery", "", "rolex", "Rolex Datejust bracelet", "9102", "luxury_watch", "jewellery_gems"),
    ("jewellery", "steel", "rolex", "Omega Speedmaster steel bracelet", "9102", "luxury_watch", "jewellery_gems"),
    ("handbag", "leather", "", "leather handbag", "420221", "leather_handbag", ""),
    ("handbag", "not-leather", "", "canvas handbag", "420222", "", "leather_handbag"),
    ("handbag", "leather not-leather", "", "canvas leather handbag", "420222", "", "leather_handbag"),
    ("handbag", "", "leather-bag-lines", "Birkin 30", "4202", "leather_handbag", ""),
    ("handbag", "", "leather-bag-lines", "爱马仕铂金包", "4202", "leather_handbag", ""),
    ("handbag", "", "handbag-makers", "Gucci handbag", "4202", "leather_handbag", ""),
    ("bag-loose", "leather", "handbag-makers", "グッチ 鞄 本革", "420221", "leather_handbag", ""),
    ("bag-loose", "leather not-leather", "", "鞄 合皮 本革", "4202", "", "leather_handbag"),
    ("jewellery", "plated", "", "gold plated necklace", "7117", "", "jewellery_gems"),
    ("jewellery", "steel", "", "stainless steel necklace", "7117", "", "jewellery_gems"),
    ("jewellery", "plastic", "", "plastic bracelet", "7117", "", "jewellery_gems"),
    ("jewellery", "base-material", "", "alloy necklace", "7117", "", "jewellery_gems"),
    ("jewellery", "base-material", "", "collar de mostacillas", "7117", "", "jewellery_gems"),
    ("jewellery", "base-material precious-metal", "", "silver silicone bracelet", "7113", "jewellery_gems", ""),
    ("jewellery", "copper-made", "", "brass earrings", "7117", "", "jewellery_gems"),
    ("jewellery", "copper-made precious-metal", "", "brass and gold earrings", "7113", "jewellery_gems", ""),
    ("clothing", "fur", "", "jacket with mink collar", "4303", "fur", ""),
    ("clothing", "artificial-fur", "", "faux fur jacket for women", "4304", "", "fur"),
    ("clothing", "artificial-fur", "", "coat of imitation fur", "4304", "", "fur"),
    ("clothing", "fur artificial-fur", "", "mink jacket with faux fur trim", "4304", "", ""),
    ("fur-clothing", "artificial-fur", "", "шуба, искусственный мех", "4304", "", ""),
    ("footwear", "leather", "", "boots of suede", "6403", "", ""),
    ("footwear", "not-leather", "", "canvas shoes", "6404", "", ""),
    ("footwear", "plastic", "", "plastic sandals", "6402", "", ""),
    ("footwear", "leather not-leather", "", "shoes of suede and nylon", "6404", "", ""),
    ("sports-shoe", "leather", "", "suede sneakers", "6403", "", "sports_equipment"),
    ("sports-shoe", "not-leather", "", "sneakers with nylon mesh", "6404", "", "sports_equipment"),
    ("magazine-loose", "", "military-weapon-designations", "magazine for AK-47", "9305", "arms", ""),
    ("magazine-loose", "", "firearm-designations", "Magazin für Glock 17", "9305", "arms", ""),
    ("charger-loose", "", "military-weapon-designations", "chargeur pour AK-47", "9305", "arms", ""),
    ("iron-articles", "", "firearm-designations", "bolt for Mosin-Nagant", "73", "arms", ""),
    ("iron-articles", "", "", "hex bolts M16x80 8.8", "73", "", "arms"),
    ("valve", "", "firearm-designations", "затвор Мосина", "8481", "arms", ""),
    ("iron-articles", "", "petroleum-gas", "газовый баллон пропан 50л", "73", "condensate_ngl", ""),
    ("storage-tank", "", "petroleum-gas", "propane storage tank", "7309", "condensate_ngl", ""),
    ("charger-loose", "", "firearm-designations", "cargador para AR-15", "9305", "arms", ""),
    ("passenger-car", "many-seats", "", "Mercedes Sprinter passenger 19 seats", "8702", "vehicle", "passenger_car"),
]  # fmt: skip

PLAIN = [
    ("fashion magazine", "4902", "arms"),
    ("chargeur de téléphone", "8504", "arms"),
    ("quartz sand", "25", "luxury_watch"),
    ("leather shoes", "6403", ""),
    ("running shoes", "6404", "sports_equipment"),
    ("rubber boots", "6401", ""),
    ("faux fur", "4304", "fur"),
    ("propane", "2711", "chemicals"),
    ("minibus", "8702", "passenger_car"),
]


def _row(row: dict[str, Any]) -> tuple[str, frozenset[str], frozenset[str]]:
    return row["of"], frozenset(row.get("with", ())), frozenset(row.get("beside", ()))


def _rows() -> list[tuple[str, frozenset[str], frozenset[str]]]:
    return [_row(row) for row in yaml.safe_load(TABLE.read_text(encoding="utf-8"))["variants"]]


def _recognised(description: str) -> Recognition:
    return packaged.classifier_of_words().recognise(ItemQuery(description))


def test_each_row_of_the_table_has_a_case() -> None:
    shown = [(of, frozenset(with_.split()), beside) for of, with_, beside, *_ in CASES]
    missing = [
        row
        for row in _rows()
        if not any(
            of == row[0] and with_ == row[1] and (beside in row[2] if row[2] else not beside)
            for of, with_, beside in shown
        )
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("description", "heading", "may_be", "is_not"), [case[3:] for case in CASES], ids=[case[3] for case in CASES]
)
def test_an_item_is_what_its_row_says(description: str, heading: str, may_be: str, is_not: str) -> None:
    found = _recognised(description)
    assert any(hit.code.startswith(heading) for hit in found.headings), found.headings
    certainties = {hit.category: hit.certainty for hit in found.categories}
    assert all(certainties.get(name, 0) >= 0.3 for name in may_be.split()), certainties
    assert all(certainties.get(name, 0) < 0.5 for name in is_not.split()), certainties


@pytest.mark.parametrize(("description", "heading", "is_not"), PLAIN)
def test_the_same_words_are_the_plain_thing_elsewhere(description: str, heading: str, is_not: str) -> None:
    found = _recognised(description)
    assert any(hit.code.startswith(heading) for hit in found.headings), found.headings
    assert is_not not in {hit.category for hit in found.categories if hit.certainty >= 0.5}


def test_what_a_thing_only_may_be_never_blocks() -> None:
    (hit,) = [hit for hit in _recognised("Rolex Submariner").categories if hit.category == "luxury_watch"]
    assert 0.3 <= hit.certainty < 0.5
