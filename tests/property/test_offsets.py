"""No schedule makes the worker commit past an event that nobody is done with. Stock Faust, under the same, does."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from types import SimpleNamespace
from typing import Any, Protocol

import pytest
from faust.transport.consumer import Consumer
from faust.types import TP
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from intervaltree import IntervalTree  # type: ignore[import-untyped]

from tidewaiter.stream.offsets import OffsetLedger
from tidewaiter.wire.chain import BEGINNING, Ends

PLACE = TP("transfers", 0)
FIRST = st.integers(0, 1)
STEPS = st.lists(st.sampled_from([1, 1, 1, 2, 4]), min_size=3, max_size=12)
"""From one offset to the next: Kafka leaves some out."""


class Bookkeeping(Protocol):
    """What a consumer keeps of one partition. An event's token is whatever the bookkeeping wants back with its ack."""

    def restart(self, position: int | None) -> None: ...
    def deliver(self, offset: int) -> Any: ...
    def acknowledge(self, token: Any) -> None: ...
    def read_to(self, position: int) -> None: ...
    def committable(self) -> int | None: ...
    def committed(self, offset: int) -> None: ...


class Ours:
    """The ledger, driven as `LedgerConsumer` drives it."""

    def __init__(self) -> None:
        self._ledger = OffsetLedger[TP]()

    def restart(self, position: int | None) -> None:
        self._ledger.forget([PLACE])
        self._ledger.restart(PLACE, position or 0)  # without a commit, the beginning of the partition
        self._delivered: list[int] = []

    def deliver(self, offset: int) -> tuple[int, int]:
        self._delivered.append(offset)
        return offset, self._ledger.deliver(PLACE, offset)

    def acknowledge(self, token: tuple[int, int]) -> None:
        self._ledger.acknowledge(PLACE, *token, _ends_behind(token[0]))

    def read_to(self, position: int) -> None:
        self._ledger.read_to(PLACE, position)

    def committable(self) -> int | None:
        offset = self._ledger.committable(PLACE)
        if offset is not None:
            passed = [each for each in self._delivered if each < offset]
            ends = _ends_behind(passed[-1]) if passed else Ends()
            assert self._ledger.ends(PLACE) == ends, "chains end where the commit does"
        return offset

    def committed(self, offset: int) -> None:
        epoch = self._ledger.epoch_of(PLACE)
        assert epoch is not None
        self._ledger.committed(PLACE, offset, epoch)


def _ends_behind(offset: int) -> Ends:
    return Ends(f"{offset:064x}", BEGINNING)


class StockFaust:
    """The installed Faust's own methods on the state they use, with no broker around them."""

    def __init__(self) -> None:
        self.restart(None)

    def restart(self, position: int | None) -> None:
        self._read: int | None = position
        self._faust = SimpleNamespace(
            _acked=defaultdict(list),
            _acked_index=defaultdict(set),
            _gap=defaultdict(IntervalTree),
            _committed_offset=defaultdict(lambda: None, {PLACE: position}),
            _unacked_messages=SimpleNamespace(discard=lambda _message: None),
            _waiting_for_ack=None,
            _n_acked=0,
            app=SimpleNamespace(topics=SimpleNamespace(acks_enabled_for=lambda _topic: True)),
        )

    def deliver(self, offset: int) -> Any:
        if self._read is not None and offset > self._read:
            # As Consumer._drain_messages does for offsets that Kafka left out.
            self._faust._gap[PLACE].addi(self._read, offset)
        self._read = offset + 1
        return SimpleNamespace(acked=False, tp=PLACE, topic=PLACE.topic, offset=offset)

    def acknowledge(self, token: Any) -> None:
        Consumer.ack(self._faust, token)

    def read_to(self, position: int) -> None:
        """It has no place for that: what holds no event stays lag until one follows."""

    def committable(self) -> int | None:
        offset: int | None = Consumer._new_offset(self._faust, PLACE)
        if offset is None or not Consumer._should_commit(self._faust, PLACE, offset):
            return None
        return offset

    def committed(self, offset: int) -> None:
        self._faust._committed_offset[PLACE] = offset


@dataclass
class InHand:
    """An event that an agent works on."""

    offset: int
    token: Any
    log: list[int]
    """The log it was read from, by identity."""


class Schedule(RuleBasedStateMachine):
    """One partition, its log with offsets left out, the broker's committed offset, and a consumer that has it on and off.

    `done` are the events whose verdict is on the broker, whoever wrote it and whenever.
    """

    book: type[Bookkeeping] = Ours

    @initialize(first=FIRST, steps=STEPS)
    def begin(self, first: int, steps: list[int]) -> None:
        self.make_topic(first, steps)
        self.crash()

    def make_topic(self, first: int, steps: list[int]) -> None:
        self.log = list(accumulate(steps, initial=first))
        self.end = self.log.pop() + 1
        """Where the partition ends: its last offset is a transaction marker, and so are those left out before it."""
        self.on_broker: int | None = None
        self.done: set[int] = set()

    @rule(data=st.data())
    def disturb(self, data: st.DataObject) -> None:
        """One rule for all that is rare, so that what is common is common here too."""
        match data.draw(st.sampled_from(["crash", "seek", "rebalance", "topic made again"])):
            case "crash":
                self.crash()
            case "seek":
                self.seek()
            case "rebalance":
                self.revoke_and_reassign(data.draw(st.integers(0, 4)))
            case _:
                self.make_topic_again(data.draw(FIRST), data.draw(STEPS))

    def crash(self) -> None:
        """The process is gone, with all it had in hand, and another takes over."""
        self.in_hand: list[InHand] = []
        self.keeping = self.book()
        self.seek()

    def seek(self) -> None:
        """Reading begins anew at the committed offset. What is in hand stays there, and comes back late."""
        self.keeping.restart(self.on_broker)
        self.next = self.first_unread()

    @rule()
    def reach_the_next_event(self) -> None:
        """A fetch reaches what comes next, having found no event before it, or the end."""
        self.keeping.read_to(self.log[self.next] if self.next < len(self.log) else self.end)

    def revoke_and_reassign(self, others: int) -> None:
        """Another worker has the partition for a while, is done with some events and commits them."""
        judged = self.log[self.first_unread() :][:others]
        self.done.update(judged)
        if judged:
            self.on_broker = judged[-1] + 1
        self.seek()

    def make_topic_again(self, first: int, steps: list[int]) -> None:
        """Other events under the old offsets, and no commits: what is in hand is of no account any more."""
        self.make_topic(first, steps)
        self.seek()

    def first_unread(self) -> int:
        return sum(offset < (self.on_broker or 0) for offset in self.log)

    @precondition(lambda self: self.next < len(self.log))
    @rule(number=st.integers(1, 4))
    def deliver(self, number: int) -> None:
        for offset in self.log[self.next : self.next + number]:
            self.in_hand.append(InHand(offset, self.keeping.deliver(offset), self.log))
            self.next += 1

    @precondition(lambda self: self.in_hand)
    @rule(chosen=st.lists(st.integers(0, 9), min_size=1, max_size=4))
    def acknowledge_in_any_order(self, chosen: list[int]) -> None:
        for choice in chosen[: len(self.in_hand)]:
            event = self.in_hand.pop(choice % len(self.in_hand))
            if event.log is self.log:
                self.done.add(event.offset)
            self.keeping.acknowledge(event.token)

    @precondition(lambda self: self.in_hand)
    @rule()
    def fail(self) -> None:
        """An agent lets an event fall: it is never acknowledged by anybody who has it now."""
        self.in_hand.pop()

    @rule(answered=st.booleans())
    def commit(self, answered: bool) -> None:
        """The broker takes a commit, whether or not its answer arrives."""
        offset = self.keeping.committable()
        if offset is not None:
            self.on_broker = offset
            if answered:
                self.keeping.committed(offset)

    @invariant()
    def nothing_is_passed(self) -> None:
        passed = [offset for offset in getattr(self, "log", []) if offset < (self.on_broker or 0)]
        lost = [offset for offset in passed if offset not in self.done]
        assert not lost, f"the committed offset {self.on_broker} passes {lost}, which nobody is done with"

    def teardown(self) -> None:
        """Safe is not enough: once all is done, all can be committed."""
        if not hasattr(self, "log") or self.book is not Ours:
            return
        self.seek()
        self.in_hand.clear()
        self.deliver(len(self.log))
        while self.in_hand:
            self.keeping.acknowledge(self.in_hand.pop().token)
        self.done.update(self.log)
        self.reach_the_next_event()
        self.commit(answered=True)
        assert self.on_broker == self.end, "an idle worker has no lag"


class StockSchedule(Schedule):
    book = StockFaust


TestOurBookkeeping = Schedule.TestCase
TestOurBookkeeping.settings = settings(
    max_examples=600, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_the_same_schedules_make_stock_faust_lose_events() -> None:
    """Should this fail, Faust has changed its bookkeeping: look whether ours is still needed."""
    found = settings(
        max_examples=400,
        stateful_step_count=60,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        print_blob=False,
    )
    with pytest.raises(AssertionError, match="which nobody is done with"):
        run_state_machine_as_test(StockSchedule, settings=found)
