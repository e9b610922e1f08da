"""Shared by all list readers: hash the published file, decode it, and count what could not be read.

A reader must never drop a row silently: it reports to an `Unread`, which refuses the file when too much was lost.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tidewaiter.errors import ListError
from tidewaiter.matching.entry import PartyList, UnreadRow

UNREAD_SHARE = 0.01
"""A file that loses a larger share of its rows than this is refused ..."""
UNREAD_FLOOR = 3
"""... unless it lost no more rows than this: one odd row must not make a short list unusable."""

LONGEST_NAME = 1_000
"""In letters. The longest name on any list has a quarter of this, and longer names are slow to compare."""

_SPACES = re.compile(r"\s+")


class Unread:
    """Collects what a reader could not read in one file.

    `row` is for a row that yields no entry or name, `fact` for a part of a row (a date, a country) whose row was kept.
    Only lost rows count towards refusing the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows_lost = 0
        self._rows: list[UnreadRow] = []
        self._facts: set[str] = set()

    def row(self, line: int, reason: str) -> None:
        """Record a row that was lost."""
        self.rows_lost += 1
        self._rows.append(UnreadRow(line, f"{self.path.name}: {reason}"))

    def fact(self, line: int, reason: str) -> None:
        """Record a lost part of a row, or something odd about the file, once even if rows repeat it."""
        if reason not in self._facts:
            self._facts.add(reason)
            self._rows.append(UnreadRow(line, f"{self.path.name}: {reason}"))

    def close(self, rows_read: int) -> tuple[UnreadRow, ...]:
        """Return what was lost, or raise ListError when that is more than UNREAD_SHARE and UNREAD_FLOOR of the file."""
        total = rows_read + self.rows_lost
        if self.rows_lost > UNREAD_FLOOR and self.rows_lost > UNREAD_SHARE * total:
            first = next(r for r in self._rows)
            raise ListError(
                f"{self.path}: {self.rows_lost} of {total} rows cannot be read, more than {UNREAD_SHARE:.0%}; the "
                f"first is line {first.line} ({first.reason}). The file is damaged or of another format: fetch it "
                f"again from its publisher, or name the right publisher."
            )
        return tuple(self._rows)


def comparable(party_list: PartyList, path: Path) -> PartyList:
    """Return the list without names longer than LONGEST_NAME, each reported. Raises ListError if too many parties are
    lost.
    """
    if all(len(name.text) <= LONGEST_NAME for entry in party_list.entries for name in entry.names):
        return party_list
    unread = Unread(path)
    entries = []
    for entry in party_list.entries:
        names = tuple(name for name in entry.names if len(name.text) <= LONGEST_NAME)
        if not names:
            unread.row(0, f"{entry.id}: has no name of {LONGEST_NAME:,} letters or fewer")
            continue
        if len(names) < len(entry.names):
            unread.fact(0, f"{entry.id}: a name of more than {LONGEST_NAME:,} letters is none")
        entries.append(replace(entry, names=names))
    lost = unread.close(len(entries))
    if not entries:
        raise ListError(f"{path}: has no party whose name can be one ({lost[0].reason}). Fetch it again.")
    return replace(party_list, entries=tuple(entries), unread=(*party_list.unread, *lost))


def sha256_of(paths: Sequence[Path]) -> str:
    """Return the SHA-256 of the bytes of the files, in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def readable(path: Path, what: str) -> Path:
    """Return `path` if it is a non-empty file; raise ListError otherwise."""
    if not path.exists():
        raise ListError(f"{path}: there is no such file. Give the path of {what}.")
    if not path.is_file():
        raise ListError(f"{path}: is not a file. Give the path of {what}.")
    if path.stat().st_size == 0:
        raise ListError(f"{path}: is empty. Fetch {what} again: an empty list would clear everybody.")
    return path


def clean(text: str | None) -> str:
    """Return `text` with line breaks and runs of spaces as one space, and no spaces at its ends."""
    return _SPACES.sub(" ", text).strip() if text else ""


def decoded_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text file with their numbers, each as UTF-8 or else Windows-1252, because publishers mix
    them.

    The line end is kept, so that a reader can see whether the last line was cut off.
    """
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")  # noqa: PLW2901
            try:
                yield number, raw.decode("utf-8")
            except UnicodeDecodeError:
                yield number, raw.decode("cp1252", errors="replace")
