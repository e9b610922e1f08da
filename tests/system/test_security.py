"""The wire on an Apache Kafka with an authorizer: who logs in how, and with which rights a worker works."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError
from aiokafka.protocol.admin import CreateAclsRequest
from confluent_kafka import KafkaException

from tests.apache_kafka import CLUSTER_ID, ApacheKafka, held_port
from tests.brokers import apache_kafka
from tests.rule_book_swaps import adopted, books, put
from tests.station import Station, WorkerProcess, one_verdict_each, record_of, transfer
from tests.transactional import Transactional
from tests.wire import Record
from tidewaiter.commands.topic_audit import verify_topics
from tidewaiter.errors import BrokerError
from tidewaiter.settings import Settings, load
from tidewaiter.stream.clients import publish
from tidewaiter.stream.connection import admin, client_options, started
from tidewaiter.stream.dead_letters import replay, stored_letters
from tidewaiter.stream.failure import ExitCode
from tidewaiter.stream.topics import create_topics

pytestmark = pytest.mark.kafka

TOPIC, GROUP = 2, 3
LITERAL, PREFIXED = 3, 4
READ, WRITE, CREATE, DESCRIBE, DESCRIBE_CONFIGS = 3, 4, 5, 8, 10
DENY, ALLOW = 2, 3
PASSWORD = "a password; with = and \\"


@dataclass(frozen=True)
class Right:
    """One ACL of a worker's user."""

    on: int
    name: str
    operation: int
    pattern: int = LITERAL


class GuardedKafka(ApacheKafka):
    """Apache Kafka that lets in by password on one listener and by certificate on another, and everybody does nothing.

    The test itself comes in by the plain listener and may do all.
    """

    def __init__(self, certificates: Path | None) -> None:
        super().__init__()
        self._certificates = certificates
        self.sasl, self.tls, self.both = (self._ports.enter_context(held_port()) for _ in range(3))

    def _properties(self, node: int) -> dict[str, str]:
        properties = super()._properties(node)
        protected = {"SASL": (self.sasl, "SASL_PLAINTEXT")}
        if self._certificates is not None:
            protected |= {"TLS": (self.tls, "SSL"), "BOTH": (self.both, "SASL_SSL")}
            properties |= {
                "ssl.keystore.type": "PEM",
                "ssl.keystore.location": str(self._certificates / "broker.pem"),
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": str(self._certificates / "ca.crt"),
                "listener.name.tls.ssl.client.auth": "required",
            }
        listeners = "".join(f",{name}://127.0.0.1:{port}" for name, (port, _) in protected.items())
        users = " ".join(f'user_{user}="{_quoted(PASSWORD)}"' for user in ("worker", "deputy"))
        for name in ("sasl", "both"):
            module = "org.apache.kafka.common.security"
            properties |= {
                f"listener.name.{name}.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
                f"listener.name.{name}.plain.sasl.jaas.config": f"{module}.plain.PlainLoginModule required {users};",
                f"listener.name.{name}.scram-sha-512.sasl.jaas.config": f"{module}.scram.ScramLoginModule required;",
            }
        return properties | {
            "listeners": properties["listeners"] + listeners,
            "advertised.listeners": properties["advertised.listeners"] + listeners,
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"
            + "".join(f",{name}:{protocol}" for name, (_, protocol) in protected.items()),
            "inter.broker.listener.name": "PLAINTEXT",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        }

    def _format(self, properties: Path) -> None:
        scram = f'SCRAM-SHA-512=[name=worker,password="{PASSWORD}"]'
        command = self._command("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(properties))
        formatted = subprocess.run([*command, "--add-scram", scram], capture_output=True, text=True, check=False)
        assert formatted.returncode == 0, formatted.stdout + formatted.stderr


def _quoted(password: str) -> str:
    """As the login configuration of Java wants it, read once more as a properties file."""
    return password.replace("\\", "\\" * 4)


@dataclass(frozen=True)
class Wires:
    """A guarded broker and the certificates of the test."""

    kafka: GuardedKafka
    certificates: Path | None

    def password(self, mechanism: str = "SCRAM-SHA-512", **changes: str) -> dict[str, Any]:
        """Settings for the listener with passwords."""
        return {
            "broker": f"127.0.0.1:{self.kafka.sasl}",
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": mechanism,
            "sasl_username": "worker",
            "sasl_password": PASSWORD,
            **changes,
        }

    def certificate(self) -> dict[str, Any]:
        """Settings for the listener with certificates. Skips where none can be made."""
        folder = self._folder()
        return {
            "broker": f"127.0.0.1:{self.kafka.tls}",
            "security_protocol": "SSL",
            "tls_ca_file": str(folder / "ca.crt"),
            "tls_certificate_file": str(folder / "worker.crt"),
            "tls_key_file": str(folder / "worker.key"),
        }

    def both(self, authority: str = "ca") -> dict[str, Any]:
        """Settings for passwords on an encrypted wire."""
        ca = str(self._folder() / f"{authority}.crt")
        return self.password(broker=f"127.0.0.1:{self.kafka.both}", security_protocol="SASL_SSL", tls_ca_file=ca)

    def deny(self, right: Right) -> None:
        """Takes a right from the worker for good, whatever it is granted."""
        self.grant([right], permission=DENY)

    def grant(self, rights: Sequence[Right], user: str = "worker", permission: int = ALLOW) -> None:
        """Gives a user rights, from any host."""

        async def grant() -> None:
            admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka.address)
            await admin.start()
            try:
                for right in rights:
                    answer = await admin._send_request(
                        CreateAclsRequest(
                            right.on, right.name, right.pattern, f"User:{user}", "*", right.operation, permission
                        )
                    )
                    assert answer.creation_responses[0][0] == 0, answer
            finally:
                await admin.close()

        asyncio.run(grant())

    def _folder(self) -> Path:
        if self.certificates is None:
            pytest.skip("no openssl on the PATH to make certificates with")
        return self.certificates


def _made_certificates(folder: Path) -> Path | None:
    """Two authorities, and a broker and a worker certified by the first; None without openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return None

    def run(*arguments: str) -> None:
        made = subprocess.run([openssl, *arguments], cwd=folder, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr

    for authority in ("ca", "other"):
        key, crt = f"{authority}.key", f"{authority}.crt"
        run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", crt, "-subj", f"/CN={authority}")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    for owner in ("broker", "worker"):
        run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{owner}.key", "-out", "req", "-subj", f"/CN={owner}")
        certified = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
        run("x509", "-req", "-in", "req", *certified, "-out", f"{owner}.crt")
    (folder / "broker.pem").write_text((folder / "broker.key").read_text() + (folder / "broker.crt").read_text())
    return folder


@pytest.fixture(scope="module")
def wires(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wires]:
    with ExitStack() as stack:
        certificates = _made_certificates(tmp_path_factory.mktemp("certificates"))
        kafka = stack.enter_context(apache_kafka(of=lambda: GuardedKafka(certificates)))
        assert isinstance(kafka, GuardedKafka)
        station = Station(kafka.address).create()
        station.wire.committed(station.group, station.transfers)  # once asked for a group, the broker can keep one
        yield Wires(kafka, certificates)


def rights_of_a_worker(station: Station) -> dict[str, Right]:
    """All that docs/delivery.md lists."""
    return {
        "Read on the transfers": Right(TOPIC, station.transfers, READ),
        "Write on the verdicts": Right(TOPIC, station.verdicts, WRITE),
        "Write on the dead letters": Right(TOPIC, station.dead_letters, WRITE),
        "Read on the group": Right(GROUP, station.group, READ),
        "Read on the quotas": Right(TOPIC, station.quotas, READ),
        "Write on the quotas": Right(TOPIC, station.quotas, WRITE),
        "Read on the rule books": Right(TOPIC, station.rule_books, READ),
        "Read on the dispositions": Right(TOPIC, station.dispositions, READ),
    }


def sent(station: Station, number: int = 20) -> list[str]:
    """Publishes transfers and something that is none."""
    transfers = [transfer(each) for each in range(number)]
    station.publish(transfers)
    station.wire.publish(station.transfers, [Record(b"?")])
    return [each["id"] for each in transfers]


def works(station: Station, worker: WorkerProcess) -> None:
    """It gives verdicts and dead letters, and commits them."""
    station.verdicts_on(sent(station))
    assert station.wire.read(station.dead_letters, until=bool)
    assert worker.terminate() == ExitCode.STOPPED, worker.log()
    assert sum(station.wire.committed(station.group, station.transfers).values()) == 21


def last_word(worker: WorkerProcess) -> str:
    """The reason it gives for ending: one line."""
    (line,) = worker.logged("the worker ends") + worker.logged("not started")
    return str(line["reason"])


@pytest.mark.parametrize("way", ["PLAIN", "SCRAM-SHA-512", "certificate", "SCRAM-SHA-512 on TLS"])
@pytest.mark.long
def test_a_worker_works_with_exactly_the_rights_that_are_listed(wires: Wires, way: str) -> None:
    station = Station(wires.kafka.address).create()
    user = "CN=worker" if way == "certificate" else "worker"
    wires.grant(list(rights_of_a_worker(station).values()), user)
    if way == "certificate":
        login = wires.certificate()
    else:
        login = wires.both() if way.endswith("TLS") else wires.password(way)
    with station.worker(**login) as worker:
        works(station, worker)


@pytest.mark.parametrize(
    "visible",
    [pytest.param(False, id="unseen"), pytest.param(True, id="with Describe alone", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize(
    "missing", ["Read on the transfers", "Write on the verdicts", "Write on the dead letters", "Read on the group"]
)
@pytest.mark.long
def test_with_one_right_fewer_it_ends_and_says_which_one(wires: Wires, missing: str, visible: bool) -> None:
    station = Station(wires.kafka.address).create()
    rights = rights_of_a_worker(station)
    lacking = rights.pop(missing)
    granted = [*rights.values(), *([Right(lacking.on, lacking.name, DESCRIBE)] if visible else [])]
    wires.grant(granted)
    sent(station)
    with station.worker(**wires.password(), produce_timeout_seconds=10) as worker:
        unseen = not visible and lacking.on == TOPIC
        assert worker.ended() == (ExitCode.BROKER if unseen else ExitCode.NOT_AUTHORISED), worker.log()
        assert missing.partition(" ")[0] in last_word(worker)
        assert lacking.name in last_word(worker)
    assert not any(station.wire.committed(station.group, station.transfers).values())
    wires.grant([lacking])
    with station.worker(**wires.password()):
        station.verdicts_on(transfer(each)["id"] for each in range(20))
        assert station.wire.read(station.dead_letters, until=bool)


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["Read on the quotas", "Write on the quotas"])
def test_without_a_right_on_the_quotas_nothing_that_draws_on_one_is_judged(wires: Wires, missing: str) -> None:
    station = Station(wires.kafka.address).create()
    rights = rights_of_a_worker(station)
    lacking = rights.pop(missing)
    wires.grant(list(rights.values()))
    oil = {
        **transfer(10),
        "occurred_at": "2019-02-18T12:00:00+09:00",
        "items": [{"description": "diesel", "hs_code": "271019", "quantity": 100, "unit": "barrels"}],
    }
    station.publish([oil])
    with station.worker(**wires.password(), produce_timeout_seconds=10) as worker:
        assert worker.ended() == ExitCode.NOT_AUTHORISED, worker.log()
        assert lacking.name in last_word(worker)
    assert not any(station.wire.committed(station.group, station.transfers).values())
    wires.grant([lacking])
    with station.worker(**wires.password()):
        station.verdicts_on([oil["id"]])


@pytest.mark.parametrize("visible", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.long
def test_a_worker_that_may_not_read_the_rule_books_says_so_and_works_by_its_own_until_it_may(
    wires: Wires, visible: bool
) -> None:
    station = Station(wires.kafka.address).create().create_rule_books()
    (book,) = books(1)
    put(station, book)
    rights = rights_of_a_worker(station)
    lacking = rights.pop("Read on the rule books")
    wires.grant([*rights.values(), *([Right(TOPIC, lacking.name, DESCRIBE)] if visible else [])])
    with station.worker(**wires.password()) as worker:
        station.verdicts_on(sent(station))
        assert "needs Read" in worker.logged("published rule books are not followed")[0]["reason"]
        assert worker.metrics()["tidewaiter_rulebook_topic_up"] == 0
        wires.grant([lacking])
        worker.until(lambda: adopted(worker, book.sha256))
        wires.deny(lacking)
        station.publish([transfer(100)])
        station.verdicts_on([transfer(100)["id"]])
        assert worker.terminate() == ExitCode.STOPPED, worker.log()


@pytest.mark.long
def test_a_worker_that_may_not_read_the_dispositions_says_so_and_suppresses_nothing_until_it_may(wires: Wires) -> None:
    station = Station(wires.kafka.address).create().create_dispositions()
    rights = rights_of_a_worker(station)
    lacking = rights.pop("Read on the dispositions")
    wires.grant(list(rights.values()))
    with station.worker(**wires.password()) as worker:
        station.verdicts_on(sent(station))
        assert "needs Read" in worker.logged("dispositions are not followed")[0]["reason"]
        assert worker.metrics()["tidewaiter_dispositions_topic_up"] == 0
        wires.grant([lacking])
        worker.until(lambda: worker.metrics()["tidewaiter_dispositions_topic_up"] == 1)
        assert worker.terminate() == ExitCode.STOPPED, worker.log()


@pytest.mark.parametrize(
    "lost", ["Read on the transfers", "Write on the verdicts", "Write on the dead letters", "Read on the group"]
)
@pytest.mark.long
def test_a_right_that_is_lost_while_it_runs_ends_the_worker_with_nothing_acknowledged_without_it(
    wires: Wires, lost: str
) -> None:
    station = Station(wires.kafka.address).create()
    rights = rights_of_a_worker(station)
    wires.grant(list(rights.values()))
    with station.worker(**wires.password(), produce_timeout_seconds=10, commit_seconds=0.2) as worker:
        station.verdicts_on(sent(station))
        worker.until(lambda: sum(station.wire.committed(station.group, station.transfers).values()) == 21)
        wires.deny(rights[lost])
        more = [transfer(each) for each in range(20, 40)]
        station.wire.publish(
            station.transfers, [*(record_of(each, partition=0) for each in more), Record(b"?", partition=0)]
        )
        assert worker.ended() == ExitCode.NOT_AUTHORISED, worker.log()
        assert rights[lost].name in last_word(worker)
    assert sum(station.wire.committed(station.group, station.transfers).values()) == 21
    # Its own user may not any more: another one takes over.
    wires.grant(list(rights.values()), "deputy")
    with station.worker(**wires.password("PLAIN", sasl_username="deputy")):
        one_verdict_each(station.verdicts_on(each["id"] for each in more))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sasl_password": "wrong"}, "refuses this login (TIDEWAITER_SASL_*)"),
        ({"sasl_password": "wrong", "sasl_mechanism": "PLAIN"}, "refuses this login (TIDEWAITER_SASL_*)"),
        ({"sasl_username": "nobody"}, "refuses this login (TIDEWAITER_SASL_*)"),
        ({"sasl_mechanism": "SCRAM-SHA-256"}, "it does not take TIDEWAITER_SASL_MECHANISM SCRAM-SHA-256"),
        ({"security_protocol": "PLAINTEXT"}, "no Kafka broker answers"),
    ],
    ids=["password", "password as PLAIN", "user", "mechanism", "protocol"],
)
def test_a_login_that_is_refused_is_one_clear_line(wires: Wires, change: dict[str, str], words: str) -> None:
    station = Station(wires.kafka.address)
    with station.worker(**wires.password(**change)) as worker:
        assert worker.ended() == ExitCode.BROKER, worker.log()
        assert words in last_word(worker)
        assert PASSWORD not in worker.log()
        assert "Traceback" not in worker.log()


@pytest.mark.long
def test_a_broker_whose_certificate_nobody_vouches_for_gets_no_password(wires: Wires) -> None:
    station = Station(wires.kafka.address)
    with station.worker(**wires.both("other")) as worker:
        assert worker.ended() == ExitCode.BROKER, worker.log()
        assert last_word(worker).startswith("no encrypted connection")
        assert "Traceback" not in worker.log()


def test_topics_are_created_published_to_and_replayed_with_the_rights_that_are_listed(wires: Wires) -> None:
    station = Station(wires.kafka.address)
    settings = settings_of(station, wires)

    wires.grant([Right(TOPIC, station.prefix, CREATE, PREFIXED), Right(TOPIC, station.prefix, DESCRIBE, PREFIXED)])
    assert sum("created" in line for line in asyncio.run(create_topics(settings))) == 8

    wires.grant([Right(TOPIC, station.transfers, WRITE)])
    line = json.dumps(transfer(1)).encode()
    assert asyncio.run(publish(settings, [line, b"?"])).published == 1

    station.wire.publish(station.dead_letters, [Record(line, b"k", (("dlq-reason", b"schema"),))])
    wires.grant([Right(TOPIC, station.dead_letters, READ)])
    wires.grant([Right(GROUP, f"{station.group}.replay.", READ, PREFIXED)])

    async def listed() -> list[str]:
        return [letter.reason async for letter in stored_letters(settings)]

    assert asyncio.run(listed()) == ["schema"]
    assert asyncio.run(replay(settings)).sent == 1
    back = station.wire.read(station.transfers, until=lambda records: len(records) >= 2)
    assert {record.value for record in back} == {line}


async def _refused(settings: Settings, write_to: Sequence[str], read_from: Sequence[str]) -> set[str]:
    """Of these topics, those that the user of the settings may not write to, and those it may not read."""
    refused = set()
    options = client_options(settings)
    producer = AIOKafkaProducer(**options, request_timeout_ms=5_000)
    async with started(producer, settings):
        for topic in write_to:
            try:
                await producer.send_and_wait(topic, b"forged", key=b"transfer-000001")
            except TopicAuthorizationFailedError:
                refused.add(f"write {topic}")
    for topic in read_from:
        consumer = AIOKafkaConsumer(**options, auto_offset_reset="earliest")
        async with started(consumer, settings):
            consumer.assign([TopicPartition(topic, 0)])
            try:
                async with asyncio.timeout(5):
                    await consumer.getone()
            except TopicAuthorizationFailedError:
                refused.add(f"read {topic}")
            except (TimeoutError, KafkaError) as error:
                refused.add(f"read {topic}: {type(error).__name__}")
    return refused


@pytest.mark.long
def test_a_stolen_login_of_a_producer_forges_no_verdict_and_reads_nothing(wires: Wires) -> None:
    """It can send transfers: that is what it is for. Each is judged under its own id, and takes nothing from others."""
    station = Station(wires.kafka.address).create()
    wires.grant(list(rights_of_a_worker(station).values()))
    wires.grant([Right(TOPIC, station.transfers, WRITE)], "deputy")
    listed = transfer(10)
    with station.worker(**wires.password()) as worker:
        station.publish([listed])
        (first,) = station.verdicts_on([listed["id"]])[listed["id"]]
        stolen = settings_of(station, wires, user="deputy")
        others = [station.verdicts, station.dead_letters, station.quotas, station.rule_books]
        refused = asyncio.run(_refused(stolen, others, [station.transfers, *others]))
        assert {each for each in refused if each.startswith("write")} == {f"write {topic}" for topic in others}
        assert len(refused) == 2 * len(others) + 1, "and none could be read"
        login: dict[str, Any] = {
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.username": "deputy",
            "sasl.password": PASSWORD,
        }
        with pytest.raises(KafkaException, match="TRANSACTIONAL_ID_AUTHORIZATION_FAILED"):
            Transactional(f"127.0.0.1:{wires.kafka.sasl}", **login)  # it would hold up what others send

        # Under the same id, something harmless: it gets a verdict of its own, and the first stays.
        harmless = {**transfer(1), "id": listed["id"]}
        line = json.dumps(harmless).encode()
        asyncio.run(_sent_by(stolen, station.transfers, line, listed["id"].encode()))
        station.wait_for_verdicts(2)
        records = station.verdicts_on([listed["id"]])[listed["id"]]
        verdicts = [json.loads(record.value or b"") for record in records]
        assert worker.terminate() == ExitCode.STOPPED
    assert records[0].value == first.value
    assert [verdict["decision"] for verdict in verdicts] == ["block", "clear"]
    assert verdicts[0]["id"] != verdicts[1]["id"]


async def _sent_by(settings: Settings, topic: str, value: bytes, key: bytes) -> None:
    producer = AIOKafkaProducer(**client_options(settings))
    async with started(producer, settings):
        await producer.send_and_wait(topic, value, key=key)


def test_the_lag_that_a_scaler_counts_needs_only_the_rights_that_are_listed(wires: Wires) -> None:
    """The requests that KEDA makes: the topic's partitions and ends, and what the group has committed."""
    station = Station(wires.kafka.address).create()
    station.publish([transfer(each) for each in range(20)])
    wires.grant([Right(TOPIC, station.transfers, DESCRIBE), Right(GROUP, station.group, DESCRIBE)], "deputy")
    settings = settings_of(station, wires, user="deputy")

    async def lag() -> int:
        consumer = AIOKafkaConsumer(**client_options(settings))
        async with admin(settings) as client, started(consumer, settings):
            (described,) = await client.describe_topics([station.transfers])
            places = [TopicPartition(station.transfers, part["partition"]) for part in described["partitions"]]
            committed = await client.list_consumer_group_offsets(station.group, partitions=places)
            ends = await consumer.end_offsets(places)
            return sum(ends[place] - max(0, committed[place].offset) for place in places)

    assert asyncio.run(lag()) == 20


@pytest.mark.long
def test_the_record_is_verified_with_the_rights_that_are_listed_and_with_none_fewer(wires: Wires) -> None:
    station = Station(wires.kafka.address).create()
    with station.worker() as worker:
        works(station, worker)
    settings = settings_of(station, wires, user="deputy")
    rights = {
        station.verdicts: Right(TOPIC, station.verdicts, READ),
        station.dead_letters: Right(TOPIC, station.dead_letters, READ),
        station.transfers: Right(TOPIC, station.transfers, DESCRIBE),
        station.group: Right(GROUP, station.group, DESCRIBE),
    }
    with pytest.raises(BrokerError):
        asyncio.run(verify_topics(settings))
    for name, right in rights.items():
        if right is not rights[station.group]:
            wires.grant([right], "deputy")
            continue
        with pytest.raises(BrokerError, match=rf"{name}.*Describe"):
            asyncio.run(verify_topics(settings))
        wires.grant([right], "deputy")
    report = asyncio.run(verify_topics(settings))
    assert (report.outcome, report.verdicts, report.dead_letters) == ("whole", 20, 1)
    assert not [note for note in report.notes if "not proved" in note], "it has seen what is committed, too"


def settings_of(station: Station, wires: Wires, user: str = "worker") -> Settings:
    login = wires.password() if user == "worker" else wires.password("PLAIN", sasl_username=user)
    return load({**login, "topic_prefix": station.prefix, "group": station.group, "partitions": 2})
