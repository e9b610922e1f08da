"""For consumers: tracks which verdict on each transfer is in force, despite duplicates, late copies and rescreening.

    in_force = VerdictsInForce()
    for record in consumer:
        verdict = in_force.take(read_verdict(record.value))
        if verdict is not None:
            act_on(verdict)

Verdicts are delivered at least once, so a copy may arrive at any time, even after a later verdict. A verdict from
rescreening (`rescreening` is set) replaces earlier verdicts on the same version of a transfer, but never a verdict on a
later version of it. A verdict that used dispositions has an id of its own; its `base` stands for it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from tidewaiter_schemas.verdict import Verdict

MOST_REMEMBERED: Final = 64
"""How many ids of earlier verdicts are remembered per transfer, to recognise a late copy."""


@dataclass(slots=True)
class _Transfer:
    current: UUID
    seen: dict[UUID, None] = field(default_factory=dict)
    base: UUID | None = None
    """The id that the verdict in force would have without dispositions; None if it has that id."""

    def remember(self, ids: Iterable[UUID]) -> None:
        self.seen.update(dict.fromkeys(ids))
        while len(self.seen) > MOST_REMEMBERED:
            del self.seen[next(iter(self.seen))]


def read_verdict(value: bytes | str) -> Verdict:
    """Return the verdict in the value of a record, without the fields that a later version of the contract has added.

    `Verdict.model_validate_json` refuses such fields. Raises pydantic's ValidationError for what is no verdict.
    """
    return Verdict.model_validate_json(value, extra="ignore")


class VerdictsInForce:
    """Remembers which verdict is in force for each transfer. It stores only ids, some hundred bytes per transfer.

    Call `take` for the verdicts of a partition in their order. To survive a restart, store `state` with the offsets
    that you commit, and pass it to `restore`.
    """

    def __init__(self) -> None:
        self._transfers: dict[str, _Transfer] = {}

    def __len__(self) -> int:
        return len(self._transfers)

    def id_of(self, transfer_id: str) -> UUID | None:
        """Return the id of the verdict in force; None for a transfer without a verdict so far."""
        known = self._transfers.get(transfer_id)
        return None if known is None else known.current

    def take(self, verdict: Verdict) -> Verdict | None:
        """Return the verdict if it is now in force; None if it is a copy or is outdated."""
        known = self._transfers.get(verdict.transfer_id)
        replaced = () if verdict.rescreening is None else verdict.rescreening.replaces
        base = None if verdict.dispositions is None else verdict.dispositions.base
        if known is None:
            known = self._transfers[verdict.transfer_id] = _Transfer(verdict.id, base=base)
        elif verdict.id in known.seen:
            return None
        elif verdict.rescreening is None or known.current in replaced or known.base in replaced:
            known.current, known.base = verdict.id, base
        else:  # on a version of the transfer that is no longer the last
            known.remember((*replaced, verdict.id))
            return None
        known.remember((*replaced, verdict.id))
        return verdict

    def forget(self, transfer_ids: Iterable[str]) -> None:
        """Forget transfers for which no more verdicts are expected."""
        for transfer_id in transfer_ids:
            self._transfers.pop(transfer_id, None)

    def state(self) -> dict[str, list[str]]:
        """Return the state as JSON values: for each transfer, the id in force and then the earlier ids.

        The id in force is followed by a slash and its `base`, if it has one.
        """
        return {
            transfer_id: [
                str(known.current) if known.base is None else f"{known.current}/{known.base}",
                *map(str, known.seen),
            ]
            for transfer_id, known in self._transfers.items()
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> VerdictsInForce:
        """Return the object with this state. Raises ValueError when the state is invalid."""
        restored = cls()
        for transfer_id, ids in state.items():
            try:
                first, *rest = ids
                current, slash, base = first.partition("/")
                known = _Transfer(UUID(current), dict.fromkeys(map(UUID, rest)), UUID(base) if slash else None)
            except (TypeError, ValueError, AttributeError) as error:
                raise ValueError(f"{transfer_id}: is not what VerdictsInForce.state returns") from error
            restored._transfers[transfer_id] = known
        return restored
