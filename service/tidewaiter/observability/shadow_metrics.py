"""The metrics of a candidate rule book that judges live transfers without effect."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge

from tidewaiter_schemas import Decision, RuleBookManifest

DROPPED: Final = ("busy", "failed", "not_written")


class ShadowMetrics:
    """Compares the candidate's verdicts with the live ones."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.up = Gauge(
            "tidewaiter_shadow_up", "1 while a candidate rule book judges live transfers too.", registry=registry
        )
        self.info = Gauge(
            "tidewaiter_shadow_info", "1 for the candidate rule book.", ["version", "sha256"], registry=registry
        )
        self.decisions = Counter(
            "tidewaiter_shadow_decisions",
            "Live transfers that the candidate has judged too, by the live decision and the candidate's.",
            ["live", "candidate"],
            registry=registry,
        )
        self.differing = Counter(
            "tidewaiter_shadow_differing",
            "Live transfers on which the candidate decides or finds something else.",
            registry=registry,
        )
        self.dropped = Counter(
            "tidewaiter_shadow_dropped",
            "Live transfers that the candidate has not judged: the worker had no time, the engine failed, or its "
            "verdicts could not be written.",
            ["reason"],
            registry=registry,
        )
        for live in Decision:
            for candidate in Decision:
                self.decisions.labels(live.value, candidate.value)
        for reason in DROPPED:
            self.dropped.labels(reason)

    def uses(self, manifest: RuleBookManifest | None) -> None:
        """Set the candidate; None when there is none, or it has failed."""
        self.info.clear()
        self.up.set(manifest is not None)
        if manifest is not None:
            self.info.labels(manifest.version, manifest.sha256).set(1)
