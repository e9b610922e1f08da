"""What a verification found, for people, for machines, and for the next verification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from tidewaiter.audit.records import Kind


class Fault(StrEnum):
    """What must not be."""

    CHANGED = "changed"
    """A record that is not what its link was made of."""
    MISSING = "missing"
    """Between two links that are there another one was."""
    CUT_OFF = "cut off"
    """A link that was committed, or seen before, is not there."""
    MOVED = "moved"
    """A record lies before one that was written earlier."""
    CONTRADICTS = "contradicts"
    """Two verdicts of one transfer by one rule book and engine."""
    UNLINKED = "unlinked"
    """A record without a link behind others that have one."""
    UNSIGNED = "unsigned"
    """A record that none of the keys given has signed."""


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One fault. `where` is a record by its own place, or a chain by the transfers it is of."""

    fault: Fault
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """A chain that begins: once for each partition, and once more for each time its last link was not to be had."""

    kind: Kind
    place: str
    where: str


@dataclass(frozen=True, slots=True)
class Fork:
    """Transfers that were judged again otherwise: behind `after` the chain goes on in more than one way.

    `ways` tell for each the first transfer, the record, and who judged: rule book and engine.
    """

    kind: Kind
    after: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """One chain as far as it was seen. `link` is one that must be there the next time, too."""

    kind: Kind
    topic: str
    partition: int
    first: int
    last: int
    records: int
    link: str
    timestamp: int


@dataclass(slots=True)
class AuditReport:
    """What was found. `notes` say what the proof does not cover."""

    verdicts: int = 0
    dead_letters: int = 0
    copies: int = 0
    unlinked: int = 0
    signed: dict[str, int] = field(default_factory=dict)
    chains: list[Seen] = field(default_factory=list)
    beginnings: list[Beginning] = field(default_factory=list)
    forks: list[Fork] = field(default_factory=list)
    findings: list[AuditFinding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """`whole`, `broken`, or `nothing` where no record has a link."""
        if self.findings:
            return "broken"
        return "whole" if self.chains else "nothing"

    @property
    def status(self) -> int:
        """The exit status: 0 whole, 1 broken, 2 where nothing could be verified."""
        return {"whole": 0, "broken": 1, "nothing": 2}[self.outcome]

    def as_json(self) -> dict[str, Any]:
        """For machines; `seen_in` reads it."""
        return {"outcome": self.outcome, **asdict(self)}

    def lines(self, most: int = 20) -> Iterator[str]:
        """For people, the worst first, and no more than `most` of a kind."""
        for group in (
            [f"{each.fault.upper()}  {each.where}: {each.text}" for each in self.findings],
            [f"judged again  {each.kind}s after {each.after}: {'; '.join(each.ways)}" for each in self.forks],
            [f"begins  {each.kind}s at {each.place} ({each.where})" for each in self.beginnings],
            [f"note  {each}" for each in self.notes],
        ):
            yield from group[:most]
            if len(group) > most:
                yield f"and {len(group) - most} more of these (--json names all)"
        yield (
            f"{self.outcome}: {self.verdicts:,} verdicts and {self.dead_letters:,} dead letters in "
            f"{len(self.chains)} chains, {self.copies:,} copies, {len(self.forks)} times judged again otherwise, "
            f"{len(self.findings)} faults"
        )


def seen_in(report: Any) -> tuple[Seen, ...]:
    """The chains of a report, as `as_json` wrote it. KeyError, TypeError, ValueError."""
    return tuple(Seen(**{**each, "kind": Kind(each["kind"])}) for each in report["chains"])
