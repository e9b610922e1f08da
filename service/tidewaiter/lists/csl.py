"""The Consolidated Screening List of the United States, `consolidated.csv`: Commerce, State and Treasury in one file.

Most of its lists freeze nothing. A party on a list of Commerce needs a licence for goods, software and technology that
go to it; the sectoral lists of the Treasury bar securities, debt or accounts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from tidewaiter.errors import ListError
from tidewaiter.lists.dates import partial_date
from tidewaiter.lists.entry_builder import PartyBuilder
from tidewaiter.lists.reading import Unread, clean, readable, sha256_of
from tidewaiter.lists.registry import PUBLISHERS
from tidewaiter.lists.tables import columns, serial_date, table_rows
from tidewaiter.matching.entry import EntryType, ListEntry, ListingMeasure, PartyList

URL = PUBLISHERS["csl"].url
WHAT = "the US Consolidated Screening List, consolidated.csv"


class _Source(NamedTuple):
    """One of the lists in the file: what it bars, and the law that it is of."""

    measure: ListingMeasure
    law: str


_SOURCES: Final = {
    "EL": _Source(ListingMeasure.EXPORT_LIST, "Entity List, 15 CFR part 744, Supplement No. 4"),
    "MEU": _Source(ListingMeasure.EXPORT_LIST, "Military End-User List, 15 CFR part 744, Supplement No. 7"),
    "UVL": _Source(ListingMeasure.EXPORT_LIST, "Unverified List, 15 CFR part 744, Supplement No. 6"),
    "DPL": _Source(ListingMeasure.EXPORT_LIST, "Denied Persons List, 15 CFR 764.3"),
    "DTC": _Source(ListingMeasure.EXPORT_LIST, "AECA Debarred List, 22 CFR 127.7"),
    "ISN": _Source(ListingMeasure.OTHER, "Nonproliferation Sanctions, Department of State"),
    "SDN": _Source(ListingMeasure.ASSET_FREEZE, "Specially Designated Nationals List, OFAC"),
    "SSI": _Source(ListingMeasure.SECTORAL, "Sectoral Sanctions Identifications List, Directives under EO 13662"),
    "CMIC": _Source(ListingMeasure.SECTORAL, "NS-CMIC List, EO 13959 as amended by EO 14032; 31 CFR part 586"),
    "MBS": _Source(ListingMeasure.SECTORAL, "NS-MBS List, OFAC"),
    "CAP": _Source(ListingMeasure.SECTORAL, "CAPTA List, OFAC"),
    "FSE": _Source(ListingMeasure.OTHER, "Foreign Sanctions Evaders List, OFAC"),
    "PLC": _Source(ListingMeasure.OTHER, "Palestinian Legislative Council List, OFAC"),
}
"""By the letters in brackets in the column `source`, as in `Entity List (EL) - Bureau of Industry and Security`."""
_LETTERS: Final = re.compile(r"\((?:NS-)?([A-Z]{2,5})(?: List)?\)")
_WORDS: Final = {"Menu-Based": "MBS", "Military-Industrial Complex": "CMIC"}
"""The lists whose name can stand without letters in brackets."""

_NEEDED: Final = ("source", "name", "type", "programs", "alt_names", "source_list_url")
_WANTED: Final = (
    *_NEEDED, "_id", "entity_number", "title", "addresses", "federal_register_notice", "start_date", "end_date",
    "standard_order", "license_requirement", "license_policy", "vessel_flag", "remarks", "citizenships",
    "dates_of_birth", "nationalities", "places_of_birth", "ids",
)  # fmt: skip
_LEFT_OUT: Final = (
    "call_sign", "vessel_type", "gross_tonnage", "gross_register_tonnage", "vessel_owner", "source_information_url",
)  # fmt: skip
_TYPES: Final = {
    "individual": EntryType.PERSON,
    "entity": EntryType.ORGANISATION,
    "vessel": EntryType.VESSEL,
    "aircraft": EntryType.AIRCRAFT,
    "": EntryType.UNKNOWN,
}
_KINDS: Final = (
    ("passport", "passport"), ("tax id", "tax_id"), ("swift", "bic"), ("mmsi", "mmsi"), ("national id", "national_id"),
    ("registration", "registration"), ("company number", "registration"), ("legal entity", "lei"),
)  # fmt: skip
_IMO: Final = re.compile(r"\bIMO (\d{7})\b")
_PROSE: Final = ("title", "remarks", "license_requirement", "license_policy", "standard_order")
Row = dict[str, str]


def read(path: Path) -> PartyList:
    """Read the file. Raises ListError when it is empty, cut off, or not this list."""
    readable(path, WHAT)
    unread = Unread(path)
    rows = table_rows(path, unread)
    line, header = next(rows, (0, []))
    places = columns(WHAT, unread, line, header, _WANTED, _NEEDED, _LEFT_OUT)
    if places.get("_id") == places.get("ids"):
        places.pop("_id", None)  # without a column of its own, `_id` is found as the beginning of `ids`
    entries: dict[str, ListEntry] = {}
    newest = ""
    for line, cells in rows:
        if len(cells) != len(header):
            unread.row(line, f"{len(cells)} columns where there should be {len(header)}")
            continue
        entry = _entry({name: clean(cells[place]) for name, place in places.items()}, line, unread)
        if entry is None:
            continue
        if entry.id in entries:
            unread.row(line, f"a second row {entry.id}; the first one is kept")
            continue
        entries[entry.id] = entry
        newest = max(newest, entry.listed_on or "")
    lost = unread.close(len(entries))
    if not entries:
        raise ListError(f"{path}: has no party that can be read, so it is not {WHAT}. Fetch it again from {URL}.")
    return PartyList(
        id="csl",
        publisher="csl",
        authority="US",
        instrument="US Consolidated Screening List",
        url=URL,
        published=newest or None,
        sha256=sha256_of([path]),
        entries=tuple(entries.values()),
        unread=lost,
    )


def _entry(row: Row, line: int, unread: Unread) -> ListEntry | None:
    name, kind = row["name"], row["type"].lower()
    if not name or kind not in _TYPES or not row["source"]:
        unread.row(line, f"not a row of the list: source {row['source']!r}, type {kind!r}, name {name!r}")
        return None
    letters = _letters(row["source"])
    source = _SOURCES.get(letters)
    if source is None:
        unread.fact(line, f"list {row['source']!r} is not known, nor what it bars: for review")
        source = _Source(ListingMeasure.OTHER, row["source"])
    party = PartyBuilder(row.get("_id") or row.get("entity_number") or f"line-{line}", _TYPES[kind], unread)
    party.measures[source.measure] = None
    for one in (name, *_several(row["alt_names"])):
        party.name(one)
    if not party.names:
        unread.row(line, f"{party.id}: has no name")
        return None
    for programme in _several(row["programs"]):
        party.programme("csl", programme)
    for birth in _several(row.get("dates_of_birth", "")):
        party.birth(serial_date(birth) or birth, line)
    for column in ("citizenships", "nationalities", "vessel_flag"):
        for country in _several(row.get(column, "")):
            party.country(country, line)
    for place in _several(row.get("places_of_birth", "")):
        party.birth_place((place,))
    for address in _several(row.get("addresses", "")):
        party.address((address,))
    for text in _several(row.get("ids", "")):
        _identifier(text, party)
    for imo in _IMO.findall(row.get("remarks", "")):
        party.identifier("imo", imo)
    for column in _PROSE:
        party.remark(row.get(column, ""), "" if column == "remarks" else column.replace("_", " "))
    party.listed_on = _day(row.get("start_date", ""))
    entry = party.entry(
        url=row["source_list_url"] if row["source_list_url"].startswith("https://") else "",
        provision=row.get("federal_register_notice") or f"entry {party.id}",
        instrument=source.law,
    )
    return replace(entry, delisted_on=_day(row.get("end_date", "")))


def _letters(source: str) -> str:
    known = _LETTERS.search(source)
    if known is not None:
        return known[1]
    return next((letters for words, letters in _WORDS.items() if words in source), "")


def _several(cell: str) -> list[str]:
    return [one for value in cell.split(";") if (one := value.strip())]


def _day(text: str) -> str | None:
    return serial_date(text) or partial_date(text) if text else None


def _identifier(text: str, party: PartyBuilder) -> None:
    """Add an identifier, `Passport, A123456, IR`: its kind, its value, and perhaps the country of issue."""
    kind, *rest = (part.strip() for part in text.split(","))
    value = next((part for part in rest if part), kind)
    if imo := _IMO.search(value):
        party.identifier("imo", imo[1])
        return
    type_ = next((type_ for words, type_ in _KINDS if kind.lower().startswith(words)), "other")
    country = party.code(rest[1], 0) if len(rest) > 1 and rest[1] else None
    party.identifier(type_, value, country)
