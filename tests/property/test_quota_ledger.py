"""Whatever the order of writes, reads, crashes and restarts: one place for each claim, for ever, and each counted once.

The log, the workers and their crashes are modelled; what gives a claim its place, and sums, is the ledger itself.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tidewaiter.screening.ledger import QuotaLedger, Tally
from tidewaiter_schemas.quota import QuotaAmount, QuotaClaim

WINDOWS = [date(2024, 1, 1), date(2025, 1, 1)]
UNITS = st.sampled_from(["bbl", "t"])
CLAIMS = st.builds(
    lambda transfer, version, window, day, counted, amounts, unmeasured: QuotaClaim(
        quota="Q",
        window=WINDOWS[window],
        transfer_id=f"t{transfer}",
        content_sha256=f"{transfer * 10 + version:064x}",
        day=WINDOWS[window].replace(month=day),
        counted=counted,
        amounts=tuple(
            QuotaAmount.model_validate({"amount": amount, "unit": unit, "exact": exact})
            for amount, unit, exact in (amounts if counted else ())
        ),
        unmeasured=unmeasured and counted,
    ),
    st.integers(0, 5),
    st.integers(0, 2),
    st.integers(0, 1),
    st.integers(1, 3),
    st.sampled_from([True, True, True, False]),
    st.lists(st.tuples(st.integers(0, 5), UNITS, st.booleans()), max_size=2),
    st.booleans(),
)
PUBLISHED = st.sampled_from([None, date(2024, 1, 1), date(2024, 2, 1), date(2025, 2, 1)])


def counted_by_hand(log: list[QuotaClaim], claim: QuotaClaim, published_until: date | None) -> Tally:
    """What was counted before the first record of `claim`: the last counted claim of every other transfer."""
    current: dict[str, QuotaClaim] = {}
    for place, record in enumerate(log[: log.index(claim)]):
        if record.counted and record not in log[:place]:
            current[record.transfer_id] = record
    if claim.counted:
        current.pop(claim.transfer_id, None)
    of = [c for c in current.values() if c.window == claim.window and (not published_until or c.day > published_until)]
    return Tally(
        {unit: total for unit in ("bbl", "t") if (total := _sum(of, unit, True))},
        {unit: total for unit in ("bbl", "t") if (total := _sum(of, unit, False))},
        len(of),
        sum(c.unmeasured for c in of),
    )


def _sum(claims: list[QuotaClaim], unit: str, exact: bool) -> Decimal:
    amounts = [amount for claim in claims for amount in claim.amounts]
    return sum((a.amount for a in amounts if a.unit == unit and a.exact is exact), Decimal())


def _bare(used: Tally) -> Tally:
    """Without units of which nothing is left."""
    exact, inexact = ({u: a for u, a in sums.items() if a} for sums in (used.exact, used.inexact))
    return Tally(exact, inexact, used.transfers, used.unmeasured)


class Worker:
    """What a worker knows: the log up to where it has read."""

    def __init__(self) -> None:
        self.ledger, self.read = QuotaLedger(), 0

    def reads(self, log: list[QuotaClaim], to: int | None = None) -> None:
        for record in log[self.read : to]:
            self.ledger.add(QuotaClaim.model_validate_json(record.model_dump_json()))
            self.read += 1


class Quotas(RuleBasedStateMachine):
    """Two workers, one log, and claims that are settled again and again."""

    @initialize()
    def begins(self) -> None:
        self.log: list[QuotaClaim] = []
        self.workers = [Worker(), Worker()]
        self.told: dict[tuple[QuotaClaim, date | None], Tally] = {}

    @rule(number=st.integers(0, 1), claim=CLAIMS, published_until=PUBLISHED, twice=st.booleans())
    def settles(self, number: int, claim: QuotaClaim, published_until: date | None, twice: bool) -> None:
        """As in the stream: write unless known, perhaps twice (a producer that tries again), read through it, ask."""
        worker = self.workers[number]
        if not worker.ledger.knows(claim):
            self.log.extend([claim] * (1 + twice))
        worker.reads(self.log)
        told = worker.ledger.before(claim, published_until)
        assert _bare(told) == counted_by_hand(self.log, claim, published_until)
        assert self.told.setdefault((claim, published_until), told) == told, "a redelivery was told something else"

    @rule(claim=CLAIMS)
    def writes_and_dies_before_reading(self, claim: QuotaClaim) -> None:
        self.log.append(claim)
        self.workers[0] = Worker()

    @rule(number=st.integers(0, 1))
    def restarts(self, number: int) -> None:
        self.workers[number] = Worker()

    @rule(number=st.integers(0, 1), share=st.floats(0, 1))
    def reads_some(self, number: int, share: float) -> None:
        worker = self.workers[number]
        worker.reads(self.log, worker.read + int(share * (len(self.log) - worker.read)))

    def teardown(self) -> None:
        """Everything that was told stands for ever."""
        fresh = Worker()
        fresh.reads(self.log)
        for (claim, published_until), told in self.told.items():
            assert fresh.ledger.before(claim, published_until) == told


Quotas.TestCase.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)
TestQuotas = Quotas.TestCase
