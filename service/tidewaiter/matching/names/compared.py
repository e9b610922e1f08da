"""The two sides of a comparison of names, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class QueryName(NamedTuple):
    """One form of a query's name, ready to compare."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    alike: tuple[Mapping[str, float], ...]
    """For each word the listed words that are like it, with how alike they are."""
    compact: str
    """The sound of all words run together."""
    folds: tuple[str, ...]
    """The sound of each word."""
    joins: tuple[str, ...]
    """The sound of each two neighbours as one word."""
    syllabic: bool
    certain: bool
    """The name is written in syllables, in a script that leaves no other way to spell them."""
    cut: bool
    """The name is as long as a field that cuts names off."""
    begun: bool
    """The last word may be the beginning of a longer one."""
    filled: bool
    """The name fills such a field exactly."""
    plain: str
    """The whole spelling: `spellings.whole_spellings`."""
    legal: tuple[str, str]
    """Kind and home of the firm by its legal form, each empty when it says none."""
    translated: bool
    """Words of the name were translated."""
    guessed: bool
    """Its Chinese characters were read as Korean, which they need not be."""


class ListedForm(NamedTuple):
    """One form of a listed name, ready to compare."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    total: float
    compact: str
    folds: tuple[str, ...]
    joins: tuple[str, ...]
    bare: bool
    """The words are no name by themselves."""
    short: bool
    """The name is one short word."""
    syllabic: bool
    plain: str
    turned: str
    """The whole spelling in order of use, when the list gives the family name first."""
    core: frozenset[int]
    """The places of the family name and the first given name of a person who has further names."""
    legal: tuple[str, str]


class Likeness(NamedTuple):
    """How alike two names are, and what the policy asks of names that agree in part."""

    similarity: float
    """0 to 1."""
    agreeing: float
    """The weight of the words that agree."""
    same: bool
    """Nothing differs."""
    partial: bool = False
    """Words are left over."""
    one_word: int = 0
    """The letters of the only word that agrees, when it is alike and not the same."""
    lone: str = ""
    """The only word that agrees and is not generic, when others are left over."""
    added: bool = False
    """The query has words that the listed name has not."""
    misspelled: bool = False
    """A letter is wrong in a short word."""
    forms_agree: bool = False
    """Both names have the same legal form."""
    forms_differ: bool = False
    """Their legal forms are of different kinds of firms, or of different countries."""
    home: str = ""
    """Where the query's legal form is from, if it says."""
    bare: bool = False
    """The listed name is no name by itself."""
    short: bool = False
    """The listed name is one short word."""
    not_alone: bool = False
    """The names settle nothing alone: a family name and syllables, or a reading that is a guess."""
