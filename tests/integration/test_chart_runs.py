"""What the Helm chart starts, started here: the topics, the lists and their rule book, then a worker that uses it.

There is no cluster: each container's command runs as a process with the variables that the chart renders for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from tests.brokers import Broker
from tests.charts import Document, of_kind, only, renders, tool
from tests.list_publisher import Publisher, file, status, un_list
from tests.station import Station, WorkerProcess, ids, one_verdict_each, transfers
from tidewaiter.stream.failure import ExitCode

pytestmark = pytest.mark.long

FOLDER = "/var/lib/tidewaiter-lists"


def told(container: Document, folder: Path) -> dict[str, str]:
    """Return the variables of a container, with a folder of this machine in the place of the volume of lists."""
    given = {entry["name"]: entry["value"] for entry in container["env"] if "value" in entry}
    return {name: value.replace(FOLDER, str(folder)) for name, value in given.items()}


def runs(container: Document, folder: Path) -> subprocess.CompletedProcess[str]:
    words = container.get("command", ["tidewaiter"]) + container["args"]
    beside = str(Path(sys.executable).parent)
    environment = {"PATH": os.pathsep.join([beside, os.environ["PATH"]]), "HOME": str(folder), "TMPDIR": str(folder)}
    words = [word.replace("/tmp/", f"{folder}/") if word.startswith("/tmp/") else word for word in words]
    return subprocess.run(
        words, capture_output=True, text=True, check=False, env=environment | told(container, folder), cwd=folder
    )


def test_the_chart_runs_from_no_topics_to_verdicts_by_the_lists_it_fetched(
    any_broker: Broker, publisher: Publisher, tmp_path: Path
) -> None:
    publisher.answers("/un.xml", file(un_list(600)))
    publisher.answers("/uk.csv", status(403))
    prefix = f"t{uuid.uuid4().hex[:10]}."
    values = {
        "settings": {
            "broker": any_broker.address,
            "topic_prefix": prefix,
            "group": f"{prefix}group",
            "partitions": 4,
            "replication": 1,
            "session_timeout_seconds": 6,
            "heartbeat_seconds": 1,
            "occurred_days_back": 0,
            "occurred_days_ahead": 0,
            "lists_urls": f"un={publisher.url}/un.xml,uk={publisher.url}/uk.csv",
        },
        "lists": {"claim": "party-lists", "sync": True, "publishers": ["un", "uk"]},
    }
    documents = renders(tool("helm", "make chart-tools"), tmp_path)(values, base=None)
    jobs = {name: job["spec"]["template"]["spec"] for name, job in of_kind(documents, "Job").items()}
    (topics,) = jobs["tidewaiter-topics"]["containers"]
    for _ in range(2):  # again at each upgrade
        created = runs(topics, tmp_path)
        assert created.returncode == 0, created.stdout + created.stderr
    first, pod = (
        jobs["tidewaiter-first-lists"],
        only(documents, "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"],
    )
    for step in (*first["initContainers"], *first["containers"]):
        done = runs(step, tmp_path)
        assert done.returncode == 0, f"{step['name']}: {done.stdout}{done.stderr}"
    (worker,) = only(documents, "StatefulSet")["spec"]["template"]["spec"]["containers"]
    assert worker["args"] == ["run"]
    with WorkerProcess(told(worker, tmp_path) | {"TIDEWAITER_WEB_PORT": "0"}) as process:
        process.ready()
        adopted = len(process.logged("rule book adopted"))
        publisher.answers("/un.xml", file(un_list(610, day="2026-08-02"), etag='"2"'))
        for step in (*pod["initContainers"], *pod["containers"]):
            done = runs(step, tmp_path)
            assert done.returncode == 0, f"{step['name']}: {done.stdout}{done.stderr}"
        process.until(lambda: len(process.logged("rule book adopted")) > adopted)
        station = Station(any_broker.address)
        station.prefix, station.transfers, station.verdicts = prefix, f"{prefix}transfers", f"{prefix}verdicts"
        sent = transfers(0, 20)
        station.publish(sent)
        found = station.verdicts_on(ids(sent))
        one_verdict_each(found)
        lists = [json.loads(records[-1].value or b"")["rulebook"]["lists"] for records in found.values()]
        assert {(each["id"], each["published"]) for each in lists[0]} >= {("un", "2026-08-02")}
        assert all(each == lists[0] for each in lists)
        again = runs(pod["containers"][0], tmp_path)
        assert again.returncode == 0, again.stderr
        assert "in force already" in again.stderr, "nothing changed, so that nothing is published"
        assert process.terminate() == ExitCode.STOPPED

    publisher.answers("/un.xml", status(403))
    (sync, *_) = pod["initContainers"]
    assert runs(sync, tmp_path).returncode == 4, "no list could be fetched: the job fails"
