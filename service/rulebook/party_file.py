"""A compiled index of parties in one file: its tables as they lie in memory, and what the lists say of each party.

Made to be mapped: all workers of a host share its pages. Reading trusts nothing: the head is under a hash, the rest
under one that the head states, and every table must lie within the file. Nothing in it is code.

    tidewaiter-party-index 1 <bytes of the head> <sha-256 of the head>
    {"body": {…}, "entries": [[<number of entries>, <sha-256>], …], "key": …, "order": "little", "tables": {…}}
    <the tables, each at a multiple of 64 bytes>
"""

from __future__ import annotations

import hashlib
import json
import mmap
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, overload

import numpy as np
from pydantic import TypeAdapter

from service.errors import RuleError
from service.matching.entry import ListEntry
from service.matching.hashing import Array
from service.matching.texts import Texts, TextsMade
from service.writing import write_whole

FORMAT: Final = 1
"""Raised when tables are laid out otherwise."""
_FIRST_LINE: Final = re.compile(rb"tidewaiter-party-index (\d{1,6}) (\d{1,9}) ([0-9a-f]{64})\n")
_LONGEST_FIRST_LINE: Final = 128
_LARGEST_HEAD: Final = 4 * 1024 * 1024
_ALIGNED: Final = 64
_KINDS: Final = frozenset({"|u1", "<u4", "<u8", "<i8", "<f8", ">u4", ">u8", ">i8", ">f8"})
_CACHED: Final = 20_000
_ENTRY: Final = TypeAdapter(ListEntry)


class Entries(Sequence[ListEntry]):
    """The entries of one list, read from the file when they are asked for. `sha256` is of all that they say."""

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
    """An open file: its key, its tables in mapped memory, the texts of the entries, and number and hash for each
    list."""

    key: str
    tables: Mapping[str, Array]
    entries: Texts
    counts: tuple[tuple[int, str], ...]

    def lists(self) -> list[Entries]:
        """The entries of each list, in order."""
        first, lists = 0, []
        for count, sha256 in self.counts:
            lists.append(Entries(self, first, count, sha256))
            first += count
        return lists


def text_of(entry: ListEntry) -> bytes:
    """The entry as canonical JSON, a line: what is left to a default stays unsaid, so that a new optional field changes
    no hash."""
    value = _ENTRY.dump_python(entry, mode="json", exclude_defaults=True)
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def entry_of(text: str) -> ListEntry:
    """The entry that `text_of` wrote."""
    return _ENTRY.validate_python(json.loads(text))


def sha256_of(entries: Sequence[ListEntry]) -> str:
    """SHA-256 of all that a list says of its entries, a line each."""
    if isinstance(entries, Entries):
        return entries.sha256
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(text_of(entry) + b"\n")
    return digest.hexdigest()


def write(
    path: Path, key: str, tables: Mapping[str, Array], entries: TextsMade, counts: Sequence[tuple[int, str]]
) -> None:
    """Write a file, whole or not at all. OSError."""
    held = {**{f"tables/{name}": table for name, table in tables.items()}, **entries.tables("entries")}
    places: dict[str, list[Any]] = {}
    digest, size = hashlib.sha256(), 0
    for name, table in sorted(held.items()):
        places[name] = [table.dtype.str, len(table), size]
        for piece in _padded(table):
            digest.update(piece)
            size += len(piece)
    head = {
        "body": {"bytes": size, "sha256": digest.hexdigest()},
        "entries": [list(count) for count in counts],
        "key": key,
        "order": sys.byteorder,
        "tables": places,
    }
    text = json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
    start = b"tidewaiter-party-index %d %d %s\n" % (FORMAT, len(text), hashlib.sha256(text).hexdigest().encode())
    start += text + b"\n"
    start += bytes(-len(start) % _ALIGNED)
    write_whole(path, (start, *(piece for _, table in sorted(held.items()) for piece in _padded(table))))


def open_file(path: Path, key: str) -> PartyFile:
    """Map the file at `path`. OSError when it is not there; RuleError when it is damaged, foreign or another."""
    with path.open("rb") as file:
        try:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise RuleError(f"{path}: is empty") from error
    first = mapped[: mapped.find(b"\n", 0, _LONGEST_FIRST_LINE) + 1]
    found = _FIRST_LINE.fullmatch(first)
    if found is None or int(found[1]) != FORMAT or int(found[2]) > _LARGEST_HEAD:
        raise RuleError(f"{path}: is no party index of format {FORMAT}")
    end = len(first) + int(found[2])
    text = mapped[len(first) : end]
    if hashlib.sha256(text).hexdigest() != found[3].decode():
        raise RuleError(f"{path}: is damaged in its head")
    try:
        return _checked(mapped, json.loads(text), end + 1 + -(end + 1) % _ALIGNED, key)
    except (ValueError, TypeError, LookupError) as error:
        raise RuleError(f"{path}: {error}") from error


def _checked(mapped: mmap.mmap, head: Mapping[str, Any], start: int, key: str) -> PartyFile:
    if head["key"] != key or head["order"] != sys.byteorder:
        raise ValueError("is an index of other lists, or of another kind of machine")
    size = head["body"]["bytes"]
    if len(mapped) != start + size:
        raise ValueError(f"has {len(mapped)} bytes where {start + size} are stated")
    with memoryview(mapped) as whole, whole[start:] as body:
        if hashlib.sha256(body).hexdigest() != head["body"]["sha256"]:
            raise ValueError("is damaged: its tables have another sha-256 than stated")
    held = {}
    for name, (kind, count, offset) in head["tables"].items():
        if kind not in _KINDS or offset % _ALIGNED or not 0 <= offset <= offset + count * int(kind[2:]) <= size:
            raise ValueError(f"has a table {name} that lies outside of it")
        held[name] = (
            np.frombuffer(mapped, np.dtype(kind), count, start + offset) if count else np.zeros(0, np.dtype(kind))
        )
    tables = {name.removeprefix("tables/"): table for name, table in held.items() if name.startswith("tables/")}
    counts = tuple((int(count), str(sha256)) for count, sha256 in head["entries"])
    return PartyFile(key, tables, Texts(held, "entries"), counts)


def _padded(table: Array) -> Iterator[bytes | memoryview]:
    yield np.ascontiguousarray(table).view(np.uint8).data if len(table) else b""
    yield bytes(-table.nbytes % _ALIGNED)
