"""Dispositions of tests, on findings of verdicts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tidewaiter.screening.dispositions import Dispositions
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.disposition import Disposition
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Finding, Verdict


def judged(verdict: Verdict, finding: Finding, id_: str = "d-1", **fields: Any) -> Disposition:
    """A false positive on a finding, approved by a second person, that expires in 2030."""
    plain: dict[str, Any] = {
        "id": id_,
        "verdict_id": verdict.id,
        "transfer_id": verdict.transfer_id,
        "rule": finding.rule,
        "judgement": "false_positive",
        "reason": "Another person.",
        "decided_by": "ada",
        "approved_by": "bea",
        "decided_at": datetime(2026, 1, 1, tzinfo=UTC),
        "expires_at": datetime(2030, 1, 1, tzinfo=UTC),
        "subject": finding.subject,
        "key": finding.key,
    }
    return Disposition(**(plain | fields))


def all_judged(screener: Screener, transfer: TransferEvent, **fields: Any) -> list[Disposition]:
    """A disposition on each finding of the transfer that has a key."""
    (verdict,) = screener.screen([transfer])
    found = [finding for finding in verdict.findings if finding.key is not None]
    return [judged(verdict, finding, f"d-{number}", **fields) for number, finding in enumerate(found, 1)]


def with_dispositions(screener: Screener, dispositions: Iterable[Disposition]) -> Screener:
    """The screener, with a state of exactly these."""
    return Screener(screener.book, Dispositions.named(dispositions))
