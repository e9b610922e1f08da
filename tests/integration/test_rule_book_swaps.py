"""Rule books are swapped under a running stream: each verdict by one that was live, and none by one that is no good."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.brokers import Broker
from tests.patience import WAIT, stretched
from tests.rule_book_swaps import Book, await_adoption, books, findings, put
from tests.station import Station, WorkerProcess, ids, one_verdict_each, record_of, transfers
from tests.wire import Record
from tidewaiter.cli import app
from tidewaiter.stream.failure import ExitCode

SWAPS = 3


@pytest.fixture(scope="module")
def some() -> list[Book]:
    """Rule books that differ."""
    return list(books(SWAPS + 1))


@pytest.mark.long
def test_every_verdict_names_one_rule_book_that_was_live_while_books_are_swapped_under_two_workers(
    any_broker: Broker, some: list[Book]
) -> None:
    station = Station(any_broker.address).create().create_rule_books()
    places: dict[str, tuple[int, int]] = {}
    flowing = threading.Event()
    flowing.set()

    def flow() -> None:
        first = 0
        while flowing.is_set():
            sent = transfers(first, 100)
            written = station.wire.publish(station.transfers, map(record_of, sent))
            places.update(zip(ids(sent), written, strict=True))
            first += 100
            time.sleep(0.15)

    put(station, some[0])
    with station.worker() as first, station.worker() as second:
        workers = [first, second]
        first.until(lambda: len(first.assigned()) == len(second.assigned()) == station.partitions // 2)
        traffic = threading.Thread(target=flow)
        traffic.start()
        try:
            for before, book in pairwise(some):
                put(station, book, before.sha256)
                await_adoption(workers, book.sha256)
        finally:
            flowing.clear()
            traffic.join()
        found = findings(station, workers, places)
        assert found.wrong == ()
        assert found.books >= SWAPS, "the swaps did not happen under the stream"
        assert found.verdicts == len(places)
        with station.worker() as later:
            later.ready()
            assert in_use(later) == some[-1].sha256
            assert not later.logged("own rule book")


def in_use(worker: WorkerProcess) -> str:
    """The sha-256 of the rule book that the metrics of a worker show."""
    (name,) = [name for name, value in worker.metrics().items() if name.startswith("tidewaiter_rulebook_info")]
    return name.split('sha256="')[1].split('"')[0]


def refused(worker: WorkerProcess, reason: str) -> float:
    return worker.metrics()[f'tidewaiter_rulebook_refused_total{{reason="{reason}"}}']


def judged_by(station: Station, first: int) -> set[str]:
    """The rule books that judge new transfers."""
    sent = transfers(first, 20)
    station.publish(sent)
    found = station.verdicts_on(ids(sent))
    one_verdict_each({name: found[name] for name in ids(sent)})
    return {json.loads(found[name][0].value or b"")["rulebook"]["sha256"] for name in ids(sent)}


def without_its_example(book: Book) -> Book:
    """A rule book in which a rule no longer does what its own example says."""
    first, *others = book.sources.rule_sets
    rule = first.rules[0]
    turned = rule.examples.model_copy(update={"match": rule.examples.no_match, "no_match": rule.examples.match})
    rules = (rule.model_copy(update={"examples": turned}), *first.rules[1:])
    return Book.of(dataclasses.replace(book.sources, rule_sets=(first.model_copy(update={"rules": rules}), *others)))


def shrunk(book: Book) -> Book:
    """A rule book of which a rule set has lost half of its rules."""
    first, *others = book.sources.rule_sets
    halved = first.model_copy(update={"rules": first.rules[: len(first.rules) // 2]})
    return Book.of(dataclasses.replace(book.sources, rule_sets=(halved, *others)))


def damaged(book: Book) -> bytes:
    """The file with one bit changed."""
    file = bytearray(book.file)
    file[len(file) // 2] ^= 4
    return bytes(file)


def of_another(book: Book, other: Book) -> Book:
    """A whole file under the name of another rule book."""
    return dataclasses.replace(book, file=other.file)


ILLS = ("examples", "shrunk", "damaged", "unusable", "unreadable", "unreachable", "not_allowed")


@pytest.fixture(scope="module")
def watched(
    any_broker: Broker, some: list[Book], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Station, WorkerProcess]]:
    station = Station(any_broker.address).create().create_rule_books()
    put(station, some[0])
    with station.worker(rule_book_uris=tmp_path_factory.getbasetemp().as_uri()) as worker:
        yield station, worker.ready()


@pytest.mark.parametrize("ill", ILLS)
@pytest.mark.long
def test_a_rule_book_that_is_no_good_is_refused_with_its_reason_and_the_last_good_one_stays(
    watched: tuple[Station, WorkerProcess], some: list[Book], ill: str, tmp_path: Path
) -> None:
    station, worker = watched
    good = in_use(worker)
    before = refused(worker, ill)
    number = 1_000 * (1 + ILLS.index(ill))
    match ill:
        case "examples":
            put(station, without_its_example(some[1]), good)
        case "shrunk":
            put(station, shrunk(some[1]), good)
        case "damaged":
            (tmp_path / "damaged.rulebook").write_bytes(damaged(some[1]))
            put(station, some[1], good, uri=(tmp_path / "damaged.rulebook").as_uri())
        case "unusable":
            put(station, of_another(some[1], some[2]), good)
        case "unreadable":
            station.wire.publish(station.rule_books, [Record(b'{"sha256": 1}', b"current", partition=0)])
        case "unreachable":
            put(station, some[1], good, uri=(tmp_path / "not-there.rulebook").as_uri())
        case "not_allowed":
            put(station, some[1], good, uri="file:///dev/zero")
    worker.until(lambda: refused(worker, ill) == before + 1)
    said = worker.logged("rule book refused")[-1]
    assert said["reason"] == ill
    assert said["detail"]
    assert said["in_use"] == good
    assert judged_by(station, number) == {good} == {in_use(worker)}
    if ill != "unreadable":
        assert worker.metrics()["tidewaiter_rulebook_pending_seconds"] > 0

    # And the next good one is taken, by the URI of its file.
    file = tmp_path / "good.rulebook"
    good_one = next(book for book in some if book.sha256 not in {good, some[1].sha256})
    file.write_bytes(good_one.file)
    put(station, good_one, good, uri=file.as_uri())
    worker.until(lambda: in_use(worker) == good_one.sha256)
    assert judged_by(station, number + 500) == {good_one.sha256}
    assert worker.metrics()["tidewaiter_rulebook_pending_seconds"] == 0


@pytest.mark.slow
def test_a_shrunk_rule_book_is_adopted_where_somebody_has_allowed_it(
    watched: tuple[Station, WorkerProcess], some: list[Book]
) -> None:
    station, worker = watched
    book = shrunk(some[2])
    put(station, book, in_use(worker), allow_shrink=True)
    worker.until(lambda: in_use(worker) == book.sha256)
    put(station, some[0], book.sha256)
    worker.until(lambda: in_use(worker) == some[0].sha256)


@pytest.mark.slow
@pytest.mark.long
def test_a_worker_told_to_wait_for_a_published_rule_book_takes_nothing_before(
    any_broker: Broker, some: list[Book]
) -> None:
    station = Station(any_broker.address).create().create_rule_books()
    sent = transfers(0, 20)
    station.publish(sent)
    with station.worker(rule_book="published") as worker:
        worker.until(
            lambda: bool(worker.logged("not ready: no published rule book could be adopted yet; waiting for one"))
        )
        status, text = worker.page("/readyz")
        assert status == 503
        assert "rule book" in text
        assert worker.page("/livez")[0] == 200
        assert not worker.assigned()
        put(station, some[0])
        found = station.verdicts_on(ids(sent))
        assert {json.loads(records[0].value or b"")["rulebook"]["sha256"] for records in found.values()} == {
            some[0].sha256
        }
        assert worker.terminate() == ExitCode.STOPPED
    with station.worker(rule_book="published", topic_prefix=f"{station.prefix}empty.") as waiting:
        waiting.ended()  # it has no topics at all
    station.wire.delete(station.rule_books)
    with station.worker(rule_book="published") as waiting:
        waiting.until(lambda: bool(waiting.logged("published rule books are not followed")))
        assert waiting.terminate() == ExitCode.STOPPED, "a worker that waits can be stopped"


@pytest.mark.slow
@pytest.mark.long
def test_without_the_topic_a_worker_says_so_once_and_decides_by_its_own(any_broker: Broker, some: list[Book]) -> None:
    station = Station(any_broker.address).create()
    with station.worker() as worker:
        worker.ready()
        own = in_use(worker)
        assert judged_by(station, 0) == {own}
        assert worker.metrics()["tidewaiter_rulebook_topic_up"] == 0
        assert station.rule_books in worker.logged("published rule books are not followed")[0]["reason"]
        # Once the topic is there, it is found and followed.
        station.create_rule_books()
        put(station, some[0])
        worker.until(lambda: in_use(worker) == some[0].sha256)
        assert len(worker.logged("published rule books are not followed")) == 1


@pytest.mark.slow
@pytest.mark.long
def test_a_worker_on_its_own_does_not_look_at_what_is_published(any_broker: Broker, some: list[Book]) -> None:
    station = Station(any_broker.address).create().create_rule_books()
    put(station, some[0])
    with station.worker(rule_book="own") as worker:
        worker.ready()
        assert in_use(worker) == worker.logged("own rule book")[0]["sha256"] != some[0].sha256


@pytest.mark.slow
@pytest.mark.long
def test_a_worker_that_starts_where_the_others_refused_takes_what_they_have(
    any_broker: Broker, some: list[Book]
) -> None:
    station = Station(any_broker.address).create().create_rule_books()
    put(station, some[0])
    put(station, shrunk(some[1]), some[0].sha256)
    with station.worker() as worker:
        worker.ready()
        assert in_use(worker) == some[0].sha256
        assert [line["reason"] for line in worker.logged("rule book refused")] == ["shrunk"]


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.long
def test_the_stream_goes_on_when_the_topic_is_deleted_under_the_worker(kafka: Broker, some: list[Book]) -> None:
    station = Station(kafka.address).create().create_rule_books()
    put(station, some[0])
    with station.worker() as worker:
        worker.ready()
        station.wire.delete(station.rule_books)
        for turn in range(5):
            assert judged_by(station, turn * 100) == {some[0].sha256}
            time.sleep(0.5)
        worker.until(lambda: worker.metrics()["tidewaiter_rulebook_topic_up"] == 0, 60)


@pytest.mark.long
def test_a_rule_book_is_published_only_with_the_comparison_that_is_asked_for(
    any_broker: Broker, some: list[Book], tmp_path: Path
) -> None:
    station = Station(any_broker.address).create().create_rule_books()
    files = [tmp_path / f"{number}.rulebook" for number in range(3)]
    for file, book in zip(files, some, strict=False):
        file.write_bytes(book.file)
    past, report = tmp_path / "past.jsonl", tmp_path / "report.json"
    past.write_text("".join(json.dumps(each) + "\n" for each in transfers(0, 5)), encoding="utf-8")

    def compare(old: Path, new: Path) -> None:
        done = CliRunner().invoke(app, ["compare", *map(str, (old, new, "--transfers", past, "-o", report))])
        assert done.exit_code == 0, done.exception

    def published() -> str:
        return str(tidewaiter(station, "publish", files[1], "--require-compare", report).exception)

    put(station, some[0])
    assert "cannot be read" in published()
    report.write_text("{}", encoding="utf-8")
    assert "is not a JSON report" in published()
    compare(files[0], files[2])
    assert "is to be published" in published()
    compare(files[2], files[1])
    assert "compare again" in published()
    compare(files[0], files[1])
    whole = json.loads(report.read_text(encoding="utf-8"))
    report.write_text(json.dumps({**whole, "unreadable": 1}), encoding="utf-8")
    assert "1 records were not judged" in published()
    report.write_text(json.dumps(whole), encoding="utf-8")
    assert said(tidewaiter(station, "publish", files[1], "--require-compare", report))


@pytest.mark.long
def test_a_scheduled_rule_book_is_in_force_from_its_moment_on_and_not_before(
    any_broker: Broker, some: list[Book], tmp_path: Path
) -> None:
    station = Station(any_broker.address).create().create_rule_books()
    file = tmp_path / "next.rulebook"
    file.write_bytes(some[1].file)
    put(station, some[0])
    with station.worker() as worker:
        worker.ready()
        assert in_use(worker) == some[0].sha256
        moment = (datetime.now(UTC) + timedelta(seconds=stretched(10))).replace(microsecond=0)
        assert said(tidewaiter(station, "publish", file, "--from", f"{moment:%Y-%m-%dT%H:%M:%SZ}"))
        await_adoption([worker], some[1].sha256, WAIT)
        assert judged_by(station, 0) == {some[1].sha256}
        (line,) = [
            json.loads(each)
            for each in worker.log().splitlines()
            if some[1].sha256 in each and '"rule book adopted"' in each
        ]
        assert moment <= datetime.fromisoformat(line["adopted_at"]) < moment + timedelta(seconds=stretched(3))


@pytest.mark.long
def test_a_scheduled_rule_book_that_is_no_good_is_refused_at_once_and_still_missing_at_its_moment(
    any_broker: Broker, some: list[Book]
) -> None:
    station = Station(any_broker.address).create().create_rule_books()
    put(station, some[0])
    with station.worker() as worker:
        worker.ready()
        moment = datetime.now(UTC) + timedelta(seconds=stretched(10))
        put(station, without_its_example(some[1]), some[0].sha256, since=moment, scheduled=True)
        worker.until(lambda: refused(worker, "examples") == 1)
        assert worker.metrics()["tidewaiter_rulebook_pending_seconds"] == 0
        worker.until(lambda: worker.metrics()["tidewaiter_rulebook_pending_seconds"] > 0)
        assert datetime.now(UTC) >= moment
        assert judged_by(station, 0) == {some[0].sha256}
        assert refused(worker, "examples") == 1


@pytest.mark.long
def test_a_rule_book_that_is_scheduled_is_loaded_waited_for_and_can_be_called_off(
    any_broker: Broker, some: list[Book], tmp_path: Path
) -> None:
    station = Station(any_broker.address).create().create_rule_books()
    file = tmp_path / "next.rulebook"
    file.write_bytes(some[1].file)
    put(station, some[0])
    with station.worker() as worker:
        worker.ready()
        assert said(tidewaiter(station, "publish", file, "--from", "2999-01-01T00:00Z"))
        worker.until(lambda: '"rule book scheduled"' in worker.log())
        assert said(tidewaiter(station, "show"))["scheduled"]
        with station.worker() as late:
            late.ready()
            assert in_use(late) == in_use(worker) == some[0].sha256
        assert said(tidewaiter(station, "rollback"))["sha256"] == some[0].sha256
        shown = said(tidewaiter(station, "show"))
        assert not shown["scheduled"]
        assert datetime.fromisoformat(shown["in_force_since"]) <= datetime.now(UTC)
        assert judged_by(station, 0) == {some[0].sha256}
        assert said(tidewaiter(station, "publish", file, "--from", "2998-01-01T00:00Z")), "before the one called off"
        assert said(tidewaiter(station, "rollback"))["sha256"] == some[0].sha256
    past = tidewaiter(station, "publish", file, "--from", "2020-01-01T00:00Z")
    assert "must be in the future" in str(past.exception)
    live = tmp_path / "live.rulebook"
    live.write_bytes(some[0].file)
    again = tidewaiter(station, "publish", live, "--from", "2999-01-01T00:00Z")
    assert "is in force already" in str(again.exception)
    assert not said(tidewaiter(station, "show"))["scheduled"]


def tidewaiter(station: Station, *arguments: str | Path) -> Any:
    environment = {"TIDEWAITER_BROKER": station.address, "TIDEWAITER_TOPIC_PREFIX": station.prefix}
    return CliRunner().invoke(app, ["rulebook", *map(str, arguments)], env=environment)


def said(done: Any) -> Any:
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


@pytest.mark.long
def test_an_operator_publishes_looks_compares_and_goes_back(
    any_broker: Broker, some: list[Book], tmp_path: Path
) -> None:
    station = Station(any_broker.address).create().create_rule_books()
    files = [tmp_path / f"{number}.rulebook" for number in range(3)]
    for file, book in zip(files, [some[0], some[1], shrunk(some[2])], strict=True):
        file.write_bytes(book.file)
    assert "rulebook publish FILE" in str(tidewaiter(station, "show").exception)
    with station.worker() as worker:
        worker.ready()
        for file, book in zip(files[:2], some, strict=False):
            assert said(tidewaiter(station, "publish", file))["manifest"]["sha256"] == book.sha256
            worker.until(lambda book=book: in_use(worker) == book.sha256)  # type: ignore[misc]
        assert "--allow-shrink" in str(tidewaiter(station, "publish", files[2]).exception)

        live = said(tidewaiter(station, "show"))
        assert live["manifest"]["sha256"] == some[1].sha256
        assert live["replaces"] == some[0].sha256
        assert live["published"] == [some[0].sha256, some[1].sha256]
        assert said(tidewaiter(station, "diff", some[0].sha256[:12], "live"))["lists"][0]["entries"]["added"]
        assert said(tidewaiter(station, "diff", files[1], "live"))["lists"] == []

        assert said(tidewaiter(station, "rollback"))["rolled_back"] is True
        worker.until(lambda: in_use(worker) == some[0].sha256)
        again = str(tidewaiter(station, "rollback").exception)
        assert "a rollback already" in again, "back and forth is not what somebody who says it twice wants"
        assert said(tidewaiter(station, "rollback", some[1].sha256[:12]))["sha256"] == some[1].sha256
        worker.until(lambda: in_use(worker) == some[1].sha256)
        assert worker.terminate() == ExitCode.STOPPED
