"""Reads from the words of an item the quantity and value of each thing that they name.

Words are as reliable as the fields, because the same party writes both. But words can be misread, and a small value may
let goods pass, so an amount counts only where it is plainly that of the thing: before it, after it, or alone. Not "a
watch with 12 pcs diamonds", freight, or "from USD 400". Anything else leaves the amount unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

from tidewaiter.goods.amounts.amount_words import alternatives, any_of, beginnings, every
from tidewaiter.goods.amounts.quantities import Quantity, Value, found_in
from tidewaiter.goods.parse.words import clean

LONGEST = 2_000
"""In characters. Amounts of a longer text count as unclear."""
MOST = 20
"""With more amounts or things than this, all amounts count as unclear."""

Amount = Quantity | Value
_A = TypeVar("_A", Quantity, Value)


@dataclass(frozen=True, slots=True)
class StatedAmounts:
    """The quantity and the value stated for a thing; None when there is none, or more than one.

    `each` is set when the value is the price of one piece, `total` when it is that of all pieces; neither when it may
    be either.
    """

    quantity: Quantity | None = None
    value: Value | None = None
    each: bool = False
    total: bool = False


def stated_amounts_of(
    text: str, thing: Sequence[str] = (), others: Sequence[Sequence[str]] = (), *, alone: bool = True
) -> StatedAmounts:
    """Return the amounts that `text` states for the thing that its words `thing` name.

    `alone` means that nothing else is named, neither `others` nor unknown words. Otherwise an amount counts only beside
    the thing, or alone directly after it. Never raises.
    """
    if len(text) > LONGEST or len(others) > MOST:
        return _NOTHING
    read = _read(text)
    if not read.parts or read.clashing:
        return _NOTHING
    own = [number for number, part in enumerate(read.parts) if not part.bare and part.names(thing)]
    if not own and alone and not thing:
        own = [number for number, part in enumerate(read.parts) if not part.bare]
    if alone:
        if len(own) > 1 and not thing:
            return _NOTHING
        spoken = [part for number, part in enumerate(read.parts) if part.bare or number in own]
        if sum(len(part.amounts) for part in spoken) < read.amounts:
            return _NOTHING
    else:
        if len(own) != 1 or read.parts[own[0]].names_any(others) or read.parts[0].bare:
            return _NOTHING
        spoken = [read.parts[own[0]], *_following(read.parts, own[0])]
        if any(part.total for part in spoken):
            return _NOTHING
    return _stated(spoken, read)


@dataclass(frozen=True, slots=True)
class _Part:
    """What stands between two separators. `words` in lower case, without amounts and words of price; `bare` when there
    are none; `plain` when its amounts speak of all its words."""

    words: str
    amounts: tuple[Amount, ...]
    bare: bool
    plain: bool
    piece: bool
    total: bool

    def names(self, thing: Sequence[str]) -> bool:
        """Whether one of the words of a thing stands here."""
        return any(" ".join(clean(word).casefold().split()) in self.words for word in thing)

    def names_any(self, things: Sequence[Sequence[str]]) -> bool:
        """Whether a word of one of the things stands here."""
        return any(self.names(thing) for thing in things)


@dataclass(frozen=True, slots=True)
class _Read:
    parts: tuple[_Part, ...] = ()
    amounts: int = 0
    clashing: bool = False
    packed: bool = False
    other_money: bool = False


def _stated(spoken: Sequence[_Part], read: _Read) -> StatedAmounts:
    quantities = [a for part in spoken for a in part.amounts if isinstance(a, Quantity)]
    values = [a for part in spoken for a in part.amounts if isinstance(a, Value)]
    unsure_quantity = read.packed or any(not p.plain for p in spoken if _has(p, Quantity))
    unsure_value = read.other_money or any(not p.plain for p in spoken if _has(p, Value))
    quantity = None if unsure_quantity else _one(quantities, lambda q: (q.amount, q.unit))
    value = None if unsure_value else _one(values, lambda v: (v.amount, v.currency, v.each, v.per))
    if quantity is not None and (not quantity.amount or _TWO_WAYS.match(quantity.words)):
        quantity = None
    if value is None or not value.amount or value.per:
        return StatedAmounts(quantity)
    each = value.each or any(part.piece for part in spoken)
    total = any(part.total for part in spoken)
    return StatedAmounts(quantity) if each and total else StatedAmounts(quantity, value, each, total)


def _has(part: _Part, kind: type[Amount]) -> bool:
    return any(isinstance(amount, kind) for amount in part.amounts)


def _one(amounts: Sequence[_A], what: Callable[[_A], object]) -> _A | None:
    return amounts[0] if len({what(amount) for amount in amounts}) == 1 else None


def _following(parts: Sequence[_Part], number: int) -> Iterator[_Part]:
    for part in parts[number + 1 :]:
        if not part.bare:
            return
        yield part


@lru_cache(maxsize=1024)
def _read(text: str) -> _Read:
    plain = clean(text).replace(_QUANTITY, " ").replace(_VALUE, " ")
    found = found_in(plain)
    if not found or len(found) > MOST:
        return _Read()
    if any(before[1] > behind[0] for before, behind in pairwise(found)):
        return _Read(clashing=True)
    masked, at = "", 0
    for start, end, amount in found:
        masked += plain[at:start] + (_VALUE if isinstance(amount, Value) else _QUANTITY)
        at = end
    masked = " ".join((masked + plain[at:]).casefold().split())
    amounts = iter([amount for _, _, amount in found])
    parts = tuple(_part(piece, amounts) for piece in _SEPARATORS.split(masked) if piece.strip())
    return _Read(parts, len(found), False, bool(_PACKED.search(masked)), bool(_OTHER_MONEY.search(masked)))


def _part(masked: str, amounts: Iterator[Amount]) -> _Part:
    own = tuple(next(amounts) for character in masked if character in _MARKS)
    left = _LEFT.match(masked)
    start = left.end() if left else 0
    end = _end_of_core(masked, start)
    core, edges = masked[start:end].strip(), masked[:start] + " " + masked[end:]
    return _Part(
        words=core,
        amounts=own,
        bare=not core,
        plain=not any(mark in core for mark in _MARKS) and not _INSIDE.search(core),
        piece=bool(_PIECE.search(edges)),
        total=bool(_TOTAL.search(masked)),
    )


def _end_of_core(masked: str, start: int) -> int:
    """Return where the marks and words of price begin that `masked` ends with.

    From the end, because a pattern for a row of them tries each place of the row again.
    """
    begins, ends, at = len(masked), {len(masked)}, len(masked)
    while at > max(start, begins - _LONGEST_EDGE):
        at -= 1
        if (edge := _ONE_EDGE.match(masked, at)) is not None and edge.end() in ends:
            ends.add(at)
            begins = at
    return begins


_NOTHING = StatedAmounts()
_QUANTITY, _VALUE = "\ue000", "\ue001"
_MARKS = _QUANTITY + _VALUE
_CONJUNCTIONS = every(lambda words: words.conjunctions, lambda language: not language.unspaced)
_UNSPACED_CONJUNCTIONS = every(lambda words: words.conjunctions, lambda language: language.unspaced)
_SEPARATORS = re.compile(
    r"[,،؛;|()\[\]{}、，。；!?\n\r\t&+]|\.(?=\s|$)|\s[-–—]\s|—"
    rf"|(?<!\w)(?:{alternatives(_CONJUNCTIONS)})(?!\w)|(?:{alternatives(_UNSPACED_CONJUNCTIONS)})"
)
_PRICE_WORDS = every(lambda words: words.price)
_PRICE_WORD = any_of(_PRICE_WORDS)
_TOTAL_WORD = any_of(every(lambda words: words.total))
_BEFORE_TOTAL = any_of(every(lambda words: words.before_total))
_EDGE = rf"(?:[\s{_MARKS}:=@×*\-–/'’]|{_PRICE_WORD})"
_LEFT = re.compile(rf"{_EDGE}++")
_ONE_EDGE = re.compile(_EDGE)
_LONGEST_EDGE = max(map(len, _PRICE_WORDS))
_PIECE = re.compile(rf"@|{any_of(every(lambda words: words.piece))}")
_TOTAL = re.compile(
    # So many words at most stand between: a row of them without an amount would be read from each of them.
    rf"{_TOTAL_WORD}(?:[\s:=]|{_PRICE_WORD}){{0,12}}+{_VALUE}|{_VALUE}(?:[\s:=]|{_BEFORE_TOTAL}){{0,12}}+{_TOTAL_WORD}"
)
_INSIDE = re.compile(any_of(every(lambda words: words.inside)))
_PACKED = re.compile(
    rf"{any_of(every(lambda words: words.packages))}|[x×*]\s*\d|\d\s*[x×*]|[{_MARKS}]\s*[x×*/]|[x×*/]\s*[{_MARKS}]"
)
_OTHER_MONEY = re.compile(
    rf"{any_of(every(lambda words: words.other_money))}|[~≈<>≥≤±%]"
    rf"|{_VALUE}\s*[-–+…]\s*(?:\d|{_VALUE}|$)|[-–]\s*{_VALUE}"
)
# "1.200 kg" is read as the greater of two quantities, which would make the goods the cheaper by weight.
_TWO_WAYS = re.compile(
    rf"\d{{1,3}}[.,]\d{{3}}(?!\d)\s*(?:{beginnings(every(lambda words: words.thousand_or_point))})", re.IGNORECASE
)
