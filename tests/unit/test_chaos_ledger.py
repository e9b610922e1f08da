"""Which copy of an answer the chaos runs take for the first."""

from __future__ import annotations

from tests.system.ledger import _firsts
from tests.wire import Record


def copy(partition: int, offset: int, timestamp: int) -> tuple[bytes, Record]:
    return b"5@162", Record(b"{}", b"key", partition=partition, offset=offset, timestamp=timestamp)


def test_of_copies_on_two_partitions_the_earlier_is_the_first() -> None:
    before, after = copy(3, 40, 1_000), copy(0, 9, 2_000)
    assert _firsts([after, before])[b"5@162"] is before[1]
    assert _firsts([before, after])[b"5@162"] is before[1]


def test_of_copies_on_one_partition_the_lower_offset_is_the_first_whatever_clocks_say() -> None:
    first, late = copy(3, 40, 2_000), copy(3, 41, 1_000)
    assert _firsts([first, late])[b"5@162"] is first[1]
