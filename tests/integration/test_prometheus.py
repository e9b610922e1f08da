"""A real Prometheus scrapes a real worker: every panel of the dashboard and every rule has something to show."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.broker.guarded import GuardedProcess
from service.lists.store import ListStore
from service.lists.sync import sync_from
from tests.brokers import Broker, Kind
from tests.publishers import un_list
from tests.station import Station, on, transfer, transfers
from tests.wire import Record

ROOT = Path(__file__).parents[2]
DASHBOARDS = ROOT / "deploy" / "grafana" / "dashboards"
RULES = ROOT / "deploy" / "prometheus" / "rules"

pytestmark = pytest.mark.embedded


class Prometheus:
    """A Prometheus with the rules of the repository, asked over HTTP."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get(self, path: str, **parameters: str) -> Any:
        """The `data` of an answer of its API."""
        url = f"http://{self._address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.load(answer)["data"]

    def values(self, query: str) -> list[float]:
        """What a query gives now, without what is not a number."""
        found = self.get("query", query=query.replace("$__rate_interval", "10s"))["result"]
        return [value for each in found if (value := float(each["value"][1])) == value]


def wait_until(holds: Callable[[], bool], within: float) -> bool:
    """Whether it holds before the time is over."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.25)
    return True


@pytest.fixture(scope="module")
def watched(
    running_brokers: Callable[[Kind], Broker], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Prometheus, Station]]:
    """A worker and a Prometheus that has scraped it."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("prometheus is not installed (Debian package `prometheus`)")
    folder = tmp_path_factory.mktemp("prometheus")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    (folder / "drop" / "un").mkdir(parents=True)
    (folder / "drop" / "un" / "list.xml").write_bytes(un_list(20))
    sync_from(ListStore(folder / "lists"), folder / "drop", ["un"], [])
    with on(running_brokers("embedded").address, lists_dir=folder / "lists") as (station, worker):
        target = urllib.parse.urlsplit(worker.logged("web")[-1]["metrics"]).netloc
        configuration = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(RULES / "*.yml")],
            "scrape_configs": [{"job_name": "tidewaiter", "static_configs": [{"targets": [target]}]}],
        }
        (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
        command = [
            program,
            "--config.file=prometheus.yml",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={address}",
        ]
        with (
            (folder / "log").open("wb") as log,
            GuardedProcess(command, log=log, environment=os.environ, directory=folder) as process,
        ):
            prometheus = Prometheus(address)

            def scrapes() -> bool:
                assert process.exit_code() is None, (folder / "log").read_text()
                try:
                    return prometheus.values('up{job="tidewaiter"}') == [1.0]
                except OSError:
                    return False

            assert wait_until(scrapes, 30), (folder / "log").read_text()
            yield prometheus, station


def steady(prometheus: Prometheus, query: str) -> float:
    """The value of a counter once it has stood still for three scrapes."""
    seen: list[list[float]] = []

    def still() -> bool:
        seen.append(prometheus.values(query))
        time.sleep(1.0)
        return len(seen) >= 3 and seen[-1] == seen[-2] == seen[-3] != []

    assert wait_until(still, 30), seen
    return seen[-1][0]


def test_every_panel_shows_something_and_every_rule_is_well(watched: tuple[Prometheus, Station]) -> None:
    prometheus, station = watched
    boards = [json.loads(path.read_text(encoding="utf-8")) for path in DASHBOARDS.glob("*.json")]
    silent = {
        target["expr"]: panel["title"]
        for board in boards
        for panel in board["panels"]
        for target in panel.get("targets", ())
    }
    assert silent
    published = 0

    def all_show() -> bool:
        nonlocal published
        listed = {"role": "transferee", "name": "Sihom 7", "type": "organisation", "countries": ["KP"]}
        station.publish([*transfers(published, 49), transfer(published + 49, parties=[listed])])
        station.wire.publish(station.transfers, [Record(b"{no transfer", b"x")])
        published += 50
        for query in list(silent):
            if prometheus.values(query):
                del silent[query]
        return not silent

    wait_until(all_show, 40)
    assert not silent, f"no data: {sorted(silent.values())}"

    rules = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]
    assert rules
    assert {rule["name"]: rule.get("lastError") for rule in rules if rule["health"] != "ok"} == {}


def test_what_is_counted_is_what_was_written(watched: tuple[Prometheus, Station]) -> None:
    prometheus, station = watched
    judged = "sum(tidewaiter_transfers_total)"
    before = steady(prometheus, judged)
    station.publish(transfers(1_000_000, 120))
    assert wait_until(lambda: prometheus.values(judged) == [before + 120], 20), prometheus.values(judged)


def test_the_alert_on_unreadable_events_wakes_when_they_come(watched: tuple[Prometheus, Station]) -> None:
    prometheus, station = watched

    def awake() -> bool:
        station.wire.publish(station.transfers, [Record(b"{no transfer", b"x")] * 20)
        alerts = prometheus.get("alerts")["alerts"]
        return "TidewaiterDeadLetters" in {alert["labels"]["alertname"] for alert in alerts}

    assert wait_until(awake, 20)
