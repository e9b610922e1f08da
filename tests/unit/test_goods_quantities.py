"""What an item's words state about how much there is and what it is worth."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.goods.amounts.quantities import stated_in


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("2 units car", "2", "pcs"),
        ("cars, 3 pcs.", "3", "pcs"),
        ("Crude oil 500 bbl", "500", "bbl"),
        ("525,000 tonnes of crude oil", "525000", "t"),
        ("нефть сырая, 1 200,5 тонн", "1200.5", "t"),
        ("轿车2辆", "2", "pcs"),
        ("승용차 2대", "2", "pcs"),
        ("原油 5万桶", "50000", "bbl"),
        ("Rohöl, 80.000 t, Tanker", "80000", "t"),
        ("4 million barrels crude", "4000000", "bbl"),
        ("12 pairs of skis", "12", "pair"),
        ("2 adet otomobil", "2", "pcs"),
        ("نفط خام 500 برميل", "500", "bbl"),
        ("2.5 kg gold", "2.5", "kg"),
    ],
)
def test_a_quantity_with_its_unit_is_read(text: str, amount: str, unit: str) -> None:
    found = stated_in(text).quantity
    assert found is not None
    assert (found.amount, found.unit) == (Decimal(amount), unit)
    assert found.words in text


@pytest.mark.parametrize(
    ("text", "amount", "currency", "each"),
    [
        ("porcelain set, USD 400", "400", "USD", False),
        ("rug, value 499.99 USD", "499.99", "USD", False),
        ("Teppich 1.200,50 EUR", "1200.50", "EUR", False),
        ("snowmobile $2,000", "2000", "USD", False),
        ("3,5 млн руб., автомобиль", "3500000", "RUB", False),
        ("轿车 120万美元", "1200000", "USD", False),
        ("時計 300万円", "3000000", "JPY", False),
        ("watch US$ 1.2 million", "1200000", "USD", False),
        ("snowmobiles USD 1 900 each", "1900", "USD", True),
        ("rugs, 450 EUR/pc", "450", "EUR", True),
        ("€400k yacht", "400000", "EUR", False),
    ],
)
def test_a_value_with_its_currency_is_read(text: str, amount: str, currency: str, each: bool) -> None:
    found = stated_in(text).value
    assert found is not None
    assert (found.amount, found.currency, found.each) == (Decimal(amount), currency, each)


def test_a_value_that_can_be_read_in_two_ways_is_the_greater() -> None:
    found = stated_in("rug EUR 1.200").value
    assert found is not None
    assert found.amount == 1200


@pytest.mark.parametrize(
    "text",
    [
        "925 silver ring",
        "Lexus LX 570",
        "RPG-7",
        "4x4",
        "AK-47",
        "gold 18k",
        "2 yachts",
        "Type 73",
        "",
        "T-72",
        "5 tank",
    ],
)
def test_a_bare_number_states_nothing(text: str) -> None:
    stated = stated_in(text)
    assert stated.quantity is None
    assert stated.value is None


def test_two_different_statements_leave_the_matter_open_and_are_both_kept() -> None:
    stated = stated_in("2 units car USD 20,000, 3 units truck USD 90,000")
    assert stated.quantity is None
    assert stated.value is None
    assert [found.amount for found in stated.quantities] == [2, 3]
    assert [found.amount for found in stated.values] == [20_000, 90_000]


def test_the_same_statement_twice_is_one() -> None:
    stated = stated_in("USD 400 rug (usd 400.00)")
    assert stated.value is not None
    assert stated.value.amount == 400


@given(st.text(max_size=200))
def test_any_text_is_read_without_error_and_states_no_negative_amount(text: str) -> None:
    stated = stated_in(text)
    assert all(found.amount >= 0 for found in stated.quantities)
    assert all(found.amount >= 0 for found in stated.values)
