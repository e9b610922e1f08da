"""What is asked of a schema registry, what is kept of its answers, and which of them condemn a record.

The registry here answers as the tests say. tests/integration/test_schema_registry_stream.py has a real one.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from confluent_kafka.schema_registry import SchemaRegistryClient, header_schema_id_serializer
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from tests.schema_registry import GUID, JSON, OURS, Registry, served
from tests.station import transfer
from tidewaiter.adapters.drafts import NotConvertible
from tidewaiter.errors import BrokerError, SettingsError
from tidewaiter.settings import load
from tidewaiter.stream import schema_registry
from tidewaiter.stream.schema_registry import Connection, RegistryUnavailable, SchemaRegistry, verdict_schema_header
from tidewaiter.wire.cloudevents import decode
from tidewaiter.wire.framing import HEADER, Framed, framed
from tidewaiter_schemas.avro import avro_data
from tidewaiter_schemas.export import DOCUMENTS, json_schema

ORDER = {"schema": json.dumps({"type": "record", "name": "com.acme.Order", "fields": [{"name": "id", "type": "int"}]})}


def asking(work: Callable[[SchemaRegistry, Registry], Awaitable[None]], **settings: Any) -> list[float]:
    """Runs `work` with a registry, and returns what was told of its silence."""
    silent: list[float] = []

    async def run() -> None:
        async with served(Registry()) as server, Connection(server.settings(**settings)) as connection:
            await work(SchemaRegistry(connection, silent.append), server)

    asyncio.run(run())
    return silent


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_registry, "_AGAIN_SECONDS", (0.05, 0.1))
    monkeypatch.setattr(schema_registry, "_SECOND_LOOK_SECONDS", 0.01)


# --- the wire format ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "headers", "read"),
    [
        (b"\0\0\0\1\2{}", [], Framed(258, b"{}")),
        (b"\0\0\0\0\1", [], Framed(1, b"")),
        (b"\1" + GUID.bytes + b"{}", [], Framed(GUID, b"{}")),
        (b"{}", [(HEADER, b"\1" + GUID.bytes)], Framed(GUID, b"{}")),
        (b"{}", [("a", b"b"), (HEADER, b"\0\0\0\0\7")], Framed(7, b"{}")),
        (b"\0\0\0\0\1{}", [(HEADER, b"\0\0\0\0\7")], Framed(7, b"\0\0\0\0\1{}")),
        (b"{}", [], None),
        (b"\0\0\0\1", [], None),
        (b"\1" + GUID.bytes[:-1], [], None),
        (b"\2\0\0\0\1", [], None),
        (b"", [], None),
        (b"{}", [(HEADER, b"\0\0\0\0\7x")], None),
        (b"{}", [(HEADER, b"7")], None),
        (b"{}", [(HEADER, None)], None),
    ],
)
def test_a_schema_id_is_before_the_content_or_in_a_header(value: bytes, headers: Any, read: Framed | None) -> None:
    assert framed(value, headers) == read


# --- schemas by their ids -----------------------------------------------------------------------------------------


def test_a_schema_is_asked_for_once_and_needs_no_registry_after_that() -> None:
    async def work(registry: SchemaRegistry, server: Registry) -> None:
        for _ in range(3):
            await registry.schema(1)
        server.status = 503
        assert (await registry.schema(1)).avro is not None
        assert server.asked == ["GET /schemas/ids/1"]

    assert set(asking(work)) == {0.0}


def test_what_confluents_serialiser_writes_by_our_schema_is_the_transfer() -> None:
    event = transfer(10, extensions={"a": [1, None, {"b": 2.5}]})

    def written(url: str) -> tuple[Any, Any, Any]:
        client = SchemaRegistryClient({"url": url})
        headers: Any = []
        context = SerializationContext("orders", MessageField.VALUE, headers)
        by_header = {"schema.id.serializer": header_schema_id_serializer}
        value = AvroSerializer(client, OURS, conf=by_header)(avro_data(event), context)
        return value, headers, AvroSerializer(client, OURS)(avro_data(event), context)

    async def work(registry: SchemaRegistry, server: Registry) -> None:
        value, headers, prefixed = await asyncio.to_thread(written, server.url)
        for content, wanted in ((framed(value or b"", headers), GUID), (framed(prefixed or b""), 7)):
            assert content is not None
            assert content.schema == wanted
            schema = await registry.schema(content.schema)
            assert decode(schema.json_of(content.content), None, 10**6) == decode(
                json.dumps(event).encode(), None, 10**6
            )

    asking(work)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (ORDER, "it is com.acme.Order, without kind and occurred_at: it describes no transfer"),
        ({"schemaType": "PROTOBUF", "schema": "syntax"}, "its type is PROTOBUF: Avro and JSON Schema are read"),
        ({"schema": '{"type":"record"}'}, "a type without a name"),
        ({"schema": '"' + "x" * 200_000 + '"'}, "more than 131072 characters"),
    ],
)
def test_a_schema_that_is_not_of_transfers_condemns_its_records(answer: Any, why: str) -> None:
    async def work(registry: SchemaRegistry, server: Registry) -> None:
        server.by_path["/schemas/ids/9"] = answer
        for _ in range(2):
            with pytest.raises(NotConvertible, match=why):
                await registry.schema(9)
        assert server.asked == ["GET /schemas/ids/9"]

    asking(work)


def test_an_unknown_id_is_asked_for_twice_because_a_registry_may_be_a_moment_behind() -> None:
    async def work(registry: SchemaRegistry, server: Registry) -> None:
        with pytest.raises(NotConvertible, match=r"the schema registry has no schema 9 \(error 40403\)"):
            await registry.schema(9)
        assert server.asked == ["GET /schemas/ids/9"] * 2
        # Records with invented ids do not hold up the others: no second look for them, and no third question.
        for number in (9, 10, 11):
            with pytest.raises(NotConvertible):
                await registry.schema(number)
        assert server.asked[2:] == ["GET /schemas/ids/10", "GET /schemas/ids/11"]

    assert set(asking(work)) == {0.0}


def test_an_unknown_id_is_asked_for_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_registry, "_UNKNOWN_SECONDS", 0.0)

    async def work(registry: SchemaRegistry, server: Registry) -> None:
        with pytest.raises(NotConvertible):
            await registry.schema(9)
        server.by_path["/schemas/ids/9"] = JSON
        assert (await registry.schema(9)).json_of(b"{}") == b"{}"

    asking(work)


@pytest.mark.parametrize("text", ["", "<html>", '{"status": 404}'])
def test_an_id_that_the_registry_does_not_answer_about_does_not_stop_the_stream(text: str) -> None:
    async def work(registry: SchemaRegistry, server: Registry) -> None:
        server.by_path[f"/schemas/guids/{GUID}"] = web.Response(text=text, status=404)
        with pytest.raises(NotConvertible, match=f"answers HTTP 404 when asked for schema {GUID}"):
            await registry.schema(GUID)
        assert (await registry.schema(1)).avro is not None

    assert set(asking(work)) == {0.0}


@pytest.mark.parametrize("status", [403, 500])
def test_an_id_that_the_registry_fails_on_is_given_up_after_some_attempts(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema_registry, "_AGAIN_SECONDS", (0.0,))

    async def work(registry: SchemaRegistry, server: Registry) -> None:
        server.by_path["/schemas/ids/9"] = web.Response(text="{}", status=status)
        for _ in range(9):
            with pytest.raises(RegistryUnavailable):
                await registry.schema(9)
        server.status = 503
        with pytest.raises(RegistryUnavailable):  # now it answers about no id
            await registry.schema(9)
        server.status = None
        with pytest.raises(NotConvertible, match=f"answers HTTP {status} when asked for schema 9"):
            await registry.schema(9)

    asking(work)


def _says(status: int | None, text: str | None = None) -> Callable[[Registry], None]:
    def change(server: Registry) -> None:
        server.status, server.text = status, text

    return change


@pytest.mark.parametrize(
    "change",
    [_says(500), _says(503), _says(429), _says(401), _says(403), _says(404, "<html>not here</html>"), _says(200, "[]"),
     _says(404, '{"status": 404, "title": "no such path"}'), _says(302, ""), _says(200, "x" * 600_000),
     _says(200, '{"schema": "\\"string\\"", "references": ["x.Money/1"]}')],
)  # fmt: skip
def test_no_answer_but_that_of_the_api_condemns_a_record(change: Callable[[Registry], None]) -> None:
    async def work(registry: SchemaRegistry, server: Registry) -> None:
        change(server)
        for _ in range(2):
            with pytest.raises(RegistryUnavailable):
                await registry.schema(1)
        assert server.asked.count("GET /schemas/ids/1") == 1, "it is not asked again at once"
        server.status = server.text = None
        await asyncio.sleep(0.06)
        assert (await registry.schema(1)).avro is not None

    silent = asking(work)
    assert silent[0] > 0
    assert silent[-1] == 0


def test_a_worker_whose_waiting_partitions_moved_counts_no_silence() -> None:
    async def work(registry: SchemaRegistry, server: Registry) -> None:
        server.status = 503
        with pytest.raises(RegistryUnavailable):
            await registry.schema(1)
        registry.nobody_waits()
        registry.nobody_waits()

    silent = asking(work)
    assert len(silent) == 2
    assert silent[0] > 0
    assert silent[1] == 0


def test_a_registry_that_is_not_there_is_waited_for() -> None:
    async def run() -> None:
        settings = load({"broker": "unused:1", "schema_registry_url": "http://127.0.0.1:9"})
        async with Connection(settings) as connection:
            with pytest.raises(RegistryUnavailable, match=r"127\.0\.0\.1:9"):
                await SchemaRegistry(connection).schema(1)

    asyncio.run(run())


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_registry, "_KEPT", 3)

    async def work(registry: SchemaRegistry, server: Registry) -> None:
        server.by_path |= {f"/schemas/ids/{number}": {"schema": OURS} for number in range(3, 30)}
        for number in (1, *range(3, 10), 1):
            await registry.schema(number)
        assert server.asked.count("GET /schemas/ids/1") == 2
        monkeypatch.setattr(schema_registry, "_KEPT_BYTES", 2 * len(OURS))
        monkeypatch.setattr(schema_registry, "_KEPT", 500)
        for number in (20, 21, 22, 21, 22, 20):
            await registry.schema(number)
        assert [server.asked.count(f"GET /schemas/ids/{number}") for number in (20, 21, 22)] == [2, 1, 1]

    asking(work)


def test_a_schema_brings_those_that_it_refers_to() -> None:
    money = {"type": "record", "name": "Money", "namespace": "x", "fields": [{"name": "amount", "type": "string"}]}
    names = [{"name": name, "type": "string"} for name in ("id", "occurred_at", "kind")]
    order = {"type": "record", "name": "x.Order", "fields": [*names, {"name": "funds", "type": "Money"}]}

    async def work(registry: SchemaRegistry, server: Registry) -> None:
        reference = {"name": "x.Money", "subject": "x.Money/1", "version": 3}
        server.by_path["/schemas/ids/5"] = {"schema": json.dumps(order), "references": [reference]}
        server.by_path["/subjects/x.Money/1/versions/3"] = {"schema": json.dumps(money), "references": []}
        read = (await registry.schema(5)).json_of(b"\2a\2b\2c\0027")
        assert json.loads(read) == {"id": "a", "occurred_at": "b", "kind": "c", "funds": {"amount": "7"}}

    asking(work)


def test_the_login_is_that_of_the_settings() -> None:
    async def work(registry: SchemaRegistry, server: Registry) -> None:
        await registry.schema(1)
        assert server.login == f"Basic {b64encode('tw:hüsh'.encode()).decode()}"

    asking(work, schema_registry_username="tw", schema_registry_password="hüsh")


# --- the schema of verdicts ---------------------------------------------------------------------------------------


def header(prepare: Callable[[Registry], None] = lambda _: None, **settings: Any) -> bytes | None:
    async def run() -> bytes | None:
        async with served(Registry()) as server:
            prepare(server)
            return await verdict_schema_header(server.settings(**settings))

    return asyncio.run(run())


def _has_verdicts(server: Registry) -> None:
    (document,) = [each for each in DOCUMENTS if each.name == "verdict"]
    text = json.dumps(json_schema(document), ensure_ascii=False)
    server.by_path["verdicts-value"] = server.by_path["own"] = {"schemaType": "JSON", "schema": text}


def _without_guids(server: Registry) -> None:
    server.guids = False


def test_verdicts_name_their_schema_by_its_guid_or_else_its_number() -> None:
    assert header() is None
    assert header(verdict_schema="register") == b"\1" + GUID.bytes
    assert header(_without_guids, verdict_schema="register") == b"\0\0\0\0\7"
    assert header(_has_verdicts, verdict_schema="lookup") == b"\0\0\0\0\7"
    assert header(_has_verdicts, verdict_schema="lookup", verdict_subject="own") == b"\0\0\0\0\7"


def test_a_schema_of_verdicts_that_is_not_there_or_refused_ends_the_start_in_words() -> None:
    with pytest.raises(
        SettingsError, match=r"does not have the schema of verdicts of this version under p\.verdicts-value"
    ):
        header(verdict_schema="lookup", topic_prefix="p.")
    with pytest.raises(SettingsError, match="does not take the schema of verdicts under refusing: 409: incompatible"):
        header(verdict_schema="register", verdict_subject="refusing")
    with pytest.raises(BrokerError, match="does not answer: it refuses this login"):
        header(_says(401), verdict_schema="register")


# --- settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"inputs": "orders:registry"}, "inputs has orders:registry, which needs schema_registry_url"),
        ({"verdict_schema": "register"}, "verdict_schema register needs schema_registry_url"),
        ({"schema_registry_url": "http://tw:hush@registry:8081"}, "TIDEWAITER_SCHEMA_REGISTRY_URL: "),
        ({"schema_registry_url": "registry:8081"}, "TIDEWAITER_SCHEMA_REGISTRY_URL: "),
        ({"schema_registry_username": "tw"}, "schema_registry_username and schema_registry_password go together"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(given: dict[str, str], why: str) -> None:
    with pytest.raises(SettingsError, match=why) as refused:
        load(given)
    assert "hush" not in str(refused.value)


def test_a_certificate_file_that_cannot_be_used_is_an_error_of_the_settings(tmp_path: Path) -> None:
    missing = load(
        {"schema_registry_url": "https://registry:8081", "schema_registry_ca_file": str(tmp_path / "ca.pem")}
    )
    with pytest.raises(SettingsError, match="TIDEWAITER_SCHEMA_REGISTRY_CA_FILE cannot be used"):
        Connection(missing)
