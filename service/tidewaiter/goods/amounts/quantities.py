"""Quantities and values that stand in an item's words: "2 units", "500 bbl", "USD 400 each", "3,5 млн руб".

Cautious by design: a value below a threshold may let goods pass, so where the words state two different ones, none is
taken. A number without a unit or a currency is never read as either ("925 silver", "LX 570").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from tidewaiter.goods.amounts.amount_words import alternatives, every
from tidewaiter.goods.languages import EVERY
from tidewaiter.goods.parse.words import clean


@dataclass(frozen=True, slots=True)
class Quantity:
    """`amount` of `unit` (`pcs`, `pair`, `kg`, `t`, `l`, `m3`, `bbl`, `usgal`, `impgal`, `gal`); `words` as they stand
    in the text."""

    amount: Decimal
    unit: str
    words: str


@dataclass(frozen=True, slots=True)
class Value:
    """`amount` in `currency` (ISO 4217); `each` when it is said to be the price of one piece, and `per` what else it is
    said to be the price of: a "kg", a "month"; "" where it is not."""

    amount: Decimal
    currency: str
    each: bool
    words: str
    per: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """Everything that a text states, in its order."""

    quantities: tuple[Quantity, ...] = ()
    values: tuple[Value, ...] = ()

    @property
    def quantity(self) -> Quantity | None:
        """The one quantity stated, or None where there is none or more than one."""
        return self.quantities[0] if len({(q.amount, q.unit) for q in self.quantities}) == 1 else None

    @property
    def value(self) -> Value | None:
        """The one value stated, or None where there is none, more than one, or one of a kilogram or a month."""
        if len({(v.amount, v.currency, v.each, v.per) for v in self.values}) != 1 or self.values[0].per:
            return None
        return self.values[0]


def stated_in(text: str) -> Stated:
    """What `text` states. Never raises; a number too long to be an amount is passed over."""
    if not _DIGIT.search(text):
        return Stated()
    plain = clean(text)
    return Stated(tuple(q for _, _, q in _quantities(plain)), tuple(v for _, _, v in _values(plain)))


def found_in(text: str) -> list[tuple[int, int, Quantity | Value]]:
    """Every quantity and value of a text that is clean already, each with where it begins and ends, in order."""
    if not _DIGIT.search(text):
        return []
    found: list[tuple[int, int, Quantity | Value]] = [*_quantities(text), *_values(text)]
    return sorted(found, key=lambda one: one[:2])


def unit_of(word: str) -> tuple[str, Decimal] | None:
    """The unit that `word` names, as `Quantity` has it, and how many of it: ("t", 1000) for "thousand tonnes".

    None for a word that names no unit: "drums" is none.
    """
    spelt = _spelt(clean(word))
    if (unit := _UNITS.get(spelt)) is not None:
        return unit, Decimal(1)
    times, _, rest = spelt.partition(" ")
    if times in _TIMES and times != "m" and (unit := _UNITS.get(rest)) is not None:
        return unit, Decimal(_TIMES[times])
    return None


def _quantities(text: str) -> Iterator[tuple[int, int, Quantity]]:
    for found in _QUANTITY.finditer(text):
        amount = _number(found["number"], found["times"])
        if amount is not None:
            yield found.start(), found.end(), Quantity(amount, _UNITS[_spelt(found["unit"])], found[0].strip())


def _values(text: str) -> Iterator[tuple[int, int, Value]]:
    for found in _VALUE.finditer(text):
        before = found["before"] is not None
        number, times = (found["first"], found["first_times"]) if before else (found["second"], found["second_times"])
        currency = _CURRENCIES[_spelt(found["before"] if before else found["after"])]
        amount = _number(number, times)
        if amount is not None:
            value = Value(amount, currency, found["each"] is not None, found[0].strip(), found["per"] or "")
            yield found.start(), found.end(), value


def _number(digits: str, times: str | None) -> Decimal | None:
    """The number that `digits` write in any custom. One separator before three digits parts thousands ("1.200" is
    twelve hundred): of the two readings it is the greater, so that no value falls below a threshold by it."""
    bare = re.sub(r"[\s'’\u00a0\u202f]", "", digits)
    comma, point = bare.rfind(","), bare.rfind(".")
    mark = max(comma, point)
    if mark >= 0:
        twice = bare.count(bare[mark]) > 1
        if twice or (min(comma, point) < 0 and len(bare) - mark - 1 == 3 and bare[:mark] != "0"):
            mark = len(bare)
        bare = re.sub("[.,]", "", bare[:mark]) + "." + re.sub("[.,]", "", bare[mark:])
    if len(bare) > _LONGEST:
        return None
    return Decimal(bare.rstrip(".")) * (_TIMES[_spelt(times)] if times else 1)


def _spelt(word: str) -> str:
    return " ".join(word.casefold().replace(".", "").split())


_LONGEST = 18
_DIGIT = re.compile(r"\d")

_UNITS = {word: unit for language in EVERY for unit, words in language.amounts.units.items() for word in words}
_CURRENCIES = {
    word: code for language in EVERY for code, words in language.amounts.currencies.items() for word in words
}
_TIMES = {word: times for language in EVERY for word, times in language.amounts.multipliers.items()}


def _either(words: Iterable[str]) -> str:
    return alternatives(words).replace(r"\ ", r"\s+")


# A number is not part of a longer word or number, nor does it follow a hyphen or a letter ("AK-47", "LX570").
_BEGIN = r"(?<![\d.\-/])(?<!\d,)(?<![^\W\u3040-\u9fff\uac00-\ud7af])"
# Counted, because each group of a long row of figures would else be tried as the first. No amount has so many.
_DIGITS = r"\d{1,3}(?:[ '’\u00a0\u202f]\d{3}){1,9}(?:[.,]\d{1,30})?|\d{1,30}(?:[.,]\d{1,30}){0,9}"
_LATER = r"(?![^\W\d_])"
# Chinese, Japanese and Korean write the next word straight after the unit.
_END = r"(?:(?<=[\u3040-\u9fff\uac00-\ud7af])|(?!\w))"
_SCALE = rf"(?:{_either(_TIMES)})\.?"
_CURRENCY = _either(_CURRENCIES)
_PER_WORDS = every(lambda words: words.per)
_EACH = (
    rf"(?:\s*(?:/\s*|(?:{_either(_PER_WORDS | every(lambda words: words.a_piece))})\s+)"
    rf"(?:{_either(every(lambda words: words.pieces))})(?!\w)|\s*(?:{_either(every(lambda words: words.each))})\b)"
)
_PER = rf"\s*(?:/\s*|(?:{_either(_PER_WORDS)})\s+(?:1\s*)?)(?P<per>[^\W\d_]+)"

_QUANTITY = re.compile(
    rf"{_BEGIN}(?P<number>{_DIGITS})\s*(?:(?P<times>{_SCALE})\s*)??(?P<unit>{_either(_UNITS)})\.?{_END}", re.IGNORECASE
)
_VALUE = re.compile(
    rf"(?:(?<![^\W\d_])(?P<before>{_CURRENCY})\.?\s?(?P<first>{_DIGITS})(?:\s?(?P<first_times>{_SCALE}){_LATER})?"
    rf"|{_BEGIN}(?P<second>{_DIGITS})\s?(?:(?P<second_times>{_SCALE})\s?)?(?P<after>{_CURRENCY})\.?{_END})"
    rf"(?:(?P<each>{_EACH})|{_PER})?",
    re.IGNORECASE,
)
