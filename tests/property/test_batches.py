"""What aiokafka alone reads of a partition, Tidewaiter's reading of batches reads too: the same, record by record."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBase, _DefaultRecordBatchBuilderPy
from aiokafka.record.legacy_records import _LegacyRecordBatchBuilderPy
from aiokafka.record.memory_records import MemoryRecords, _MemoryRecordsPy
from aiokafka.record.util import calc_crc32c
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.batches import CODECS
from tidewaiter.stream import batches, records
from tidewaiter.stream.batches import ReadLimits
from tidewaiter.stream.records import BoundedResult, _Records, one_allowance

PLACE: Final = TopicPartition("transfers", 0)
LIMITS: Final = ReadLimits(record=1_000_000, batch=100_000_000)
ABORT, COMMIT = 0, 1
CONTENT = st.none() | st.binary(max_size=40) | st.integers(0, 2_000).map(lambda size: b"x" * size)


@dataclass(frozen=True, slots=True)
class Written:
    """A batch of a partition. `producer` above 0 writes it in a transaction; `marker` is what ends one.

    The format is 2 for batches of records, 0 and 1 for the sets of messages before it. `gap` offsets were compacted
    away before each record.
    """

    records: Sequence[tuple[bytes | None, bytes | None, tuple[tuple[str, bytes | None], ...]]]
    codec: str = "none"
    format: int = 2
    producer: int = 0
    marker: int | None = None
    gap: int = 0
    append_time: bool = False


RECORD = st.tuples(CONTENT, CONTENT, st.lists(st.tuples(st.text(max_size=5), CONTENT), max_size=3).map(tuple))
BATCH = st.builds(
    Written,
    records=st.lists(RECORD, min_size=1, max_size=12),
    codec=st.sampled_from(sorted(CODECS)),
    producer=st.integers(0, 2),
    gap=st.integers(0, 2),
    append_time=st.booleans(),
)
MARKER = st.builds(Written, records=st.just([]), producer=st.integers(1, 2), marker=st.sampled_from([ABORT, COMMIT]))
OLD = st.builds(
    Written,
    records=st.lists(RECORD, min_size=1, max_size=6),
    codec=st.sampled_from(["none", "gzip", "snappy"]),
    format=st.sampled_from([0, 1]),
)
PARTITION = st.lists(BATCH | MARKER | OLD, min_size=1, max_size=6)


@pytest.fixture(autouse=True, scope="module")
def _small_pieces() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "_PIECE", 512)
        patch.setattr(records, "_FETCH_BYTES", 2_048)
        yield


@given(
    PARTITION,
    st.sampled_from([fetcher.READ_COMMITTED, fetcher.READ_UNCOMMITTED]),
    st.integers(0, 30),
    st.integers(1, 20),
    st.integers(0, 60),
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_what_aiokafka_alone_reads_is_read_record_by_record(
    partition: list[Written], isolation: int, begin: int, most: int, cut: int
) -> None:
    written, aborted = _partition(partition)
    content = written[: len(written) - cut]  # a broker cuts the last batch off where the most bytes of a fetch end
    # aiokafka's compiled reader takes the checksum of an old message behind a batch for wrong; its Python one does not.
    alone = MemoryRecords if all(each.format == 2 for each in partition) else _MemoryRecordsPy
    stock = _Reading(alone(content), aborted, begin, isolation, BoundedResult.__base__)
    ours = _Reading(_Records(LIMITS, content), aborted, begin, isolation, BoundedResult)
    assert ours.all(most) == stock.all(most)
    assert ours.position == stock.position


class _Reading:
    """All that aiokafka's fetcher gives out of a fetched partition, and the position that it moves."""

    def __init__(self, content: Any, aborted: list[tuple[int, int]], begin: int, isolation: int, result: Any) -> None:
        state = SimpleNamespace(paused=False, position=begin, consumed_to=self._moved)
        self.position, self._state = begin, state
        assignment = SimpleNamespace(active=True, state_value=lambda _: state)
        of = fetcher.PartitionRecords(PLACE, content, list(aborted), begin, None, None, True, isolation)
        self._result = result(PLACE, assignment=assignment, partition_records=of, backoff=0)

    def _moved(self, position: int) -> None:
        self.position = self._state.position = position

    def all(self, most: int) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        while self._result.has_more():
            with one_allowance():
                found += map(_parts, self._result.getall(most))
        return found


def _parts(record: Any) -> tuple[Any, ...]:
    headers = tuple((name, None if content is None else bytes(content)) for name, content in record.headers)
    return record.offset, record.timestamp, record.timestamp_type, record.key, record.value, headers


def _partition(partition: Sequence[Written]) -> tuple[bytes, list[tuple[int, int]]]:
    """The bytes of these batches one after another, and the aborted transactions as a broker tells them."""
    content, aborted, open_since, offset = b"", [], dict[int, int](), 0
    for each in partition:
        if each.marker is not None:
            began = open_since.pop(each.producer, None)
            if each.marker == ABORT and began is not None:
                aborted.append((each.producer, began))
        elif each.producer:
            open_since.setdefault(each.producer, offset)
        batch, offset = _bytes(each, offset)
        content += batch
    return content, aborted


def _bytes(written: Written, base: int) -> tuple[bytes, int]:
    """The batch, which begins at an offset, and the offset behind it."""
    if written.format < 2:
        return _messages(written, base)
    producer = written.producer or -1
    builder = _DefaultRecordBatchBuilderPy(2, CODECS[written.codec], written.producer > 0, producer, 0, 0, 2**24)
    told = written.records or [(struct.pack(">HH", 0, written.marker or 0), b"\0" * 6, ())]
    last = -1
    for number, (key, value, headers) in enumerate(told):
        last += 1 + written.gap
        builder.append(last, 1_700_000_000_000 + 7 * number, key, value, list(headers))
    batch = bytearray(builder.build())
    struct.pack_into(">q", batch, 0, base)
    (attributes,) = struct.unpack_from(">h", batch, DefaultRecordBase.ATTRIBUTES_OFFSET)
    attributes |= DefaultRecordBase.CONTROL_MASK if written.marker is not None else 0
    attributes |= DefaultRecordBase.TIMESTAMP_TYPE_MASK if written.append_time else 0
    struct.pack_into(">h", batch, DefaultRecordBase.ATTRIBUTES_OFFSET, attributes)
    checked = memoryview(batch)[DefaultRecordBase.ATTRIBUTES_OFFSET :]
    struct.pack_into(">I", batch, DefaultRecordBase.CRC_OFFSET, calc_crc32c(checked))
    return bytes(batch), base + last + 1


def _messages(written: Written, base: int) -> tuple[bytes, int]:
    builder = _LegacyRecordBatchBuilderPy(written.format, CODECS[written.codec], 2**24)
    compressed = written.codec != "none"
    for number, (key, value, _) in enumerate(written.records):
        # What is not compressed has its offset itself; in a compressed set of format 1 it counts from the first.
        at = number if compressed and written.format else base + number
        builder.append(at, timestamp=1_000 + number if written.format else None, key=key, value=value)
    batch, end = bytearray(builder.build()), base + len(written.records)
    if compressed:
        struct.pack_into(">q", batch, 0, end - 1)
    return bytes(batch), end
