"""OFSI's Consolidated List of Targets, closed on 28 January 2026: a reader of archives, in CSV, CSV in gzip or xlsx."""

from __future__ import annotations

import re
from pathlib import Path

from tidewaiter.lists.dates import partial_date
from tidewaiter.lists.entry_builder import PartyBuilder, numbered
from tidewaiter.lists.reading import Unread, clean, readable
from tidewaiter.lists.registry import PUBLISHERS
from tidewaiter.lists.tables import columns, serial_date, table_rows
from tidewaiter.lists.uk import documents, whole_list
from tidewaiter.matching.entry import EntryType, ListingMeasure, PartyList

URL = PUBLISHERS["uk-conlist"].url
WHAT = "OFSI's consolidated list (ConList) in CSV or xlsx"

_NAME_PARTS = ("Name 1", "Name 2", "Name 3", "Name 4", "Name 5", "Name 6")
_NEEDED = ("Name 6", "Group Type", "Alias Type", "Regime", "Group ID")
_WANTED = (
    *_NEEDED, *_NAME_PARTS, "Name Non-Latin Script", "Title", "DOB", "Town of Birth", "Country of Birth",
    "Nationality", "Passport Number", "Passport Details",
    "National Identification Number", "National Identification Details", "Address 1", "Address 2", "Address 3",
    "Address 4", "Address 5", "Address 6", "Post/Zip Code", "Country", "Other Information", "Alias Quality",
    "Listed On", "Last Updated", "Position",
)  # fmt: skip
_LEFT_OUT = ("Non-Latin Script", "UK Sanctions List Date Designated")
_TYPES = {"individual": EntryType.PERSON, "entity": EntryType.ORGANISATION, "ship": EntryType.VESSEL}
_IMO = re.compile(r"\(IMO number\)\s*:\s*(\d{7})\b", re.IGNORECASE)
_GENDER = re.compile(r"\(Gender\)\s*:\s*(Male|Female)\b", re.IGNORECASE)
_FLAG = re.compile(r"\(Flag of ship\)\s*:\s*([^(]+)", re.IGNORECASE)
_REGISTERED = re.compile(r"\(Business Reg(?:istration)? No\.?\)\s*:\s*([^(;]+)", re.IGNORECASE)
Row = dict[str, str]


def read(path: Path) -> PartyList:
    """Read an archived list. Raises ListError for a file that is empty, cut off, or not this list."""
    readable(path, WHAT)
    unread = Unread(path)
    rows = table_rows(path, unread)
    line, header = next(rows, (0, []))
    published = ""
    if len(header) < len(_NEEDED) or header[0].lower().startswith("last updated"):
        published = next((date for cell in header if (date := _date(cell))), "")
        line, header = next(rows, (0, []))
    places = columns(WHAT, unread, line, header, _WANTED, _NEEDED, _LEFT_OUT)
    parties: dict[str, PartyBuilder] = {}
    count = 0
    last = max(places.values())
    for line, cells in rows:
        # An xlsx leaves out empty cells at the end of a row; a CSV that does so was cut off.
        if len(cells) <= places["Group ID"] or len(cells) > max(last + 1, len(header)):
            unread.row(line, f"{len(cells)} columns where there should be {len(header)}")
            continue
        row = {name: clean(cells[place]) if place < len(cells) else "" for name, place in places.items()}
        count += _row(row, line, parties, unread)
    if not published:
        published = max((date for p in parties.values() for date in (p.listed_on,) if date), default="")
        unread.fact(1, "the file does not say when it was published; the newest listing stands for it")
    return whole_list(
        path, parties, unread, count, published,
        id_="uk-conlist", instrument="OFSI Consolidated List", what=WHAT, url=URL,
    )  # fmt: skip


def _date(text: str) -> str | None:
    return serial_date(text) or partial_date(text.rpartition(":")[2].strip())


def _row(row: Row, line: int, parties: dict[str, PartyBuilder], unread: Unread) -> bool:
    """Add the row to its party. Return False when it cannot be read."""
    number, kind = row["Group ID"].removesuffix(".0"), row["Group Type"]
    type_ = _TYPES.get(kind.lower())
    if not number.isdigit() or type_ is None:
        unread.row(line, f"not a row of the list: Group ID {number!r}, group type {kind!r}")
        return False
    party = parties.setdefault(number, PartyBuilder(number, type_, unread))
    party.name(
        " ".join(filter(None, (row.get(part, "") for part in _NAME_PARTS))),
        "low" in row.get("Alias Quality", "").lower(),
    )
    party.name(row.get("Name Non-Latin Script", ""))
    party.measures[ListingMeasure.ASSET_FREEZE] = None
    if type_ is EntryType.VESSEL:
        party.measures[ListingMeasure.VESSEL_BAN] = None
    if regime := row["Regime"]:
        party.programme("uk-conlist", regime)
    for birth in numbered(row.get("DOB", "")):
        party.birth(serial_date(birth) or birth, line)
    party.birth_place((row.get("Town of Birth", ""), row.get("Country of Birth", "")))
    for what in ("Title", "Position"):
        for said in numbered(row.get(what, "")):
            party.remark(said, what.lower())
    for country in numbered(row.get("Nationality", "")):
        party.country(country, line)
    documents(party, "passport", row.get("Passport Number", ""), row.get("Passport Details", ""))
    documents(
        party, "national_id", row.get("National Identification Number", ""),
        row.get("National Identification Details", ""),
    )  # fmt: skip
    party.address(row.get(part, "") for part in (*(f"Address {n}" for n in range(1, 7)), "Post/Zip Code", "Country"))
    listed = row.get("Listed On", "")
    party.listed_on = party.listed_on or serial_date(listed) or partial_date(listed)
    _other_information(party, row.get("Other Information", ""), line)
    return True


def _other_information(party: PartyBuilder, text: str, line: int) -> None:
    if text in party.remarks:
        return
    party.remark(text)
    for imo in _IMO.findall(text):
        party.identifier("imo", imo)
    for number in _REGISTERED.findall(text):
        for one in numbered(number):
            party.identifier("registration", one)
    if gender := _GENDER.search(text):
        party.gender = gender[1].lower()
    if flag := _FLAG.search(text):
        for country in numbered(flag[1]):
            party.country(country, line)
