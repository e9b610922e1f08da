"""Judge a batch so that what one transfer makes the engine raise costs no other its verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol, TypeVar

from tidewaiter.errors import NOT_THE_RECORD, EngineFault
from tidewaiter.screening.ledger import NOTHING, Tally
from tidewaiter.screening.screener import Assessment
from tidewaiter.wire.cloudevents import canonical
from tidewaiter_schemas.quota import QuotaClaim
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Verdict

V = TypeVar("V")
A = TypeVar("A")


class Judges(Protocol):
    """A screener: as many assessments as transfers, in their order, and a verdict of each."""

    def assess(self, transfers: Sequence[TransferEvent]) -> list[Assessment]:
        """Judge the transfers, but for the totals of quotas."""
        ...

    def conclude(self, assessed: Assessment, before: Mapping[QuotaClaim, Tally]) -> Verdict:
        """Decide, given what was counted before each claim."""
        ...


def judge_each(
    screener: Judges, transfers: Sequence[TransferEvent], unrepeated: Callable[[EngineFault], None] | None = None
) -> list[Verdict | Assessment | EngineFault]:
    """Return the verdict on each transfer; the assessment where it draws on a quota, a fault where the engine fails.

    A claim on a quota counts for ever, and a transfer that cannot be judged must make none. So one that draws on a
    quota is judged for trial before its assessment is returned. `unrepeated` hears of a fault that costs no verdict.
    """
    return each_apart(partial(_judged, screener), transfers, unrepeated or _ignored)


def _judged(screener: Judges, transfers: Sequence[TransferEvent]) -> list[Verdict | Assessment]:
    return [_concluded(screener, assessed) for assessed in screener.assess(transfers)]


def _concluded(screener: Judges, assessed: Assessment) -> Verdict | Assessment:
    if not assessed.draws:
        return screener.conclude(assessed, {})
    canonical(screener.conclude(assessed, {draw.claim: NOTHING for draw in assessed.draws}))
    return assessed


def _ignored(_: EngineFault) -> None:
    """Take no notice."""


def each_apart(
    work: Callable[[Sequence[V]], list[A]],
    values: Sequence[V],
    unrepeated: Callable[[EngineFault], None] = _ignored,
) -> list[A | EngineFault]:
    """Return what `work`, which answers one for one, answers to `values`; a fault for each value on which it raises.

    All values are tried together first, and where that raises by halves, down to single ones. A value has a fault only
    after `work` raised on it alone and in company, or twice alone, so that a passing fault costs nobody a verdict:
    `unrepeated` hears of that one. Raises what no value is the cause of (NOT_THE_RECORD).
    """
    try:
        return list(work(values))
    except NOT_THE_RECORD:
        raise
    except Exception as error:
        first, parts = EngineFault.of(error), _halves(values)
    answers: list[A | EngineFault] = []
    while parts:
        part = parts.pop()
        try:
            answers += work(part)
        except NOT_THE_RECORD:
            raise
        except Exception as error:
            if len(part) == 1:
                answers.append(EngineFault.of(error))
            else:
                parts += _halves(part)
    if not any(isinstance(answer, EngineFault) for answer in answers):
        unrepeated(first)
    return answers


def _halves(values: Sequence[V]) -> list[Sequence[V]]:
    """The second half and the first, which a stack takes in the order of the values; a single value as it is."""
    middle = len(values) // 2
    return [half for half in (values[middle:], values[:middle]) if half]
