"""Parses every batch of records that a broker accepts, including invalid header names and decompression bombs.

aiokafka can read neither of these. This module returns every record of a batch, in bounded memory. A record that is
too large, or in a part of a batch that cannot be read, is returned without its content: its value is `Withheld`.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, SupportsIndex, overload

from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBase, DefaultRecordBatch, _DefaultRecordBatchPy
from aiokafka.record.legacy_records import LegacyRecordBase, _LegacyRecordBatchPy
from aiokafka.record.util import decode_varint_py

from tidewaiter.stream.compression import BlockTooLarge, Content, DamagedContent, decompressed

MAGIC_AT: Final = 16
"""Offset of the byte that has the format version of a batch or message set."""
_PIECE: Final = 4 * 1024 * 1024
"""How many bytes of a batch are parsed at once. Most batches are smaller and need only one step."""
_LEGACY_BYTES: Final = 64 * 1024 * 1024
"""Limit for a compressed message set (the format before Kafka 0.11), which cannot be parsed in pieces."""
_HEAD: Final = 32
"""Upper bound for the length, attributes, timestamp and offset of a record."""
_HEADER: Final = DefaultRecordBase.HEADER_STRUCT


class Why(StrEnum):
    """The reason why the content of a record is withheld."""

    RECORD = "the record is too large"
    BATCH = "the batch is too large"
    DAMAGED = "the batch is damaged"


class Withheld(bytes):
    """The value of a record whose content was not read: empty bytes, with what is known about the record.

    `size` is the size of the record in bytes, None if unknown. `batch_size` and `batch_sha256` describe the records of
    its batch as stored on the broker.
    """

    why: Why
    size: int | None
    batch_size: int
    batch_sha256: str

    @classmethod
    def of(cls, why: Why, size: int | None, batch: memoryview, sha256: str) -> Withheld:
        """Return the value for a record of `batch`."""
        withheld = cls()
        withheld.why, withheld.size = why, size
        withheld.batch_size, withheld.batch_sha256 = len(batch), sha256
        return withheld


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Limits in bytes for a record and for a decompressed batch."""

    record: int
    batch: int


class Batch:
    """Wraps a batch of aiokafka with the bytes `content` and reads it to its last record."""

    def __init__(self, batch: Any, content: memoryview, limits: ReadLimits) -> None:
        self._batch, self._content, self._limits = batch, content, limits
        (self._base, _, _, _, _, self._attributes, self._last, self._first_time, self._max_time, *_, self._count) = (
            _HEADER.unpack_from(content)
        )
        codec = self._attributes & DefaultRecordBase.CODEC_MASK
        compressed = content[_HEADER.size :]
        self.window = Window(decompressed(codec, compressed), limits.batch) if codec else None
        self._next = self._base

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        # If there are as many records as offsets, each offset has a record. Otherwise compaction has removed some.
        whole, end = self._count == self._last + 1, self._base + self._last + 1
        for record in self._read():
            offset = record.offset
            if not (offset == self._next if whole else self._next <= offset < end):
                yield from self._unread(Why.DAMAGED)
                return
            self._next = offset + 1
            yield record

    def _read(self) -> Iterator[Any]:
        try:
            if self.window is None:
                yield from self._records(self._batch, self._content)
                return
            seen = 0
            for part, count in self._parts(self.window):
                seen += count
                if isinstance(part, _Empty):
                    yield part
                else:
                    yield from self._records(DefaultRecordBatch(part), part)
            why = None if seen == self._count else self.window.ends or Why.DAMAGED
        except CorruptRecordException:
            why = Why.DAMAGED
        if why is not None:
            yield from self._unread(why)

    def _records(self, batch: Any, content: Content) -> Iterator[Any]:
        """Yield the records of an uncompressed batch, even if header names are not valid UTF-8."""
        try:
            yield from batch
        except (CorruptRecordException, UnicodeDecodeError):
            again = _DefaultRecordBatchPy(content)
            again._buffer = _AnyText(again._buffer)
            for _ in range(again._num_records):
                try:
                    # aiokafka's compiled parser does not check lengths: a damaged one ends the process by SIGSEGV.
                    record = again._read_msg(decode_varint_py)
                except (ValueError, IndexError) as error:
                    raise CorruptRecordException(repr(error)) from error
                if record.offset >= self._next:
                    yield record

    def _unread(self, why: Why) -> Iterator[_Empty]:
        """Yield one withheld record per remaining offset.

        Where offsets are missing, this yields more records than the batch had: which ones are missing is unknown.
        """
        withheld = Withheld.of(why, None, self._content[_HEADER.size :], self._sha256)
        for offset in range(self._next, self._base + self._last + 1):
            yield _Empty(offset, None, self._batch.timestamp_type, withheld)

    def _parts(self, window: Window) -> Iterator[tuple[bytes | _Empty, int]]:
        """Yield the batch as smaller uncompressed batches and placeholders for too large records.

        Each is yielded with its number of records.
        """
        if not window.fill(_PIECE) and window.ends is None:
            yield self._piece(window.content, self._count), self._count
            return
        at = count = 0
        for number in range(1, self._count + 1):
            window.fill(at + _HEAD)
            if (head := _length(window.content, at)) is None:
                break
            size, start = head
            if size > self._limits.record:
                if count:
                    yield self._piece(window.content[:at], count), count
                record = self._large(window.content, start, size)
                window.drop(start)
                window.to_pass = 0 if number == self._count else size
                at = count = 0
                yield record, 1
                window.pass_on(None)
                continue
            if count and (start + size > len(window.content) or at >= _PIECE):
                yield self._piece(window.content[:at], count), count
                window.drop(at)
                start, at, count = start - at, 0, 0
            if not window.fill(start + size):
                break
            at, count = start + size, count + 1
        if count:
            yield self._piece(window.content[:at], count), count

    def _piece(self, content: Content, count: int) -> bytes:
        """Return these records as an uncompressed batch."""
        fields = list(_HEADER.unpack_from(self._content))
        fields[1] = _HEADER.size - DefaultRecordBase.AFTER_LEN_OFFSET + len(content)
        fields[5] &= ~DefaultRecordBase.CODEC_MASK
        fields[-1] = count
        return b"".join((_HEADER.pack(*fields), content))

    def _large(self, content: bytearray, start: int, size: int) -> _Empty:
        try:
            elapsed, at = decode_varint_py(content, start + 1)
            delta, _ = decode_varint_py(content, at)
        except (IndexError, ValueError) as error:
            raise CorruptRecordException(f"a record without an offset: {error!r}") from error
        appended = self._attributes & DefaultRecordBase.TIMESTAMP_TYPE_MASK
        withheld = Withheld.of(Why.RECORD, size, self._content[_HEADER.size :], self._sha256)
        timestamp = self._max_time if appended else self._first_time + elapsed
        return _Empty(self._base + delta, timestamp, self._batch.timestamp_type, withheld)

    @cached_property
    def _sha256(self) -> str:
        return hashlib.sha256(self._content[_HEADER.size :]).hexdigest()


class MessageSet:
    """A message set (before Kafka 0.11). A compressed one that cannot be read whole yields one record, the last."""

    def __init__(self, content: memoryview) -> None:
        self._batch = _LegacyRecordBatchPy(content, content[MAGIC_AT])
        self.window: Window | None = None
        if codec := self._batch._compression_type:
            self._value = _legacy_value(content)
            self.window = Window(decompressed(codec, self._value), _LEGACY_BYTES)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        batch = self._batch
        if self.window is None:
            yield from batch
            return
        self.window.fill(_LEGACY_BYTES + 1)
        if (why := self.window.ends) is None:
            batch._buffer, batch._decompressed = memoryview(self.window.content), True
            try:
                yield from batch
                return
            except (CorruptRecordException, struct.error, IndexError, AssertionError):
                why = Why.DAMAGED
        withheld = Withheld.of(why, None, self._value, hashlib.sha256(self._value).hexdigest())
        yield _Empty(batch.next_offset - 1, batch._timestamp, batch._timestamp_type or 0, withheld)


class Window:
    """A window on the decompressed bytes of a batch. If the batch is not compressed, the window has all of its bytes.

    `ends` says why there are no more bytes, once the end is reached.
    """

    def __init__(self, chunks: Iterator[Content], limit: int) -> None:
        self._chunks, self._limit = chunks, limit
        self.content = bytearray()
        self.work = self.to_pass = 0
        self.ends: Why | None = None
        self.ended = False

    def fill(self, size: int) -> bool:
        """Fill the window to `size` bytes. Return False if there are fewer."""
        while len(self.content) < size and not self.ended:
            self.content += self._next()
        return len(self.content) >= size

    def drop(self, size: int) -> None:
        """Remove `size` bytes from the start of the window."""
        del self.content[:size]

    def pass_on(self, most: int | None) -> None:
        """Skip the bytes `to_pass`, or as many of them as take `most` bytes of work."""
        until = None if most is None else self.work + most
        passed = min(self.to_pass, len(self.content))
        self.drop(passed)
        self.to_pass -= passed
        while self.to_pass and (until is None or self.work < until):
            chunk = self._next()
            self.content += chunk[self.to_pass :]
            self.to_pass = max(0, self.to_pass - len(chunk)) if chunk else 0

    def _next(self) -> Content:
        try:
            chunk = next(self._chunks, b"")
        except DamagedContent:
            chunk, self.ends = b"", Why.DAMAGED
        except BlockTooLarge:
            chunk, self.ends = b"", Why.BATCH
        self.work += len(chunk)
        if not chunk:
            self.ended = True
        elif self.work > self._limit:
            self.ended, self.ends = True, Why.BATCH
            return chunk[: len(chunk) - (self.work - self._limit)]
        return chunk


@dataclass(frozen=True, slots=True)
class _Empty:
    """A record without its content, with the attributes that aiokafka's fetcher reads."""

    offset: int
    timestamp: int | None
    timestamp_type: int
    value: Withheld
    key: None = None
    headers: tuple[()] = ()
    checksum: None = None


def _legacy_value(content: memoryview) -> memoryview:
    """Return the value of a wrapper message, which contains the compressed messages; empty if there is none."""
    at = LegacyRecordBase.KEY_OFFSET_V1 if content[MAGIC_AT] else LegacyRecordBase.KEY_OFFSET_V0
    for _ in ("key", "value"):
        size = int.from_bytes(content[at : at + 4], "big", signed=True)
        value = content[at + 4 : at + 4 + max(0, size)]
        at += 4 + len(value)
    return value


def _length(content: bytearray, at: int) -> tuple[int, int] | None:
    """Return the length of the record at `at` and where the record begins after it; None if there is no length."""
    try:
        size, start = decode_varint_py(content, at)
    except (IndexError, ValueError):
        return None
    return (size, start) if size >= 0 else None


class _AnyText(bytearray):
    """Bytes that can always be decoded as text, and so can every slice of them."""

    @overload
    def __getitem__(self, at: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> _AnyText: ...
    def __getitem__(self, at: SupportsIndex | slice) -> int | _AnyText:
        part = super().__getitem__(at)
        return _AnyText(part) if isinstance(part, bytearray) else part

    def decode(self, encoding: str = "utf-8", _errors: str = "") -> str:
        return bytes(self).decode(encoding, "backslashreplace")
