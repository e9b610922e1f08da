"""Verify and export the topics: read the committed state first, then all records, and compare them with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tidewaiter.audit.export import ExportWriter
from tidewaiter.audit.records import RecordKind, Stored
from tidewaiter.audit.report import AuditReport, SeenChain
from tidewaiter.audit.verification import Committed, Partition, Verifier
from tidewaiter.settings import Settings
from tidewaiter.stream.audit import AuditPeriod, committed_ends, read_records
from tidewaiter.stream.past_transfers import read_past_transfers
from tidewaiter.stream.topics import Topics
from tidewaiter.wire.signing import TrustedKeys, signing_key

_EVERY = 10_000


async def verify_topics(
    settings: Settings,
    period: AuditPeriod | None = None,
    keys: TrustedKeys | None = None,
    seen: Sequence[SeenChain] = (),
    on_progress: Callable[[int], None] | None = None,
) -> AuditReport:
    """Verify the chains of the topics of the settings within the period. Raises BrokerError."""
    report, _ = await _held(settings, period or AuditPeriod(), keys, seen, on_progress)
    return report


async def export_topics(
    settings: Settings,
    period: AuditPeriod,
    folder: Path,
    keys: TrustedKeys | None = None,
    on_progress: Callable[[int], None] | None = None,
    *,
    with_transfers: bool = False,
) -> tuple[AuditReport, str]:
    """Verify and export the period. Return the audit report and the sha-256 of the export's manifest.

    If a chain is broken, the export is still written, and its manifest says so. Raises BrokerError, ExportError and
    SettingsError.
    """
    key, topics = signing_key(settings), Topics.of(settings)
    writing = ExportWriter(folder, with_transfers=with_transfers)
    report, committed = await _held(settings, period, keys, (), on_progress, writing)
    stated = {
        "from": period.since and period.since.isoformat(),
        "to": period.until and period.until.isoformat(),
        "topics": {RecordKind.VERDICT: topics.verdicts, RecordKind.DEAD_LETTER: topics.dead_letters},
        "group": settings.group,
    }
    if with_transfers:
        await read_past_transfers(settings, period, writing.add_transfer)
    return report, writing.finish(report, committed, key, **stated)


async def _held(
    settings: Settings,
    period: AuditPeriod,
    keys: TrustedKeys | None,
    seen: Sequence[SeenChain],
    on_progress: Callable[[int], None] | None,
    writing: ExportWriter | None = None,
) -> tuple[AuditReport, dict[Partition, Committed] | None]:
    verifier, count = Verifier(keys, period.opens), 0

    def take(stored: Stored) -> None:
        nonlocal count
        count += 1
        verifier.add(stored)
        if writing is not None and stored.timestamp in period:
            writing.add(stored)
        if on_progress is not None and not count % _EVERY:
            on_progress(count)

    # Read this before the records: everything committed by now is on the topics by now.
    committed = None if period.until is not None else await committed_ends(settings)
    windows = {kind: await read_records(settings, kind, period, take) for kind in RecordKind}
    return verifier.report(windows, committed, seen), committed
