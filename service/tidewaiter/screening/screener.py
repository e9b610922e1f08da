"""A batch of transfers and a rule book in, verdicts out.

In two steps, because what a quota has left is known only once the transfer has its place among all others: `assess`
finds everything else, `conclude` takes what was counted before and decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from itertools import islice

from tidewaiter import __version__
from tidewaiter.matching.query import Candidate
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening.authorisations import apply_authorisations
from tidewaiter.screening.dealings import find_dealings
from tidewaiter.screening.decision import decide, in_order, is_conditional
from tidewaiter.screening.embargoes import find_embargoes
from tidewaiter.screening.findings import excepted_listings
from tidewaiter.screening.goods import RecognisedItem, recognise_items
from tidewaiter.screening.identifier_checks import find_unreadable
from tidewaiter.screening.identity import verdict_id
from tidewaiter.screening.ledger import QuotaLedger, Used
from tidewaiter.screening.nexus.nexus import find_nexus
from tidewaiter.screening.parties import (
    Subject,
    find_parties,
    hits_by_party,
    hits_of,
    party_ties,
    subjects_of,
    vessel_ties,
)
from tidewaiter.screening.quotas import Draw, Standing, draws_of, standings, weigh
from tidewaiter.screening.trace import Trace
from tidewaiter.screening.unknowns import find_unjudged, find_unknowns, own_finding
from tidewaiter_schemas.quota import QuotaClaim
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Effect, Finding, Verdict

ENGINE = f"tidewaiter/{__version__}"
MOST_FINDINGS = 1_000
"""In one verdict. Nobody reads more, and a verdict that no topic takes would stop its partition."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that is known of a transfer but the totals of the quotas it draws on. Most draw on none."""

    transfer: TransferEvent
    day: date
    items: tuple[RecognisedItem, ...]
    findings: tuple[Finding, ...]
    draws: tuple[Draw, ...] = ()


class Screener:
    """Screens against one rule book. Keeps no state between transfers and reads no clock."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book

    def screen(self, transfers: Sequence[TransferEvent], ledger: QuotaLedger | None = None) -> list[Verdict]:
        """One verdict for each transfer, in order. `ledger` has what quotas were drawn on before; nothing, when None.

        The transfers are added to it in their order.
        """
        ledger = QuotaLedger() if ledger is None else ledger
        return [self.conclude(assessed, ledger.settle(assessed.draws)) for assessed in self.assess(transfers)]

    def assess(self, transfers: Sequence[TransferEvent]) -> list[Assessment]:
        """One assessment for each transfer, in order."""
        subjects = [subjects_of(transfer) for transfer in transfers]
        candidates = iter(self.book.parties.match([subject.query for group in subjects for subject in group]))
        return [
            self._assess(transfer, group, tuple(islice(candidates, len(group))))
            for transfer, group in zip(transfers, subjects, strict=True)
        ]

    def conclude(self, assessed: Assessment, before: Mapping[QuotaClaim, Used]) -> Verdict:
        """The verdict. `before` has what was counted before each claim of the assessment's draws."""
        transfer = assessed.transfer
        findings = weigh(assessed.findings, assessed.draws, before)
        findings = apply_authorisations(findings, transfer, assessed.items, assessed.day, self.book)
        decision = decide(findings)
        manifest = self.book.manifest
        return Verdict(
            id=verdict_id(transfer, manifest.sha256, ENGINE),
            transfer_id=transfer.id,
            decision=decision,
            conditional=is_conditional(transfer, decision),
            findings=_told(in_order(findings)),
            rulebook=manifest,
            engine=ENGINE,
        )

    def explain(self, transfer: TransferEvent) -> tuple[Verdict, Trace]:
        """The verdict on one transfer, quotas counted from the published totals on, and what became of each rule."""
        subjects, trace = subjects_of(transfer), Trace()
        candidates = tuple(self.book.parties.match([subject.query for subject in subjects]))
        assessed = self._assess(transfer, subjects, candidates, trace)
        return self.conclude(assessed, QuotaLedger().settle(assessed.draws)), trace

    def standings(self, ledger: QuotaLedger, day: date) -> list[Standing]:
        """How each quota in force on `day` stands."""
        return standings(self.book, ledger, day)

    def _assess(
        self,
        transfer: TransferEvent,
        subjects: tuple[Subject, ...],
        candidates: tuple[tuple[Candidate, ...], ...],
        trace: Trace | None = None,
    ) -> Assessment:
        day = law_day(transfer)
        hits = hits_of(subjects, candidates, day, self.book.policy)
        items = recognise_items(transfer.items, self.book.goods)
        ties = party_ties(hits)
        for number, named in vessel_ties(transfer, day, self.book).items():
            ties[number] = (*ties.get(number, ()), *named)
        nexus = find_nexus(transfer, self.book, ties)
        if trace is not None:
            trace.day, trace.items, trace.nexus = day, items, nexus
        findings: list[Finding] = []
        by_party = hits_by_party(hits)
        excepted: dict[tuple[str, str], str] = {}
        for tied in nexus:
            for direction in (Direction.TO, Direction.FROM):
                findings += find_embargoes(transfer, tied, direction, items, day, self.book, trace)
            dealings = find_dealings(transfer, tied, items, by_party, day, self.book, trace)
            findings += dealings
            excepted |= excepted_listings(dealings)
            findings += find_unjudged(transfer, tied, items, dealings, day, self.book)
        findings += find_parties(hits, self.book, excepted)
        findings += find_unreadable(transfer, subjects)
        findings += find_unknowns(transfer, day, nexus, items)
        return Assessment(transfer, day, items, tuple(findings), draws_of(findings, transfer, items, day, self.book))


def _told(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those that a verdict has room for, the strongest; and that there are more. All have decided."""
    if len(findings) <= MOST_FINDINGS:
        return findings
    left_out = f"{len(findings) - MOST_FINDINGS:,}"
    fact = f"{left_out} further findings, none stronger, are left out."
    return (*findings[:MOST_FINDINGS], own_finding("TW-FINDINGS-LEFT-OUT", "", fact, "findings", left_out, Effect.INFO))


def law_day(transfer: TransferEvent) -> date:
    """The day whose law judges the transfer: the UTC day on which it happened."""
    return transfer.occurred_at.astimezone(UTC).date()
