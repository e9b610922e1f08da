"""A Kafka client for tests: create topics, write and read records, ask for end offsets and committed offsets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import GroupCoordinatorNotAvailableError

from tests.patience import WAIT

T = TypeVar("T")
Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One record, to be written or as read. `partition` None lets the key decide; -1 offset before it is written."""

    value: bytes | None
    key: bytes | None = None
    headers: Headers = ()
    partition: int | None = None
    offset: int = -1
    timestamp: int | None = None

    @property
    def header(self) -> dict[str, str]:
        """The headers by name, the last of a name, as text."""
        return {name: value.decode(errors="replace") for name, value in self.headers}


class Wire:
    """The topics of one broker. Every call opens its own connection, so a broker may go and come between calls."""

    def __init__(self, address: str) -> None:
        self._address = address

    def create(self, *topics: str, partitions: int = 4, **settings: str) -> None:
        """Makes topics and returns when they can be seen. Settings with underscores: `max_message_bytes="1000"`."""
        configs = {name.replace("_", "."): value for name, value in settings.items()}
        replicas = min(3, self._address.count(",") + 1)

        async def create(admin: AIOKafkaAdminClient) -> None:
            wanted = [NewTopic(topic, partitions, replicas, topic_configs=configs) for topic in topics]
            answer = await admin.create_topics(wanted)
            failed = [error for error in answer.topic_errors if error[1] != 0]
            assert not failed, failed
            while not set(topics) <= set(await admin.list_topics()):  # noqa: ASYNC110 - the broker sends no event
                await asyncio.sleep(0.05)

        self._administer(create)

    def configure(self, topic: str, **settings: str) -> None:
        """Changes settings of a topic, written as for `create`."""
        configs = {name.replace("_", "."): value for name, value in settings.items()}
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, configs=configs)

        async def configure(admin: AIOKafkaAdminClient) -> None:
            await admin.alter_configs([resource])

        self._administer(configure)

    def add_partitions(self, topic: str, total: int) -> None:
        """Gives a topic more partitions, so many in all."""

        async def add(admin: AIOKafkaAdminClient) -> None:
            await admin.create_partitions({topic: NewPartitions(total)})

        self._administer(add)

    def delete(self, topic: str) -> None:
        """Deletes a topic and returns when it is gone."""

        async def delete(admin: AIOKafkaAdminClient) -> None:
            await admin.delete_topics([topic])
            while topic in await admin.list_topics():  # noqa: ASYNC110 - the broker sends no event
                await asyncio.sleep(0.05)

        self._administer(delete)

    def delete_records(self, topic: str, *, before: int) -> None:
        """Deletes the records of partition 0 below an offset, as retention would."""

        async def delete(admin: AIOKafkaAdminClient) -> None:
            await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=before)})

        self._administer(delete)

    def publish(self, topic: str, records: Iterable[Record]) -> list[tuple[int, int]]:
        """Writes the records in order and returns partition and offset of each, once all are acknowledged."""

        async def publish() -> list[tuple[int, int]]:
            async with AIOKafkaProducer(
                bootstrap_servers=self._address, acks="all", max_request_size=16 * 1024 * 1024, linger_ms=2
            ) as producer:
                sent = [await _send(producer, topic, record) for record in records]
                acknowledged = await asyncio.gather(*sent)
            return [(each.partition, each.offset) for each in acknowledged]

        return asyncio.run(publish())

    def read(self, topic: str, *, until: Callable[[Sequence[Record]], bool], within: float = WAIT) -> list[Record]:
        """All records of a topic from its beginning, partition by partition, as soon as `until` holds of them.

        After `within` seconds returns what there is, for the test to judge.
        """

        async def read() -> list[Record]:
            async with AIOKafkaConsumer(
                bootstrap_servers=self._address,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                fetch_max_wait_ms=50,
                max_partition_fetch_bytes=16 * 1024 * 1024,
            ) as consumer:
                await _assign_all(consumer, topic)
                records: list[Record] = []
                deadline = time.monotonic() + within
                while not until(records) and time.monotonic() < deadline:
                    for arrived in (await consumer.getmany(timeout_ms=200)).values():
                        records += map(_record, arrived)
            return sorted(records, key=lambda record: (record.partition, record.offset))

        return asyncio.run(read())

    def read_all(self, topic: str) -> list[Record]:
        """All records that a topic has at the moment of the call, partition by partition."""

        async def read() -> list[Record]:
            async with AIOKafkaConsumer(
                bootstrap_servers=self._address,
                enable_auto_commit=False,
                fetch_max_wait_ms=50,
                max_partition_fetch_bytes=16 * 1024 * 1024,
            ) as consumer:
                await _assign_all(consumer, topic)
                ends = await consumer.end_offsets(list(consumer.assignment()))
                records: list[Record] = []
                while [place for place, end in ends.items() if await consumer.position(place) < end]:
                    for arrived in (await consumer.getmany(timeout_ms=200)).values():
                        records += map(_record, arrived)
            return sorted(records, key=lambda record: (record.partition, record.offset))

        return asyncio.run(asyncio.wait_for(read(), WAIT))

    def ends(self, topic: str) -> dict[int, int]:
        """Where each partition of a topic ends: the offset of the next record."""

        async def ends() -> dict[int, int]:
            async with AIOKafkaConsumer(bootstrap_servers=self._address) as consumer:
                await _assign_all(consumer, topic)
                found = await consumer.end_offsets(list(consumer.assignment()))
            return {place.partition: end for place, end in found.items()}

        return asyncio.run(ends())

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """The offsets a group has committed, by partition; without the partitions it has committed nothing for."""

        async def committed(admin: AIOKafkaAdminClient) -> dict[int, int]:
            (described,) = await admin.describe_topics([topic])
            # Named one by one, because the embedded broker's answer for all of them cannot be read.
            places = [TopicPartition(topic, each["partition"]) for each in described["partitions"]]
            deadline = time.monotonic() + WAIT
            while True:
                try:
                    offsets = await admin.list_consumer_group_offsets(group, partitions=places)
                    break
                except GroupCoordinatorNotAvailableError:
                    # Apache Kafka makes the topic with the groups' offsets when first asked for a group.
                    if time.monotonic() > deadline:
                        raise
                    await asyncio.sleep(0.1)
            return {place.partition: each.offset for place, each in offsets.items() if each.offset >= 0}

        return self._administer(committed)

    def members(self, group: str) -> int:
        """How many members a group has."""

        async def members(admin: AIOKafkaAdminClient) -> int:
            (answer,) = await admin.describe_consumer_groups([group])
            ((_error, _group, _state, _type, _protocol, joined, *_rest),) = answer.groups
            return len(joined)

        return self._administer(members)

    def _administer(self, work: Callable[[AIOKafkaAdminClient], Coroutine[Any, Any, T]]) -> T:
        async def administer() -> T:
            admin = AIOKafkaAdminClient(bootstrap_servers=self._address)
            await admin.start()
            try:
                return await work(admin)
            finally:
                await admin.close()

        return asyncio.run(administer())


async def _send(producer: AIOKafkaProducer, topic: str, record: Record) -> Any:
    """The future of one record's acknowledgement."""
    headers = list(record.headers)
    if record.value is None and record.key is None:
        # Kafka takes it, and other clients send it; aiokafka sends it in no other way.
        batch = producer.create_batch()
        batch.append(key=None, value=None, timestamp=record.timestamp, headers=headers)
        return await producer.send_batch(batch, topic, partition=record.partition or 0)
    return await producer.send(
        topic,
        record.value,
        key=record.key,
        headers=headers,
        partition=record.partition,
        timestamp_ms=record.timestamp,
    )


async def _assign_all(consumer: AIOKafkaConsumer, topic: str) -> None:
    partitions = None
    while not partitions:
        # Knowing a topic takes a metadata request of its own, which only asking for it brings about.
        await consumer._client._wait_on_metadata(topic)
        partitions = consumer.partitions_for_topic(topic)
    consumer.assign([TopicPartition(topic, partition) for partition in sorted(partitions)])
    await consumer.seek_to_beginning()


def _record(read: ConsumerRecord) -> Record:
    headers = tuple((name, bytes(value or b"")) for name, value in read.headers)
    return Record(read.value, read.key, headers, read.partition, read.offset, read.timestamp)
