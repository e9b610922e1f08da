"""What a transfer draws on the quotas of the law, and what follows from the total. Reads no clock, keeps no total."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.quota import QuotaClaim


@dataclass(frozen=True, slots=True)
class Draw:
    """A quota that a transfer draws on: its claim, and the day up to which the published total has everything."""

    claim: QuotaClaim
    published_until: date | None = None
