"""Writes verdicts and dead letters, and returns only when the broker has acknowledged every one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
from aiokafka.partitioner import DefaultPartitioner

from tidewaiter.stream.failure import ExitCode, WorkerError

_TOO_LARGE: Final = (MessageSizeTooLargeError, RecordListTooLargeError)
_FORBIDDEN: Final = (TopicAuthorizationFailedError, ClusterAuthorizationFailedError)

_HASHED_KEY: Final = 4_096
"""Longer keys are hashed here: aiokafka's hash in Python blocks the event loop for half a second a megabyte. Only dead
letters have such keys."""

_BY_KEY: Final = DefaultPartitioner()

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
    aiokafka's `send` makes a future for each record. Here all records for a partition are one record batch, which the
    broker accepts or refuses as a whole.

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
        """Return for each record what the broker answered, or the error of the batch that it was in."""
        try:
            partitions = sorted(await self._partitions())
            available = sorted(self._producer.client.cluster.available_partitions_for_topic(self._topic) or partitions)
        except KafkaError as error:
            return [error] * len(records)
        placed: dict[int, list[int]] = {}
        for number, record in enumerate(records):
            placed.setdefault(_partition(record, partitions, available), []).append(number)
        answers: list[Any] = [None] * len(records)
        for partition, numbers in placed.items():
            for batch in self._batches(records, numbers):
                sent = await self._send(batch, partition)
                for number in batch.numbers:
                    answers[number] = sent
        return await asyncio.gather(*answers, return_exceptions=True)

    def _batches(self, records: Sequence[Outgoing], numbers: Iterable[int]) -> Iterator[_Batch]:
        """Yield batches of the records with these numbers, in order, each as large as the producer's setting allows."""
        batch = _Batch(self._producer.create_batch())
        for number in numbers:
            if not batch.add(number, records[number]):
                yield batch
                batch = _Batch(self._producer.create_batch())
                batch.add(number, records[number])
        yield batch

    async def _send(self, batch: _Batch, partition: int) -> asyncio.Future[Any]:
        """Hand a batch to the producer and return the future of the broker's answer."""
        batch.builder.close()
        try:
            answer: asyncio.Future[Any] = await self._producer.send_batch(
                batch.builder, self._topic, partition=partition
            )
        except KafkaError as error:
            return _failed(error)
        return answer

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


@dataclass(slots=True)
class _Batch:
    """A batch for one partition, with the numbers of its records."""

    builder: Any  # aiokafka's BatchBuilder
    numbers: list[int] = field(default_factory=list)

    def add(self, number: int, record: Outgoing) -> bool:
        """Add a record. Return False when the batch is full; an empty batch takes a record of any size."""
        added = self.builder.append(timestamp=None, key=record.key, value=record.value, headers=list(record.headers))
        if added is not None:
            self.numbers.append(number)
        return added is not None


def _partition(record: Outgoing, partitions: Sequence[int], available: Sequence[int]) -> int:
    """Return the partition to write to: the record's own, or as other clients do.

    That is one of `partitions` by the key, and without a key any that is `available`.
    """
    if record.partition is not None:
        return record.partition
    if record.key is None and record.value is None:
        return partitions[0]  # a copy of a dead letter whose content was not read is found beside the first
    if record.key is not None and len(record.key) > _HASHED_KEY:
        return partitions[int.from_bytes(hashlib.sha256(record.key).digest()) % len(partitions)]
    chosen: int = _BY_KEY(record.key, partitions, available)
    return chosen


def _failed(error: KafkaError) -> asyncio.Future[Any]:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_exception(error)
    return future
