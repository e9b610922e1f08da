"""Gives claims on quotas their place among all others, by the order of a topic that every worker reads alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.quota import QuotaClaim
from service.screening.ledger import QuotaLedger, Used
from service.screening.quotas import Draw


class LocalLedger:
    """A ledger of this process alone."""

    def __init__(self) -> None:
        self._ledger = QuotaLedger()

    async def settle(self, draws: Sequence[Draw]) -> Mapping[QuotaClaim, Used]:
        """What was counted before each claim."""
        return self._ledger.settle(draws)
