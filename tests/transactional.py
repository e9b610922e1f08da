"""A transactional producer of another make than the client that Tidewaiter reads with: librdkafka."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from typing import Any, Self

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Producer, TopicPartition

from tests.patience import WAIT
from tests.wire import Record

_SECONDS = 30.0


class Transactional:
    """Writes records in transactions. One transaction at a time; `begin` starts one."""

    def __init__(self, address: str, *, timeout_seconds: float = 60.0, **settings: Any) -> None:
        self._producer = Producer(
            {
                "bootstrap.servers": address,
                "transactional.id": f"tests-{uuid.uuid4().hex[:12]}",
                "transaction.timeout.ms": int(timeout_seconds * 1000),
                "linger.ms": 2,
                "log_level": 0,  # else it speaks of a broker that is gone when the tests end
                **settings,
            }
        )
        self._producer.init_transactions(_SECONDS)

    def begin(self, topic: str, records: Iterable[Record] = ()) -> Self:
        """Begins a transaction with these records, and returns when the broker has them."""
        self._producer.begin_transaction()
        self.write(topic, records)
        return self

    def write(self, topic: str, records: Iterable[Record]) -> None:
        """Writes into the transaction that is open, and returns when the broker has the records."""
        failed: list[Any] = []

        def told(error: Any, _message: Any) -> None:
            if error is not None:
                failed.append(error)

        for record in records:
            place: dict[str, Any] = {} if record.partition is None else {"partition": record.partition}
            self._producer.produce(
                topic, record.value, record.key, headers=list(record.headers), on_delivery=told, **place
            )
        # An abort drops what is still on its way, and then nothing would be there to be aborted.
        assert self._producer.flush(_SECONDS) == 0
        assert not failed, failed

    def commit(self) -> None:
        self._producer.commit_transaction(_SECONDS)

    def abort(self) -> None:
        self._producer.abort_transaction(_SECONDS)

    def committed(self, topic: str, records: Iterable[Record]) -> None:
        """One transaction with these records, committed."""
        self.begin(topic, records).commit()

    def aborted(self, topic: str, records: Iterable[Record]) -> None:
        """One transaction with these records, aborted after the broker had them."""
        self.begin(topic, records).abort()


def committed_places(address: str, topic: str) -> set[tuple[int, int]]:
    """Partition and offset of every record of a topic that no transaction aborted, as librdkafka reads it."""
    reader = Consumer(
        {
            "bootstrap.servers": address,
            "group.id": f"tests-{uuid.uuid4().hex[:12]}",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            # It decompresses no batch that becomes larger than this, and several bombs may be in one.
            "receive.message.max.bytes": 1_000_000_000,
            "log_level": 0,
        }
    )
    try:
        partitions = reader.list_topics(topic, _SECONDS).topics[topic].partitions
        reader.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
        found, ended, last = set[tuple[int, int]](), set[int](), dict[int, object]()
        until = time.monotonic() + WAIT
        while len(ended) < len(partitions):
            assert time.monotonic() < until, (
                f"{topic} was not read to its end: of {sorted(partitions)} only {sorted(ended)}; last seen {last}"
            )
            for message in reader.consume(1_000, 0.2):
                partition, offset, error = message.partition(), message.offset(), message.error()
                assert partition is not None
                assert offset is not None
                last[partition] = error or offset
                if error is None:
                    found.add((partition, offset))
                elif error.code() == KafkaError._PARTITION_EOF:
                    ended.add(partition)
        return found
    finally:
        reader.close()
