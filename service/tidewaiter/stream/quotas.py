"""Orders the claims on quotas of all workers, by the order of a topic that every worker reads in the same way.

A claim is written, the topic is read up to it, and the first record of that claim is its place. Every later request, on
any worker and after any crash, gets the same answer. It decides nothing and has no state that the topic does not have.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError
from pydantic import ValidationError

from tidewaiter.observability import logs
from tidewaiter.screening.ledger import QuotaLedger, Tally
from tidewaiter.screening.quotas import Draw
from tidewaiter.settings import Settings
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.failure import ExitCode, WorkerError
from tidewaiter.stream.topics import Topics
from tidewaiter.stream.writer import Outgoing, Writer
from tidewaiter.wire.cloudevents import claim_headers, timestamp
from tidewaiter_schemas.quota import QuotaClaim

_POLL_MS: Final = 1_000
_log = logs.logger("tidewaiter.quotas")


class QuotaLog:
    """The quota topic, read from its first record until the block of `opened` ends."""

    def __init__(self, settings: Settings) -> None:
        self.ledger = QuotaLedger()
        self._topic = Topics.of(settings).quotas
        self._seconds = settings.produce_timeout_seconds
        self._read = 0
        self._more = asyncio.Condition()
        self._failure: WorkerError | None = None
        self._passed_over = logs.Gathered(_log.error, "no claim")

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: Settings, partitions: int) -> AsyncIterator[QuotaLog]:
        """Read the whole topic, which has `partitions`, and keep reading. Raises WorkerError or BrokerError."""
        log = cls(settings)
        if partitions != 1:
            raise WorkerError(
                ExitCode.SETTINGS,
                f"topic {log._topic}: has {partitions} partitions, and claims are in order only in one; delete it, if "
                "it holds no claims yet, and create it with: tidewaiter topics create",
            )
        consumer = AIOKafkaConsumer(
            **client_options(settings), auto_offset_reset="none", enable_auto_commit=False, fetch_max_wait_ms=250
        )
        async with started(consumer, settings):
            place = TopicPartition(log._topic, 0)
            consumer.assign([place])
            end = await log._ends(consumer, place)
            consumer.seek(place, 0)
            reading = asyncio.create_task(log._reads(consumer, place))
            try:
                await log._replayed(end)
                _log.info("quotas", claims=len(log.ledger))
                yield log
            finally:
                reading.cancel()
                await asyncio.wait({reading})

    async def settle(self, draws: Sequence[Draw], writer: Writer) -> Mapping[QuotaClaim, Tally]:
        """Write the claims that are not there yet, read up to them, and return what was counted before each.

        Raises WorkerError when they cannot be written or read; any of them may have its place already then.
        """
        new = {draw.claim: None for draw in draws if not self.ledger.knows(draw.claim)}
        if new:
            now = timestamp(datetime.now(UTC))
            await writer.write([_record(claim, now) for claim in new])
            await self._soon(lambda: all(map(self.ledger.knows, new)), "what was written could not be read back")
        self.check()
        return {draw.claim: self.ledger.before(draw.claim, draw.published_until) for draw in draws}

    def check(self) -> None:
        """Raise the WorkerError that ended the reading, if any."""
        if self._failure is not None:
            raise self._failure

    async def _replayed(self, end: int) -> None:
        while self._read < end:
            further = self._read + 1
            await self._soon(lambda: self._read >= further, "nothing more of it could be read")  # noqa: B023

    async def _soon(self, holds: Callable[[], bool], otherwise: str) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._until(holds)
        except TimeoutError:
            raise WorkerError(
                ExitCode.QUOTAS,
                f"topic {self._topic}: {otherwise} within {self._seconds:g} s (TIDEWAITER_PRODUCE_TIMEOUT_SECONDS)",
            ) from None

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with self._more:
            await self._more.wait_for(lambda: self._failure is not None or holds())
        self.check()

    async def _ends(self, consumer: Any, place: TopicPartition) -> int:
        try:
            first = (await consumer.beginning_offsets([place]))[place]
            end = (await consumer.end_offsets([place]))[place]
        except KafkaError as error:
            raise self._unreadable(error) from error
        if first:
            raise WorkerError(
                ExitCode.QUOTAS,
                f"topic {self._topic}: its first {first} records are gone, so what they counted is not known. It must "
                "keep its records for ever (cleanup.policy=delete, retention.ms=-1). To go on: make the topic anew and "
                "give the totals so far in TIDEWAITER_QUOTA_TOTALS",
            )
        return int(end)

    async def _reads(self, consumer: Any, place: TopicPartition) -> None:
        try:
            while True:
                records = await consumer.getmany(place, timeout_ms=_POLL_MS)
                self._passed_over.flush()
                for record in records.get(place, ()):
                    self._add(record)
                before, self._read = self._read, await consumer.position(place)
                if self._read != before:  # only by transaction markers, for example, which are not records
                    async with self._more:
                        self._more.notify_all()
        except KafkaError as error:
            self._failure = self._unreadable(error)
        except Exception as error:
            self._failure = WorkerError(ExitCode.UNFORESEEN, f"topic {self._topic}: reading it raised")
            self._failure.__cause__ = error
        async with self._more:
            self._more.notify_all()

    def _add(self, record: Any) -> None:
        try:
            claim = QuotaClaim.model_validate_json(record.value or b"")
        except ValidationError:
            # All workers skip it alike. Stopping would stop them for ever.
            self._passed_over.add("no claim", topic=self._topic, offset=record.offset)
            return
        self.ledger.add(claim)

    def _unreadable(self, error: KafkaError) -> WorkerError:
        if isinstance(error, TopicAuthorizationFailedError):
            return WorkerError(ExitCode.NOT_AUTHORISED, f"topic {self._topic}: this user may not read it (needs Read)")
        return WorkerError(ExitCode.QUOTAS, f"topic {self._topic} cannot be read: {error or type(error).__name__}")


class Settlement:
    """A log with the writer of its claims."""

    def __init__(self, log: QuotaLog, writer: Writer) -> None:
        self._log, self._writer = log, writer

    async def settle(self, draws: Sequence[Draw]) -> Mapping[QuotaClaim, Tally]:
        """Return what was counted before each claim. Raises WorkerError."""
        return await self._log.settle(draws, self._writer)


def _record(claim: QuotaClaim, time: bytes) -> Outgoing:
    value = claim.model_dump_json().encode()
    headers = claim_headers(hashlib.sha256(value).hexdigest(), claim.transfer_id, time)
    return Outgoing(
        value, claim.transfer_id.encode(), headers, f"the quota of transfer {claim.transfer_id}", partition=0
    )
