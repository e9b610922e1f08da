"""Goods x direction x nexus x day -> findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from enum import Enum, auto

from schemas.transfer import TransferEvent
from schemas.verdict import Evidence, Finding
from service.rulebook.book import CompiledRule, RuleBook
from service.rulebook.rules import Direction
from service.rulebook.wording import in_force
from service.screening.findings import finding_of
from service.screening.goods import GoodsMatch, RecognisedItem, goods_matches
from service.screening.money import standing
from service.screening.nexus import Nexus, Tie
from service.screening.tie import SUPPLIERS
from service.screening.trace import Status, Trace, tell_finding

UNKNOWN_VALUE = 0.5


class Unmet(Enum):
    """Why an item does not meet a rule on goods."""

    GOODS = auto()
    VALUE = auto()


def find_embargoes(
    transfer: TransferEvent,
    nexus: Nexus,
    direction: Direction,
    items: tuple[RecognisedItem, ...],
    day: date,
    book: RuleBook,
    trace: Trace | None = None,
) -> list[Finding]:
    """Every rule in force on `day` that an item meets, in the order of items and rule ids.

    `trace` is told why of each rule in `direction`.
    """
    country, tie = nexus.territory.country, nexus.best(direction)
    if trace is not None:
        _tell_before_goods(trace, country, direction, day, book, tied=tie is not None, items=bool(items))
    if tie is None:
        return []
    rules = book.rules_in_force(country, direction, day)
    findings = []
    for item in items:
        judged = [(compiled, _meets(compiled, item, day, book)) for compiled in rules if not compiled.rule.dealing]
        met = [(compiled, match) for compiled, match in judged if isinstance(match, GoodsMatch)]
        sure_groups = {c.rule.group for c, match in met if c.rule.group and not match.doubtful}
        speaking = [(c, m) for c, m in met if not (m.doubtful and c.rule.group in sure_groups)]
        for compiled, match in speaking:
            beside = next((other.rule.id for other, _ in speaking if compiled.silent_beside(other)), None)
            if beside is not None:
                if trace is not None:
                    trace.tell(compiled, country, Status.SILENT, item.pointer, f"{beside} speaks of the same item")
                continue
            finding = _finding(compiled, match, item, tie, nexus.evidence(direction), transfer, day, book)
            if finding.certainty >= book.policy.review_at:
                findings.append(finding)
            if trace is not None:
                tell_finding(trace, compiled, country, finding, book)
        if trace is not None:
            _tell_unmet(trace, country, item, judged, met, speaking)
    return findings


def _tell_before_goods(
    trace: Trace, country: str, direction: Direction, day: date, book: RuleBook, *, tied: bool, items: bool
) -> None:
    for compiled in book.rules.get((country, direction), ()):
        if compiled.rule.dealing:
            continue
        if not compiled.rule.in_force.covers(day):
            trace.tell(compiled, country, Status.NOT_IN_FORCE, why=in_force(compiled.rule.in_force))
        elif not tied:
            trace.tell(compiled, country, Status.NO_TIE, why=f"nothing goes {direction} {country}")
        elif not items:
            trace.tell(compiled, country, Status.NO_ITEMS)


def _tell_unmet(
    trace: Trace,
    country: str,
    item: RecognisedItem,
    judged: Sequence[tuple[CompiledRule, GoodsMatch | Unmet]],
    met: Sequence[tuple[CompiledRule, GoodsMatch]],
    speaking: Sequence[tuple[CompiledRule, GoodsMatch]],
) -> None:
    heard = {compiled.rule.id for compiled, _ in speaking}
    for compiled, match in met:
        if compiled.rule.id not in heard:
            why = f"it {match.sentence}, too short to tell, and a surer rule of group {compiled.rule.group} speaks"
            trace.tell(compiled, country, Status.COVERED, item.pointer, why)
    for compiled, unmet in judged:
        if unmet is Unmet.VALUE:
            trace.tell(compiled, country, Status.VALUE, item.pointer, "what it is worth is under the threshold")
        elif unmet is Unmet.GOODS:
            trace.tell(compiled, country, Status.GOODS, item.pointer)


def _meets(compiled: CompiledRule, item: RecognisedItem, day: date, book: RuleBook) -> GoodsMatch | Unmet:
    """The best of the ways in which the item is the goods of the rule and is worth enough, or may be."""
    best: GoodsMatch | None = None
    unmet = Unmet.GOODS
    for match in goods_matches(compiled, item):
        valued = _valued(compiled, match, item, day, book)
        if valued is None:
            unmet = Unmet.VALUE
        elif best is None or valued.rank > best.rank:
            best = valued
    return unmet if best is None else best


def _valued(
    compiled: CompiledRule, match: GoodsMatch, item: RecognisedItem, day: date, book: RuleBook
) -> GoodsMatch | None:
    threshold = match.threshold or compiled.rule.threshold
    if threshold is None:
        return match
    stands = standing(threshold, item, day, book.rates)
    if stands is None:
        return None
    return replace(
        match,
        certainty=match.certainty if stands.met else min(match.certainty, UNKNOWN_VALUE),
        sentence=match.sentence + stands.sentence,
        evidence=(*match.evidence, *stands.evidence),
    )


def _out_of_reach(compiled: CompiledRule, item: RecognisedItem, transfer: TransferEvent) -> tuple[str, ...]:
    """Why the law may not reach the goods: nothing shows that they come from where it does."""
    reach = compiled.rule.reach
    if not reach or item.item.origin in reach:
        return ()
    origin = transfer.route.origin if transfer.route else None
    if origin is not None and origin.country in reach:
        return ()
    if any(party.role in SUPPLIERS and not set(reach).isdisjoint(party.countries) for party in transfer.parties):
        return ()
    return (f"nothing shows that the goods come from {' or '.join(reach)}, where this law reaches",)


def _finding(
    compiled: CompiledRule,
    match: GoodsMatch,
    item: RecognisedItem,
    tie: Tie,
    ties: tuple[Evidence, ...],
    transfer: TransferEvent,
    day: date,
    book: RuleBook,
) -> Finding:
    clause = next(
        (
            clause
            for clause, words in zip(compiled.rule.exceptions, compiled.exception_words, strict=True)
            if clause.stands_on(day)
            and (
                any(words.find_in(text) for _, text in item.texts)
                or any(heading.code.startswith(clause.hs) for heading in item.recognition.headings)
            )
        ),
        None,
    )
    return finding_of(
        compiled,
        book,
        subject=item.pointer,
        certainty=min(match.certainty, tie.certainty),
        sentence=f"“{item.label}” {match.sentence} and {tie.sentence}.",
        evidence=(*match.evidence, *ties),
        exception=clause,
        doubts=(*match.doubts, *_out_of_reach(compiled, item, transfer)),
    )
