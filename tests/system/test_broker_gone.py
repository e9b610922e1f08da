"""The broker is gone for 30 seconds, then for a minute: what probes, metrics and alerts say, with the rules as shipped.

A real worker and a real Prometheus; nothing is quickened, so that the times are those an operator sees.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.apache_kafka import held_port
from tests.list_publisher import un_list
from tests.patience import stretched
from tests.prometheus import RULES, a_prometheus, wait_until
from tests.station import Station, ids, one_verdict_each, transfers
from tests.system.network import Proxy, kafka_behind
from tidewaiter.lists.store import ListStore
from tidewaiter.lists.sync import sync_from

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(400)]


def alerts_of(answer: dict[str, Any], state: str) -> set[str]:
    return {each["labels"]["alertname"] for each in answer["alerts"] if each["state"] == state}


def until(holds: Callable[[], bool], within: float, what: str) -> None:
    assert wait_until(holds, stretched(within)), what


@pytest.mark.parametrize("gone", ["hold", "cut"])
def test_a_broker_that_is_gone_is_said_by_readiness_at_once_and_by_an_alert_in_a_minute(
    tmp_path: Path, gone: str
) -> None:
    (tmp_path / "drop" / "un").mkdir(parents=True)
    (tmp_path / "drop" / "un" / "list.xml").write_bytes(un_list(20))
    sync_from(ListStore(tmp_path / "lists"), tmp_path / "drop", ["un"], [])
    with ExitStack() as stack:
        proxy = stack.enter_context(Proxy())
        kafka = stack.enter_context(kafka_behind(proxy))
        port = stack.enter_context(held_port())
        prometheus = stack.enter_context(a_prometheus(tmp_path, [f"127.0.0.1:{port}"], RULES / "*.yml"))
        station = Station(kafka.address).create().create_rule_books().create_dispositions()
        worker = stack.enter_context(
            station.worker(broker=proxy.address, web_port=port, lists_dir=tmp_path / "lists", broker_silence_seconds=15)
        )
        worker.ready()
        first = transfers(0, 20)
        station.publish(first)
        one_verdict_each(station.verdicts_on(ids(first)))
        until(lambda: prometheus.values("tidewaiter_broker_silence_seconds < 5") != [], 20, "it answers")

        began = time.monotonic()
        getattr(proxy, gone)()
        try:
            until(lambda: worker.page("/readyz")[0] == 503, 30, "it is not ready")
            assert time.monotonic() - began >= 10, "a short silence is nothing"
            assert "broker (no answer for " in worker.page("/readyz")[1]
            time.sleep(max(0.0, began + 30 - time.monotonic()))
            assert worker.page("/livez")[0] == 200, "starting it again would not help"
            assert worker.page("/readyz")[0] == 503
            (silence,) = prometheus.values("tidewaiter_broker_silence_seconds")
            assert silence > 15
            assert prometheus.values("up") == [1.0], "its metrics are read all the while"
            assert alerts_of(prometheus.get("alerts"), "firing") == set(), "nobody is woken for half a minute"
            until(
                lambda: "TidewaiterBrokerSilent" in alerts_of(prometheus.get("alerts"), "firing"),
                60,
                "somebody is woken",
            )
            assert time.monotonic() - began > 60
            assert alerts_of(prometheus.get("alerts"), "firing") == {"TidewaiterBrokerSilent"}, "by one alert"
        finally:
            proxy.heal()
        worker.ready()
        until(lambda: alerts_of(prometheus.get("alerts"), "firing") == set(), 30, "it is over")
        later = transfers(20, 20)
        station.publish(later)
        one_verdict_each(station.verdicts_on(ids(later)))
