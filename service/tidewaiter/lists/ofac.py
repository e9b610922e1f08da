"""OFAC's lists, the SDN and the consolidated one, from CSV, SDN.XML or SDN_ADVANCED.XML, detected by content.

A party has the same facts under the same number in each of these formats.
"""

from __future__ import annotations

from pathlib import Path

from tidewaiter.errors import ListError
from tidewaiter.lists.ofac_advanced import advanced_records
from tidewaiter.lists.ofac_csv import URL, WHAT, csv_records
from tidewaiter.lists.ofac_record import OfacRecord, entry_of
from tidewaiter.lists.ofac_xml import xml_records
from tidewaiter.lists.reading import Unread, readable, sha256_of
from tidewaiter.matching.entry import ListEntry, PartyList, UnreadRow


def read(path: Path) -> PartyList:
    """Read the list. Raises ListError for files that are empty, cut off, of another schema, or ambiguous."""
    records: list[OfacRecord]
    lost: list[UnreadRow]
    published: str | None = None
    if path.is_dir() or not (start := _start(path)).startswith(b"<"):
        records, lost, files = csv_records(path)
    else:
        if b"<sdnList" in start:
            records, lost, published = xml_records(path)
        elif b"<Sanctions" in start:
            records, lost, published = advanced_records(path)
        else:
            raise ListError(f"{path}: is HTML or XML of another kind, not {WHAT}. Fetch it again from {URL}.")
        files = [path]
    unread = Unread(path)
    entries: dict[str, ListEntry] = {}
    for record in records:
        if record.number in entries:
            unread.row(record.line, f"a second entry {record.number}; the first one is kept")
        else:
            entries[record.number] = entry_of(record, unread)
    return PartyList(
        id="ofac",
        publisher="ofac",
        authority="US",
        instrument="OFAC Specially Designated Nationals and Blocked Persons List",
        url=URL,
        published=published,
        sha256=sha256_of(files),
        entries=tuple(entries.values()),
        unread=(*lost, *unread.close(len(entries))),
    )


def _start(path: Path) -> bytes:
    with readable(path, WHAT).open("rb") as file:
        return file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
