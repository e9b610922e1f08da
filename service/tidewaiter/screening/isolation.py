"""Judge a batch so that an engine failure on one transfer does not affect the verdicts of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    """A screener: returns one assessment per transfer, in order, and a verdict for each assessment."""

    def assess(self, transfers: Sequence[TransferEvent]) -> list[Assessment]:
        """Return one assessment per transfer: everything except the totals of quotas."""
        ...

    def read_ahead(self, transfers: Iterable[TransferEvent]) -> Iterator[None]:
        """Do work that judging all `transfers` shares, and yield after every few milliseconds of it."""
        ...

    def conclude(self, assessed: Assessment, before: Mapping[QuotaClaim, Tally]) -> Verdict:
        """Return the verdict, given the tally before each claim."""
        ...


def read_ahead(screener: Judges, transfers: Sequence[TransferEvent]) -> Iterator[None]:
    """Let the screener read `transfers` before they are judged in parts. Yields between steps; never raises a fault.

    A fault ends the reading: whatever causes it is found when the transfers are judged.
    """
    try:
        yield from screener.read_ahead(transfers)
    except NOT_THE_RECORD:
        raise
    except Exception:
        return


def judge_each(
    screener: Judges, transfers: Sequence[TransferEvent], unrepeated: Callable[[EngineFault], None] | None = None
) -> list[Verdict | Assessment | EngineFault]:
    """Return one result per transfer: its verdict, its assessment if it draws on a quota, or the engine's fault.

    A claim on a quota is permanent, so a transfer that cannot be judged must not make one. A transfer that draws on a
    quota is therefore concluded once as a trial before its assessment is returned. `unrepeated` is called with each
    fault that did not recur and so cost no verdict.
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
    """Do nothing. The default for `unrepeated`."""


def each_apart(
    work: Callable[[Sequence[V]], list[A]],
    values: Sequence[V],
    unrepeated: Callable[[EngineFault], None] = _ignored,
) -> list[A | EngineFault]:
    """Return the result of `work` for each of `values`, or a fault for each value on which it raises.

    `work` returns one result per value. All values are tried together first; when that raises, each half is tried,
    down to single values. A value gets a fault only after `work` raised on it both in a group and alone, or twice
    alone, so that a transient fault costs no verdict; `unrepeated` is called with it instead. Errors that no value
    causes (`NOT_THE_RECORD`) are raised.
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
    """Return the second half, then the first, so that a stack pops them in order; a single value as it is."""
    middle = len(values) // 2
    return [half for half in (values[middle:], values[:middle]) if half]
