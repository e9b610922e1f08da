"""Each alert fires in a real Prometheus when its fault is caused in real workers, and is over when it is mended.

The rules are those of the repository, but time passes 60 times as fast in them: what takes minutes takes seconds, and
what takes hours minutes. `tests/unit/alerts` holds them to their own times.
"""

from __future__ import annotations

import dataclasses
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.apache_kafka import held_port
from tests.integration.test_rescreener import NAMES, Office, book, thin_sources
from tests.list_publisher import un_list
from tests.prometheus import RULES, Prometheus, a_prometheus
from tests.rule_book_swaps import await_adoption, books, put
from tests.schema_registry import Registry, answering
from tests.serving import client_of, tokens_file
from tests.station import FAILS_ON_POISON, Station, WorkerProcess, record_of, transfer, transfers
from tests.system.network import FarKafka, Proxy, kafka_behind
from tests.transactional import Transactional
from tests.wire import Record
from tidewaiter.lists.store import ListStore, instant
from tidewaiter.lists.sync import sync_from
from tidewaiter_schemas.verdict import Decision, Effect, Verdict

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(600)]

FASTER: Final = {"TidewaiterCrashLoop": 10.0, "TidewaiterBrokerSilent": 10.0, "TidewaiterRescreeningLate": 3_600.0}
"""How many times as fast time passes in an alert's rule; 60 in the others. No worker starts three times in 15 s,
between two answers of a broker lies a second or two, and nobody waits six minutes for a rescreening."""
LIMITS: Final = {
    "TidewaiterNoProgress": 60,
    "TidewaiterBrokerSilent": 60,
    "TidewaiterOpenTransaction": 300,
    "TidewaiterSchemaRegistrySilent": 300,
    "TidewaiterRuleBookNotAdopted": 300,
    "TidewaiterRescreeningLate": 21_600,
}
"""Seconds that an expression compares with."""
UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def faster(text: str, times: float) -> str:
    """The same with every duration so many times shorter."""

    def shorter(found: re.Match[str]) -> str:
        return f"{int(int(found[1]) * UNITS[found[2]] / times * 1_000)}ms"

    return re.sub(r"\b(\d+)([smhdw])\b", shorter, text)


def quickened(rules: dict[str, Any]) -> dict[str, Any]:
    """The same rules in a world where time passes faster."""
    for group in rules["groups"]:
        for rule in group["rules"]:
            name = rule.get("alert", rule.get("record"))
            times = FASTER.get(name, 60.0)
            rule["expr"] = faster(rule["expr"], times)
            if limit := LIMITS.get(name):
                assert rule["expr"].endswith(f"> {limit}"), f"{name} compares with another number now"
                rule["expr"] = rule["expr"].removesuffix(str(limit)) + f"{limit / times:g}"
            if "for" in rule:
                rule["for"] = faster(rule["for"], times)
    return rules


class Watched:
    """Workers at two addresses of their own, one after another, and the Prometheus that watches both."""

    def __init__(
        self,
        prometheus: Prometheus,
        kafka: FarKafka,
        proxy: Proxy,
        ports: tuple[int, int],
        rescreener: int,
        lists: Path,
    ) -> None:
        self.kafka, self.proxy, self.lists = kafka, proxy, lists
        self.ports, self.rescreener = ports, rescreener
        self.station = Station(kafka.address).create().create_rule_books()
        self._prometheus = prometheus
        self._sent = 0

    def worker(self, at: int = 0, before: str = "", **settings: object) -> WorkerProcess:
        """Starts one, with lists that are no sample and new, unless told otherwise. `before` is Python it runs first."""
        told = {"web_port": self.ports[at], "lists_dir": self.lists, "rule_book": "own", **settings}
        return self.station.worker(before, **{name: value for name, value in told.items() if value is not None})

    def send(self, number: int, garbage: int = 0, **changes: Any) -> None:
        """Publishes so many transfers, and so many events that are none."""
        self.station.publish([transfer(self._sent + each, **changes) for each in range(number)])
        self.station.wire.publish(self.station.transfers, [Record(b"{no transfer", b"x")] * garbage)
        self._sent += number

    def fires(self, alert: str) -> bool:
        """Whether it fires now."""
        return any(
            each["labels"]["alertname"] == alert and each["state"] == "firing"
            for each in self._prometheus.get("alerts")["alerts"]
        )

    def until(self, alert: str, fires: bool, meanwhile: Callable[[], None] = lambda: None, within: float = 120) -> None:
        """Waits for it, doing something every half second."""
        deadline = time.monotonic() + within
        while self.fires(alert) is not fires:
            assert time.monotonic() < deadline, f"{alert} {'does not fire' if fires else 'is not over'} in {within} s"
            meanwhile()
            time.sleep(0.5)

    @contextmanager
    def fired(self, alert: str, meanwhile: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Waits until it fires; what is done within mends it."""
        self.until(alert, True, meanwhile)
        yield
        self.until(alert, False)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("alerts")
    (folder / "drop" / "un").mkdir(parents=True)
    (folder / "drop" / "un" / "list.xml").write_bytes(un_list(20))
    sync_from(ListStore(folder / "lists"), folder / "drop", ["un"], [])
    rules = folder / "rules.yml"
    rules.write_text(yaml.safe_dump(quickened(yaml.safe_load((RULES / "tidewaiter.yml").read_text()))))
    with ExitStack() as stack:
        proxy = stack.enter_context(Proxy())
        kafka = stack.enter_context(kafka_behind(proxy))
        ports = (stack.enter_context(held_port()), stack.enter_context(held_port()))
        rescreener = stack.enter_context(held_port())
        targets = [f"127.0.0.1:{port}" for port in ports]
        prometheus = stack.enter_context(
            a_prometheus(folder, targets, rules, rescreeners=[f"127.0.0.1:{rescreener}"], every="500ms")
        )
        yield Watched(prometheus, kafka, proxy, ports, rescreener, folder / "lists")


def test_no_worker_at_all_is_told(watched: Watched) -> None:
    with watched.fired("TidewaiterNoWorker"):
        worker = watched.worker().__enter__()
    worker.kill()


def test_a_worker_without_progress_is_told(watched: Watched) -> None:
    with watched.worker(broker=watched.proxy.address, produce_timeout_seconds=60, batch_max=10) as worker:
        worker.ready()
        watched.proxy.slow(0.1)  # or all are judged before the network is gone
        watched.send(2_000)
        worker.until(lambda: worker.metrics()["tidewaiter_batch_size_count"] >= 3)
        watched.proxy.hold()
        try:
            watched.until("TidewaiterNoProgress", True)
        finally:
            watched.proxy.heal()
        watched.until("TidewaiterNoProgress", False)


def test_a_broker_that_does_not_answer_is_told(watched: Watched) -> None:
    with watched.worker(broker=watched.proxy.address) as worker:
        worker.ready()
        watched.proxy.hold()
        try:
            watched.until("TidewaiterBrokerSilent", True)
            assert worker.page("/livez")[0] == 200
        finally:
            watched.proxy.heal()
        watched.until("TidewaiterBrokerSilent", False)


def test_a_schema_registry_that_does_not_answer_is_told(watched: Watched) -> None:
    station, registry = watched.station, Registry()
    orders = f"{station.prefix}orders"
    station.create(orders)
    with answering(registry):
        registry.status = 503
        with watched.worker(inputs=f"{orders}:registry", schema_registry_url=registry.url) as worker:
            worker.ready()
            value = b"\0\0\0\0\2" + json.dumps(transfer(900_001)).encode()
            station.wire.publish(orders, [Record(value, b"k")])
            with watched.fired("TidewaiterSchemaRegistrySilent"):
                registry.status = None
            station.verdicts_on([transfer(900_001)["id"]])


def test_an_open_transaction_is_told(watched: Watched) -> None:
    with watched.worker() as worker:
        worker.ready()
        record = record_of(transfer(0), partition=0)
        hanging = Transactional(watched.kafka.address).begin(watched.station.transfers, [record])
        with watched.fired("TidewaiterOpenTransaction"):
            hanging.abort()


def test_transfers_that_retention_deletes_unread_are_told(watched: Watched) -> None:
    station = watched.station
    with watched.worker() as worker:
        worker.ready()
        station.publish([transfer(100_000)], partition=0)
        station.verdicts_on([transfer(100_000)["id"]])
        assert worker.terminate() == 0
    station.publish([transfer(100_001 + each) for each in range(50)], partition=0)
    station.wire.delete_records(station.transfers, before=station.wire.ends(station.transfers)[0])
    with watched.worker() as worker, watched.fired("TidewaiterDeletedUnread"):
        worker.ready()


def test_late_verdicts_are_told(watched: Watched) -> None:
    with watched.worker(broker=watched.proxy.address) as worker:
        worker.ready()
        watched.proxy.slow(0.6)
        try:
            for alert in ("TidewaiterLateVerdictsFast", "TidewaiterLateVerdictsSlow"):
                watched.until(alert, True, lambda: watched.send(20))
        finally:
            watched.proxy.heal()
        for alert in ("TidewaiterLateVerdictsFast", "TidewaiterLateVerdictsSlow"):
            watched.until(alert, False, lambda: watched.send(20))


def test_many_dead_letters_are_told(watched: Watched) -> None:
    with watched.worker() as worker:
        worker.ready()
        watched.until("TidewaiterDeadLetters", True, lambda: watched.send(100, garbage=3))
        watched.until("TidewaiterDeadLetters", False, lambda: watched.send(100))


def test_a_transfer_that_the_engine_fails_on(watched: Watched) -> None:
    with watched.worker(before=FAILS_ON_POISON) as worker:
        worker.ready()
        watched.send(20)
        watched.station.publish([transfer(0, id="poison")])
        watched.until("TidewaiterQuarantine", True, lambda: watched.send(20))
        watched.until("TidewaiterQuarantine", False, lambda: watched.send(20))


def test_different_rule_books_are_told(watched: Watched) -> None:
    with watched.worker() as worker:
        worker.ready()
        with watched.worker(1, jurisdictions="UN,US") as other, watched.fired("TidewaiterDifferentRuleBooks"):
            other.kill()


def test_a_rule_book_that_is_refused_and_not_adopted(watched: Watched) -> None:
    good, bad, better = books(3)
    put(watched.station, good)
    with watched.worker(rule_book="published", lists_dir=None) as worker:
        worker.ready()
        put(watched.station, dataclasses.replace(bad, file=bad.file[:-9]), good.sha256)
        watched.until("TidewaiterRuleBookRefused", True)
        watched.until("TidewaiterRuleBookNotAdopted", True)
        put(watched.station, better, bad.sha256)
        await_adoption([worker], better.sha256)
        watched.until("TidewaiterRuleBookRefused", False)
        watched.until("TidewaiterRuleBookNotAdopted", False)


def test_a_disposition_without_effect_and_a_topic_that_is_not_there(watched: Watched) -> None:
    station = Station(watched.kafka.address).create()
    with station.worker(web_port=watched.ports[0]) as worker:
        worker.ready()
        with watched.fired("TidewaiterDispositionsNotFollowed"):
            station.create_dispositions()
        station.wire.publish(station.dispositions, [Record(b"{no disposition", b"x")])
        with watched.fired("TidewaiterDispositionRefused"):
            pass


def test_a_rescreening_that_is_late_and_leaves_a_transfer_out(watched: Watched) -> None:
    office = Office(watched.kafka.address).opened()
    sources = thin_sources()
    old, new = book(sources, NAMES[:1]), book(sources, NAMES[:2])
    listed = transfer(1, id="poison", parties=[{"role": "transferee", "name": NAMES[1], "type": "person"}])
    put(office, old)
    with office.worker(rule_book="published", web_port=watched.ports[0]) as worker:
        worker.ready()
        office.publish([listed, *transfers(0, 20)])
        office.verdicts_on([listed["id"]])
        assert worker.terminate() == 0
    office.publish(transfers(20, 40))
    with watched.fired("TidewaiterNoRescreener"):
        rescreener = office.rescreener(FAILS_ON_POISON, web_port=watched.rescreener)
    with rescreener:
        rescreener.until(lambda: bool(rescreener.logged("rule book put in force")))
        put(office, new, old.sha256)
        # It lets the workers go first, and there is none.
        with watched.fired("TidewaiterRescreeningLate"):
            worker = office.worker(rule_book="published", web_port=watched.ports[0]).__enter__()
        with watched.fired("TidewaiterRescreeningIncomplete"):
            pass
    worker.kill()


def test_a_queue_that_is_overdue_and_a_console_that_is_behind(watched: Watched, tmp_path: Path) -> None:
    station, tokens = Station(watched.kafka.address).create().create_dispositions(), tokens_file(tmp_path / "tokens")
    told: dict[str, object] = {
        "broker": watched.proxy.address,
        "web_port": watched.ports[1],
        "serve_tokens_file": tmp_path / "tokens",
        "serve_database": f"sqlite:///{tmp_path}/serve.db",
        "serve_overdue_hours": 1 / 3_600,
    }
    held = transfer(0, items=[{"description": "carpets", "quantity": 1}])
    with station.worker() as worker, station.serve(**told) as serve:
        worker.ready()
        station.publish([held])
        (written,) = station.verdicts_on([held["id"]])[held["id"]]
        verdict = Verdict.model_validate_json(written.value or b"")
        assert verdict.decision is not Decision.CLEAR
        console = client_of(serve, tokens)
        with watched.fired("TidewaiterQueueOverdue"):
            for finding in verdict.findings:
                said = {
                    "verdict_id": str(verdict.id),
                    "rule": finding.rule,
                    "subject": finding.subject,
                    "reason": "It is.",
                }
                if finding.effect is not Effect.INFO:
                    assert (
                        console.post("/v1/dispositions", "analyst", {**said, "judgement": "true_match"}).status == 201
                    )
        watched.proxy.cut()
        try:
            watched.until("TidewaiterServeBehind", True)
        finally:
            watched.proxy.heal()
        watched.until("TidewaiterServeBehind", False)


def test_the_sample_list_in_use_is_told(watched: Watched) -> None:
    with watched.worker(lists_dir=None) as worker, watched.fired("TidewaiterSampleList"):
        worker.terminate()
        official = watched.worker().__enter__()
    official.kill()


def test_a_quota_near_its_cap_is_told(watched: Watched, tmp_path: Path) -> None:
    def totals(barrels: int) -> Path:
        today = datetime.now(UTC).date()
        file = tmp_path / f"{barrels}.yaml"
        total = {"quota": "KP-TO-REFINED", "window": today.replace(month=1, day=1), "total": barrels, "unit": "bbl"}
        file.write_text(yaml.safe_dump({"totals": [{**total, "as_of": today, "source": "https://example.org/"}]}))
        return file

    with watched.worker(quota_totals=totals(480_000)) as worker:
        worker.ready()
        with watched.fired("TidewaiterQuotaNearItsCap"):
            worker.terminate()
            corrected = watched.worker(quota_totals=totals(100_000)).__enter__()
        corrected.kill()


def test_an_old_list_is_told(watched: Watched) -> None:
    file = watched.lists / "un" / "record.json"
    new = file.read_text(encoding="utf-8")
    long_ago = instant(datetime.fromtimestamp(time.time() - 3 * UNITS["d"], UTC))
    record = json.loads(new)
    record["current"]["retrieved"] = record["checked"] = long_ago
    file.write_text(json.dumps(record), encoding="utf-8")
    with watched.worker() as worker, watched.fired("TidewaiterListOld"):
        worker.terminate()
        file.write_text(new, encoding="utf-8")
        synced = watched.worker().__enter__()
    synced.kill()


def test_a_crash_loop_is_told(watched: Watched) -> None:
    for _ in range(4):
        with watched.worker() as worker:
            worker.ready()
            time.sleep(1.5)
            worker.kill()
    with watched.worker(), watched.fired("TidewaiterCrashLoop"):
        pass


def test_decisions_that_have_shifted(watched: Watched) -> None:
    with watched.worker() as worker:
        worker.ready()

        def usual() -> None:
            watched.send(50)

        def embargoed() -> None:
            watched.send(50, route={"destination": {"country": "KP"}})

        until = time.monotonic() + 75
        while time.monotonic() < until:
            usual()
            time.sleep(0.5)
        assert not watched.fires("TidewaiterDecisionsShifted")
        watched.until("TidewaiterDecisionsShifted", True, embargoed)
        watched.until("TidewaiterDecisionsShifted", False, usual)


def test_no_alert_is_left_out() -> None:
    rules = yaml.safe_load((RULES / "tidewaiter.yml").read_text())
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule}
    tests = Path(__file__).read_text(encoding="utf-8").split("def test_no_worker_at_all_is_told")[1]
    assert {alert for alert in alerts if f'"{alert}"' not in tests} == set()
