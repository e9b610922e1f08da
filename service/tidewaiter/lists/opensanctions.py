"""OpenSanctions' `targets.simple.csv`: one row per target, several values in a cell separated by `;`."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from tidewaiter.errors import ListError
from tidewaiter.lists.dates import partial_date
from tidewaiter.lists.reading import Unread, clean, readable, sha256_of
from tidewaiter.lists.registry import PUBLISHERS
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListEntry, ListingMeasure, PartyList

URL = PUBLISHERS["opensanctions"].url
WHAT = "OpenSanctions' targets.simple.csv"

_NEEDED = ("id", "schema", "name", "aliases", "birth_date", "countries", "identifiers", "sanctions", "dataset")
_TYPES = {
    "Person": EntryType.PERSON,
    "Organization": EntryType.ORGANISATION,
    "Company": EntryType.ORGANISATION,
    "PublicBody": EntryType.ORGANISATION,
    "LegalEntity": EntryType.UNKNOWN,
    "Vessel": EntryType.VESSEL,
    "Airplane": EntryType.AIRCRAFT,
}
_NOT_PARTIES = frozenset({"Security", "CryptoWallet", "Address"})
_CELL_LIMIT = 4_000_000


def read(path: Path) -> PartyList:
    """Read the file. Raises ListError when it is empty, cut off, or lacks columns of this format."""
    readable(path, WHAT)
    unread = Unread(path)
    entries: dict[str, ListEntry] = {}
    last_change = ""
    csv.field_size_limit(_CELL_LIMIT)
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        ended = file.read() == b"\n"
    if not ended:
        raise ListError(f"{path}: its last line is cut off. Fetch it again from {URL}.")
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            columns = reader.fieldnames or ()
        except csv.Error as error:
            raise ListError(f"{path}: its header is not CSV ({error}), so it is not {WHAT}.") from error
        missing = [column for column in _NEEDED if column not in columns]
        if missing:
            raise ListError(
                f"{path}: has no column {', '.join(missing)}, so it is not {WHAT}. Name the right publisher."
            )
        while True:
            before = reader.line_num
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                unread.row(before + 1, f"not a row of CSV ({error})")
                continue
            entry = _entry(row, before + 1, unread)
            if entry is None:
                continue
            if entry.id in entries:
                unread.row(before + 1, f"a second row {entry.id}; the first one is kept")
                continue
            entries[entry.id] = entry
            last_change = max(last_change, row.get("last_change") or "")
    lost = unread.close(len(entries))
    if not entries:
        raise ListError(f"{path}: has no target that can be read. Fetch it again from {URL}.")
    return PartyList(
        id="opensanctions",
        publisher="opensanctions",
        authority="OpenSanctions",
        instrument="OpenSanctions targets",
        url=URL,
        published=last_change[:10] or None,
        sha256=sha256_of([path]),
        entries=tuple(entries.values()),
        unread=lost,
    )


def _entry(row: dict[str, str], line: int, unread: Unread) -> ListEntry | None:
    if None in row or None in row.values():
        unread.row(line, "another number of columns than the header")
        return None
    schema = row["schema"]
    if schema in _NOT_PARTIES:
        unread.fact(line, f"{row['id']}: a {schema} is not a party")
        return None
    names = dict.fromkeys(filter(None, (clean(n) for n in [row["name"], *_several(row["aliases"])])))
    if not row["id"] or not names or schema not in _TYPES:
        unread.row(line, f"not a target: id {row['id']!r}, schema {schema!r}, name {row['name']!r}")
        return None
    births = []
    for text in _several(row["birth_date"]):
        if known := partial_date(text):
            births.append(known)
        else:
            unread.fact(line, f"{row['id']}: date of birth {text!r} is not understood")
    vessel = schema == "Vessel"
    return ListEntry(
        id=row["id"],
        type=_TYPES[schema],
        names=tuple(ListedName(name) for name in names),
        programmes=tuple(_several(row.get("program_ids") or row["sanctions"])),
        measures=(ListingMeasure.OTHER,),
        birth_dates=tuple(dict.fromkeys(births)),
        countries=tuple(dict.fromkeys(c.upper() for c in _several(row["countries"]) if len(c) == 2)),
        identifiers=tuple(_identifier(value, vessel) for value in _several(row["identifiers"])),
        listed_on=partial_date((row.get("first_seen") or "")[:10]),
        url=f"https://www.opensanctions.org/entities/{row['id']}/",
        provision=row["id"],
        remarks=clean(row["sanctions"]),
        instrument=f"OpenSanctions, {clean(row['dataset'])}",
        addresses=tuple(_several(row.get("addresses") or "")),
    )


def _several(cell: str) -> list[str]:
    """Return the values of a cell, separated by `;` and quoted as in CSV if a value contains one."""
    if not cell.strip():
        return []
    return [value.strip() for value in next(csv.reader([" ".join(cell.splitlines())], delimiter=";")) if value.strip()]


def _identifier(value: str, vessel: bool) -> ListedIdentifier:
    digits = value.upper().removeprefix("IMO").strip()
    if vessel and digits.isdigit() and len(digits) == 7:
        return ListedIdentifier("imo", digits)
    return ListedIdentifier("other", value)
