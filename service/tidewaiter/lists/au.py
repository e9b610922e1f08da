"""Australia's Consolidated List, from DFAT's official xlsx: one row per name, numbered `2`, `2a`, `2b` by party."""

from __future__ import annotations

import re
from pathlib import Path

from tidewaiter.errors import ListError
from tidewaiter.lists.dates import partial_date
from tidewaiter.lists.entry_builder import PartyBuilder
from tidewaiter.lists.reading import Unread, clean, readable, sha256_of
from tidewaiter.lists.registry import PUBLISHERS
from tidewaiter.lists.tables import columns, serial_date, table_rows
from tidewaiter.matching.entry import EntryType, ListingMeasure, PartyList

URL = PUBLISHERS["au"].url
WHAT = "Australia's consolidated list in xlsx"

_NEEDED = ("Reference", "Name of Individual or Entity", "Type", "Name Type")
_WANTED = (
    *_NEEDED, "Alias Strength", "Date of Birth", "Place of Birth", "Citizenship", "Address", "Additional Information",
    "Listing Information", "IMO Number", "Committees", "Control Date", "Instrument of Designation",
    "Targeted Financial Sanction", "Travel Ban", "Arms Embargo", "Maritime Restriction",
)  # fmt: skip
_LEFT_OUT = ()
_TYPES = {"individual": EntryType.PERSON, "entity": EntryType.ORGANISATION, "vessel": EntryType.VESSEL}
_MEASURES = {
    "Targeted Financial Sanction": ListingMeasure.ASSET_FREEZE,
    "Travel Ban": ListingMeasure.TRAVEL_BAN,
    "Arms Embargo": ListingMeasure.SECTORAL,
    "Maritime Restriction": ListingMeasure.VESSEL_BAN,
}
_REFERENCE = re.compile(r"^(\d+)(?:\.0)?([a-z]*)$", re.IGNORECASE)
_FORMER = re.compile(r"\bPrevious(?:ly)?\s+names?(?:\s+includes?)?:?\s+([^.\n]+)", re.IGNORECASE)
_LETTERED = re.compile(r"(?:^|\s)[a-z]\)\s*")
_TWO_DATES = re.compile(r"^((?:Approximately )?\d[\d/]*) (\d[\d/]*)$", re.IGNORECASE)
_BIRTHS_APART = re.compile(r"[,;\n]|\bor\b|(?:^|\s)[a-z]\)", re.IGNORECASE)


def read(path: Path) -> PartyList:
    """Read the whole list. Raises ListError for a file that is empty, cut off, or not this list."""
    readable(path, WHAT)
    unread = Unread(path)
    rows = table_rows(path, unread)
    line, header = next(rows, (0, []))
    places = columns(WHAT, unread, line, header, _WANTED, _NEEDED, _LEFT_OUT)
    parties: dict[str, PartyBuilder] = {}
    instruments: dict[str, str] = {}
    published, names = "", 0
    for line, cells in rows:
        row = {name: clean(cells[place]) if place < len(cells) else "" for name, place in places.items()}
        reference = _REFERENCE.match(row["Reference"])
        type_ = _TYPES.get(row["Type"].lower())
        name = row["Name of Individual or Entity"]
        if reference is None or type_ is None or not name:
            unread.row(line, f"not a listed name: reference {row['Reference']!r}, type {row['Type']!r}, name {name!r}")
            continue
        names += 1
        number = reference[1]
        party = parties.setdefault(number, PartyBuilder(number, type_, unread))
        if party.type is not type_:
            unread.fact(line, f"{number}: is called {row['Type']!r} here and {party.type.value} before")
        party.name(name, row.get("Alias Strength", "").lower() == "weak")
        _facts(party, row, line)
        instruments.setdefault(number, _instrument(row))
        published = max(published, serial_date(row.get("Control Date", "")) or "")
    if not parties:
        unread.close(0)
        raise ListError(f"{path}: has no listed name that can be read. Fetch it again from {URL}.")
    return PartyList(
        id="au",
        publisher="au",
        authority="AU",
        instrument="Australian Consolidated List (DFAT)",
        url=URL,
        published=published or None,
        sha256=sha256_of([path]),
        entries=tuple(
            party.entry(url=URL, provision=f"reference {number}", instrument=instruments[number])
            for number, party in parties.items()
        ),
        unread=unread.close(names),
    )


def _instrument(row: dict[str, str]) -> str:
    instrument = row.get("Instrument of Designation", "")
    return f"Australian Consolidated List, {instrument}" if instrument and not instrument.isdigit() else ""


def _facts(party: PartyBuilder, row: dict[str, str], line: int) -> None:
    for column, measure in _MEASURES.items():
        if row.get(column, "").upper() == "TRUE":
            party.measures[measure] = None
    for programme in filter(None, map(clean, row.get("Committees", "").split(";"))):
        party.programme("au", programme)
    _births(party, row.get("Date of Birth", ""), line)
    for country in filter(None, _LETTERED.split(row.get("Citizenship", ""))):
        party.country(country.strip(" ."), line)
    if imo := row.get("IMO Number", ""):
        party.identifier("imo", imo.removesuffix(".0"))
    for address in filter(None, _LETTERED.split(row.get("Address", ""))):
        party.address([address])
    for place in filter(None, _LETTERED.split(row.get("Place of Birth", ""))):
        party.birth_place([place])
    remarks = row.get("Additional Information", "")
    if party.type is EntryType.VESSEL and (former := _FORMER.search(remarks)):
        for name in re.split(r",|;|\band\b", former[1]):
            party.name(name)
    party.remark(remarks)
    party.remark(row.get("Listing Information", ""))


def _births(party: PartyBuilder, text: str, line: int) -> None:
    if not text:
        return
    if serial := serial_date(text):
        party.birth(serial, line)
    elif partial_date(text):
        party.birth(text, line)
    else:
        for one in filter(None, map(str.strip, _BIRTHS_APART.split(text))):
            several = _TWO_DATES.match(one)
            for date in several.groups() if several else (one,):
                party.birth(date, line)
