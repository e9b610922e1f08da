"""A set of words and names to look for in free text, in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"\w+")
_ARABIC = re.compile(r"[\u0621-\u064a]")
_ARTICLE = "ال"
_HEAD = 2
"""Letters by which words are looked up: no more than the shortest stem has."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def fold(text: str) -> str:
    """`text` in one form: compatibility letters, no accents, no case, one space between words and at both ends."""
    if text.isascii():  # most texts are, and nothing of theirs decomposes
        plain = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", text.casefold())
        bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
        plain = unicodedata.normalize("NFC", bare)
    return " " + " ".join(_WORD.findall(plain.replace("_", " "))) + " "


class Phrases:
    """Whole words in scripts that have spaces; anywhere in Chinese, Japanese and Korean, which join them.

    A `*` at the end leaves the ending of the last word open (`экипаж*`: экипажа, экипажем). An Arabic phrase is found
    with the article too.
    """

    __slots__ = ("_begun", "_joined")

    def __init__(self, phrases: Iterable[str]) -> None:
        self._begun: dict[str, list[tuple[str, str]]] = {}
        """Needles, and the phrases they stand for, by how their first word begins."""
        self._joined: list[tuple[str, str]] = []
        """Those of scripts that join words, which may begin anywhere."""
        for phrase in phrases:
            shown = phrase.removesuffix("*")
            folded = fold(shown)
            if phrase.endswith("*"):
                folded = folded[:-1]
            if _UNSPACED.search(folded):
                self._joined.append((folded.strip(), shown))
                continue
            needles = [folded, f" {_ARTICLE}{folded[1:]}"] if _ARABIC.search(folded) else [folded]
            for needle in needles:
                self._begun.setdefault(needle.split()[0][:_HEAD] if needle.strip() else "", []).append((needle, shown))

    def find(self, text: str | None) -> str | None:
        """The longest phrase that `text` holds, as it was given; None when it holds none."""
        return self.find_in(fold(text)) if text else None

    def find_in(self, folded: str) -> str | None:
        """As `find`, in a text that `fold` has folded."""
        return next(iter(self.all_in(folded)), None)

    def all_in(self, folded: str) -> list[str]:
        """Every phrase that the folded text holds, the longest first."""
        found = [
            pair
            for head in {word[:_HEAD] for word in folded.split()}
            for pair in self._begun.get(head, ())
            if pair[0] in folded
        ]
        if self._joined and not folded.isascii():
            found += [pair for pair in self._joined if pair[0] in folded]
        found.sort(key=lambda pair: (-len(pair[0]), pair[0]))
        return [phrase for _, phrase in found]
