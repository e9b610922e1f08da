"""Dispositions on their topic: one partition, kept for ever, in the order that decides.

Whatever is written here is checked by every worker that reads it; `screening/dispositions.py` says what counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from tidewaiter.errors import BrokerError, DispositionError
from tidewaiter.screening.dispositions import refusal_of
from tidewaiter.settings import Settings
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.topics import Topics
from tidewaiter.wire.cloudevents import DISPOSITION_TYPE, disposition_headers, timestamp
from tidewaiter.wire.signing import SigningKey, signing_key
from tidewaiter_schemas.disposition import Disposition


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
