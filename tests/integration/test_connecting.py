"""What a process does with a broker that starts late, and with a group whose coordinator or members need time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CoordinatorLoadInProgressError
from aiokafka.protocol.commit import OffsetFetchResponse_v3

from tests.apache_kafka import held_port
from tests.brokers import Broker
from tests.integration.test_inputs import PAYMENT, PAYMENT_ID, station_on
from tests.wire import Record
from tidewaiter.errors import BrokerError
from tidewaiter.settings import load
from tidewaiter.stream.connection import admin, committed_offsets

LATE = 1.5


@contextlib.asynccontextmanager
async def door(port: int, to: str) -> AsyncIterator[None]:
    """Listens on `port` after a while, and leads to the broker."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, number = to.rpartition(":")
        further = await asyncio.open_connection(host, int(number))

        async def along(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            while some := await source.read(65_536):
                target.write(some)
            target.close()

        await asyncio.gather(along(reader, further[1]), along(further[0], writer))

    async def opened() -> None:
        await asyncio.sleep(LATE)
        async with await asyncio.start_server(relay, "127.0.0.1", port):
            await asyncio.Event().wait()

    listening = asyncio.create_task(opened())
    try:
        yield
    finally:
        listening.cancel()
        await asyncio.wait({listening})


def test_a_broker_that_starts_late_is_tried_again_for_as_long_as_the_setting_says(any_broker: Broker) -> None:
    async def reached(port: int, seconds: float) -> None:
        settings = load({"broker": f"127.0.0.1:{port}", "connect_timeout_seconds": seconds})
        async with door(port, any_broker.address), admin(settings) as client:
            assert await client.list_topics() is not None

    with held_port() as port:
        asyncio.run(reached(port, 30))
    began = time.monotonic()
    with held_port() as port, pytest.raises(BrokerError, match=r"no Kafka broker answers .*Connection refused"):
        asyncio.run(reached(port, 0.5))
    assert time.monotonic() - began > 0.4


def test_a_group_that_its_coordinator_still_loads_is_not_taken_for_one_without_commits() -> None:
    class Loading:
        """Answers as Apache Kafka does meanwhile: an error of the whole response, and no partitions."""

        async def find_coordinator(self, group: str) -> int:
            return 1

        async def _send_request(self, request: Any, node: int) -> Any:
            return OffsetFetchResponse_v3(0, [], CoordinatorLoadInProgressError.errno)

    client, places = Loading(), [TopicPartition("transfers", 0)]
    ignored = AIOKafkaAdminClient.list_consumer_group_offsets(client, "group", partitions=places)
    assert asyncio.run(ignored) == {}, "aiokafka raises: committed_offsets is needed no more"
    with pytest.raises(CoordinatorLoadInProgressError):
        asyncio.run(committed_offsets(client, "group", places))


@pytest.mark.long
def test_a_worker_waits_as_long_as_the_group_of_its_inputs_takes_to_let_it_join(any_broker: Broker) -> None:
    """The group waits for a member that was killed as long as its session lasts: no broker is missing meanwhile."""
    station, payments, _, inputs = station_on(any_broker)
    told: dict[str, Any] = {"inputs": inputs, "session_timeout_seconds": 60, "rebalance_timeout_seconds": 65}
    with station.worker(**told) as stays, station.worker(**told) as killed:
        for each in (stays, killed):
            each.until(lambda each=each: len(each.assigned()) == 1 and bool(each.logged("reading documents")))  # type: ignore[misc]
        time.sleep(2)  # both are members of the group of the inputs
        killed.kill()
        with station.worker(**told, connect_timeout_seconds=4) as again:
            again.until(lambda: len(again.assigned()) == 1)
            station.wire.publish(payments, [Record(PAYMENT, b"k")])
            station.verdicts_on([PAYMENT_ID])
            assert again.exit_code is None, again.log()
