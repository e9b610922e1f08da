"""Recompute stored verdicts with the rule books that they name, compare the bytes, and explain every difference."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Final, NamedTuple
from uuid import UUID

from pydantic_core import from_json

from tidewaiter.errors import EngineFault, RuleError
from tidewaiter.rescreening.rescreener import rescreened_id
from tidewaiter.screening.dispositions import Dispositions
from tidewaiter.screening.identity import verdict_id
from tidewaiter.screening.isolation import judge_each
from tidewaiter.screening.ledger import QuotaLedger
from tidewaiter.screening.screener import ENGINE, Assessment, Screener
from tidewaiter.screening.suppression import id_with
from tidewaiter.wire.cloudevents import canonical
from tidewaiter_schemas.disposition import Disposition
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import DispositionUse, Verdict

_NOT_COMPARED: Final = frozenset({"id", "engine", "supersedes", "rescreening", "dispositions"})


class Outcome(StrEnum):
    """The result of recomputing one verdict."""

    SAME = "same"
    """The same bytes."""
    OTHER = "other"
    """The same engine gives other bytes: the stored verdict was altered, or a quota was counted differently."""
    OTHER_ENGINE = "other engine"
    """Another version of the engine made the verdict, and this version decides differently."""
    NO_RULE_BOOK = "no rule book"
    NO_DISPOSITION = "no disposition"
    """A disposition that the verdict used is not among those given, or has another content there."""
    NO_TRANSFER = "no transfer"
    UNREADABLE = "unreadable"
    FAILED = "failed"
    """The engine failed on the transfer."""


class Known(NamedTuple):
    """The facts kept about a stored verdict. Its bytes are not kept, because there may be millions of verdicts."""

    id: UUID
    where: str
    rule_book: str
    engine: str
    content: str
    """The SHA-256 of its value."""
    comparable: str
    """The hash of what it decides and finds: without id and engine, which differ between engines, and without what a
    rescreening adds."""
    rescreened: bool
    used: tuple[DispositionUse, ...] = ()
    adopted: datetime | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A verdict that differs from what this engine computes, or that could not be recomputed."""

    outcome: Outcome
    where: str
    transfer_id: str
    detail: str


@dataclass(slots=True)
class Replay:
    """Stored verdicts by transfer, to compare with what `run` computes."""

    find_rule_book: Callable[[str], Screener]
    find_disposition: Callable[[DispositionUse], Disposition | None] = lambda _: None
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    engines: Counter[str] = field(default_factory=Counter)
    _stored: dict[str, dict[tuple[UUID, str], Known]] = field(default_factory=dict)
    """Verdicts by transfer, without duplicates."""
    _screeners: dict[str, Screener | str] = field(default_factory=dict)

    def add(self, where: str, value: bytes) -> Difference | None:
        """Add a stored verdict. Return a difference if it cannot be replayed."""
        try:
            verdict = Verdict.model_validate_json(value)
        except ValueError:
            return self._differs(Outcome.UNREADABLE, where, "", "is no verdict of this version's contract")
        self.engines[verdict.engine] += 1
        known = Known(
            verdict.id,
            where,
            verdict.rulebook.sha256,
            verdict.engine,
            _sha256(value),
            _comparable(value),
            rescreened=verdict.rescreening is not None,
            used=() if verdict.dispositions is None else verdict.dispositions.used,
            adopted=None if verdict.rescreening is None else verdict.rescreening.adopted,
        )
        self._stored.setdefault(verdict.transfer_id, {}).setdefault((known.id, known.content), known)
        return None

    def run(self, batches: Iterable[Sequence[TransferEvent]]) -> Iterator[Difference]:
        """Judge the transfers in order with the rule books that their verdicts name, and yield the differences.

        Claims on quotas are counted in the order of the transfers.
        """
        ledger = QuotaLedger()
        for transfers in batches:
            wanted = [(known, transfer) for transfer in transfers for known in self._taken(transfer)]
            for (sha256, used), group in groupby(wanted, key=lambda each: (each[0].rule_book, each[0].used)):
                yield from self._judged(self._screener(sha256), used, list(group), ledger)
        for transfer_id, left in self._stored.items():
            for known in left.values():
                yield self._differs(
                    Outcome.NO_TRANSFER,
                    known.where,
                    transfer_id,
                    "this version of its transfer is not among those given",
                )

    def _taken(self, transfer: TransferEvent) -> Iterator[Known]:
        """Yield the verdicts on this version of the transfer, identified by their ids, and remove them."""
        stored = self._stored.get(transfer.id, {})
        for place, known in list(stored.items()):
            first = id_with(verdict_id(transfer, known.rule_book, known.engine), known.used)
            if known.id == (rescreened_id(first, known.adopted) if known.rescreened else first):
                yield stored.pop(place)

    def _screener(self, sha256: str) -> Screener | str:
        if sha256 not in self._screeners:
            try:
                self._screeners[sha256] = self.find_rule_book(sha256)
            except RuleError as error:
                self._screeners[sha256] = str(error)
        return self._screeners[sha256]

    def _judged(
        self,
        screener: Screener | str,
        used: tuple[DispositionUse, ...],
        wanted: list[tuple[Known, TransferEvent]],
        ledger: QuotaLedger,
    ) -> Iterator[Difference]:
        if isinstance(screener, str):
            for known, transfer in wanted:
                yield self._differs(Outcome.NO_RULE_BOOK, known.where, transfer.id, screener)
            return
        if used:
            found = [self.find_disposition(each) for each in used]
            if missing := [each.id for each, disposition in zip(used, found, strict=True) if disposition is None]:
                detail = f"{', '.join(missing)}: not among the dispositions given, with the content that it names"
                for known, transfer in wanted:
                    yield self._differs(Outcome.NO_DISPOSITION, known.where, transfer.id, detail)
                return
            state = Dispositions.named(disposition for disposition in found if disposition is not None)
            screener = Screener(screener.book, state)
        judged = judge_each(screener, [transfer for _, transfer in wanted])
        for (known, transfer), answer in zip(wanted, judged, strict=True):
            if isinstance(answer, EngineFault):
                yield self._differs(Outcome.FAILED, known.where, transfer.id, str(answer))
                continue
            settled = answer
            if isinstance(answer, Assessment):
                settled = screener.conclude(answer, ledger.settle(answer.draws))
            assert isinstance(settled, Verdict)  # noqa: S101 - a fault and an assessment are dealt with
            if (difference := self._compared(known, transfer, settled)) is not None:
                yield difference

    def _compared(self, known: Known, transfer: TransferEvent, verdict: Verdict) -> Difference | None:
        value = canonical(verdict)
        whole = known.engine == ENGINE and not known.rescreened
        same = _sha256(value) == known.content if whole else _comparable(value) == known.comparable
        if same:
            self.outcomes[Outcome.SAME] += 1
            return None
        rules = ", ".join(dict.fromkeys(finding.rule for finding in verdict.findings)) or "nothing"
        detail = f"this engine decides {verdict.decision} and finds {rules}"
        if known.engine == ENGINE:
            return self._differs(Outcome.OTHER, known.where, transfer.id, detail)
        return self._differs(Outcome.OTHER_ENGINE, known.where, transfer.id, f"{known.engine} decided it; {detail}")

    def _differs(self, outcome: Outcome, where: str, transfer_id: str, detail: str) -> Difference:
        self.outcomes[outcome] += 1
        return Difference(outcome, where, transfer_id, detail)


def _sha256(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def _comparable(value: bytes) -> str:
    fields = from_json(value)
    return _sha256(repr({name: each for name, each in fields.items() if name not in _NOT_COMPARED}).encode())
