"""The format of a quota: the quantity of a rule's goods that is allowed in a window. `screening/quotas.py` counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from tidewaiter.rulebook.base import Confidence, Prefix, RuleModel, Words
from tidewaiter_schemas.quota import QuotaUnit


class Cap(RuleModel):
    """The largest quantity in one window, of all States together."""

    amount: Annotated[Decimal, Field(gt=0)]
    unit: QuotaUnit


class UnitConversion(RuleModel):
    """How much one `unit` of goods is in the unit of a cap. `hs` and `words` limit it to some goods.

    A finding that depends on a factor of confidence C never blocks.
    """

    unit: QuotaUnit
    into: QuotaUnit
    factor: Annotated[Decimal, Field(gt=0)]
    confidence: Confidence
    hs: tuple[Prefix, ...] = ()
    words: tuple[Words, ...] = ()


class StopThreshold(RuleModel):
    """The share of the cap at which all supply ends for the window."""

    share: Annotated[Decimal, Field(gt=0, le=1)]
    confidence: Confidence


class Quota(RuleModel):
    """A cap per twelve months, counted from `starts` of each year.

    Several caps in different units are alternatives in the law ("or"): goods count against the cap in their unit, and
    the shares add up. `conversions` are for goods stated in a unit that no cap has; the first that fits applies.
    """

    caps: Annotated[tuple[Cap, ...], Field(min_length=1)]
    starts: Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")] = Field(
        description="Month and day on which each window starts."
    )
    stops_at: StopThreshold | None = None
    conversions: tuple[UnitConversion, ...] = ()

    @model_validator(mode="after")
    def _can_be_counted(self) -> Quota:
        units = [cap.unit for cap in self.caps]
        if len(set(units)) < len(units):
            raise ValueError("two caps in one unit: the lower is the cap")
        try:
            date.fromisoformat(f"2001-{self.starts}")
        except ValueError:
            raise ValueError(f"starts {self.starts} is not a day that every year has") from None
        for conversion in self.conversions:
            if conversion.into not in units or conversion.unit in units:
                raise ValueError(
                    f"a conversion from {conversion.unit} into {conversion.into} reaches no cap, or no need"
                )
        return self

    def window(self, day: date) -> date:
        """Return the first day of the window that contains `day`."""
        start = date.fromisoformat(f"{day.year:04}-{self.starts}")
        return start if start <= day or day.year == 1 else start.replace(year=day.year - 1)

    def cap(self, unit: str) -> Cap | None:
        """Return the cap in `unit`; None when there is none."""
        return next((cap for cap in self.caps if cap.unit == unit), None)
