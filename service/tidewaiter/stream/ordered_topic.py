"""Follows a topic of one partition from its first record on, as the one order that all processes share.

A process writes a record, and waits until it has read it back: what lies before it is the same for everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from tidewaiter.settings import Settings
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.failure import ExitCode, WorkerError

_POLL_MS: Final = 1_000


class OrderedTopic:
    """A topic that is read from its first record until the block of `following` ends.

    `failure` is the exit code when it cannot be written or read. Subclasses take the records.
    """

    needs = "it must keep its records for ever"
    """What is missing if the first records are gone, and what to do then."""

    def __init__(self, settings: Settings, topic: str, failure: ExitCode) -> None:
        self.topic, self._settings, self._failure_code = topic, settings, failure
        self._seconds = settings.produce_timeout_seconds
        self._read = 0
        self._more = asyncio.Condition()
        self._failure: WorkerError | None = None

    def take(self, record: Any) -> None:
        """Take a record, in the order of the topic."""
        raise NotImplementedError

    def polled(self) -> None:
        """Do what is due after each poll, whether it brought records or not."""

    @asynccontextmanager
    async def following(self, partitions: int) -> AsyncIterator[None]:
        """Read the whole topic, which has `partitions`, and keep reading. Raises WorkerError or BrokerError."""
        if partitions != 1:
            raise WorkerError(
                ExitCode.SETTINGS,
                f"topic {self.topic}: has {partitions} partitions, and its records are in order only in one; delete "
                "it, if it holds no records yet, and create it with: tidewaiter topics create",
            )
        consumer = AIOKafkaConsumer(
            **client_options(self._settings), auto_offset_reset="none", enable_auto_commit=False, fetch_max_wait_ms=250
        )
        async with started(consumer, self._settings):
            place = TopicPartition(self.topic, 0)
            consumer.assign([place])
            end = await self._ends(consumer, place)
            consumer.seek(place, 0)
            reading = asyncio.create_task(self._reads(consumer, place))
            try:
                await self._replayed(end)
                yield
            finally:
                reading.cancel()
                await asyncio.wait({reading})

    def check(self) -> None:
        """Raise the WorkerError that ended the reading, if any."""
        if self._failure is not None:
            raise self._failure

    async def soon(self, holds: Callable[[], bool], otherwise: str = "what was written could not be read back") -> None:
        """Return when `holds`, which is asked after each record. Raises WorkerError when it takes too long."""
        try:
            async with asyncio.timeout(self._seconds), self._more:
                await self._more.wait_for(lambda: self._failure is not None or holds())
        except TimeoutError:
            raise WorkerError(
                self._failure_code,
                f"topic {self.topic}: {otherwise} within {self._seconds:g} s (TIDEWAITER_PRODUCE_TIMEOUT_SECONDS)",
            ) from None
        self.check()

    async def _replayed(self, end: int) -> None:
        while self._read < end:
            further = self._read + 1
            await self.soon(lambda: self._read >= further, "nothing more of it could be read")  # noqa: B023

    async def _ends(self, consumer: Any, place: TopicPartition) -> int:
        try:
            first = (await consumer.beginning_offsets([place]))[place]
            end = (await consumer.end_offsets([place]))[place]
        except KafkaError as error:
            raise self._unreadable(error) from error
        if first:
            raise WorkerError(
                self._failure_code, f"topic {self.topic}: its first {first} records are gone, {self.needs}"
            )
        return int(end)

    async def _reads(self, consumer: Any, place: TopicPartition) -> None:
        try:
            while True:
                records = await consumer.getmany(place, timeout_ms=_POLL_MS)
                self.polled()
                for record in records.get(place, ()):
                    self.take(record)
                before, self._read = self._read, await consumer.position(place)
                if self._read != before:  # only by transaction markers, for example, which are not records
                    async with self._more:
                        self._more.notify_all()
        except KafkaError as error:
            self._failure = self._unreadable(error)
        except Exception as error:
            self._failure = WorkerError(ExitCode.UNFORESEEN, f"topic {self.topic}: reading it raised")
            self._failure.__cause__ = error
        async with self._more:
            self._more.notify_all()

    def _unreadable(self, error: KafkaError) -> WorkerError:
        if isinstance(error, TopicAuthorizationFailedError):
            return WorkerError(ExitCode.NOT_AUTHORISED, f"topic {self.topic}: this user may not read it (needs Read)")
        return WorkerError(self._failure_code, f"topic {self.topic} cannot be read: {error or type(error).__name__}")
