"""Watches what the workers have committed: how far they are, by which rule books they judged, and how far behind."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError

from tidewaiter.rescreening.plan import Live, lag_of
from tidewaiter.settings import Settings
from tidewaiter.stream.connection import committed_offsets
from tidewaiter.stream.failure import ExitCode, WorkerError
from tidewaiter.wire.chain import Ends


class LiveGroup:
    """The state of the workers' group, as of the last `look`. `client` is an admin client, `consumer` any consumer."""

    def __init__(self, settings: Settings, topic: str, client: Any, consumer: Any) -> None:
        self._settings, self._topic, self._client, self._consumer = settings, topic, client, consumer
        self.states: dict[int, Live] = {}

    @property
    def lag(self) -> int:
        """Return how many transfers wait for the workers."""
        return lag_of(self.states.values())

    async def look(self) -> None:
        """Ask the broker. Raises KafkaError or WorkerError; TimeoutError when it does not answer."""
        numbers = self._consumer.partitions_for_topic(self._topic) or ()
        places = [TopicPartition(self._topic, number) for number in sorted(numbers)]
        group = self._settings.group
        if not places:  # the consumer does not know the topic's partitions yet
            return
        try:
            async with asyncio.timeout(self._settings.connect_timeout_seconds * 2):
                told = await committed_offsets(self._client, group, places)
                ends = await self._consumer.end_offsets(places)
        except GroupAuthorizationFailedError as error:
            raise WorkerError(
                ExitCode.NOT_AUTHORISED, f"group {group}: this user may not see it (needs Describe)"
            ) from error
        for place in places:
            each = told.get(place)
            if each is None or each.offset < 0:
                self.states[place.partition] = Live(0, (), ends[place])
            else:
                self.states[place.partition] = Live.of(each.offset, Ends.read(each.metadata), ends[place])
