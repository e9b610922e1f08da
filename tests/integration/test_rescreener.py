"""The rescreener beside workers: a rule book is put in force, and past verdicts that change are issued anew."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from tests import packaged
from tests.brokers import Broker
from tests.patience import WAIT
from tests.rule_book_swaps import Book, await_adoption, put
from tests.station import Station, WorkerProcess, transfer
from tidewaiter.cli import app
from tidewaiter.matching.entry import ListedName
from tidewaiter.release.assembly import read_sources
from tidewaiter.rulebook.sources import Sources
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import load
from tidewaiter_schemas.in_force import VerdictsInForce
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Verdict

NAMES = [f"{first} {last}" for first in ("Quzzle", "Frumious", "Vorpal", "Galumph") for last in ("Bander", "Jubjub")]
"""Names that no entry of the sample list has. Each rule book below lists some of them."""


@pytest.fixture(scope="module")
def sources() -> Sources:
    return thin_sources()


def thin_sources() -> Sources:
    """The sample list with one small rule set: rule books that every process checks and loads in a moment."""
    return with_little_law(read_sources(load({"broker": "unused:1"})))


def with_little_law(sources: Sources) -> Sources:
    """The lists with one small rule set."""
    (law,) = [each for each in sources.rule_sets if each.rule_set == "un-ir"]
    return replace(sources, rule_sets=(law,))


def book(sources: Sources, listed: Sequence[str]) -> Book:
    """A rule book whose sample list has these names on some of its entries."""
    sample, *others = sources.lists
    entries = tuple(
        replace(entry, names=(*entry.names, ListedName(listed[at]))) if at < len(listed) else entry
        for at, entry in enumerate(sample.entries)
    )
    edition = replace(sample, entries=entries, sha256=hashlib.sha256(repr(listed).encode()).hexdigest())
    return Book.of(
        Sources.of(
            sources.rule_sets,
            (edition, *others),
            sources.lexicon,
            sources.policy,
            sources.ties,
            sources.rarity,
        )
    )


def books(sources: Sources, number: int, seed: int) -> list[Book]:
    """Rule books that add and remove names, and return to earlier ones."""
    draw, made = random.Random(seed), list[Book]()
    while len(made) < number:
        each = book(sources, draw.sample(NAMES, draw.randrange(1, 5)))
        if not made or made[-1].sha256 != each.sha256:
            made.append(each)
    return made


def past(first: int, count: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Transfers of which one in five names somebody of `NAMES`."""
    draw = random.Random(seed + first)
    for number in range(first, first + count):
        parties = transfer(number)["parties"]
        if draw.random() < 0.2:
            parties[1]["name"] = draw.choice(NAMES)
        yield transfer(number, parties=parties, items=[{"description": "carpets", "quantity": 1}])


class Office(Station):
    """A station with the topics of a rescreener."""

    def __init__(self, address: str, *, partitions: int = 4) -> None:
        super().__init__(address, partitions=partitions)
        self.rescreenings = f"{self.prefix}rescreenings"

    def opened(self) -> Office:
        self.create().create_rule_books()
        self.wire.create(self.rescreenings, partitions=1)
        return self

    def rescreener(self, before: str = "", /, **settings: object) -> WorkerProcess:
        said = {"rule_book": "published", "rescreen_settle_seconds": 4, "rescreen_niceness": 0, **settings}
        return WorkerProcess(self.environment(**said), before, command="rescreener")

    def runs(self) -> list[dict[str, Any]]:
        """What `tidewaiter rescreenings` says."""
        done = CliRunner().invoke(app, ["rescreenings", "--json"], env=self.environment())
        assert done.exit_code == 0, (done.output, done.exception)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def await_runs(self, number: int, rescreeners: Sequence[WorkerProcess], within: float = WAIT) -> dict[str, Any]:
        """Waits until so many rescreenings have ended over all partitions, and returns the last one."""
        deadline = time.monotonic() + within
        while True:
            runs = self.runs()
            assert not any(run["unavailable"] for run in runs), runs
            if len(runs) == number and all(run["ended"] == self.partitions for run in runs):
                return runs[-1]
            for each in rescreeners:
                assert each.exit_code is None, each.log()[-6000:]
            assert time.monotonic() < deadline, (runs, [each.log()[-6000:] for each in rescreeners])
            time.sleep(1)  # each look builds the command and reads the whole topic

    def in_force(self) -> dict[str, Verdict]:
        """The verdicts in force for a consumer that reads the whole topic."""
        consumer, found = VerdictsInForce(), dict[str, Verdict]()
        for record in self.wire.read_all(self.verdicts):
            verdict = Verdict.model_validate_json(record.value or b"")
            if consumer.take(verdict, record.headers) is not None:
                found[verdict.transfer_id] = verdict
        return found

    def audit(self) -> dict[str, Any]:
        done = CliRunner().invoke(app, ["audit", "verify", "--json"], env=self.environment())
        report: dict[str, Any] = json.loads(done.stdout)
        return report


def judged_by(book: Book, transfers: Sequence[dict[str, Any]]) -> dict[str, tuple[str, list[str]]]:
    """What a full re-run by this rule book decides and finds, by transfer."""
    screener = Screener(book.sources.compile(packaged.indexes()))
    verdicts = screener.screen([TransferEvent.model_validate(each) for each in transfers])
    return {verdict.transfer_id: summary(verdict) for verdict in verdicts}


def summary(verdict: Verdict) -> tuple[str, list[str]]:
    return verdict.decision.value, [finding.model_dump_json() for finding in verdict.findings]


def exact(office: Office, book: Book, transfers: Sequence[dict[str, Any]]) -> None:
    """The verdicts in force are those of a full re-run."""
    found = {name: summary(verdict) for name, verdict in office.in_force().items()}
    wanted = judged_by(book, transfers)
    assert found.keys() == wanted.keys()
    wrong = {name: (found[name], wanted[name]) for name in wanted if found[name] != wanted[name]}
    assert not wrong, (len(wrong), list(wrong.items())[:3])


def test_verdicts_that_change_are_issued_anew_and_those_in_force_are_of_the_new_rule_book(
    any_broker: Broker, sources: Sources
) -> None:
    office = Office(any_broker.address, partitions=2).opened()
    first, second = book(sources, NAMES[:2]), book(sources, NAMES[1:4])
    put(office, first)
    sent = list(past(0, 400))
    office.publish(sent)
    with office.worker(rule_book="published") as worker, office.rescreener() as rescreener:
        office.verdicts_on([each["id"] for each in sent])
        rescreener.until(lambda: bool(rescreener.logged("rule book put in force")))
        put(office, second, first.sha256)
        await_adoption([worker], second.sha256)
        (run,) = [office.await_runs(1, [rescreener])]
        exact(office, second, sent)
        metrics = rescreener.metrics()
        assert rescreener.terminate() == 0, rescreener.log()
        assert worker.terminate() == 0
    anew = [
        verdict
        for record in office.wire.read_all(office.verdicts)
        if (verdict := Verdict.model_validate_json(record.value or b"")).rescreening is not None
    ]
    assert (run["old"], run["new"]) == (first.sha256, second.sha256)
    assert run["read"] == len(sent)
    assert 0 < run["changed"] == len(anew) <= run["judged"] < len(sent) / 2
    assert run["failed"] == run["unreadable"] == run["older"] == run["deleted"] == 0
    assert metrics['tidewaiter_rescreening_transfers_total{result="changed"}'] == len(anew)
    assert metrics['tidewaiter_rescreening_runs_total{state="ended"}'] == 2
    assert metrics["tidewaiter_rescreening_pending_seconds"] == 0
    causes = {
        cause.change.value
        for verdict in anew
        if verdict.rescreening
        for each in verdict.rescreening.changes
        for cause in each.causes
    }
    assert causes == {"changed"}
    assert all(verdict.rescreening and verdict.supersedes in verdict.rescreening.replaces for verdict in anew)
    report = office.audit()
    assert report["findings"] == []
    assert any(chain["topic"].endswith(".rescreened") for chain in report["chains"])


@pytest.mark.long
def test_a_rollback_and_the_same_rule_book_again_are_rescreened_each_time(any_broker: Broker, sources: Sources) -> None:
    office = Office(any_broker.address, partitions=2).opened()
    first, second = book(sources, NAMES[:3]), book(sources, NAMES[3:6])
    put(office, first)
    sent = list(past(0, 200))
    office.publish(sent)
    with office.worker(rule_book="published") as worker, office.rescreener() as rescreener:
        office.verdicts_on([each["id"] for each in sent])
        rescreener.until(lambda: bool(rescreener.logged("rule book put in force")))
        before = first
        for turn, each in enumerate((second, first, second), 1):
            put(office, each, before.sha256)
            await_adoption([worker], each.sha256)
            office.await_runs(turn, [rescreener])
            exact(office, each, sent)
            before = each
    assert office.audit()["findings"] == []


@pytest.mark.long
def test_a_verdict_issued_anew_does_not_replace_that_on_a_later_version(any_broker: Broker, sources: Sources) -> None:
    office = Office(any_broker.address, partitions=1).opened()
    first, second = book(sources, []), book(sources, NAMES[:1])
    named = transfer(1, parties=[{"role": "transferee", "name": NAMES[0]}])
    corrected = transfer(1, parties=[{"role": "transferee", "name": "Somebody Else"}])
    put(office, first)
    office.publish([named, corrected])
    with office.worker(rule_book="published"), office.rescreener() as rescreener:
        office.wait_for_verdicts(2)
        rescreener.until(lambda: bool(rescreener.logged("rule book put in force")))
        put(office, second, first.sha256)
        run = office.await_runs(1, [rescreener])
        print(run)
        assert run["changed"] == 1, rescreener.log()
    exact(office, second, [corrected])


@pytest.mark.long
def test_a_change_that_decides_nothing_has_a_record_too(any_broker: Broker, sources: Sources) -> None:
    office = Office(any_broker.address, partitions=1).opened()
    first = book(sources, NAMES[:1])
    sample, *others = first.sources.lists
    second = Book.of(replace(first.sources, lists=(replace(sample, published="2026-01-01"), *others)))
    put(office, first)
    office.publish(list(past(0, 20)))
    with office.worker(rule_book="published"), office.rescreener() as rescreener:
        office.wait_for_verdicts(20)
        rescreener.until(lambda: bool(rescreener.logged("rule book put in force")))
        put(office, second, first.sha256)
        run = office.await_runs(1, [rescreener])
        assert (run["changed"], run["judged"]) == (0, 0)
        assert datetime.fromisoformat(run["since"]) < datetime.now(UTC)


SLOW_TO_READ_RULE_BOOKS = """
import asyncio
from tidewaiter.stream import follower
catch_up = follower.catch_up

async def slow(*args):
    await asyncio.sleep(5)
    await catch_up(*args)

follower.catch_up = slow
"""


@pytest.mark.long
def test_a_rescreener_takes_no_rule_book_for_missing_before_it_has_read_the_topic(
    any_broker: Broker, sources: Sources
) -> None:
    office = Office(any_broker.address, partitions=2).opened()
    first, second = book(sources, NAMES[:2]), book(sources, NAMES[1:4])
    put(office, first)
    sent = list(past(0, 100))
    office.publish(sent)
    with office.worker(rule_book="published") as worker:
        with office.rescreener(rescreen_pause_lag=0) as rescreener:
            office.verdicts_on([each["id"] for each in sent])
            rescreener.until(lambda: bool(rescreener.logged("rule book put in force")))
            office.publish(list(past(len(sent), 1)))  # the run waits for the worker, which is killed
            worker.kill()
            put(office, second, first.sha256)
            rescreener.until(lambda: len(rescreener.logged("rule book put in force")) == 2)
            rescreener.kill()
        with office.worker(rule_book="published"), office.rescreener(SLOW_TO_READ_RULE_BOOKS) as rescreener:
            run = office.await_runs(1, [rescreener])
    assert run["unavailable"] == 0
    exact(office, second, [*sent, *past(len(sent), 1)])


ADOPTS_ONCE = """
from tidewaiter.stream.follower import Follower
offer = Follower._offer

async def once(self):
    if self._in_use.manifest is None:
        await offer(self)

Follower._offer = once
"""


@pytest.mark.long
def test_a_run_that_has_ended_goes_on_when_a_worker_still_judges_by_the_older_rule_book(
    any_broker: Broker, sources: Sources
) -> None:
    office = Office(any_broker.address, partitions=1).opened()
    first, second = book(sources, NAMES[:2]), book(sources, NAMES[1:4])
    put(office, first)
    sent, later = list(past(0, 100)), list(past(100, 50))
    office.publish(sent)
    with office.worker(ADOPTS_ONCE, rule_book="published"), office.rescreener() as rescreener:
        office.verdicts_on([each["id"] for each in sent])
        rescreener.until(lambda: bool(rescreener.logged("rule book put in force")))
        put(office, second, first.sha256)
        ended = office.await_runs(1, [rescreener])
        office.publish(later)
        office.verdicts_on([each["id"] for each in later])
        rescreener.until(lambda: len(rescreener.logged("rescreening ended")) == 2)
        (run,) = office.runs()
    exact(office, second, [*sent, *later])
    assert (ended["read"], run["read"], run["ended"]) == (100, 150, 1)
    assert run["changed"] > ended["changed"]
    assert office.audit()["findings"] == []


@pytest.mark.long
def test_a_rescreener_waits_as_long_as_its_group_takes_to_let_it_join(any_broker: Broker, sources: Sources) -> None:
    """The group waits for a member that was killed as long as its session lasts: no broker is missing meanwhile."""
    office = Office(any_broker.address, partitions=2).opened()
    put(office, book(sources, []))
    session = {"session_timeout_seconds": 45, "rebalance_timeout_seconds": 50}
    with office.rescreener(**session) as stays, office.rescreener(**session) as killed:
        for each in (stays, killed):
            each.until(lambda each=each: len(each.assigned()) == 1)  # type: ignore[misc]
        killed.kill()
        with office.rescreener(**session, connect_timeout_seconds=4) as again:
            again.until(lambda: len(again.assigned()) == 1)
            began, joined = (
                datetime.fromisoformat(again.logged(event)[-1]["time"]) for event in ("starting", "partitions assigned")
            )
            assert (joined - began).total_seconds() > 4, "the group let it join at once, which tries nothing"
