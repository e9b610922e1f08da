"""Reads the transfers of a period from their topic, without a group and without committing offsets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from tidewaiter.errors import BrokerError
from tidewaiter.settings import IsolationLevel, Settings
from tidewaiter.stream.audit import AuditPeriod, go_to
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.topic_reader import offsets_at, until_now
from tidewaiter.stream.topics import Topics, check_topics

Take = Callable[[Any], None]


async def read_past_transfers(settings: Settings, period: AuditPeriod, take: Take) -> None:
    """Pass each record of the period to `take`, in order per partition, up to the current end of the topic.

    The isolation level of the settings applies: records after an open transaction are not read. Raises BrokerError.
    """
    topic = Topics.of(settings).transfers
    present = await check_topics(settings)
    committed_only = settings.isolation_level is IsolationLevel.READ_COMMITTED
    consumer = AIOKafkaConsumer(
        **client_options(settings),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
        isolation_level=settings.isolation_level.value,
    )
    async with started(consumer, settings):
        places = [TopicPartition(topic, number) for number in range(present[topic])]
        consumer.assign(places)
        try:
            await go_to(consumer, places, period.opens)
            ends = {} if period.closes is None else await offsets_at(consumer, places, period.closes)
            async for records in until_now(consumer, places, ends, stable=committed_only):
                for record in records:
                    if record.timestamp in period:
                        take(record)
        except TopicAuthorizationFailedError as error:
            raise BrokerError(f"topic {topic}: this user may not read it (needs Read)") from error
        except KafkaError as error:
            raise BrokerError(f"topic {topic} cannot be read: {error or type(error).__name__}") from error
