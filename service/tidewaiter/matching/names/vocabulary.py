"""Words with little or equal meaning in names: titles, particles, abbreviations, variants of one name.

The words are in `matching/words/`, as `text.latin.words` gives them: lower-case ASCII.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tidewaiter.text.word_files import groups_of, rows_of

PACKAGE = "tidewaiter.matching.words"


def _classes(path: str) -> dict[str, tuple[str, ...]]:
    """Return each word of a file whose rows are classes of words, mapped to the first words of its rows."""
    table: dict[str, list[str]] = {}
    for (row,) in rows_of(PACKAGE, path, 1):
        words = row.split()
        for word in words:
            table.setdefault(word, []).append(words[0])
    return {word: tuple(dict.fromkeys(firsts)) for word, firsts in table.items()}


def _with_short_names(classes: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return `classes` with the short forms of `short_names.tsv`, each in the classes of its full forms."""
    found = dict(classes)
    for full, shorts in rows_of(PACKAGE, "short_names.tsv", 2):
        of_full = found.setdefault(full, (full,))
        for short in shorts.split():
            found[short] = tuple(dict.fromkeys((*found.get(short, ()), *of_full)))
    return found


def _words(path: str) -> frozenset[str]:
    """Return all words of a file of space-separated words."""
    return frozenset(word for (row,) in rows_of(PACKAGE, path, 1) for word in row.split())


def _lowest_caps(caps: Mapping[str, Iterable[str]]) -> dict[str, float]:
    """Return the cap of each word, the lowest if a word has two."""
    return {word: float(cap) for cap in sorted(caps, key=float, reverse=True) for word in caps[cap]}


_SET_ASIDE = groups_of(PACKAGE, "set_aside.tsv")
TITLES = frozenset(_SET_ASIDE["title"])
PARTICLES = frozenset(_SET_ASIDE["particle"])
STOP_WORDS = frozenset(_SET_ASIDE["stop word"])
NUMBER_WORDS = frozenset(_SET_ASIDE["number word"])
PLACE_WORDS = frozenset(_SET_ASIDE["place word"])
"""Words of addresses. With only numbers beside them they do not form a name (Third Floor)."""
VESSEL_PREFIXES = tuple(
    tuple(words.split()) for group, words in rows_of(PACKAGE, "set_aside.tsv", 2) if group == "vessel prefix"
)

ABBREVIATIONS = dict(rows_of(PACKAGE, "abbreviations.tsv", 2))
NUMERALS = dict(rows_of(PACKAGE, "numerals.tsv", 2))
GENERIC_CAP = _lowest_caps(groups_of(PACKAGE, "generic_words.tsv"))
"""Maximum weight of a word in the name of an organisation or vessel, however rare it is on the lists."""
COMMON_NAMES = frozenset(name for names in groups_of(PACKAGE, "common_names.tsv").values() for name in names)
"""Very common names. Some look rare on the lists, but a match by them has little significance."""

ROMANISATIONS = _classes("romanisations.tsv")
"""Spellings of one name that no folding rule covers: each word mapped to its classes."""
TRANSLATIONS = _with_short_names(_classes("translations.tsv"))
"""Forms of one name in several languages, and short forms: each word mapped to its classes."""
OF_TWO_SEXES = _words("given_names_of_two_sexes.tsv")
"""Male given names that become female with a final a (and without a final o or e)."""
SYLLABIC_SURNAMES = _words("syllabic_surnames.tsv")
"""Family names from languages that write given names as one word per syllable, so that each syllable and its position
count."""
