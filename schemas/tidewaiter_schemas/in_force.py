"""For consumers: which verdict on each transfer is in force, whatever comes twice, late or anew.

    in_force = VerdictsInForce()
    for record in consumer:
        verdict = in_force.take(Verdict.model_validate_json(record.value))
        if verdict is not None:
            act_on(verdict)

Verdicts are delivered at least once, so that a copy may come at any time, after a later one too. A verdict that was
given anew because the rule book changed (`rescreening`) takes the place of those on the same transfer, and never that
of one on a later version of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from tidewaiter_schemas.verdict import Verdict

MOST_REMEMBERED: Final = 64
"""Ids of earlier verdicts that are remembered for each transfer, so that a late copy of one is known."""


@dataclass(slots=True)
class _Transfer:
    current: UUID
    seen: dict[UUID, None] = field(default_factory=dict)

    def remember(self, ids: Iterable[UUID]) -> None:
        self.seen.update(dict.fromkeys(ids))
        while len(self.seen) > MOST_REMEMBERED:
            del self.seen[next(iter(self.seen))]


class VerdictsInForce:
    """Remembers, by transfer, which verdict is in force: ids alone, some hundred bytes for each transfer.

    Take the verdicts of a partition in their order. `state` and `restore` keep it over a restart: store the state with
    the offsets that you commit.
    """

    def __init__(self) -> None:
        self._transfers: dict[str, _Transfer] = {}

    def __len__(self) -> int:
        return len(self._transfers)

    def id_of(self, transfer_id: str) -> UUID | None:
        """Return the id of the verdict in force; None for a transfer that no verdict has come of."""
        known = self._transfers.get(transfer_id)
        return None if known is None else known.current

    def take(self, verdict: Verdict) -> Verdict | None:
        """Return the verdict when it is in force from now on; None when it is a copy, or has been overtaken."""
        known = self._transfers.get(verdict.transfer_id)
        replaced = () if verdict.rescreening is None else verdict.rescreening.replaces
        if known is None:
            known = self._transfers[verdict.transfer_id] = _Transfer(verdict.id)
        elif verdict.id in known.seen:
            return None
        elif verdict.rescreening is None or known.current in replaced:
            known.current = verdict.id
        else:  # on a version of the transfer that is no longer the last
            known.remember((*replaced, verdict.id))
            return None
        known.remember((*replaced, verdict.id))
        return verdict

    def forget(self, transfer_ids: Iterable[str]) -> None:
        """Forget transfers of which nothing is expected any more."""
        for transfer_id in transfer_ids:
            self._transfers.pop(transfer_id, None)

    def state(self) -> dict[str, list[str]]:
        """Return all of it as JSON has it: by transfer, the id in force and then those remembered."""
        return {
            transfer_id: [str(known.current), *map(str, known.seen)] for transfer_id, known in self._transfers.items()
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> VerdictsInForce:
        """Return what `state` was of. Raises ValueError when it is none."""
        restored = cls()
        for transfer_id, ids in state.items():
            try:
                current, *seen = map(UUID, ids)
            except (TypeError, ValueError, AttributeError) as error:
                raise ValueError(f"{transfer_id}: is not what VerdictsInForce.state returns") from error
            restored._transfers[transfer_id] = _Transfer(current, dict.fromkeys(seen))
        return restored
