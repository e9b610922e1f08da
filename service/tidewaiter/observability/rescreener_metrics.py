"""The metrics of a rescreener. Updated once per batch."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Final

from prometheus_client import Counter, Gauge

from tidewaiter.observability.rule_book_metrics import RuleBookMetrics
from tidewaiter_schemas import Decision, Verdict
from tidewaiter_schemas.rescreening import CauseKind, Change

RESULTS: Final = ("read", "judged", "changed", "failed", "unreadable")
NOT_READ: Final = ("older", "deleted")
RUNS: Final = ("ended", "unavailable")


class RescreenerMetrics(RuleBookMetrics):
    """The metrics of one rescreener."""

    def __init__(self) -> None:
        super().__init__()
        registry = self.registry
        self.transfers = Counter(
            "tidewaiter_rescreening_transfers",
            "Past transfers that a rescreener has read, judged by both rule books, given a new verdict, failed on, or "
            "that are no transfers.",
            ["result"],
            registry=registry,
        )
        self.causes = Counter(
            "tidewaiter_rescreening_causes",
            "Verdicts issued anew, by each kind of cause that they name and how it changed.",
            ["kind", "change"],
            registry=registry,
        )
        self.decisions = Counter(
            "tidewaiter_rescreening_decisions",
            "Verdicts issued anew, by the decision before and now.",
            ["before", "now"],
            registry=registry,
        )
        self.runs = Counter(
            "tidewaiter_rescreening_runs",
            "Rescreenings of a partition that have ended, or for which a rule book is not on the topic any more.",
            ["state"],
            registry=registry,
        )
        self.left = Gauge(
            "tidewaiter_rescreening_left",
            "Offsets of an assigned partition that are still to be read, over all rescreenings that have begun.",
            ["partition"],
            registry=registry,
        )
        self.broker_silence = Gauge(
            "tidewaiter_broker_silence_seconds",
            "For how long the broker that keeps the group of the workers has not answered.",
            registry=registry,
        )
        self.pending = Gauge(
            "tidewaiter_rescreening_pending_seconds",
            "Seconds since the rule book of the oldest rescreening that has not ended was put in force; 0 without one.",
            registry=registry,
        )
        self.last_run = Gauge(
            "tidewaiter_rescreening_last_run_seconds",
            "Seconds from the moment at which a rule book was put in force to the end of the last rescreening.",
            registry=registry,
        )
        self.not_read = Gauge(
            "tidewaiter_rescreening_not_read",
            "Offsets of a partition that its last rescreening did not read: before the look-back, or deleted by the "
            "topic's retention.",
            ["partition", "reason"],
            registry=registry,
        )
        self.paused = Gauge(
            "tidewaiter_rescreening_paused",
            "1 while a rescreener pauses because transfers wait for the workers.",
            registry=registry,
        )
        self.last_progress = Gauge(
            "tidewaiter_rescreening_progress_timestamp_seconds",
            "When a batch was last finished, or when the rescreener was last seen to have nothing to do or to pause.",
            registry=registry,
        )
        for result in RESULTS:
            self.transfers.labels(result)
        for state in RUNS:
            self.runs.labels(state)
        for kind in CauseKind:
            for change in Change:
                self.causes.labels(kind.value, change.value)
        for before in Decision:
            for now in Decision:
                self.decisions.labels(before.value, now.value)
        self.pending_since(None)

    def issued(self, verdicts: Iterable[Verdict]) -> None:
        """Count verdicts that the broker has acknowledged."""
        for verdict in verdicts:
            if verdict.rescreening is None:
                continue
            self.decisions.labels(verdict.rescreening.previous_decision, verdict.decision.value).inc()
            causes = {(cause.kind, cause.change) for each in verdict.rescreening.changes for cause in each.causes}
            for kind, change in causes:
                self.causes.labels(kind.value, change.value).inc()

    def counted(self, counts: Mapping[str, int]) -> None:
        """Count the results of a batch."""
        for result, count in counts.items():
            self.transfers.labels(result).inc(count)

    def pending_since(self, moment: float | None) -> None:
        """Set when the rule book of the oldest rescreening that has not ended was put in force, in epoch seconds."""
        if moment is None:
            self.pending.set_function(lambda: 0.0)
        else:
            self.pending.set_function(lambda: max(0.0, time.time() - moment))
