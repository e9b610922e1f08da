"""Numbers in names: digits, numerals and the words before them."""

from __future__ import annotations

from tidewaiter.matching.names.vocabulary import NUMBER_WORDS, NUMERALS, PLACE_WORDS
from tidewaiter.matching.policy import FIGURES_OF_A_NAME


def is_number(word: str) -> bool:
    """Return whether a word contains a digit, so that only an exact match counts."""
    return not word.isalpha()


def in_figures(word: str) -> str:
    """Return a number in words or with leading zeros as plain digits; any other word unchanged."""
    if word in NUMERALS:
        return NUMERALS[word]
    return (word.lstrip("0") or "0") if word.isdigit() else word


def without_number_words(plain: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without NO and similar words before a number."""
    if NUMBER_WORDS.isdisjoint(plain):
        return plain
    return tuple(
        w for i, w in enumerate(plain) if not (w in NUMBER_WORDS and i + 1 < len(plain) and plain[i + 1][0].isdigit())
    )


def is_no_name(kept: tuple[str, ...]) -> bool:
    """Return whether the words do not form a name by themselves: a few digits, a letter, or an address."""
    if all(w in PLACE_WORDS or w.isdigit() for w in kept):
        figures = sum(len(w) for w in kept if w.isdigit())
        return figures < FIGURES_OF_A_NAME or (figures == FIGURES_OF_A_NAME and any(w in PLACE_WORDS for w in kept))
    return len(kept) == 1 and len(kept[0]) == 1
