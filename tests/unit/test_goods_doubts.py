"""What is not known of an item holds it only where it can be about barred goods, and the finding says which doubt it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import packaged
from tests.builders import seller, transfer
from tidewaiter.goods.doubts import DoubtKind, GoodsDoubt, GoodsDoubts, ItemDoubts
from tidewaiter.goods.hs.codes import HEADINGS
from tidewaiter.goods.kinds import ALL_KINDS, KINDS, kind_of, kinds_within
from tidewaiter.goods.model.wording_model import REMEMBERED_LETTERS, letters
from tidewaiter.goods.parse.parser import parse
from tidewaiter.goods.parse.unknown_parts import parts_of, unknown_parts
from tidewaiter.goods.recognition import ItemQuery
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Decision, Verdict

GOODS = Path(__file__).parents[2] / "bench" / "goods"

BARRED = frozenset(KINDS) - {"food and farm products", "chemicals", "metals", "paper and print", "plastics and rubber"}


def about(description: str | None, hs_code: str | None = None) -> GoodsDoubt | None:
    return doubts_of(ItemQuery(description, hs_code=hs_code)).about(BARRED)


def doubts_of(query: ItemQuery, doubts: GoodsDoubts | None = None) -> ItemDoubts:
    classifier = packaged.classifier()
    recognition = classifier.recognise(query)
    return (doubts or classifier.doubts).of(query, recognition, recognition.unknown_part)


def screened(to: str = "RU", law: str = "EU", **item: Any) -> Verdict:
    return packaged.screener(law).screen([sale(item, to)])[0]


def sale(item: dict[str, Any], to: str) -> TransferEvent:
    return transfer(item, origin="MY", to=to, parties=[seller()])


def test_every_heading_is_of_one_kind() -> None:
    assert {kind_of(heading) for heading in HEADINGS} == ALL_KINDS
    assert kind_of("9999") == ""


def test_a_chapter_may_be_of_every_kind_in_it() -> None:
    assert kinds_within("27") == {"coal and bitumen", "petroleum and gas"}
    assert kinds_within("270900") == {"petroleum and gas"}


NOTHING_SAID = [
    "parts", "general merchandise", "goods as per invoice", "mixed cargo", "various supplies", "xkqj zrtw",
    "lurjgxu rvqagdwcn oohm", "zorbatrons", "товары разные", "Diverse Artikel", "marchandises mixtes", "各类货物",
    "각종 물품", "çeşitli malzeme", "بضائع متنوعة عامة", "mercancía variada", "一般品",
]  # fmt: skip


@pytest.mark.parametrize("description", NOTHING_SAID)
def test_a_description_that_says_nothing_is_held_and_no_code_helps_it(description: str) -> None:
    for to, law in (("RU", "EU"), ("KP", "UN")):
        for facts in ({}, {"hs_code": "1006.30"}):
            assert screened(to, law, description=description, **facts).decision is Decision.REVIEW


@pytest.mark.parametrize(
    "description",
    ["TIN ARTS NESOI", "Aparatos de diagnóstico de visualización por resonancia magnética", "200리터 철드럼 재생품"],
)
def test_an_innocent_code_beside_words_that_nobody_knows_clears_nothing_for_the_dprk(description: str) -> None:
    assert screened("KP", "UN", description=description, hs_code="1006.30").decision is Decision.REVIEW


def test_a_code_that_the_words_bear_out_or_that_stands_alone_counts() -> None:
    for facts in ({"description": "long grain rice in bags of 50 kg"}, {}):
        assert screened("KP", "UN", hs_code="1006.30", **facts).decision is Decision.CLEAR


@pytest.mark.parametrize(
    "description",
    [
        "Aceton, Fass 200 l, technisch",
        "frozen peas and sweetcorn, 10 kg cartons",
        "corrugated cardboard boxes, printed",
        "polypropylene granules, injection grade",
    ],
)
def test_goods_of_a_free_kind_are_not_held_for_what_is_not_known_of_them(description: str) -> None:
    assert screened(description=description).decision is Decision.CLEAR


def test_a_code_that_the_wording_bears_out_settles_what_words_do_not_name() -> None:
    description = "4-FLUORO-3-PHENOXYBENZALDEHYDE"
    assert about(description) is not None
    assert about(description, "2913.00") is None
    assert about(description, "1006.30") == GoodsDoubt(DoubtKind.UNLIKE_ITS_CODE)
    assert about(description, "29") is not None


@pytest.mark.parametrize(
    "description",
    ["servo spindle controller assembly", "thermal scope for night hunting", "zorbatrons", "gyroscope unit"],
)
def test_an_innocent_code_does_not_settle_what_the_wording_does_not_bear_out(description: str) -> None:
    assert screened(description=description, hs_code="1006.30").decision is Decision.REVIEW


def test_a_part_that_says_nothing_holds_the_line_and_is_named() -> None:
    doubt = about("rice, zorbatrons")
    assert doubt is not None
    assert (doubt.kind, doubt.about) == (DoubtKind.IN_PART, "zorbatrons")
    findings = screened(description="rice, zorbatrons").findings
    assert any("(nothing tells what “zorbatrons” is)" in finding.reason for finding in findings)


def test_the_finding_says_which_barred_goods_the_wording_may_be_of_and_by_which_words() -> None:
    (finding,) = [
        one
        for one in screened(description="servo spindle controller assembly").findings
        if one.rule == "TW-GOODS-UNKNOWN"
    ]
    assert "its wording may be that of" in finding.reason
    assert "model:" in finding.reason


def test_where_nearly_all_goods_are_barred_every_doubt_holds() -> None:
    settled = screened(description="polypropylene granules, zorbatrons, NESOI", to="KP", law="UN")
    assert settled.decision is not Decision.CLEAR


def test_without_a_model_every_doubt_holds() -> None:
    doubts = GoodsDoubts(None, packaged.classifier()._vocabulary)
    assert not doubts.weigh
    assert doubts_of(ItemQuery("corrugated cardboard boxes, zorb"), doubts).about(BARRED) is not None


def test_a_description_longer_than_is_read_is_not_settled() -> None:
    assert about("rice, " + ", ".join(f"zorb{number}" for number in range(300))) is not None


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("rice, zorbatrons", ("zorbatrons",)),
        ("rice and zorbatrons", ("zorbatrons",)),
        ("рис и зорбатроны", ("зорбатроны",)),
        ("rice (zorbatrons); 25 kg", ("zorbatrons",)),
        ("rice", ()),
    ],
)
def test_the_parts_of_which_no_word_is_known(description: str, expected: tuple[str, ...]) -> None:
    assert unknown_parts(parts_of(description), packaged.classifier()._vocabulary) == expected


def test_no_unknown_part_is_lost_by_the_look_that_saves_parsing() -> None:
    """A part that was taken for known would leave no doubt."""
    vocabulary = packaged.classifier()._vocabulary
    for file in sorted(GOODS.glob("*.jsonl")):
        lines = file.read_text(encoding="utf-8").splitlines()[::20]
        for description in (json.loads(line)["description"] for line in lines):
            parts = parts_of(description)
            assert unknown_parts(parts, vocabulary) == tuple(part for part in parts if parse(part, vocabulary)[1])


def test_the_same_item_gets_the_same_doubt_whatever_was_asked_before() -> None:
    screener: Screener = packaged.screener("EU")
    alone = screened(description="rice, zorbatrons")
    many = screener.screen([sale({"description": text}, "RU") for text in ("zorb", "rice, zorbatrons")])
    assert many[1].findings == alone.findings


def test_what_is_remembered_of_items_is_bounded_by_their_letters() -> None:
    doubts = packaged.screener("EU").book.goods.doubts
    assert doubts._reader is not None
    for number in range(400):
        screened(description=f"frozen peas {number} {'and sweetcorn in cartons ' * 60}")
    for texts in (doubts._reader._read, (query[:3] for query in doubts._remembered)):
        assert 0 < sum(map(letters, texts)) <= REMEMBERED_LETTERS
