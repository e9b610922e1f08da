"""Records of Confluent's serialisers become verdicts, with a real schema registry and Apache Kafka; and its outages."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient, topic_record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from tests.apicurio import Apicurio, apicurio
from tests.brokers import Broker
from tests.packaged import screener
from tests.schema_registry import Registry, served
from tests.station import Station, one_verdict_each, transfer
from tests.system.network import Proxy
from tests.wire import Record
from tidewaiter.wire.cloudevents import canonical
from tidewaiter.wire.framing import HEADER
from tidewaiter_schemas import TransferEvent
from tidewaiter_schemas.dead_letter import HEADER_DETAIL, HEADER_REASON
from tidewaiter_schemas.in_force import read_verdict
from tidewaiter_schemas.verifying import Verifier

pytestmark = [pytest.mark.kafka, pytest.mark.long]
JSON_SCHEMA = (Path(__file__).parents[2] / "schemas" / "json" / "transfer.schema.json").read_text(encoding="utf-8")
PAGE = Path(__file__).parents[2] / "docs" / "schema-registry.md"
OWN = json.dumps(
    {
        "type": "record",
        "name": "Shipment",
        "namespace": "com.acme",
        "fields": [
            {"name": "id", "type": "string"},
            {"name": "occurred_at", "type": "string"},
            {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["SALE", "GIFT"]}},
            {
                "name": "parties",
                "type": {
                    "type": "array",
                    "items": {
                        "type": "record",
                        "name": "Party",
                        "fields": [
                            {"name": "role", "type": "string"},
                            {"name": "name", "type": "string"},
                            {"name": "type", "type": "string"},
                            {"name": "countries", "type": {"type": "array", "items": "string"}},
                            {"name": "address", "type": ["null", "string"], "default": None},
                        ],
                    },
                },
            },
            {
                "name": "items",
                "type": {
                    "type": "array",
                    "items": {
                        "type": "record",
                        "name": "Item",
                        "fields": [{"name": "description", "type": "string"}, {"name": "quantity", "type": "int"}],
                    },
                },
            },
            {"name": "route", "type": {"type": "map", "values": {"type": "map", "values": "string"}}},
        ],
    }
)
"""A producer's own schema, with the names of the contract. Apicurio 3.0 fails on schemas that refer to themselves, as
ours does."""
OTHER = json.dumps(
    {"type": "record", "name": "Order", "namespace": "com.acme", "fields": [{"name": "id", "type": "int"}]}
)
# Records of several types on one topic, each with a subject of its own.
SUBJECTS = {"subject.name.strategy": topic_record_subject_name_strategy}
EVENT = [
    ("ce_specversion", "1.0"),
    ("ce_id", "e-1"),
    ("ce_source", "/erp/hamburg"),
    ("ce_type", "tidewaiter.transfer.v1"),
    ("content-type", "application/avro"),
]


@pytest.fixture(scope="module")
def registry() -> Iterator[Apicurio]:
    with apicurio() as one:
        yield one


class Orders:
    """A producer with Confluent's own client and serialisers, as its documentation has it."""

    def __init__(self, station: Station, registry: Apicurio, topic: str) -> None:
        self.topic = topic
        self._client = SchemaRegistryClient({"url": registry.url})
        self._producer = Producer({"bootstrap.servers": station.address, "acks": "all"})

    def avro(self, event: Mapping[str, Any], schema: str = OWN, headers: Any = None) -> None:
        own = {**event, "kind": event["kind"].upper()} if schema == OWN else event
        self.send(AvroSerializer(self._client, schema, conf=SUBJECTS)(own, self._context()), headers)

    def json(self, event: Mapping[str, Any], headers: Any = None) -> None:
        self.send(self.framed(event), headers)

    def framed(self, event: Mapping[str, Any]) -> bytes | None:
        value: bytes | None = JSONSerializer(JSON_SCHEMA, self._client, conf=SUBJECTS)(dict(event), self._context())
        return value

    def json_by_header(self, event: Mapping[str, Any]) -> None:
        """As Confluent's clients do when the schema id is to be in a header; Apicurio has no GUIDs, so by number."""

        def by_number(payload: bytes, context: Any, schema_id: Any) -> bytes:
            context.headers.append((HEADER, schema_id.id_to_bytes()))
            return payload

        context = SerializationContext(self.topic, MessageField.VALUE, [])
        serialize = JSONSerializer(JSON_SCHEMA, self._client, conf={**SUBJECTS, "schema.id.serializer": by_number})
        self.send(serialize(dict(event), context), context.headers)

    def _context(self) -> SerializationContext:
        return SerializationContext(self.topic, MessageField.VALUE)

    def send(self, value: bytes | None, headers: Any = None) -> None:
        self._producer.produce(self.topic, value, b"some key", headers=headers or [])
        assert self._producer.flush(30) == 0


def prepared(kafka: Broker, registry: Apicurio) -> tuple[Station, Orders, dict[str, object]]:
    station = Station(kafka.address, partitions=2).create()
    orders = Orders(station, registry, f"{station.prefix}orders")
    station.create(orders.topic)
    return station, orders, {"inputs": f"{orders.topic}:registry", "schema_registry_url": registry.url}


def without_a_broker(events: list[dict[str, Any]]) -> dict[str, bytes]:
    judged = screener().screen([TransferEvent.model_validate_json(json.dumps(event)) for event in events])
    return {verdict.transfer_id: canonical(verdict) for verdict in judged}


def test_records_of_confluents_serialisers_have_the_verdicts_of_their_transfers(
    kafka: Broker, registry: Apicurio
) -> None:
    station, orders, settings = prepared(kafka, registry)
    events = [transfer(number) for number in (10, 11, 12, 13)]
    orders.avro(events[0], headers=[*EVENT, ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")])
    orders.json(events[1])
    orders.json_by_header(events[2])
    station.publish(events[3:])
    with station.worker(**settings) as worker:
        found = station.verdicts_on([event["id"] for event in events])
        one_verdict_each(found)
        assert worker.terminate() == 0, worker.log()
    assert {identity: records[0].value for identity, records in found.items()} == without_a_broker(events)
    assert json.loads(found[events[0]["id"]][0].value or b"")["decision"] == "block"
    assert "traceparent" in found[events[0]["id"]][0].header
    written = station.wire.read(station.transfers, until=lambda records: len(records) >= 4)
    headers = {json.loads(record.value or b"")["id"]: record.header for record in written}
    assert headers[events[0]["id"]]["ce_source"] == "/erp/hamburg", "what the producer said of its event is kept"
    assert headers[events[0]["id"]]["content-type"] == "application/json"
    assert headers[events[1]["id"]]["ce_source"] == f"/tidewaiter/inputs/{orders.topic}"
    assert {record.key for record in written} == {event["id"].encode() for event in events}


def test_what_is_no_transfer_is_a_dead_letter_that_says_why(kafka: Broker, registry: Apicurio) -> None:
    station, orders, settings = prepared(kafka, registry)
    good = transfer(1)
    orders.json(good, headers=[each for each in EVENT if each[0] != "ce_type"] + [("ce_type", "com.acme.order")])
    orders.avro({"id": 7}, schema=OTHER)
    orders.send(b"\0\x00\x0f\xff\xff{}")
    orders.send(json.dumps(good).encode())
    orders.send(b"\0\x00\x00\x00\x01\x02")
    station.wire.publish(station.transfers, [Record(b"\0\x00\x00\x00\x01{}", b"k")])
    orders.json(good)
    with station.worker(**settings) as worker:
        station.verdicts_on([good["id"]])
        letters = station.wire.read(station.dead_letters, until=lambda records: len(records) >= 6)
        assert worker.terminate() == 0, worker.log()
    told = "\n".join(sorted(f"{letter.header[HEADER_REASON]}: {letter.header[HEADER_DETAIL]}" for letter in letters))
    assert len(letters) == 6
    assert "the CloudEvents type is com.acme.order: this topic takes tidewaiter.transfer.v1" in told
    assert "it is com.acme.Order, without kind and occurred_at: it describes no transfer" in told
    assert "the schema registry has no schema 1048575 (error 40403)" in told
    assert "it names no schema" in told
    assert "it is not of its schema 1: it ends before its last value" in told
    assert "not_json: the value is in the wire format of a schema registry, with schema 1" in told
    assert "TOPIC:registry, with TIDEWAITER_SCHEMA_REGISTRY_URL" in told


def test_an_outage_of_the_registry_stops_only_what_needs_it_and_loses_nothing(
    kafka: Broker, registry: Apicurio
) -> None:
    station, orders, settings = prepared(kafka, registry)
    events = [transfer(number) for number in range(1, 6)]
    silence = "tidewaiter_schema_registry_silence_seconds"
    with Proxy() as proxy:
        proxy.target = int(registry.url.split("/")[2].partition(":")[2])
        settings["schema_registry_url"] = registry.url.replace(registry.url.split("/")[2], proxy.address)
        orders.avro(events[0])
        with station.worker(**settings) as worker:
            station.verdicts_on([events[0]["id"]])
            proxy.cut()
            orders.json(events[1])  # by a schema that the worker has not asked for
            worker.until(lambda: worker.metrics()[silence] > 0)
            station.publish([events[2]])
            station.verdicts_on([events[2]["id"]])
            assert worker.page("/readyz")[0] == 200, "transfers of other topics are screened"
            assert worker.logged("the schema registry does not answer: records that need it wait")
            orders.avro(events[3])
            orders.json(events[4])
            proxy.heal()
            one_verdict_each(station.verdicts_on([event["id"] for event in events]))
            worker.until(lambda: worker.metrics()[silence] == 0)
            assert worker.terminate() == 0, worker.log()
    assert station.wire.read(station.dead_letters, until=lambda _: True) == []


def test_a_verdict_names_its_registered_schema_and_stays_what_is_signed(
    kafka: Broker, registry: Apicurio, tmp_path: Path
) -> None:
    station, _, settings = prepared(kafka, registry)
    with station.worker(**settings, verdict_schema="lookup") as worker:
        assert worker.ended() == 2
        assert f"does not have the schema of verdicts of this version under {station.verdicts}-value" in worker.log()
    station.publish([transfer(10)])
    with station.worker(**settings, verdict_schema="register") as worker:
        (record,) = station.verdicts_on([transfer(10)["id"]])[transfer(10)["id"]]
        assert worker.terminate() == 0, worker.log()
    with station.worker(**settings, verdict_schema="lookup") as worker:
        assert worker.ready().terminate() == 0, "now it is registered"
    assert record.value == without_a_broker([transfer(10)])[transfer(10)["id"]]
    assert read_verdict(record.value or b"").decision == "block"
    verifier = Verifier()
    verifier.take(record.value, record.headers)
    assert list(verifier.problems()) == []
    client = SchemaRegistryClient({"url": registry.url})
    read = JSONDeserializer(None, schema_registry_client=client, conf={"validate": True})
    context = SerializationContext(station.verdicts, MessageField.VALUE, list(record.headers))
    assert read(record.value, context) == json.loads(record.value or b"")


def test_a_registry_that_is_not_there_ends_a_start_that_needs_it(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=1).create()
    nowhere = {"schema_registry_url": "http://127.0.0.1:9/", "verdict_schema": "register"}
    with station.worker(**nowhere) as worker:
        assert worker.ended() == 11
        assert "the schema registry at http://127.0.0.1:9/ does not answer" in worker.log()


def test_the_program_of_the_page_has_a_verdict(kafka: Broker) -> None:
    """With the published Avro schema, and so with a registry of the tests: Apicurio 3.0 does not take it."""
    (program,) = re.findall(r"```python\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    station = Station(kafka.address, partitions=2).create()
    topic = f"{station.prefix}orders"
    station.create(topic)

    async def run() -> dict[str, list[Record]]:
        async with served(Registry()) as server:
            own = program.replace("127.0.0.1:9092", kafka.address).replace('"orders"', f'"{topic}"')
            own = own.replace("http://127.0.0.1:8081", server.url)
            done = await asyncio.create_subprocess_exec(sys.executable, "-c", own, stderr=asyncio.subprocess.PIPE)
            _, errors = await done.communicate()
            assert done.returncode == 0, errors.decode()
            with station.worker(inputs=f"{topic}:registry", schema_registry_url=server.url):
                return await asyncio.to_thread(station.verdicts_on, ["SO-120"])

    (record,) = asyncio.run(run())["SO-120"]
    assert read_verdict(record.value or b"").decision == "block"
