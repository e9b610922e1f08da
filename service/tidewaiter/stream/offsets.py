"""Decides which offset may be committed: never one past an event that is still unacknowledged.

It also keeps the chain ends at that offset. It is pure bookkeeping without Kafka or an event loop. The transport drives
it, and so does a state machine in the tests.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tidewaiter.wire.chain import Chain, Ends

P = TypeVar("P", bound=Hashable)


@dataclass(slots=True)
class _Partition:
    epoch: int
    start: int | None
    next_offset: int | None
    chain: Chain
    ends: Ends
    """Behind all that is done with up to the first pending offset."""
    pending: OrderedDict[int, None] = field(default_factory=OrderedDict)
    ahead: dict[int, Ends] = field(default_factory=dict)
    """Behind those that were done with before an earlier one."""
    committed: int | None = None


class OffsetLedger(Generic[P]):
    """Delivered and acknowledged offsets of the partitions a consumer reads.

    A partition lives in *epochs*. `restart` begins one, whenever the place to read from is set anew: at assignment,
    at revocation, after a seek. `deliver` returns the epoch, the event carries it, and `acknowledge` gives it back;
    an acknowledgement from an earlier epoch counts for nothing, because its event is delivered again in this one.

    What is promised, for any order of calls:

    1. `committable(p)` is at most the smallest offset delivered in this epoch and not acknowledged.
    2. It is at most the position that reading has reached in this epoch: one past the greatest offset delivered, or
       what `read_to` was told, whichever is greater.
    3. Offsets without an event (compaction, transaction markers, aborted records) are no holes: only delivered offsets
       count, and `read_to` passes those behind the last event.
    4. Unless reading has moved in this epoch there is nothing to commit, whatever was committed before.
    5. `ends(p)` are those of the last event before `committable(p)`: asked for without an `await` between the two.

    Faust's own bookkeeping looks for gaps between acknowledged offsets instead, and so misses an event in flight at
    the start of the range, before the first commit, and of an earlier assignment.

    Not for several threads: call it from one event loop.
    """

    def __init__(self) -> None:
        self._partitions: dict[P, _Partition] = {}
        self._epochs = 0

    @property
    def epoch(self) -> int:
        """Return the number of restarts of all partitions. If it is unchanged, no position was set in between."""
        return self._epochs

    def restart(self, partition: P, position: int | None = None, ends: Ends | None = None) -> int:
        """Begin an epoch in which `position` is read next (None: not known yet), and return it.

        Its chain continues from `ends`, which were committed with `position`, or starts again.
        """
        self._epochs += 1
        chain = Chain(ends)
        self._partitions[partition] = _Partition(self._epochs, position, position, chain, chain.ends)
        return self._epochs

    def forget(self, partitions: Iterable[P]) -> None:
        """Drop partitions that are no longer assigned. Late acknowledgements of their events are ignored."""
        for partition in partitions:
            self._epochs += 1
            self._partitions.pop(partition, None)

    def deliver(self, partition: P, offset: int) -> int:
        """Note that an event was delivered, and return its epoch.

        An offset at or before one already delivered means that reading went back (a topic that was created again, a
        seek by other code), which begins an epoch.
        """
        state = self._partitions.get(partition)
        if state is None or (state.next_offset is not None and offset < state.next_offset):
            self.restart(partition, offset)
            state = self._partitions[partition]
        if state.start is None:
            state.start = offset
        state.pending[offset] = None
        state.next_offset = offset + 1
        return state.epoch

    def read_to(self, partition: P, position: int) -> None:
        """Note that reading has reached `position`: each event before it was delivered, other offsets have no event.

        Call it only after every event of the fetch that ended there was delivered. A position before the delivered
        events is ignored: the next event begins an epoch there.
        """
        state = self._partitions.get(partition)
        if state is not None and state.next_offset is not None and position > state.next_offset:
            state.next_offset = position

    def is_current(self, partition: P, epoch: int) -> bool:
        """Return whether events of this epoch still count."""
        state = self._partitions.get(partition)
        return state is not None and state.epoch == epoch

    def chain(self, partition: P) -> Chain:
        """Return the chain of the partition's epoch. Events keep it, also after the epoch has ended."""
        return self._partitions[partition].chain

    def acknowledge(self, partition: P, offset: int, epoch: int, ends: Ends) -> bool:
        """Acknowledge an event; `ends` are the chain ends after it.

        Return True when that counted: its epoch is current and it was not acknowledged before.
        """
        state = self._partitions.get(partition)
        if state is None or state.epoch != epoch or offset not in state.pending:
            return False
        first = next(iter(state.pending))
        del state.pending[offset]
        if offset != first:
            state.ahead[offset] = ends
            return True
        state.ends = ends
        if state.ahead:
            open_from = next(iter(state.pending), state.next_offset)
            for passed in sorted(each for each in state.ahead if open_from is None or each < open_from):
                state.ends = state.ahead.pop(passed)
        return True

    def ends(self, partition: P) -> Ends:
        """Return the chain ends after the last event before `committable`."""
        return self._partitions[partition].ends

    def committable(self, partition: P) -> int | None:
        """Return the offset to commit (the next to be read); None when nothing new can be committed."""
        state = self._partitions.get(partition)
        if state is None or state.next_offset is None:
            return None
        offset = next(iter(state.pending), state.next_offset)
        return None if offset in (state.start, state.committed) else offset

    def committed(self, partition: P, offset: int, epoch: int) -> None:
        """Note that the broker accepted the commit of `offset`, requested in `epoch`."""
        state = self._partitions.get(partition)
        if state is not None and state.epoch == epoch:
            state.committed = offset

    def epoch_of(self, partition: P) -> int | None:
        """Return the epoch of a partition; None when it is not assigned."""
        state = self._partitions.get(partition)
        return None if state is None else state.epoch

    def position(self, partition: P) -> int | None:
        """Return the first offset that is not acknowledged: where reading would resume if all were committed."""
        state = self._partitions.get(partition)
        if state is None:
            return None
        return next(iter(state.pending), state.next_offset)

    def outstanding(self, partition: P | None = None) -> int:
        """Return how many events are delivered and not acknowledged, in one partition or in all."""
        if partition is not None:
            state = self._partitions.get(partition)
            return 0 if state is None else len(state.pending)
        return sum(len(state.pending) for state in self._partitions.values())

    @property
    def partitions(self) -> list[P]:
        """The partitions known."""
        return list(self._partitions)
