"""Writes the events of a round in bursts: by hand in five compressions, and in transactions, committed and aborted."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import threading
import uuid
import zlib
from collections.abc import Sequence
from typing import Any, Final, Literal

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from confluent_kafka import KafkaException

from tests.batches import CODECS, Raw, raw_batch, send_raw
from tests.station import LARGEST_RECORD, Station
from tests.system.chaos.events import Event, drawn
from tests.transactional import Transactional
from tests.wire import Record

Mode = Literal["plain", "committed", "aborted"]
MODES: Final[tuple[Mode, ...]] = ("plain", "plain", "plain", "committed", "aborted")
TRANSACTION_SECONDS: Final = 20.0
_FAILURES: Final = (KafkaError, KafkaException, OSError, TimeoutError, AssertionError)


class Publisher:
    """Publishes on a thread of its own, as far as it is allowed to, and again what was not acknowledged.

    `acknowledged` are the ids of events that must be screened, `aborted` of those that must not be; an event that was
    aborted is published by nobody else.
    """

    def __init__(self, station: Station, rng: random.Random, events: int, seconds: float) -> None:
        self._station, self._rng = station, rng
        self._each = seconds / events
        self.events = {event.id: event for event in (drawn(rng, number) for number in range(events))}
        self.partitions = station.partitions
        self.acknowledged: set[bytes] = set()
        self.aborted: set[bytes] = set()
        self._allowed = 0
        self._published = 0
        self._transaction = f"chaos-{uuid.uuid4().hex[:12]}"
        self._thread = threading.Thread(target=self._publish, daemon=True)
        self._thread.start()

    def allow(self, share: float) -> None:
        """Let it publish so much of all."""
        self._allowed = round(share * len(self.events))

    def end(self, within: float) -> bool:
        """Wait for the last acknowledgement. False when it did not come."""
        self._thread.join(within)
        return not self._thread.is_alive()

    def _publish(self) -> None:
        left, rest = iter(self.events.values()), threading.Event()
        while burst := list(itertools.islice(left, self._rng.randint(20, max(40, len(self.events) // 20)))):
            while self._published >= self._allowed:
                rest.wait(0.05)
            mode, codec = self._rng.choice(MODES), self._rng.choice(list(CODECS))
            while not self._sent(burst, mode, codec):
                rest.wait(0.5)
            self._published += len(burst)
            rest.wait(self._each * len(burst))

    def _sent(self, burst: Sequence[Event], mode: Mode, codec: str) -> bool:
        """Whether all of it was acknowledged, committed, or aborted."""
        by_hand = [event for event in burst if mode == "plain" or event.kind.by_hand]
        in_transaction = [event for event in burst if event not in by_hand]
        try:
            if in_transaction:
                self._transact(in_transaction, mode, codec)
            asyncio.run(self._write_by_hand(by_hand, codec))
        except _FAILURES:
            return False
        self.acknowledged |= {event.id for event in by_hand}
        return True

    def _transact(self, burst: Sequence[Event], mode: Mode, codec: str) -> None:
        # The same id again: whatever a producer that failed has left open is aborted first.
        settings: dict[str, Any] = {
            "transactional.id": self._transaction,
            "compression.type": codec,
            "message.max.bytes": 2 * LARGEST_RECORD,
        }
        producer = Transactional(self._station.address, timeout_seconds=TRANSACTION_SECONDS, **settings)
        if mode == "aborted":
            self.aborted |= {event.id for event in burst}
        producer.begin(self._station.transfers, [self._record(event) for event in burst])
        if mode == "aborted":
            producer.abort()
        else:
            producer.commit()
            self.acknowledged |= {event.id for event in burst}

    def _record(self, event: Event) -> Record:
        record = event.record
        headers: Any = tuple((name.decode(), content) for name, content in record.headers)
        return Record(record.value, record.key, headers, self._partition(event))

    async def _write_by_hand(self, burst: Sequence[Event], codec: str) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._station.address,
            acks="all",
            max_request_size=2 * LARGEST_RECORD,
            request_timeout_ms=20_000,
        )
        try:
            async with asyncio.timeout(60):
                await producer.start()
                by_partition: dict[int, list[Raw]] = {}
                for event in burst:  # partitions may be added meanwhile
                    by_partition.setdefault(self._partition(event), []).append(event.record)
                for partition, records in by_partition.items():
                    fits = codec != "none" or _size(records) < LARGEST_RECORD / 2
                    batch = raw_batch(records, codec if fits else "zstd", now=True)
                    await send_raw(producer, self._station.transfers, partition, batch)
        finally:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(5):
                    await producer.stop()

    def _partition(self, event: Event) -> int:
        return zlib.crc32(event.record.key or b"") % self.partitions


def _size(records: Sequence[Raw]) -> int:
    return sum(len(record.value or b"") + len(record.key or b"") + record.filled for record in records)
