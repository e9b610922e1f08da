"""A candidate rule book judges live transfers too: on a topic of its own, and never to the harm of the live stream."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.brokers import Broker
from tests.integration.test_rescreener import NAMES, Office, book, exact, past, thin_sources
from tests.rule_book_swaps import Book, put
from tests.station import ids
from tidewaiter.rulebook.sources import Sources
from tidewaiter.stream.failure import ExitCode
from tidewaiter_schemas.verdict import Verdict

FAILS = """
from tidewaiter.stream import shadow
def fails(*_, **__):
    raise MemoryError
shadow.judge_each = fails
"""


@pytest.fixture(scope="module")
def sources() -> Sources:
    return thin_sources()


@pytest.fixture
def books(sources: Sources, tmp_path: Path) -> tuple[Book, Book, Path]:
    """The live rule book, the candidate, and the candidate's file."""
    live, candidate = book(sources, NAMES[:2]), book(sources, NAMES[1:3])
    file = tmp_path / "candidate.rulebook"
    file.write_bytes(candidate.file)
    return live, candidate, file


def office(broker: Broker) -> Office:
    made = Office(broker.address, partitions=2).opened()
    made.wire.create(f"{made.prefix}verdicts-shadow", partitions=2)
    return made


def test_the_candidate_judges_the_same_transfers_on_a_topic_of_its_own(
    any_broker: Broker, books: tuple[Book, Book, Path]
) -> None:
    live, candidate, file = books
    station = office(any_broker)
    put(station, live)
    sent = list(past(0, 200))
    with station.worker(rule_book="published", shadow=file) as worker:
        worker.until(lambda: worker.metrics().get("tidewaiter_shadow_up") == 1 if worker.logged("web") else False)
        station.publish(sent)
        station.verdicts_on(ids(sent))
        worker.until(lambda: sum(drift(worker.metrics()).values()) == len(sent))
        told, differing = drift(worker.metrics()), worker.metrics()["tidewaiter_shadow_differing_total"]
        assert worker.terminate() == ExitCode.STOPPED
    exact(station, live, sent)
    records = station.wire.read_all(f"{station.prefix}verdicts-shadow")
    by_candidate = {json.loads(record.value or b"")["transfer_id"]: record for record in records}
    assert by_candidate.keys() == set(ids(sent))
    assert all("chain" not in record.header for record in records)
    verdicts = {name: Verdict.model_validate_json(record.value or b"") for name, record in by_candidate.items()}
    assert {verdict.rulebook.sha256 for verdict in verdicts.values()} == {candidate.sha256}
    of_live = station.in_force()
    assert differing == sum(of_live[name].findings != verdicts[name].findings for name in verdicts) > 0
    for (before, now), count in told.items():
        pairs = [(of_live[name].decision.value, verdicts[name].decision.value) for name in verdicts]
        assert pairs.count((before, now)) == count
    assert told["clear", "review"] > 0 < told["review", "clear"]


@pytest.mark.parametrize("fault", ["engine", "file", "topic"])
@pytest.mark.long
def test_a_shadow_that_fails_harms_no_live_verdict(
    any_broker: Broker, books: tuple[Book, Book, Path], fault: str, tmp_path: Path
) -> None:
    live, _, file = books
    if fault == "file":
        file = tmp_path / "missing.rulebook"
    station = Office(any_broker.address, partitions=2).opened() if fault == "topic" else office(any_broker)
    put(station, live)
    sent = list(past(0, 60))
    with station.worker(
        FAILS if fault == "engine" else "", rule_book="published", shadow=file, produce_timeout_seconds=3
    ) as worker:
        worker.ready()
        if fault != "file":
            worker.until(lambda: bool(worker.logged("shadow")))
        station.publish(sent)
        station.verdicts_on(ids(sent))
        if fault == "topic":
            worker.until(lambda: bool(worker.logged("the candidate's verdicts cannot be written; waiting")))
        else:
            worker.until(lambda: bool(worker.logged("the shadow has ended; live screening goes on")))
            assert worker.metrics()["tidewaiter_shadow_up"] == 0
        more = list(past(60, 60))
        station.publish(more)
        station.verdicts_on(ids(more))
        assert worker.terminate() == ExitCode.STOPPED
    exact(station, live, [*sent, *more])
    assert sum(station.wire.committed(station.group, station.transfers).values()) == len(sent) + len(more)


def drift(metrics: dict[str, float]) -> dict[tuple[str, str], int]:
    decisions = ("block", "review", "clear")
    return {
        (live, candidate): int(metrics[f'tidewaiter_shadow_decisions_total{{candidate="{candidate}",live="{live}"}}'])
        for live in decisions
        for candidate in decisions
    }
