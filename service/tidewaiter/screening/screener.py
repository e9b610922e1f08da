"""Screens transfers against a rule book.

In two steps, because what is left of a quota is known only once the transfer has its place among all others: `assess`
does everything else, `conclude` takes what was counted before and decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice

from tidewaiter import __version__
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.screening.authorisations import apply_authorisations
from tidewaiter.screening.case import Case, open_case
from tidewaiter.screening.control_numbers import find_control_numbers
from tidewaiter.screening.dealings import find_dealings
from tidewaiter.screening.decision import decide, in_order, is_conditional
from tidewaiter.screening.disguises import find_disguises
from tidewaiter.screening.dispositions import NONE, Dispositions
from tidewaiter.screening.document_sources import with_sources
from tidewaiter.screening.embargoes import find_goods
from tidewaiter.screening.facts.stated_texts import stated_texts
from tidewaiter.screening.findings import excepted_listings
from tidewaiter.screening.goods import recognise_items_of_all
from tidewaiter.screening.goods_in_texts import find_goods_in_texts
from tidewaiter.screening.identifier_checks import find_unreadable
from tidewaiter.screening.identity import verdict_id
from tidewaiter.screening.ledger import QuotaLedger, Tally
from tidewaiter.screening.limits import (
    Readable,
    judged_within_limits,
    more_found_than_read,
    within_limits,
)
from tidewaiter.screening.parties import find_listed_later, find_parties
from tidewaiter.screening.quotas import Draw, QuotaUsage, apply_quotas, draws_of, quota_usage
from tidewaiter.screening.reading_steps import NOT_READ
from tidewaiter.screening.subjects import names_to_read_ahead, subjects_of, texts_to_search
from tidewaiter.screening.suppression import apply_dispositions, id_with, used_by
from tidewaiter.screening.trace import Trace
from tidewaiter.screening.unknowns import find_unjudged, find_unknowns, own_finding
from tidewaiter.screening.unpackaged_law import find_unpackaged_law
from tidewaiter_schemas.quota import QuotaClaim
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Effect, Finding, Verdict

ENGINE = f"tidewaiter/{__version__}"
MOST_FINDINGS = 1_000
"""Maximum number of findings in one verdict. Nobody reads more, and a verdict that exceeds the message size limit of
its topic would block the partition."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """A case and its findings, before the totals of the quotas that it draws on. Most cases draw on none.

    `transfer` is the whole one; the case has what the limits let be read of it.
    """

    transfer: TransferEvent
    case: Case
    findings: tuple[Finding, ...]
    draws: tuple[Draw, ...] = ()


class Screener:
    """Screens against one rule book and one state of dispositions. Keeps no state of its own and reads no clock."""

    def __init__(self, book: RuleBook, dispositions: Dispositions = NONE) -> None:
        self.book, self.dispositions = book, dispositions

    def screen(self, transfers: Sequence[TransferEvent], ledger: QuotaLedger | None = None) -> list[Verdict]:
        """Return one verdict for each transfer, in order.

        `ledger` has the claims on quotas before these transfers (none when None). Their own are added in order.
        """
        ledger = QuotaLedger() if ledger is None else ledger
        return [self.conclude(assessed, ledger.settle(assessed.draws)) for assessed in self.assess(transfers)]

    def read_ahead(self, transfers: Iterable[TransferEvent]) -> Iterator[None]:
        """Look up the names of `transfers`, so that judging them in small parts takes no longer than together.

        Yields after every few milliseconds of work. Verdicts are the same with and without it.
        """
        return self.book.parties.read_ahead(chain.from_iterable(map(names_to_read_ahead, transfers)))

    def assess(self, transfers: Sequence[TransferEvent]) -> list[Assessment]:
        """Return one assessment for each transfer, in order.

        All cases are opened before the first is judged: the same code for all transfers in turn is some 2 % faster.
        """
        cases = list(self._cases(transfers))
        return [_assess(readable, case) for readable, case in cases]

    def conclude(self, assessed: Assessment, before: Mapping[QuotaClaim, Tally]) -> Verdict:
        """Return the verdict. `before` has what was counted before each claim of the assessment."""
        case, transfer = assessed.case, assessed.transfer
        findings = apply_quotas(assessed.findings, assessed.draws, before)
        findings, standing = apply_dispositions(apply_authorisations(findings, case), transfer, self.dispositions)
        decision = decide(findings)
        manifest = self.book.manifest
        base = verdict_id(transfer, manifest.sha256, ENGINE)
        used = used_by(base, standing) if standing else None
        return Verdict(
            id=base if used is None else id_with(base, used.used),
            transfer_id=transfer.id,
            decision=decision,
            conditional=is_conditional(transfer, decision),
            findings=with_sources(_strongest(in_order(findings)), transfer.document),
            rulebook=manifest,
            engine=ENGINE,
            dispositions=used,
        )

    def explain(self, transfer: TransferEvent) -> tuple[Verdict, Trace]:
        """Return the verdict on one transfer, with quotas counted from the published totals, and its trace."""
        ((readable, case),) = self._cases([transfer])
        trace = Trace(case)
        assessed = _assess(readable, case, trace)
        return self.conclude(assessed, QuotaLedger().settle(assessed.draws)), trace

    def _cases(self, transfers: Sequence[TransferEvent]) -> Iterator[tuple[Readable, Case]]:
        """Yield the readable part of each transfer, and its case.

        The names of all transfers are looked up in one batch, and so are their texts and goods.
        """
        parties, left_out = self.book.parties, self.book.policy.unread_extensions
        stated = [stated_texts(transfer, left_out) for transfer in transfers]
        readable = [within_limits(*each, left_out) for each in zip(transfers, stated, strict=True)]
        stated = [
            texts if each.part is each.whole else stated_texts(each.part, left_out)
            for each, texts in zip(readable, stated, strict=True)
        ]
        subjects = [subjects_of(each.part) for each in readable]
        searched = [texts_to_search(texts) for texts in stated]
        by_name = iter(parties.match([subject.query for group in subjects for subject in group]))
        by_text = iter(parties.mentioned([subject.query for group in searched for subject in group]))
        recognised = recognise_items_of_all([each.part.items for each in readable], self.book.goods)
        for each, texts, group, others, items in zip(readable, stated, subjects, searched, recognised, strict=True):
            candidates = (*islice(by_name, len(group)), *islice(by_text, len(others)))
            yield each, open_case(each.part, texts, (*group, *others), candidates, items, self.book)

    def quota_usage(self, ledger: QuotaLedger, day: date) -> list[QuotaUsage]:
        """Return the usage of each quota in force on `day`."""
        return quota_usage(self.book, ledger, day)


def _assess(readable: Readable, case: Case, trace: Trace | None = None) -> Assessment:
    case, not_judged = judged_within_limits(readable, case)
    findings = [*readable.beyond, *not_judged, *more_found_than_read(case)]
    excepted: dict[tuple[str, str], str] = {}
    for nexus in case.nexus:
        findings += find_goods(case, nexus, trace)
        dealings = find_dealings(case, nexus, trace)
        findings += dealings
        excepted |= excepted_listings(dealings)
        findings += find_unjudged(case, nexus, dealings)
        findings += find_unpackaged_law(case, nexus)
    findings += find_control_numbers(case)
    findings += find_goods_in_texts(case, findings)
    findings += find_parties(case, excepted)
    findings += find_listed_later(case)
    findings += find_unreadable(case)
    findings += find_unknowns(case)
    findings += find_disguises(case, findings)
    return Assessment(readable.whole, case, tuple(findings), draws_of(case, findings))


def _strongest(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings that fit into a verdict, and a note when there are more. The decision uses all of them.

    Findings on what was not read always fit.
    """
    if len(findings) <= MOST_FINDINGS:
        return findings
    told, rest = findings[:MOST_FINDINGS], findings[MOST_FINDINGS:]
    not_read = tuple(finding for finding in rest if finding.rule == NOT_READ)
    left_out = f"{len(rest) - len(not_read):,}"
    fact = f"{left_out} further findings, none stronger, are left out."
    note = own_finding("TW-FINDINGS-LEFT-OUT", "", fact, "findings", left_out, Effect.INFO)
    return (*told, *not_read, note)
