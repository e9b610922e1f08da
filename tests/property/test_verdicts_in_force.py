"""A consumer acts on each verdict once, and ends with the one that counts, whatever is delivered twice or late."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.rescreening.rescreener import rescreened_id
from tidewaiter.screening.identity import NAMESPACE
from tidewaiter_schemas.in_force import VerdictsInForce
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


@pytest.mark.parametrize("state", [{"t": []}, {"t": ["no id"]}, {"t": None}, {"t": [1]}])
def test_a_state_that_is_none_is_refused(state: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="t: is not what"):
        VerdictsInForce.restore(state)


def test_a_transfer_that_is_forgotten_begins_anew() -> None:
    consumer = VerdictsInForce()
    assert consumer.take(verdict("t", 1, 0))
    consumer.forget(["t", "nobody"])
    assert len(consumer) == 0
    assert consumer.take(verdict("t", 1, 0))
