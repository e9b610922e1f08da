"""Goods x direction x nexus x day -> findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from schemas.transfer import TransferEvent
from schemas.verdict import Evidence, Finding
from service.rulebook.book import CompiledRule, RuleBook
from service.rulebook.rules import Direction
from service.screening.findings import finding_of
from service.screening.goods import GoodsMatch, RecognisedItem, goods_matches
from service.screening.money import standing
from service.screening.nexus import Nexus, Tie
from service.screening.tie import SUPPLIERS

UNKNOWN_VALUE = 0.5


def find_embargoes(
    transfer: TransferEvent,
    nexus: Nexus,
    direction: Direction,
    items: tuple[RecognisedItem, ...],
    day: date,
    book: RuleBook,
) -> list[Finding]:
    """Every rule in force on `day` that an item meets, in the order of items and rule ids."""
    tie = nexus.best(direction)
    if tie is None:
        return []
    rules = book.rules_in_force(nexus.territory.country, direction, day)
    findings = []
    for item in items:
        met = [
            (compiled, match)
            for compiled in rules
            if not compiled.rule.dealing and (match := _meets(compiled, item, day, book)) is not None
        ]
        sure_groups = {c.rule.group for c, match in met if c.rule.group and not match.doubtful}
        met = [(c, m) for c, m in met if not (m.doubtful and c.rule.group in sure_groups)]
        for compiled, match in met:
            if not any(compiled.subsidiary_to(other.rule.id) for other, _ in met):
                findings.append(_finding(compiled, match, item, tie, nexus.evidence(direction), transfer, day, book))
    return [finding for finding in findings if finding.certainty >= book.policy.review_at]


def _meets(compiled: CompiledRule, item: RecognisedItem, day: date, book: RuleBook) -> GoodsMatch | None:
    """The best of the ways in which the item is the goods of the rule and is worth enough, or may be."""
    matches = (_valued(compiled, match, item, day, book) for match in goods_matches(compiled, item))
    return max((match for match in matches if match is not None), key=lambda match: match.rank, default=None)


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
                any(words.find(text) for _, text in item.texts)
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
