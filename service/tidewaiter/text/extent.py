"""How long a text is once it is normalised, in letters and in words; and what of it is within so many of both.

Compatibility normalisation makes up to eighteen letters of one (U+FDFA), so that the length of a text as it was sent
bounds nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

MOST_OF_ONE: Final = 18
"""Letters that normalisation makes of one at most. It never makes more words than letters."""
PIECE: Final = 256
"""Characters that are measured at a time, so that the cost of a measure can end where a limit does."""
_BACK: Final = 64
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
_WORDS: Final = re.compile(rf"[^\W_{_UNSPACED}]+")
_NO_MARKS: Final = dict.fromkeys(map(ord, ",;:/|+&()[]、，；："))
_NO_FIGURES: Final = dict.fromkeys(map(ord, "0123456789"))
_UNSPACED_LETTERS: Final = re.compile(rf"[{_UNSPACED}]")


class Extent(NamedTuple):
    """Letters and words of a text."""

    letters: int
    words: int
    others: int
    """Letters that are not of ASCII."""


def extent_of(text: str, unspaced: int = 1) -> Extent:
    """Return how long `text` is. Of scripts that put no spaces between words, `unspaced` letters are a word."""
    if text.isascii():
        return Extent(len(text), len(_WORDS.findall(text)), 0)
    plain = unicodedata.normalize("NFKC", text)
    apart = len(_UNSPACED_LETTERS.findall(plain))
    others = len(plain) - len(plain.encode("ascii", "ignore"))
    return Extent(len(plain), len(_WORDS.findall(plain)) + -(-apart // unspaced), others)


def figures_in(text: str) -> int:
    """Return how many Western figures `text` has."""
    return len(text) - len(text.translate(_NO_FIGURES))


def parts_in(text: str) -> int:
    """Return how many commas and other marks between things `text` has."""
    return len(text) - len(text.translate(_NO_MARKS))


def spaced_words(text: str) -> list[str]:
    """Return the words of `text` that are of scripts with spaces between words."""
    return _WORDS.findall(text if text.isascii() else unicodedata.normalize("NFKC", text))


def letters_in(text: str) -> int:
    """Return how many letters `text` has."""
    return len(text) if text.isascii() else len(unicodedata.normalize("NFKC", text))


def pieces_of(text: str) -> Iterator[str]:
    """Yield `text` in pieces of about `PIECE` characters that end between words, where a word ends at all."""
    start = 0
    while start < len(text):
        end = _between_words(text, start, min(start + PIECE, len(text)))
        yield text[start:end]
        start = end


def within(text: str, letters: int, words: int, unspaced: int = 1) -> str:
    """Return the beginning of `text` that has at most so many letters and words; `text` itself where all of it does.

    It ends between two words, where one ends within its last letters. What it costs grows with the limits, not with the
    text.
    """
    # Most texts are so short that nothing needs to be counted.
    longest = len(text) if text.isascii() else MOST_OF_ONE * len(text)
    if longest <= letters and longest <= words:
        return text
    end = 0
    for piece in pieces_of(text):
        extent = extent_of(piece, unspaced)
        if extent.letters > letters or extent.words > words:
            return text[: _between_words(text, 0, end + _fitting(piece, letters, words, unspaced))]
        letters, words, end = letters - extent.letters, words - extent.words, end + len(piece)
    return text


def _fitting(piece: str, letters: int, words: int, unspaced: int) -> int:
    """Return how many characters of `piece` are within the limits, which all of it is not."""
    low, high = 0, len(piece)
    while high - low > 1:
        middle = (low + high) // 2
        extent = extent_of(piece[:middle], unspaced)
        if extent.letters <= letters and extent.words <= words:
            low = middle
        else:
            high = middle
    return low


def _between_words(text: str, start: int, end: int) -> int:
    """Return `end`, or the last end of a word not far before it: half a word may be another word."""
    if end in (start, len(text)) or not (text[end - 1].isalnum() and text[end].isalnum()):
        return end
    for at in range(end - 1, max(start, end - _BACK), -1):
        if not text[at - 1].isalnum():
            return at
    return end
