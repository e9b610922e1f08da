"""Maps programmes of all publishers to the countries they concern, from one table: `programmes.tsv`."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

from tidewaiter.text.word_files import rows_of


class ProgrammeCountry(NamedTuple):
    """One row: `publisher`'s listings under a programme that matches `pattern` concern `country` (ISO alpha-2).

    `confidence` is V when the programme was read in an official file, H when it is well known. `source` cites the
    measure behind the programme.
    """

    publisher: str
    pattern: str
    country: str
    confidence: str
    source: str


def _bare(programme: str) -> str:
    return programme.casefold().replace("’", "'")


PROGRAMME_COUNTRIES = tuple(ProgrammeCountry(*row) for row in rows_of("tidewaiter.lists", "programmes.tsv", 5))


@lru_cache(maxsize=10_000)
def country_of_programme(publisher: str, programme: str) -> str | None:
    """Return the country to which a listing under `programme` ties a party, or None."""
    bare = _bare(programme)
    for row in PROGRAMME_COUNTRIES:
        if row.publisher == publisher and fnmatchcase(bare, _bare(row.pattern)):
            return row.country
    return None
