"""The features of an item for the wording model, as hashed numbers.

Those of a text are its words, parts of words and pairs of words. Those of a meaning are what the lexicon found in it:
the entries, their headings and categories, and which entries stand beside each other. Words of all languages have the
same entry, so that a model learns from one language for the others.

Training and screening share this module. Any change here makes models trained before it worthless: train anew.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Final, NamedTuple
from zlib import crc32

from tidewaiter.goods.languages.scripts import Script, script_of
from tidewaiter.goods.parse.words import fold, pieces
from tidewaiter.goods.recognition import Reason, Recognition, Source

SHORTEST_PART, LONGEST_PART = 3, 5
LONGEST_WORD = 64
"""Only so many characters of a word count: a run of Chinese is one word, and may be built to cost time."""
MOST_WORDS = 256
"""Only so many words of a text count. Beyond them it is prose, and no description of goods."""


def words_of(texts: Iterable[str | None]) -> list[str]:
    """Return the words of the texts as they are written, at most `MOST_WORDS` + 1 of them."""
    found: list[str] = []
    for text in texts:
        if text:
            found += [word for word, _ in pieces(text)]
            if len(found) > MOST_WORDS:
                return found[: MOST_WORDS + 1]
    return found


def features_of_word(folded: str) -> list[int]:
    """Return the features of a folded word: itself and its parts, a part as often as it occurs."""
    word = folded[:LONGEST_WORD]
    if not word:  # of combining marks alone
        return [0]
    # Two bytes a character, so that parts are cut from the bytes and nothing is encoded twice.
    text = word.encode("utf-16-le", "surrogatepass")
    if script_of(word) in (Script.HAN, Script.HANGUL):
        return [crc32(text), *map(crc32, map(text.__getitem__, _cuts(len(text), 1, 3)))]
    if len(word) < SHORTEST_PART:
        return [crc32(text)]
    marked = b"<\0" + text + b">\0"
    return [crc32(text), *map(crc32, map(marked.__getitem__, _cuts(len(marked), SHORTEST_PART, LONGEST_PART)))]


@lru_cache(maxsize=1024)
def _cuts(size: int, shortest: int, longest: int) -> tuple[slice, ...]:
    """Return where the parts of `shortest` to `longest` characters lie in a text of `size` bytes, the short first."""
    wide = range(2 * shortest, 2 * longest + 1, 2)
    return tuple(slice(at, at + width) for width in wide for at in range(0, size - width + 1, 2))


class PairParts(NamedTuple):
    """The two parts of a folded word that features of pairs are made of: one as the first word, one as the second."""

    first: int
    second: bytes

    @classmethod
    def of(cls, folded: str) -> PairParts:
        """Return the parts of a folded word."""
        word = folded[:LONGEST_WORD].encode("utf-8", "surrogatepass")
        return cls(crc32(word), b" " + word)


def feature_of_pair(first: PairParts, second: PairParts) -> int:
    """Return the feature of two words that stand side by side: the checksum of both with a space between."""
    return crc32(second.second, first.first)


def features_of(texts: Iterable[str | None]) -> list[int]:
    """Return all features of the texts, each as often as it occurs."""
    words = [fold(word) for word in words_of(texts)[:MOST_WORDS]]
    found = [feature for word in words for feature in features_of_word(word)]
    return found + [feature_of_pair(first, second) for first, second in pairwise(map(PairParts.of, words))]


MOST_ENTRIES: Final = 8
"""Only so many entries of each role count: a long text may name hundreds, and their pairs would cost time."""
_AGAINST: Final = Source.AGAINST
_NOT: Final = crc32(b"not")
_BESIDE: Final = crc32(b"beside")
_NOTHING: Final = crc32(b"nothing")
_UNKNOWN_PART: Final = crc32(b"unknown part")
_PRIME: Final = 2_654_435_761
_BITS: Final = 0xFFFF_FFFF


def features_of_meaning(recognition: Recognition, unlearnt: Container[str] = frozenset()) -> list[int]:
    """Return the features of what the words of an item were recognised as, each once, whatever its code.

    Entries of the lexicon in `unlearnt` have none of their own.
    """
    things = recognition.things
    named = _entries([reason for thing in things for reason in thing.because], unlearnt)
    found = [*named]
    if recognition.dismissed:
        dismissed = [one ^ _NOT for one in _entries([reason for reason, _ in recognition.dismissed], unlearnt)]
        found += dismissed
        found += [_pair(one, other) for one in named for other in dismissed]
    if recognition.passed_over:
        reasons = [reason for thing in recognition.passed_over for reason in thing.because]
        passed = [one ^ _BESIDE for one in _entries(reasons, unlearnt)]
        found += passed
        found += [_pair(one, other) for one in named for other in passed]
    if len(named) > 1:
        found += [_pair(one, other) for one, other in combinations(named, 2)]
    headings = list(dict.fromkeys([code[:4] for thing in things for code in thing.headings]))
    categories = list(dict.fromkeys([name for thing in things for name in thing.categories]))
    found += [_feature_of("heading", code) for code in headings[: 2 * MOST_ENTRIES]]
    found += [_feature_of("category", name) for name in categories[: 2 * MOST_ENTRIES]]
    if not things:
        found.append(_NOTHING)
    if recognition.unknown_part:
        found.append(_UNKNOWN_PART)
    return found


def _entries(reasons: Iterable[Reason], unlearnt: Container[str]) -> list[int]:
    entries = dict.fromkeys([entry for source, _, _, entry in reasons if source is not _AGAINST])
    return [_feature_of("entry", entry) for entry in entries if entry not in unlearnt][:MOST_ENTRIES]


def _pair(one: int, other: int) -> int:
    return (one * _PRIME + other) & _BITS


@lru_cache(maxsize=32_768)
def _feature_of(what: str, name: str) -> int:
    return crc32(f"{what} {name}".encode())
