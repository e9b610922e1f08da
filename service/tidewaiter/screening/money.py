"""Compare the value of an item with a threshold, in any currency. An unknown value is never assumed to be small.

A value is a span from the least to the most that one piece may be worth. The threshold is certainly met only when the
whole span exceeds it, and certainly not met only when no part of it does. Anything in between goes to review.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tidewaiter.goods.recognition import Reason
from tidewaiter.rulebook.rates import PRECISION, ROUNDED, CurrencyConversion, RateTable
from tidewaiter.rulebook.rules import Threshold
from tidewaiter.screening.amounts import Amounts, ValueOf, amounts_of
from tidewaiter.screening.goods import RecognisedItem
from tidewaiter_schemas.verdict import Evidence

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
class ValueComparison:
    """A threshold that is met: certainly if `met`, otherwise perhaps.

    `sentence` continues "“x” is declared as HS 9101".
    """

    met: bool
    sentence: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    """A span from `low` to `high`; `high` is None when unknown. `why` says why the two differ."""

    low: Decimal
    high: Decimal | None
    why: str = ""


def compare_value(
    threshold: Threshold, item: RecognisedItem, day: date, rates: RateTable, because: tuple[Reason, ...] = ()
) -> ValueComparison | None:
    """Compare the value of those goods of `item` that `because` refers to with `threshold`, at the rates of `day`.

    Return None when the threshold is certainly not met. Words that state an amount plainly fill empty fields. Amounts
    in the currency of the threshold are compared exactly; divided and converted amounts are rounded to a millionth.
    """
    limit = f"{threshold.operator} {threshold.amount:f} {threshold.currency}"
    amounts = amounts_of(item, because)
    if amounts.value is None:
        known = (Evidence(kind="value", subject=item.pointer, value="unknown", matched=limit),)
        return ValueComparison(False, ", of unknown value", known)
    pointer = f"{item.pointer}/description" if amounts.words else f"{item.pointer}/value"
    evidence = [Evidence(kind="value", subject=pointer, value=amounts.as_evidence, matched=limit)]
    if amounts.counted:
        words = f"{item.pointer}/description"
        evidence.append(Evidence(kind="quantity", subject=words, value=amounts.counted, matched=limit))
    conversion = rates.conversion(amounts.currency, threshold.currency, day)
    if conversion is None:
        missing = f", of a value in {amounts.currency} that has no rate to {threshold.currency} for {day}"
        return ValueComparison(False, missing + amounts.source, tuple(evidence))
    evidence += [
        Evidence(kind="rate", subject=pointer, value=leg.sentence, matched=f"{leg.source}, {leg.day}")
        for leg in conversion.legs
    ]
    span = _converted(_valued(threshold, amounts, amounts.value), conversion)
    if span.high is not None and _within(threshold, span.high):
        return None
    if _past(threshold, span.low):
        return ValueComparison(True, _worth(threshold, span, bool(conversion.legs)) + amounts.source, tuple(evidence))
    if span.low == span.high:
        exactly = f", worth exactly {_money(threshold.amount)} {threshold.currency}"
        return ValueComparison(False, exactly + amounts.source, tuple(evidence))
    why = span.why or ", of a value that a band of rates does not settle"
    return ValueComparison(False, why + amounts.source, tuple(evidence))


def _past(threshold: Threshold, amount: Decimal) -> bool:
    """Return whether `amount` certainly meets the threshold.

    At an ambiguous boundary neither this nor `_within` is true.
    """
    exactly = threshold.operator == ">=" and threshold.boundary == "exact"
    return amount >= threshold.amount if exactly else amount > threshold.amount


def _within(threshold: Threshold, amount: Decimal) -> bool:
    """Return whether `amount` certainly does not meet the threshold."""
    exactly = threshold.operator == ">" and threshold.boundary == "exact"
    return amount <= threshold.amount if exactly else amount < threshold.amount


def _valued(threshold: Threshold, amounts: Amounts, value: Decimal) -> _Span:
    """Return the span of the value of one unit of the threshold, in the currency of the value."""
    by_line, by_piece = _of_line(threshold, amounts, value), _of_piece(threshold, amounts, value)
    if amounts.of is ValueOf.LINE:
        return by_line
    if amounts.of is ValueOf.PIECE:
        return by_piece
    high = None if by_line.high is None or by_piece.high is None else max(by_line.high, by_piece.high)
    return _Span(
        min(by_line.low, by_piece.low), high, by_line.why or by_piece.why or ", of one piece or of all of them"
    )


def _of_line(threshold: Threshold, amounts: Amounts, value: Decimal) -> _Span:
    """Return the span when the value covers the whole item. One of several goods may account for all of it."""
    quantity, unit, why = amounts.quantity, amounts.unit, _unknown(threshold)
    if threshold.basis == "item":
        return _Span(value, value)
    if threshold.basis == "weight":
        if quantity and unit in _KILOGRAMS and threshold.weight_kg is not None:
            kilograms = PRECISION.multiply(quantity, _KILOGRAMS[unit])
            each = _rounded(PRECISION.multiply(PRECISION.divide(value, kilograms), threshold.weight_kg))
            return _Span(each, None if amounts.shared else each, why)
        return _Span(Decimal(0), None, why)
    many = _SETS if threshold.basis == "set" else _ONE_BY_ONE
    if quantity is None:
        return _Span(Decimal(0), value, why)
    each = _rounded(PRECISION.divide(value, quantity)) if quantity > 1 else value
    if unit in many or (not unit and threshold.basis == "unit"):
        return _Span(each, value if amounts.shared else each, why)
    # A set is worth at least as much as any piece of it, and a piece at most as much as its set.
    at_least = each if threshold.basis == "set" and (not unit or unit in _ONE_BY_ONE) else Decimal(0)
    at_most = each if threshold.basis == "unit" and unit in _SETS and not amounts.shared else value
    return _Span(at_least, at_most, why)


def _of_piece(threshold: Threshold, amounts: Amounts, value: Decimal) -> _Span:
    """Return the span when the value covers one piece, or one set when sets are counted."""
    quantity, unit, why = amounts.quantity, amounts.unit, _unknown(threshold)
    if threshold.basis == "weight":
        return _Span(Decimal(0), None, why)
    if threshold.basis == "item":
        counts = quantity is not None and (not unit or unit in _ONE_BY_ONE or unit in _SETS)
        if quantity is None or not counts:
            return _Span(value, None, ", of unknown value of the whole line")
        line = _rounded(PRECISION.multiply(value, quantity)) if quantity > 1 else value
        return _Span(line, line)
    if threshold.basis == "set":
        return _Span(value, value if unit in _SETS else None, why)
    return _Span(Decimal(0) if unit in _SETS else value, value, why)


def _unknown(threshold: Threshold) -> str:
    if threshold.basis == "weight":
        return f", of unknown value for {threshold.weight_kg} kg"
    return f", of unknown value by the {'set' if threshold.basis == 'set' else 'piece'}"


def _converted(span: _Span, conversion: CurrencyConversion) -> _Span:
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
"""Above this, rounding to a millionth does not fit into 34 digits. No threshold comes near it."""


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
