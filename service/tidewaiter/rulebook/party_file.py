"""A compiled party index in one file: its tables, and the listed entries.

The head states `entries`, for each list the number of its entries and the sha-256 of their content, and `read_by`, the
hash of all that decides how a single entry is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, overload

from pydantic import TypeAdapter

from tidewaiter.errors import RuleError
from tidewaiter.matching.entry import ListEntry
from tidewaiter.matching.index.hashing import Array
from tidewaiter.matching.index.texts import Texts, TextsMade
from tidewaiter.rulebook.table_file import open_tables, read_head, write_tables

_WHAT: Final = "party-index"
_CACHED: Final = 20_000
_ENTRY: Final = TypeAdapter(ListEntry)


class Entries(Sequence[ListEntry]):
    """The entries of one list, read from the file on access. `sha256` is the hash of their content."""

    def __init__(self, file: PartyFile, first: int, count: int, sha256: str) -> None:
        self.file, self.sha256 = file, sha256
        self._first, self._count = first, count
        self._known: dict[int, ListEntry] = {}

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> ListEntry: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[ListEntry, ...]: ...

    def __getitem__(self, place: int | slice) -> ListEntry | tuple[ListEntry, ...]:
        if isinstance(place, slice):
            return tuple(self[each] for each in range(*place.indices(self._count)))
        if not -self._count <= place < self._count:
            raise IndexError(place)
        place %= self._count
        known = self._known.get(place)
        if known is None:
            if len(self._known) >= _CACHED:
                self._known.clear()
            known = self._known[place] = entry_of(self.file.entries[self._first + place])
        return known

    def __iter__(self) -> Iterator[ListEntry]:
        for place in range(self._first, self._first + self._count):
            yield entry_of(self.file.entries[place])


@dataclass(frozen=True, slots=True)
class PartyFile:
    """An open file: its key, its tables in mapped memory, the texts of the entries, and each list's count and hash."""

    key: str
    tables: Mapping[str, Array]
    entries: Texts
    counts: tuple[tuple[int, str], ...]

    def lists(self) -> list[Entries]:
        """Return the entries of each list, in order."""
        first, lists = 0, []
        for count, sha256 in self.counts:
            lists.append(Entries(self, first, count, sha256))
            first += count
        return lists


def text_of(entry: ListEntry) -> bytes:
    """Return the entry as a line of canonical JSON. It leaves out defaults: new optional fields change no hash."""
    value = _ENTRY.dump_python(entry, mode="json", exclude_defaults=True)
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def entry_of(text: str) -> ListEntry:
    """Return the entry that `text_of` wrote as `text`."""
    return _ENTRY.validate_python(json.loads(text))


def sha256_of(entries: Sequence[ListEntry]) -> str:
    """Return the sha-256 of the entries of a list, each written by `text_of`."""
    if isinstance(entries, Entries):
        return entries.sha256
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(text_of(entry) + b"\n")
    return digest.hexdigest()


def write(
    path: Path,
    key: str,
    tables: Mapping[str, Array],
    entries: TextsMade,
    counts: Sequence[tuple[int, str]],
    read_by: str = "",
) -> None:
    """Write a file atomically. OSError when it cannot be written."""
    held = {**{f"tables/{name}": table for name, table in tables.items()}, **entries.tables("entries")}
    write_tables(path, _WHAT, key, held, {"entries": [list(count) for count in counts], "read_by": read_by})


def open_file(path: Path, key: str) -> PartyFile:
    """Map the file at `path`. OSError when it is missing; RuleError when it is damaged or has another key or format."""
    held, head = open_tables(path, _WHAT, key)
    tables = {name.removeprefix("tables/"): table for name, table in held.items() if name.startswith("tables/")}
    try:
        counts = tuple((int(count), str(sha256)) for count, sha256 in head["entries"])
        return PartyFile(key, tables, Texts(held, "entries"), counts)
    except (ValueError, TypeError, LookupError) as error:
        raise RuleError(f"{path}: {error}") from error


def entries_read_by(path: Path, read_by: str) -> int | None:
    """Return the number of entries in the file at `path`; None when it is no such file or was not read by `read_by`."""
    try:
        head = read_head(path, _WHAT)
        return sum(int(count) for count, _ in head["entries"]) if head.get("read_by") == read_by else None
    except (OSError, RuleError, ValueError, TypeError, LookupError):
        return None
