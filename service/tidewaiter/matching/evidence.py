"""Compare facts other than the name: identifiers, birth dates and countries.

Each function returns the feature that applies with a description of what was seen, or None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListEntry
from tidewaiter.matching.policy import Feature

Observation = tuple[Feature, str]
QueriedIdentifier = tuple[str, str, str | None]

WORLDWIDE = frozenset({"imo", "mmsi", "lei", "bic", "wallet"})
"""Identifier types whose values are unique worldwide."""
ONE_PER_PARTY = frozenset({"imo", "lei", "tax_id", "registration"})
"""Identifier types of which a party has only one: two different values contradict a match."""

_SHORTEST = 4
_SHORTEST_LIKELY = 6
_TELLING = 9
_BIC_OFFICE = 8
_NOT_CODE = re.compile(r"[\W_]+")
_DATE = re.compile(r"^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$")


def identifier_key(type_: str, value: str) -> str:
    """Return the value normalised for comparison: without punctuation, case or type prefix (`IMO 8914934` is 8914934).

    The BIC of a branch becomes that of its bank.
    """
    key = _NOT_CODE.sub("", value).upper()
    if type_ == "imo":
        key = key.removeprefix("IMO")
    return key[:_BIC_OFFICE] if type_ == "bic" else key


def identifier_agreement(asked: QueriedIdentifier, listed: ListedIdentifier) -> Observation | None:
    """Return the feature for two identifiers with the same key."""
    type_, value, country = asked
    if len(identifier_key(type_, value)) < _SHORTEST:
        return None
    if country and listed.country and country != listed.country:
        return None
    same_type = type_ == listed.type
    if same_type and (type_ in WORLDWIDE or (country and listed.country) or len(value) >= _TELLING):
        return Feature.IDENTIFIER_AGREES, f"{type_} {value} agrees"
    if len(value) >= _SHORTEST_LIKELY or same_type:
        kind = type_ if same_type else f"{type_} and {listed.type}"
        return Feature.IDENTIFIER_LIKELY, f"{kind} {value} agrees, as far as can be told"
    return None


def identifier_conflict(asked: Sequence[QueriedIdentifier], listed: Sequence[ListedIdentifier]) -> Observation | None:
    """Return the conflict when an identifier of which a party has only one differs; None without one."""
    for type_, value, country in asked:
        if type_ not in ONE_PER_PARTY:
            continue
        others = [
            i
            for i in listed
            if i.type == type_ and (type_ in WORLDWIDE or (country is not None and i.country == country))
        ]
        key = identifier_key(type_, value)
        if others and all(identifier_key(i.type, i.value) != key for i in others):
            return Feature.IDENTIFIER_CONFLICTS, f"{type_} {value} is not {others[0].value}"
    return None


def birth_date(asked: str | None, listed: Sequence[str]) -> Observation | None:
    """Return the best agreement of a date with any listed date. A near miss weakens a match without contradicting."""
    if not asked or not listed or not (mine := _DATE.match(asked)):
        return None
    seen = [_one_birth_date(mine, text) for text in listed]
    order = list(_BIRTH_DATE_ORDER)
    best = min(seen, key=order.index)
    text = listed[seen.index(best)]
    return best, _BIRTH_DATE_ORDER[best].format(asked, text)


_BIRTH_DATE_ORDER = {
    Feature.BIRTH_DATE_AGREES: "birth date {0} agrees",
    Feature.BIRTH_YEAR_AGREES: "birth date {0} agrees with {1}",
    Feature.BIRTH_DATE_NEAR: "birth date {0} is near {1}",
    Feature.BIRTH_DATE_CONFLICTS: "birth date {0} is not {1}",
}


def _one_birth_date(mine: re.Match[str], text: str) -> Feature:
    year = int(mine[1])
    if "/" in text:
        start, _, end = text.partition("/")
        first, last = int(start[:4]), int(end[:4])
        if first <= year <= last:
            return Feature.BIRTH_YEAR_AGREES
        return Feature.BIRTH_DATE_NEAR if first - 1 <= year <= last + 1 else Feature.BIRTH_DATE_CONFLICTS
    about = text.endswith("~")
    theirs = _DATE.match(text.removesuffix("~"))
    if theirs is None:
        return Feature.BIRTH_DATE_NEAR
    apart = abs(year - int(theirs[1]))
    if about:
        near = 2
        return Feature.BIRTH_YEAR_AGREES if apart <= near else _far(apart, 5)
    if apart:
        same_day = mine[2] is not None and mine[3] is not None and (mine[2], mine[3]) == (theirs[2], theirs[3])
        return Feature.BIRTH_DATE_NEAR if same_day and _is_slip(mine[1], theirs[1]) else _far(apart, 1)
    if mine[2] is None or theirs[2] is None:
        return Feature.BIRTH_YEAR_AGREES
    if mine[2] == theirs[2]:
        if mine[3] is None or theirs[3] is None:
            return Feature.BIRTH_YEAR_AGREES
        return Feature.BIRTH_DATE_AGREES if mine[3] == theirs[3] else Feature.BIRTH_DATE_NEAR
    swapped = mine[2] == theirs[3] and mine[3] == theirs[2]
    return Feature.BIRTH_YEAR_AGREES if swapped else Feature.BIRTH_DATE_NEAR


def _is_slip(year: str, other: str) -> bool:
    """Return whether two years differ by one digit, or by two digits that changed places."""
    return OSA.distance(year, other, score_cutoff=1) <= 1


def _far(apart: int, near: int) -> Feature:
    return Feature.BIRTH_DATE_NEAR if apart <= near else Feature.BIRTH_DATE_CONFLICTS


def countries(asked: Iterable[str], entry: ListEntry) -> Observation | None:
    """Return whether the two share a country. A different flag of a vessel proves nothing: it can change in a day."""
    mine = frozenset(asked)
    if not mine:
        return None
    theirs = {*entry.countries, *(i.country for i in entry.identifiers if i.country)}
    if shared := sorted(mine & theirs):
        return Feature.COUNTRY_AGREES, f"country {shared[0]} agrees"
    if not entry.countries or entry.type in (EntryType.VESSEL, EntryType.AIRCRAFT):
        return None
    return Feature.COUNTRY_DIFFERS, f"country {', '.join(sorted(mine))} is not {', '.join(entry.countries)}"
