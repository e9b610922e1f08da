"""Rule books follow one another under load, and workers and rescreeners are killed: the verdicts in force stay exact."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.brokers import Broker, Kind
from tests.integration.test_rescreener import NAMES, Office, book, exact, past, thin_sources
from tests.patience import WAIT, stretched
from tests.rule_book_swaps import Book, put
from tests.station import WorkerProcess, ids
from tidewaiter.rulebook.sources import Sources
from tidewaiter_schemas.verdict import Verdict


@pytest.fixture(scope="module")
def sources() -> Sources:
    return thin_sources()


@pytest.mark.long
@pytest.mark.embedded
def test_three_swaps_with_kills_leave_the_verdicts_of_the_last_rule_book(
    running_brokers: Callable[[Kind], Broker], sources: Sources
) -> None:
    office = Office(running_brokers("embedded").address, partitions=2).opened()
    swapped_under_load(office, sources, swaps=3, seed=5, rescreen_settle_seconds=stretched(30))


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timeout(3_600)
def test_twenty_swaps_with_kills_leave_the_verdicts_of_the_last_rule_book(kafka: Broker, sources: Sources) -> None:
    office = Office(kafka.address).opened()
    report = swapped_under_load(office, sources, swaps=20, seed=18)
    begun = [each["place"] for each in report["beginnings"] if ".rescreened/" in each["place"]]
    assert len(begun) == len({place.partition("@")[0] for place in begun}), "each chain begins once"


def swapped_under_load(office: Office, sources: Sources, swaps: int, seed: int, **settings: Any) -> dict[str, Any]:
    """Publishes without pause, swaps rule books, kills processes, and holds the outcome to a full re-run.

    Returns the report of the audit.
    """
    draw, sent, since = random.Random(seed), list[dict[str, Any]](), dict[str, datetime]()
    some = rule_books(sources, swaps + 1, draw)
    killed = {"worker": 0, "rescreener": 0}

    def publish(count: int) -> None:
        batch = list(past(len(sent), count))
        office.publish(batch)
        sent.extend(batch)

    def in_force(turn: int) -> None:
        since.setdefault(some[turn].sha256, datetime.now(UTC))
        put(office, some[turn], some[turn - 1].sha256 if turn else None)

    starts: dict[str, Callable[[], WorkerProcess]] = {
        "worker": lambda: office.worker(rule_book="published", batch_max=20, connect_timeout_seconds=WAIT),
        "rescreener": lambda: office.rescreener(connect_timeout_seconds=WAIT, **settings),
    }
    in_force(0)
    publish(300)
    with ExitStack() as running:
        fleet = {kind: [running.enter_context(start()) for _ in range(2)] for kind, start in starts.items()}
        for rescreener in fleet["rescreener"]:
            rescreener.until(lambda each=rescreener: bool(each.logged("rule book put in force")))  # type: ignore[misc]
        for turn in range(1, swaps + 1):
            in_force(turn)
            publish(draw.randrange(20, 120))
            time.sleep(draw.random() * 4)
            if draw.random() < 0.6:
                kind, which = draw.choice(list(starts)), draw.randrange(2)
                fleet[kind][which].kill()
                fleet[kind][which] = running.enter_context(starts[kind]())
                killed[kind] += 1
        assert all(killed.values()), killed
        office.verdicts_on(ids(sent), WAIT * 2)
        office.await_runs(swaps, fleet["rescreener"], WAIT * 6)
        exact(office, some[-1], sent)
    for record in office.wire.read_all(office.verdicts):
        verdict = Verdict.model_validate_json(record.value or b"")
        written = datetime.fromisoformat(dict(record.headers)["ce_time"].decode())
        assert since[verdict.rulebook.sha256] <= written, "by a rule book that was not in force yet"
    assert not office.wire.read_all(office.dead_letters)
    report = office.audit()
    assert report["findings"] == []
    return report


def rule_books(sources: Sources, number: int, draw: random.Random) -> list[Book]:
    """Rule books that list other names each time. Some are put in force again, as after a rollback."""
    made: list[Book] = []
    while len(made) < number:
        again = len(made) > 1 and draw.random() < 0.3
        each = made[-2] if again else book(sources, draw.sample(NAMES, draw.randrange(1, 5)))
        if not made or made[-1].sha256 != each.sha256:
            made.append(each)
    return made
