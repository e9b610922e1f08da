"""Thresholds in money: which rate of which day, per what, and what is said where there is none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests import packaged
from tidewaiter.errors import RuleError
from tidewaiter.goods.recognition import ItemQuery, Recognition
from tidewaiter.rulebook.policy import Policy
from tidewaiter.rulebook.rates import RateSeries, RateTable, ReferenceRates
from tidewaiter.rulebook.rates_file import load_rates, read_ecb
from tidewaiter.rulebook.rules import Threshold
from tidewaiter.screening.goods import RecognisedItem
from tidewaiter.screening.money import ValueComparison, compare_value
from tidewaiter_schemas.transfer import Item

ECB = """Date,USD,JPY,GBP,RUB,
2024-05-07,1.0773,166.42,0.86,N/A,
2024-05-06,1.25,165.53,0.8,N/A,
2022-03-01,1.1162,128.18,0.83,117.2010,
"""
DAY = date(2024, 5, 6)


@pytest.fixture(scope="module")
def rates(tmp_path_factory: pytest.TempPathFactory) -> RateTable:
    path = tmp_path_factory.mktemp("rates") / "eurofxref-hist.csv"
    path.write_text(ECB, encoding="utf-8")
    return RateTable(load_rates(path))


@cache
def packaged_rates() -> RateTable:
    return RateTable(load_rates(None))


def stands(rates: RateTable, threshold: dict[str, Any], day: date = DAY, **item: Any) -> ValueComparison | None:
    doubts = packaged.classifier().doubts.of(ItemQuery("x"), Recognition(), False)
    recognised = RecognisedItem(0, Item.model_validate({"description": "x"} | item), Recognition(), doubts)
    return compare_value(Threshold.model_validate(threshold), recognised, day, rates)


def money(amount: object, currency: str) -> dict[str, Any]:
    return {"value": {"amount": str(amount), "currency": currency}}


OVER_300_USD = {"amount": 300, "currency": "USD"}
FROM_300_USD = OVER_300_USD | {"operator": ">="}


@pytest.mark.parametrize(
    ("threshold", "value", "met"),
    [
        (OVER_300_USD, money("300.01", "USD"), True),
        (OVER_300_USD, money("300.00", "USD"), None),
        (FROM_300_USD, money("300", "USD"), True),
        (FROM_300_USD, money("299.9999999", "USD"), None),
        (OVER_300_USD | {"boundary": "review"}, money(300, "USD"), False),
        # 240 euros are 300 dollars at 1.25.
        (OVER_300_USD, money(240, "EUR"), None),
        (OVER_300_USD, money("240.01", "EUR"), True),
        (FROM_300_USD, money(240, "EUR"), True),
        (FROM_300_USD, money("239.99", "EUR"), None),
        # 192 pounds are 240 euros are 300 dollars.
        (FROM_300_USD, money(192, "GBP"), True),
        (OVER_300_USD, money(192, "GBP"), None),
        ({"amount": 192, "currency": "GBP"}, money("300.01", "USD"), True),
        ({"amount": 192, "currency": "GBP"}, money(300, "USD"), None),
        # The dirham is fixed to the dollar: 1101.75 are 300.
        (FROM_300_USD, money("1101.75", "AED"), True),
        (FROM_300_USD, money("1101.74", "AED"), None),
        # The Hong Kong dollar has a band of 7.75 to 7.85.
        (FROM_300_USD, money(2324, "HKD"), None),
        (FROM_300_USD, money(2340, "HKD"), False),
        (FROM_300_USD, money(2355, "HKD"), True),
        # No rate: the rouble has none since 2022, and nobody publishes one of the won of the DPRK.
        (OVER_300_USD, money(1, "RUB"), False),
        (OVER_300_USD, money(1, "KPW"), False),
        (OVER_300_USD, {}, False),
    ],
)  # fmt: skip
def test_a_value_is_held_against_a_threshold_of_any_currency(
    rates: RateTable, threshold: dict[str, Any], value: dict[str, Any], met: bool | None
) -> None:
    compared = stands(rates, threshold, **value)
    assert (compared.met if compared else None) is met, compared


UNIT, SET, ITEM = ({"amount": 300, "currency": "USD", "basis": basis} for basis in ("unit", "set", "item"))
WEIGHT = {"amount": 250, "currency": "USD", "basis": "weight", "weight_kg": "1.5"}


@pytest.mark.parametrize(
    ("threshold", "item", "met"),
    [
        (ITEM, {"quantity": 10, "unit": "pcs"} | money(301, "USD"), True),
        (UNIT, {"quantity": 10, "unit": "pcs"} | money(3000, "USD"), None),
        (UNIT, {"quantity": 10, "unit": "шт."} | money(3001, "USD"), True),
        (UNIT, {"quantity": 10} | money(3001, "USD"), True),
        (UNIT, {"quantity": 3, "unit": "pcs"} | money(900, "USD"), None),
        (UNIT, {"quantity": 0} | money(301, "USD"), True),
        (UNIT, money(300, "USD"), None),
        (UNIT, money(301, "USD"), False),
        (UNIT, {"quantity": 10, "unit": "kg"} | money(3001, "USD"), False),
        (UNIT, {"quantity": 10, "unit": "kg"} | money(300, "USD"), None),
        (UNIT, {"quantity": 10, "unit": "sets"} | money(3000, "USD"), None),
        (UNIT, {"quantity": 10, "unit": "sets"} | money(3001, "USD"), False),
        (SET, {"quantity": 10, "unit": "sets"} | money(3001, "USD"), True),
        (SET, {"quantity": 10, "unit": "sets"} | money(3000, "USD"), None),
        (SET, {"quantity": 10, "unit": "pcs"} | money(3001, "USD"), True),
        (SET, {"quantity": 10, "unit": "pcs"} | money(3000, "USD"), False),
        (SET, {"quantity": 10, "unit": "pcs"} | money(300, "USD"), None),
        (SET, money(301, "USD"), False),
        (WEIGHT, {"quantity": 3, "unit": "kg"} | money(501, "USD"), True),
        (WEIGHT, {"quantity": 3, "unit": "kg"} | money(500, "USD"), None),
        (WEIGHT, {"quantity": 250, "unit": "g"} | money(42, "USD"), True),
        (WEIGHT, {"quantity": 4, "unit": "tins"} | money(1, "USD"), False),
        (WEIGHT, money(1, "USD"), False),
    ],
)  # fmt: skip
def test_a_threshold_is_of_the_line_the_piece_the_set_or_the_weight(
    threshold: dict[str, Any], item: dict[str, Any], met: bool | None
) -> None:
    compared = stands(packaged_rates(), threshold, **item)
    assert (compared.met if compared else None) is met, compared


@pytest.mark.parametrize(
    ("day", "legs"),
    [
        (date(2024, 5, 6), ["1 EUR = 0.8 GBP|2024-05-06", "1 EUR = 1.25 USD|2024-05-06"]),
        (date(2024, 5, 7), ["1 EUR = 0.86 GBP|2024-05-07", "1 EUR = 1.0773 USD|2024-05-07"]),
        (date(2024, 5, 14), ["1 EUR = 0.86 GBP|2024-05-07", "1 EUR = 1.0773 USD|2024-05-07"]),
        (date(2024, 5, 15), None),
        (date(2024, 5, 5), None),
    ],
)
def test_the_rate_is_the_last_one_published_and_not_an_old_one(
    rates: RateTable, day: date, legs: list[str] | None
) -> None:
    conversion = rates.conversion("GBP", "USD", day)
    found = None if conversion is None else [f"{leg.sentence}|{leg.day}" for leg in conversion.legs]
    assert found == legs


def test_the_evidence_has_rate_day_and_source_and_the_sentence_the_amount(rates: RateTable) -> None:
    met = stands(rates, OVER_300_USD, **money(400, "EUR"))
    assert met is not None
    assert met.sentence == ", worth 500 USD at the reference rate, more than 300 USD"
    value, rate = met.evidence
    assert (value.value, value.matched) == ("400 EUR", "> 300 USD")
    assert rate.kind == "rate"
    assert rate.value == "1 EUR = 1.25 USD"
    assert rate.matched == "European Central Bank, euro foreign exchange reference rates, 2024-05-06"


def test_what_is_missing_is_named(rates: RateTable) -> None:
    unknown = stands(rates, OVER_300_USD)
    unrated = stands(rates, OVER_300_USD, **money(400, "KPW"))
    assert unknown is not None
    assert unrated is not None
    assert unknown.sentence == ", of unknown value"
    assert unrated.sentence == ", of a value in KPW that has no rate to USD for 2024-05-06"


def test_a_rate_that_law_fixed_holds_from_its_day(rates: RateTable) -> None:
    assert rates.conversion("HRK", "EUR", date(2022, 12, 31)) is None
    fixed = rates.conversion("HRK", "EUR", date(2023, 1, 1))
    assert fixed is not None
    assert fixed.low == fixed.high
    assert (Decimal("7.5345") * fixed.low).quantize(Decimal("0.000001")) == 1


def test_rates_are_part_of_the_policy_and_survive_being_written(tmp_path: Path) -> None:
    path = tmp_path / "eurofxref-hist.csv"
    path.write_text(ECB, encoding="utf-8")
    policy = Policy(rates=load_rates(path, 5))
    again = Policy.model_validate(policy.model_dump(mode="json"))
    assert again == policy
    assert again.rates.max_age_days == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"x\.csv:1: the first line must be Date"),
        ("Day,USD\n2024-05-06,1.1\n", r"x\.csv:1: the first line must be Date"),
        ("Date,usd\n2024-05-06,1.1\n", r"x\.csv:1: 'usd' is not a currency code"),
        ("Date,USD,USD\n2024-05-06,1.1,1.1\n", r"x\.csv:1: a currency appears twice"),
        ("Date,USD\n2024-05-06,1.1\n06/05/2024,1.1\n", r"x\.csv:3: '06/05/2024' is not a day"),
        ("Date,USD\n2024-05-06,1.1\n2024-05-06,1.2\n", r"x\.csv:3: 2024-05-06 appears twice"),
        ("Date,USD,JPY\n2024-05-06,1.1\n", r"x\.csv:2: has 2 fields, not 3; the file may be cut off"),
        ("Date,USD\n2024-05-06,0\n", r"x\.csv:2: '0' is not a rate of USD"),
        ("Date,USD\n2024-05-06,1,1\n", r"x\.csv:2: has 3 fields, not 2"),
        ("Date,USD\n2024-05-06,Infinity\n", r"x\.csv:2: 'Infinity' is not a rate of USD"),
        ("Date,USD\n2024-05-06,N/A\n", r"x\.csv: has no rate"),
        ("Date,USD\n", r"x\.csv: has no rate"),
    ],
)
def test_a_damaged_file_of_rates_is_refused_by_line(text: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        read_ecb(text.encode(), "x.csv")


def test_rates_of_another_source_are_read_from_yaml(tmp_path: Path) -> None:
    path = tmp_path / "rates.yaml"
    path.write_text(
        "series:\n  - source: Bank of Example\n    base: USD\n    rates:\n      2024-05-06: {RUB: '90'}\n",
        encoding="utf-8",
    )
    table = RateTable(load_rates(path))
    conversion = table.conversion("RUB", "USD", DAY)
    assert conversion is not None
    assert [leg.source for leg in conversion.legs] == ["Bank of Example"]
    for text, message in (
        ("max_age_days: 3\nseries: []\n", "max_age_days: unknown field"),
        ("fixed: []\n", "has no rate"),
        ("series:\n  - {source: Bank, base: USD, rates: {2024-05-06: {RUB: '-1'}}}\n", r"rates\.yaml:\d+: "),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(RuleError, match=message):
            load_rates(path)
    with pytest.raises(RuleError, match="neither"):
        load_rates(tmp_path / "rates.txt")


def test_a_damaged_series_makes_no_rule_book() -> None:
    for history, message in (
        ("2024-05-06 -1", "'-1' is not a rate"),
        ("2024-05-07 1.1\n2024-05-06 1.1", "not in order"),
        ("yesterday 1.1", "isoformat"),
    ):
        series = RateSeries(source="Bank of Example", base="EUR", history={"USD": history})
        with pytest.raises(RuleError, match=message):
            RateTable(ReferenceRates(series=(series,)))


def test_the_packaged_rates_are_fixed_ones_alone() -> None:
    packaged = load_rates(None)
    assert packaged.fixed
    assert packaged.series == ()
    assert packaged_rates().conversion("RUB", "USD", DAY) is None
    assert ReferenceRates().max_age_days == packaged.max_age_days == 7
