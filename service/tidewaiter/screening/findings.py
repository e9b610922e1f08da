"""What a met rule asks for: its finding, weakened by everything that is not settled."""

from __future__ import annotations

from collections.abc import Iterable

from tidewaiter.rulebook.book import CompiledRule, RuleBook
from tidewaiter.rulebook.rules import ExceptionClause
from tidewaiter_schemas.verdict import Effect, Evidence, Finding

LISTED = "listed_party"
"""Kind of the evidence that a finding rests on a listing; it matches the listing's finding."""
EXCEPTION = "exception"
"""Kind of the evidence that an exception was claimed; it matches the exception's id."""


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
    contested = compiled.rule_set.contested_by
    if contested:
        sentence = f"{sentence} That this law is in force is contested by {', '.join(contested)}."
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
        evidence=(*evidence, *_claimed(exception, subject)),
    )


def _claimed(exception: ExceptionClause | None, subject: str) -> tuple[Evidence, ...]:
    if exception is None:
        return ()
    return (Evidence(kind=EXCEPTION, subject=subject, value=exception.text, matched=exception.id),)


def excepted_listings(dealings: Iterable[Finding]) -> dict[tuple[str, str], str]:
    """By party and listing, the exception that speaks for the transfer in a finding on that very listing.

    What a freeze leaves out, the listing behind it leaves out too.
    """
    excepted = {}
    for finding in dealings:
        clause = next((fact.value for fact in finding.evidence if fact.kind == EXCEPTION), None)
        for fact in finding.evidence if clause else ():
            if fact.kind == LISTED and clause:
                excepted[finding.subject, fact.matched] = clause
    return excepted
