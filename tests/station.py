"""The topics, the consumer group and the worker processes of one test, and what the test asks of them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from http.client import TOO_MANY_REQUESTS
from pathlib import Path
from typing import Any, Self

from prometheus_client.parser import text_string_to_metric_families

from tests.environment import clean_environment
from tests.patience import WAIT
from tests.personal_data import revealed
from tests.wire import Record, Wire

ROOT = Path(__file__).parent.parent
LARGEST_RECORD = 8 * 1024 * 1024
FAILS_ON_POISON = """
from tidewaiter.screening import screener
assess = screener.Screener.assess

def failing(self, transfers):
    if any(transfer.id.startswith("poison") for transfer in transfers):
        raise ArithmeticError(transfers)
    return assess(self, transfers)

screener.Screener.assess = failing
"""
"""For a worker to run first: an engine that fails on each transfer whose id begins with `poison`, and quotes it."""


class WorkerProcess:
    """One process `python -m tidewaiter run`, or another command, killed at the end of the `with` block.

    Fails the test when its log names a party of the sample list.

    `before` is Python that it runs first.
    """

    def __init__(self, environment: dict[str, str], before: str = "", command: str = "run") -> None:
        self._log = tempfile.NamedTemporaryFile(prefix="tidewaiter-worker-", suffix=".log")  # noqa: SIM115
        program = ["-c", f"{before}\nfrom tidewaiter.cli import main\nmain()"] if before else ["-m", "tidewaiter"]
        self._process = subprocess.Popen(
            [sys.executable, *program, command],
            env=clean_environment(**environment),
            cwd=ROOT,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def log(self) -> str:
        """All that the worker has printed."""
        return Path(self._log.name).read_text("utf-8", errors="replace")

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The JSON log lines of one event, in order."""
        whole, _, _ = self.log().rpartition("\n")  # the last line may still be on its way
        lines = (json.loads(line) for line in whole.splitlines() if line.startswith("{") and f'"{event}"' in line)
        return [line for line in lines if line["message"] == event]

    def ready(self, within: float = WAIT) -> Self:
        """Waits until `/readyz` says yes."""
        self.until(lambda: self.page("/readyz")[0] == 200, within)
        return self

    def assigned(self) -> set[int]:
        """The partitions that the worker was last given and has not handed back."""
        given: set[int] = set()
        for line in self.log().splitlines():
            if '"partitions assigned"' in line:
                given = set(json.loads(line)["partitions"])
            elif '"partitions revoked"' in line:
                given = set()
        return given

    def until(self, holds: Callable[[], bool], within: float = WAIT) -> None:
        """Waits until something holds of this worker; fails with its log when it does not, or the worker ends."""
        deadline = time.monotonic() + within
        while not holds():
            assert self.exit_code is None, f"the worker ended with {self.exit_code}:\n{self.log()[-6000:]}"
            assert time.monotonic() < deadline, f"not in {within:g} s:\n{self.log()[-6000:]}"
            time.sleep(0.02)

    def page(self, path: str, accept: str = "*/*") -> tuple[int, str]:
        """Status and text of one of its web pages; 0 while it has none."""
        web = self.logged("web")
        if not web:
            return 0, ""
        try:
            url = web[-1]["metrics"].removesuffix("/metrics") + path
            with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept}), timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError:
            return 0, ""

    def metrics(self) -> dict[str, float]:
        """Every sample by name and labels as Prometheus writes them: `name{label="value"}`."""
        return {_name(sample): sample.value for family in self._families() for sample in family.samples}

    def _families(self) -> Iterable[Any]:
        while True:
            status, text = self.page("/metrics")
            if status != TOO_MANY_REQUESTS:
                break
            time.sleep(0.2)
        assert status == 200, text
        return text_string_to_metric_families(text)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs, negative for a signal."""
        return self._process.poll()

    def ended(self, within: float = WAIT) -> int:
        """Waits until it ends by itself and returns its exit status."""
        try:
            return self._process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the worker has not ended in {within:g} s:\n{self.log()[-6000:]}") from None

    def send(self, signal_number: signal.Signals) -> None:
        """Sends a signal, if it still runs."""
        if self.exit_code is None:
            self._process.send_signal(signal_number)

    def terminate(self, within: float = WAIT) -> int:
        """Asks it to stop, as an orchestrator does, and returns its exit status."""
        self.send(signal.SIGTERM)
        return self.ended(within)

    def kill(self) -> None:
        """SIGKILL, and waits until it is gone."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        self.kill()
        told = revealed(self.log())
        self._log.close()
        assert failed or not told, f"the log of a worker names parties of the sample list: {told}"


class Station:
    """The topics of one test, under a prefix of their own, on a broker that others use too."""

    def __init__(self, address: str, *, partitions: int = 4) -> None:
        self.address, self.partitions = address, partitions
        self.prefix = f"t{uuid.uuid4().hex[:10]}."
        self.group = f"{self.prefix}group"
        self.wire = Wire(address)
        self.transfers = f"{self.prefix}transfers"
        self.verdicts = f"{self.prefix}verdicts"
        self.dead_letters = f"{self.prefix}transfers.dead-letters"
        self.quotas = f"{self.prefix}quotas"
        self.rule_books = f"{self.prefix}rulebook"
        self.dispositions = f"{self.prefix}dispositions"
        self._workers: list[WorkerProcess] = []

    def create(self, *topics: str, largest: int = LARGEST_RECORD) -> Self:
        """Makes the given topics, or all four; the quotas, where claims have one order, with one partition."""
        names = topics or (self.transfers, self.verdicts, self.dead_letters, self.quotas)
        for name in names:
            partitions = 1 if name == self.quotas else self.partitions
            self.wire.create(name, partitions=partitions, max_message_bytes=str(largest))
        return self

    def create_rule_books(self) -> Self:
        """Makes the topic of the rule books, too."""
        self.wire.create(self.rule_books, partitions=1, cleanup_policy="compact", max_message_bytes=str(LARGEST_RECORD))
        return self

    def create_dispositions(self) -> Self:
        """Makes the topic of the dispositions, too."""
        self.wire.create(self.dispositions, partitions=1, max_message_bytes=str(LARGEST_RECORD))
        return self

    def environment(self, **settings: object) -> dict[str, str]:
        """What a worker of this station is told, as variables; `settings` by field name."""
        told = {
            "broker": self.address,
            "topic_prefix": self.prefix,
            "group": self.group,
            "partitions": self.partitions,
            "web_port": 0,
            "log_format": "json",
            # The shortest that Apache Kafka takes; the embedded broker lets the first member wait half of it.
            "session_timeout_seconds": 6,
            "heartbeat_seconds": 1,
            "commit_seconds": 0.5,
            # What tests publish is of any year.
            "occurred_days_back": 0,
            "occurred_days_ahead": 0,
            **settings,
        }
        return {f"TIDEWAITER_{name.upper()}": str(value) for name, value in told.items()}

    def worker(self, before: str = "", /, **settings: object) -> WorkerProcess:
        """Starts a worker. `before` is Python that it runs first."""
        self._workers.append(WorkerProcess(self.environment(**settings), before))
        return self._workers[-1]

    def serve(self, **settings: object) -> WorkerProcess:
        """Starts `tidewaiter serve` on a free port."""
        self._workers.append(WorkerProcess(self.environment(serve_port=0, **settings), command="serve"))
        return self._workers[-1]

    def publish(self, transfers: Iterable[dict[str, Any]], *, partition: int | None = None) -> None:
        """Writes transfers as bare JSON under their ids."""
        self.wire.publish(self.transfers, (record_of(transfer, partition=partition) for transfer in transfers))

    def verdicts_on(self, ids: Iterable[str], within: float = WAIT) -> dict[str, list[Record]]:
        """All verdicts on the topic, by transfer, once each of `ids` has one; or fails and says which have none."""
        wanted = set(ids)

        def done(records: Sequence[Record]) -> bool:
            ended = [worker.exit_code is not None for worker in self._workers]
            return wanted <= keys(records) or (bool(ended) and all(ended))

        found = self.wire.read(self.verdicts, until=done, within=within)
        if missing := sorted(wanted - keys(found)):
            last = self._workers[-1] if self._workers else None
            raise AssertionError(
                f"{len(missing)} of {len(wanted)} transfers have no verdict: {missing[:10]}"
                + (f"; the worker (exit status {last.exit_code}):\n{last.log()[-6000:]}" if last else "")
            )
        by_transfer: dict[str, list[Record]] = {}
        for record in found:
            by_transfer.setdefault((record.key or b"").decode(), []).append(record)
        return by_transfer

    def wait_for_verdicts(self, number: int, within: float = WAIT) -> None:
        """Returns as soon as the topic has so many."""
        found = self.wire.read(self.verdicts, until=lambda records: len(records) >= number, within=within)
        assert len(found) >= number, f"{len(found)} verdicts, {number} awaited"


def _name(sample: Any) -> str:
    labels = ",".join(f'{label}="{value}"' for label, value in sample.labels.items())
    return f"{sample.name}{{{labels}}}" if labels else str(sample.name)


def transfer(number: int, **changes: Any) -> dict[str, Any]:
    """A plain transfer; one in ten goes to a country under embargo."""
    return {
        "id": f"transfer-{number:06d}",
        "occurred_at": "2024-02-18T12:00:00+09:00",
        "kind": "sale",
        "parties": [
            {"role": "transferor", "name": f"Seller {number % 7}", "type": "organisation", "countries": ["DE"]},
            {"role": "transferee", "name": f"Buyer {number % 11}", "type": "organisation", "countries": ["KR"]},
        ],
        "items": [{"description": "Aurus limousine" if number % 10 == 0 else "carpets", "quantity": 1}],
        "route": {"origin": {"country": "DE"}, "destination": {"country": "KP" if number % 10 == 0 else "KR"}},
        **changes,
    }


def transfers(first: int, count: int) -> list[dict[str, Any]]:
    return [transfer(number) for number in range(first, first + count)]


def ids(of: Iterable[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in of]


def record_of(value: dict[str, Any], *, partition: int | None = None) -> Record:
    return Record(json.dumps(value).encode(), value["id"].encode(), partition=partition)


def keys(records: Sequence[Record]) -> set[str]:
    return {(record.key or b"").decode() for record in records}


def one_verdict_each(found: dict[str, list[Record]]) -> None:
    """However often a transfer was screened, its verdicts are the same bytes."""
    differing = [transfer_id for transfer_id, records in found.items() if len({r.value for r in records}) != 1]
    assert not differing, f"verdicts differ for {differing[:5]}"


@contextmanager
def on(address: str, **settings: object) -> Iterator[tuple[Station, WorkerProcess]]:
    """A station with its topics and one worker that is ready."""
    station = Station(address).create()
    with station.worker(**settings) as worker:
        yield station, worker.ready()
