"""Translate words of business in the European Union's Latin-lettered languages: Verteidigungsministerium, ministère.

Turkish words and romanised Persian and Arabic ones are read in the same way: sanayi, sanaye. The tables have whole
words and beginnings of inflected ones. A compound is translated by its parts, and an article that is written onto a
word is removed. A word that English has too is English.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from tidewaiter.matching.names.vocabulary import ABBREVIATIONS, GENERIC_CAP, PACKAGE
from tidewaiter.text.word_files import rows_of

_SHORTEST_STEM: Final = 4
_LONGEST_ENDING: Final = 7
_LONGEST_LINK: Final = 3
_SHORTEST_COMPOUND, _LONGEST_COMPOUND = 9, 48
"""Real compounds have some 30 letters. The time to find the parts of longer words is not bounded by their length."""
_ARTICLES: Final = ("l", "d", "dell", "all", "un")
"""French and Italian articles, as they are after the apostrophe is removed: l'industrie."""
_VOWELS: Final = frozenset("aeiouh")
SMALL: Final = frozenset(
    "a aan af after agus ai al ale am an and ant ao aos ar att av az bei bij bil ca con cu da das de degli dei "
    "del della delle dello dem den der des det di die din dla do dos du e een egy ein eine einer eines el ellen "
    "em en es et ez fil for fuer fur ghad ghal ghall gli het i id il im in inom ir is it ja k ke ku la las le les "
    "lo los lui met mit mod mot na naar nach nad nas no nos o och od of og om op par para pe pentru per po pod "
    "por pour prej pri prin pro proti protiv przeciw przy s sa se si sous sui sul sulla sur ta tac tad tal tan "
    "tar tas tat tax taz te ten ter the til till u uit um un una und une uno uz v van ve vo vom von voor w we y z "
    "za ze zu zum zur".split()
)
"""Articles, prepositions and `and`."""


def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """Return the whole words and the beginnings of words with their English. Places come first."""
    whole: dict[str, str] = {}
    stems: dict[str, str] = {}
    for file in ("places_european.tsv", "business_romanised.tsv", "business_european.tsv"):
        for english, others in rows_of(PACKAGE, file, 2):
            for word in others.split():
                if word.endswith("-"):
                    stems[word[:-1]] = english
                else:
                    whole[word] = english
    return whole, stems


_WHOLE, _STEMS = _tables()
_HEADS: Final = frozenset(word[:_SHORTEST_STEM] for word in (*_WHOLE, *_STEMS))
_ENDINGS: Final = frozenset(
    ("", *(ending for _, endings in rows_of(PACKAGE, "european_endings.tsv", 2) for ending in endings.split()))
)
BUSINESS_WORDS: Final = frozenset(
    word
    for language in ("european", "romanised")
    for english, _ in rows_of(PACKAGE, f"business_{language}.tsv", 2)
    for word in english.split()
)
"""English translations of the words of business."""
_PLACES: Final = frozenset(
    word for english, _ in rows_of(PACKAGE, "places_european.tsv", 2) for word in english.split()
)
_ENGLISH: Final = BUSINESS_WORDS | _PLACES | frozenset(GENERIC_CAP) | frozenset(ABBREVIATIONS)


@lru_cache(maxsize=100_000)
def english_of(word: str) -> str | None:
    """Return the English for a word in lower-case ASCII letters, or None when it is unknown or English."""
    if word in _ENGLISH:
        return None
    if word[:_SHORTEST_STEM] in _HEADS and (known := _inflected(word) or _compound(word)) is not None:
        return known
    for article in _ARTICLES:
        rest = word[len(article) :]
        if word.startswith(article) and rest[:_SHORTEST_STEM] in _HEADS and rest[0] in _VOWELS:
            return rest if rest in _ENGLISH else _inflected(rest)
    return None


def _inflected(word: str) -> str | None:
    if (known := _WHOLE.get(word)) is not None:
        return known
    for size in range(len(word), max(_SHORTEST_STEM, len(word) - _LONGEST_ENDING) - 1, -1):
        if (known := _STEMS.get(word[:size])) is not None and word[size:] in _ENDINGS:
            return known
    return None


def _compound(word: str) -> str | None:
    """Return the English for the parts of a compound, or None when one of them is unknown: Luftfahrtindustrie."""
    if not _SHORTEST_COMPOUND <= len(word) <= _LONGEST_COMPOUND:
        return None
    for size in range(len(word) - _SHORTEST_STEM, _SHORTEST_STEM - 1, -1):
        rest = word[size:]
        if rest[:_SHORTEST_STEM] not in _HEADS:
            continue
        first = _first_part(word[:size])
        if first is None:
            continue
        last = rest if rest in _ENGLISH else _inflected(rest) or _compound(rest)
        if last is not None:
            return f"{first} {last}"
    return None


def _first_part(word: str) -> str | None:
    """Return the English for the first part of a compound: Luftfahrt, Verteidigungs, forsknings."""
    for size in range(len(word), max(_SHORTEST_STEM, len(word) - _LONGEST_LINK) - 1, -1):
        known = _STEMS.get(word[:size]) or _WHOLE.get(word[:size])
        if known is not None and word[size:] in _ENDINGS:
            return known
    return None
