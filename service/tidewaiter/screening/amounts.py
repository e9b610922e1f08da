"""Quantity and value of an item: from its fields, and from its words where the fields are empty."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from tidewaiter.goods.amounts.quantities import Quantity, Value, unit_of
from tidewaiter.goods.amounts.stated_amounts import StatedAmounts
from tidewaiter.goods.recognition import Reason
from tidewaiter.screening.goods import RecognisedItem


class ValueOf(Enum):
    """What a value is of."""

    LINE = auto()
    """The whole item."""
    PIECE = auto()
    """One piece of it."""
    EITHER = auto()
    """The words do not say which."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """`value` in `currency` and `quantity` in `unit` (folded, "" for none); None where nothing states them.

    `shared`: the item is of several goods, and value and quantity are their sum. `words` are those that state the
    value, `counted` those that state the quantity; "" where a field does.
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
        """The value as evidence shows it: "290 USD", "290 USD each, in the words “USD 290 each”"."""
        amount = f"{self.value:f} {self.currency}" + (" each" if self.of is ValueOf.PIECE else "")
        return f"{amount}, in the words “{self.words}”" if self.words else amount

    @property
    def source(self) -> str:
        """The end of a sentence, naming the words that were used; "" where fields state everything."""
        stated = " and ".join(f"“{words}”" for words in (self.words, self.counted) if words)
        return f" (read in the words {stated})" if stated else ""


def amounts_of(item: RecognisedItem, because: tuple[Reason, ...] = ()) -> Amounts:
    """Return the amounts of the goods of `item` that `because` names.

    A field that is given wins. Words fill an empty one, and give the unit of a quantity that has none.
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
    """Return whether a quantity in the words can be the one that the fields state in part or not at all."""
    if quantity is not None:
        return not unit and read.amount == quantity
    return not unit or unit_of(unit) == (read.unit, Decimal(1))


def _as_said(stated: StatedAmounts, quantity: Decimal | None, unit: str, counted: str) -> Amounts:
    value: Value | None = stated.value
    if value is None:
        return Amounts(quantity=quantity, unit=unit, counted=counted)
    of = ValueOf.PIECE if stated.each else ValueOf.LINE if stated.total else ValueOf.EITHER
    return Amounts(value.amount, value.currency, of, quantity, unit, False, value.words, counted)
