"""Measure the length of a text after normalisation, in letters and words, and cut a text to such a length.

Compatibility normalisation can expand one letter to eighteen (U+FDFA), so the length of the original text is no bound.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

MOST_OF_ONE: Final = 18
"""Maximum number of letters to which normalisation expands one. It never makes more words than letters."""
PIECE: Final = 256
"""Number of characters measured at a time, so that measuring can stop as soon as a limit is reached."""
_BACK: Final = 64
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
_WORDS: Final = re.compile(rf"[^\W_{_UNSPACED}]+")
_NO_MARKS: Final = dict.fromkeys(map(ord, ",;:/|+&()[]、，；："))
_NO_FIGURES: Final = dict.fromkeys(map(ord, "0123456789"))
_UNSPACED_LETTERS: Final = re.compile(rf"[{_UNSPACED}]")


class Extent(NamedTuple):
    """The number of letters and words of a text."""

    letters: int
    words: int
    others: int
    """The number of non-ASCII letters."""


def extent_of(text: str, unspaced: int = 1) -> Extent:
    """Return the extent of `text`. In scripts without spaces between words, `unspaced` letters count as one word."""
    if text.isascii():
        return Extent(len(text), len(_WORDS.findall(text)), 0)
    plain = unicodedata.normalize("NFKC", text)
    apart = len(_UNSPACED_LETTERS.findall(plain))
    others = len(plain) - len(plain.encode("ascii", "ignore"))
    return Extent(len(plain), len(_WORDS.findall(plain)) + -(-apart // unspaced), others)


def figures_in(text: str) -> int:
    """Return the number of ASCII digits in `text`."""
    return len(text) - len(text.translate(_NO_FIGURES))


def parts_in(text: str) -> int:
    """Return the number of commas and other separators in `text`."""
    return len(text) - len(text.translate(_NO_MARKS))


def spaced_words(text: str) -> list[str]:
    """Return the words of `text` in scripts with spaces between words."""
    return _WORDS.findall(text if text.isascii() else unicodedata.normalize("NFKC", text))


def letters_in(text: str) -> int:
    """Return the number of letters in `text`."""
    return len(text) if text.isascii() else len(unicodedata.normalize("NFKC", text))


def pieces_of(text: str) -> Iterator[str]:
    """Yield `text` in pieces of about `PIECE` characters. Pieces end between words if possible."""
    start = 0
    while start < len(text):
        end = _between_words(text, start, min(start + PIECE, len(text)))
        yield text[start:end]
        start = end


def within(text: str, letters: int, words: int, unspaced: int = 1) -> str:
    """Return the longest start of `text` within the limits; `text` itself if it is within them.

    The result ends between two words if a word ends near the limit. The cost depends on the limits, not on the length
    of the text.
    """
    # Most texts are too short to need counting.
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
    """Return the number of characters of `piece` within the limits. The whole piece exceeds them."""
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
    """Return the end of a word shortly before `end`, or `end`: part of a word may be a different word."""
    if end in (start, len(text)) or not (text[end - 1].isalnum() and text[end].isalnum()):
        return end
    for at in range(end - 1, max(start, end - _BACK), -1):
        if not text[at - 1].isalnum():
            return at
    return end
