"""What is done to workers, brokers, network, topics and rule books. Each fault is a function of some lines in a table."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from tests.apache_kafka import ApacheKafka
from tests.rule_book_swaps import Book, put
from tests.station import Station
from tests.system.chaos.fleet import SESSION_SECONDS, Fleet
from tests.system.chaos.probes import Probes
from tests.system.chaos.publisher import Publisher
from tests.system.network import Proxy


@dataclass(slots=True)
class Field:
    """All that a fault may be done to, and the random numbers that it draws from."""

    rng: random.Random
    station: Station
    kafka: ApacheKafka
    proxies: Sequence[Proxy]
    fleet: Fleet
    probes: Probes
    publisher: Publisher
    books: Iterator[Book]
    in_force: str | None = None

    def any_proxies(self) -> Sequence[Proxy]:
        """The proxy of one broker, or those of all."""
        return self.proxies if self.rng.random() < 0.5 else [self.rng.choice(self.proxies)]

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """Nothing comes through to any worker within the block."""
        self.probes.cut_off()
        try:
            yield
        finally:
            self.heal()

    def heal(self) -> None:
        """The network is as usual."""
        self.probes.healed()
        for proxy in self.proxies:
            proxy.heal()


def kill(field: Field) -> None:
    for hired in field.fleet.chosen(field.rng):
        field.fleet.kill(hired)


def stop(field: Field) -> None:
    for hired in field.fleet.chosen(field.rng):
        field.fleet.stop(hired)


def pause(field: Field) -> None:
    """Beyond its session: its partitions go to others."""
    for hired in field.fleet.chosen(field.rng):
        field.fleet.pause(hired, SESSION_SECONDS + field.rng.uniform(1, 4))


def blink(field: Field) -> None:
    """A pause that ends within the session."""
    for hired in field.fleet.chosen(field.rng):
        field.fleet.pause(hired, field.rng.uniform(0.5, SESSION_SECONDS / 2))


def several(field: Field) -> None:
    """Kill one or more, and pause others, in the same moment."""
    for number, hired in enumerate(field.fleet.chosen(field.rng, field.rng.randint(2, 4))):
        if not number or field.rng.random() < 0.3:
            field.fleet.kill(hired)
        else:
            field.fleet.pause(hired, SESSION_SECONDS + field.rng.uniform(1, 4))


def join(field: Field) -> None:
    field.fleet.join()


def leave(field: Field) -> None:
    for hired in field.fleet.chosen(field.rng):
        field.fleet.leave(hired)


def add_partitions(field: Field) -> None:
    """One more of the transfers, and of the dead letters. Workers find it within ten seconds."""
    station = field.station
    station.partitions += 1
    for topic in (station.dead_letters, station.transfers):
        station.wire.add_partitions(topic, station.partitions)
    field.publisher.partitions = station.partitions


def swap(field: Field) -> None:
    """Put another rule book in force."""
    book = next(field.books)
    put(field.station, book, field.in_force)
    field.in_force = book.sha256


def broker(field: Field) -> None:
    """Kill one and start it again."""
    node = field.rng.choice(field.kafka.nodes)
    field.kafka.kill(node)
    time.sleep(field.rng.uniform(0.5, 4))
    field.kafka.start(node)


def slow(field: Field) -> None:
    delay = field.rng.uniform(0.05, 0.3)
    for proxy in field.any_proxies():
        proxy.slow(delay)
    time.sleep(field.rng.uniform(1, 10))
    field.heal()


def cut(field: Field) -> None:
    """Break all connections, and refuse new ones."""
    with field.cut_off():
        for proxy in field.proxies:
            proxy.cut()
        time.sleep(field.rng.uniform(1, 16))


def hold(field: Field) -> None:
    """Let nothing through, and tell nobody."""
    with field.cut_off():
        for proxy in field.proxies:
            proxy.hold()
        time.sleep(field.rng.uniform(1, 16))


def deaf(field: Field) -> None:
    """What the brokers answer is lost, and what they are asked is not: commits and verdicts are written unconfirmed."""
    with field.cut_off():
        for proxy in field.proxies:
            proxy.hold("to client")
        time.sleep(field.rng.uniform(1, 16))


def mute(field: Field) -> None:
    """One direction of one broker, the other way round."""
    for proxy in field.any_proxies():
        proxy.hold("to broker")
    time.sleep(field.rng.uniform(1, 10))
    field.heal()


def storm(field: Field) -> None:
    """The network is gone while workers are killed and paused."""
    with field.cut_off():
        for proxy in field.proxies:
            proxy.cut()
        several(field)
        time.sleep(field.rng.uniform(1, 8))


FAULTS: Final[dict[str, Callable[[Field], Any]]] = {
    each.__name__: each
    for each in (
        kill, stop, pause, blink, several, join, leave, add_partitions, swap,
        broker, slow, cut, hold, deaf, mute, storm,
    )
}  # fmt: skip
OF_OTHERS: Final = {"broker", "slow", "cut", "hold", "deaf", "mute", "storm"}
"""Those that fail all workers, which may end for it."""
