"""Whatever rule books workers judge by, and whenever they commit, each run covers all that was judged before its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.rescreening.plan import AdoptionLog, Goal, Live, PartitionRun, PartitionState, goal_of
from tidewaiter.wire.chain import MOST_JUDGES, Chain, Ends, adoption_name
from tidewaiter_schemas.rescreening import RuleBookAdoption

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def book(number: int) -> str:
    return f"{number:064x}"[::-1]


def log_of(*books: int) -> AdoptionLog:
    log = AdoptionLog()
    for at, each in enumerate(books):
        assert log.add(RuleBookAdoption(sha256=book(each), since=SINCE + timedelta(hours=at)))
    return log


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3).map(lambda behind: 0 if behind < 2 else behind - 1),  # how far a worker is behind
            st.booleans(),  # whether another rule book is put in force before
            st.integers(1, 4),  # transfers judged
            st.booleans(),  # whether a commit follows, and the rescreener looks
            st.booleans(),  # whether the worker is killed, so that what is not committed is judged again
        ),
        min_size=1,
        max_size=40,
    )
)
def test_each_run_covers_all_that_older_rule_books_judged(
    steps: list[tuple[int, bool, int, bool, bool]],
) -> None:
    log, read = log_of(0), dict[int, int]()
    judged: list[int] = []
    committed, ends = 0, Ends()
    chain = Chain(ends)
    unseen = 0

    def look(waiting: int) -> dict[int, Goal]:
        live = Live.of(committed, ends, committed + waiting) if committed else Live(0, ())
        goals = {number: goal_of(number, log, live, None) for number in range(1, len(log))}
        for number, goal in goals.items():
            assert goal.offset <= committed, "a transfer without a verdict is never read"
            read[number] = max(read.get(number, 0), goal.offset)
        return goals

    for behind, swapped, count, looked, killed in steps:
        if swapped:
            # Three rule books take turns: each is put in force again and again.
            log.add(RuleBookAdoption(sha256=book(len(log) % 3), since=SINCE + timedelta(days=len(log))))
        number = max(0, len(log) - 1 - behind)
        for _ in range(count):
            chain.judged_by(adoption_name(log.sha256(number), log.since(number)), len(judged))
            judged.append(number)
        unseen += 1
        if looked or unseen >= MOST_JUDGES - 1:
            committed, ends, unseen = len(judged), chain.ends, 0
            look(waiting=1)
        elif killed:
            judged, chain = judged[:committed], Chain(ends)
    committed, ends = len(judged), chain.ends
    goals = look(waiting=0)
    assert all(goal.final for goal in goals.values())
    for number in range(1, len(log)):
        older = [offset for offset, by in enumerate(judged) if by < number]
        assert not older or read[number] > older[-1]


@pytest.mark.parametrize(
    ("judges", "run", "goal"),
    [
        ([(0, 0)], 1, Goal(100, final=False)),
        ([(0, 0), (1, 40)], 1, Goal(40, final=True)),
        ([(0, 0), (1, 40), (0, 60), (1, 70)], 1, Goal(70, final=True)),
        ([(2, 50)], 1, Goal(50, final=True)),
        ([(2, 50)], 3, Goal(100, final=False)),
    ],
)
def test_a_run_reads_up_to_where_workers_judge_by_its_own_rule_book(
    judges: list[tuple[int, int]], run: int, goal: Goal
) -> None:
    chain = Chain()
    for number, offset in judges:
        chain.judged_by(book(number)[:16], offset)
    assert goal_of(run, log_of(0, 1, 2, 3), Live.of(100, chain.ends, 120), None) == goal


def test_where_nothing_waits_an_older_rule_book_is_no_reason_to_go_on() -> None:
    chain = Chain()
    chain.judged_by(book(0)[:16], 0)
    assert goal_of(1, log_of(0, 1), Live.of(100, chain.ends, 100), None) == Goal(100, final=True)


def test_a_run_goes_on_while_transfers_wait_and_nothing_is_committed() -> None:
    log = log_of(0, 1)
    assert goal_of(1, log, Live(0, (), waiting=2), None) == Goal(0, final=False)
    assert goal_of(1, log, Live(0, (), waiting=0), None) == Goal(0, final=True)


def test_workers_that_do_not_name_their_rule_book_are_given_time() -> None:
    live = Live.of(100, Ends(), 120)
    assert goal_of(1, log_of(0, 1), live, None) == Goal(0, final=False)
    assert goal_of(1, log_of(0, 1), live, 90) == Goal(90, final=True)


def test_an_adoption_that_is_not_later_than_the_last_counts_for_nothing() -> None:
    log = log_of(0, 1)
    assert not log.add(RuleBookAdoption(sha256=book(2), since=SINCE))
    assert [each.sha256 for each in log.before(2)] == [book(0), book(1)]
    assert log.number_of(book(1), SINCE + timedelta(hours=1)) == 1
    assert log.number_of(book(1), SINCE) is None
    assert log.number_named(adoption_name(book(1), SINCE + timedelta(hours=1))) == 1
    assert log.number_named("f" * 16) == -1


def test_a_rule_book_that_is_in_force_again_is_another_one() -> None:
    """Nothing was judged meanwhile: what the run before has issued anew must be taken back all the same."""
    log, chain = log_of(0, 1, 0), Chain()
    chain.judged_by(adoption_name(book(0), SINCE), 0)
    assert goal_of(2, log, Live.of(100, chain.ends, 100), None) == Goal(100, final=True)
    assert log.number_named(book(0)[:16]) == 2


def test_what_is_committed_is_read_again() -> None:
    run = PartitionRun(7, 10, 30, read=20, judged=4, changed=2, unreadable=1)
    run.decided("clear", "block")
    run.decided("block", "block")
    state = PartitionState("ab" * 32, 5, 5, {7: run, 6: PartitionRun(6, 10, 44, ended=True)})
    assert PartitionState.read(state.metadata) == state
    assert state.offset == 30
    assert len(state.metadata) < 4_096


def test_no_run_is_skipped_however_fast_rule_books_follow() -> None:
    state, ended = PartitionState(), list[int]()
    for _ in range(30):
        for number in state.open_runs(20):
            state.runs.setdefault(number, PartitionRun(number, 0, 0))
        if begun := [run for run in state.runs.values() if not run.ended]:
            begun[0].ended = True
            ended.append(begun[0].number)
    assert ended == list(range(1, 20))
    assert list(state.open_runs(20)) == list(state.runs) == list(range(12, 20))
    assert PartitionState.read(state.metadata) == state


@pytest.mark.parametrize(
    "metadata", [None, "", "chain a b", "{}", '{"link":"a","sequence":1,"closed":0,"runs":[[1]]}', "[]"]
)
def test_what_others_committed_is_no_state(metadata: str | None) -> None:
    assert PartitionState.read(metadata) is None


def test_ends_name_the_last_rule_books_that_judged() -> None:
    chain = Chain()
    for number in range(12):
        adoption = adoption_name(book(number), SINCE if number % 2 else None)
        chain.judged_by(adoption, number * 10)
        chain.judged_by(adoption, number * 10 + 1)
        chain.verdict(f"transfers/0@{number}", b"{}")
    ends = chain.ends
    assert [judge.since for judge in ends.judges] == [number * 10 for number in range(4, 12)]
    assert Ends.read(ends.metadata) == ends
    assert len(ends.metadata) < 1_000
    assert Ends.read(Ends("a" * 64, "b" * 64).metadata) == Ends("a" * 64, "b" * 64)
    assert Ends.read(ends.metadata + ",x@1") is None
