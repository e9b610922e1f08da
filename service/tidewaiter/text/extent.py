"""How long a text is once it is normalised, in letters and in words; and what of it is within so many of both.

Compatibility normalisation makes up to eighteen letters of one (U+FDFA), so that the length of a text as it was sent
bounds nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MOST_OF_ONE: Final = 18
"""Letters that normalisation makes of one at most, and more words than that are never made of it."""
_PIECE: Final = 256
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
_WORDS: Final = re.compile(rf"[^\W_{_UNSPACED}]+")
_UNSPACED_LETTERS: Final = re.compile(rf"[{_UNSPACED}]")


def words_in(text: str, unspaced: int = 1) -> int:
    """Return how many words `text` has. Of scripts that put no spaces between words, `unspaced` letters are one."""
    if text.isascii():
        return len(_WORDS.findall(text))
    plain = unicodedata.normalize("NFKC", text)
    return len(_WORDS.findall(plain)) + -(-len(_UNSPACED_LETTERS.findall(plain)) // unspaced)


def letters_in(text: str) -> int:
    """Return how many letters `text` has once it is normalised."""
    return len(text) if text.isascii() else len(unicodedata.normalize("NFKC", text))


def within(text: str, letters: int, words: int, unspaced: int = 1) -> str:
    """Return the beginning of `text` that has at most so many letters and words; `text` itself where all of it does.

    It ends between two words, where one ends within its last letters.
    """
    # Most texts are so short that nothing needs to be counted.
    longest = len(text) if text.isascii() else MOST_OF_ONE * len(text)
    if longest <= letters and longest <= words:
        return text
    if letters_in(text) <= letters and words_in(text, unspaced) <= words:
        return text
    end = 0
    while letters > 0 and words > 0:
        # Piece by piece, so that the cost of a cut grows with the limits and not with the text.
        piece = text[end : end + _PIECE]
        more_letters, more_words = letters_in(piece), words_in(piece, unspaced)
        if more_letters > letters or more_words > words:
            return _between_words(text, end + _fitting(piece, letters, words, unspaced))
        letters, words, end = letters - more_letters, words - more_words, end + len(piece)
    return _between_words(text, end)


def _fitting(piece: str, letters: int, words: int, unspaced: int) -> int:
    """Return how many characters of `piece` are within the limits, which all of it is not."""
    low, high = 0, len(piece)
    while high - low > 1:
        middle = (low + high) // 2
        if letters_in(piece[:middle]) <= letters and words_in(piece[:middle], unspaced) <= words:
            low = middle
        else:
            high = middle
    return low


def _between_words(text: str, end: int) -> str:
    """Return `text` up to `end`, or up to the last end of a word not far before: half a word may be another word."""
    if end == 0 or end == len(text) or not text[end - 1].isalnum() or not text[end].isalnum():
        return text[:end]
    for at in range(end - 1, max(0, end - 64), -1):
        if not text[at - 1].isalnum():
            return text[:at]
    return text[:end]
