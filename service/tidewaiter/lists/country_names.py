"""Converts country names as list publishers write them, in any language of CLDR, to ISO 3166-1 alpha-2."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache

from tidewaiter.text.word_files import rows_of
from tidewaiter_schemas.countries import CODES

_NOT_A_LETTER = re.compile(r"[^a-z]+")
_NO_COUNTRY = frozenset(
    {"", "na", "n a", "unknown", "none", "none identified", "not available", "stateless", "undetermined"}
)
_LATIN_MARKS = re.compile(r"[\u0300-\u036f]+")


def country_code(name: str) -> str | None:
    """Return the ISO alpha-2 code of a country as a publisher names it, or None when the name is unknown.

    An assigned two-letter code is returned as it is. A name that two countries share in different languages (Kongo) is
    unknown.
    """
    name = name.strip()
    if name in CODES:
        return name
    if len(name) > _LONGEST:
        return None
    return _names_of_publishers().get(_latin_key(name)) or _names_of_cldr().get(any_script_key(name))


def names_in_cldr(countries: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the names of `countries` in all languages of CLDR, folded, without those too short to identify one."""
    found: dict[str, list[str]] = {}
    for name, country in _names_of_cldr().items():
        if country in countries and len(name) >= (_SHORTEST_LATIN if name.isascii() else _SHORTEST_OTHER):
            found.setdefault(country, []).append(name)
    return {country: tuple(sorted(names)) for country, names in sorted(found.items())}


def names_of_countries() -> frozenset[str]:
    """Return the names of all countries in all languages of CLDR, folded."""
    return frozenset(_names_of_cldr())


_SHORTEST_LATIN, _SHORTEST_OTHER = 5, 3
_LONGEST = 300
"""In letters. No country has so long a name, and folding a text of a megabyte takes a second."""


def says_no_country(name: str) -> bool:
    """Return whether the text means "no country given" (`na`, `Unknown`, `None Identified`)."""
    return len(name) <= _LONGEST and any_script_key(name) in _NO_COUNTRY


def any_script_key(name: str) -> str:
    """Return the name for comparison in its own script: without case, accents, apostrophes and punctuation."""
    bare = name.replace("&", " and ").replace("'", "").replace("’", "")
    bare = unicodedata.normalize("NFC", _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", bare))).casefold()
    letters = "".join(c if unicodedata.category(c)[0] in "LM" else " " for c in bare)
    return " ".join(letters.replace("saint ", "st ").split())


def _latin_key(name: str) -> str:
    """Return `any_script_key` reduced to the letters a to z, which finds a name in brackets after another script."""
    bare = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold().replace("'", "").replace("’", "")
    bare = "".join(c for c in bare if not unicodedata.combining(c)).replace("saint ", "st ")
    return " ".join(_NOT_A_LETTER.sub(" ", bare).split())


@cache
def _names_of_publishers() -> dict[str, str]:
    rows = rows_of("tidewaiter.lists", "country_names.tsv", 2)
    return {_latin_key(name): code for code, names in rows for name in names.split(";")}


@cache
def _names_of_cldr() -> dict[str, str]:
    """Return the names of CLDR. Used only for a name that publishers' names do not have, because the file is long."""
    rows = rows_of("tidewaiter.lists", "cldr_country_names.tsv", 2)
    return {key: code for code, keys in rows for key in keys.split("; ")}
