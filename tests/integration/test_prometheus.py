"""A real Prometheus scrapes a real worker: every panel of the dashboard and every rule has something to show."""

from __future__ import annotations

import json
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.brokers import Broker, Kind
from tests.list_publisher import un_list
from tests.prometheus import RULES, Prometheus, a_prometheus, wait_until
from tests.station import Station, on, transfer, transfers
from tests.wire import Record
from tidewaiter.lists.store import ListStore
from tidewaiter.lists.sync import sync_from

ROOT = Path(__file__).parents[2]
DASHBOARDS = ROOT / "deploy" / "grafana" / "dashboards"

pytestmark = pytest.mark.embedded

OTHERS = ("people", "time")
"""Dashboards of `serve` and the rescreener, which do not run here."""


@pytest.fixture(scope="module")
def watched(
    running_brokers: Callable[[Kind], Broker], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Prometheus, Station]]:
    """A worker and a Prometheus that has scraped it."""
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "drop" / "un").mkdir(parents=True)
    (folder / "drop" / "un" / "list.xml").write_bytes(un_list(20))
    sync_from(ListStore(folder / "lists"), folder / "drop", ["un"], [])
    with on(running_brokers("embedded").address, lists_dir=folder / "lists") as (station, worker):
        target = urllib.parse.urlsplit(worker.logged("web")[-1]["metrics"]).netloc
        with a_prometheus(folder, [target], RULES / "*.yml") as prometheus:
            assert wait_until(lambda: prometheus.values('up{job="tidewaiter"}') == [1.0], 30)
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
    boards = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in DASHBOARDS.glob("*.json")}
    for panel in (panel for name in OTHERS for panel in boards.pop(name)["panels"]):
        for target in panel.get("targets", ()):
            prometheus.values(target["expr"])  # fails where it is no query
    silent = {
        target["expr"]: panel["title"]
        for board in boards.values()
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


def test_a_rule_book_is_marked_at_the_time_at_which_the_worker_took_it_up(watched: tuple[Prometheus, Station]) -> None:
    prometheus, _ = watched
    marks = {
        each["name"]: each["expr"]
        for path in DASHBOARDS.glob("*.json")
        for each in json.loads(path.read_text(encoding="utf-8"))["annotations"]["list"]
    }
    (taken_up,) = prometheus.values(marks["Rule books"])
    assert 0 < time.time() - taken_up / 1_000 < 600
    prometheus.values(marks["Alerts"])  # fails where it is no query
    assert prometheus.values(marks["Rescreenings"]) == [], "no rescreener runs here"


def test_the_variables_narrow_what_is_shown(watched: tuple[Prometheus, Station]) -> None:
    prometheus, _ = watched
    board = json.loads((DASHBOARDS / "overview.json").read_text(encoding="utf-8"))
    (workers,) = [panel for panel in board["panels"] if panel["title"] == "Workers" and panel["type"] == "stat"]
    query = workers["targets"][0]["expr"]
    assert prometheus.values(query) == [1.0]
    assert prometheus.values(query.replace("$job", "tidewaiter")) == [1.0]
    for variable in ("job", "namespace", "instance"):
        assert prometheus.values(query.replace(f"${variable}", "another")) == [0.0]


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
