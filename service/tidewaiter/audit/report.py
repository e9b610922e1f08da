"""The result of a verification: for people, for machines, and for the next verification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from tidewaiter.audit.records import RecordKind


class Fault(StrEnum):
    """A kind of fault in a chain."""

    CHANGED = "changed"
    """A record that its link was not made of."""
    MISSING = "missing"
    """A record that was between two others is missing."""
    CUT_OFF = "cut off"
    """A link that was committed, or seen by an earlier verification, is missing."""
    MOVED = "moved"
    """A record is stored before one that was written earlier."""
    CONTRADICTS = "contradicts"
    """One transfer has two different verdicts by the same rule book and engine."""
    UNLINKED = "unlinked"
    """A record without a link follows records that have one."""
    UNSIGNED = "unsigned"
    """None of the given keys signed the record."""


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One fault. `where` is the place of a record, or the partition of transfers of a chain."""

    fault: Fault
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """The beginning of a chain: one for each partition, and one for each time its last link could not be read."""

    kind: RecordKind
    place: str
    where: str


@dataclass(frozen=True, slots=True)
class Fork:
    """Transfers that were judged again with another result: after `after` the chain continues in more than one way.

    `ways` give for each way the first transfer, the record, and the rule book and engine that judged it.
    """

    kind: RecordKind
    after: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeenChain:
    """One chain as far as it was seen. `link` must also be there at the next verification."""

    kind: RecordKind
    topic: str
    partition: int
    first: int
    last: int
    records: int
    link: str
    timestamp: int


@dataclass(slots=True)
class AuditReport:
    """The result. `notes` say what the proof does not cover."""

    verdicts: int = 0
    dead_letters: int = 0
    copies: int = 0
    unlinked: int = 0
    signed: dict[str, int] = field(default_factory=dict)
    chains: list[SeenChain] = field(default_factory=list)
    beginnings: list[Beginning] = field(default_factory=list)
    forks: list[Fork] = field(default_factory=list)
    findings: list[AuditFinding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """Return `whole`, `broken`, or `nothing` when no record has a link."""
        if self.findings:
            return "broken"
        return "whole" if self.chains else "nothing"

    @property
    def status(self) -> int:
        """Return the exit status: 0 whole, 1 broken, 2 when nothing could be verified."""
        return {"whole": 0, "broken": 1, "nothing": 2}[self.outcome]

    def as_json(self) -> dict[str, Any]:
        """Return the report for machines; `seen_in` reads it."""
        return {"outcome": self.outcome, **asdict(self)}

    def lines(self, most: int = 20) -> Iterator[str]:
        """Yield the report for people, the worst first, with at most `most` lines of a kind."""
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


def seen_in(report: Any) -> tuple[SeenChain, ...]:
    """Return the chains of a report that `as_json` wrote. KeyError, TypeError or ValueError for anything else."""
    return tuple(SeenChain(**{**each, "kind": RecordKind(each["kind"])}) for each in report["chains"])
