"""Verifying the topics: what was committed first, then all that lies there, held against it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from service.audit.records import Kind, Stored
from service.audit.report import Report, Seen
from service.audit.verification import Verifier
from service.settings import Settings
from service.signing import TrustedKeys
from service.stream.audit import Period, committed_ends, read_records

_EVERY = 10_000


async def verify_topics(
    settings: Settings,
    period: Period | None = None,
    keys: TrustedKeys | None = None,
    seen: Sequence[Seen] = (),
    on_progress: Callable[[int], None] | None = None,
) -> Report:
    """Hold the topics of the settings to their chains, within the period. BrokerError."""
    period = period or Period()
    verifier, count = Verifier(keys), 0

    def take(stored: Stored) -> None:
        nonlocal count
        count += 1
        verifier.add(stored)
        if on_progress is not None and not count % _EVERY:
            on_progress(count)

    # Before the records: what is committed by now is on the topics by now.
    committed = None if period.until is not None else await committed_ends(settings)
    windows = {kind: await read_records(settings, kind, period, take) for kind in Kind}
    return verifier.report(windows, committed, seen)
