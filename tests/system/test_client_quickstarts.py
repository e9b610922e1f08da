"""Every block of the quickstarts for Java, Node and Go runs as it is written on Apache Kafka.

Those for Node also run on the embedded broker.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.brokers import Kind, running
from tests.clients import copy_schemas, fetch, needs
from tests.environment import clean_environment
from tests.station import WorkerProcess
from tidewaiter.settings import Settings
from tidewaiter.stream import topics

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r'^```(\w+)(?: title="([\w.-]+)")?\n(.*?)^```', re.MULTILINE | re.DOTALL)

pytestmark = [pytest.mark.long, pytest.mark.timeout(1_800)]


@contextmanager
def broker_and_worker(kind: Kind) -> Iterator[str]:
    """The address of a broker with topics of the default names, which a worker reads."""
    with running(kind) as broker:
        asyncio.run(topics.create_topics(Settings(broker=(broker.address,))))
        settings = {"BROKER": broker.address, "WEB_PORT": "0", "OCCURRED_DAYS_AHEAD": "0", "LOG_FORMAT": "json"}
        settings["SESSION_TIMEOUT_SECONDS"] = "6"
        with WorkerProcess({f"TIDEWAITER_{name}": value for name, value in settings.items()}) as worker:
            worker.ready()
            yield broker.address


@pytest.mark.parametrize(
    ("page", "programs", "transfer", "kind"),
    [
        pytest.param("quickstart-java.md", ("mvn", "java"), "SO-218", "kafka", marks=pytest.mark.kafka),
        pytest.param("quickstart-node.md", ("node", "npm"), "SO-318", "kafka", marks=pytest.mark.kafka),
        pytest.param("quickstart-node.md", ("node", "npm"), "SO-318", "embedded", marks=pytest.mark.embedded),
        pytest.param("quickstart-go.md", ("go",), "SO-418", "kafka", marks=pytest.mark.kafka),
    ],
)
def test_a_newcomer_sends_a_transfer_and_reads_its_verdict(
    page: str, programs: tuple[str, ...], transfer: str, kind: Kind, tmp_path: Path
) -> None:
    needs(*programs)
    copy_schemas(tmp_path / "schemas")
    environment = clean_environment(MAVEN_OPTS=os.environ.get("MAVEN_OPTS", "") + " -XX:TieredStopAtLevel=1")
    told = ""
    with broker_and_worker(kind) as address:
        for language, name, text in BLOCK.findall((DOCS / page).read_text(encoding="utf-8")):
            written = text.replace("127.0.0.1:9092", address)
            if name:
                (tmp_path / name).write_text(written, encoding="utf-8")
            elif language == "bash":
                told = fetch(["bash", "-ec", written], tmp_path, environment)
    lines = told.splitlines()
    assert f"{transfer} block" in lines
    assert lines[lines.index(f"{transfer} block") + 1].startswith("  "), "the reason of a finding"
    if page == "quickstart-java.md":
        assert lines[-1] == "[]", "the verifier tells no problem"
