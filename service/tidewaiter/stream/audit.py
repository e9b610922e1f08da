"""Reads the input of an audit: the verdicts and dead letters of a period, and the offsets that the group committed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError
from aiokafka.structs import OffsetAndMetadata

from tidewaiter.audit.records import RecordKind, Stored
from tidewaiter.audit.verification import AuditWindow, Committed, Partition
from tidewaiter.errors import BrokerError
from tidewaiter.rescreening.plan import PartitionState
from tidewaiter.settings import Settings
from tidewaiter.stream.connection import admin, client_options, committed_offsets, started
from tidewaiter.stream.topic_reader import offsets_at, until_now
from tidewaiter.stream.topics import Topics, check_topics
from tidewaiter.wire.chain import RESCREENED, Ends

_DAY_MS: Final = 86_400_000
MARGIN_MS: Final = 3_600_000
"""Margin to read before and after a period: clocks of workers differ, and a chain spans partitions of its topic."""

Take = Callable[[Stored], None]


@dataclass(frozen=True, slots=True)
class AuditPeriod:
    """A period from one moment to another, the second excluded; None for no bound."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def opens(self) -> int | None:
        """In ms since 1970."""
        return None if self.since is None else int(self.since.timestamp() * 1_000)

    @property
    def closes(self) -> int | None:
        """In ms since 1970."""
        return None if self.until is None else int(self.until.timestamp() * 1_000)

    def __contains__(self, timestamp: int) -> bool:
        return (self.opens is None or timestamp >= self.opens) and (self.closes is None or timestamp < self.closes)


async def committed_ends(settings: Settings) -> dict[Partition, Committed]:
    """Return what the workers have committed per partition of transfers, and the rescreeners per chain of theirs.

    A user who may not see the rescreeners' group is told nothing of it. Raises BrokerError.
    """
    transfers = Topics.of(settings).transfers
    present = await check_topics(settings)
    places = [TopicPartition(transfers, number) for number in range(present[transfers])]
    async with admin(settings) as client:
        told, anew = [await _committed(client, group, places) for group in (settings.group, settings.rescreener_group)]
    if told is None:
        raise BrokerError(f"group {settings.group}: this user may not see it (needs Describe)")
    committed = {
        (place.topic, place.partition): Committed(each.offset, Ends.read(each.metadata))
        for place, each in told.items()
        if each.offset >= 0
    }
    for place, each in (anew or {}).items():
        state = PartitionState.read(each.metadata) if each.offset >= 0 else None
        if state is not None and state.sequence:
            chain = f"{place.topic}{RESCREENED}", place.partition
            committed[chain] = Committed(state.sequence, Ends(state.link))
    return committed


async def _committed(
    client: Any, group: str, places: Sequence[TopicPartition]
) -> dict[TopicPartition, OffsetAndMetadata] | None:
    try:
        return await committed_offsets(client, group, places)
    except GroupAuthorizationFailedError:
        return None
    except KafkaError as error:
        reason = type(error).__name__
        raise BrokerError(f"group {group}: what it has committed cannot be read: {reason}") from error


async def read_records(settings: Settings, kind: RecordKind, period: AuditPeriod, take: Take) -> AuditWindow:
    """Pass the records of a kind to `take`, in order per partition, with an hour before and after the period.

    Return the part of the topic that was read. If the settings say that its records are kept for ever, a topic that
    begins later has lost records. Raises BrokerError.
    """
    topic, days = _topic(settings, kind)
    present = await check_topics(settings)
    consumer = AIOKafkaConsumer(
        **client_options(settings),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=settings.max_record_bytes,
    )
    first: dict[int, int] = {}
    async with started(consumer, settings):
        places = [TopicPartition(topic, number) for number in range(present[topic])]
        consumer.assign(places)
        try:
            begins = await consumer.beginning_offsets(places)
            await go_to(consumer, places, period.opens)
            ends = {} if period.closes is None else await offsets_at(consumer, places, period.closes + MARGIN_MS)
            async for records in until_now(consumer, places, ends):
                for record in records:
                    first.setdefault(record.partition, record.timestamp)
                    take(
                        Stored(
                            kind,
                            record.partition,
                            record.offset,
                            record.timestamp,
                            record.key,
                            record.value,
                            tuple(record.headers),
                        )
                    )
        except TopicAuthorizationFailedError as error:
            raise BrokerError(f"topic {topic}: this user may not read it (needs Read)") from error
        except KafkaError as error:
            raise BrokerError(f"topic {topic} cannot be read: {error or type(error).__name__}") from error
    if period.opens is not None:
        return AuditWindow(period.opens, kept=period.opens)
    cut = [place.partition for place, begin in begins.items() if begin]
    if days <= 0 or not cut:
        return AuditWindow()
    opens = max((first[partition] for partition in cut if partition in first), default=0)
    return AuditWindow(opens, kept=int(time.time() * 1_000) - days * _DAY_MS)


def _topic(settings: Settings, kind: RecordKind) -> tuple[str, int]:
    topics = Topics.of(settings)
    if kind is RecordKind.VERDICT:
        return topics.verdicts, settings.verdict_retention_days
    return topics.dead_letters, settings.dead_letter_retention_days


async def go_to(consumer: Any, places: list[TopicPartition], opens: int | None) -> None:
    """Seek to an hour before `opens`, in ms since 1970, or to the beginning for None."""
    await consumer.seek_to_beginning(*places)
    if opens is None:
        return
    starts = await offsets_at(consumer, places, opens - MARGIN_MS)
    for place, offset in starts.items():
        consumer.seek(place, offset)
    if beyond := [place for place in places if place not in starts]:
        await consumer.seek_to_end(*beyond)
