"""Records whose headers have names that are no text.

A broker takes them, and aiokafka cannot read the fetch that has one in it, now or after any restart: whoever may write
to a topic could stop all who read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, SupportsIndex, overload

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords, _MemoryRecordsPy


def read_any_header() -> None:
    """Have aiokafka's consumers, in this process, read such names with `\\xff` for a byte that is no text."""
    fetcher.MemoryRecords = _Records


class _Records:
    """aiokafka's `MemoryRecords`, as far as its fetcher asks it, with batches that can be read a second time."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._records = MemoryRecords(data)
        self._read = 0

    def has_next(self) -> bool:
        """Whether there is another batch."""
        return bool(self._records.has_next())

    def size_in_bytes(self) -> int:
        """Of all, read or not."""
        return int(self._records.size_in_bytes())

    def next_batch(self) -> Any:
        """The next batch, None behind the last."""
        batch = self._records.next_batch()
        self._read += 1
        return None if batch is None else _Batch(batch, self._data, self._read - 1)


class _Batch:
    """A batch of `data`, the one of this number."""

    def __init__(self, batch: Any, data: bytes, number: int) -> None:
        self._batch, self._data, self._number = batch, data, number

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._batch))
        except (CorruptRecordException, UnicodeDecodeError):
            records = _MemoryRecordsPy(self._data)
            for _ in range(self._number):
                records.next_batch()
            return iter(_forgiving(records._next_slice))


def _forgiving(content: Any) -> Any:
    batch = _DefaultRecordBatchPy(content)
    batch._maybe_uncompress()
    batch._buffer = _Bytes(batch._buffer)
    return batch


class _Bytes(bytearray):
    """Bytes of which every part is some text."""

    @overload
    def __getitem__(self, at: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> _Bytes: ...
    def __getitem__(self, at: SupportsIndex | slice) -> int | _Bytes:
        part = super().__getitem__(at)
        return _Bytes(part) if isinstance(part, bytearray) else part

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        return bytes(self).decode(encoding, "backslashreplace")
