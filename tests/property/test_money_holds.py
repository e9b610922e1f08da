"""What holds for every value and every threshold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import packaged
from tidewaiter.goods.recognition import ItemQuery, Recognition
from tidewaiter.rulebook.rates import PRECISION, RateSeries, RateTable, ReferenceRates
from tidewaiter.rulebook.rules import Threshold
from tidewaiter.screening.goods import RecognisedItem
from tidewaiter.screening.money import compare_value
from tidewaiter_schemas.transfer import Item

DAY = date(2024, 5, 6)
SERIES = RateSeries.of(
    "Bank of Example", "EUR", {DAY: {"USD": Decimal("1.0765"), "GBP": Decimal("0.85643"), "JPY": Decimal("165.53")}}
)
RATES = RateTable(ReferenceRates(series=(SERIES,)))
RATED = ("EUR", "USD", "GBP", "JPY")
CURRENCIES = st.sampled_from(RATED)
AMOUNTS = st.decimals(min_value="0", max_value="1000000", places=2)
LIMITS = st.decimals(min_value="0.01", max_value="100000", places=2)
BASES = st.sampled_from(["item", "unit", "set"])
OPERATORS = st.sampled_from([">", ">="])
BOUNDARIES = st.sampled_from(["exact", "review"])
QUANTITIES = st.integers(min_value=0, max_value=5_000)
UNITS = st.sampled_from(["pcs", "set", "kg", "crates"])

NOT, PERHAPS, SURELY = range(3)


def strength(threshold: Threshold, day: date = DAY, **item: Any) -> int:
    doubts = packaged.classifier().doubts.of(ItemQuery("x"), Recognition(), False)
    recognised = RecognisedItem(0, Item.model_validate({"description": "x"} | item), Recognition(), doubts)
    found = compare_value(threshold, recognised, day, RATES)
    return NOT if found is None else SURELY if found.met else PERHAPS


def value(amount: Decimal, currency: str) -> dict[str, Any]:
    return {"amount": str(amount), "currency": currency}


THRESHOLDS = st.builds(
    lambda amount, currency, basis, operator, boundary: Threshold(
        amount=amount, currency=currency, basis=basis, operator=operator, boundary=boundary
    ),
    LIMITS,
    CURRENCIES,
    BASES,
    OPERATORS,
    BOUNDARIES,
)


@given(THRESHOLDS, AMOUNTS, AMOUNTS, CURRENCIES, st.none() | QUANTITIES, UNITS)
@settings(max_examples=400, deadline=None)
def test_a_greater_value_is_never_met_less(
    threshold: Threshold, one: Decimal, other: Decimal, currency: str, quantity: int | None, unit: str
) -> None:
    less, more = sorted((one, other))
    facts: dict[str, Any] = {"quantity": quantity, "unit": unit}
    assert strength(threshold, value=value(less, currency), **facts) <= strength(
        threshold, value=value(more, currency), **facts
    )


@given(THRESHOLDS, AMOUNTS, CURRENCIES, QUANTITIES, UNITS)
@settings(max_examples=400, deadline=None)
def test_a_missing_fact_never_lets_goods_pass(
    threshold: Threshold, amount: Decimal, currency: str, quantity: int, unit: str
) -> None:
    facts: dict[str, Any] = {"value": value(amount, currency), "quantity": quantity, "unit": unit}
    if strength(threshold, **facts) is not NOT:
        for field in ("value", "quantity"):
            assert strength(threshold, **{k: v for k, v in facts.items() if k != field}) is not NOT


# The value of an item is the whole of it: a limit for one of several does not hold there.
BASES_AND_QUANTITIES = st.tuples(st.just("item"), st.just(1)) | st.tuples(
    st.sampled_from(["unit", "set"]), st.integers(1, 500)
)


@given(LIMITS, CURRENCIES, BASES_AND_QUANTITIES)
@settings(max_examples=300, deadline=None)
def test_the_boundary_is_exact_in_the_threshold_s_own_currency(
    limit: Decimal, currency: str, basis_and_quantity: tuple[Any, int]
) -> None:
    basis, quantity = basis_and_quantity
    facts: dict[str, Any] = {
        "quantity": quantity,
        "unit": "set" if basis == "set" else "pcs",
        "value": value(limit * quantity, currency),
    }
    for operator, boundary, expected in (
        (">", "exact", NOT),
        (">=", "exact", SURELY),
        (">", "review", PERHAPS),
        (">=", "review", PERHAPS),
    ):
        threshold = Threshold.model_validate(
            {"amount": limit, "currency": currency, "basis": basis, "operator": operator, "boundary": boundary}
        )
        assert strength(threshold, **facts) == expected
    a_cent_less = value(limit * quantity - Decimal("0.01") * quantity, currency)
    threshold = Threshold(amount=limit, currency=currency, basis=basis, operator=">=")
    assert strength(threshold, **(facts | {"value": a_cent_less})) == NOT


@given(LIMITS, CURRENCIES, CURRENCIES)
@settings(max_examples=300, deadline=None)
def test_the_boundary_holds_through_any_rate_to_a_millionth(limit: Decimal, currency: str, paid_in: str) -> None:
    conversion = RATES.conversion(currency, paid_in, DAY)
    assert conversion is not None
    paid = PRECISION.multiply(limit, conversion.low)
    at_least = Threshold(amount=limit, currency=currency, operator=">=")
    more = Threshold(amount=limit, currency=currency, operator=">")
    step = Decimal("0.001") * conversion.high
    exactly, above, below = (
        str(amount.quantize(Decimal("1.0000000000"))) for amount in (paid, paid + step, paid - step)
    )
    assert strength(at_least, value={"amount": exactly, "currency": paid_in}) == SURELY
    assert strength(more, value={"amount": exactly, "currency": paid_in}) == NOT
    assert strength(more, value={"amount": above, "currency": paid_in}) == SURELY
    assert strength(at_least, value={"amount": below, "currency": paid_in}) == NOT


@given(THRESHOLDS, AMOUNTS, st.sampled_from(["KPW", "RUB"]), QUANTITIES)
@settings(max_examples=100, deadline=None)
def test_without_a_rate_it_is_always_perhaps(
    threshold: Threshold, amount: Decimal, currency: str, quantity: int
) -> None:
    assert strength(threshold, value=value(amount, currency), quantity=quantity) == PERHAPS


@given(THRESHOLDS, AMOUNTS, st.data(), st.integers(-400, -1) | st.integers(8, 400))
@settings(max_examples=200, deadline=None)
def test_only_a_rate_of_the_last_days_settles_anything(
    threshold: Threshold, amount: Decimal, data: st.DataObject, days: int
) -> None:
    currency = data.draw(st.sampled_from([other for other in RATED if other != threshold.currency]))
    day = date.fromordinal(DAY.toordinal() + days)
    assert strength(threshold, day, value=value(amount, currency)) == PERHAPS
