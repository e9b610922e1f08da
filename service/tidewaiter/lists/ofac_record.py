"""A record of OFAC's lists, independent of the file format, and its conversion to a list entry."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tidewaiter.lists import ofac_remarks
from tidewaiter.lists.country_names import country_code, says_no_country
from tidewaiter.lists.programmes import country_of_programme
from tidewaiter.lists.reading import Unread, clean
from tidewaiter.matching.entry import EntryType, ListedName, ListEntry, ListingMeasure

DETAILS = "https://sanctionssearch.ofac.treas.gov/Details.aspx?id="
SDN = "SDN List"
NOT_SDN = "Consolidated (non-SDN) List"
TYPES = {
    "individual": EntryType.PERSON,
    "vessel": EntryType.VESSEL,
    "aircraft": EntryType.AIRCRAFT,
    "": EntryType.ORGANISATION,
}
# The lists other than the SDN List freeze nothing. They bar capital and accounts (sectoral) or other dealings (other).
_BESIDE_THE_SDN = (
    (
        re.compile(r"^(?:SSI$|(?:NS-)?(?:CAPTA|MBS|CMIC)$|CMIC-|561|.*(?:EO13662|EO14024-D|DIRECTIVE))"),
        ListingMeasure.SECTORAL,
    ),
    (re.compile(r"^(?:(?:NS-)?PLC|FSE(?:-.*)?)$"), ListingMeasure.OTHER),
)
_LAWS = (
    (re.compile(r"CMIC|EO13959"), "EO 13959 as amended by EO 14032; 31 CFR part 586"),
    (re.compile(r"^SSI$|EO13662"), "Directives under EO 13662"),
)
"""The law of a list that freezes nothing, by the programme."""
_ON_EITHER = re.compile(r"EO13662|EO14024|DIRECTIVE")
"""Programmes with parties on the SDN List and parties on another list."""


@dataclass(frozen=True, slots=True)
class OfacRecord:
    """One party in OFAC's files: `remarks` in the prose of SDN.CSV, `aliases` as (name, weak)."""

    number: str
    name: str
    type: str
    list_name: str
    line: int
    programmes: tuple[str, ...]
    title: str
    flag: str
    remarks: str
    aliases: tuple[tuple[str, bool], ...]
    addresses: tuple[str, ...]
    listed_on: str | None = None
    vessel: tuple[str, ...] = ()
    """Details of a ship other than its flag, as prose."""


def entry_of(record: OfacRecord, unread: Unread) -> ListEntry:
    """Return the list entry. Each date and country that cannot be read is reported to `unread`."""
    number = record.number
    remarks = ofac_remarks.parse(record.remarks, lambda reason: unread.fact(record.line, f"{number}: {reason}"))
    countries = list(remarks.countries)
    if record.flag:
        if code := country_code(record.flag):
            countries.append(code)
        elif not says_no_country(record.flag):
            unread.fact(record.line, f"{number}: flag {record.flag!r} is not known")
    countries += [c for programme in record.programmes if (c := country_of_programme("ofac", programme))]
    names = {record.name: False}
    for alias, weak in record.aliases:
        names[alias] = names.get(alias, True) and weak
    for weak_name in remarks.weak_names:
        names.setdefault(weak_name, True)
    tags = " ".join(f"[{p}]" for p in record.programmes)
    measures = _measures(record, unread)
    return ListEntry(
        id=number,
        type=TYPES[record.type],
        names=tuple(ListedName(clean(text), weak) for text, weak in names.items() if clean(text)),
        programmes=record.programmes,
        measures=measures,
        birth_dates=tuple(dict.fromkeys(remarks.birth_dates)),
        countries=tuple(dict.fromkeys(countries)),
        identifiers=tuple(dict.fromkeys(remarks.identifiers)),
        listed_on=record.listed_on,
        url=DETAILS + number,
        provision=f"entry {number}",
        remarks="; ".join(filter(None, (record.title, clean(record.remarks), *record.vessel))),
        instrument=f"OFAC {record.list_name}" + (f", {tags}" if tags else "") + _law(record, measures),
        gender=remarks.gender,
        addresses=record.addresses,
        linked_to=tuple(dict.fromkeys(remarks.linked_to)),
        birth_places=tuple(dict.fromkeys(remarks.birth_places)),
    )


def _law(record: OfacRecord, measures: tuple[ListingMeasure, ...]) -> str:
    """Return the law behind a sectoral listing, as a part of its citation; nothing for any other listing."""
    if measures != (ListingMeasure.SECTORAL,):
        return ""
    laws = dict.fromkeys(law for pattern, law in _LAWS if any(map(pattern.search, map(str.upper, record.programmes))))
    return f" ({'; '.join(laws)})" if laws else ""


def beside_the_sdn(programme: str) -> bool:
    """Return whether a party listed only under this programme is on no list that freezes assets."""
    return _bars(programme) is not None and not _ON_EITHER.search(programme)


def _bars(programme: str) -> ListingMeasure | None:
    """Return the measure of a programme whose parties are not on the SDN List; None for an unknown programme."""
    return next((measure for pattern, measure in _BESIDE_THE_SDN if pattern.match(programme.upper())), None)


def _measures(record: OfacRecord, unread: Unread) -> tuple[ListingMeasure, ...]:
    """Return the measures. The SDN List freezes by itself, whatever the programme: it lists blocked persons."""
    if record.list_name == SDN and not (record.programmes and all(map(beside_the_sdn, record.programmes))):
        return (ListingMeasure.ASSET_FREEZE,)
    for programme in record.programmes:
        if _bars(programme) is None:
            unread.fact(
                record.line,
                f"programme {programme!r} of the consolidated list is not known, nor what it bars: for review",
            )
    known = (_bars(programme) for programme in record.programmes)
    return tuple(dict.fromkeys(measure for measure in known if measure)) or (ListingMeasure.OTHER,)
