"""Finds regions that law is about apart from their country in an address: by region code and by postcode.

Never finds a region by the country alone: a bare "Ukraine" is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from tidewaiter.rulebook.country_knowledge import RegionCodes
from tidewaiter.rulebook.phrases import Phrases

_REGION_CODE: Final = re.compile(r"\b[A-Z]{2}-[A-Z0-9]{1,3}\b")
_POSTCODE: Final = re.compile(r"(?<![\d-])\d{5,6}(?![\d-])")
_DIGITS: Final = {"UA": 5, "RU": 6}
"""How many digits a postcode of the country has."""


class RegionByCode(NamedTuple):
    """A region that a code in an address is of; not `sure` where only a part of what the code is of is meant."""

    region: str
    code: str
    sure: bool


class Regions:
    """Looks up region codes and postcodes."""

    __slots__ = ("_by_code", "_by_postcode", "_oblast", "_of")

    def __init__(self, regions: Iterable[RegionCodes] = (), oblast_words: Iterable[str] = ()) -> None:
        self._of = {one.region: one for one in regions}
        self._by_code = {code: one for one in self._of.values() for code in one.codes}
        self._by_postcode = {
            (country, digits): one
            for one in self._of.values()
            for country, prefixes in one.postcodes.items()
            for digits in prefixes
        }
        words = tuple(oblast_words)
        self._oblast = Phrases(words) if words else None

    def agrees(self, region: str, country: str, text: str) -> bool:
        """Return whether a name of `region` in `text` is surely meant, in an address of `country`.

        It is in the country that the region is of, and in one that claims all of it; words for an oblast, of which law
        is about a part, leave that open.
        """
        known = self._of.get(region)
        if known is None or country not in (known.of, known.claimed_by if known.whole else known.of):
            return False
        return known.whole or self._oblast is None or self._oblast.find(text) is None

    def coded(self, text: str, countries: Iterable[str]) -> Iterator[RegionByCode]:
        """Yield the regions that codes in `text` are of, postcodes in an address of one of `countries` alone."""
        for code in _REGION_CODE.findall(text):
            if (region := self._by_code.get(code)) is not None:
                yield RegionByCode(region.region, code, region.whole)
        post = [country for country in countries if country in _DIGITS]
        if not post:
            return
        for digits in _POSTCODE.findall(text):
            for country in post:
                found = self._by_postcode.get((country, digits[:2])) or self._by_postcode.get((country, digits[:3]))
                if found is not None and len(digits) == _DIGITS[country]:
                    yield RegionByCode(found.region, digits, found.whole or country == found.claimed_by)
