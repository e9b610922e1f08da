"""Sets of words and names to find in free text, in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from tidewaiter.text.disguise import mended

_WORD = re.compile(r"\w+")
_ARABIC = re.compile(r"[\u0621-\u064a]")
_ARTICLE = "ال"
_HEAD = 2
"""Letters by which stems are looked up: as many as the shortest stem has."""
_OPEN = "*"
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ASCII_FOLDED = bytes(ord(chr(code).lower()) if chr(code).isalnum() else ord(" ") for code in range(128)).ljust(256)
"""For each ASCII character its letter or digit in lower case, or a space."""


def fold(text: str) -> str:
    """Return `text` with compatibility letters, no accents, no case, and one space between words and at both ends."""
    return fold_mended(mended(text).text)


def fold_mended(text: str) -> str:
    """Return what `fold` returns, for a text that `mended` leaves as it is."""
    if text.isascii():  # most texts are, and nothing of theirs decomposes
        words = text.encode().translate(_ASCII_FOLDED).decode().split()
    else:
        decomposed = unicodedata.normalize("NFKD", text.casefold())
        bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
        words = _WORD.findall(unicodedata.normalize("NFC", bare).replace("_", " "))
    return f" {' '.join(words)} "


class Phrases:
    """A set of phrases. They match whole words, or anywhere in Chinese, Japanese and Korean, which join words.

    A `*` at the end allows any ending of the last word (`экипаж*`: экипажа, экипажем). An Arabic phrase also matches
    with the article.
    """

    __slots__ = ("begun", "joined")

    def __init__(self, phrases: Iterable[str]) -> None:
        self.begun: dict[str, list[tuple[str, str]]] = {}
        """Search strings and their phrases, by first word, or by its first letters where its ending is open."""
        self.joined: list[tuple[str, str]] = []
        """Search strings of scripts that join words; they match anywhere."""
        for phrase in phrases:
            shown = phrase.removesuffix("*")
            folded = fold(shown)
            if phrase.endswith("*"):
                folded = folded[:-1]
            if _UNSPACED.search(folded):
                self.joined.append((folded.strip(), shown))
                continue
            needles = [folded, f" {_ARTICLE}{folded[1:]}"] if _ARABIC.search(folded) else [folded]
            for needle in needles:
                first, *others = needle.split() or ("",)
                begins = first if others or needle.endswith(" ") else first[:_HEAD] + _OPEN
                self.begun.setdefault(begins, []).append((needle, shown))

    def find(self, text: str | None) -> str | None:
        """Return the longest phrase in `text`, as it was given; None when there is none."""
        return self.find_in(fold(text)) if text else None

    def find_in(self, folded: str) -> str | None:
        """Return what `find` returns, for a text that `fold` has folded."""
        return next(iter(self.all_in(folded)), None)

    def all_in(self, folded: str) -> list[str]:
        """Return every phrase in the folded text, the longest first."""
        begun, beginnings = self.begun, _beginnings(folded)
        found: list[tuple[str, str]] = []
        if not begun.keys().isdisjoint(beginnings):
            found = [pair for begins in begun.keys() & beginnings for pair in begun[begins] if pair[0] in folded]
        if self.joined and not folded.isascii():
            found += [pair for pair in self.joined if pair[0] in folded]
        if not found:
            return []
        found.sort(key=lambda pair: (-len(pair[0]), pair[0]))
        return [phrase for _, phrase in found]


class PhraseSets:
    """Several sets of phrases, searched in one pass."""

    __slots__ = ("_begun", "_joined")

    def __init__(self, sets: Iterable[Phrases]) -> None:
        self._begun: dict[str, list[tuple[str, int]]] = {}
        self._joined: list[tuple[str, int]] = []
        for number, phrases in enumerate(sets):
            for begins, pairs in phrases.begun.items():
                self._begun.setdefault(begins, []).extend((needle, number) for needle, _ in pairs)
            self._joined += [(needle, number) for needle, _ in phrases.joined]

    def spoken_in(self, folded: str) -> set[int]:
        """Return the numbers of the sets that have a phrase in the folded text."""
        begun = self._begun
        found = {
            number
            for begins in begun.keys() & _beginnings(folded)
            for needle, number in begun[begins]
            if needle in folded
        }
        if self._joined and not folded.isascii():
            found.update(number for needle, number in self._joined if needle in folded)
        return found


def _beginnings(folded: str) -> frozenset[str]:
    """Return the beginnings of the phrases that the text may contain."""
    return _beginnings_of_short(folded) if len(folded) <= _SHORT else _beginnings_anew(folded)


def _beginnings_anew(folded: str) -> frozenset[str]:
    words = folded.split()
    return frozenset((*words, *(word[:_HEAD] + _OPEN for word in words)))


_SHORT = 2_000
"""Only texts of so many letters are remembered: what a worker remembers must not grow with what others send."""
_beginnings_of_short = lru_cache(maxsize=512)(_beginnings_anew)  # the law of each country asks for the same text
