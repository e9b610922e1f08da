"""The order of the records that put rule books in force, where one that is scheduled is called off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tidewaiter.commands import publishing
from tidewaiter.stream.rulebooks import CURRENT, RuleBookTopicState
from tidewaiter_schemas.rulebook import CurrentRuleBook

NOW = datetime.now(UTC)
FAR = datetime(2999, 1, 1, tzinfo=UTC)


def put(state: RuleBookTopicState, sha256: str, since: datetime, **said: Any) -> None:
    current = CurrentRuleBook(sha256=sha256 * 64, since=since, **said)
    state.take(SimpleNamespace(key=CURRENT, value=current.model_dump_json().encode(), headers=(), offset=state.next))


def history(state: RuleBookTopicState) -> list[str]:
    return [each.sha256[0] for each in state.history]


@pytest.mark.parametrize("written_at", [NOW, None], ids=["this release", "an earlier release"])
def test_what_is_called_off_moves_no_later_moment(written_at: datetime | None) -> None:
    state = RuleBookTopicState()
    put(state, "a", NOW - timedelta(days=1), written_at=NOW - timedelta(days=1))
    put(state, "b", FAR, scheduled=True, written_at=written_at, replaces="a" * 64)
    assert publishing._from_now(state) < datetime.now(UTC) + timedelta(minutes=1)
    assert publishing._next_in_order(state) > state.history[-1].order
    put(state, "a", publishing._from_now(state), written_at=publishing._next_in_order(state))
    assert history(state) == ["a", "a"]
    assert publishing._from_now(state) < datetime.now(UTC) + timedelta(minutes=1)


def test_one_that_came_into_force_stays_in_the_history() -> None:
    state = RuleBookTopicState()
    put(state, "a", NOW - timedelta(days=3))
    put(state, "b", NOW - timedelta(days=1), scheduled=True, written_at=NOW - timedelta(days=2))
    put(state, "c", NOW, written_at=NOW)
    assert history(state) == ["a", "b", "c"]


def test_a_clock_that_ran_ahead_is_waited_for() -> None:
    state = RuleBookTopicState()
    put(state, "a", NOW + timedelta(hours=1), written_at=NOW + timedelta(hours=1))
    assert (
        publishing._from_now(state)
        == publishing._next_in_order(state)
        == state.history[-1].since + timedelta(microseconds=1)
    )
