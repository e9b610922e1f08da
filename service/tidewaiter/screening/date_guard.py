"""The date of a transfer against the moment at which its record was written: the date chooses the law.

The moment is that of the record, which a redelivery leaves as it is; no clock is read.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import uuid5

from tidewaiter.screening.decision import decide, in_order, is_conditional
from tidewaiter.screening.unknowns import own_finding
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Finding, Verdict

RULE: Final = "TW-DATE-DOUBTFUL"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_DAY_SECONDS: Final = 86_400


class DateGuard(NamedTuple):
    """How many days `occurred_at` may lie before and after the moment of the record; 0 for any number."""

    back: int
    ahead: int

    def doubt(self, transfer: TransferEvent, recorded: float) -> Finding | None:
        """Return a finding if the transfer happened too long before or after `recorded`, in seconds since 1970.

        A producer may set the time of its record to any number, also to one that is no date.
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


def with_doubt(verdict: Verdict, transfer: TransferEvent, doubt: Finding) -> Verdict:
    """Return `verdict` with the finding `doubt` among the others, and an id of its own."""
    findings = in_order((*verdict.findings, doubt))
    decision = decide(findings)
    changed = {
        "id": uuid5(verdict.id, RULE),
        "findings": findings,
        "decision": decision,
        "conditional": is_conditional(transfer, decision),
    }
    return verdict.model_copy(update=changed)
