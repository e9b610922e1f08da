"""A name as the words that compare: legal forms, titles and particles set aside, numbers known as numbers.

One name may have several forms: a bracketed acronym, or a Korean reading of Chinese characters.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class NameKind(StrEnum):
    """The three kinds of names, which are read and weighed differently."""

    PERSON = "person"
    ORGANISATION = "organisation"
    VESSEL = "vessel"


class NameForm(NamedTuple):
    """One way to read a name: its words in order, without what does not identify.

    `bare` when the words are no name by themselves: only legal forms, titles, a few figures, an address. `syllabic` for
    a family name and syllables, as in Chinese and Korean; `certain` when they are in Hangul or Chinese characters.
    `as_spelled` are the words before abbreviations were written out, if that differs. `legal` is the kind and the home
    of a firm by its legal form, each empty when the form does not say. `translated` when words were translated.
    `guessed` when Chinese characters were read as Korean, which they need not be.
    """

    words: tuple[str, ...]
    bare: bool = False
    syllabic: bool = False
    as_spelled: tuple[str, ...] | None = None
    certain: bool = False
    legal: tuple[str, str] = ("", "")
    translated: bool = False
    guessed: bool = False

    @property
    def spelled(self) -> tuple[str, ...]:
        """The words as the name spells them, one for each of `words`."""
        return self.as_spelled or self.words
