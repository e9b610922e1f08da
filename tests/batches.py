"""Batches of records as they lie on a broker, made by hand: bombs and damaged ones, which no producer makes.

A body is made and compressed in parts, so that gigabytes cost no memory here.
"""

from __future__ import annotations

import asyncio
import struct
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cramjam
import lz4.frame
import zstandard
from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import DefaultRecordBase
from aiokafka.record.util import calc_crc32c, encode_varint

from tidewaiter.stream.compression import GZIP, LZ4, SNAPPY, ZSTD

CODECS: Final = {"none": 0, "gzip": GZIP, "snappy": SNAPPY, "lz4": LZ4, "zstd": ZSTD}
_PART: Final = 1024 * 1024
_HEADER: Final = DefaultRecordBase.HEADER_STRUCT
_TIME: Final = 1_700_000_000_000


@dataclass(frozen=True, slots=True)
class Raw:
    """A record. `filled` bytes of one letter follow what `value` holds. A name of a header is bytes: any at all."""

    value: bytes | None = b""
    key: bytes | None = None
    headers: tuple[tuple[bytes, bytes | None], ...] = ()
    filled: int = 0


def raw_batch(
    records: Sequence[Raw],
    codec: str = "none",
    *,
    base: int = 0,
    body: bytes | None = None,
    count: int | None = None,
    now: bool = False,
) -> bytes:
    """A batch of these records, of a day long past or of `now`. What goes to a broker is of `now`: one that is older than
    the topic's retention may be deleted before anybody reads it.

    `body` is what stands compressed in their place, `count` what the header says.
    """
    number = CODECS[codec]
    content = b"".join(_compressed(codec, _body(records))) if body is None else body
    told = len(records) if count is None else count
    first = round(time.time() * 1000) if now else _TIME
    behind = struct.pack(">hiqqqhii", number, told - 1, first, first + told - 1, -1, -1, -1, told) + content
    length = _HEADER.size - DefaultRecordBase.AFTER_LEN_OFFSET + len(content)
    return struct.pack(">qiibI", base, length, 0, 2, calc_crc32c(behind)) + behind


def publish_raw(address: str, topic: str, partition: int, batches: Iterable[bytes]) -> list[int]:
    """Writes the batches one after another and returns the offset that each begins at."""

    async def publish() -> list[int]:
        async with AIOKafkaProducer(bootstrap_servers=address, acks="all", max_request_size=2**30) as producer:
            begins = []
            for batch in batches:
                begins.append(await send_raw(producer, topic, partition, batch))
        return begins

    return asyncio.run(publish())


async def send_raw(producer: AIOKafkaProducer, topic: str, partition: int, batch: bytes) -> int:
    """Writes a batch and returns the offset that it begins at, once it is acknowledged."""
    sent = await producer.send_batch(_AsItIs(batch), topic, partition=partition)
    offset: int = (await sent).offset
    return offset


class _AsItIs(BatchBuilder):  # type: ignore[misc]
    """What aiokafka sends when it is told to send these bytes."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._count: int = _HEADER.unpack_from(content)[-1]

    def append(self, **_: Any) -> None:
        return None

    def close(self) -> None:
        return None

    def closed(self) -> bool:
        return True

    def record_count(self) -> int:
        return self._count

    def size(self) -> int:
        return len(self._content)

    def _build(self) -> bytes:
        return self._content


def _varint(number: int) -> bytes:
    written = bytearray()
    encode_varint(number, written.append)
    return bytes(written)


def _sized(content: bytes | None, more: int = 0) -> bytes:
    return _varint(-1) if content is None else _varint(len(content) + more) + content


def _body(records: Iterable[Raw]) -> Iterator[bytes]:
    for delta, record in enumerate(records):
        before = b"\x00" + _varint(delta) + _varint(delta) + _sized(record.key) + _sized(record.value, record.filled)
        behind = _varint(len(record.headers)) + b"".join(_sized(n) + _sized(content) for n, content in record.headers)
        yield _varint(len(before) + record.filled + len(behind)) + before
        for start in range(0, record.filled, _PART):
            yield b"a" * min(_PART, record.filled - start)
        yield behind


def _compressed(codec: str, parts: Iterable[bytes]) -> Iterator[bytes]:
    match codec:
        case "none":
            yield from parts
        case "gzip":
            gzip = zlib.compressobj(wbits=31)
            yield from map(gzip.compress, parts)
            yield gzip.flush()
        case "lz4":
            frame = lz4.frame.LZ4FrameCompressor(block_linked=False)
            yield frame.begin()
            yield from map(frame.compress, parts)
            yield frame.flush()
        case "zstd":
            zstd = zstandard.ZstdCompressor().compressobj()
            yield from map(zstd.compress, parts)
            yield zstd.flush()
        case "snappy":  # in blocks, as Java's clients write it
            yield b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1)
            for part in parts:
                block = bytes(cramjam.snappy.compress_raw(part))
                yield struct.pack(">i", len(block)) + block
