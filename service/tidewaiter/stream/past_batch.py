"""Judges one batch of past records by two rule books, and makes records of the verdicts that change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from tidewaiter.errors import NOT_THE_RECORD, EngineFault
from tidewaiter.observability import logs
from tidewaiter.rescreening.plan import PartitionRun, PartitionState
from tidewaiter.rescreening.rescreener import Pending, Rescreener, Unjudged
from tidewaiter.screening.date_guard import DateGuard
from tidewaiter.screening.dispositions import NONE, Dispositions
from tidewaiter.screening.ledger import QuotaLedger, StandingClaims
from tidewaiter.screening.screener import Assessment
from tidewaiter.settings import Settings
from tidewaiter.stream.batches import Withheld
from tidewaiter.stream.quotas import Settlement
from tidewaiter.stream.writer import Outgoing
from tidewaiter.wire.chain import HEADER, RESCREENED, Chain, Ends, in_force_header, signed
from tidewaiter.wire.cloudevents import VERDICT_TYPE, NotATransfer, canonical, decode, timestamp, verdict_headers
from tidewaiter.wire.signing import SigningKey
from tidewaiter_schemas import in_force
from tidewaiter_schemas.verdict import Verdict

_ENVELOPE_BYTES: Final = 8 * 1024
_log = logs.logger("tidewaiter.rescreener")


@dataclass(slots=True)
class Judged:
    """The transfers of a batch that the change can affect, with their records, and the number that are no transfers."""

    pending: list[tuple[Any, Pending]] = field(default_factory=list)
    unreadable: int = 0


@dataclass(slots=True)
class Outcome:
    """What is to be written for a batch: verdicts as records, and the verdicts themselves."""

    outgoing: list[Outgoing] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    failed: int = 0


class PastJudge:
    """Judges past records by the rule books of one run."""

    def __init__(
        self, settings: Settings, rescreener: Rescreener, signing: SigningKey | None, schema: bytes | None = None
    ) -> None:
        self._rescreener, self._signing, self._schema = rescreener, signing, schema
        self._max_event, self._max_record = settings.max_event_bytes, settings.max_record_bytes
        self._dispositions = NONE
        self._dates = DateGuard(settings.occurred_days_back, settings.occurred_days_ahead)

    def judge_with(self, dispositions: Dispositions) -> None:
        """Use `dispositions` from the next batch on."""
        if dispositions is not self._dispositions:
            self._dispositions = dispositions
            self._rescreener.judge_with(dispositions)

    @property
    def changes(self) -> bool:
        """Return whether the rule books differ in anything that decides."""
        return bool(self._rescreener.changes)

    def judge(self, records: Sequence[Any]) -> Judged:
        """Return the transfers that the change can affect, judged by both rule books. Call it in a thread."""
        judged, read = Judged(), []
        for record in records:
            try:
                if isinstance(record.value, Withheld):
                    judged.unreadable += 1
                elif not self._rescreener.unaffected(record.value):
                    read.append((record, decode(record.value, record.headers, self._max_event)))
            except NotATransfer:  # it is a dead letter and has no verdict
                judged.unreadable += 1
        transfers = [transfer for _, transfer in read]
        try:
            touched = self._rescreener.touched(transfers)
        except NOT_THE_RECORD:
            raise
        except Exception as error:  # judged in full, one of them alone gets the fault
            _report(EngineFault.of(error), records)
            touched = [frozenset()] * len(transfers)
        for (record, transfer), entries in zip(read, touched, strict=True):
            if entries is None:
                self._rescreener.learn(record.value, transfer)
        chosen = [at for at, entries in enumerate(touched) if entries is not None]
        pending = self._rescreener.judge([transfers[at] for at in chosen], [touched[at] for at in chosen])
        judged.pending = [(read[at][0], each) for at, each in zip(chosen, pending, strict=True)]
        return judged

    async def conclude(
        self, judged: Judged, quotas: Settlement, ledger: QuotaLedger, run: PartitionRun, state: PartitionState
    ) -> Outcome:
        """Return the verdicts to write, and count them in `run`. They continue the chain of `state`.

        Claims that only the new rule book derives are written to the quota topic first. Raises WorkerError.
        """
        new = [draw for _, each in judged.pending if isinstance(each.new, Assessment) for draw in each.new.draws]
        if new:
            await quotas.settle(new)
        claims, outcome = StandingClaims(ledger), Outcome()
        now = timestamp(datetime.now(UTC))
        for record, pending in judged.pending:
            try:
                done = self._rescreener.conclude(pending, claims, self._doubt(record, pending))
                encoded = self._encoded(record, done, state, now)
            except NOT_THE_RECORD:
                raise
            except Exception as error:
                done = Unjudged(pending.transfer, EngineFault.of(error))
            if isinstance(done, Unjudged):
                _report(done.fault, [record])
                run.failed += 1
                continue
            run.judged += 1
            if encoded is None or done.verdict is None:
                continue
            outcome.outgoing.append(encoded)
            outcome.verdicts.append(done.verdict)
            run.changed += 1
            run.decided(done.before.decision.value, done.verdict.decision.value)
        return outcome

    def _doubt(self, record: Any, pending: Pending) -> Any:
        """Return the finding that a worker adds to this transfer because of the time of its record."""
        return None if record.timestamp is None else self._dates.doubt(pending.transfer, record.timestamp / 1_000)

    def _encoded(self, record: Any, done: Any, state: PartitionState, now: bytes) -> Outgoing | None:
        verdict = None if isinstance(done, Unjudged) else done.verdict
        if verdict is None:
            return None
        value, key = canonical(verdict), verdict.transfer_id.encode()
        if len(value) + _ENVELOPE_BYTES > self._max_record:
            raise ValueError("the verdict is larger than TIDEWAITER_MAX_RECORD_BYTES")
        headers: list[tuple[str, bytes | None]] = [*verdict_headers(verdict, record.headers, now, schema=self._schema)]
        place = f"{record.topic}/{record.partition}@{record.offset}"
        position = in_force_header(place, self._rescreener.adoption)
        chain = Chain(Ends(state.link))
        link = chain.verdict(f"{record.topic}{RESCREENED}/{record.partition}@{state.sequence}", value)
        headers += (in_force.HEADER, position), (HEADER, link)
        if self._signing is not None:
            headers.append(self._signing.header(VERDICT_TYPE, signed(link, value, position)))
        state.link, state.sequence = chain.ends.verdicts, state.sequence + 1
        return Outgoing(value, key, headers, f"transfer {verdict.transfer_id}")


def _report(fault: EngineFault, records: Sequence[Any]) -> None:
    first = records[0]
    _log.error(
        "engine error",
        error=fault.error,
        place=fault.place,
        first=f"{first.topic}/{first.partition}@{first.offset}",
        trace=fault.trace,
    )
