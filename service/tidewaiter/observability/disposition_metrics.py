"""The metrics on dispositions. No label has a name of a person or of a party."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge

from tidewaiter.screening.dispositions import Refusal
from tidewaiter.screening.suppression import PREFIX
from tidewaiter_schemas.verdict import Verdict, VoidCause


class DispositionMetrics:
    """The dispositions that a worker uses, those that it refused, and their effect on its verdicts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.in_force = Gauge(
            "tidewaiter_dispositions_in_force",
            "False positives in use that are neither withdrawn nor overruled. Some may have expired.",
            registry=registry,
        )
        self.topic = Gauge(
            "tidewaiter_dispositions_topic_up",
            "1 while the topic of dispositions is followed; 0 when it is not there or cannot be read.",
            registry=registry,
        )
        self.adoption = Gauge(
            "tidewaiter_disposition_adoption_seconds",
            "Seconds from the timestamp of the last adopted disposition's record to its use.",
            registry=registry,
        )
        self.refused = Counter(
            "tidewaiter_dispositions_refused",
            "Records on the topic of dispositions that have no effect.",
            ["reason"],
            registry=registry,
        )
        self.applied = Counter(
            "tidewaiter_suppressions_applied",
            "Findings in verdicts that a false positive suppressed, by list.",
            ["list"],
            registry=registry,
        )
        self.voided = Counter(
            "tidewaiter_suppressions_voided",
            "Findings in verdicts that an earlier false positive no longer suppressed.",
            ["cause"],
            registry=registry,
        )
        for refusal in Refusal:
            self.refused.labels(refusal.value)
        for cause in VoidCause:
            self.voided.labels(cause.value)

    def judged(self, verdicts: Sequence[Verdict]) -> None:
        """Count the effect of dispositions on verdicts that the broker has acknowledged."""
        for verdict in verdicts:
            if verdict.dispositions is None:
                continue
            for finding in verdict.findings:
                if finding.suppressed_by is not None and finding.suppressed_by.startswith(PREFIX):
                    self.applied.labels(finding.rule_set).inc()
                for voided in finding.suppression_voided:
                    self.voided.labels(voided.cause).inc()
