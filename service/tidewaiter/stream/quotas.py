"""Orders the claims on quotas of all workers, by the order of a topic that every worker reads in the same way.

A claim is written, the topic is read up to it, and the first record of that claim is its place. Every later request, on
any worker and after any crash, gets the same answer. It decides nothing and has no state that the topic does not have.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from tidewaiter.observability import logs
from tidewaiter.screening.ledger import QuotaLedger, Tally
from tidewaiter.screening.quotas import Draw
from tidewaiter.settings import Settings
from tidewaiter.stream.failure import ExitCode
from tidewaiter.stream.ordered_topic import OrderedTopic
from tidewaiter.stream.topics import Topics
from tidewaiter.stream.writer import Outgoing, Writer
from tidewaiter.wire.cloudevents import claim_headers, timestamp
from tidewaiter_schemas.quota import QuotaClaim

_log = logs.logger("tidewaiter.quotas")


class QuotaLog(OrderedTopic):
    """The quota topic, read from its first record until the block of `opened` ends."""

    needs = (
        "so what they counted is not known. It must keep its records for ever (cleanup.policy=delete, "
        "retention.ms=-1). To go on: make the topic anew and give the totals so far in TIDEWAITER_QUOTA_TOTALS"
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, Topics.of(settings).quotas, ExitCode.QUOTAS)
        self.ledger = QuotaLedger()
        self._passed_over = logs.Gathered(_log.error, "no claim")

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: Settings, partitions: int) -> AsyncIterator[QuotaLog]:
        """Read the whole topic, which has `partitions`, and keep reading. Raises WorkerError or BrokerError."""
        log = cls(settings)
        async with log.following(partitions):
            _log.info("quotas", claims=len(log.ledger))
            yield log

    async def settle(self, draws: Sequence[Draw], writer: Writer) -> Mapping[QuotaClaim, Tally]:
        """Write the claims that are not there yet, read up to them, and return what was counted before each.

        Raises WorkerError when they cannot be written or read; any of them may have its place already then.
        """
        new = {draw.claim: None for draw in draws if not self.ledger.knows(draw.claim)}
        if new:
            now = timestamp(datetime.now(UTC))
            await writer.write([_record(claim, now) for claim in new])
            await self.soon(lambda: all(map(self.ledger.knows, new)))
        self.check()
        return {draw.claim: self.ledger.before(draw.claim, draw.published_until) for draw in draws}

    def polled(self) -> None:
        """Log the records that were skipped."""
        self._passed_over.flush()

    def take(self, record: Any) -> None:
        """Add a claim to the ledger."""
        try:
            claim = QuotaClaim.model_validate_json(record.value or b"")
        except ValidationError:
            # All workers skip it alike. Stopping would stop them for ever.
            self._passed_over.add("no claim", topic=self.topic, offset=record.offset)
            return
        self.ledger.add(claim)


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
