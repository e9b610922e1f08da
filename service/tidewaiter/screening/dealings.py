"""Find dealings (services, money, people and vessels) that rules prohibit, by country and day.

A dealing has no HS code. Signs identify it: the kind of transfer, the topic of its texts, and the parties.
"""

from __future__ import annotations

from tidewaiter.rulebook.compiled_rule import CompiledRule
from tidewaiter.rulebook.rules import ExceptionClause
from tidewaiter.rulebook.wording import in_force
from tidewaiter.screening.case import Case
from tidewaiter.screening.dealing_signs import MissingSign, ShownSign, facts_for_signs, read_sign
from tidewaiter.screening.findings import finding_of, kind_in_words
from tidewaiter.screening.nexus.nexus import Nexus
from tidewaiter.screening.trace import Status, Trace
from tidewaiter_schemas.verdict import Finding


def find_dealings(case: Case, nexus: Nexus, trace: Trace | None = None) -> list[Finding]:
    """Return a finding for each rule on dealings whose signs the transfer shows, ordered by rule id.

    `trace`, when given, records the outcome of every rule.
    """
    country = nexus.territory.country
    law = case.book.law_on_dealings(country, case.day)
    if trace is not None:
        for compiled in case.book.dealings.get(country, ()):
            if not compiled.rule.in_force.covers(case.day):
                trace.note(compiled, country, Status.NOT_IN_FORCE, why=in_force(compiled.rule.in_force))
    if not law.rules:
        return []
    # Skip rules that cannot be met, unless a trace needs the reason.
    rules = (
        law.likely(facts_for_signs(case, nexus), case.texts.folded())
        if trace is None
        else ((compiled, compiled.signs) for compiled in law.rules)
    )
    findings = []
    for compiled, signs in rules:
        outcomes = [outcome for sign in signs for outcome in read_sign(sign, compiled, case, nexus)]
        shown = _surest_by_subject(outcomes)
        for sign in shown:
            finding = _finding(sign, compiled, case)
            if finding.certainty >= case.book.policy.review_at:
                findings.append(finding)
            if trace is not None:
                trace.note_finding(compiled, country, finding, case.book.policy.review_at)
        if trace is not None and not shown:
            missing = dict.fromkeys(outcome.value for outcome in outcomes if isinstance(outcome, MissingSign))
            trace.note(compiled, country, Status.SIGNS, why="; or ".join(missing))
    return findings


def _surest_by_subject(outcomes: list[ShownSign | MissingSign]) -> list[ShownSign]:
    surest: dict[str, ShownSign] = {}
    for outcome in outcomes:
        if isinstance(outcome, ShownSign):
            known = surest.get(outcome.subject)
            if known is None or outcome.certainty > known.certainty:
                surest[outcome.subject] = outcome
    return list(surest.values())


def _finding(shown: ShownSign, compiled: CompiledRule, case: Case) -> Finding:
    return finding_of(
        compiled,
        case.book,
        subject=shown.subject,
        certainty=shown.certainty,
        sentence=f"This is {kind_in_words(case.transfer.kind)} that {shown.sentence}.",
        evidence=shown.evidence,
        exception=_exception(compiled, case),
        doubts=shown.doubts,
    )


def _exception(compiled: CompiledRule, case: Case) -> ExceptionClause | None:
    for clause, phrases in zip(compiled.rule.exceptions, compiled.exception_words, strict=True):
        if clause.stands_on(case.day) and case.texts.find(phrases):
            return clause
    return None
