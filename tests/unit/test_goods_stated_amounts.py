"""What the words of an item say plainly of its quantity and value, and what they leave open."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.goods.amounts.stated_amounts import StatedAmounts, stated_amounts_of

SCARVES = [
    ("Silk scarves, 10 pcs, USD 290 each", "scarves"),
    ("10 pcs silk scarves @ USD 290", "scarves"),
    ("Платки шёлковые, 10 шт., по 290 долл. США за штуку", "Платки"),
    ("丝绸围巾，10件，单价290美元", "围巾"),
    ("丝绸围巾10件，单价290美元", "围巾"),
    ("シルクスカーフ 10枚 単価290ドル", "スカーフ"),
    ("실크 스카프 10개, 개당 290달러", "스카프"),
    ("Foulards en soie, 10 pièces, prix unitaire 290 USD", "Foulards"),
    ("Seidenschals, 10 Stück, Stückpreis 290 USD", "Seidenschals"),
    ("Bufandas de seda, 10 unidades, 290 USD cada una", "Bufandas"),
    ("شالات حرير، 10 قطع، 290 دولار للقطعة", "شالات"),
    ("İpek eşarp 10 adet, tanesi 290 USD", "eşarp"),
]


@pytest.mark.parametrize(("text", "thing"), SCARVES)
def test_ten_pieces_at_a_price_each_are_read_in_ten_languages(text: str, thing: str) -> None:
    said = stated_amounts_of(text, [thing])
    assert said.quantity is not None
    assert said.value is not None
    assert (said.quantity.amount, said.quantity.unit) == (Decimal(10), "pcs")
    assert (said.value.amount, said.value.currency, said.each, said.total) == (Decimal(290), "USD", True, False)


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("3 pcs ski lifts, total value USD 9,000", "ski lifts"),
        ("Skilifte, 3 Stück, Gesamtwert 9.000 USD", "Skilifte"),
        ("滑雪缆车3台，总价9000美元", "滑雪缆车"),
        ("remontées mécaniques, 3 pièces, 9 000 USD au total", "remontées"),
    ],
)
def test_a_total_is_one_only_where_the_words_say_so(text: str, thing: str) -> None:
    said = stated_amounts_of(text, [thing])
    assert said.value is not None
    assert (said.value.amount, said.each, said.total) == (Decimal(9000), False, True)


def test_a_total_that_counts_pieces_is_none_of_money() -> None:
    said = stated_amounts_of("ski lifts, total 3 pcs at USD 9,000", ["ski lifts"])
    assert (said.each, said.total) == (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "Watch from USD 400",
        "Watch, USD 400-900",
        "Watch up to USD 400",
        "Watch, approx. USD 400",
        "Watch ~USD 400",
        "Watch, freight USD 400",
        "Watch, insured, USD 400",
        "Watch, deposit USD 400",
        "Watch with strap of USD 400",
        "Watch (strap USD 400)",
        "Watch, USD 400 per kg",
        "Watch, 400 USD/month",
        "Watch, USD 400, USD 900",
        "Watch, USD 0",
        "Watch USD 900 (strap USD 40)",
        "часы, от 400 долл.",
        "часы, доставка 400 долл.",
        "Uhr, ab 400 USD",
        "montre, acompte 400 USD",
        "手表，运费400美元",
        "手表，400美元起",
        "腕時計、送料400ドル",
        "시계, 배송 400달러",
        "saat, kargo 400 USD",
        "ساعة، شحن 400 دولار",
        "reloj, anticipo 400 USD",
    ],
)
def test_a_value_that_may_be_of_something_else_or_a_bound_is_none(text: str) -> None:
    thing = text.replace("، ", " ").replace("，", " ").replace("、", " ").replace(",", " ").split(maxsplit=1)[0]
    assert stated_amounts_of(text, [thing]).value is None


@pytest.mark.parametrize(
    "text",
    [
        "Watch with 12 pcs diamonds",
        "Watch, 12 pcs per carton",
        "Watch, boxes of 12 pcs",
        "Watch, 2 x 12 pcs",
        "Watch (12 pcs jewels)",
        "Watch, 12 pcs, 40 pcs",
        "watch, 0 pcs",
        "Watch LX 570",
        "caviar, 1.200 kg",
    ],
)
def test_a_quantity_that_may_be_of_something_else_is_none(text: str) -> None:
    assert stated_amounts_of(text, [text.split(maxsplit=1)[0].strip(",")]).quantity is None


def test_of_several_things_each_has_what_stands_beside_it_alone() -> None:
    text, things = "2 units car, spare parts, wine 12 pcs USD 40 each", [["car"], ["spare parts"], ["wine"]]
    car, parts, wine = (
        stated_amounts_of(text, thing, [other for other in things if other != thing], alone=False) for thing in things
    )
    assert car.quantity is not None
    assert (car.quantity.amount, car.value) == (Decimal(2), None)
    assert parts == StatedAmounts()
    assert wine.quantity is not None
    assert wine.value is not None
    assert (wine.quantity.amount, wine.value.amount) == (Decimal(12), Decimal(40))


def test_what_stands_by_itself_belongs_to_the_thing_before_it() -> None:
    text = "watches, 2 pcs, USD 400 each; a car, USD 30,000"
    watches, car = (
        stated_amounts_of(text, [one], [[other]], alone=False)
        for one, other in (("watches", "car"), ("car", "watches"))
    )
    assert watches.value is not None
    assert car.value is not None
    assert (watches.value.amount, car.value.amount, car.quantity) == (Decimal(400), Decimal(30_000), None)


def test_what_stands_before_all_of_several_things_is_of_none() -> None:
    assert stated_amounts_of("USD 400, watches, car", ["watches"], [["car"]], alone=False) == StatedAmounts()


@given(st.text(max_size=300), st.text(max_size=20))
def test_no_text_is_an_error_and_no_amount_is_made_up(text: str, thing: str) -> None:
    for alone in (True, False):
        said = stated_amounts_of(text, [thing], alone=alone)
        for amount in (said.quantity, said.value):
            assert amount is None or amount.amount > Decimal(0)


def test_a_long_text_is_no_plain_one_and_takes_no_time() -> None:
    assert stated_amounts_of("each " * 20_000 + "USD 400", ["each"]) == StatedAmounts()
    assert stated_amounts_of("总各" * 900 + "x USD 400", []).quantity is None
