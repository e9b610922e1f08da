"""How much of each quota is used up: claims in the order in which they were first written, and the sums over them.

Pure and append-only: whoever adds the same claims in the same order reads the same totals, however often a claim comes
again. It never decides; `quotas` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from tidewaiter_schemas.quota import QuotaClaim


class Draws(Protocol):
    """A claim, and the day up to which the published total has everything already."""

    @property
    def claim(self) -> QuotaClaim:
        """The claim to settle."""
        ...

    @property
    def published_until(self) -> date | None:
        """Claims up to this day are in the published total and not counted a second time; None without one."""
        ...


@dataclass(frozen=True, slots=True)
class Used:
    """What was counted of one quota in one window, by unit. `transfers` of them, `unmeasured` of unknown quantity."""

    exact: Mapping[str, Decimal] = field(default_factory=dict)
    inexact: Mapping[str, Decimal] = field(default_factory=dict)
    transfers: int = 0
    unmeasured: int = 0

    def plus(self, claim: QuotaClaim, times: int = 1) -> Used:
        """With the claim counted, or taken out again when `times` is -1."""
        sums = {True: dict(self.exact), False: dict(self.inexact)}
        for amount in claim.amounts:
            of = sums[amount.exact]
            of[amount.unit] = of.get(amount.unit, Decimal()) + times * amount.amount
        return Used(sums[True], sums[False], self.transfers + times, self.unmeasured + times * claim.unmeasured)


NOTHING = Used()


@dataclass(slots=True)
class _Window:
    """Everything that ever changed the sum of one quota in one window, and its running sums by `published_until`."""

    changes: list[tuple[QuotaClaim, int]] = field(default_factory=list)
    sums: dict[date | None, list[Used]] = field(default_factory=dict)

    def sum(self, published_until: date | None, changes: int) -> Used:
        """Over the first `changes`, without those of days that the published total has."""
        running = self.sums.setdefault(published_until, [NOTHING])
        while len(running) <= changes:
            claim, times = self.changes[len(running) - 1]
            counts = published_until is None or claim.day > published_until
            running.append(running[-1].plus(claim, times) if counts else running[-1])
        return running[changes]


class QuotaLedger:
    """Claims in the order of their first appearance."""

    def __init__(self) -> None:
        self._places: dict[QuotaClaim, int] = {}
        self._current: dict[tuple[str, str], QuotaClaim] = {}
        self._windows: dict[tuple[str, date], _Window] = {}

    def __len__(self) -> int:
        return len(self._places)

    def add(self, claim: QuotaClaim) -> None:
        """Give the claim the next place, unless it has one.

        It takes the place of what was counted for the same quota and transfer. One that is not counted leaves that as
        it is: doubt about a later version does not undo what was sure.
        """
        if claim in self._places:
            return
        window = self._windows.setdefault((claim.quota, claim.window), _Window())
        whose = (claim.quota, claim.transfer_id)
        if claim.counted and (earlier := self._current.get(whose)) is not None:
            self._windows[earlier.quota, earlier.window].changes.append((earlier, -1))
        self._places[claim] = len(window.changes)
        if claim.counted:
            window.changes.append((claim, 1))
            self._current[whose] = claim

    def knows(self, claim: QuotaClaim) -> bool:
        """Whether the claim has its place."""
        return claim in self._places

    def before(self, claim: QuotaClaim, published_until: date | None) -> Used:
        """What was counted when the claim got its place, without itself. KeyError when it has none."""
        return self._windows[claim.quota, claim.window].sum(published_until, self._places[claim])

    def so_far(self, quota: str, window: date, published_until: date | None) -> Used:
        """What is counted by now."""
        of = self._windows.get((quota, window))
        return of.sum(published_until, len(of.changes)) if of else NOTHING

    def settle(self, draws: Iterable[Draws]) -> dict[QuotaClaim, Used]:
        """Add the claims in order and say what was counted before each."""
        before = {}
        for draw in draws:
            self.add(draw.claim)
            before[draw.claim] = self.before(draw.claim, draw.published_until)
        return before
