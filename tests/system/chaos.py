"""Rounds of chaos over real workers and a real Apache Kafka, each drawn from a seed and held to every promise after.

`python -m tests.system.chaos --rounds 20 --transfers 50000 --seed N`, or `make chaos ARGS="..."`. A seed fixes what is
done and in which order; what the machine makes of it differs from run to run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.apache_kafka import ApacheKafka
from tests.station import Station, WorkerProcess, transfer
from tests.system.ledger import Findings, Ledger, Watch
from tests.system.network import Proxy
from tests.wire import Headers
from tidewaiter.stream.failure import ExitCode

On = Literal["one-node", "three-nodes"]
WORKERS: Final = 3
PARTITIONS: Final = 6
ACTIONS: Final = 7
"""Of one round."""
SESSION_SECONDS: Final = 6.0
DRAIN_SECONDS: Final = 180.0
SMALL: Final = {
    "batch_max": 10,
    "commit_seconds": 2,
    "produce_timeout_seconds": 10,
    "session_timeout_seconds": SESSION_SECONDS,
}
"""Small batches and rare commits, so that there is always something in hand; and a timeout that a round lives to see."""
FAULTS_OF_OTHERS: Final = {ExitCode.BROKER, ExitCode.PRODUCE, ExitCode.DEAD_LETTER, ExitCode.STOP_OVERRAN}
"""How a worker may end while the broker or the network fails it."""


class Publisher:
    """Publishes in bursts on a thread of its own, as far as it is allowed to, and again what was not acknowledged.

    One in four transfers has a key that it shares with others; one record in a hundred cannot be read.
    """

    def __init__(self, station: Station, rng: random.Random, transfers: int, seconds: float) -> None:
        self._station, self._rng, self._seconds = station, rng, seconds
        self._records = [_event(rng, number) for number in range(transfers)]
        self._allowed = 0
        self.acknowledged: list[bytes] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._publish()), daemon=True)
        self._thread.start()

    def allow(self, share: float) -> None:
        """Let it publish so much of all."""
        self._allowed = round(share * len(self._records))

    def end(self, within: float) -> bool:
        """Waits for the last acknowledgement. False when it did not come."""
        self._thread.join(within)
        return not self._thread.is_alive()

    async def _publish(self) -> None:
        left = list(self._records)
        each = self._seconds / len(left)
        while left:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._station.address, acks="all", enable_idempotence=True, request_timeout_ms=20_000
            )
            try:
                await producer.start()
                while left:
                    while len(self._records) - len(left) >= self._allowed:  # noqa: ASYNC110 - set by another thread
                        await asyncio.sleep(0.05)
                    burst = left[: self._rng.randint(20, max(40, len(self._records) // 5))]
                    if not await self._send(producer, burst):
                        break
                    del left[: len(burst)]
                    await asyncio.sleep(each * len(burst))
            except (KafkaError, OSError, TimeoutError):
                await asyncio.sleep(0.5)
            finally:
                try:
                    async with asyncio.timeout(5):
                        await producer.stop()
                except (KafkaError, OSError, TimeoutError):
                    pass

    async def _send(self, producer: AIOKafkaProducer, burst: Sequence[tuple[bytes, bytes, Headers]]) -> bool:
        topic = self._station.transfers
        sent = [await producer.send(topic, value, key, headers=list(headers)) for key, value, headers in burst]
        outcomes = await asyncio.gather(*sent, return_exceptions=True)
        if any(isinstance(outcome, BaseException) for outcome in outcomes):
            return False
        self.acknowledged += [headers[0][1] for _, _, headers in burst]
        return True


def _event(rng: random.Random, number: int) -> tuple[bytes, bytes, Headers]:
    value = transfer(number)
    name = value["id"].encode()
    key = b"shared-%d" % rng.randrange(20) if rng.random() < 0.25 else name
    body = b"{not json" if rng.random() < 0.01 else json.dumps(value).encode()
    return key, body, (("transfer", name),)


@dataclass(slots=True)
class _Hired:
    worker: WorkerProcess
    asked: set[int] = field(default_factory=set)
    """The exit statuses that what was done to it may lead to."""


class Fleet:
    """Workers, and somebody who starts another for each that ends, as an orchestrator does."""

    def __init__(self, station: Station, begin: int) -> None:
        self._station = station
        self._lock = threading.RLock()
        self._ending = threading.Event()
        self._wanted = begin
        self._hired: list[_Hired] = []
        self.all: list[WorkerProcess] = []
        self.outside_fault = False
        """Whether broker or network have failed the workers in this round."""
        self.wrong: list[str] = []
        self.exits: list[int] = []
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def at_work(self, least: int = 2, within: float = 60.0) -> None:
        """Waits until so many have partitions: what is done to workers that are still starting shows little."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            with self._lock:
                working = [hired for hired in self._hired if hired.worker.assigned()]
            if len(working) >= least:
                return
            time.sleep(0.2)

    def kill(self, rng: random.Random) -> None:
        if one := self._one(rng, -signal.SIGKILL):
            one.send(signal.SIGKILL)

    def stop_one(self, rng: random.Random) -> None:
        if one := self._one(rng, ExitCode.STOPPED):
            one.send(signal.SIGTERM)

    def pause(self, rng: random.Random) -> None:
        """Stops one in mid-breath until its session is over and its partitions have gone to others.

        One that was still starting finds, when it wakes, that the broker took too long to answer.
        """
        if one := self._one(rng, ExitCode.BROKER):
            one.send(signal.SIGSTOP)
            awake = threading.Timer(SESSION_SECONDS + rng.uniform(1, 4), one.send, [signal.SIGCONT])
            awake.daemon = True
            awake.start()

    def join(self) -> None:
        with self._lock:
            self._wanted += 1

    def leave(self, rng: random.Random) -> None:
        with self._lock:
            self._wanted = max(WORKERS, self._wanted - 1)
        self.stop_one(rng)

    def dismiss(self) -> None:
        """Asks all to stop, awake or not, and notes who does not do so in order."""
        self._ending.set()
        self._thread.join()
        leaving, self._hired = self._hired, []
        for hired in leaving:
            if not hired.worker.logged("starting"):  # it does not listen yet
                hired.asked.add(-signal.SIGTERM)
            hired.asked.add(ExitCode.STOPPED)
            hired.worker.send(signal.SIGCONT)
            hired.worker.send(signal.SIGTERM)
        for hired in leaving:
            try:
                hired.worker.ended(within=40)
            except AssertionError as late:
                self.wrong.append(str(late)[:200])
                hired.worker.kill()
                continue
            self._note(hired)

    def _one(self, rng: random.Random, code: int | None = None) -> WorkerProcess | None:
        with self._lock:
            running = [hired for hired in self._hired if hired.worker.exit_code is None]
            if not running:
                return None
            chosen = rng.choice(running)
            if code is not None and not (code == ExitCode.BROKER and chosen.worker.assigned()):
                chosen.asked.add(code)
            if code == ExitCode.STOPPED and not chosen.worker.logged("starting"):  # it does not listen yet
                chosen.asked.add(-signal.SIGTERM)
            return chosen.worker

    def _keep(self) -> None:
        while not self._ending.wait(0.2):
            with self._lock:
                for hired in [hired for hired in self._hired if hired.worker.exit_code is not None]:
                    self._hired.remove(hired)
                    self._note(hired)
                while len(self._hired) < self._wanted:
                    worker = self._station.worker(**SMALL)
                    self._hired.append(_Hired(worker))
                    self.all.append(worker)

    def _note(self, hired: _Hired) -> None:
        code = hired.worker.exit_code
        assert code is not None
        self.exits.append(code)
        expected = hired.asked | (FAULTS_OF_OTHERS if self.outside_fault else set())
        if code not in expected:
            said = hired.worker.logged("the worker ends") or hired.worker.logged("not started")
            self.wrong.append(f"a worker ended with {code}, not one of {sorted(expected)}: {said[-1:]}")


class Round:
    """One round: a broker, a station, three workers, a publisher, and what is done to them."""

    def __init__(self, kafka: ApacheKafka, proxies: Sequence[Proxy], seed: int, transfers: int) -> None:
        self._kafka, self._proxies = kafka, proxies
        self._rng = random.Random(seed)
        self._transfers = transfers
        self.done: list[str] = []

    def run(self, actions: int = ACTIONS, calm: float = 3.0) -> tuple[Findings, Fleet]:
        """Does it, waits until all is quiet, and looks. `calm` is the longest pause between two actions."""
        rng = self._rng
        station = Station(self._kafka.address, partitions=PARTITIONS).create()
        workers = Station(",".join(proxy.address for proxy in self._proxies), partitions=PARTITIONS)
        workers.prefix, workers.group = station.prefix, station.group
        usual = rng.uniform(0.001, 0.015)  # a batch is in hand for some time
        for proxy in self._proxies:
            proxy.usual_delay = usual
            proxy.heal()
        fleet = Fleet(workers, WORKERS)
        watch = Watch(station)
        try:
            publisher = Publisher(station, random.Random(rng.random()), self._transfers, actions * (1 + calm))
            for number, action in enumerate(self._drawn(actions), 1):
                fleet.at_work()
                publisher.allow(number / actions)
                time.sleep(rng.uniform(0.2, 1))
                self.done.append(action)
                self._act(action, fleet)
                time.sleep(rng.uniform(0.5, calm))
            self._heal()
            unpublished = [] if publisher.end(90) else ["the publisher did not come to an end"]
            undrained = self._drain(station)
            fleet.dismiss()
            glances = watch.end()
            committed, ends = (
                station.wire.committed(station.group, station.transfers),
                _begun(station.wire.ends(station.transfers)),
            )
            left = (
                []
                if undrained or committed == ends
                else [f"not all was committed when the last worker left: {committed} of {ends}"]
            )
            ledger = Ledger(station)
            return ledger.findings(publisher.acknowledged, glances, unpublished + undrained + left + fleet.wrong), fleet
        finally:
            self._heal()
            fleet.dismiss()
            watch.end()

    def _drawn(self, actions: int) -> list[str]:
        """So many, no kind twice before every kind was there once."""
        kinds = ["kill", "stop", "pause", "join", "leave", "broker", "cut", "hold", "slow"]
        drawn: list[str] = []
        while len(drawn) < actions:
            drawn += self._rng.sample(kinds, len(kinds))
        return drawn[:actions]

    def _act(self, action: str, fleet: Fleet) -> None:
        rng = self._rng
        workers: dict[str, Callable[[], None]] = {
            "kill": lambda: fleet.kill(rng),
            "stop": lambda: fleet.stop_one(rng),
            "pause": lambda: fleet.pause(rng),
            "join": fleet.join,
            "leave": lambda: fleet.leave(rng),
        }
        if action in workers:
            workers[action]()
            return
        fleet.outside_fault = True
        if action == "broker":
            node = rng.choice(self._kafka.nodes)
            self._kafka.kill(node)
            time.sleep(rng.uniform(0.5, 4))
            self._kafka.start(node)
            return
        for proxy in self._proxies:
            if action == "slow":
                proxy.slow(rng.uniform(0.05, 0.3))
            else:
                getattr(proxy, action)()
        time.sleep(rng.uniform(1, 5 if action == "cut" else 10))
        for proxy in self._proxies:
            proxy.heal()

    def _heal(self) -> None:
        for proxy in self._proxies:
            proxy.heal()
        self._kafka.start()

    def _drain(self, station: Station) -> list[str]:
        deadline = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < deadline:
            try:
                ends = _begun(station.wire.ends(station.transfers))
                if station.wire.committed(station.group, station.transfers) == ends:
                    return []
            except (KafkaError, OSError):
                pass
            time.sleep(0.5)
        return [f"not all was judged and committed {DRAIN_SECONDS:.0f} s after the last fault"]


def _begun(ends: dict[int, int]) -> dict[int, int]:
    return {partition: end for partition, end in ends.items() if end}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One round and what came of it."""

    on: On
    seed: int
    actions: tuple[str, ...]
    exits: tuple[int, ...]
    findings: Findings
    seconds: float
    logs: Path | None = None

    def __str__(self) -> str:
        found = self.findings
        line = (
            f"seed {self.seed} on {self.on}: {' '.join(self.actions)}; {found.transfers} transfers, "
            f"{found.verdicts} verdicts, {found.dead_letters} dead letters, {found.copies} copies, "
            f"{found.transfers - found.verdicts - found.dead_letters} missing, "
            f"commits seen {found.glances} times, exits {sorted(self.exits)}, {self.seconds:.0f} s"
        )
        wrong = "".join(f"\n  WRONG: {each}" for each in found.wrong)
        return line + wrong + (f"\n  logs of the workers: {self.logs}" if self.logs else "")


def rounds(on: On, seeds: Sequence[int], transfers: int, actions: int = ACTIONS) -> list[Outcome]:
    """Plays the rounds on one broker, one after another, and prints each. Raises KafkaUnavailable."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # of course its connections break
    outcomes = []
    with ExitStack() as stack:
        proxies = [stack.enter_context(Proxy()) for _ in range(1 if on == "one-node" else 3)]
        kafka = stack.enter_context(ApacheKafka(nodes=len(proxies), reached_by=[proxy.address for proxy in proxies]))
        for proxy, door in zip(proxies, kafka.doors, strict=True):
            proxy.target = door
        for seed in seeds:
            began = time.monotonic()
            one = Round(kafka, proxies, seed, transfers)
            findings, fleet = one.run(actions)
            logs = _kept(fleet) if findings.wrong else None
            for worker in fleet.all:
                worker.__exit__(None)
            outcome = Outcome(on, seed, tuple(one.done), tuple(fleet.exits), findings, time.monotonic() - began, logs)
            outcomes.append(outcome)
            print(outcome, flush=True)
    return outcomes


def _kept(fleet: Fleet) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="tidewaiter-chaos-"))
    for number, worker in enumerate(fleet.all):
        (folder / f"worker-{number}-{worker.pid}.log").write_text(worker.log())
    return folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Half of the rounds on one node, half on three. Returns 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.system.chaos", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--transfers", type=int, default=50_000, help="of all rounds together")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--on", choices=["one-node", "three-nodes"], help="only there")
    chosen = parser.parse_args(arguments)
    print(f"--rounds {chosen.rounds} --transfers {chosen.transfers} --seed {chosen.seed}", flush=True)
    seeds = range(chosen.seed, chosen.seed + chosen.rounds)
    each = -(-chosen.transfers // chosen.rounds)
    outcomes: list[Outcome] = []
    if chosen.on:
        outcomes = rounds(chosen.on, seeds, each)
    else:
        outcomes = rounds("one-node", seeds[::2], each) + rounds("three-nodes", seeds[1::2], each)
    wrong = [outcome for outcome in outcomes if outcome.findings.wrong]
    found = [outcome.findings for outcome in outcomes]
    print(
        f"{len(outcomes)} rounds, {sum(f.transfers for f in found)} transfers, {sum(f.copies for f in found)} copies, "
        f"{sum(f.transfers - f.verdicts - f.dead_letters for f in found)} missing, {len(wrong)} rounds with findings"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
