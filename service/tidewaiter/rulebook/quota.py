"""The format of a quota: how much of a rule's goods there may be in a window, as data. It counts nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from tidewaiter.rulebook.base import Confidence, Prefix, RuleModel, Words
from tidewaiter_schemas.quota import QuotaUnit


class Cap(RuleModel):
    """The most there may be in one window, by all States together."""

    amount: Annotated[Decimal, Field(gt=0)]
    unit: QuotaUnit


class UnitConversion(RuleModel):
    """How many of a cap's unit one `unit` of the goods is, for goods of these codes or words; for all, without any.

    Nothing that rests on a factor of confidence C blocks.
    """

    unit: QuotaUnit
    into: QuotaUnit
    factor: Annotated[Decimal, Field(gt=0)]
    confidence: Confidence
    hs: tuple[Prefix, ...] = ()
    words: tuple[Words, ...] = ()


class StopThreshold(RuleModel):
    """At this share of the cap all supply ends for the window."""

    share: Annotated[Decimal, Field(gt=0, le=1)]
    confidence: Confidence


class Quota(RuleModel):
    """A cap per twelve months, counted from `starts` of each year.

    Several caps are the law's own "or", in different units: goods are counted against the cap in their own unit, and
    the shares add up. `conversions`, the first that fits, are for goods stated in a unit that no cap has.
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
            raise ValueError(f"starts {self.starts} is not a day of every year") from None
        for conversion in self.conversions:
            if conversion.into not in units or conversion.unit in units:
                raise ValueError(
                    f"a conversion from {conversion.unit} into {conversion.into} reaches no cap, or no need"
                )
        return self

    def window(self, day: date) -> date:
        """The first day of the window that `day` is in."""
        start = date.fromisoformat(f"{day.year:04}-{self.starts}")
        return start if start <= day or day.year == 1 else start.replace(year=day.year - 1)

    def cap(self, unit: str) -> Cap | None:
        """The cap in `unit`."""
        return next((cap for cap in self.caps if cap.unit == unit), None)
