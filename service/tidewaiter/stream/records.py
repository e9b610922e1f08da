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
from aiokafka.record.memory_records import _MemoryRecordsPy


def read_any_header() -> None:
    """Have aiokafka's consumers, in this process, read such names with `\\xff` for a byte that is no text."""
    fetcher.MemoryRecords = _Records


class _Records:
    """aiokafka's `MemoryRecords`, as far as its fetcher asks it, with batches that can be read a second time."""

    def __init__(self, data: bytes) -> None:
        self._records = _MemoryRecordsPy(data)
        self.has_next, self.size_in_bytes = self._records.has_next, self._records.size_in_bytes

    def next_batch(self) -> _Batch:
        """The next batch. Asked only while `has_next`."""
        content = self._records._next_slice
        return _Batch(self._records.next_batch(), content)


class _Batch:
    """A batch of aiokafka's, whose bytes are `content`."""

    def __init__(self, batch: Any, content: Any) -> None:
        self._batch, self._content = batch, content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._batch))
        except (CorruptRecordException, UnicodeDecodeError):
            again = _DefaultRecordBatchPy(self._content)
            again._maybe_uncompress()
            again._buffer = _AnyText(again._buffer)
            return iter(again)


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
