"""A set of words and names to look for in free text, in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"\w+")
_ARABIC = re.compile(r"[\u0621-\u064a]")
_ARTICLE = "ال"
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

    __slots__ = ("_needles",)

    def __init__(self, phrases: Iterable[str]) -> None:
        needles = {}
        for phrase in phrases:
            shown = phrase.removesuffix("*")
            folded = fold(shown)
            if phrase.endswith("*"):
                folded = folded[:-1]
            if _UNSPACED.search(folded):
                folded = folded.strip()
            needles[folded] = shown
            if _ARABIC.search(folded):
                needles[f" {_ARTICLE}{folded[1:]}"] = shown
        self._needles = tuple(sorted(needles.items(), key=lambda pair: (-len(pair[0]), pair[0])))

    def find(self, text: str | None) -> str | None:
        """The longest phrase that `text` holds, as it was given; None when it holds none."""
        if not text or not self._needles:
            return None
        folded = fold(text)
        return next((phrase for needle, phrase in self._needles if needle in folded), None)
