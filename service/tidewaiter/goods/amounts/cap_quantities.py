"""Quantities in the units that caps are counted in: US barrels for volume, metric tonnes for mass.

Only conversions that are exact by definition are made here. Mass to volume needs a density, which a rule must give. It
is cautious by design: an ambiguous quantity counts as none.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Final, Literal, NamedTuple

from tidewaiter.goods.amounts.amount_words import alternatives, every
from tidewaiter.goods.amounts.quantities import Quantity, stated_in, unit_of

BARREL_LITRES = Decimal("158.987294928")
"""42 US gallons of 231 cubic inches of 2.54 cm."""
BARREL_GALLONS = Decimal(42)
IMPERIAL_GALLON_LITRES = Decimal("4.54609")
"""By definition, since 1985."""
MILLIONTH = Decimal("0.000001")
PRECISION = 60
"""Digits of precision: a quantity has up to thirty, before its point or after it."""

CapUnit = Literal["bbl", "t"]

_TO_CAP_UNIT: Final[dict[str, tuple[CapUnit, Decimal, Decimal]]] = {  # multiply, then divide
    "bbl": ("bbl", Decimal(1), Decimal(1)),
    "l": ("bbl", Decimal(1), BARREL_LITRES),
    "m3": ("bbl", Decimal(1_000), BARREL_LITRES),
    "usgal": ("bbl", Decimal(1), BARREL_GALLONS),
    "impgal": ("bbl", IMPERIAL_GALLON_LITRES, BARREL_LITRES),
    "gal": ("bbl", IMPERIAL_GALLON_LITRES, BARREL_LITRES),
    "t": ("t", Decimal(1), Decimal(1)),
    "kg": ("t", Decimal(1), Decimal(1_000)),
}
_EITHER_GALLON = "gal"
_ANY_ENDING = r"\w*"
# "Diesel in drums of 200 l" states what one drum holds, not how much there is.
_PARTS = re.compile(
    rf"\b(?:{alternatives(every(lambda words: words.portions)).replace(re.escape('*'), _ANY_ENDING)})\b"
    rf"|\d\s*[x×*]|[x×*]\s*\d|[/@]\s*(?:{alternatives(every(lambda words: words.periods))})",
    re.IGNORECASE,
)


class CapQuantity(NamedTuple):
    """`amount` of `unit`, to a millionth. `exact` unless the word for the unit has two meanings, of which
    the larger was taken. `words` as they were given."""

    amount: Decimal
    unit: CapUnit
    exact: bool
    words: str


def cap_quantity(quantity: Decimal | None, unit: str | None, description: str | None) -> CapQuantity | None:
    """Return the quantity: from quantity and unit when both are given, otherwise from the words. None when unknown.

    The words count only when they state one volume or mass, not that of each drum, and do not contradict the quantity.
    """
    if quantity is not None and unit is not None:
        known = unit_of(unit)
        return None if known is None else _measured(quantity, known[0], f"{_plain(quantity)} {unit}", known[1])
    if not description or _PARTS.search(description):
        return None
    stated = {(q.amount, q.unit): q for q in stated_in(description).quantities if q.unit in _TO_CAP_UNIT}
    fitting: list[Quantity] = [q for q in stated.values() if quantity is None or q.amount == quantity]
    if len(stated) != 1 or len(fitting) != 1:
        return None
    return _measured(fitting[0].amount, fitting[0].unit, fitting[0].words)


def _measured(quantity: Decimal, unit: str, words: str, times: Decimal = Decimal(1)) -> CapQuantity | None:
    into = _TO_CAP_UNIT.get(unit)
    if into is None:
        return None
    name, factor, divisor = into
    with localcontext(prec=PRECISION):
        amount = (quantity * times * factor / divisor).quantize(MILLIONTH, ROUND_HALF_EVEN)
    return CapQuantity(amount, name, unit != _EITHER_GALLON, words)


def _plain(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
