"""What a met rule asks for: its finding, weakened by everything that is not settled."""

from __future__ import annotations

from schemas.verdict import Effect, Evidence, Finding
from service.rulebook.book import CompiledRule, RuleBook
from service.rulebook.rules import ExceptionClause


def finding_of(
    compiled: CompiledRule,
    book: RuleBook,
    *,
    subject: str,
    certainty: float,
    sentence: str,
    evidence: tuple[Evidence, ...],
    exception: ExceptionClause | None,
    doubts: tuple[str, ...] = (),
) -> Finding:
    """The finding that `compiled` is met at `subject`, so surely.

    `sentence` says by what; the law's own words follow. `doubts` are further reasons why only a person can decide.
    It blocks only when the law is verified or known well, no exception speaks for the transfer, the facts settle it,
    and the operator is bound.
    """
    rule = compiled.rule
    certainty = round(certainty, 2)
    weaker = list(doubts)
    if rule.confidence == "C":
        weaker.append("the text of this rule is still to be checked")
    if exception is not None:
        weaker.append(f"an exception may apply ({exception.text.rstrip('.')})")
    if certainty < book.policy.block_at:
        weaker.append("the facts do not settle it")
    if not book.policy.binds(compiled.rule_set.jurisdiction):
        weaker.append(f"this operator is not bound by {compiled.rule_set.jurisdiction} law")
    return Finding(
        rule=rule.id,
        rule_set=compiled.rule_set.rule_set,
        family=rule.family,
        effect=Effect.REVIEW if weaker else rule.effect,
        authority=compiled.rule_set.authority,
        citation=compiled.citations[0],
        further_citations=compiled.citations[1:],
        subject=subject,
        certainty=certainty,
        reason=f"{sentence} {rule.says}" + (f" For review: {'; '.join(weaker)}." if weaker else ""),
        evidence=evidence,
    )
