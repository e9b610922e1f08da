"""Read the quantity and value of an item: from its fields, or from its description where the fields are empty."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from tidewaiter.goods.amounts.quantities import Quantity, Value, unit_of
from tidewaiter.goods.amounts.stated_amounts import StatedAmounts
from tidewaiter.goods.recognition import Reason
from tidewaiter.screening.goods import RecognisedItem


class ValueOf(Enum):
    """What a stated value covers."""

    LINE = auto()
    """The whole item."""
    PIECE = auto()
    """One piece of the item."""
    EITHER = auto()
    """The words do not say whether the value covers the line or one piece."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts of an item: `value` in `currency` and `quantity` in `unit`. None means not stated.

    `unit` is folded, "" for none. `shared` is true when the item contains several kinds of goods, so that value and
    quantity are sums over all of them. `words` is the text that states the value and `counted` the text that states
    the quantity; both are "" when a field states it.
    """

    value: Decimal | None = None
    currency: str = ""
    of: ValueOf = ValueOf.LINE
    quantity: Decimal | None = None
    unit: str = ""
    shared: bool = False
    words: str = ""
    counted: str = ""

    @property
    def as_evidence(self) -> str:
        """Return the value as shown in evidence: "290 USD", "290 USD each, in the words “USD 290 each”"."""
        amount = f"{self.value:f} {self.currency}" + (" each" if self.of is ValueOf.PIECE else "")
        return f"{amount}, in the words “{self.words}”" if self.words else amount

    @property
    def source(self) -> str:
        """Return the end of a sentence that quotes the words used; "" when fields state everything."""
        stated = " and ".join(f"“{words}”" for words in (self.words, self.counted) if words)
        return f" (read in the words {stated})" if stated else ""


def amounts_of(item: RecognisedItem, because: tuple[Reason, ...] = ()) -> Amounts:
    """Return the amounts of those goods of `item` that the reasons in `because` refer to.

    A field takes precedence. Words supply an empty field, and the unit of a quantity that has none.
    """
    given, quantity = item.item.value, item.item.quantity
    unit = (item.item.unit or "").strip().strip(".").casefold()
    if given is not None and quantity is not None and unit:
        return Amounts(given.amount, given.currency, ValueOf.LINE, quantity, unit, item.several)
    stated = item.amounts_of(because)
    if given is None and stated.value is None:
        return Amounts()
    counted = ""
    if given is None and item.several:
        quantity, unit = None, ""
    read = stated.quantity
    if read is not None and fits(read, quantity, unit) and not (given is not None and item.several):
        counted = read.words if quantity is None else ""
        quantity, unit = read.amount, unit or read.unit
    if given is not None:
        return Amounts(given.amount, given.currency, ValueOf.LINE, quantity, unit, item.several, counted=counted)
    return _as_said(stated, quantity, unit, counted)


def fits(read: Quantity, quantity: Decimal | None, unit: str) -> bool:
    """Return whether the quantity `read` from words is compatible with what the fields state of it."""
    if quantity is not None:
        return not unit and read.amount == quantity
    return not unit or unit_of(unit) == (read.unit, Decimal(1))


def _as_said(stated: StatedAmounts, quantity: Decimal | None, unit: str, counted: str) -> Amounts:
    value: Value | None = stated.value
    if value is None:
        return Amounts(quantity=quantity, unit=unit, counted=counted)
    of = ValueOf.PIECE if stated.each else ValueOf.LINE if stated.total else ValueOf.EITHER
    return Amounts(value.amount, value.currency, of, quantity, unit, False, value.words, counted)
