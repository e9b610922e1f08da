"""The database is a cache of the topics: the same records give the same queue, however they arrive."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from tests import packaged, postgres
from tests.serving import TOPICS, Recorded, applied
from tests.station import transfer
from tidewaiter.serve.projection import queue
from tidewaiter.serve.projection.applying import Behind, Read, apply, empty, read_positions
from tidewaiter.serve.projection.queue import Cursor, Filter, Order
from tidewaiter.serve.projection.standing import PROPOSED
from tidewaiter.serve.projection.store import Store
from tidewaiter.serve.projection.tables import PROJECTED, State, dead_letters, verdicts
from tidewaiter.settings import Settings
from tidewaiter.wire.cloudevents import canonical
from tidewaiter_schemas.disposition import Disposition, Withdrawal
from tidewaiter_schemas.in_force import HEADER
from tidewaiter_schemas.rescreening import Rescreening
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Verdict

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def database() -> Iterator[postgres.Postgres]:
    with postgres.running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each test runs on both databases."""
    if request.param == "sqlite":
        settings = Settings(serve_database=f"sqlite:///{tmp_path}/serve.db")
    else:
        server: postgres.Postgres = request.getfixturevalue("database")
        settings = Settings(serve_database=server.database(), serve_database_password=postgres.PASSWORD)
    opened = Store(settings)
    opened.open()
    yield opened
    opened.close()


def judged(*transfers: dict[str, Any]) -> list[Verdict]:
    return packaged.screener().screen([TransferEvent.model_validate(each) for each in transfers])


def decided(verdict: Verdict, judgement: str = "true_match", number: int = 0, **changes: Any) -> Disposition:
    finding = next(f for f in verdict.findings if f.effect != "info")
    return Disposition.model_validate(
        {
            "id": str(uuid4()),
            "verdict_id": verdict.id,
            "transfer_id": verdict.transfer_id,
            "rule": finding.rule,
            "subject": finding.subject,
            "judgement": judgement,
            "reason": "Checked.",
            "decided_by": "ann",
            "decided_at": NOW + timedelta(seconds=number),
            **changes,
        }
    )


def content(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that comes from the topics."""
    with store.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in PROJECTED
        }


def states(store: Store) -> dict[str, str]:
    with store.read() as connection:
        rows = connection.execute(select(verdicts.c.id, verdicts.c.state))
        return {row.id: row.state for row in rows}


def records(number: int = 60) -> list[tuple[str, Any]]:
    """Verdicts, copies of them, later versions, dispositions and dead letters, in one order."""
    found = judged(*(transfer(n) for n in range(number)), *(transfer(n, purpose="later") for n in range(0, number, 20)))
    order: list[tuple[str, Any]] = [(TOPICS.verdicts, verdict) for verdict in found]
    order += [(TOPICS.verdicts, verdict) for verdict in found[:10]]
    held = [verdict for verdict in found if verdict.decision != "clear"]
    order += [(TOPICS.dispositions, decided(verdict, number=n)) for n, verdict in enumerate(held[::2])]
    order += [(TOPICS.dispositions, decided(verdict, "escalated")) for verdict in held[1::2]]
    order += [(TOPICS.dead_letters, ([("dlq-reason", b"not_json")], b"{")), (TOPICS.verdicts, ((), b"no verdict"))]
    return order


def test_the_same_records_give_the_same_rows_in_parts_of_any_size_and_twice(store: Store) -> None:
    order = records()
    applied(store, Recorded().reads(order))
    once = content(store)
    assert len(once["verdicts"]) == 63
    assert len(once["dead_letters"]) == 1
    draw = random.Random(7)
    reads = Recorded().reads(order)
    with store.write() as connection:
        empty(connection)
    for read in reads:
        at = 0
        while at < len(read.records):
            size = draw.randint(1, 9)
            again = max(0, at - draw.randint(0, 5))  # read again after a crash
            some = read.records[again : at + size]
            applied(store, [Read(read.topic, read.partition, some, some[-1].offset + 1)])
            at += size
    assert content(store) == once


def test_processes_that_share_a_database_write_each_record_once(store: Store) -> None:
    order = records()
    applied(store, Recorded().reads(order))
    alone = content(store)
    with store.write() as connection:
        empty(connection)
    reads = Recorded().reads(order)
    failed: list[BaseException] = []

    def process(seed: int) -> None:
        draw, own = random.Random(seed), Store(store._settings)
        try:
            for read in draw.sample(reads, len(reads)):
                at = 0
                while at < len(read.records):
                    some = read.records[at : at + draw.randint(1, 7)]
                    part = Read(read.topic, read.partition, some, some[-1].offset + 1, after=some[0].offset)
                    try:
                        applied(own, [part])
                    except DBAPIError:  # both began a partition, or took a row: the projection tries again
                        continue
                    at += len(some)
        except BaseException as error:
            failed.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=process, args=(seed,)) for seed in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failed == []
    assert content(store) == alone


def test_a_database_that_lacks_what_was_read_before_is_not_written_to(store: Store) -> None:
    (read,) = Recorded().reads([(TOPICS.verdicts, verdict) for verdict in judged(*(transfer(n) for n in range(6)))])
    later = Read(read.topic, read.partition, read.records[3:], read.next, after=3)
    with pytest.raises(Behind):
        applied(store, [later])
    assert all(not rows for rows in content(store).values())
    applied(store, [Read(read.topic, read.partition, read.records[:3], 3)])
    applied(store, [later])
    assert len(content(store)["verdicts"]) == 6


def test_dispositions_that_arrive_before_their_verdicts_give_the_same_queue(store: Store) -> None:
    reads = Recorded().reads(records())
    for read in reads:
        applied(store, [read])
    expected = states(store)
    with store.write() as connection:
        empty(connection)
    for read in reversed(reads):
        applied(store, [read])
    assert states(store) == expected
    assert set(expected.values()) == {State.CLEAR, State.DECIDED, State.ESCALATED, State.REPLACED}


def test_a_transaction_that_fails_leaves_neither_rows_nor_offsets(store: Store) -> None:
    reads = Recorded().reads(records(5))
    with pytest.raises(ArithmeticError), store.write() as connection:  # noqa: PT012
        apply(connection, TOPICS, reads, {}, four_eyes=False)
        raise ArithmeticError
    assert all(not rows for rows in content(store).values())
    with store.read() as connection:
        assert read_positions(connection) == {}


def test_hostile_values_are_stored(store: Store) -> None:
    name = "a\0b<script>\u202e';--" + "x" * 200
    (verdict,) = judged(transfer(10, id=name))
    applied(store, Recorded().reads([(TOPICS.verdicts, verdict), (TOPICS.dispositions, decided(verdict))]))
    with store.read() as connection:
        (row,) = queue.page(connection, Filter(transfer=name), Order.NEWEST).rows
        assert bytes(row.value) == verdict.model_dump_json().encode()
        assert queue.page(connection, Filter(transfer="' OR 1=1 --"), Order.NEWEST).rows == []
        assert queue.page(connection, Filter(rule="%\0"), Order.NEWEST).rows == []


def test_each_judgement_moves_its_verdict(store: Store) -> None:
    (verdict,) = judged(transfer(10))
    counting = [f for f in verdict.findings if f.effect != "info"]
    topics = Recorded()

    def after(*dispositions: Disposition, four_eyes: bool = False) -> str:
        applied(store, topics.reads([(TOPICS.dispositions, each) for each in dispositions]), four_eyes=four_eyes)
        return states(store)[str(verdict.id)]

    def each(judgement: str, **changes: Any) -> Sequence[Disposition]:
        return [decided(verdict, judgement, rule=f.rule, subject=f.subject, **changes) for f in counting]

    applied(store, topics.reads([(TOPICS.verdicts, verdict)]))
    assert states(store)[str(verdict.id)] == State.OPEN
    assert len(counting) > 1
    assert after(each("false_positive")[0]) == State.OPEN
    assert after(*each("escalated")) == State.ESCALATED
    assert after(*each(PROPOSED)) == State.AWAITING_APPROVAL
    assert after(*each("false_positive"), four_eyes=True) == State.AWAITING_APPROVAL
    assert after(*each("false_positive", approved_by="bob"), four_eyes=True) == State.DECIDED
    last = decided(verdict, "true_match")
    assert after(*each("something_new")) == State.ESCALATED
    assert after(last) == State.DECIDED
    ended = last.model_copy(update={"withdrawn": Withdrawal(by="bob", at=NOW, reason="Wrong.")})
    assert after(ended) == State.ESCALATED


def test_a_disposition_written_again_can_only_be_withdrawn(store: Store) -> None:
    (verdict,) = judged(transfer(10))
    first = decided(verdict, "escalated")
    forged = first.model_copy(update={"judgement": "true_match", "decided_by": "mallory"})
    applied(
        store,
        Recorded().reads([(TOPICS.verdicts, verdict), (TOPICS.dispositions, first), (TOPICS.dispositions, forged)]),
    )
    with store.read() as connection:
        row = queue.disposition(connection, first.id)
    assert row is not None
    assert (row.decided_by, row.judgement) == ("ann", "escalated")
    assert states(store)[str(verdict.id)] == State.ESCALATED


def test_only_the_verdict_in_force_is_in_the_queue(store: Store) -> None:
    (first,), (second,) = judged(transfer(10)), judged(transfer(10, purpose="another"))
    rescreening = Rescreening(
        previous_rulebook=first.rulebook.sha256, previous_decision="block", replaces=(first.id,), changes=()
    )
    anew = first.model_copy(update={"id": uuid4(), "supersedes": first.id, "rescreening": rescreening})
    topics = Recorded()
    applied(store, topics.reads([(TOPICS.verdicts, first), (TOPICS.verdicts, second)]))
    assert states(store) == {str(first.id): State.REPLACED, str(second.id): State.OPEN}
    # Issued anew on the version before: the later version stays in force, and so it does after a late copy.
    applied(store, topics.reads([(TOPICS.verdicts, anew), (TOPICS.verdicts, first)]))
    assert states(store)[str(second.id)] == State.OPEN
    assert states(store)[str(anew.id)] == State.REPLACED


def test_the_header_tells_which_verdict_is_in_force_whatever_is_written_late(store: Store) -> None:
    """A transfer returns to an earlier version, is rescreened by a newer engine, and a paused worker writes late."""
    (first,), (second,) = judged(transfer(10)), judged(transfer(10, purpose="another"))
    late = first.model_copy(update={"id": uuid4()})
    rescreening = Rescreening(previous_rulebook="1" * 64, previous_decision="block", replaces=(uuid4(),), changes=())
    anew = first.model_copy(update={"id": uuid4(), "rescreening": rescreening})
    topics = Recorded()

    def then(verdict: Verdict, offset: int, adopted: int) -> str:
        headers = ((HEADER, b"transfers/3@%d %d" % (offset, adopted)),)
        applied(store, topics.reads([(TOPICS.verdicts, (headers, canonical(verdict)))]))
        ((only, state),) = [each for each in states(store).items() if each[1] != State.REPLACED]
        assert state == State.OPEN
        return only

    assert then(first, 1, 5) == str(first.id)
    assert then(second, 2, 5) == str(second.id)
    assert then(first, 1, 5) == str(second.id)
    assert then(first, 3, 5) == str(first.id)
    assert then(late, 3, 4) == str(first.id)
    assert then(anew, 3, 6) == str(anew.id)
    assert then(first, 4, 6) == str(first.id)
    assert then(first, 5, 6) == str(first.id)


def test_a_cursor_is_read_back_and_nothing_else_is_one() -> None:
    cursor = Cursor(1_796_000_000_000, str(uuid4()))
    assert Cursor.read(str(cursor)) == cursor
    for text in ("", "a", "%00", "W10", "WzEsMl0", "é" * 10, str(cursor)[:-3], "WzFlOTk5OSwiYSJd", "[" * 5_000):
        assert Cursor.read(text) is None


def test_dead_letters_are_there_without_their_content(store: Store) -> None:
    headers = [("dlq-reason", b"schema"), ("dlq-stage", b"decode"), ("kafka_dlt-original-topic", b"transfers")]
    applied(store, Recorded().reads([(TOPICS.dead_letters, (headers, b'{"name":"secret"}'))]))
    with store.read() as connection:
        (row,) = connection.execute(select(dead_letters)).all()
    assert (row.reason, row.stage) == ("schema", "decode")
    assert "secret" not in repr(tuple(row))


def test_the_file_of_sqlite_is_its_owners_alone_and_is_made_again_when_it_was_deleted(tmp_path: Path) -> None:
    path = tmp_path / "serve.db"
    store = Store(Settings(serve_database=f"sqlite:///{path}"))
    store.open()
    assert path.stat().st_mode & 0o077 == 0
    applied(store, Recorded().reads(records(5)))
    path.unlink()
    assert store.gone()
    assert all(not rows for rows in content(store).values())
    store.close()
