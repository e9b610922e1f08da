"""Keep claims on quotas in the order in which they were first written, and the sums over them.

Pure and append-only: adding the same claims in the same order gives the same totals, however often a claim is repeated.
The ledger makes no decisions; `quotas` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from typing import Protocol

from tidewaiter.goods.amounts.cap_quantities import PRECISION
from tidewaiter_schemas.quota import QuotaClaim


class Draws(Protocol):
    """A claim, and the day up to which the published total includes all claims."""

    @property
    def claim(self) -> QuotaClaim:
        """Return the claim to settle."""
        ...

    @property
    def published_until(self) -> date | None:
        """Return the last day that the published total includes; None without a total.

        Claims up to this day are not counted again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Tally:
    """The amounts counted on one quota in one window, by unit, and the number of transfers in total and of unknown
    quantity."""

    exact: Mapping[str, Decimal] = field(default_factory=dict)
    inexact: Mapping[str, Decimal] = field(default_factory=dict)
    transfers: int = 0
    unmeasured: int = 0

    def plus(self, claim: QuotaClaim, times: int = 1) -> Tally:
        """Return the tally with the claim added, or removed when `times` is -1."""
        sums = {True: dict(self.exact), False: dict(self.inexact)}
        with localcontext(prec=PRECISION):  # at the default 28 digits, adding and removing a huge claim loses the sum
            for amount in claim.amounts:
                of = sums[amount.exact]
                of[amount.unit] = of.get(amount.unit, Decimal()) + times * amount.amount
        return Tally(sums[True], sums[False], self.transfers + times, self.unmeasured + times * claim.unmeasured)


NOTHING = Tally()


@dataclass(slots=True)
class _Window:
    """All changes to the sum of one quota in one window, and the running sums by `published_until`."""

    changes: list[tuple[QuotaClaim, int]] = field(default_factory=list)
    sums: dict[date | None, list[Tally]] = field(default_factory=dict)

    def sum(self, published_until: date | None, changes: int) -> Tally:
        """Return the sum over the first `changes`, without claims that the published total includes."""
        running = self.sums.setdefault(published_until, [NOTHING])
        while len(running) <= changes:
            claim, times = self.changes[len(running) - 1]
            counts = published_until is None or claim.day > published_until
            running.append(running[-1].plus(claim, times) if counts else running[-1])
        return running[changes]


class QuotaLedger:
    """Claims in the order of their first appearance, and the tally before each."""

    def __init__(self) -> None:
        self._places: dict[QuotaClaim, int] = {}
        self._current: dict[tuple[str, str], QuotaClaim] = {}
        self._windows: dict[tuple[str, date], _Window] = {}

    def __len__(self) -> int:
        return len(self._places)

    def add(self, claim: QuotaClaim) -> None:
        """Append the claim, unless the ledger already has it.

        It replaces the counted claim on the same quota by the same transfer. A claim that is not counted replaces
        nothing: doubt about a later version of a transfer does not undo a certain earlier one.
        """
        if claim in self._places:
            return
        window = self._windows.setdefault((claim.quota, claim.window), _Window())
        key = (claim.quota, claim.transfer_id)
        if claim.counted and (earlier := self._current.get(key)) is not None:
            self._windows[earlier.quota, earlier.window].changes.append((earlier, -1))
        self._places[claim] = len(window.changes)
        if claim.counted:
            window.changes.append((claim, 1))
            self._current[key] = claim

    def knows(self, claim: QuotaClaim) -> bool:
        """Return whether the ledger has the claim."""
        return claim in self._places

    def before(self, claim: QuotaClaim, published_until: date | None) -> Tally:
        """Return the tally at the time when the claim was added. Raise KeyError for an unknown claim."""
        return self._windows[claim.quota, claim.window].sum(published_until, self._places[claim])

    def if_added(self, claim: QuotaClaim, published_until: date | None) -> Tally:
        """Return the tally before the claim: its own if the ledger has it, else as if it were added now."""
        if claim in self._places:
            return self.before(claim, published_until)
        tally = self.so_far(claim.quota, claim.window, published_until)
        earlier = self._current.get((claim.quota, claim.transfer_id)) if claim.counted else None
        if (
            earlier is not None
            and earlier.window == claim.window
            and (published_until is None or earlier.day > published_until)
        ):
            return tally.plus(earlier, -1)
        return tally

    def so_far(self, quota: str, window: date, published_until: date | None) -> Tally:
        """Return the current tally of the quota in the window."""
        of = self._windows.get((quota, window))
        return of.sum(published_until, len(of.changes)) if of else NOTHING

    def settle(self, draws: Iterable[Draws]) -> dict[QuotaClaim, Tally]:
        """Add the claims in order and return the tally before each."""
        before = {}
        for draw in draws:
            self.add(draw.claim)
            before[draw.claim] = self.before(draw.claim, draw.published_until)
        return before


class StandingClaims:
    """The claims on quotas as they are. A claim that is not there is taken to come after all others."""

    def __init__(self, ledger: QuotaLedger) -> None:
        self._ledger = ledger

    def settle(self, draws: Iterable[Draws]) -> Mapping[QuotaClaim, Tally]:
        """Return the tally before each claim, and add none."""
        return {draw.claim: self._before(draw) for draw in draws}

    def _before(self, draw: Draws) -> Tally:
        claim, ledger = draw.claim, self._ledger
        if ledger.knows(claim):
            return ledger.before(claim, draw.published_until)
        return ledger.so_far(claim.quota, claim.window, draw.published_until)
