"""Takes batches of records apart, whatever a broker has taken: names of headers that are no text, and bombs.

A broker takes both, and aiokafka can read neither. Here every record of a batch comes out, in bounded memory. One that
is too large to be held, or lies where a batch cannot be read, comes without its content: its value is `Withheld`.
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
"""Where the format of a batch, or of a set of messages, is told."""
_PIECE: Final = 4 * 1024 * 1024
"""How much of a batch is taken apart at once. Most batches are smaller, and cost no step of their own."""
_LEGACY_BYTES: Final = 64 * 1024 * 1024
"""The most of a compressed set of messages of before Kafka 0.11, which cannot be taken apart in pieces."""
_HEAD: Final = 32
"""More than the length, attributes, timestamp and offset of a record take."""
_HEADER: Final = DefaultRecordBase.HEADER_STRUCT


class Why(StrEnum):
    """Why a record is withheld."""

    RECORD = "the record is too large"
    BATCH = "the batch is too large"
    DAMAGED = "the batch is damaged"


class Withheld(bytes):
    """Stands for the value of a record whose content was not read: no bytes, and what is known of it instead.

    `size` are the bytes of the record, None where that is not known; `batch_size` and `batch_sha256` are of the records
    of its batch as they lie on the broker.
    """

    why: Why
    size: int | None
    batch_size: int
    batch_sha256: str

    @classmethod
    def of(cls, why: Why, size: int | None, batch: memoryview, sha256: str) -> Withheld:
        """What stands for a record of `batch`."""
        withheld = cls()
        withheld.why, withheld.size = why, size
        withheld.batch_size, withheld.batch_sha256 = len(batch), sha256
        return withheld


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """The most bytes of a record, and of a batch once decompressed, that are read."""

    record: int
    batch: int


class Batch:
    """A batch of aiokafka's, whose bytes are `content`, read to its last record."""

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
        # As many records as offsets: then each has its own. Otherwise compaction has removed some.
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
        """The records of an uncompressed batch, in whatever text the names of its headers are."""
        try:
            yield from batch
        except (CorruptRecordException, UnicodeDecodeError):
            again = _DefaultRecordBatchPy(content)
            again._buffer = _AnyText(again._buffer)
            for _ in range(again._num_records):
                try:
                    # aiokafka's compiled one reads wherever a damaged length leads it: the process ends by SIGSEGV.
                    record = again._read_msg(decode_varint_py)
                except (ValueError, IndexError) as error:
                    raise CorruptRecordException(repr(error)) from error
                if record.offset >= self._next:
                    yield record

    def _unread(self, why: Why) -> Iterator[_Empty]:
        """One for each offset that is left: where offsets are missing, of which nobody can say, one too many."""
        withheld = Withheld.of(why, None, self._content[_HEADER.size :], self._sha256)
        for offset in range(self._next, self._base + self._last + 1):
            yield _Empty(offset, None, self._batch.timestamp_type, withheld)

    def _parts(self, window: Window) -> Iterator[tuple[bytes | _Empty, int]]:
        """Uncompressed batches that make up this one, and what stands for records too large to be held. With their
        number of records."""
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
        """These records as a batch of their own, not compressed."""
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
    """A set of messages as of before Kafka 0.11. A compressed one that cannot be read whole is one record, its last."""

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
    """The decompressed bytes of a batch, as far as they are needed at a time. Not compressed ones are all there.

    `ends` says why there are no more, once there are none.
    """

    def __init__(self, chunks: Iterator[Content], limit: int) -> None:
        self._chunks, self._limit = chunks, limit
        self.content = bytearray()
        self.work = self.to_pass = 0
        self.ends: Why | None = None
        self.ended = False

    def fill(self, size: int) -> bool:
        """Have so many bytes there. False where there are not so many."""
        while len(self.content) < size and not self.ended:
            self.content += self._next()
        return len(self.content) >= size

    def drop(self, size: int) -> None:
        """Leave bytes behind that are done with."""
        del self.content[:size]

    def pass_on(self, most: int | None) -> None:
        """Leave behind the bytes `to_pass`, or as many of them as come with `most` bytes of work."""
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
    """A record without its content, as aiokafka's fetcher reads one."""

    offset: int
    timestamp: int | None
    timestamp_type: int
    value: Withheld
    key: None = None
    headers: tuple[()] = ()
    checksum: None = None


def _legacy_value(content: memoryview) -> memoryview:
    """The value of a single message, which holds the others compressed; empty where there is none."""
    at = LegacyRecordBase.KEY_OFFSET_V1 if content[MAGIC_AT] else LegacyRecordBase.KEY_OFFSET_V0
    for _ in ("key", "value"):
        size = int.from_bytes(content[at : at + 4], "big", signed=True)
        value = content[at + 4 : at + 4 + max(0, size)]
        at += 4 + len(value)
    return value


def _length(content: bytearray, at: int) -> tuple[int, int] | None:
    """The length of the record at a place, and where it begins behind that; None where there is no length."""
    try:
        size, start = decode_varint_py(content, at)
    except (IndexError, ValueError):
        return None
    return (size, start) if size >= 0 else None


class _AnyText(bytearray):
    """Bytes that can be read as text whatever they are, each part of them too."""

    @overload
    def __getitem__(self, at: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> _AnyText: ...
    def __getitem__(self, at: SupportsIndex | slice) -> int | _AnyText:
        part = super().__getitem__(at)
        return _AnyText(part) if isinstance(part, bytearray) else part

    def decode(self, encoding: str = "utf-8", _errors: str = "") -> str:
        return bytes(self).decode(encoding, "backslashreplace")
