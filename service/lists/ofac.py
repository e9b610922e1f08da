"""OFAC's SDN list, from its CSV files: SDN.CSV alone, or a folder with ALT, ADD and SDN_COMMENTS beside it.

The files have no header, `-0- ` for nothing, and the control character 0x1A at their end.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from service.errors import ListError
from service.lists import ofac_remarks
from service.lists.country_names import country_code, says_no_country
from service.lists.reading import Unread, clean, decoded_lines, readable, sha256_of
from service.matching.entry import EntryType, ListedName, ListEntry, Measure, PartyList, UnreadRow

URL = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/SDN.CSV"
DETAILS = "https://sanctionssearch.ofac.treas.gov/Details.aspx?id="
WHAT = "OFAC's SDN.CSV, or of a folder that holds it"

_NOTHING = "-0-"
_END_MARK = "\x1a"
_SDN_COLUMNS, _ALT_COLUMNS, _ADD_COLUMNS, _COMMENT_COLUMNS = 12, 5, 6, 2
_TYPES = {
    "individual": EntryType.PERSON,
    "vessel": EntryType.VESSEL,
    "aircraft": EntryType.AIRCRAFT,
    "": EntryType.ORGANISATION,
}
_NAMES_OF_FILES = re.compile(r"^(sdn_comments|sdn|alt|add)(?:[-_. ].*)?\.csv$", re.IGNORECASE)
_KOREAN_PROGRAMMES = re.compile(r"^DPRK")
_FREEZES_NOTHING = frozenset({"NS-PLC", "NS-MBS", "CAPTA", "SSI", "CMIC"})


def read(path: Path) -> PartyList:
    """Read the list. Raises ListError for files that are empty, cut off, of another schema, or ambiguous."""
    files = _files(path)
    sdn = files["sdn"]
    unread = Unread(sdn)
    rows: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    for line, row in _rows(sdn, _SDN_COLUMNS, unread):
        number, name = row[0], row[1]
        if not number.isdigit() or not name or row[2] not in _TYPES:
            unread.row(line, f"not a row of SDN.CSV: number {number!r}, name {name!r}, type {row[2]!r}")
        elif number in rows:
            unread.row(line, f"a second entry {number}; the first one is kept")
        else:
            rows[number], lines[number] = row, line
    if not rows:
        raise ListError(f"{sdn}: no row of it is a row of SDN.CSV ({_SDN_COLUMNS} columns). Fetch it again from {URL}.")
    lost = list(unread.close(len(rows)))

    comments = _by_entry(files.get("sdn_comments"), _COMMENT_COLUMNS, rows, lost)
    aliases = _by_entry(files.get("alt"), _ALT_COLUMNS, rows, lost)
    addresses = _by_entry(files.get("add"), _ADD_COLUMNS, rows, lost)
    facts = Unread(sdn)
    entries = tuple(
        _entry(row, lines[number], comments[number], aliases[number], addresses[number], facts)
        for number, row in rows.items()
    )
    return PartyList(
        id="ofac",
        publisher="ofac",
        authority="US",
        instrument="OFAC Specially Designated Nationals and Blocked Persons List",
        url=URL,
        published=None,
        sha256=sha256_of([files[kind] for kind in sorted(files)]),
        entries=entries,
        unread=(*lost, *facts.close(len(entries))),
    )


def _files(path: Path) -> dict[str, Path]:
    """The file for each of sdn, alt, add and sdn_comments that `path` holds; sdn is always there."""
    if not path.is_dir():
        return {"sdn": readable(path, WHAT)}
    found: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(path.iterdir()):
        if match := _NAMES_OF_FILES.match(file.name):
            found[match[1].lower()].append(file)
    for kind, several in found.items():
        if len(several) > 1:
            names = ", ".join(file.name for file in several)
            raise ListError(
                f"{path}: holds several {kind.upper()} files ({names}). Leave one publication in the folder, or name "
                f"one SDN file."
            )
    if "sdn" not in found:
        raise ListError(f"{path}: holds no SDN*.csv. Give the path of {WHAT}.")
    return {kind: readable(several[0], WHAT) for kind, several in found.items()}


def _rows(path: Path, columns: int, unread: Unread) -> Iterator[tuple[int, list[str]]]:
    """The rows that have the right number of columns, with their line; `-0-` becomes "".

    Each line is parsed by itself, so that a stray quote spoils one row and not all that follow it.
    """
    ended = False
    line, text = 0, ""
    for line, text in decoded_lines(path):
        ended = ended or _END_MARK in text
        body = text.rstrip("\r\n").removesuffix(_END_MARK)
        if not body.strip():
            continue
        if line == 1 and body.lstrip().startswith("<"):
            raise ListError(f"{path}: is HTML or XML, not a CSV file of OFAC. Fetch it again from {URL}.")
        try:
            row = next(csv.reader([body], strict=True))
        except csv.Error as error:
            unread.row(line, f"not a row of CSV ({error})")
            continue
        if len(row) != columns:
            unread.row(line, f"{len(row)} columns where there should be {columns}")
            continue
        yield line, ["" if cell.strip() == _NOTHING else cell.strip() for cell in row]
    if not ended:
        if not text.endswith("\n"):
            raise ListError(f"{path}: its last line is cut off (line {line}). Fetch it again from {URL}.")
        unread.fact(line, "the file does not end in OFAC's end mark 0x1A: rows may be missing after this line")


def _by_entry(
    path: Path | None, columns: int, entries: Iterable[str], lost: list[UnreadRow]
) -> defaultdict[str, list[list[str]]]:
    """The rows of a companion file by the entry that they belong to, in file order.

    A row of an entry that SDN.CSV does not have is reported, and does not count as damage: it means that the two files
    are of different publications.
    """
    grouped: defaultdict[str, list[list[str]]] = defaultdict(list)
    if path is None:
        return grouped
    unread = Unread(path)
    count = 0
    for line, row in _rows(path, columns, unread):
        count += 1
        if row[0] not in entries:
            unread.fact(line, f"belongs to entry {row[0]}, which SDN.CSV does not have")
            continue
        grouped[row[0]].append(row)
    lost.extend(unread.close(count))
    return grouped


def _entry(
    row: list[str],
    line: int,
    comments: list[list[str]],
    aliases: list[list[str]],
    addresses: list[list[str]],
    unread: Unread,
) -> ListEntry:
    number, name, type_, programme, title = row[:5]
    text = row[11] + "".join(comment[1] for comment in comments)
    remarks = ofac_remarks.parse(text, lambda reason: unread.fact(line, f"{number}: {reason}"))
    programmes = tuple(p.strip(" []") for p in programme.split("] [")) if programme else ()
    countries = list(remarks.countries)
    if flag := row[9]:
        if code := country_code(flag):
            countries.append(code)
        elif not says_no_country(flag):
            unread.fact(line, f"{number}: flag {flag!r} is not known")
    if any(_KOREAN_PROGRAMMES.match(p) for p in programmes):
        countries.append("KP")
    names = {name: False}
    for alias in aliases:
        names[alias[3]] = names.get(alias[3], True) and "weak" in alias[4].lower()
    for weak in remarks.weak_names:
        names.setdefault(weak, True)
    tags = " ".join(f"[{p}]" for p in programmes)
    return ListEntry(
        id=number,
        type=_TYPES[type_],
        names=tuple(ListedName(clean(text), weak) for text, weak in names.items() if clean(text)),
        programmes=programmes,
        measures=(Measure.OTHER,)
        if programmes and _FREEZES_NOTHING.issuperset(programmes)
        else (Measure.ASSET_FREEZE,),
        birth_dates=tuple(dict.fromkeys(remarks.birth_dates)),
        countries=tuple(dict.fromkeys(countries)),
        identifiers=tuple(dict.fromkeys(remarks.identifiers)),
        url=DETAILS + number,
        provision=f"entry {number}",
        remarks="; ".join(filter(None, (title, clean(text)))),
        instrument=f"OFAC SDN List, {tags}" if tags else "OFAC SDN List",
        gender=remarks.gender,
        addresses=tuple(filter(None, (", ".join(filter(None, map(clean, a[2:5]))) for a in addresses))),
        linked_to=tuple(dict.fromkeys(remarks.linked_to)),
    )
