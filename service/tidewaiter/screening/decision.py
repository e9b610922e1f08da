"""Derive the decision from the findings: the strongest finding that is not suppressed decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Decision, Effect, Finding

_RANK = {Effect.BLOCK: 0, Effect.REVIEW: 1, Effect.INFO: 2}


def decide(findings: Iterable[Finding]) -> Decision:
    """Return the strongest effect among findings that are not suppressed: `block`, `review`, or `clear` if neither."""
    effects = {finding.effect for finding in findings if finding.suppressed_by is None}
    if Effect.BLOCK in effects:
        return Decision.BLOCK
    return Decision.REVIEW if Effect.REVIEW in effects else Decision.CLEAR


def is_conditional(transfer: TransferEvent, decision: Decision) -> bool:
    """Return whether the decision rests on facts that are only alleged or reported."""
    return decision is not Decision.CLEAR and transfer.report.status != "confirmed"


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings ordered by effect and certainty, highest first, then by rule set, rule and subject."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (
                f.suppressed_by is not None,
                _RANK[f.effect],
                -f.certainty,
                f.rule_set,
                f.rule,
                f.subject,
            ),
        )
    )
