"""Listed names as wholes, across all kinds of party: what a wrong type or words around the name would hide.

Must cost no more than a look-up a word, whatever the number of names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from service.matching import policy
from service.matching.name_index import NameIndex
from service.matching.names import Kind, fold, forms, is_number
from service.matching.text import words
from service.matching.vocabulary import LEGAL_ANYWHERE, PARTICLES, STOP_WORDS, TITLES

_SET_ASIDE = TITLES | PARTICLES | STOP_WORDS | LEGAL_ANYWHERE
_LONGEST = 8
_MOST_WORDS = 24

Place = tuple[Kind, int]
"""A listed name: its kind and its number in the index of that kind."""


@lru_cache(maxsize=100_000)
def plain_words(name: str) -> tuple[str, ...]:
    """The words of a name as they sound, without titles, particles and plain legal forms, whatever the name is of."""
    return tuple(map(fold, _telling_words(words(name))))


class WholeNames:
    """The strong listed names of every kind. Immutable once built."""

    def __init__(self, indexes: Mapping[Kind, NameIndex], names: Mapping[Kind, Sequence[tuple[str, bool]]]) -> None:
        """`names` are (text, weak) for each kind, numbered as in its index. Weak names are left out."""
        self._same: dict[tuple[str, ...], list[Place]] = defaultdict(list)
        self._within: dict[tuple[str, str], list[tuple[tuple[str, ...], Place]]] = defaultdict(list)
        for kind, listed in names.items():
            for number, (text, weak) in enumerate(listed):
                if not weak:
                    self._add(indexes[kind], text, (kind, number))

    def _add(self, index: NameIndex, text: str, place: Place) -> None:
        for reading in dict.fromkeys(_readings(text, index.kind)):
            folded = tuple(map(fold, reading))
            self._same[tuple(sorted(folded))].append(place)
            if not _stands_out(reading) or sum(map(index.weight, reading)) < policy.WITHIN_WEIGHT:
                continue
            orders = {folded}
            if index.kind is Kind.PERSON:
                orders |= {(*folded[1:], folded[0]), (folded[-1], *folded[:-1])}
            for order in sorted(orders):
                self._within[order[0], order[1]].append((order, place))

    def same(self, name: str) -> Sequence[Place]:
        """The listed names of the same words as `name`, in any order, of every kind."""
        return self._same.get(tuple(sorted(plain_words(name))), ())

    def within(self, name: str) -> Iterator[Place]:
        """The listed names of two words or more that stand whole, words side by side, among other words of `name`.

        A name with a number after it is another name: KUM UN SAN 3 is not KUM UN SAN.
        """
        plain = plain_words(name)[:_MOST_WORDS]
        for start, pair in enumerate(pairwise(plain)):
            for listed, place in self._within.get(pair, ()):
                end = start + len(listed)
                if len(listed) == len(plain) or plain[start:end] != listed:
                    continue
                if end == len(plain) or not is_number(plain[end]) or is_number(listed[-1]):
                    yield place


def _stands_out(reading: Sequence[str]) -> bool:
    """Whether a name cannot be met among other words by chance: Jin Teng and a few consonants can."""
    return (
        2 <= len(reading) <= _LONGEST
        and (len(reading) > 2 or sum(map(len, reading)) >= policy.WITHIN_LETTERS)
        and not any(word.isupper() for word in reading)
    )


def _readings(text: str, kind: Kind) -> Iterator[tuple[str, ...]]:
    yield _telling_words(words(text))
    for form in forms(text, kind):
        if not form.bare:
            yield _telling_words(form.spelled)


def _telling_words(spelled: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in spelled if word not in _SET_ASIDE)
