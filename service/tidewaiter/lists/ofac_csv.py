"""The rows of OFAC's CSV files, as records: SDN.CSV or CONS_PRIM.CSV alone, or a folder with their companion files.

The files have no header, `-0- ` for nothing, and the control character 0x1A at their end.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tidewaiter.errors import ListError
from tidewaiter.lists.ofac_record import NOT_SDN, SDN, TYPES, OfacRecord
from tidewaiter.lists.reading import Unread, clean, decoded_lines, readable
from tidewaiter.lists.registry import PUBLISHERS
from tidewaiter.matching.entry import UnreadRow

URL = PUBLISHERS["ofac"].url
WHAT = "OFAC's SDN.CSV, SDN.XML or SDN_ADVANCED.XML, or of a folder that holds its CSV files"

_NOTHING = "-0-"
_LONGEST_REMARKS = 1_000
_END_MARK = "\x1a"
_MAIN_COLUMNS, _ALT_COLUMNS, _ADD_COLUMNS, _COMMENT_COLUMNS = 12, 5, 6, 2
_OF_VESSELS = (
    (5, "Vessel Call Sign"), (6, "Vessel Type"), (7, "Vessel Tonnage"), (8, "Vessel Gross Registered Tonnage"),
    (10, "Vessel Owner"),
)  # fmt: skip
_NAMES_OF_FILES = re.compile(
    r"^(sdn_comments|sdn|alt|add|cons_comments|cons_prim|cons_alt|cons_add)(?:[-_. ].*)?\.csv$", re.IGNORECASE
)
_LISTS = (
    (SDN, "sdn", "alt", "add", "sdn_comments"),
    (NOT_SDN, "cons_prim", "cons_alt", "cons_add", "cons_comments"),
)


def csv_records(path: Path) -> tuple[list[OfacRecord], list[UnreadRow], list[Path]]:
    """Return the records, what was lost, and the files read.

    Raises ListError for files that are empty, cut off, of another schema, or ambiguous.
    """
    files = _files(path)
    records: list[OfacRecord] = []
    lost: list[UnreadRow] = []
    for list_name, main, alt, add, comments in _LISTS:
        if main in files:
            found, reasons = _one_list(list_name, files, (main, alt, add, comments))
            records += found
            lost += reasons
    return records, lost, [files[kind] for kind in sorted(files)]


def _one_list(
    list_name: str, files: dict[str, Path], kinds: tuple[str, str, str, str]
) -> tuple[list[OfacRecord], list[UnreadRow]]:
    main, alt, add, comments = (files.get(kind) for kind in kinds)
    if main is None:
        return [], []
    unread = Unread(main)
    rows: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    for line, row in _rows(main, _MAIN_COLUMNS, unread):
        number, name = row[0], row[1]
        if not number.isdigit() or not name or row[2] not in TYPES:
            unread.row(line, f"not a row of SDN.CSV: number {number!r}, name {name!r}, type {row[2]!r}")
        elif number in rows:
            unread.row(line, f"a second entry {number}; the first one is kept")
        else:
            rows[number], lines[number] = row, line
    if not rows:
        raise ListError(
            f"{main}: no row of it is a row of SDN.CSV ({_MAIN_COLUMNS} columns). Fetch it again from {URL}."
        )
    lost = list(unread.close(len(rows)))
    remarks = _by_entry(comments, _COMMENT_COLUMNS, rows, lost)
    aliases = _by_entry(alt, _ALT_COLUMNS, rows, lost)
    addresses = _by_entry(add, _ADD_COLUMNS, rows, lost)
    cut = Unread(main)
    records = [
        OfacRecord(
            number=number,
            name=row[1],
            type=row[2],
            list_name=list_name,
            line=lines[number],
            programmes=tuple(p.strip(" []") for p in row[3].split("] [")) if row[3] else (),
            title=row[4],
            flag=row[9],
            remarks=_whole_remarks(row[11], [comment[1] for comment in remarks[number]], number, lines[number], cut),
            aliases=tuple((alias[3], "weak" in alias[4].lower()) for alias in aliases[number]),
            addresses=tuple(filter(None, (", ".join(filter(None, map(clean, a[2:]))) for a in addresses[number]))),
            vessel=tuple(f"{what} {row[place]}" for place, what in _OF_VESSELS if row[place]),
        )
        for number, row in rows.items()
    ]
    return records, [*lost, *cut.close(len(rows))]


def _whole_remarks(text: str, comments: Sequence[str], number: str, line: int, cut: Unread) -> str:
    """Return remarks with their continuation. If that is missing, the last, truncated fact is left out."""
    if comments:
        cut_at_a_space = len(text) == _LONGEST_REMARKS - 1
        return text + " " * cut_at_a_space + "".join(comments)
    if len(text) >= _LONGEST_REMARKS - 1 and not text.endswith("."):
        cut.fact(line, f"{number}: its remarks are cut off; they go on in the file of comments, which is not there")
        return text.rpartition(";")[0]
    return text


def _files(path: Path) -> dict[str, Path]:
    """Return the file in `path` for each of sdn, alt, add and sdn_comments, and for their counterparts of the other
    list.
    """
    if not path.is_dir():
        kind = "cons_prim" if path.name.lower().startswith("cons_prim") else "sdn"
        return {kind: readable(path, WHAT)}
    found: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(path.iterdir()):
        if match := _NAMES_OF_FILES.match(file.name):
            found[match[1].lower()].append(file)
    for kind, several in found.items():
        if len(several) > 1:
            names = ", ".join(file.name for file in several)
            raise ListError(
                f"{path}: contains several {kind.upper()} files ({names}). Leave one publication there, or name "
                f"one SDN file."
            )
    if not found.keys() & {"sdn", "cons_prim"}:
        raise ListError(f"{path}: contains no SDN*.csv. Give the path of {WHAT}.")
    return {kind: readable(several[0], WHAT) for kind, several in found.items()}


def _rows(path: Path, columns: int, unread: Unread) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that have the right number of columns, with their line; `-0-` becomes "".

    Each line is parsed separately, so that a stray quote damages one row and not all rows after it.
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
        bare = ["" if cell.strip() == _NOTHING else cell.strip() for cell in row]
        # Comments continue where remarks were cut off, perhaps between two words.
        yield line, [bare[0], row[1]] if columns == _COMMENT_COLUMNS else bare
    if not ended:
        if not text.endswith("\n"):
            raise ListError(f"{path}: its last line is cut off (line {line}). Fetch it again from {URL}.")
        unread.fact(line, "the file does not end in OFAC's end mark 0x1A: rows may be missing after this line")


def _by_entry(
    path: Path | None, columns: int, entries: Iterable[str], lost: list[UnreadRow]
) -> defaultdict[str, list[list[str]]]:
    """Return the rows of a companion file by the entry that they belong to, in file order.

    A row for an entry that is not in SDN.CSV is reported, but does not count as damage: it means that the two files
    come from different publications.
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
