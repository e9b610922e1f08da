"""Build the finding of a rule that is met. Any doubt reduces its effect to review."""

from __future__ import annotations

from collections.abc import Iterable

from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.compiled_rule import CompiledRule
from tidewaiter.rulebook.rules import ExceptionClause
from tidewaiter_schemas.verdict import Effect, Evidence, Finding

LISTED = "listed_party"
"""Evidence kind: the finding rests on a listing. `matched` is the id of the list entry."""
_KINDS = {"ship_to_ship": "a ship-to-ship transfer", "personal_carriage": "carriage by a person", "other": "a transfer"}
EXCEPTION = "exception"
"""Evidence kind: an exception was claimed. `matched` is the id of the exception."""


def kind_in_words(kind: str) -> str:
    """Return the kind of a transfer for a sentence, with its article: `a gift`, `a ship-to-ship transfer`."""
    return _KINDS.get(kind, f"a {kind.replace('_', ' ')}")


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
    """Return the finding that `compiled` is met at `subject` with `certainty`.

    `sentence` states the fact that meets the rule; the text of the rule follows it. `doubts` are further reasons for
    review. The finding blocks only when the law is verified or well known, no exception may apply, the facts are
    certain enough, and the law binds the operator.
    """
    rule = compiled.rule
    certainty = round(certainty, 2)
    doubtful = list(doubts)
    if rule.confidence == "C":
        doubtful.append("the text of this rule is still to be checked")
    if exception is not None:
        doubtful.append(f"an exception may apply ({exception.text.rstrip('.')})")
    if certainty < book.policy.block_at:
        doubtful.append("the facts do not settle it")
    if not book.policy.binds(compiled.rule_set.jurisdiction):
        doubtful.append(f"this operator is not bound by {compiled.rule_set.jurisdiction} law")
    contested = compiled.rule_set.contested_by
    if contested:
        sentence = f"{sentence} That this law is in force is contested by {', '.join(contested)}."
    return Finding(
        rule=rule.id,
        rule_set=compiled.rule_set.rule_set,
        family=rule.family,
        effect=Effect.REVIEW if doubtful else rule.effect,
        authority=compiled.rule_set.authority,
        citation=compiled.citations[0],
        further_citations=compiled.citations[1:],
        subject=subject,
        certainty=certainty,
        reason=f"{sentence} {rule.says}" + (f" For review: {'; '.join(doubtful)}." if doubtful else ""),
        evidence=(*evidence, *_claimed(exception, subject)),
    )


def _claimed(exception: ExceptionClause | None, subject: str) -> tuple[Evidence, ...]:
    if exception is None:
        return ()
    return (Evidence(kind=EXCEPTION, subject=subject, value=exception.text, matched=exception.id),)


def excepted_listings(dealings: Iterable[Finding]) -> dict[tuple[str, str], str]:
    """Return the exceptions claimed from listings, keyed by (pointer of the party, list entry).

    An exception to an asset freeze also applies to the finding on the listing that the freeze is based on.
    """
    excepted = {}
    for finding in dealings:
        clause = next((fact.value for fact in finding.evidence if fact.kind == EXCEPTION), None)
        for fact in finding.evidence if clause else ():
            if fact.kind == LISTED and clause:
                excepted[finding.subject, fact.matched] = clause
    return excepted
