"""Two tables: the limits on how much of a transfer is read, and the cost of reading in steps.

Calibrated with `python -m bench adversarial`: in the worst case a step takes about 1.5 microseconds.
"""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Final

from tidewaiter.rulebook.gazetteer import MOST_MENTIONS
from tidewaiter.screening.facts.codes import MOST_CODES

NOT_READ: Final = "TW-NOT-READ"


class Limit(Enum):
    """Each limit: the maximum that is read, of what, and why that is sufficient."""

    STEPS = (
        75_000,
        "steps to read",
        "0.9 for each byte where that is more; a fifth more, and what is left, to judge the goods",
    )
    NAME_WORDS = 64, "words in a name", "the longest names on official lists have about half as many"
    NAME_LETTERS = 1_000, "letters in a name", "a list with a longer one is refused"
    LINE_WORDS = 1_000, "words in a line of goods", "what says more is a text, not a line"
    CODES = MOST_CODES, "codes in a text", "a text with more is a list of numbers"
    MENTIONS = MOST_MENTIONS, "names of countries in texts", "there are half as many countries"
    LEVELS = 16, "levels in an extension", "as many as owners may have"
    CLAIMS = 100, "authorisations", "each is weighed against each finding"

    def __init__(self, most: int, of_what: str, why: str) -> None:
        self.most, self.of_what, self.why = most, of_what, why


class Step(IntEnum):
    """The cost of reading one element of a transfer, in steps."""

    NAME = 165
    """A name of a party or of a connected party (owner, controller, principal)."""
    NAME_WORD = 95
    """A word in a name. Each word that occurs on a list adds entries to compare with."""
    NAME_LETTER = 25
    """A non-ASCII letter in a name, in addition to its word: such names have several romanisations."""
    PARTY = 15
    """A party or a connected party, in addition to its names."""
    BIRTH_DATE = 80
    """A birth date. It is compared with that of each entry with a similar name."""
    IDENTIFIER = 45
    COUNTRY = 4
    """A country of a party."""
    STOP = 25
    """A stop on the route."""
    LINE = 52
    """A line of goods."""
    GOODS_WORD = 33
    """A word in the description, manufacturer or model of an item."""
    GOODS_WORD_AGAIN = 14
    """A word that occurred in the transfer before. Its meaning is cached."""
    GOODS_PART = 10
    """A separator between the things that a line names."""
    GOODS_LETTER = 5
    """A non-ASCII letter in such a text, in addition to its word."""
    GOODS_FIGURE = 4
    """A digit in such a text, in addition to its word, because it splits the word."""
    CODE = 5
    """A code, a unit or another short text in a line of goods."""
    JUDGED_LINE = 10
    """An item, for each sanctioned country and direction to which the transfer has a tie."""
    JUDGED_RULE = 35
    """A rule on goods that the item may meet, for one country and direction."""
    JUDGED_THING = 5
    """A thing that the item names, for each of these rules."""
    TEXT_WORD = 12
    """A word in any text."""
    LETTER = 1
    """A letter in any text. A non-ASCII letter counts twice."""
    CLAIM = 20
    """An authorisation."""
    PART = 10
    """A part of an extension, in addition to its text."""
