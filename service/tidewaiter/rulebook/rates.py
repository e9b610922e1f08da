"""Reference rates by date: the value of an amount in another currency, and the source of the rate.

No rate is guessed or interpolated. A currency without a published rate near the day has none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from tidewaiter.errors import RuleError
from tidewaiter.rulebook.base import RuleModel, Url, Words
from tidewaiter_schemas.base import Currency

EURO = "EUR"
PRECISION = Context(prec=34, rounding=ROUND_HALF_EVEN)
"""The context of all arithmetic on money: 34 digits, half to even, whatever the calling program has set."""
ROUNDED = Decimal("0.000001")
"""A converted or divided amount is rounded to a millionth, half to even, before it is compared."""

Amount = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]


class FixedRate(RuleModel):
    """A rate that law fixes: units of `currency` for one unit of `against`, from `low` to `high` where it is a band."""

    currency: Currency
    against: Currency
    low: Amount
    high: Amount
    since: date
    until: date | None = None
    source: Words
    url: Url
    confidence: Literal["V", "H"]

    @model_validator(mode="after")
    def _is_a_rate(self) -> FixedRate:
        if self.currency == self.against:
            raise ValueError(f"{self.currency}: a currency has no rate against itself")
        if self.high < self.low:
            raise ValueError(f"{self.currency}: the band ends at {self.high}, below its start {self.low}")
        if self.until is not None and self.until < self.since:
            raise ValueError(f"{self.currency}: until {self.until} is before since {self.since}")
        return self


class RateSeries(RuleModel):
    """Rates published day by day: units of each currency for one unit of `base`.

    `history` has one text for each currency, with a line `2024-05-06 1.0765` for each day, in order. Thirty years of
    all currencies are read and checked quickly, because a stream waits for it.
    """

    source: Words
    url: Url | None = None
    base: Currency
    sha256: str = ""
    history: dict[Currency, str]

    @classmethod
    def of(
        cls,
        source: str,
        base: str,
        rates: Mapping[date, Mapping[str, Decimal]],
        url: str | None = None,
        sha256: str = "",
    ) -> RateSeries:
        """Return the series of `rates`, which are by day and currency."""
        history: dict[str, list[str]] = {}
        for day in sorted(rates):
            for currency, rate in rates[day].items():
                history.setdefault(currency, []).append(f"{day} {rate:f}")
        return cls(
            source=source,
            url=url,
            base=base,
            sha256=sha256,
            history={currency: "\n".join(lines) for currency, lines in sorted(history.items())},
        )

    def days(self, currency: str) -> list[tuple[date, Decimal]]:
        """Return the days of `currency` and its rate on each. ValueError when they are not in order."""
        found = []
        for line in self.history[currency].splitlines():
            day, _, rate = line.partition(" ")
            found.append((date.fromisoformat(day), _rate(rate)))
        if any(later[0] <= earlier[0] for earlier, later in pairwise(found)):
            raise ValueError(f"{currency}: the days are not in order")
        return found


def _rate(text: str) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or rate <= 0:
        raise ValueError(f"{text!r} is not a rate")
    return rate


class ReferenceRates(RuleModel):
    """All rates of a rule book. A published rate older than `max_age_days` is not used."""

    fixed: tuple[FixedRate, ...] = ()
    series: tuple[RateSeries, ...] = ()
    max_age_days: Annotated[int, Field(ge=0, le=31)] = 7


@dataclass(frozen=True, slots=True)
class Leg:
    """One rate: from `low` to `high` units of `currency` are worth one unit of `against`, on `day` of `source`."""

    currency: str
    against: str
    low: Decimal
    high: Decimal
    day: date
    source: str

    @property
    def sentence(self) -> str:
        """Return the rate as text: `1 EUR = 1.0765 USD`."""
        band = f"{self.low:f}" if self.low == self.high else f"{self.low:f} to {self.high:f}"
        return f"1 {self.against} = {band} {self.currency}"


@dataclass(frozen=True, slots=True)
class CurrencyConversion:
    """The lowest and the highest factor, and the rates that they come from. `legs` is empty for the same currency."""

    low: Decimal
    high: Decimal
    legs: tuple[Leg, ...]


class RateTable:
    """Finds the rate of a day. Immutable. RuleError for a damaged series."""

    __slots__ = ("_fixed", "_max_age", "_series")

    def __init__(self, rates: ReferenceRates) -> None:
        self._max_age = rates.max_age_days
        self._fixed: dict[str, list[FixedRate]] = {}
        for fixed in rates.fixed:
            self._fixed.setdefault(fixed.currency, []).append(fixed)
        # By currency: its days in order, and the rate of each.
        self._series: dict[str, list[tuple[RateSeries, list[date], list[Decimal]]]] = {}
        for series in rates.series:
            for currency in series.history:
                try:
                    known = series.days(currency)
                except ValueError as error:
                    raise RuleError(f"rates of {series.source}: {currency}: {error}") from None
                days, values = [day for day, _ in known], [rate for _, rate in known]
                self._series.setdefault(currency, []).append((series, days, values))

    def conversion(self, currency: str, into: str, day: date) -> CurrencyConversion | None:
        """Return the conversion from `currency` into `into` on `day`; None when no chain of rates connects them.

        Each is followed to the currency that its rate is against, at most two steps, until both meet.
        """
        if currency == into:
            return CurrencyConversion(Decimal(1), Decimal(1), ())
        from_ways, into_ways = self._ways(currency, day), self._ways(into, day)
        meeting = [place for place in from_ways if place in into_ways]
        if not meeting:
            return None
        # A band is less exact than a published rate, so it is used only when there is nothing else.
        place = min(
            meeting,
            key=lambda place: (
                any(leg.low != leg.high for leg in (*from_ways[place], *into_ways[place])),
                len(from_ways[place]) + len(into_ways[place]),
                place,
            ),
        )
        low = high = Decimal(1)
        for leg in from_ways[place]:
            low, high = PRECISION.divide(low, leg.high), PRECISION.divide(high, leg.low)
        for leg in into_ways[place]:
            low, high = PRECISION.multiply(low, leg.low), PRECISION.multiply(high, leg.high)
        return CurrencyConversion(low, high, (*from_ways[place], *into_ways[place]))

    def _ways(self, currency: str, day: date) -> dict[str, tuple[Leg, ...]]:
        ways: dict[str, tuple[Leg, ...]] = {currency: ()}
        for _ in range(2):
            for place, way in list(ways.items()):
                for leg in self._legs(place, day):
                    ways.setdefault(leg.against, (*way, leg))
        return ways

    def _legs(self, currency: str, day: date) -> list[Leg]:
        legs = [
            Leg(currency, fixed.against, fixed.low, fixed.high, fixed.since, fixed.source)
            for fixed in self._fixed.get(currency, ())
            if fixed.since <= day and (fixed.until is None or day <= fixed.until)
        ]
        for series, days, values in self._series.get(currency, ()):
            last = bisect_right(days, day) - 1
            if last >= 0 and (day - days[last]).days <= self._max_age:
                rate = values[last]
                legs.append(Leg(currency, series.base, rate, rate, days[last], series.source))
        return legs
