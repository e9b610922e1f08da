"""The rows of a list published as a table: CSV, CSV in gzip, or the first sheet of an xlsx workbook, detected by
content.

An xlsx is a zip of XML. It is read here within size limits by the hardened parser of all lists. For the reason not to
use a library, see docs/decisions/0015-what-stays-our-own.md.
"""

from __future__ import annotations

import csv
import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import IO

from lxml import etree

from tidewaiter.errors import ListError
from tidewaiter.lists.reading import Unread

CELL_LIMIT = 1_000_000
LARGEST_PART = 400_000_000
"""Every sheet of an official list is far smaller: an archive that unpacks to more bytes is a bomb ..."""
MOST_GROWTH, SMALL_PART = 100, 10_000_000
"""... and so is one that unpacks to more than 100 times its bytes and is not small. Tables grow tenfold."""

_COLUMN = re.compile(r"^([A-Z]{1,3})\d+$")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")
_DAMAGE = (
    # The exceptions of zipfile for a damaged or encrypted file, and those caused by a damaged sheet.
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, etree.XMLSyntaxError, IndexError, KeyError,
    ValueError,
)  # fmt: skip
_DAY_ZERO = date(1899, 12, 30)
_KINDS = frozenset({None, "b", "d", "e", "inlineStr", "n", "s", "str"})
"""The types of the cells of a sheet (ECMA-376, 18.18.11). Of another type a text would be read as nothing."""
_PARTS = frozenset({"v", "f", "is", "extLst"})
_MOST_COLUMNS = 1_000
_LONGEST_LINE = 4_000_000
_MOST_EMPTY_LINES = 10_000


def table_rows(path: Path, unread: Unread) -> Iterator[tuple[int, list[str]]]:
    """Yield every row that is not empty, with its line (CSV) or row number (xlsx) from 1.

    Dates of an xlsx are yielded as serial numbers: `serial_date` converts them. Raises ListError for a file that is cut
    off or is not a table. Reports a last line without a line end, because its last cell may be cut off.
    """
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith(b"PK\x03\x04"):
        return _xlsx(path)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise ListError(f"{path}: is HTML or XML, not a table. Fetch it again from its publisher.")
    return _csv(path, unread, packed=start.startswith(b"\x1f\x8b"))


def _csv(path: Path, unread: Unread, packed: bool) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(CELL_LIMIT)
    most = min(LARGEST_PART, max(SMALL_PART, MOST_GROWTH * path.stat().st_size))
    with gzip.open(path) if packed else path.open("rb") as file:
        lines = _Decoded(file, most)
        reader = csv.reader(lines, strict=True)
        before, width = 0, 0
        try:
            for row in reader:
                if len(row) > _MOST_COLUMNS:
                    raise csv.Error(f"a row of {len(row):,} columns")
                if row and not lines.ended and len(row) < width:  # also one whose first cells are empty
                    raise ListError(
                        f"{path}: its last line is cut off (line {before + 1}). Fetch it again from its publisher."
                    )
                if any(row):
                    if not lines.ended:
                        unread.fact(before + 1, "the last line has no end: its last cell may be cut off")
                    width = len(row)
                    yield before + 1, row
                before = reader.line_num
        except csv.Error as error:
            raise ListError(
                f"{path}: cannot be read from line {before + 1} on ({error}). It is cut off or damaged: fetch it again."
            ) from error
        except (EOFError, OSError, zlib.error) as error:
            raise ListError(
                f"{path}: cannot be unpacked ({error}). It is cut off or damaged: fetch it again."
            ) from error


class _Decoded:
    """Iterates over the lines of a file, decoded as UTF-8 or Windows-1252. `ended`: the last one has a line end.

    Raises csv.Error for a line that is too long, and for more than `most` bytes in all.
    """

    def __init__(self, file: IO[bytes] | gzip.GzipFile, most: int) -> None:
        self._file = file
        self._most = most
        self.ended = True

    def __iter__(self) -> Iterator[str]:
        size = empty = 0
        while raw := self._file.readline(_LONGEST_LINE):
            line = raw if size else raw.removeprefix(b"\xef\xbb\xbf")
            size += len(raw)
            if size > self._most or len(raw) == _LONGEST_LINE:
                raise csv.Error(f"it unpacks to more than {self._most:,} bytes, or has a line of {_LONGEST_LINE:,}")
            empty = 0 if line.strip() else empty + 1
            if empty > _MOST_EMPTY_LINES:
                raise csv.Error(f"more than {_MOST_EMPTY_LINES:,} empty lines")
            self.ended = line.endswith(b"\n")
            try:
                yield line.decode("utf-8")
            except UnicodeDecodeError:
                yield line.decode("cp1252", errors="replace")


def _xlsx(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(path) as book:
            parts = {info.filename: info for info in book.infolist()}
            sheets = sorted((n for n in parts if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n)), key=len)
            if not sheets:
                raise ListError(f"{path}: contains no sheet, so it is not an xlsx workbook. Fetch it again.")
            for info in parts.values():
                if info.file_size > min(LARGEST_PART, max(SMALL_PART, MOST_GROWTH * info.compress_size)):
                    raise ListError(f"{path}: {info.filename} unpacks to {info.file_size:,} bytes. Refused.")
            shared: list[str] = []
            if "xl/sharedStrings.xml" in parts:
                with book.open("xl/sharedStrings.xml") as part:
                    shared = ["".join(_texts(item)) for item in _elements(part, "si")]
            with book.open(sheets[0]) as part:
                for number, row in enumerate(_elements(part, "row"), start=1):
                    cells = _cells(row, shared)
                    if any(cells):
                        yield int(row.get("r") or number), cells
    except _DAMAGE as error:
        raise ListError(
            f"{path}: is not a complete xlsx workbook ({error}). It is cut off or damaged: fetch it again."
        ) from error


def _elements(part: IO[bytes], name: str) -> Iterator[etree._Element]:
    for _, element in etree.iterparse(
        part,
        events=("end",),
        tag=f"{{*}}{name}",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    ):
        if element.getroottree().docinfo.doctype:
            raise ValueError("it has a document type declaration")
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _texts(item: etree._Element) -> Iterator[str]:
    # Skip the phonetic guides (rPh) of Japanese text.
    for text in item.iter("{*}t"):
        above = text.getparent()
        if above is None or not str(above.tag).endswith("rPh"):
            yield text.text or ""


def _cells(row: etree._Element, shared: Sequence[str]) -> list[str]:
    cells: list[str] = []
    for cell in row.iterfind("{*}c"):
        place = _COLUMN.match(cell.get("r") or "")
        column = _column(place[1]) if place else len(cells)
        if column >= _MOST_COLUMNS:
            raise ValueError(f"a cell stands in column {column + 1}")
        cells.extend([""] * (column + 1 - len(cells)))
        kind, value = cell.get("t"), cell.findtext("{*}v") or ""
        parts = {str(part.tag).rpartition("}")[2] for part in cell.iterchildren("*")}
        if kind not in _KINDS or not parts <= _PARTS or ("is" in parts) != (kind == "inlineStr"):
            raise ValueError("a cell of an unknown type or with unknown parts, so its text cannot be read")
        if kind == "s":
            value = shared[int(value)]
        elif kind == "inlineStr":
            value = "".join(_texts(cell))
        elif kind == "b":
            value = "TRUE" if value == "1" else "FALSE"
        cells[column] = _unescaped(value) if "_x" in value else value
    return cells


def _unescaped(value: str) -> str:
    """Return the text with its `_xHHHH_` escapes decoded. Raises for half of a surrogate pair, which is not text."""
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
    return text.encode("utf-16", "surrogatepass").decode("utf-16")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def serial_date(text: str) -> str | None:
    """Return the ISO date for a spreadsheet's serial number, or None when the text is not one.

    Numbers up to 2100 are years, because lists write them in the same column: no listed date is before 1905.
    """
    try:
        days = int(float(text))
    except (ValueError, OverflowError):
        return None
    return (_DAY_ZERO + timedelta(days=days)).isoformat() if 2100 < days < 80_000 else None


def columns(
    what: str, unread: Unread, line: int, header: Sequence[str], wanted: Sequence[str], needed: Sequence[str],
    left_out: Sequence[str] = (),
) -> dict[str, int]:  # fmt: skip
    """Return the index of each `wanted` column, found by the start of its name without case and punctuation.

    Reports a wanted column that is missing, and a column that is neither wanted nor in `left_out`. Raises ListError
    when one of `needed` is missing.
    """
    names = [_key(name) for name in header]
    found: dict[str, int] = {}
    for name in wanted:
        key = _key(name)
        place = next((i for i, n in enumerate(names) if n == key), None)
        if place is None:
            place = next((i for i, n in enumerate(names) if n.startswith(key)), None)
        if place is not None:
            found[name] = place
    if missing := [name for name in needed if name not in found]:
        raise ListError(
            f"{unread.path}: has no column {', '.join(missing)}, so it is not {what}. Name the right publisher."
        )
    for name in wanted:
        if name not in found:
            unread.fact(line, f"the file has no column {name!r}")
    known = tuple(_key(name) for name in left_out)
    for place, name in enumerate(names):
        if name and place not in found.values() and not name.startswith(known):
            unread.fact(line, f"the column {header[place]!r} is not known here; its content is not read")
    return found


def _key(name: str) -> str:
    return _NOT_A_LETTER.sub("", name.lower())
