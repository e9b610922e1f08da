"""Find whole listed names of all kinds of party, despite a wrong party type or other words around the name.

Must cost at most one look-up per word, whatever the number of names.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final

import numpy as np

from tidewaiter.matching import policy
from tidewaiter.matching.index.hashing import Array, HashTable, hashes
from tidewaiter.matching.index.name_index import NameIndex
from tidewaiter.matching.index.texts import Texts, TextsMade
from tidewaiter.matching.names.legal_forms import LEGAL_ANYWHERE
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.numbers import is_number
from tidewaiter.matching.names.readings import forms
from tidewaiter.matching.names.vocabulary import PARTICLES, STOP_WORDS, SYLLABIC_SURNAMES, TITLES
from tidewaiter.matching.scripts.folding import fold, fold_ahead
from tidewaiter.text.latin import words

_SET_ASIDE = TITLES | PARTICLES | STOP_WORDS | LEGAL_ANYWHERE
_LONGEST = 20
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_KINDS: Final = tuple(NameKind)
_ORDERS: Final = 3
"""The rotations of a name: as it is, first word last, last word first."""
_TOGETHER: Final = 20_000

Place = tuple[NameKind, int]
"""A listed name: its kind and its number in the index of that kind."""
Places = tuple[tuple[Place, ...], tuple[Place, ...]]
"""The listed names equal to a name, and those contained in it."""


@lru_cache(maxsize=100_000)
def plain_words(name: str) -> tuple[str, ...]:
    """Return the folded words of a name of any kind, without titles, particles and plain legal forms."""
    return tuple(map(fold, _telling_words(words(name))))


class WholeNames:
    """The strong listed names of every kind. Immutable."""

    def __init__(self, tables: Mapping[str, Array]) -> None:
        """Read `tables`, which `WholeTables` made."""
        self._readings = Texts(tables, "readings")
        self._kinds = tables["readings.kind"].data
        self._numbers = tables["readings.number"].data
        self._same = HashTable(tables, "by all words")
        self._within = HashTable(tables, "by two words")

    def find_all(self, names: Sequence[str], *, texts: bool = False) -> list[Places]:
        """Return for each name the listed names with the same words, and the listed names contained in it.

        The same words may be in any order. A contained name has two or more words, adjacent and complete. A ship or a
        firm with a number after its name is a different one: KUM UN SAN 3 is not KUM UN SAN. With `texts`, the names
        are running texts: a text that equals a listed name contains it too, and a number after the name of a firm is
        ignored, because it probably belongs to its address.
        """
        if texts:
            fold_ahead(word for name in names for word in words(name))
        plain = [plain_words(name) for name in names]
        same: list[list[int]] = [[] for _ in names]
        ordered = [_key(sorted(each)) for each in plain]
        for name, reading in _pairs(self._same.look_up(hashes(ordered))):
            if _key(sorted(self._readings[reading].split())) == ordered[name]:
                same[name].append(reading)
        within: list[list[int]] = [[] for _ in names]
        two = [
            (name, start, _key(pair)) for name, each in enumerate(plain) for start, pair in enumerate(pairwise(each))
        ]
        for at, row in _pairs(self._within.look_up(hashes([key for _, _, key in two]))):
            name, start, _ = two[at]
            reading, order = divmod(row, _ORDERS)
            listed = _turned(self._readings[reading].split(), order)
            kind = _KINDS[self._kinds[reading]]
            numbered = kind is not NameKind.PERSON and (kind is NameKind.VESSEL or not texts)
            if not texts and not _between_spaces(names[name], start, start + len(listed)):
                continue
            if _stands_within(plain[name], start, listed, whole_too=texts, numbered=numbered):
                within[name].append(reading)
        return [(self._places(a), self._places(b)) for a, b in zip(same, within, strict=True)]

    def of_one_word(self, word: str) -> tuple[Place, ...]:
        """Return the listed names that consist of this one word."""
        key = _key(plain_words(word))
        return self._places(
            [
                reading
                for _, reading in _pairs(self._same.look_up(hashes([key])))
                if key and self._readings[reading] == key
            ]
        )

    def _places(self, readings: Sequence[int]) -> tuple[Place, ...]:
        return tuple((_KINDS[self._kinds[reading]], self._numbers[reading]) for reading in readings)


class WholeTables:
    """Collects strong listed names. Call `tables` once, after the last name."""

    def __init__(self) -> None:
        self._readings = TextsMade()
        self._spelled = TextsMade()
        self._kinds, self._numbers = array("B"), array("I")

    def add(self, kind: NameKind, number: int, name: str) -> None:
        """Add the name with this number in the index of its kind."""
        for reading in dict.fromkeys(_readings(name, kind)):
            self._readings.add(_key([fold(word) for word in reading]).encode("ascii"))
            self._spelled.add(_key(reading if _stands_out(reading) else ()).encode("ascii"))
            self._kinds.append(_KINDS.index(kind))
            self._numbers.append(number)

    def tables(self, indexes: Mapping[NameKind, NameIndex]) -> dict[str, Array]:
        """Return the arrays that `WholeNames` reads. `indexes` weigh the words of each kind."""
        # Sort by kind and number, so that results have the order in which the names of each kind were added.
        kinds_of, numbers = np.frombuffer(self._kinds, np.uint8), np.frombuffer(self._numbers, np.uint32)
        order = np.lexsort((np.arange(len(numbers)), numbers, kinds_of)).tolist()
        made = {**self._readings.tables("r"), **self._spelled.tables("s")}
        texts, spelled, readings = Texts(made, "r"), Texts(made, "s"), TextsMade()
        same, two, rows = array("Q"), array("Q"), array("I")
        for start in range(0, len(order), _TOGETHER):
            some = order[start : start + _TOGETHER]
            folded = [texts[each].split() for each in some]
            for each in folded:
                readings.add(_key(each).encode("ascii"))
            same.frombytes(hashes([_key(sorted(each)) for each in folded]).tobytes())
            keys = []
            kinds = [_KINDS[self._kinds[each]] for each in some]
            heavy = self._heavy([spelled[each].split() for each in some], kinds, indexes)
            for place, kind in heavy:
                orders = {tuple(folded[place]): 0}
                if kind is NameKind.PERSON:
                    for turn in range(1, _ORDERS):
                        orders.setdefault(_turned(folded[place], turn), turn)
                for words_in_order, turn in sorted(orders.items()):
                    keys.append(_key(words_in_order[:2]))
                    rows.append((start + place) * _ORDERS + turn)
            two.frombytes(hashes(keys).tobytes())
        return {
            **readings.tables("readings"),
            "readings.kind": kinds_of[np.array(order, np.int64)],
            "readings.number": numbers[np.array(order, np.int64)],
            **HashTable.made("by all words", np.frombuffer(same, np.uint64), range(len(order))),
            **HashTable.made("by two words", np.frombuffer(two, np.uint64), np.frombuffer(rows, np.uint32)),
        }

    @staticmethod
    def _heavy(
        readings: Sequence[Sequence[str]], kinds: Sequence[NameKind], indexes: Mapping[NameKind, NameIndex]
    ) -> Iterator[tuple[int, NameKind]]:
        """Yield the names, by position and kind, whose words weigh enough to be searched for within other names."""
        asked = list({word: None for reading in readings for word in reading})
        least = map(min, *(indexes[kind].weights(asked) for kind in NameKind))
        weights = dict(zip(asked, least, strict=True))
        for place, (reading, kind) in enumerate(zip(readings, kinds, strict=True)):
            each = [weights[word] for word in reading]
            telling = kind is NameKind.ORGANISATION and max(each, default=0.0) >= policy.TELLING_WITHIN
            needed = policy.TELLING_WITHIN_WEIGHT if telling else policy.WITHIN_WEIGHT
            rare = sum(each) >= (policy.PERSON_WITHIN_WEIGHT if kind is NameKind.PERSON else needed)
            if reading and (rare or len(reading) >= policy.WITHIN_WORDS):
                yield place, kind


def _between_spaces(name: str, start: int, end: int) -> bool:
    """Return whether the words from `start` to `end` begin and end at spaces, if `name` has letters written as words.

    A name in Hangul, Chinese characters or kana becomes a word for each syllable, of which some may be another name.
    """
    if _UNSPACED.search(name) is None:
        return True
    ends = {0, *accumulate(len(plain_words(part)) for part in name.split())}
    return start in ends and end in ends


def _stands_within(
    plain: Sequence[str], start: int, listed: tuple[str, ...], *, whole_too: bool, numbered: bool
) -> bool:
    """Return whether `plain` contains `listed` at `start`.

    There must be other words unless `whole_too`, and no number directly after it if names of its kind are `numbered`.
    """
    end = start + len(listed)
    if tuple(plain[start:end]) != listed or (len(listed) == len(plain) and not whole_too):
        return False
    return not numbered or end == len(plain) or not is_number(plain[end]) or is_number(listed[-1])


def _turned(folded: Sequence[str], order: int) -> tuple[str, ...]:
    if order == 0:
        return tuple(folded)
    return (*folded[1:], folded[0]) if order == 1 else (folded[-1], *folded[:-1])


def _key(plain: Sequence[str]) -> str:
    return " ".join(plain)


def _pairs(found: tuple[Array, Array]) -> Iterator[tuple[int, int]]:
    return zip(found[0].tolist(), found[1].tolist(), strict=True)


def _stands_out(reading: Sequence[str]) -> bool:
    """Return whether a name is long enough not to occur among other words by chance, as Jin Teng does."""
    return (
        2 <= len(reading) <= _LONGEST
        and (len(reading) > 2 or sum(map(len, reading)) >= policy.WITHIN_LETTERS)
        and not any(word.isupper() for word in reading)
        and not SYLLABIC_SURNAMES.issuperset(reading)
    )


def _readings(text: str, kind: NameKind) -> Iterator[tuple[str, ...]]:
    yield _telling_words(words(text))
    for form in forms(text, kind):
        if not form.bare:
            yield _telling_words(form.spelled)


def _telling_words(spelled: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in spelled if word not in _SET_ASIDE)
