"""A consumer acts on each verdict once, and ends with the one that counts, whatever is delivered twice or late."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.rescreening.rescreener import rescreened_id
from tidewaiter.screening.identity import NAMESPACE
from tidewaiter.wire.chain import in_force_header
from tidewaiter_schemas.in_force import HEADER, Position, VerdictsInForce
from tidewaiter_schemas.verdict import Verdict

BOOKS = ["1" * 64, "2" * 64, "3" * 64]


def first_id(transfer: str, version: int, book: int) -> UUID:
    return uuid5(NAMESPACE, f"{transfer}|{version}|{BOOKS[book]}")


def verdict(transfer: str, version: int, book: int, *, anew: bool = False) -> Verdict:
    first = first_id(transfer, version, book)
    earlier = [first_id(transfer, version, before) for before in range(book)]
    rescreening = {
        "previous_rulebook": BOOKS[max(0, book - 1)],
        "previous_decision": "clear",
        "replaces": [str(each) for one in earlier for each in (one, rescreened_id(one))],
        "changes": [],
    }
    return Verdict.model_validate(
        {
            "id": str(rescreened_id(first) if anew else first),
            "transfer_id": transfer,
            "decision": "review",
            "conditional": False,
            "findings": [],
            "rulebook": {"version": "1", "sha256": BOOKS[book], "rule_sets": [], "lists": []},
            "engine": "tidewaiter/0.1.0",
            "rescreening": rescreening if anew else None,
        }
    )


def history(draw: random.Random, transfer: str) -> Iterator[Verdict]:
    """What a worker and rescreenings write on one transfer: versions under the book of the day, then anew."""
    version = 0
    for book in range(len(BOOKS)):
        if book and draw.random() < 0.5:
            yield verdict(transfer, version, book, anew=True)
        for _ in range(draw.randrange(0 if book else 1, 3)):
            version += 1
            yield verdict(transfer, version, book)


def with_copies(draw: random.Random, written: Sequence[Verdict]) -> Iterator[Verdict]:
    """The same with copies of what was written before, as after a crash."""
    for at, each in enumerate(written):
        yield each
        while draw.random() < 0.4:
            yield written[draw.randrange(at + 1)]


@given(seed=st.integers(0, 10**6), restart=st.integers(0, 40))
def test_copies_change_nothing_and_restarts_neither(seed: int, restart: int) -> None:
    draw = random.Random(seed)
    written = [each for number in range(4) for each in history(draw, f"t{number}")]
    draw.shuffle(order := list(range(4)))
    once = VerdictsInForce()
    acted = [each.id for each in written if once.take(each) is not None]
    assert acted == [each.id for each in written]
    consumer, again = VerdictsInForce(), []
    for at, each in enumerate(with_copies(draw, written)):
        if at == restart:
            consumer = VerdictsInForce.restore(json.loads(json.dumps(consumer.state())))
        if consumer.take(each) is not None:
            again.append(each.id)
    assert again == acted
    assert [consumer.id_of(f"t{number}") for number in order] == [once.id_of(f"t{number}") for number in order]


def test_a_verdict_given_anew_does_not_overtake_one_on_a_later_version() -> None:
    consumer = VerdictsInForce()
    assert consumer.take(verdict("t", 1, 0))
    assert consumer.take(corrected := verdict("t", 2, 0))
    assert consumer.take(verdict("t", 1, 1, anew=True)) is None
    assert consumer.id_of("t") == corrected.id
    assert consumer.take(anew := verdict("t", 2, 1, anew=True))
    assert consumer.id_of("t") == anew.id


def test_a_late_copy_of_the_first_verdict_does_not_come_back_into_force() -> None:
    consumer = VerdictsInForce()
    first, anew = verdict("t", 1, 0), verdict("t", 1, 1, anew=True)
    assert [consumer.take(each) for each in (first, anew, first, anew)] == [first, anew, None, None]


def test_where_earlier_verdicts_are_no_longer_kept_the_one_given_anew_counts() -> None:
    consumer = VerdictsInForce()
    assert consumer.take(verdict("t", 1, 1, anew=True))
    assert consumer.take(verdict("t", 1, 0)) is None


@pytest.mark.parametrize(
    "state", [{"t": []}, {"t": ["no id"]}, {"t": None}, {"t": [1]}, {"t": [f"{UUID(int=1)} no place"]}]
)
def test_a_state_that_is_none_is_refused(state: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="t: is not what"):
        VerdictsInForce.restore(state)


def test_a_transfer_that_is_forgotten_begins_anew() -> None:
    consumer = VerdictsInForce()
    assert consumer.take(verdict("t", 1, 0))
    consumer.forget(["t", "nobody"])
    assert len(consumer) == 0
    assert consumer.take(verdict("t", 1, 0))


# With the header, whoever writes late
#
# Offsets are versions: workers judge each by the rule book that they have, may do so again, and may be late. Runs of the
# rescreener judge what older rule books judged, and may end in any order.

SINCE = [1_700_000_000_000_000 + number * 10**9 for number in range(4)]
"""When each rule book was put in force, in microseconds. The last one is the first one again."""
HASHES = [*BOOKS, BOOKS[0]]
ENGINES = ["tidewaiter/0.1.0", "tidewaiter/0.2.0"]


@dataclass(frozen=True)
class Written:
    """A verdict on the topic: on which version of the transfer, at which offset, by which rule book and engine."""

    content: str
    offset: int
    book: int
    engine: int = 0
    anew: bool = False
    dispositions: int = 0

    @property
    def record(self) -> tuple[Verdict, list[tuple[str, bytes | None]]]:
        base = _id(self.content, self.book, self.engine)
        if self.anew:
            base = uuid5(NAMESPACE, f"{base}|{SINCE[self.book]}")
        identity = uuid5(NAMESPACE, f"{base}|{self.dispositions}") if self.dispositions else base
        used = {"base": base, "used": [{"id": "d-1", "sha256": "1" * 64}]} if self.dispositions else None
        # The rescreener knows of no other engine than its own.
        replaces = [_id(self.content, before, self.engine) for before in range(self.book)]
        rescreening = {
            "previous_rulebook": HASHES[self.book - 1],
            "previous_decision": "clear",
            "replaces": replaces,
            "changes": [],
        }
        written = Verdict.model_validate(
            {
                **verdict("t", 1, 0).model_dump(),
                "id": identity,
                "rulebook": {"version": "1", "sha256": HASHES[self.book], "rule_sets": [], "lists": []},
                "engine": ENGINES[self.engine],
                "dispositions": used,
                "rescreening": rescreening if self.anew else None,
            }
        )
        place = in_force_header(f"transfers/3@{self.offset}", f"{HASHES[self.book][:16]}.{SINCE[self.book]}")
        return written, [("ce_id", str(identity).encode()), (HEADER, place)]


def _id(content: str, book: int, engine: int) -> UUID:
    return uuid5(NAMESPACE, f"t|{content}|{HASHES[book]}|{ENGINES[engine]}")


@st.composite
def topics(draw: st.DrawFn) -> list[Written]:
    """What is written on one transfer, which returns to earlier versions, in any order."""
    contents = draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=5))
    written = [
        Written(content, 10 + at, book, draw(st.integers(0, 1)))
        for at, content in enumerate(contents)
        for book in draw(st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True))
    ]
    written += [
        Written(each.content, each.offset, book, draw(st.integers(0, 1)), anew=True)
        for each in written
        for book in draw(
            st.lists(st.integers(each.book + 1, 3), max_size=2, unique=True) if each.book < 3 else st.just([])
        )
    ]
    copies = draw(st.lists(st.sampled_from(written), max_size=6))
    return draw(st.permutations([*written, *copies]))


@settings(max_examples=300)
@given(written=topics(), restart=st.integers(0, 30))
def test_in_any_order_the_latest_rule_book_s_verdict_on_the_latest_version_ends_in_force(
    written: list[Written], restart: int
) -> None:
    consumer, acted = VerdictsInForce(), list[Written]()
    for at, each in enumerate(written):
        if at == restart:
            consumer = VerdictsInForce.restore(json.loads(json.dumps(consumer.state())))
        if consumer.take(*each.record) is not None:
            acted.append(each)
    last = max((each.offset, each.book) for each in written)
    assert (acted[-1].offset, acted[-1].book) == last
    assert consumer.id_of("t") == acted[-1].record[0].id
    steps = [(each.offset, each.book) for each in acted]
    assert steps == sorted(steps), "a consumer never goes back"
    assert len(set(acted)) == len(acted), "nor acts on a copy"


def test_a_transfer_that_returns_to_an_earlier_version_has_that_verdict_in_force_again() -> None:
    consumer = VerdictsInForce()
    first, second, again = Written("a", 1, 0), Written("b", 2, 0), Written("a", 3, 0)
    assert first.record[0] == again.record[0]
    assert [consumer.take(*each.record) is not None for each in (first, second, first, again)] == [
        True,
        True,
        False,
        True,
    ]


def test_a_verdict_given_anew_replaces_one_by_an_older_engine() -> None:
    consumer = VerdictsInForce()
    assert consumer.take(*Written("a", 1, 0, engine=0).record)
    anew = Written("a", 1, 1, engine=1, anew=True)
    assert consumer.take(*anew.record)
    assert consumer.take(*Written("b", 2, 0).record)
    assert consumer.take(*anew.record) is None


def test_a_worker_that_writes_late_by_an_older_rule_book_changes_nothing() -> None:
    consumer = VerdictsInForce()
    assert consumer.take(*(now := Written("a", 1, 1)).record)
    assert consumer.take(*Written("a", 1, 0).record) is None
    assert consumer.take(*Written("a", 1, 2, anew=True).record)
    assert consumer.take(*now.record) is None


def test_a_redelivered_transfer_has_the_verdict_with_the_dispositions_of_then() -> None:
    consumer = VerdictsInForce()
    assert consumer.take(*Written("a", 1, 0, dispositions=1).record)
    assert consumer.take(*(last := Written("a", 1, 0, dispositions=2)).record)
    assert consumer.take(*Written("a", 1, 0, dispositions=1).record) is None
    assert consumer.id_of("t") == last.record[0].id


@pytest.mark.parametrize("content", [b"", b"transfers/3@1", b"transfers/3@1 x", b"transfers/x@1 2", b"\xff"])
def test_a_header_of_another_form_is_as_none(content: bytes) -> None:
    assert Position.of([(HEADER, content)]) is None
    assert Position.of(None) is None


def test_offsets_of_two_partitions_are_not_compared() -> None:
    consumer, (given, _) = VerdictsInForce(), Written("a", 1, 0).record
    other = Written("b", 2, 0).record[0]
    assert consumer.take(given, [(HEADER, b"transfers/3@900 1")])
    assert consumer.take(other, [(HEADER, b"transfers/4@2 1")])
