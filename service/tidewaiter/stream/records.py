"""Makes aiokafka's consumers read every batch in bounded memory, a bounded part of it at a time.

aiokafka parses each batch as a whole. A batch that it cannot parse fails again after each restart, so anybody who can
write to a topic could stop all of its readers. This module replaces aiokafka's parser with `batches`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import _MemoryRecordsPy

from tidewaiter.stream.batches import MAGIC_AT, Batch, MessageSet, ReadLimits, Window

_FETCH_BYTES: Final = 16 * 1024 * 1024
"""How many decompressed bytes of a partition one call for records reads, plus at most one piece or record."""
_BATCHES: Final = 2
"""The first format version with record batches; earlier ones have message sets."""


_WIDEST: Final = ReadLimits(record=256 * 1024 * 1024, batch=4 * 1024 * 1024 * 1024)
"""The largest value that `TIDEWAITER_MAX_RECORD_BYTES` can have in any worker, whatever it is in this process."""


def read_anything(limits: ReadLimits | None = None) -> None:
    """Make aiokafka's consumers in this process read every batch within these limits.

    Without `limits`, the limits set earlier apply. A process that set none reads everything that a worker may have
    written: `audit` and `dead-letters` must not report a record as changed because it exceeds their own settings. A
    byte in a header name that is not valid UTF-8 is read as `\\xff`.
    """
    if limits is None and fetcher.FetchResult is BoundedResult:
        return
    fetcher.MemoryRecords = partial(_Records, limits or _WIDEST)
    fetcher.FetchResult = BoundedResult


@dataclass(slots=True)
class Allowance:
    """The number of bytes that may still be read."""

    left: int = field(default_factory=lambda: _FETCH_BYTES)


_allowance: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def one_allowance() -> Iterator[None]:
    """Share one allowance of `_FETCH_BYTES` among all partitions in this block, and skip large records in slices."""
    token = _allowance.set(Allowance())
    try:
        yield
    finally:
        _allowance.reset(token)


def passing_a_record(consumer: Any) -> bool:
    """Return whether a consumer is skipping a record that is too large: if so, ask it for records again at once."""
    return any(isinstance(each, BoundedResult) and each.passing for each in consumer._fetcher._records.values())


class BoundedResult(fetcher.FetchResult):  # type: ignore[misc]
    """aiokafka's fetched records of a partition, returned within an allowance of bytes."""

    _partition_records: Any

    @property
    def passing(self) -> bool:
        """Return whether it is skipping a record that is too large."""
        return self._partition_records is not None and self._partition_records._records.passing

    def getall(self, max_records: int | None = None) -> list[Any]:
        """Return the next records: at least one, unless a large record is still being skipped."""
        if not self.check_assignment(self._topic_partition) or not self.has_more():
            return []
        shared = _allowance.get()
        allowed = shared or Allowance()
        if allowed.left <= 0:
            return []
        content: _Records = self._partition_records._records
        began, found = content.work, []
        try:
            content.pass_on(allowed.left if shared else None)
            if content.passing:
                return []
            for record in self._partition_records:
                found.append(record)
                if len(found) == max_records or content.passing or content.work - began >= allowed.left:
                    self._update_position()
                    return found
            self._update_position()
            self._partition_records = None
            return found
        finally:
            allowed.left -= content.work - began


class _Records:
    """The part of aiokafka's `MemoryRecords` that its fetcher uses.

    `work` is the number of bytes parsed so far, including skipped records.
    """

    def __init__(self, limits: ReadLimits, data: bytes) -> None:
        self._records = _MemoryRecordsPy(data)
        self._limits = limits
        self.has_next, self.size_in_bytes = self._records.has_next, self._records.size_in_bytes
        self._window: Window | None = None
        self._done = 0

    @property
    def work(self) -> int:
        return self._done + (self._window.work if self._window else 0)

    @property
    def passing(self) -> bool:
        return self._window is not None and self._window.to_pass > 0

    def pass_on(self, most: int | None) -> None:
        """Continue to skip the current record by `most` bytes or a little more; None: to its end."""
        if self._window is not None:
            self._window.pass_on(most)

    def next_batch(self) -> Any:
        """Return the next batch. Called only while `has_next`."""
        self._done, self._window = self.work, None
        content = self._records._next_slice
        read = self._records.next_batch()
        batch = Batch(read, content, self._limits) if content[MAGIC_AT] >= _BATCHES else MessageSet(content)
        if batch.window is None:
            self._done += len(content)
        self._window = batch.window
        return batch
