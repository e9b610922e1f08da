"""Has aiokafka's consumers read every batch, in bounded memory, a bounded part of it at a time.

aiokafka reads each batch whole, and what it cannot read it cannot read after any restart: whoever may write to a topic
could stop all who read it. `batches` takes batches apart here.
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
"""The most that one call for records takes of a partition, decompressed, and one piece or record more."""
_BATCHES: Final = 2
"""The first format that has them; before it there were sets of messages."""


_WIDEST: Final = ReadLimits(record=256 * 1024 * 1024, batch=4 * 1024 * 1024 * 1024)
"""The largest record that a worker may be set to write (`TIDEWAITER_MAX_RECORD_BYTES`), whatever it is set to here."""


def read_anything(limits: ReadLimits | None = None) -> None:
    """Have aiokafka's consumers, in this process, read every batch within these limits.

    Without limits those set before stay. A process that set none reads whatever a worker may have written: `audit`
    and `dead-letters` must not call changed what is larger than their own settings. A byte that is no text in the name
    of a header is read as `\\xff`.
    """
    if limits is None and fetcher.FetchResult is BoundedResult:
        return
    fetcher.MemoryRecords = partial(_Records, limits or _WIDEST)
    fetcher.FetchResult = BoundedResult


@dataclass(slots=True)
class Allowance:
    """Bytes that may still be read."""

    left: int = field(default_factory=lambda: _FETCH_BYTES)


_allowance: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def one_allowance() -> Iterator[None]:
    """All partitions together are read, within this block, to `_FETCH_BYTES`, and large records passed in slices."""
    token = _allowance.set(Allowance())
    try:
        yield
    finally:
        _allowance.reset(token)


def passing_a_record(consumer: Any) -> bool:
    """Whether a consumer is in the midst of a record too large to be held: ask it for records again at once."""
    return any(isinstance(each, BoundedResult) and each.passing for each in consumer._fetcher._records.values())


class BoundedResult(fetcher.FetchResult):  # type: ignore[misc]
    """aiokafka's fetched records of a partition, given out within an allowance of bytes."""

    _partition_records: Any

    @property
    def passing(self) -> bool:
        """Whether it is in the midst of a record too large to be held."""
        return self._partition_records is not None and self._partition_records._records.passing

    def getall(self, max_records: int | None = None) -> list[Any]:
        """The next records, one at least unless a large one has still to be passed."""
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
    """aiokafka's `MemoryRecords`, as far as its fetcher asks it.

    `work` are the bytes taken apart so far, those of the records that were passed too.
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
        """Get on in the record that is being passed, by `most` bytes or a little more; None: to its end."""
        if self._window is not None:
            self._window.pass_on(most)

    def next_batch(self) -> Any:
        """The next batch. Asked only while `has_next`."""
        self._done, self._window = self.work, None
        content = self._records._next_slice
        read = self._records.next_batch()
        batch = Batch(read, content, self._limits) if content[MAGIC_AT] >= _BATCHES else MessageSet(content)
        if batch.window is None:
            self._done += len(content)
        self._window = batch.window
        return batch
