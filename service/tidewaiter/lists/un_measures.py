"""The measures of listings by the Security Council. Not every regime freezes assets, and some entries have fewer.

The measures of an unknown list type are unknown, so its parties are for review.
"""

from __future__ import annotations

import re
from typing import Final

from tidewaiter.matching.entry import ListingMeasure

FREEZE, TRAVEL = ListingMeasure.ASSET_FREEZE, ListingMeasure.TRAVEL_BAN
_BOTH: Final = (FREEZE, TRAVEL)
# What each bars, for a person. Of the Committees' measures Australia's list says the same, entry by entry, in columns.
_REGIMES: Final[dict[str, tuple[ListingMeasure, ...]]] = {
    "Al-Qaida": _BOTH,
    "CAR": _BOTH,
    "DPRK": _BOTH,
    "DRC": _BOTH,
    "GB": (TRAVEL,),  # Guinea-Bissau, resolution 2048: travel only
    "Haiti": _BOTH,
    "Iran": _BOTH,
    "Iraq": (FREEZE,),  # resolution 1518
    "Libya": _BOTH,
    "Somalia": _BOTH,
    "SouthSudan": _BOTH,
    "Sudan": _BOTH,
    "Taliban": _BOTH,
    "Yemen": _BOTH,
}
# "Listed pursuant to paragraph 15 of resolution 1970 (Travel Ban)": the measures of this entry, if it names any.
_IN_BRACKETS: Final = re.compile(r"\(([^()]{6,400})\)")
_NAMED: Final[tuple[tuple[re.Pattern[str], ListingMeasure], ...]] = (
    (re.compile(r"^assets? freeze$"), FREEZE),
    (re.compile(r"^travel ban$"), TRAVEL),
    (re.compile(r"^(?:targeted )?arms embargo$"), ListingMeasure.SECTORAL),
    (re.compile(r"^prohibition to (?:load|enter ports|provide bunkering)\b.*"), ListingMeasure.VESSEL_BAN),
    (re.compile(r"^prohibition to .*"), ListingMeasure.SECTORAL),
)


def measures_of(programme: str, person: bool, comments: str) -> tuple[ListingMeasure, ...] | None:
    """Return the measures of an entry under the list type `programme`, by its comments if they name them.

    None when neither says: the list type is not known here.
    """
    if named := _named(comments):
        return named
    known = _REGIMES.get(programme)
    if known is None:
        return None
    return known if person or known == (TRAVEL,) else tuple(measure for measure in known if measure is not TRAVEL)


def _named(comments: str) -> tuple[ListingMeasure, ...]:
    found: dict[ListingMeasure, None] = {}
    for brackets in _IN_BRACKETS.findall(comments):
        measures: list[ListingMeasure | None] = []
        for part in brackets.split(";"):
            whole = _measure(part)
            measures += [whole] if whole else map(_measure, part.split(","))
        if all(measures):
            found.update(dict.fromkeys(measure for measure in measures if measure))
    return tuple(found)


def _measure(words: str) -> ListingMeasure | None:
    stated = " ".join(words.lower().split())
    return next((measure for pattern, measure in _NAMED if pattern.match(stated)), None)
