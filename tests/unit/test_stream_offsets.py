"""What may be committed, over tables of deliveries and acknowledgements."""

from __future__ import annotations

import pytest

from tidewaiter.stream.offsets import OffsetLedger
from tidewaiter.wire.chain import Ends

P = "transfers/0"
ENDS = Ends("a" * 64, "b" * 64)


def ends_behind(offset: int) -> Ends:
    return Ends(f"{offset:064x}", f"{offset + 1_000:064x}")


@pytest.mark.parametrize(
    ("delivered", "acknowledged", "committable"),
    [
        pytest.param(range(10, 14), [11, 12, 13], None, id="a hole of one at the start"),
        pytest.param(range(10, 14), [12, 13], None, id="a hole of two at the start"),
        pytest.param(range(8), [5, 6, 7], None, id="a hole before the first commit"),
        pytest.param(range(4), [1, 2, 3], None, id="the very first event in flight"),
        pytest.param(range(10, 14), [10, 12, 13], 11, id="a hole in the middle"),
        pytest.param(range(10, 14), [10, 11, 12, 13], 14, id="all done"),
        pytest.param(range(10, 14), [13, 12, 11, 10], 14, id="all done, in reverse"),
        pytest.param([10, 13, 20], [10, 13], 20, id="offsets that Kafka leaves out are no holes"),
        pytest.param([10, 13, 20], [10, 13, 20], 21, id="left out offsets are passed with the last"),
        pytest.param([], [], None, id="nothing delivered"),
    ],
)
def test_the_offset_to_commit_never_passes_an_unacknowledged_event(
    delivered: list[int], acknowledged: list[int], committable: int | None
) -> None:
    ledger = OffsetLedger[str]()
    epochs = {offset: ledger.deliver(P, offset) for offset in delivered}
    for offset in acknowledged:
        assert ledger.acknowledge(P, offset, epochs[offset], ends_behind(offset))
    assert ledger.committable(P) == committable
    if committable is not None:
        last = max(offset for offset in delivered if offset < committable)
        assert ledger.ends(P) == ends_behind(last), "the chains end where the commit does, whatever else is done with"


def test_an_epoch_goes_on_from_the_ends_that_were_committed() -> None:
    ledger = OffsetLedger[str]()
    ledger.restart(P, 5, ENDS)
    epoch = ledger.deliver(P, 5)
    chain = ledger.chain(P)
    assert chain.ends == ledger.ends(P) == ENDS
    chain.verdict("transfers/0@5", b"{}")
    ledger.acknowledge(P, 5, epoch, chain.ends)
    assert ledger.ends(P) == chain.ends != ENDS
    ledger.deliver(P, 2)
    assert ledger.chain(P).ends == Ends(), "read anew from further back, by nobody knows whose commit: a new chain"


@pytest.mark.parametrize(
    ("delivered", "acknowledged", "read_to", "committable"),
    [
        pytest.param([10, 11], [10, 11], 13, 13, id="a marker behind the last event is passed"),
        pytest.param([10, 11], [10], 13, 11, id="an event that waits is not"),
        pytest.param([10, 11], [11], 13, None, id="nor is the first"),
        pytest.param([], [], 15, 15, id="a fetch of aborted records alone"),
        pytest.param([], [], 10, None, id="reading has not moved"),
        pytest.param([], [], 7, None, id="reading stands further back"),
        pytest.param([10, 11], [10, 11], 3, 12, id="reading went back, and nothing was delivered from there"),
    ],
)
def test_offsets_without_an_event_are_passed_once_all_events_before_them_are_done(
    delivered: list[int], acknowledged: list[int], read_to: int, committable: int | None
) -> None:
    ledger = OffsetLedger[str]()
    ledger.restart(P, 10, ENDS)
    epochs = {offset: ledger.deliver(P, offset) for offset in delivered}
    ledger.read_to(P, read_to)
    for offset in acknowledged:
        ledger.acknowledge(P, offset, epochs[offset], ends_behind(offset))
    assert ledger.committable(P) == committable
    passed = [offset for offset in delivered if committable is not None and offset < committable]
    assert ledger.ends(P) == (ends_behind(passed[-1]) if passed else ENDS), "what is no event links nothing"


def test_a_position_counts_only_for_a_partition_that_is_ours_and_whose_place_is_known() -> None:
    ledger = OffsetLedger[str]()
    ledger.read_to(P, 5)
    assert ledger.partitions == []
    ledger.restart(P)
    ledger.read_to(P, 5)
    assert ledger.committable(P) is None
    assert ledger.position(P) is None


def test_an_acknowledgement_from_before_a_seek_counts_for_nothing() -> None:
    ledger = OffsetLedger[str]()
    before = ledger.deliver(P, 10)
    ledger.restart(P, 10)
    ledger.deliver(P, 10)
    assert not ledger.acknowledge(P, 10, before, ENDS)
    assert ledger.committable(P) is None


def test_an_acknowledgement_of_a_partition_given_away_and_got_back_counts_for_nothing() -> None:
    ledger = OffsetLedger[str]()
    before = [ledger.deliver(P, offset) for offset in (10, 11, 12)]
    ledger.forget([P])
    assert not ledger.acknowledge(P, 12, before[2], ENDS)
    ledger.restart(P, 10)
    ledger.deliver(P, 10)
    assert not ledger.acknowledge(P, 12, before[2], ENDS)
    assert ledger.committable(P) is None
    assert ledger.outstanding() == 1


def test_an_event_is_acknowledged_once() -> None:
    ledger = OffsetLedger[str]()
    epoch = ledger.deliver(P, 10)
    assert ledger.acknowledge(P, 10, epoch, ENDS)
    assert not ledger.acknowledge(P, 10, epoch, ENDS)


def test_what_was_committed_is_not_committed_again() -> None:
    ledger = OffsetLedger[str]()
    epoch = ledger.deliver(P, 10)
    ledger.acknowledge(P, 10, epoch, ENDS)
    ledger.committed(P, 11, epoch)
    assert ledger.committable(P) is None


def test_a_commit_that_was_asked_for_before_a_seek_is_not_taken_for_one_after_it() -> None:
    ledger = OffsetLedger[str]()
    epoch = ledger.deliver(P, 10)
    ledger.acknowledge(P, 10, epoch, ENDS)
    ledger.restart(P, 10)
    again = ledger.deliver(P, 10)
    ledger.committed(P, 11, epoch)
    ledger.acknowledge(P, 10, again, ENDS)
    assert ledger.committable(P) == 11


def test_reading_further_back_begins_anew() -> None:
    ledger = OffsetLedger[str]()
    old = ledger.deliver(P, 100)
    ledger.acknowledge(P, 100, old, ENDS)
    ledger.committed(P, 101, old)
    new = ledger.deliver(P, 0)
    assert new != old
    assert ledger.committable(P) is None
    ledger.acknowledge(P, 0, new, ENDS)
    assert ledger.committable(P) == 1, "a topic that was made again is committed below the old offset"


def test_the_position_is_the_first_event_not_done_with() -> None:
    ledger = OffsetLedger[str]()
    assert ledger.position(P) is None
    ledger.restart(P, 5)
    assert ledger.position(P) == 5
    epochs = [ledger.deliver(P, offset) for offset in (5, 6)]
    ledger.acknowledge(P, 5, epochs[0], ENDS)
    assert ledger.position(P) == 6
    ledger.acknowledge(P, 6, epochs[1], ENDS)
    assert ledger.position(P) == 7


def test_partitions_do_not_touch_one_another() -> None:
    ledger = OffsetLedger[str]()
    first = ledger.deliver("a", 1)
    ledger.deliver("b", 1)
    ledger.acknowledge("a", 1, first, ENDS)
    ledger.restart("b")
    assert ledger.committable("a") == 2
    assert ledger.is_current("a", first)
