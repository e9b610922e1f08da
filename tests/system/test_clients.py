"""The clients for Java and Node pass the cases of all languages, and meet each other over a worker on Apache Kafka."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.brokers import Broker
from tests.clients import MAVEN, fetch, java_client, node_client
from tests.station import Station, transfer
from tests.wire import Record
from tidewaiter.wire.signing import SigningKey

DOCUMENT = Path(__file__).parents[1] / "documents" / "pacs.008.001.10.xml"
PAYMENT_ID = "pacs.008:7a562c67-ca16-48ba-b074-65581be6f001"
WAIT = 300
Printed = list[dict[str, Any]]

pytestmark = [pytest.mark.long, pytest.mark.timeout(1_800)]


def node(*arguments: str, lines: str = "") -> Printed:
    return printed(["node", "test/kafka-client.mjs", *arguments], node_client(), lines)


def java(*arguments: str, lines: str = "") -> Printed:
    path, folder = java_client()
    places = os.pathsep.join(("target/test-classes", "target/classes", f"target/dependency{os.sep}*"))
    return printed([path, "-cp", places, "io.github.tidewaiter.schemas.KafkaClient", *arguments], folder, lines)


def printed(command: list[str], folder: Path, lines: str) -> Printed:
    done = subprocess.run(command, cwd=folder, input=lines, capture_output=True, text=True, timeout=WAIT, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def copy_of_java_client(folder: Path) -> Path:
    """For Maven to build in: other processes run the classes of the first."""
    _, built = java_client()
    return shutil.copytree(built.parent, folder / "built") / built.name


class Signed:
    """A worker that signs, on topics of its own."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        self.station = Station(broker.address, partitions=2).create()
        self.payments = f"{self.station.prefix}payments"
        self.station.create(self.payments)
        self.key, self.public = folder / "key.pem", folder / "public.pem"
        signing = SigningKey.create()
        signing.write(self.key)
        self.public.write_text(signing.public.pem)


@pytest.fixture
def signed(kafka: Broker, tmp_path: Path) -> Iterator[Signed]:
    java_client()
    node_client()
    one = Signed(kafka, tmp_path)
    inputs = f"{one.payments}:iso20022,{one.station.transfers}"
    with one.station.worker(inputs=inputs, signing_key_file=one.key):
        yield one


def test_the_client_for_node_passes_the_cases_of_all_languages() -> None:
    told = fetch(["npm", "test"], node_client())
    assert "fail 0" in told
    assert "pass 0" not in told


def test_the_client_for_java_passes_the_cases_of_all_languages(tmp_path: Path) -> None:
    folder = copy_of_java_client(tmp_path)
    fetch([*MAVEN, "test"], folder)
    reports = [path.read_text(encoding="utf-8") for path in (folder / "target" / "surefire-reports").glob("*.txt")]
    passed = re.compile(r"Tests run: \d{2,}, Failures: 0, Errors: 0, Skipped: 0")
    assert any(passed.search(report) for report in reports), reports


def test_what_would_be_published_has_its_licence_and_no_tests(tmp_path: Path) -> None:
    folder = node_client()
    (packed,) = json.loads(fetch(["npm", "pack", "--dry-run", "--json", "--ignore-scripts"], folder))
    held = {file["path"] for file in packed["files"]}
    assert {"README.md", "dist/index.js", "dist/index.d.ts", "dist/LICENSE", "dist/NOTICE"} <= held
    assert {path.partition("/")[0] for path in held} == {"README.md", "package.json", "dist"}
    folder = copy_of_java_client(tmp_path)
    fetch([*MAVEN, "package", "-DskipTests"], folder)
    (jar,) = (folder / "target").glob("*.jar")
    with zipfile.ZipFile(jar) as opened:
        names = set(opened.namelist())
    ours = "io/github/tidewaiter/schemas"
    assert {"META-INF/LICENSE", f"{ours}/transfer.schema.json", f"{ours}/model/Verdict.class"} <= names
    assert f"{ours}/KafkaClient.class" not in names


@pytest.mark.kafka
def test_a_payment_that_java_publishes_is_a_verdict_that_node_reads(
    signed: Signed, kafka: Broker, tmp_path: Path
) -> None:
    document = tmp_path / "payment.xml"
    document.write_bytes(DOCUMENT.read_bytes().replace(b"Hamburg", b"Pyongyang"))
    java("document", kafka.address, signed.payments, str(document))
    java("produce", kafka.address, signed.station.transfers, lines=json.dumps(transfer(10)))
    *verdicts, last = node("consume", kafka.address, signed.station.verdicts, "3", str(signed.public))
    assert {each["id"]: each["decision"] for each in verdicts} == {
        PAYMENT_ID: "review",
        "transfer-000010": "block",
        "transfer-000010-sdk": "block",
    }
    assert last == {"problems": []}


@pytest.mark.kafka
def test_a_transfer_that_node_publishes_is_a_verdict_that_java_reads_once(signed: Signed, kafka: Broker) -> None:
    lines = "".join(json.dumps(transfer(number)) + "\n" for number in (10, 11))
    node("produce", kafka.address, signed.station.transfers, lines=lines)
    found = signed.station.verdicts_on(["transfer-000010-sdk", "transfer-000011-sdk"])
    (copy, *_) = found["transfer-000010-sdk"]
    signed.station.wire.publish(signed.station.verdicts, [Record(copy.value, copy.key, copy.headers, copy.partition)])
    forged = Record(
        copy.value.replace(b'"decision":"block"', b'"decision":"clear"') if copy.value else b"", b"forged", copy.headers
    )
    signed.station.wire.publish(signed.station.verdicts, [forged])
    node("produce", kafka.address, signed.station.transfers, lines=json.dumps(transfer(12)))
    *verdicts, last = java("consume", kafka.address, signed.station.verdicts, "6", str(signed.public))
    assert sorted((each["id"], each["decision"]) for each in verdicts) == [
        (f"transfer-{number:06d}{by}", "block" if number == 10 else "clear")
        for number in (10, 11, 12)
        for by in ("", "-sdk")
    ]
    assert [problem.partition(": ")[2] for problem in last["problems"]] == [
        "the verdict was changed, or moved: its link is not that of its content"
    ]
