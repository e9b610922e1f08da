"""What reading takes and how much is read of a transfer, as counts: one table of limits and one of steps.

Calibrated with `python -m bench adversarial`: a step is about a microsecond and a half where it is dearest.
"""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Final

from tidewaiter.rulebook.gazetteer import MOST_MENTIONS
from tidewaiter.screening.facts.codes import MOST_CODES

NOT_READ: Final = "TW-NOT-READ"


class Limit(Enum):
    """Each limit: the most that is read, of what, and why it is enough."""

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
    """What reading takes, in steps."""

    NAME = 165
    """A name of a party, or of somebody behind one."""
    NAME_WORD = 95
    """A word in a name: each that is on a list brings entries to compare with."""
    NAME_LETTER = 25
    """A letter in a name that is not of ASCII, besides its word: such names have several readings."""
    PARTY = 15
    """A party, or somebody behind one, besides its names."""
    BIRTH_DATE = 80
    """A birth date, which is compared with those of each entry of a like name."""
    IDENTIFIER = 45
    COUNTRY = 4
    """A country of a party."""
    STOP = 25
    """A place on the way."""
    LINE = 42
    """A line of goods."""
    GOODS_WORD = 25
    """A word in a description, a maker or a model."""
    GOODS_WORD_AGAIN = 14
    """A word that the transfer has used before: what it means is remembered."""
    GOODS_PART = 8
    """A mark between things that a line names."""
    GOODS_LETTER = 5
    """A letter there that is not of ASCII, besides its word."""
    GOODS_FIGURE = 4
    """A figure there, besides its word: it parts the word."""
    CODE = 5
    """A code, a unit or another short text in a line of goods."""
    JUDGED_LINE = 10
    """A line of goods, for each way to or from a sanctioned country that the transfer may go."""
    JUDGED_RULE = 35
    """A rule on goods that a line may meet, on one of these ways."""
    JUDGED_THING = 5
    """One of the things that a line names, for each of these rules."""
    TEXT_WORD = 12
    """A word in any text."""
    LETTER = 1
    """A letter in any text, and one more where it is not of ASCII."""
    CLAIM = 20
    """An authorisation."""
    PART = 10
    """A part of an extension, besides its text."""
