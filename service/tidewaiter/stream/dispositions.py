"""Dispositions on their topic: one partition, kept for ever, in the order that decides.

Whatever is written here is checked by every worker that reads it; `screening/dispositions.py` says what counts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError
from pydantic import ValidationError

from tidewaiter.errors import BrokerError, DispositionError
from tidewaiter.screening.dispositions import Refusal, refusal_of
from tidewaiter.settings import Settings
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.topic_reader import until_now
from tidewaiter.stream.topics import Topics
from tidewaiter.wire.cloudevents import DISPOSITION_TYPE, disposition_headers, timestamp
from tidewaiter.wire.signing import SigningKey, TrustedKeys, disposition_keys, signing_key
from tidewaiter_schemas.disposition import Disposition

MOST_BYTES: Final = 65_536
"""A larger record is refused unread. The longest texts of the contract take half of it."""


class NoDispositions(BrokerError):  # noqa: N818 - it is the dispositions that are missing
    """The topic is missing, is not in one order, or this user may not read it: waiting does not help."""


async def publish(settings: Settings, dispositions: Sequence[Disposition]) -> None:
    """Write the dispositions, signed where the settings name a key, and return when the broker has all of them.

    DispositionError when workers with these settings would refuse one: nothing is written then. BrokerError.
    """
    key = signing_key(settings)
    check(settings, dispositions, key)
    producer = AIOKafkaProducer(**client_options(settings), acks="all", max_request_size=settings.max_record_bytes)
    async with started(producer, settings):
        for disposition in dispositions:
            await write(producer, settings, disposition, key)


def check(settings: Settings, dispositions: Sequence[Disposition], signing: SigningKey | None) -> None:
    """Raise DispositionError when workers with these settings would refuse one of the dispositions."""
    if settings.disposition_keys_file is not None and signing is None:
        raise DispositionError(
            "no key signs what is recorded here, and workers with TIDEWAITER_DISPOSITION_KEYS_FILE would refuse it: "
            "set TIDEWAITER_SIGNING_KEY_FILE"
        )
    for disposition in dispositions:
        if (refusal := refusal_of(disposition, four_eyes=settings.four_eyes)) is not None:
            raise DispositionError(f"disposition {disposition.id}: {refusal.sentence}")


async def write(producer: Any, settings: Settings, disposition: Disposition, signing: SigningKey | None) -> None:
    """Write one disposition with a started producer, and return when the broker has it. BrokerError.

    For a process that keeps its producer. `check` it before.
    """
    topic, value = Topics.of(settings).dispositions, disposition.model_dump_json(exclude_defaults=True).encode()
    headers = disposition_headers(disposition.content_sha256, disposition.transfer_id, timestamp(datetime.now(UTC)))
    if signing is not None:
        headers.append(signing.header(DISPOSITION_TYPE, value))
    try:
        await producer.send_and_wait(topic, value, key=disposition.id.encode(), partition=0, headers=headers)
    except TopicAuthorizationFailedError as error:
        raise BrokerError(f"topic {topic}: this user may not write to it (needs Write)") from error
    except KafkaError as error:
        raise BrokerError(f"topic {topic} cannot be written: {error or type(error).__name__}") from error


@asynccontextmanager
async def reader(settings: Settings) -> AsyncIterator[tuple[Any, TopicPartition]]:
    """Provide a consumer without a group at the start of the topic. BrokerError; NoDispositions when none can help."""
    topic = Topics.of(settings).dispositions
    consumer = AIOKafkaConsumer(
        **client_options(settings), auto_offset_reset="earliest", enable_auto_commit=False, fetch_max_wait_ms=100
    )
    async with started(consumer, settings):
        try:
            # All topics are requested, because brokers that create topics on demand would create one requested by name.
            if topic not in await consumer.topics():
                raise NoDispositions(
                    f"topic {topic} is not there, or this user may not see it (needs Read): "
                    "create it with: tidewaiter topics create"
                )
            place = TopicPartition(topic, 0)
            consumer.assign([place])
            await consumer.seek_to_beginning(place)
            if (partitions := consumer.partitions_for_topic(topic)) and len(partitions) != 1:
                raise NoDispositions(
                    f"topic {topic}: has {len(partitions)} partitions, and dispositions are in order only in one; "
                    "delete it, if it holds none yet, and create it with: tidewaiter topics create"
                )
            yield consumer, place
        except TopicAuthorizationFailedError as error:
            raise NoDispositions(f"topic {topic}: this user may not read it (needs Read)") from error
        except KafkaError as error:
            raise BrokerError(f"topic {topic} cannot be read: {error or type(error).__name__}") from error


def decoded(record: Any, trusted: TrustedKeys | None) -> Disposition | Refusal:
    """Return the disposition of a record; why it has no effect when it is none, or no trusted key signed it."""
    value = record.value
    if value is None or len(value) > MOST_BYTES:
        return Refusal.UNREADABLE
    if trusted is not None and trusted.signer(DISPOSITION_TYPE, value, record.headers) is None:
        return Refusal.UNSIGNED
    try:
        return Disposition.model_validate_json(value)
    except ValidationError:
        return Refusal.UNREADABLE


async def read_topic(settings: Settings) -> list[Disposition | Refusal]:
    """Return what each record on the topic is, in order: a disposition, or why it cannot count. BrokerError."""
    trusted, found = disposition_keys(settings), list[Disposition | Refusal]()
    async with reader(settings) as (consumer, place):
        async for records in until_now(consumer, [place]):
            found += [decoded(record, trusted) for record in records]
    return found


async def read_all(settings: Settings) -> list[Disposition]:
    """Return every disposition on the topic in order, signed or not, without records that are none. BrokerError."""
    found: list[Disposition] = []
    async with reader(settings) as (consumer, place):
        async for records in until_now(consumer, [place]):
            found += [each for record in records if isinstance(each := decoded(record, None), Disposition)]
    return found
