"""What a word of a text may mean: its entries, and the longer terms that begin with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.lexicon.lexicon import Entry


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of words: an entry, by a term of `language`."""

    entry: Entry
    language: str


@dataclass(slots=True)
class Node:
    """A sequence of words: the longer terms that continue it, and its meaning if it ends here."""

    next: dict[int, Node] = field(default_factory=dict)
    senses: tuple[Sense, ...] = ()
    qualities: tuple[str, ...] = ()
    alternatives: tuple[tuple[Entry, str], ...] = ()
    means: bool = False
    """Return whether a term ends here."""
    role: WordRole | None = None
    """The role of the sequence when it names no goods ("in reality")."""
    languages: tuple[str, ...] = ()


@dataclass(slots=True)
class Lexeme:
    """A word of a text. `factor` scales the certainty of a guess.

    `meaning`: what the word means by itself; `longer`: where terms that begin with it lead; `keys`: what it is when it
    continues a term.
    """

    role: WordRole
    meaning: Node | None = None
    longer: tuple[Node, ...] = ()
    keys: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    factor: float = 1.0
    number: bool = False


COLOUR = "colour-or-taste"
"""The quality of words that name goods, and the colour, taste or scent of others."""

UNKNOWN = Lexeme(WordRole.CONTENT)
SILENT = Lexeme(WordRole.ARTICLE)
AND = Lexeme(WordRole.AND)
OF = Lexeme(WordRole.OF)
FOR = Lexeme(WordRole.FOR)
NOT = Lexeme(WordRole.NOT)
LOOK = Lexeme(WordRole.LOOK)
LOOK_OF = Lexeme(WordRole.LOOK_OF)
CLOSE = Lexeme(WordRole.CLOSE)
