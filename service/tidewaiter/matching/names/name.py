"""A name as comparable words: without legal forms, titles and particles, and with numbers recognised.

One name can have several forms: a bracketed acronym, or a Korean reading of Chinese characters.
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
    """One reading of a name: its identifying words, in order.

    `bare`: the words do not form a name by themselves, only legal forms, titles, a few digits, or an address.
    `syllabic`: a family name and syllables, as in Chinese and Korean; `certain` when written in Hangul or Chinese
    characters. `as_spelled` has the words before abbreviations were expanded, if different. `legal` is the kind and the
    home country of a firm by its legal form, each empty when unknown. `translated`: some words were translated.
    `guessed`: Chinese characters were read as Korean, which is a guess. `unspaced`: the name of a firm is in Hangul or
    Chinese characters.
    """

    words: tuple[str, ...]
    bare: bool = False
    syllabic: bool = False
    as_spelled: tuple[str, ...] | None = None
    certain: bool = False
    legal: tuple[str, str] = ("", "")
    translated: bool = False
    guessed: bool = False
    unspaced: bool = False

    @property
    def spelled(self) -> tuple[str, ...]:
        """Return the words as spelled in the name, one for each of `words`."""
        return self.as_spelled or self.words
