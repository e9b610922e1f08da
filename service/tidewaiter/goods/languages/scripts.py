"""The scripts that words of goods are written in."""

from __future__ import annotations

from enum import IntEnum
from functools import cache


class Script(IntEnum):
    """A script, as far as the recognition of goods tells scripts apart. A piece of text is of one script."""

    LATIN = 0
    CYRILLIC = 1
    ARABIC = 2
    HANGUL = 3
    HAN = 4
    """Chinese characters and kana."""
    DIGITS = 5
    OTHER = 6


def script_of(word: str) -> Script:
    """Return the script of a word, by its first character."""
    return _script(word[0])


@cache
def _script(character: str) -> Script:
    code = ord(character)
    if character.isdigit():
        return Script.DIGITS
    if code < 0x250 or 0x1E00 <= code < 0x1F00:
        return Script.LATIN
    if 0x400 <= code < 0x530:
        return Script.CYRILLIC
    if 0x600 <= code < 0x780:
        return Script.ARABIC
    if 0xAC00 <= code < 0xD7B0:
        return Script.HANGUL
    return Script.HAN if 0x3005 <= code <= 0x9FFF else Script.OTHER
