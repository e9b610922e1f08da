"""Verifying and exporting the topics: what was committed first, then all that lies there, held against it."""

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
    """Hold the topics of the settings to their chains, within the period. BrokerError."""
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
    """Write an export of the period, verified on the way; returns what was found and the sha-256 of its manifest.

    It is written, and says so in its manifest, where something is broken too. BrokerError, ExportError, SettingsError.
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

    # Before the records: what is committed by now is on the topics by now.
    committed = None if period.until is not None else await committed_ends(settings)
    windows = {kind: await read_records(settings, kind, period, take) for kind in RecordKind}
    return verifier.report(windows, committed, seen), committed
