"""For consumers: tracks which verdict on each transfer is in force, despite duplicates, late copies and rescreening.

    in_force = VerdictsInForce()
    for record in consumer:
        verdict = in_force.take(read_verdict(record.value), record.headers)
        if verdict is not None:
            act_on(verdict)

Verdicts are delivered at least once, so a copy may arrive at any time, even after a later verdict. The header
`in-force` states the place of the transfer on its topic, and when the rule book of the verdict was put in force:
`transfers/3@41 1708642800000000`. Of the verdicts on one transfer, the one with the greatest offset is in force, and of
those with the same offset the one by the latest rule book, in whatever order they were written.

Verdicts without the header are compared by id, for example those of an export: a verdict from rescreening replaces only
the ids that it names, and a verdict with a known id is a copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Self
from uuid import UUID

from tidewaiter_schemas.verdict import Verdict

HEADER: Final = "in-force"
MOST_REMEMBERED: Final = 64
"""How many ids of earlier verdicts are remembered per transfer, to recognise a late copy."""

_POSITION: Final = re.compile(r"\A([\w.-]{1,249})/(\d{1,10})@(\d{1,19}) (\d{1,19})", re.ASCII)

Headers = Iterable[tuple[str, bytes | None]]
"""The headers of a Kafka record, as aiokafka, kafka-python and confluent-kafka give them."""


class Position(NamedTuple):
    """The place of a verdict in the order of the verdicts on its transfer.

    `adopted` is when its rule book was put in force, in microseconds since 1970; 0 for a rule book that no record put
    in force, such as the packaged one.
    """

    topic: str
    partition: int
    offset: int
    adopted: int

    @classmethod
    def of(cls, headers: Headers | None) -> Self | None:
        """Return the position that the headers of a verdict state; None if they state none."""
        content = next((content for name, content in headers or () if name == HEADER), None)
        return None if content is None else cls.read(content.decode(errors="replace"))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the position in `text`; None if it has another form."""
        found = _POSITION.fullmatch(text)
        if found is None:
            return None
        topic, partition, offset, adopted = found.groups()
        return cls(topic, int(partition), int(offset), int(adopted))

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}@{self.offset} {self.adopted}"

    def compared_with(self, other: Position | None) -> int:
        """Return 1 if this one is later, -1 if it is earlier, 0 if the positions do not tell.

        Offsets of different partitions have no order.
        """
        if other is None or (self.topic, self.partition) != (other.topic, other.partition):
            return 0
        mine, others = (self.offset, self.adopted), (other.offset, other.adopted)
        return (mine > others) - (mine < others)


@dataclass(slots=True)
class _Transfer:
    current: UUID
    seen: dict[UUID, None] = field(default_factory=dict)
    base: UUID | None = None
    """The id that the verdict in force would have without dispositions; None if it has that id."""
    position: Position | None = None

    def remember(self, ids: Iterable[UUID]) -> None:
        self.seen.update(dict.fromkeys(ids))
        while len(self.seen) > MOST_REMEMBERED:
            del self.seen[next(iter(self.seen))]

    def replaced_by(self, verdict: Verdict, position: Position | None) -> bool:
        """Return whether `verdict` comes into force after the current one."""
        later = 0 if position is None else position.compared_with(self.position)
        if later:
            return later > 0
        if verdict.id in self.seen:
            return False
        # A rescreened verdict that does not name the current one is on a version that is no longer the last.
        replaced = None if verdict.rescreening is None else verdict.rescreening.replaces
        return replaced is None or self.current in replaced or self.base in replaced


def read_verdict(value: bytes | str) -> Verdict:
    """Return the verdict in the value of a record, without the fields that a later version of the contract has added.

    `Verdict.model_validate_json` refuses such fields. Raises pydantic's ValidationError for what is no verdict.
    """
    return Verdict.model_validate_json(value, extra="ignore")


class VerdictsInForce:
    """Remembers which verdict is in force for each transfer. It stores only ids, some hundred bytes per transfer.

    Call `take` for the verdicts of a partition in their order. To survive a restart, store `state` with the offsets
    that you commit, and pass it to `restore`. When the topic of transfers is deleted and created again, start with an
    empty object: its offsets begin again.
    """

    def __init__(self) -> None:
        self._transfers: dict[str, _Transfer] = {}

    def __len__(self) -> int:
        return len(self._transfers)

    def id_of(self, transfer_id: str) -> UUID | None:
        """Return the id of the verdict in force; None for a transfer without a verdict so far."""
        known = self._transfers.get(transfer_id)
        return None if known is None else known.current

    def take(self, verdict: Verdict, headers: Headers | None = None) -> Verdict | None:
        """Return the verdict if it is now in force; None if it is a copy or is outdated.

        `headers` are those of the record. Without them, a transfer that returns to an earlier version looks like a copy
        of its verdict then, and a rescreened verdict does not replace one by another version of the engine.
        """
        known, position = self._transfers.get(verdict.transfer_id), Position.of(headers)
        base = None if verdict.dispositions is None else verdict.dispositions.base
        if known is None:
            known = self._transfers[verdict.transfer_id] = _Transfer(verdict.id, base=base, position=position)
            comes_into_force = True
        elif comes_into_force := known.replaced_by(verdict, position):
            known.current, known.base, known.position = verdict.id, base, position
        elif verdict.id in known.seen:
            return None
        known.remember((*(() if verdict.rescreening is None else verdict.rescreening.replaces), verdict.id))
        return verdict if comes_into_force else None

    def forget(self, transfer_ids: Iterable[str]) -> None:
        """Forget transfers for which no more verdicts are expected."""
        for transfer_id in transfer_ids:
            self._transfers.pop(transfer_id, None)

    def state(self) -> dict[str, list[str]]:
        """Return the state as JSON values: for each transfer, the id in force and then the earlier ids.

        The id in force is followed by a slash and its `base`, if it has one, and by a space and its position.
        """
        return {
            transfer_id: [
                f"{known.current}{'' if known.base is None else f'/{known.base}'}"
                f"{'' if known.position is None else f' {known.position}'}",
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
                identity, space, stated = first.partition(" ")
                current, slash, base = identity.partition("/")
                position = Position.read(stated) if space else None
                if space and position is None:
                    raise ValueError(stated)
                seen = dict.fromkeys(map(UUID, rest))
                known = _Transfer(UUID(current), seen, UUID(base) if slash else None, position)
            except (TypeError, ValueError, AttributeError) as error:
                raise ValueError(f"{transfer_id}: is not what VerdictsInForce.state returns") from error
            restored._transfers[transfer_id] = known
        return restored
