"""Writes verdicts and dead letters, and returns only when the broker has acknowledged every one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)

from tidewaiter.stream.failure import ExitCode, WorkerError

_TOO_LARGE: Final = (MessageSizeTooLargeError, RecordListTooLargeError)
_FORBIDDEN: Final = (TopicAuthorizationFailedError, ClusterAuthorizationFailedError)

_HASHED_KEY: Final = 4_096
"""Longer keys are hashed here: aiokafka's hash in Python blocks the event loop for half a second a megabyte. Only dead
letters have such keys."""

RecordHeaders = Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record to write. `subject` names it in errors: a transfer id, or the origin of a dead letter."""

    value: bytes | None
    key: bytes | None
    headers: RecordHeaders
    subject: str
    partition: int | None = None


class Writer:
    """Writes batches to one topic with the raw aiokafka producer.

    Faust's own `topic.send` reports a failed send only through its future, and makes a request for every record or two.
    `failure` is the exit code for records that cannot be written.
    """

    def __init__(self, producer: AIOKafkaProducer, topic: str, timeout: float, failure: ExitCode) -> None:
        self._producer, self._topic, self._timeout, self._failure = producer, topic, timeout, failure

    async def write(self, records: Sequence[Outgoing]) -> None:
        """Write all in order and await all acknowledgements. After a WorkerError any of them may be missing."""
        if not records:
            return
        try:
            async with asyncio.timeout(self._timeout):
                outcomes = await self._attempt(records)
                too_large = [
                    record for record, outcome in zip(records, outcomes, strict=True) if isinstance(outcome, _TOO_LARGE)
                ]
                self._raise_first(records, outcomes)
                # A batch may be refused for its size although each record would be accepted: try again one at a time.
                for record in too_large:
                    self._raise_first([record], await self._attempt([record]), alone=True)
        except TimeoutError:
            raise WorkerError(
                self._failure,
                f"topic {self._topic}: the broker did not acknowledge {len(records)} records within "
                f"{self._timeout:g} s (TIDEWAITER_PRODUCE_TIMEOUT_SECONDS)",
            ) from None

    async def _attempt(self, records: Sequence[Outgoing]) -> list[Any]:
        send, topic = self._producer.send, self._topic
        futures: list[Any] = []
        for record in records:
            try:
                if record.value is None and record.key is None:
                    futures.append(await self._send_bare(record))
                    continue
                futures.append(
                    await send(
                        topic,
                        value=record.value,
                        key=record.key,
                        partition=await self._partition(record),
                        headers=record.headers,
                    )
                )
            except MessageSizeTooLargeError as error:
                futures.append(_failed(error))
            except KafkaError as error:
                futures.append(_failed(error))
                break
        outcomes = await asyncio.gather(*futures, return_exceptions=True)
        return outcomes + [outcomes[-1]] * (len(records) - len(outcomes))

    async def _send_bare(self, record: Outgoing) -> Any:
        """Write a record with neither key nor value. Kafka accepts it, but aiokafka's `send` refuses it."""
        batch = self._producer.create_batch()
        batch.append(key=None, value=None, timestamp=None, headers=list(record.headers))
        partition = record.partition
        if partition is None:
            partition = min(await self._partitions())
        return await self._producer.send_batch(batch, self._topic, partition=partition)

    async def _partition(self, record: Outgoing) -> int | None:
        """Return the partition to write to; None when the producer chooses it by the key."""
        if record.partition is not None or len(record.key or b"") <= _HASHED_KEY:
            return record.partition
        partitions = sorted(await self._partitions())
        return partitions[int.from_bytes(hashlib.sha256(record.key or b"").digest()) % len(partitions)]

    async def _partitions(self) -> set[int]:
        found: set[int] = await self._producer.partitions_for(self._topic)
        return found

    def _raise_first(self, records: Sequence[Outgoing], outcomes: Sequence[Any], alone: bool = False) -> None:
        for record, outcome in zip(records, outcomes, strict=True):
            if not isinstance(outcome, BaseException):
                continue
            if isinstance(outcome, _TOO_LARGE):
                if alone:
                    raise self._too_large(record) from outcome
                continue
            if isinstance(outcome, _FORBIDDEN):
                raise WorkerError(
                    ExitCode.NOT_AUTHORISED, f"topic {self._topic}: this user may not write to it (needs Write)"
                ) from outcome
            if isinstance(outcome, KafkaError):
                raise WorkerError(
                    self._failure, f"topic {self._topic}: a record was refused: {outcome or type(outcome).__name__}"
                ) from outcome
            raise outcome

    def _too_large(self, record: Outgoing) -> WorkerError:
        code = ExitCode.VERDICT_TOO_LARGE if self._failure is ExitCode.PRODUCE else self._failure
        return WorkerError(
            code,
            f"topic {self._topic}: the record for {record.subject} has {len(record.value or b'')} bytes, more than "
            "is taken; raise TIDEWAITER_MAX_RECORD_BYTES and the topic's max.message.bytes",
        )


def _failed(error: KafkaError) -> asyncio.Future[Any]:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_exception(error)
    return future
