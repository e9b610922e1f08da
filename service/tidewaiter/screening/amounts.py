"""How much of an item there is and what it is worth: by its fields, and by its words where these are empty."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from tidewaiter.goods.amounts.quantities import Quantity, Value, unit_of
from tidewaiter.goods.amounts.stated_amounts import Said
from tidewaiter.goods.recognition import Reason
from tidewaiter.screening.goods import RecognisedItem


class Of(Enum):
    """What a value is the value of."""

    LINE = auto()
    """All that the item counts."""
    PIECE = auto()
    """One of them."""
    EITHER = auto()
    """The words leave it open."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """`value` in `currency`, `quantity` in `unit` (folded, "" for none); None where nothing says it.

    `shared`: the line is of several goods, of which the value and the quantity are the sum. `words` are those that the
    value was read in, `counted` those of the quantity; "" where a field gave it.
    """

    value: Decimal | None = None
    currency: str = ""
    of: Of = Of.LINE
    quantity: Decimal | None = None
    unit: str = ""
    shared: bool = False
    words: str = ""
    counted: str = ""

    @property
    def told(self) -> str:
        """The value for the evidence: "290 USD", "290 USD each, in the words “USD 290 each”"."""
        amount = f"{self.value:f} {self.currency}" + (" each" if self.of is Of.PIECE else "")
        return f"{amount}, in the words “{self.words}”" if self.words else amount

    @property
    def by(self) -> str:
        """The end of a sentence that says which words were believed; "" where fields gave everything."""
        said = " and ".join(f"“{words}”" for words in (self.words, self.counted) if words)
        return f" (read in the words {said})" if said else ""


def amounts_of(item: RecognisedItem, because: tuple[Reason, ...] = ()) -> Amounts:
    """The amounts of those goods of `item` that `because` speaks of.

    A field that is given wins. Words fill an empty one, and tell the unit of a quantity that has none.
    """
    given, quantity = item.item.value, item.item.quantity
    unit = (item.item.unit or "").strip().strip(".").casefold()
    if given is not None and quantity is not None and unit:
        return Amounts(given.amount, given.currency, Of.LINE, quantity, unit, item.several)
    said = item.said(because)
    if given is None and said.value is None:
        return Amounts()
    counted = ""
    if given is None and item.several:
        quantity, unit = None, ""
    read = said.quantity
    if read is not None and fits(read, quantity, unit) and not (given is not None and item.several):
        counted = read.words if quantity is None else ""
        quantity, unit = read.amount, unit or read.unit
    if given is not None:
        return Amounts(given.amount, given.currency, Of.LINE, quantity, unit, item.several, counted=counted)
    return _as_said(said, quantity, unit, counted)


def fits(read: Quantity, quantity: Decimal | None, unit: str) -> bool:
    """Whether a quantity in the words can be the one that the fields leave out, in part or whole."""
    if quantity is not None:
        return not unit and read.amount == quantity
    return not unit or unit_of(unit) == (read.unit, Decimal(1))


def _as_said(said: Said, quantity: Decimal | None, unit: str, counted: str) -> Amounts:
    value: Value | None = said.value
    if value is None:
        return Amounts(quantity=quantity, unit=unit, counted=counted)
    of = Of.PIECE if said.each else Of.LINE if said.total else Of.EITHER
    return Amounts(value.amount, value.currency, of, quantity, unit, False, value.words, counted)
