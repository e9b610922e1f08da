"""Tables in one file with the layout that they have in memory, and facts about them: a party index, goods words.

The file is memory-mapped, so that all workers of a host share its pages. Reading verifies everything: the hash of the
head, the hash of the rest, and that every table lies within the file. The file contains no code.

    tidewaiter-party-index 1 <bytes of the head> <sha-256 of the head>
    {"body": {…}, "key": …, "order": "little", "tables": {…}, …}
    <the tables, each at a multiple of 64 bytes>
"""

from __future__ import annotations

import hashlib
import json
import mmap
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from tidewaiter.errors import RuleError
from tidewaiter.matching.index.hashing import Array
from tidewaiter.runtime.atomic_write import write_whole

FORMAT: Final = 1
"""Increase it when the layout of the tables changes."""
_FIRST_LINE: Final = re.compile(rb"tidewaiter-([a-z-]{1,40}) (\d{1,6}) (\d{1,9}) ([0-9a-f]{64})\n")
_LONGEST_FIRST_LINE: Final = 150
_LARGEST_HEAD: Final = 4 * 1024 * 1024
_ALIGNED: Final = 64
_KINDS: Final = frozenset({"|u1", "<u4", "<u8", "<i8", "<f8", ">u4", ">u8", ">i8", ">f8"})


def write_tables(path: Path, what: str, key: str, tables: Mapping[str, Array], stated: Mapping[str, Any]) -> None:
    """Write a file of `what`, whole or not at all; `said` stands in its head. OSError."""
    places: dict[str, list[Any]] = {}
    digest, size = hashlib.sha256(), 0
    for name, table in sorted(tables.items()):
        places[name] = [table.dtype.str, len(table), size]
        for piece in _padded(table):
            digest.update(piece)
            size += len(piece)
    head = {
        **stated,
        "body": {"bytes": size, "sha256": digest.hexdigest()},
        "key": key,
        "order": sys.byteorder,
        "tables": places,
    }
    text = json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
    start = f"tidewaiter-{what} {FORMAT} {len(text)} {hashlib.sha256(text).hexdigest()}\n".encode() + text + b"\n"
    start += bytes(-len(start) % _ALIGNED)
    # Never truncate a file in place: a process that has it mapped ends by SIGBUS when it reads the missing part.
    pieces = (start, *(piece for _, table in sorted(tables.items()) for piece in _padded(table)))
    write_whole(path, pieces, for_good=True)


def open_tables(path: Path, what: str, key: str) -> tuple[dict[str, Array], dict[str, Any]]:
    """Map the file at `path`, and return its tables and its head.

    OSError when it is missing; RuleError when it is damaged, or of another kind, format or key.
    """
    mapped = _mapped(path)
    text, start = _head(path, mapped, what)
    try:
        head = json.loads(text)
        return _checked(mapped, head, start, key), head
    except (ValueError, TypeError, LookupError) as error:
        raise RuleError(f"{path}: {error}") from error


def read_head(path: Path, what: str) -> dict[str, Any]:
    """Return the head of the file at `path`, without a look at its tables. Errors as of `open_tables`."""
    try:
        head: dict[str, Any] = json.loads(_head(path, _mapped(path), what)[0])
    except ValueError as error:
        raise RuleError(f"{path}: {error}") from error
    return head


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        try:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise RuleError(f"{path}: is empty") from error


def _head(path: Path, mapped: mmap.mmap, what: str) -> tuple[bytes, int]:
    """Return the text of the head, and where the tables begin."""
    first = mapped[: mapped.find(b"\n", 0, _LONGEST_FIRST_LINE) + 1]
    found = _FIRST_LINE.fullmatch(first)
    if found is None or found[1] != what.encode() or int(found[2]) != FORMAT or int(found[3]) > _LARGEST_HEAD:
        raise RuleError(f"{path}: is not a {what} file of format {FORMAT}")
    end = len(first) + int(found[3])
    text = mapped[len(first) : end]
    if hashlib.sha256(text).hexdigest() != found[4].decode():
        raise RuleError(f"{path}: is damaged in its head")
    return text, end + 1 + -(end + 1) % _ALIGNED


def _checked(mapped: mmap.mmap, head: Mapping[str, Any], start: int, key: str) -> dict[str, Array]:
    if head["key"] != key or head["order"] != sys.byteorder:
        raise ValueError("was built from other lists or words, or on another kind of machine")
    size = head["body"]["bytes"]
    if len(mapped) != start + size:
        raise ValueError(f"has {len(mapped)} bytes where {start + size} are stated")
    with memoryview(mapped) as whole, whole[start:] as body:
        if hashlib.sha256(body).hexdigest() != head["body"]["sha256"]:
            raise ValueError("is damaged: the sha-256 of its tables differs from the stated one")
    tables = {}
    for name, (kind, count, offset) in head["tables"].items():
        if kind not in _KINDS or offset % _ALIGNED or not 0 <= offset <= offset + count * int(kind[2:]) <= size:
            raise ValueError(f"has a table {name} that lies outside the file")
        tables[name] = (
            np.frombuffer(mapped, np.dtype(kind), count, start + offset) if count else np.zeros(0, np.dtype(kind))
        )
    return tables


def _padded(table: Array) -> Iterator[bytes | memoryview]:
    yield np.ascontiguousarray(table).view(np.uint8).data if len(table) else b""
    yield bytes(-table.nbytes % _ALIGNED)
