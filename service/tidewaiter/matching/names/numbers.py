"""Numbers in names: figures, numerals and what stands before them."""

from __future__ import annotations

from tidewaiter.matching.names.vocabulary import NUMBER_WORDS, NUMERALS, PLACE_WORDS
from tidewaiter.matching.policy import FIGURES_OF_A_NAME


def is_number(word: str) -> bool:
    """Whether a word holds a figure, so that it must agree exactly or not at all."""
    return not word.isalpha()


def in_figures(word: str) -> str:
    """Return a number in words or with leading zeros as plain figures; any other word as it is."""
    if word in NUMERALS:
        return NUMERALS[word]
    return (word.lstrip("0") or "0") if word.isdigit() else word


def without_number_words(plain: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without NO and the like before a number."""
    if NUMBER_WORDS.isdisjoint(plain):
        return plain
    return tuple(
        w for i, w in enumerate(plain) if not (w in NUMBER_WORDS and i + 1 < len(plain) and plain[i + 1][0].isdigit())
    )


def is_no_name(kept: tuple[str, ...]) -> bool:
    """Whether the words are no name by themselves: a few figures, a letter, or the words of an address."""
    if all(w in PLACE_WORDS or w.isdigit() for w in kept):
        figures = sum(len(w) for w in kept if w.isdigit())
        return figures < FIGURES_OF_A_NAME or (figures == FIGURES_OF_A_NAME and any(w in PLACE_WORDS for w in kept))
    return len(kept) == 1 and len(kept[0]) == 1
