"""Clients for people and tests: publish transfers, and follow the verdicts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, TopicAuthorizationFailedError

from tidewaiter.errors import BrokerError
from tidewaiter.settings import Settings
from tidewaiter.stream.batches import Withheld
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.dead_letters import StoredLetter
from tidewaiter.stream.topics import Topics, check_topics
from tidewaiter.wire.cloudevents import NotATransfer, decode, timestamp, transfer_headers

_PUBLISH_BATCH: Final = 500
_POLL_MS: Final = 100
_SILENT_MS: Final = 30_000


class Start(StrEnum):
    """Where a tail begins."""

    BEGINNING = "beginning"
    """With the first verdict that the topic still has."""
    END = "end"
    """With the next verdict to arrive."""


@dataclass(frozen=True, slots=True)
class Published:
    """The result of publishing lines."""

    published: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """A record of the verdict topic as stored."""

    value: bytes
    key: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    partition: int
    offset: int


async def publish(
    settings: Settings,
    lines: Iterable[bytes] | AsyncIterable[bytes],
    on_unreadable: Callable[[int, NotATransfer], None] | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Published:
    """Write transfers, one JSON object a line, to the transfer topic as CloudEvents in binary mode.

    A line that is not a transfer is not published: `on_unreadable` gets its number (from 1) and why. Blank lines are
    skipped. `on_progress` gets the number of acknowledged records. Raises BrokerError.
    """
    await check_topics(settings)
    producer = AIOKafkaProducer(
        **client_options(settings), acks="all", max_request_size=settings.max_record_bytes, max_batch_size=262_144
    )
    topic, published, unreadable, number = Topics.of(settings).transfers, 0, 0, 0
    async with started(producer, settings):
        batch: list[tuple[bytes, str]] = []
        async for line in _each(lines):
            number += 1
            value = line.strip()
            if number == 1:
                value = value.removeprefix(b"\xef\xbb\xbf")
            if not value:
                continue
            try:
                batch.append((value, decode(value, None, settings.max_event_bytes).id))
            except NotATransfer as error:
                unreadable += 1
                if on_unreadable is not None:
                    on_unreadable(number, error)
                continue
            if len(batch) == _PUBLISH_BATCH:
                published += await _send(producer, topic, batch)
                batch = []
                if on_progress is not None:
                    on_progress(published)
        published += await _send(producer, topic, batch)
    if on_progress is not None:
        on_progress(published)
    return Published(published, unreadable)


async def tail(
    settings: Settings, start: Start = Start.END, ready: Callable[[], None] | None = None
) -> AsyncGenerator[VerdictRecord, None]:
    """Follow all partitions of the verdict topic, without a group, until the caller stops iterating.

    `ready` is called when the start position is fixed: everything published after that is seen. Raises BrokerError.
    """
    async with aclosing(_followed(settings, Topics.of(settings).verdicts, start, ready)) as records:
        async for record in records:
            if record.value is not None and not isinstance(record.value, Withheld):
                yield VerdictRecord(record.value, record.key, tuple(record.headers), record.partition, record.offset)


async def tail_letters(
    settings: Settings, start: Start = Start.END, ready: Callable[[], None] | None = None
) -> AsyncGenerator[StoredLetter, None]:
    """Follow all partitions of the dead letters, as `tail` does the verdicts. Raises BrokerError."""
    async with aclosing(_followed(settings, Topics.of(settings).dead_letters, start, ready)) as records:
        async for record in records:
            yield StoredLetter(record.partition, record.offset, record.key, record.value, tuple(record.headers))


async def _followed(
    settings: Settings, topic: str, start: Start, ready: Callable[[], None] | None
) -> AsyncGenerator[Any, None]:
    present = await check_topics(settings)
    consumer = AIOKafkaConsumer(
        **client_options(settings), auto_offset_reset="earliest", enable_auto_commit=False, fetch_max_wait_ms=250
    )
    async with started(consumer, settings):
        places = [TopicPartition(topic, number) for number in range(present[topic])]
        consumer.assign(places)
        try:
            if start is Start.BEGINNING:
                await consumer.seek_to_beginning(*places)
            else:
                await _seek_to_end(consumer, places)
            await asyncio.gather(*(consumer.position(place) for place in places))
            if ready is not None:
                ready()
            async for record in consumer:
                yield record
        except TopicAuthorizationFailedError as error:
            raise BrokerError(f"topic {topic}: this user may not read it (needs Read)") from error
        except KafkaError as error:
            raise BrokerError(f"topic {topic} cannot be read: {error or type(error).__name__}") from error


async def _seek_to_end(consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]) -> None:
    """Seek to the end of each partition, as the first fetch tells it.

    The embedded broker answers a request for the end offset with the first record of the last batch, and a tail would
    show that batch again.
    """
    await consumer.seek_to_end(*places)
    ends: dict[TopicPartition, int] = {}
    waited = 0
    while len(ends) < len(places):
        await consumer.getmany(timeout_ms=_POLL_MS)
        ends |= {place: end for place in places if (end := consumer.highwater(place)) is not None}
        waited += _POLL_MS
        if waited > _SILENT_MS:
            raise BrokerError(f"topic {places[0].topic}: no answer for {_SILENT_MS // 1_000} s")
    for place, end in ends.items():
        consumer.seek(place, end)


async def _send(producer: AIOKafkaProducer, topic: str, batch: list[tuple[bytes, str]]) -> int:
    now = timestamp(datetime.now(UTC))
    try:
        futures: list[Any] = [
            await producer.send(topic, value=value, key=identity.encode(), headers=transfer_headers(identity, now))
            for value, identity in batch
        ]
        await asyncio.gather(*futures)
    except TopicAuthorizationFailedError as error:
        raise BrokerError(f"topic {topic}: this user may not write to it (needs Write)") from error
    except MessageSizeTooLargeError as error:
        raise BrokerError(f"topic {topic}: a transfer is larger than the topic takes (max.message.bytes)") from error
    except KafkaError as error:
        raise BrokerError(f"topic {topic} cannot be written: {error or type(error).__name__}") from error
    return len(batch)


async def _each(lines: Iterable[bytes] | AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    if isinstance(lines, AsyncIterable):
        async for line in lines:
            yield line
    else:
        for line in lines:
            yield line
