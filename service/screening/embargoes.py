"""Goods x direction x nexus x day -> findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schemas.verdict import Evidence, Finding
from service.rulebook.book import CompiledRule, RuleBook
from service.rulebook.rules import Direction, Threshold
from service.screening.findings import finding_of
from service.screening.goods import GoodsMatch, RecognisedItem, match_goods
from service.screening.nexus import Nexus, Tie

UNKNOWN_VALUE = 0.5


@dataclass(frozen=True, slots=True)
class Value:
    """How an item's value stands to a rule's threshold: `met` surely, or not known well enough to say."""

    sure: bool
    sentence: str = ""


def find_embargoes(
    nexus: Nexus, direction: Direction, items: tuple[RecognisedItem, ...], day: date, book: RuleBook
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
            if not compiled.rule.dealing and (match := _meets(compiled, item)) is not None
        ]
        sure_groups = {compiled.rule.group for compiled, match in met if not match.doubtful}
        met = [(c, m) for c, m in met if not (m.doubtful and c.rule.group in sure_groups)]
        for compiled, match in met:
            if not any(compiled.subsidiary_to(other.rule.id) for other, _ in met):
                findings.append(_finding(compiled, match, item, tie, nexus.evidence(direction), day, book))
    return [finding for finding in findings if finding.certainty >= book.policy.review_at]


def _meets(compiled: CompiledRule, item: RecognisedItem) -> GoodsMatch | None:
    match = match_goods(compiled, item)
    threshold = compiled.rule.threshold
    if match is None or threshold is None:
        return match
    value = _over(threshold, item)
    if value is None:
        return None
    evidence = Evidence(
        kind="value",
        subject=f"{item.pointer}/value" if item.item.value else item.pointer,
        value=f"{item.item.value.amount:f} {item.item.value.currency}" if item.item.value else "unknown",
        matched=f"{threshold.operator} {threshold.amount:f} {threshold.currency}",
    )
    return GoodsMatch(
        match.certainty if value.sure else min(match.certainty, UNKNOWN_VALUE),
        match.sentence + value.sentence,
        (*match.evidence, evidence),
        match.doubtful,
    )


def _over(threshold: Threshold, item: RecognisedItem) -> Value | None:
    """None when the item is surely not worth more than the threshold. What is not known is not innocence."""
    value = item.item.value
    if value is None:
        return Value(False, ", of unknown value")
    if value.currency != threshold.currency:
        return Value(False, f", of a value in {value.currency} that has no rate to {threshold.currency} here")
    amount, quantity = value.amount, item.item.quantity
    if threshold.basis == "unit" and quantity is not None and quantity > 1:
        amount = amount / quantity
    elif threshold.basis == "unit" and quantity is None and amount > threshold.amount:
        return Value(False, ", of unknown value each")
    if amount == threshold.amount and threshold.boundary == "review":
        return Value(False, f", worth exactly {_money(threshold.amount)} {threshold.currency}")
    over = amount >= threshold.amount if threshold.operator == ">=" else amount > threshold.amount
    return Value(True, f", worth more than {_money(threshold.amount)} {threshold.currency}") if over else None


def _finding(
    compiled: CompiledRule,
    match: GoodsMatch,
    item: RecognisedItem,
    tie: Tie,
    ties: tuple[Evidence, ...],
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
    )


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}".removesuffix(".00")
