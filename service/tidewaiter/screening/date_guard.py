"""Compare the date of a transfer with the timestamp of its record, because the date selects the law that applies.

The record timestamp does not change on redelivery, and no clock is read, so verdicts repeat.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from tidewaiter.screening.decision import decide, in_order, is_conditional
from tidewaiter.screening.unknowns import own_finding
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Finding, Verdict

RULE: Final = "TW-DATE-DOUBTFUL"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_DAY_SECONDS: Final = 86_400


class DateGuard(NamedTuple):
    """How many days `occurred_at` may lie before and after the record timestamp; 0 means no limit."""

    back: int
    ahead: int

    def doubt(self, transfer: TransferEvent, recorded: float) -> Finding | None:
        """Return a finding if the transfer happened too long before or after `recorded` (Unix time in seconds).

        Producers can set the record timestamp to any number, including one that is not a valid date.
        """
        days = ((transfer.occurred_at - _EPOCH) / _SECOND - recorded) / _DAY_SECONDS
        if self.back and days < -self.back:
            much = f"{-int(days):,} days before its record was written, more than {self.back}"
        elif self.ahead and days > self.ahead:
            much = f"{int(days):,} days after its record was written, more than {self.ahead}"
        else:
            return None
        stated = transfer.occurred_at.isoformat()
        return own_finding(RULE, "/occurred_at", f"It is said to have happened {much}.", "occurred_at", stated)


def doubted_id(first: UUID) -> UUID:
    """Return the id of a verdict with the finding, from its id without it."""
    return uuid5(first, RULE)


def with_doubt(verdict: Verdict, transfer: TransferEvent, doubt: Finding) -> Verdict:
    """Return a copy of `verdict` that includes the finding `doubt` and has its own id."""
    findings = in_order((*verdict.findings, doubt))
    decision = decide(findings)
    used = verdict.dispositions
    changed = {
        "id": doubted_id(verdict.id),
        "dispositions": used and used.model_copy(update={"base": doubted_id(used.base)}),
        "findings": findings,
        "decision": decision,
        "conditional": is_conditional(transfer, decision),
    }
    return verdict.model_copy(update=changed)
