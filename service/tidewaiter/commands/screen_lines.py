"""Screening without a broker: one JSON line of output per line of input, in order, even if the engine fails on one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tidewaiter.commands.output import json_line
from tidewaiter.errors import NOT_THE_RECORD, EngineFault
from tidewaiter.screening.isolation import judge_each
from tidewaiter.screening.ledger import QuotaLedger
from tidewaiter.screening.screener import Assessment, Screener
from tidewaiter.wire.cloudevents import NotATransfer, canonical, decode
from tidewaiter_schemas.dead_letter import DeadLetterReason
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Verdict

BATCH = 200
ONE_A_LINE = (
    "each line must be one whole transfer. Of one that goes over several lines: `jq -c . FILE | tidewaiter screen -`, "
    "or `tidewaiter rules explain FILE`; of a document in another format: --format"
)


@dataclass(frozen=True, slots=True)
class Line:
    """The result of one line: its number (1 for the first), the JSON to write, and the verdict, or why it has none.

    `fault` is set when the engine failed on the line: the error is then in the engine, not in the line.
    """

    number: int
    output: bytes
    verdict: Verdict | None
    error: str = ""
    fault: EngineFault | None = None


def screen_lines(lines: Iterable[bytes], screener: Screener, max_bytes: int) -> Iterator[Line]:
    """Screen JSON lines with one transfer each. Empty lines are skipped.

    A line that cannot be read, or on which the engine fails, produces an error object; in the second case it has the
    type and location of the error. Quotas are counted in the order of the lines, starting from the published totals.
    A line without a verdict does not draw on a quota. The first line that is no JSON also says what is wanted: most
    often it is the beginning of a transfer that goes over several lines.
    """
    ledger, advised = QuotaLedger(), False
    batch: list[tuple[int, TransferEvent | NotATransfer]] = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if number == 1:
            text = text.removeprefix(b"\xef\xbb\xbf")
        if not text:
            continue
        try:
            batch.append((number, decode(text, None, max_bytes)))
        except NotATransfer as error:
            if error.reason is DeadLetterReason.NOT_JSON and not advised:
                error, advised = NotATransfer(error.reason, f"{error.detail}; {ONE_A_LINE}", error.fault), True
            batch.append((number, error))
        if len(batch) == BATCH:
            yield from _screened(batch, screener, ledger)
            batch = []
    yield from _screened(batch, screener, ledger)


def _screened(
    batch: list[tuple[int, TransferEvent | NotATransfer]], screener: Screener, ledger: QuotaLedger
) -> Iterator[Line]:
    judged = iter(judge_each(screener, [read for _, read in batch if isinstance(read, TransferEvent)]))
    for number, read in batch:
        if isinstance(read, TransferEvent):
            yield _answered(number, next(judged), screener, ledger)
        else:
            yield _without_verdict(number, str(read), read.fault)


def _answered(number: int, judged: Verdict | Assessment | EngineFault, screener: Screener, ledger: QuotaLedger) -> Line:
    if isinstance(judged, EngineFault):
        return _without_verdict(number, f"{DeadLetterReason.ENGINE_ERROR}: {judged}", judged)
    try:
        if isinstance(judged, Assessment):
            judged = screener.conclude(judged, ledger.settle(judged.draws))
        return Line(number, canonical(judged), judged)
    except NOT_THE_RECORD:
        raise
    except Exception as error:
        fault = EngineFault.of(error)
        return _without_verdict(number, f"{DeadLetterReason.ENGINE_ERROR}: {fault}", fault)


def _without_verdict(number: int, why: str, fault: EngineFault | None) -> Line:
    return Line(number, json_line({"error": why, "line": number}), None, why, fault)
