"""The Apache Kafka of the tests is what the other tests take it for."""

from __future__ import annotations

import socket

import pytest

from tests.apache_kafka import held_port
from tests.brokers import apache_kafka
from tests.wire import Record, Wire
from tidewaiter.broker.probe import answers

pytestmark = pytest.mark.kafka


@pytest.mark.parametrize("end", ["stop", "kill"])
@pytest.mark.long
def test_a_node_comes_back_on_its_port_with_what_was_acknowledged(end: str) -> None:
    with apache_kafka() as kafka:
        address = kafka.address
        wire = Wire(address)
        wire.create("kept", partitions=2)
        wire.publish("kept", [Record(str(number).encode()) for number in range(500)])
        getattr(kafka, end)()
        assert not answers(address)
        kafka.start()
        assert kafka.address == address
        kept = wire.read("kept", until=lambda records: len(records) >= 500)
        assert {int(record.value or b"") for record in kept} == set(range(500))


@pytest.mark.long
def test_a_cluster_serves_on_when_one_of_three_nodes_is_killed() -> None:
    with apache_kafka(nodes=3) as kafka:
        wire = Wire(kafka.address)
        wire.create("kept", partitions=3)
        wire.publish("kept", [Record(b"before")])
        kafka.kill(0)
        wire.publish("kept", [Record(b"after")])
        assert {record.value for record in wire.read("kept", until=lambda r: len(r) >= 2)} == {b"before", b"after"}
        kafka.start(0)
        kafka.kill(1)
        wire.publish("kept", [Record(b"later")])
        assert len(wire.read("kept", until=lambda records: len(records) >= 3)) == 3


def test_a_held_port_goes_to_whoever_asks_for_it_and_to_nobody_by_chance() -> None:
    with held_port() as port:
        for _ in range(200):
            with socket.socket() as other:
                other.bind(("127.0.0.1", 0))
                assert other.getsockname()[1] != port
        with socket.create_server(("127.0.0.1", port)):
            socket.create_connection(("127.0.0.1", port)).close()
