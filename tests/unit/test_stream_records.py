"""Whatever lies in a batch, each of its records comes out once, in bounded memory: as it is, or without its content."""

from __future__ import annotations

import hashlib
import os
import random
import struct
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import cramjam
import pytest
import zstandard
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.legacy_records import _LegacyRecordBatchBuilderPy
from hypothesis import given
from hypothesis import strategies as st

from tests.batches import CODECS, Raw, raw_batch
from tidewaiter.stream import batches, compression, records
from tidewaiter.stream.batches import ReadLimits, Why, Withheld
from tidewaiter.stream.records import one_allowance, read_anything

PLACE = TopicPartition("transfers", 0)
LIMITS = ReadLimits(record=10_000, batch=1_000_000)
COMPRESSED = sorted(set(CODECS) - {"none"})
Seen = list[tuple[int, bytes | Why | None]]


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_PIECE", 4_096)
    for patched in ("MemoryRecords", "FetchResult"):  # others in this process read with other limits
        monkeypatch.setattr(fetcher, patched, getattr(fetcher, patched))


class Fetch:
    """aiokafka's own fetched records over these batches, as its fetcher makes them, and the position they move."""

    def __init__(self, *written: bytes, limits: ReadLimits = LIMITS, at: int = 0) -> None:
        read_anything(limits)
        self.position = at
        state = SimpleNamespace(paused=False, position=at, consumed_to=self._moved)
        self._state = state
        assignment = SimpleNamespace(active=True, state_value=lambda _: state)
        content = fetcher.MemoryRecords(b"".join(written))
        of = fetcher.PartitionRecords(PLACE, content, [], at, None, None, True, fetcher.READ_COMMITTED)
        self.result = fetcher.FetchResult(PLACE, assignment=assignment, partition_records=of, backoff=0)

    def _moved(self, position: int) -> None:
        self.position = self._state.position = position

    def records(self) -> list[Any]:
        """What comes out until there is no more."""
        records: list[Any] = []
        while self.result.has_more():
            arrived = self.result.getall(100)
            assert arrived or not self.result.has_more(), "it stands still"
            records += arrived
        return records

    def all(self) -> Seen:
        return [_seen(record) for record in self.records()]


def _seen(record: Any) -> tuple[int, bytes | Why | None]:
    return record.offset, record.value.why if isinstance(record.value, Withheld) else record.value


def _numbered(*values: bytes | Why | None, base: int = 0) -> Seen:
    return list(enumerate(values, base))


@pytest.mark.parametrize("codec", CODECS)
def test_the_records_of_a_batch_come_out_as_they_are(codec: str) -> None:
    sent = [Raw(b"one", b"k", ((b"a", b"1"), (b"b", None))), Raw(None), Raw(b"", b"")]
    (fetched,) = [Fetch(raw_batch(sent, codec, base=7), at=7).result.getall()]
    assert [(r.offset, r.timestamp, r.key, r.value, r.headers) for r in fetched] == [
        (7, 1_700_000_000_000, b"k", b"one", (("a", b"1"), ("b", None))),
        (8, 1_700_000_000_001, None, None, ()),
        (9, 1_700_000_000_002, b"", b"", ()),
    ]


@pytest.mark.parametrize("codec", COMPRESSED)
@pytest.mark.parametrize("where", ["value", "key", "headers"])
def test_a_record_too_large_to_be_held_is_withheld_and_its_neighbours_come_out(codec: str, where: str) -> None:
    large = {
        "value": Raw(b"", filled=200_000),
        "key": Raw(b"v", b"k" * 200_000),
        "headers": Raw(b"v", headers=((b"h", b"x" * 100_000),) * 2),
    }[where]
    batch = raw_batch([Raw(b"before"), large, Raw(b"between"), large, large, Raw(b"behind")], codec, base=40)
    fetch = Fetch(batch, raw_batch([Raw(b"next")], base=46), at=40)
    first, *rest = fetch.records()
    seen = [_seen(record) for record in (first, *rest)]
    assert seen == _numbered(b"before", Why.RECORD, b"between", Why.RECORD, Why.RECORD, b"behind", b"next", base=40)
    withheld = rest[0].value
    assert (rest[0].timestamp, rest[0].key, rest[0].headers) == (1_700_000_000_001, None, ())
    assert 200_000 < withheld.size < 200_100
    assert (withheld.batch_size, withheld.batch_sha256) == (len(batch) - 61, hashlib.sha256(batch[61:]).hexdigest())
    assert fetch.position == 47


@pytest.mark.parametrize("codec", COMPRESSED)
def test_a_batch_of_many_small_records_larger_than_a_piece_is_read_to_its_end(codec: str) -> None:
    drawn = random.Random(1)
    values = [drawn.randbytes(drawn.randrange(9_000)) for _ in range(80)]
    odd = (b"not \xff text", b"")
    batch = raw_batch([Raw(value, headers=(odd,) if n % 9 == 5 else ()) for n, value in enumerate(values)], codec)
    assert Fetch(batch).all() == _numbered(*values)
    assert Fetch(batch, at=33).all() == _numbered(*values)[33:], "from the middle of a batch on"


@pytest.mark.parametrize("codec", COMPRESSED)
def test_what_lies_behind_the_most_that_is_read_of_a_batch_is_withheld(codec: str) -> None:
    sent = [Raw(b"first"), Raw(b"", filled=9_000), *[Raw(b"", filled=600_000)] * 3, Raw(b"last")]
    seen = Fetch(raw_batch(sent, codec), raw_batch([Raw(b"next")], base=6)).all()
    # The third large record is seen for what it is, and passing it reaches the limit of the batch.
    assert seen == _numbered(b"first", b"a" * 9_000, Why.RECORD, Why.RECORD, Why.BATCH, Why.BATCH, b"next")


def test_the_last_record_of_a_batch_is_not_passed_but_left() -> None:
    fetch = Fetch(raw_batch([Raw(b"first"), Raw(b"", filled=900_000_000)], "zstd"))
    assert fetch.all() == _numbered(b"first", Why.RECORD)
    begun = records._Records(LIMITS, raw_batch([Raw(b"", filled=900_000_000)], "zstd"))
    assert len(list(begun.next_batch())) == 1
    assert begun.work <= compression.CHUNK


@pytest.mark.parametrize("codec", COMPRESSED)
@pytest.mark.parametrize("damage", ["cut off", "garbage", "nothing"])
def test_a_batch_that_cannot_be_decompressed_to_its_end_is_withheld_from_there(codec: str, damage: str) -> None:
    drawn = random.Random(2)
    sent = [Raw(drawn.randbytes(5_000)) for _ in range(60)]
    body = raw_batch(sent, codec)[61:]
    body = {"cut off": body[:-40_000], "garbage": body[:4] + drawn.randbytes(3_000), "nothing": b""}[damage]
    seen = Fetch(raw_batch(sent, codec, body=body), raw_batch([Raw(b"next")], base=60)).all()
    assert [offset for offset, _ in seen] == list(range(61))
    read = [value for _, value in seen[:60] if value is not Why.DAMAGED]
    assert read == [record.value for record in sent[: len(read)]], "what came before the damage"
    assert damage != "cut off" or len(read) > 20
    assert len(read) < 60
    assert seen[60] == (60, b"next")


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("count", "read"), [(5, 3), (3, 3), (2, 2)])
def test_a_batch_that_holds_fewer_records_than_it_says_is_withheld_from_there(
    codec: str, count: int, read: int
) -> None:
    seen = Fetch(raw_batch([Raw(b"a"), Raw(b"b"), Raw(b"c")], codec, count=count)).all()
    assert seen == _numbered(*[b"a", b"b", b"c"][:read], *[Why.DAMAGED] * (count - read))


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("length", [b"\x03", b"\x01", b"\xff\xff\xff\xff\x0e", b"\x80" * 12])
def test_a_record_whose_length_is_wrong_ends_the_reading_of_its_batch_alone(codec: str, length: bytes) -> None:
    good = raw_batch([Raw(b"a"), Raw(b"b")])[61:]
    wrong = length + good[1:]
    body = b"".join(_compressed(codec, good + wrong))
    seen = Fetch(raw_batch([], codec, body=body, count=4), raw_batch([Raw(b"next")], base=4)).all()
    assert seen == _numbered(b"a", b"b", *[value for _, value in seen[2:4]], b"next")
    assert {value for _, value in seen[2:4]} <= {Why.DAMAGED, Why.RECORD}


@pytest.mark.parametrize("codec", CODECS)
def test_records_under_offsets_that_are_not_theirs_are_not_believed(codec: str) -> None:
    """An offset beyond its batch, once committed, would pass the transfers of others."""
    parts = [raw_batch([Raw(b"")] * delta + [Raw(b"%d" % delta)])[61 + 7 * delta :] for delta in (0, 1, 40, 2)]
    body = b"".join(_compressed(codec, b"".join(parts)))
    seen = Fetch(raw_batch([], codec, body=body, count=4), raw_batch([Raw(b"next")], base=4)).all()
    assert seen == _numbered(b"0", b"1", Why.DAMAGED, Why.DAMAGED, b"next")


def _compressed(codec: str, content: bytes) -> list[bytes]:
    from tests.batches import _compressed as compressed

    return list(compressed(codec, [content]))


def test_a_frame_that_wants_more_memory_than_kafka_gives_it_is_not_decompressed() -> None:
    content = raw_batch([Raw(b"a")])[61:]
    wide = zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=True)
    compressor = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    body = compressor.compress(content) + compressor.flush()
    assert Fetch(raw_batch([], "zstd", body=body, count=1)).all() == _numbered(Why.DAMAGED)


def test_snappy_without_blocks_is_read_up_to_a_size_and_a_length_that_cannot_be_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compression, "SNAPPY_BLOCK", 100_000)
    for filled, expected in ((90_000, Why.RECORD), (200_000, Why.BATCH)):
        plain = raw_batch([Raw(b"", filled=filled), Raw(b"b")])[61:]
        batch = raw_batch([], "snappy", body=bytes(cramjam.snappy.compress_raw(plain)), count=2)
        second = b"b" if expected is Why.RECORD else Why.BATCH
        assert Fetch(batch).all() == _numbered(expected, second)
    lying = raw_batch([], "snappy", body=b"\xff\xff\xff\xff\x0f" + bytes(50), count=1)
    assert Fetch(lying).all() == _numbered(Why.DAMAGED)
    monkeypatch.undo()
    assert Fetch(lying).all() == _numbered(Why.DAMAGED)


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_what_is_compressed_in_several_frames_is_read_as_one(codec: str) -> None:
    plain = raw_batch([Raw(b"a" * 3_000), Raw(b"b" * 3_000)])[61:]
    first, second = (b"".join(_compressed(codec, part)) for part in (plain[:2_000], plain[2_000:]))
    body = first + (second[16:] if codec == "snappy" else second)
    assert Fetch(raw_batch([], codec, body=body, count=2)).all() == _numbered(b"a" * 3_000, b"b" * 3_000)


def test_one_call_takes_a_bounded_number_of_bytes_and_partitions_share_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_FETCH_BYTES", 20_000)
    written = [raw_batch([Raw(b"x" * 9_000)], "zstd", base=number) for number in range(10)]
    alone = Fetch(*written)
    assert len(alone.result.getall(2_000)) == 3
    assert alone.position == 3
    assert alone.all() == _numbered(*[b"x" * 9_000] * 7, base=3)
    first, second = Fetch(*written), Fetch(*written)
    with one_allowance():
        assert [len(each.result.getall(2_000)) for each in (first, second)] == [3, 0]
    assert (second.position, second.result.has_more()) == (0, True)
    assert [len(each.all()) for each in (first, second)] == [7, 10]


def test_a_large_record_is_passed_in_slices_where_others_want_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_FETCH_BYTES", 1_000_000)
    limits = ReadLimits(10_000, 1_000_000_000)
    fetch = Fetch(raw_batch([Raw(b"a"), Raw(b"", filled=50_000_000), Raw(b"b")], "zstd"), limits=limits)
    with one_allowance():
        assert [_seen(record) for record in fetch.result.getall()] == _numbered(b"a", Why.RECORD)
    assert fetch.position == 2
    slices = 0
    while fetch.result.passing:
        slices += 1
        with one_allowance():
            arrived = fetch.result.getall()
        assert fetch.position == (3 if arrived else 2), "not past what nobody was given"
    assert [_seen(record) for record in arrived] == [(2, b"b")]
    assert 30 <= slices <= 60


def test_a_large_record_is_passed_at_once_where_records_are_taken_one_by_one() -> None:
    fetch = Fetch(raw_batch([Raw(b"a"), Raw(b"", filled=500_000), Raw(b"b")], "zstd"))
    assert [_seen(fetch.result.getone()) for _ in range(3)] == _numbered(b"a", Why.RECORD, b"b")
    assert fetch.result.getone() is None


@pytest.mark.parametrize("magic", [0, 1])
@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4"])
def test_sets_of_messages_from_before_batches_are_read_within_a_limit(
    magic: int, codec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if (magic, codec) == (0, "lz4"):
        pytest.skip("no client writes that")
    values = [b"one", b"x" * 50_000, b"two"]
    written = _legacy(magic, codec, values)
    assert Fetch(written).all() == _numbered(*values)
    monkeypatch.setattr(batches, "_LEGACY_BYTES", 10_000)
    # How many messages a set has is in the part that is not read: one letter tells of it, in the place of the last.
    assert Fetch(written).all() == (_numbered(*values) if codec == "none" else [(2, Why.BATCH)])


def _legacy(magic: int, codec: str, values: Sequence[bytes]) -> bytes:
    builder = _LegacyRecordBatchBuilderPy(magic=magic, compression_type=CODECS[codec], batch_size=2**20)
    for number, value in enumerate(values):
        builder.append(number, timestamp=1_000 if magic else None, key=b"k", value=value)
    written = bytearray(builder.build())
    if codec != "none":
        struct.pack_into(">q", written, 0, len(values) - 1)  # as a broker does: the offset of the last
    return bytes(written)


@given(
    st.lists(st.integers(0, 30_000), min_size=1, max_size=12),
    st.sampled_from(sorted(CODECS)),
    st.integers(0, 11),
    st.integers(0, 2**32),
)
def test_each_offset_comes_out_once_whatever_sizes_and_codecs(sizes: list[int], codec: str, at: int, seed: int) -> None:
    drawn = random.Random(seed)
    sent = [Raw(drawn.randbytes(size), filled=size if drawn.random() < 0.3 else 0) for size in sizes]
    written = [raw_batch(sent, codec), raw_batch(sent, codec, base=len(sent))]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(batches, "_PIECE", drawn.choice([1, 100, 20_000, 10**6]))
        patched.setattr(records, "_FETCH_BYTES", drawn.choice([1, 10_000, 10**6]))
        patched.setattr(compression, "CHUNK", drawn.choice([1_000, 50_000]))
        at = min(at, len(sent))
        fetch = Fetch(*written, at=at)
        seen = fetch.all()
    assert [offset for offset, _ in seen] == list(range(at, 2 * len(sent)))
    for (_, got), record in zip(seen, [*sent, *sent][at:], strict=True):
        value = (record.value or b"") + b"a" * record.filled
        may_be_withheld = codec != "none" and len(value) > LIMITS.record - 20
        assert got == value or (may_be_withheld and got is Why.RECORD)
    assert fetch.position == 2 * len(sent)


@given(st.binary(max_size=2_000), st.sampled_from(sorted(CODECS)), st.integers(1, 20), st.booleans())
def test_no_bytes_stop_the_reading(body: bytes, codec: str, count: int, wrapped: bool) -> None:
    if wrapped and codec != "none":
        body = b"".join(_compressed(codec, body))
    seen = Fetch(raw_batch([], codec, body=body, count=count), raw_batch([Raw(b"next")], base=count)).all()
    assert seen[-1] == (count, b"next")
    offsets = [offset for offset, _ in seen]
    assert offsets == sorted(set(offsets))


def test_a_bomb_of_gigabytes_takes_a_few_megabytes(tmp_path: Any) -> None:
    """Measured by the operating system, in a process of its own."""
    import subprocess
    import sys

    batch = tmp_path / "batch"
    batch.write_bytes(raw_batch([Raw(b"a"), *[Raw(b"", filled=1_500_000_000)] * 2, Raw(b"b")], "zstd"))
    program = f"""
import resource
from tidewaiter.stream.batches import ReadLimits
from tidewaiter.stream.records import _Records
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
content = open({str(batch)!r}, "rb").read()
read = list(_Records(ReadLimits(2**23, 2**33), content).next_batch())
print(len(read), read[0].value, read[3].value, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    number, first, last, grown = done.stdout.split()
    assert (number, first, last) == ("4", "b'a'", "b'b'")
    assert int(grown) < 32 * 1024, "KiB"


def test_without_limits_those_of_the_worker_stay_and_a_process_without_a_worker_reads_what_any_may_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = raw_batch([Raw(b"", filled=20_000), Raw(b"", filled=2 * 8_388_608)], "zstd")
    monkeypatch.setattr(fetcher, "FetchResult", records.BoundedResult.__base__)
    read_anything()
    assert [len(record.value) for record in fetcher.MemoryRecords(batch).next_batch()] == [20_000, 2 * 8_388_608]
    read_anything(LIMITS)
    read_anything()
    assert [record.value for record in fetcher.MemoryRecords(batch).next_batch()] == [b"", b""]
