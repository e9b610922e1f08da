"""Screening without a broker: lines in, one JSON line out for each, in order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tidewaiter.screening.ledger import QuotaLedger
from tidewaiter.screening.screener import Screener
from tidewaiter.wire.cloudevents import NotATransfer, canonical, decode
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Verdict

BATCH = 200


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line: its number (1 for the first), the JSON to write, and the verdict unless unreadable."""

    number: int
    output: bytes
    verdict: Verdict | None


def screen_lines(lines: Iterable[bytes], screener: Screener, max_bytes: int) -> Iterator[Line]:
    """Screen JSON lines, each one transfer. Empty lines are passed over; an unreadable one becomes an error object.

    Quotas are counted in the order of the lines, from the published totals on.
    """
    ledger = QuotaLedger()
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
            batch.append((number, error))
        if len(batch) == BATCH:
            yield from _screened(batch, screener, ledger)
            batch = []
    yield from _screened(batch, screener, ledger)


def _screened(
    batch: list[tuple[int, TransferEvent | NotATransfer]], screener: Screener, ledger: QuotaLedger
) -> Iterator[Line]:
    verdicts = iter(screener.screen([read for _, read in batch if isinstance(read, TransferEvent)], ledger))
    for number, read in batch:
        if isinstance(read, TransferEvent):
            verdict = next(verdicts)
            yield Line(number, canonical(verdict), verdict)
        else:
            error = {"error": str(read), "line": number}
            yield Line(number, json.dumps(error, ensure_ascii=False).encode(), None)
