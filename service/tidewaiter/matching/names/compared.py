"""The two sides of a comparison of names, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class QueryName(NamedTuple):
    """One form of a query's name, ready to compare."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    alike: tuple[Mapping[str, float], ...]
    """For each word, the similar listed words with their likeness."""
    compact: str
    """The sound of all words written as one."""
    folds: tuple[str, ...]
    """The sound of each word."""
    joins: tuple[str, ...]
    """The sound of each pair of neighbours written as one word."""
    syllabic: bool
    certain: bool
    """The name is written in syllables, in a script in which their spelling is unambiguous."""
    cut: bool
    """The name is long enough to have been cut off by a field."""
    begun: bool
    """The last word may be the start of a longer word."""
    filled: bool
    """The name fills a field exactly."""
    plain: str
    """The whole spelling: `spellings.whole_spellings`."""
    legal: tuple[str, str]
    """Kind and home country of the firm by its legal form; each is empty when unknown."""
    translated: bool
    """Words of the name were translated."""
    guessed: bool
    """Its Chinese characters were read as Korean, which is a guess."""
    unspaced: bool
    """The name of a firm is in Hangul or Chinese characters."""


class ListedForm(NamedTuple):
    """One form of a listed name, ready to compare."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    total: float
    compact: str
    folds: tuple[str, ...]
    joins: tuple[str, ...]
    bare: bool
    """The words do not form a name by themselves."""
    short: bool
    """The name is one short word."""
    syllabic: bool
    plain: str
    turned: str
    """The whole spelling in order of use, when the list gives the family name first."""
    core: frozenset[int]
    """The positions of the family name and the first given name, if the person has further names."""
    legal: tuple[str, str]
    unspaced: bool


class Likeness(NamedTuple):
    """The similarity of two names, and the properties that the policy evaluates for partial agreement."""

    similarity: float
    """0 to 1."""
    agreeing: float
    """The weight of the words that agree."""
    same: bool
    """Nothing differs."""
    partial: bool = False
    """Words are left over, or none of two is the same."""
    one_word: int = 0
    """The number of letters of the only agreeing word, when it is similar but not equal."""
    lone: str = ""
    """The only agreeing word that is not generic, when others are left over."""
    added: bool = False
    """The query has words that the listed name does not have."""
    misspelled: bool = False
    """A letter is wrong in a short word."""
    forms_agree: bool = False
    """Both names have the same legal form."""
    forms_differ: bool = False
    """Their legal forms belong to different kinds of firms or to different countries."""
    registered: bool = False
    """The query has a legal form that tells, and not the one of the listed name."""
    home: str = ""
    """The country of the query's legal form; empty when unknown."""
    bare: bool = False
    """The words of the listed name do not form a name by themselves."""
    short: bool = False
    """The listed name is one short word."""
    not_alone: bool = False
    """The names are inconclusive without other facts: a family name and syllables, or a guessed reading."""
    transcribed: bool = False
    """The name of a firm is in Hangul or Chinese characters, the listed one is not, and a single word agrees, or one of
    few letters and a generic one."""
