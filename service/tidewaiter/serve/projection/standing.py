"""The state of a verdict in the queue, from its findings and the dispositions of them.

A function of what is recorded: it reads no clock, so the same records give the same queue. A disposition that expires
reopens nothing: it only stops suppressing later findings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select, update

from tidewaiter.serve.projection.tables import State, dispositions, findings, verdicts
from tidewaiter_schemas.disposition import Judgement
from tidewaiter_schemas.verdict import Effect

PROPOSED: Final = "false_positive_proposed"
"""The judgement of an analyst where a second person is asked for. It suppresses nothing until it is approved."""
_IN: Final = 400
_COUNTING: Final = (Effect.BLOCK.value, Effect.REVIEW.value)
_ENDS: Final = frozenset({Judgement.FALSE_POSITIVE.value, Judgement.TRUE_MATCH.value, Judgement.PERMIT_VERIFIED.value})


def settle(connection: Connection, ids: Sequence[str], *, four_eyes: bool) -> None:
    """Compute the state of these verdicts again. Verdicts that are not there, clear or replaced stay as they are."""
    for at in range(0, len(ids), _IN):
        some = ids[at : at + _IN]
        standing = {
            row.id: row.state
            for row in connection.execute(select(verdicts.c.id, verdicts.c.state).where(verdicts.c.id.in_(some)))
        }
        counting: dict[str, list[Any]] = defaultdict(list)
        for row in connection.execute(
            select(findings.c.verdict_id, findings.c.rule, findings.c.subject).where(
                findings.c.verdict_id.in_(some),
                findings.c.effect.in_(_COUNTING),
                findings.c.suppressed_by.is_(None),
            )
        ):
            counting[row.verdict_id].append(row)
        judged: dict[str, list[Any]] = defaultdict(list)
        for row in connection.execute(
            select(dispositions)
            .where(dispositions.c.verdict_id.in_(some), dispositions.c.withdrawn_ms.is_(None))
            .order_by(dispositions.c.offset)
        ):
            judged[row.verdict_id].append(row)
        for identity, state in standing.items():
            if state in (State.CLEAR, State.REPLACED):
                continue
            now = state_of(counting[identity], judged[identity], four_eyes=four_eyes)
            if now != state:
                connection.execute(update(verdicts).where(verdicts.c.id == identity).values(state=now))


def state_of(counting: Iterable[Any], judged: Sequence[Any], *, four_eyes: bool) -> State:
    """Return the state of a review or block. `judged` are the dispositions that stand, in their order."""
    open_, escalated, waiting = False, False, False
    for finding in counting:
        last = latest(judged, finding.rule, finding.subject)
        if last is None:
            open_ = True
        elif last.judgement == Judgement.TRUE_MATCH:
            return State.DECIDED
        elif last.judgement == PROPOSED or (
            four_eyes and last.judgement == Judgement.FALSE_POSITIVE and last.approved_by is None
        ):
            waiting = True
        elif last.judgement not in _ENDS:
            escalated = True
    if escalated:
        return State.ESCALATED
    if open_:
        return State.OPEN
    return State.AWAITING_APPROVAL if waiting else State.DECIDED


def latest(judged: Sequence[Any], rule: str, subject: str) -> Any | None:
    """Return the last disposition of a finding; one without a subject is of every finding of its rule."""
    of_it = [each for each in judged if each.rule == rule and each.subject in (None, subject)]
    return of_it[-1] if of_it else None
