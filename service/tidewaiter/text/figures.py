"""Read digits as the letters that they resemble: gr3n4d3s, K1M J0NG UN.

A word with digits may also be a part number, so these are additional readings of a text, never the only one.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import Final

_FIGURES = str.maketrans("034578@$", "oeastbas")
_WITH_FIGURES = re.compile(r"[a-z0-9@$]+")
_VOWELS: Final = frozenset("aeiou")
_LEAST_LETTERS: Final = 3


@lru_cache(maxsize=100_000)
def letters_for_figures(word: str) -> tuple[str, ...]:
    """Return the readings of the lower-case ASCII `word` with digits replaced by letters: gr3n4d3s is grenades.

    A 1 may be an i or an l: the first reading uses the more likely one for each 1, then come all i, then all l. Empty
    for a word without digits or letters, of two characters, or with a digit that resembles no letter.
    """
    if word.isalpha() or len(word) < _LEAST_LETTERS or _WITH_FIGURES.fullmatch(word) is None:
        return ()
    if word.isdecimal():
        return ()
    plain = word.translate(_FIGURES)
    readings = dict.fromkeys((_likely(plain), plain.replace("1", "i"), plain.replace("1", "l")))
    return tuple(reading for reading in readings if reading.isalpha())


def _likely(word: str) -> str:
    """Return `word` with l for each 1 beside a vowel, and i for any other 1."""
    out = ""
    for place, char in enumerate(word):
        beside = (out[-1:], word[place + 1 : place + 2])
        out += char if char != "1" else "l" if not _VOWELS.isdisjoint(beside) else "i"
    return out


def texts_with_letters(text: str) -> tuple[str, ...]:
    """Return the readings of `text` in lower case with digits replaced by letters; empty when no word has both."""
    if not any(map(str.isdecimal, text)) and "@" not in text and "$" not in text:
        return ()
    lower = text.lower()
    if not any(letters_for_figures(word) for word in _WITH_FIGURES.findall(lower)):
        return ()
    return tuple(dict.fromkeys(_WITH_FIGURES.sub(partial(_reading, which), lower) for which in range(_READINGS)))


_READINGS: Final = 3
"""Maximum number of readings of a word: each 1 as is likely, as i, as l."""


def _reading(which: int, word: re.Match[str]) -> str:
    readings = letters_for_figures(word[0])
    return readings[min(which, len(readings) - 1)] if readings else word[0]
