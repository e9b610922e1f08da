"""What a description is read into: segments, one for each thing it may name, and the terms found in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from tidewaiter.goods.languages import ANY, HEAD_FIRST
from tidewaiter.goods.lexicon.lexicon import Entry


class Denied(IntEnum):
    """What of the words to come is not there, or not meant."""

    NOTHING = 0
    NEXT = 1
    """What comes right behind ("no weapons")."""
    ALL = 2
    """All to the end of the phrase ("without engine and gearbox")."""
    ONE = 3
    """The next thing, wherever it comes ("instead of old fertiliser")."""
    DONE = 4
    """It came; "or" denies another ("no weapons or ammunition"), "and" may."""
    PERHAPS = 5
    """What comes behind that "and"."""


class Link(IntEnum):
    """How a segment hangs on to the one before."""

    HARD = 0
    COMMA = 1
    AND = 2
    SPACE = 3
    """Chinese and Japanese: it may be the same thing, or another."""


@dataclass(slots=True, eq=False)
class Match:
    """A term found. `phrase` counts the "of"s and brackets before it in its segment; `followed` when an unknown word
    comes right after it, which may be the true thing ("car polish")."""

    entry: Entry
    language: str
    words: str
    phrase: int
    position: int
    factor: float = 1.0
    followed: bool = False
    alternatives: tuple[tuple[Entry, str], ...] = ()
    field: str = "description"
    doubtful: bool = False
    """Worth a review at most: what something unknown is for, or is done to ("a zorbatron for cars", "sculpture
    restoration"), or what the goods are not in reality."""
    quoted: bool = False
    """Only what someone calls the goods: `"tools": 40 pistols`."""
    denied: bool = False
    """Not there, or not meant ("without engine"); then it is a `look`, too."""
    look: bool = False
    """Only how the thing looks, tastes or smells, what it comes with, or what is not there: "motif avion"."""


@dataclass(slots=True, eq=False)
class Segment:
    """What stands between two separators."""

    link: Link
    matches: list[Match] = field(default_factory=list)
    qualities: frozenset[str] = frozenset()
    counted: bool = False
    """Begins with a number: a thing of its own, not the continuation of a list."""
    measured: bool = False
    """Begins with a number and its measure: "50 kg bags" tells how something comes, not what else there is."""
    begins_unknown: bool = False
    """Begins with words that this lexicon does not know."""
    claimed: bool = False
    """Only what the goods are declared as."""
    has_looks: bool = False
    """Has matches that are only how something looks."""
    listed: bool = False
    """One of those that a colon or "such as" announced."""
    first_phrase: int = 0
    """The phrase with which it begins."""
    purpose_phrase: int = 0
    """The phrase that tells what the thing is for; 0 for none."""
    scale: str = ""
    """A scale such as 1:43, as it stands: the thing is a model of what is named."""

    @property
    def head_first(self) -> bool:
        """Whether its language names the thing before what it is for."""
        matches = self.matches
        if len(matches) == 1:
            return matches[0].language in HEAD_FIRST
        balance = 0
        for match in matches:
            if match.language in HEAD_FIRST:
                balance += 1
            elif match.language != ANY:
                balance -= 1
        if balance == 0 and matches:
            return matches[0].language in HEAD_FIRST  # "vélos gravel", "helicóptero Bell"
        return balance > 0
