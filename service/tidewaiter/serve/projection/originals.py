"""Fetches transfers by their places on the topic, for reviews and blocks: people decide on what the transfer says."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from tidewaiter.settings import Settings
from tidewaiter.stream.batches import Withheld
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.topics import Topics

_POLL_MS: Final = 200
_SECONDS: Final = 5.0
_GAP: Final = 2_000
"""Seek over a gap of more offsets than this instead of reading through it."""


class Originals:
    """Reads single transfers. A transfer that the topic no longer has is left out."""

    def __init__(self, settings: Settings, partitions: int) -> None:
        self._settings, self._partitions = settings, partitions
        self._topic = Topics.of(settings).transfers
        self._stack = AsyncExitStack()
        self._consumer: Any = None

    async def __aenter__(self) -> Self:
        if self._partitions:
            consumer = AIOKafkaConsumer(
                **client_options(self._settings),
                enable_auto_commit=False,
                auto_offset_reset="none",
                fetch_max_wait_ms=50,
                max_partition_fetch_bytes=self._settings.max_record_bytes,
            )
            await self._stack.enter_async_context(started(consumer, self._settings))
            self._consumer = consumer
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def of(self, places: Mapping[int, Sequence[int]]) -> dict[tuple[int, int], bytes]:
        """Return the values at these offsets of each partition."""
        found: dict[tuple[int, int], bytes] = {}
        if self._consumer is None:
            return found
        for partition, offsets in places.items():
            if partition < self._partitions:
                try:
                    await self._read(partition, offsets, found)
                except KafkaError:
                    continue  # a record that cannot be had is shown as gone
        return found

    async def _read(self, partition: int, offsets: Sequence[int], found: dict[tuple[int, int], bytes]) -> None:
        place = TopicPartition(self._topic, partition)
        self._consumer.assign([place])
        begin = (await self._consumer.beginning_offsets([place]))[place]
        left = [offset for offset in offsets if offset >= begin]
        deadline, at = time.monotonic() + _SECONDS, -1
        while left and time.monotonic() < deadline:
            if at < 0 or left[0] < at or left[0] - at > _GAP:
                self._consumer.seek(place, left[0])
            records = (await self._consumer.getmany(place, timeout_ms=_POLL_MS)).get(place, ())
            wanted = set(left)
            for record in records:
                at = record.offset + 1
                if record.offset in wanted and record.value is not None and not isinstance(record.value, Withheld):
                    found[partition, record.offset] = record.value
            if not records and at >= 0:
                return
            left = [offset for offset in left if offset >= at]
