"""Rounds of chaos: each draws its faults from a seed, and is held to every promise when all is quiet again.

A seed fixes what is done and in which order; what the machine makes of it differs from run to run.
"""

from __future__ import annotations

import logging
import random
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from aiokafka.errors import KafkaError

from tests.apache_kafka import ApacheKafka
from tests.rule_book_swaps import Book, books
from tests.station import Station
from tests.system.chaos.faults import FAULTS, OF_OTHERS, Field
from tests.system.chaos.fleet import WORKERS, Fleet
from tests.system.chaos.probes import Probes
from tests.system.chaos.publisher import TRANSACTION_SECONDS, Publisher
from tests.system.ledger import Findings, Ledger, Watch
from tests.system.network import Proxy

On = Literal["one-node", "three-nodes"]
PARTITIONS: Final = 6
FAULTS_A_ROUND: Final = 8
DRAIN_SECONDS: Final = 240.0
SILENT_SECONDS: Final = 60.0
"""The most for which a partition may have a lag and none of it is judged."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One round and what came of it."""

    on: On
    seed: int
    faults: tuple[str, ...]
    exits: tuple[int, ...]
    findings: Findings
    wrong: tuple[str, ...]
    probes: str
    seconds: float
    logs: Path | None = None

    def __str__(self) -> str:
        found = self.findings
        line = (
            f"seed {self.seed} on {self.on}: {' '.join(self.faults)}; {found}; {self.probes}; "
            f"exits {sorted(self.exits)}, {self.seconds:.0f} s"
        )
        wrong = "".join(f"\n  WRONG: {each}" for each in self.wrong)
        return line + wrong + (f"\n  logs of the workers: {self.logs}" if self.logs else "")


def rounds(
    on: On, seeds: Sequence[int], events: int, faults: int = FAULTS_A_ROUND, only: Collection[str] = FAULTS
) -> list[Outcome]:
    """Play the rounds on one cluster, one after another, and print each. Raises KafkaUnavailable.

    `faults` are drawn for each round, from `only`.
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # of course its connections break
    outcomes = []
    with ExitStack() as stack:
        proxies = [stack.enter_context(Proxy()) for _ in range(1 if on == "one-node" else 3)]
        kafka = stack.enter_context(ApacheKafka(nodes=len(proxies), reached_by=[proxy.address for proxy in proxies]))
        for proxy, door in zip(proxies, kafka.doors, strict=True):
            proxy.target = door
        for seed in seeds:
            names = drawn(random.Random(seed), faults, only)
            outcomes.append(_round(on, kafka, proxies, seed, events, names))
            print(outcomes[-1], flush=True)
    return outcomes


def drawn(rng: random.Random, faults: int, only: Collection[str] = FAULTS) -> list[str]:
    """Return so many names of faults, no kind twice before every kind was there once."""
    names: list[str] = []
    while len(names) < faults:
        names += rng.sample(list(only), len(only))
    return names[:faults]


def _round(
    on: On,
    kafka: ApacheKafka,
    proxies: Sequence[Proxy],
    seed: int,
    events: int,
    faults: Sequence[str],
    calm: float = 3.0,
) -> Outcome:
    """`calm` is the longest pause between two faults."""
    began, rng = time.monotonic(), random.Random(seed)
    station = Station(kafka.address, partitions=PARTITIONS).create().create_rule_books()
    workers = Station(",".join(proxy.address for proxy in proxies), partitions=PARTITIONS)
    workers.prefix, workers.group = station.prefix, station.group
    usual = rng.uniform(0.001, 0.015)  # a batch is in hand for some time
    for proxy in proxies:
        proxy.usual_delay = usual
        proxy.heal()
    fleet = Fleet(workers, WORKERS, static=rng.random() < 0.5)
    probes, watch = Probes(fleet), Watch(station)
    publisher = Publisher(station, random.Random(rng.random()), events, len(faults) * (1 + calm))
    field = Field(rng, station, kafka, proxies, fleet, probes, publisher, _book_after_book())
    try:
        for number, name in enumerate(faults, 1):
            fleet.at_work()
            publisher.allow(number / len(faults))
            time.sleep(rng.uniform(0.2, 1))
            fleet.outside_fault |= name in OF_OTHERS
            _say(began, name)
            FAULTS[name](field)
            time.sleep(rng.uniform(0.5, calm))
        field.heal()
        kafka.start()
        _say(began, "healed")
        wrong = [] if publisher.end(180) else ["the publisher did not come to an end"]
        _say(began, "published")
        wrong += _drained(station)
        _say(began, "drained")
        wrong += [] if wrong else probes.all_well(within=60)
        wrong += probes.end()
        fleet.dismiss()
        _say(began, "dismissed")
        glances = watch.end()
        if not wrong and not _all_committed(station):
            wrong.append("not all was committed when the last worker left")
        ledger = Ledger(station, {each.id: each.kind.reason for each in publisher.events.values()})
        findings = ledger.findings(publisher.acknowledged, glances, [])
        wrong += [*fleet.wrong, *findings.wrong]
        if findings.longest_silence > SILENT_SECONDS:
            wrong.append(f"a partition stood still for {findings.longest_silence:.0f} s while it had a lag")
        wrong += [f"{each!r} was aborted and is there" for each in publisher.aborted & ledger.committed][:3]
        exits = tuple(fleet.exits)
        told = (
            f"{len(probes.answers)} probes, {probes.unready_while_cut_off} times unready while cut off, "
            f"at most {probes.longest_unanswered:.0f} s unanswered, {probes.grown} MiB grown"
        )
        logs = _kept(fleet) if wrong else None
        return Outcome(on, seed, tuple(faults), exits, findings, tuple(wrong), told, time.monotonic() - began, logs)
    finally:
        field.heal()
        kafka.start()
        probes.end()
        fleet.dismiss()
        watch.end()
        for worker in fleet.all:
            worker.__exit__(None)


def _say(began: float, what: str) -> None:
    print(f"  {time.monotonic() - began:.0f} s: {what}", file=sys.stderr, flush=True)


@cache
def _books() -> tuple[Book, ...]:
    return tuple(books(3))


def _book_after_book() -> Iterator[Book]:
    while True:
        yield from _books()


def _drained(station: Station) -> list[str]:
    deadline = time.monotonic() + DRAIN_SECONDS + TRANSACTION_SECONDS
    while time.monotonic() < deadline:
        try:
            if _all_committed(station):
                return []
        except (KafkaError, OSError):
            pass
        time.sleep(0.5)
    return [f"not all was judged and committed {DRAIN_SECONDS:.0f} s after the last fault"]


def _all_committed(station: Station) -> bool:
    ends = {partition: end for partition, end in station.wire.ends(station.transfers).items() if end}
    return station.wire.committed(station.group, station.transfers) == ends


def _kept(fleet: Fleet) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="tidewaiter-chaos-"))
    for number, worker in enumerate(fleet.all):
        (folder / f"worker-{number}-{worker.pid}.log").write_text(worker.log())
    return folder
