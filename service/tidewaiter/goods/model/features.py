"""The features of a text for the wording model: its words, parts of words and pairs of words, as hashed numbers.

Training and screening share this module. Any change here makes models trained before it worthless: train anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

from tidewaiter.goods.languages.scripts import Script, script_of
from tidewaiter.goods.parse.words import fold, pieces

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


def feature_of_pair(first: str, second: str) -> int:
    """Return the feature of two folded words that stand side by side."""
    pair = f"{first[:LONGEST_WORD]} {second[:LONGEST_WORD]}"
    return crc32(pair.encode("utf-8", "surrogatepass"))


def features_of(texts: Iterable[str | None]) -> list[int]:
    """Return all features of the texts, each as often as it occurs."""
    words = [fold(word) for word in words_of(texts)[:MOST_WORDS]]
    found = [feature for word in words for feature in features_of_word(word)]
    return found + [feature_of_pair(first, second) for first, second in pairwise(words)]
