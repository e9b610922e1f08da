"""How the value of an item stands to a threshold, in any currency. What is not known is never taken for little.

A value is a span: from what one piece is worth at least to what it may be worth. The threshold is met surely only when
the whole span is past it, and surely not met only when none of it is; in between somebody must look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schemas.verdict import Evidence
from service.rulebook.rates import PRECISION, ROUNDED, Conversion, RateTable
from service.rulebook.rules import Threshold
from service.screening.goods import RecognisedItem

_ONE_BY_ONE = frozenset(
    "piece pieces pcs pc pce pces unit units u ea each item items no nos number head pair pairs pr prs "
    "шт штука штук пара пар 台 辆 輛 件 个 個 双 枚 只 대 개 켤레 stück stk st unité unités pièce pièces paire paires "
    "unidad unidades ud uds pieza piezas par pares قطعة قطع وحدة adet çift c62 h87 nmb npr".split()
)
_SETS = frozenset(
    "set sets kit kits suite suites комплект комплекта комплектов набор 套 組 组 セット 세트 satz sätze juego".split()
)
_KILOGRAMS = {
    word: factor
    for factor, words in (
        (Decimal("0.001"), "g gr gram grams gramme grammes grm г"),
        (Decimal(1), "kg kgs kgm kilo kilos kilogram kilograms kilogramme кг 公斤 千克"),
        (Decimal(1000), "t mt ton tons tonne tonnes tne т 吨"),
        (Decimal("0.45359237"), "lb lbs lbr pound pounds"),
    )
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A threshold is `met` surely, or perhaps. `sentence` continues "“x” is declared as HS 9101"."""

    met: bool
    sentence: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    """From `low` to `high`, None where there is no telling how high; `why` says why they differ."""

    low: Decimal
    high: Decimal | None
    why: str = ""


def standing(threshold: Threshold, item: RecognisedItem, day: date, rates: RateTable) -> Standing | None:
    """How `item` stands to `threshold` by the rates of `day`; None when it is surely not met.

    Amounts of the threshold's own currency are compared as they are; divided and converted ones to a millionth.
    """
    value = item.item.value
    limit = f"{threshold.operator} {threshold.amount:f} {threshold.currency}"
    if value is None:
        known = (Evidence(kind="value", subject=item.pointer, value="unknown", matched=limit),)
        return Standing(False, ", of unknown value", known)
    pointer = f"{item.pointer}/value"
    evidence = [
        Evidence(kind="value", subject=pointer, value=f"{value.amount:f} {value.currency}", matched=limit),
    ]
    conversion = rates.conversion(value.currency, threshold.currency, day)
    if conversion is None:
        missing = f", of a value in {value.currency} that has no rate to {threshold.currency} for {day}"
        return Standing(False, missing, tuple(evidence))
    evidence += [
        Evidence(kind="rate", subject=pointer, value=leg.sentence, matched=f"{leg.source}, {leg.day}")
        for leg in conversion.legs
    ]
    span = _converted(_valued(threshold, item, value.amount), conversion)
    if span.high is not None and _within(threshold, span.high):
        return None
    if _past(threshold, span.low):
        return Standing(True, _worth(threshold, span, bool(conversion.legs)), tuple(evidence))
    if span.low == span.high:
        return Standing(False, f", worth exactly {_money(threshold.amount)} {threshold.currency}", tuple(evidence))
    return Standing(False, span.why or ", of a value that a band of rates does not settle", tuple(evidence))


def _past(threshold: Threshold, amount: Decimal) -> bool:
    """Whether goods of `amount` are surely met; exactly at a boundary in doubt they neither are nor are not."""
    exactly = threshold.operator == ">=" and threshold.boundary == "exact"
    return amount >= threshold.amount if exactly else amount > threshold.amount


def _within(threshold: Threshold, amount: Decimal) -> bool:
    """Whether goods of `amount` are surely not met."""
    exactly = threshold.operator == ">" and threshold.boundary == "exact"
    return amount <= threshold.amount if exactly else amount < threshold.amount


def _valued(threshold: Threshold, item: RecognisedItem, amount: Decimal) -> _Span:
    """What one of the threshold's things is worth, in the currency of the item. `amount` is of the whole line."""
    quantity = item.item.quantity
    unit = (item.item.unit or "").strip().strip(".").casefold()
    if threshold.basis == "item":
        return _Span(amount, amount)
    if threshold.basis == "weight":
        if quantity and unit in _KILOGRAMS and threshold.weight_kg is not None:
            kilograms = PRECISION.multiply(quantity, _KILOGRAMS[unit])
            each = _rounded(PRECISION.multiply(PRECISION.divide(amount, kilograms), threshold.weight_kg))
            return _Span(each, each)
        return _Span(Decimal(0), None, f", of unknown value for {threshold.weight_kg} kg")
    one, many = ("set", _SETS) if threshold.basis == "set" else ("piece", _ONE_BY_ONE)
    if quantity is None:
        return _Span(Decimal(0), amount, f", of unknown value by the {one}")
    each = _rounded(PRECISION.divide(amount, quantity)) if quantity > 1 else amount
    if unit in many or (not unit and threshold.basis == "unit"):
        return _Span(each, each)
    # A set is worth no less than a piece of it, and a piece no more than its set.
    at_least = each if threshold.basis == "set" and (not unit or unit in _ONE_BY_ONE) else Decimal(0)
    at_most = each if threshold.basis == "unit" and unit in _SETS else amount
    return _Span(at_least, at_most, f", of unknown value by the {one}")


def _converted(span: _Span, conversion: Conversion) -> _Span:
    if not conversion.legs:
        return span
    return _Span(
        _rounded(PRECISION.multiply(span.low, conversion.low)),
        None if span.high is None else _rounded(PRECISION.multiply(span.high, conversion.high)),
        span.why,
    )


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(ROUNDED, context=PRECISION) if amount < _LARGE else amount


_LARGE = Decimal(10) ** 27
"""Above this a millionth does not fit into 34 digits, and no threshold is anywhere near."""


def _worth(threshold: Threshold, span: _Span, converted: bool) -> str:
    more = "at least" if threshold.operator == ">=" else "more than"
    limit = f"{_money(threshold.amount)} {threshold.currency}"
    if not converted:
        return f", worth {more} {limit}"
    if span.low == span.high:
        return f", worth {_money(span.low)} {threshold.currency} at the reference rate, {more} {limit}"
    return f", worth {_money(span.low)} {threshold.currency} or more at the reference rates, {more} {limit}"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}".removesuffix(".00")
