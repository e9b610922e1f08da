"""Expand abbreviated business words: TRDG is trading, COMM. is commercial, communication or committee.

Uses a rule instead of a table: an abbreviation is the start of a word, or its start and consonants of the rest.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Final

from tidewaiter.matching.names.translations import BUSINESS_WORDS
from tidewaiter.matching.names.vocabulary import ABBREVIATIONS, GENERIC_CAP

LONGEST: Final = 7
SHORTEST: Final = 3
_SHORTEST_WORD: Final = 6
"""Minimum letters of an abbreviation by the start of a word. Abbreviations by consonants can be shorter: bk, tr."""
_LEFT_OUT: Final = 2
"""Minimum number of letters that an abbreviation saves."""
_VOWELS: Final = frozenset("aeiouy")


def _vocabulary() -> dict[str, tuple[str, ...]]:
    """Return the business words by their first letter."""
    long = (word for word in ABBREVIATIONS if len(word) >= _SHORTEST_WORD)
    words: defaultdict[str, set[str]] = defaultdict(set)
    for word in (*BUSINESS_WORDS, *GENERIC_CAP, *long, *ABBREVIATIONS.values()):
        if word.isascii() and word.isalpha() and len(word) > SHORTEST:
            words[word[0]].add(word)
    return {letter: tuple(sorted(group)) for letter, group in words.items()}


_VOCABULARY: Final = _vocabulary()
_WHOLE: Final = frozenset(word for group in _VOCABULARY.values() for word in group)


def written_out(word: str) -> tuple[str, ...]:
    """Return the business words that `word` may abbreviate, in comparable form; empty for a complete word."""
    return _written_out(word) if 1 < len(word) <= LONGEST else ()


@lru_cache(maxsize=100_000)
def _written_out(word: str) -> tuple[str, ...]:
    if not word.isalpha() or word in _WHOLE:
        return ()
    found = (ABBREVIATIONS.get(long, long) for long in _VOCABULARY.get(word[0], ()) if _abbreviates(word, long))
    return tuple(dict.fromkeys(found))


def _abbreviates(short: str, long: str) -> bool:
    """Return whether `short` is the start of `long`, or its start and consonants of the rest up to the last one."""
    if len(long) - len(short) < _LEFT_OUT:
        return False
    if long.startswith(short):
        return len(short) >= SHORTEST and len(long) >= _SHORTEST_WORD
    consonants = [letter for letter in long if letter not in _VOWELS]
    if len(short) < SHORTEST and len(consonants) > SHORTEST:
        return False
    if not consonants or short[-1] != consonants[-1]:
        return False
    begins = next((size for size in range(len(short), 0, -1) if long.startswith(short[:size])), 0)
    return any(_in_order(short[size:], long[size:]) for size in range(begins, 0, -1))


def _in_order(letters: str, text: str) -> bool:
    """Return whether `letters` are consonants that occur in `text` in this order."""
    place = 0
    for letter in letters:
        place = text.find(letter, place) + 1
        if place == 0 or letter in _VOWELS:
            return False
    return True
