"""Every metric, defined once, on our own registry. Updated once per batch, never once per event.

Names end in their base unit; labels come from closed sets, or from partitions and rule sets, which are few.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar

from tidewaiter.observability.rule_book_metrics import RuleBookMetrics
from tidewaiter.observability.shadow_metrics import ShadowMetrics
from tidewaiter.screening.quotas import QuotaUsage
from tidewaiter_schemas import DeadLetterReason, Decision, Verdict

LATENCY: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
SCREENING: Final = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1.0)
CERTAINTY: Final = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
BATCH: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
MOST_SOURCES: Final = 50
STAGES: Final = ("decode", "screen", "settle", "encode", "write", "acknowledge")


class BatchHistogram(Collector):
    """A histogram that records many observations at once; prometheus-client's takes a lock for each."""

    def __init__(self, name: str, documentation: str, buckets: Sequence[float], registry: CollectorRegistry) -> None:
        self._name, self._documentation, self._buckets = name, documentation, tuple(buckets)
        self._counts = [0] * (len(self._buckets) + 1)
        self._sum = 0.0
        self._exemplars: dict[int, Exemplar] = {}
        registry.register(self)

    def observe(self, value: float, times: int = 1) -> None:
        """Count one value `times` times."""
        self._counts[bisect_left(self._buckets, value)] += times
        self._sum += value * times

    def observe_all(self, values: Iterable[float]) -> None:
        """Count each of the values."""
        for value in values:
            self._counts[bisect_left(self._buckets, value)] += 1
            self._sum += value

    def exemplify(self, value: float, trace_id: str, now: float) -> None:
        """Attach the trace as an exemplar to the bucket of its value. `now` is in epoch seconds."""
        self._exemplars[bisect_left(self._buckets, value)] = Exemplar({"trace_id": trace_id}, value, now)

    def collect(self) -> Iterator[Metric]:
        """Return the samples, as prometheus-client requests them at a scrape."""
        running = 0
        buckets: list[tuple[str, float] | tuple[str, float, Exemplar]] = []
        for number, (bound, count) in enumerate(zip((*self._buckets, inf), self._counts, strict=True)):
            running += count
            name = "+Inf" if bound == inf else repr(float(bound))
            example = self._exemplars.get(number)
            buckets.append((name, float(running)) if example is None else (name, float(running), example))
        yield HistogramMetricFamily(self._name, self._documentation, buckets=buckets, sum_value=self._sum)


class Metrics(RuleBookMetrics):
    """The metrics of one worker.

    Nothing is global: each worker, and each test, has its own.
    """

    def __init__(self) -> None:
        super().__init__()
        registry = self.registry
        self.transfers = Counter(
            "tidewaiter_transfers",
            "Transfers judged, whose verdict is on the verdict topic.",
            ["decision"],
            registry=registry,
        )
        self.findings = Counter(
            "tidewaiter_findings",
            "Findings in those verdicts, reported and counting ones.",
            ["rule_set", "family"],
            registry=registry,
        )
        self.certainty = BatchHistogram(
            "tidewaiter_finding_certainty_ratio",
            "How sure those findings are, 0 to 1.",
            CERTAINTY,
            registry,
        )
        self.unverified = Counter(
            "tidewaiter_unverified_verdicts",
            "Verdicts to block or review of which no counting finding rests on a citation that was verified (V).",
            registry=registry,
        )
        self.documents = Counter(
            "tidewaiter_documents",
            "Documents of the topics in TIDEWAITER_INPUTS, by outcome: converted, or refused as a dead letter.",
            ["topic", "outcome"],
            registry=self.registry,
        )
        self.document_transfers = Counter(
            "tidewaiter_document_transfers",
            "Transfers and refused documents that were written to the topic of transfers, by the topic they came from.",
            ["topic"],
            registry=self.registry,
        )
        self.registry_silence = Gauge(
            "tidewaiter_schema_registry_silence_seconds",
            "For how long the schema registry has not answered, while records of TIDEWAITER_INPUTS wait for a schema; "
            "0 otherwise.",
            registry=self.registry,
        )
        self.dead_letters_by_source = Counter(
            "tidewaiter_dead_letters_by_source",
            f"Dead letters by the CloudEvents source of their producer: the first {MOST_SOURCES} of them, then others; "
            "none where an event has no source.",
            ["source"],
            registry=self.registry,
        )
        self._sources: set[str] = set()
        self.dead_letters = Counter(
            "tidewaiter_dead_letters",
            "Events that could not be read or judged, written to the dead letters.",
            ["reason"],
            registry=registry,
        )
        self.screening = BatchHistogram(
            "tidewaiter_screening_seconds",
            "Seconds of screening a transfer: the time of its batch divided by the transfers in it.",
            SCREENING,
            registry,
        )
        self.event_to_verdict = BatchHistogram(
            "tidewaiter_event_to_verdict_seconds",
            "Seconds from the timestamp of an event's record to the broker's acknowledgement of its verdict.",
            LATENCY,
            registry,
        )
        self.batch_size = Histogram("tidewaiter_batch_size", "Events taken together.", buckets=BATCH, registry=registry)
        self.stage = Counter(
            "tidewaiter_stage_seconds", "Seconds spent in each stage of the batches.", ["stage"], registry=registry
        )
        self.lag = Gauge(
            "tidewaiter_consumer_lag",
            "Events of an assigned partition that have no verdict yet, as of the last look (every few seconds).",
            ["partition"],
            registry=registry,
        )
        self.waiting = Gauge(
            "tidewaiter_oldest_waiting_seconds",
            "How long the oldest event without a verdict has waited, at most: since the last event before it; 0 when "
            "none waits.",
            ["partition"],
            registry=registry,
        )
        self.open_transaction = Gauge(
            "tidewaiter_open_transaction_seconds",
            "How long the first open transaction of an assigned partition has been seen; 0 without one. Transfers "
            "behind its begin are not read before it is committed or aborted, and are not part of the lag.",
            ["partition"],
            registry=registry,
        )
        self.undecided = Gauge(
            "tidewaiter_open_transaction_offsets",
            "Offsets from the begin of the first open transaction of an assigned partition to the partition's end.",
            ["partition"],
            registry=registry,
        )
        self.deleted_unread = Counter(
            "tidewaiter_deleted_unread_total",
            "Offsets of the transfers' topic that the broker deleted before this worker read them, by retention or on "
            "request. Their transfers have no verdict.",
            ["partition"],
            registry=registry,
        )
        self.broker_silence = Gauge(
            "tidewaiter_broker_silence_seconds",
            "For how long the broker that keeps the group, or the leader of an assigned partition, has not answered.",
            registry=registry,
        )
        self.last_progress = Gauge(
            "tidewaiter_last_progress_timestamp_seconds",
            "When a batch was last finished, or when the worker was last seen to have nothing to do.",
            registry=registry,
        )
        self.buffered = Gauge(
            "tidewaiter_buffered_events", "Events read ahead and not yet taken into a batch.", registry=registry
        )
        self.rebalances = Counter(
            "tidewaiter_rebalances", "Times that partitions were handed out anew.", registry=registry
        )
        self.shadow = ShadowMetrics(registry)
        self.quota_share = Gauge(
            "tidewaiter_quota_share",
            "Share of a quota's cap that is used up in the window of today: published and counted. 1 is the cap.",
            ["quota", "window"],
            registry=registry,
        )
        # A series that appears with its first event cannot be alerted on before.
        for decision in Decision:
            self.transfers.labels(decision.value)
        for reason in DeadLetterReason:
            self.dead_letters.labels(reason.value)
        for stage in STAGES:
            self.stage.labels(stage)

    def judged(self, verdicts: Sequence[Verdict]) -> None:
        """Count verdicts that the broker has acknowledged."""
        decisions = Tally(verdict.decision for verdict in verdicts)
        for decision, count in decisions.items():
            self.transfers.labels(decision.value).inc(count)
        findings = Tally((finding.rule_set, finding.family) for verdict in verdicts for finding in verdict.findings)
        for (rule_set, family), count in findings.items():
            self.findings.labels(rule_set, family.value).inc(count)
        self.certainty.observe_all(finding.certainty for verdict in verdicts for finding in verdict.findings)
        self.unverified.inc(sum(_unverified(verdict) for verdict in verdicts))
        self.dispositions.judged(verdicts)

    def given_up(self, letters: Iterable[tuple[DeadLetterReason, str | None]]) -> None:
        """Count dead letters that the broker has acknowledged, each with its reason and the source of its producer.

        Anybody may write any source, so only the first `MOST_SOURCES` have a label of their own.
        """
        for (reason, source), count in Tally(letters).items():
            self.dead_letters.labels(reason.value).inc(count)
            named = source or "none"
            if named not in self._sources and len(self._sources) >= MOST_SOURCES:
                named = "others"
            else:
                self._sources.add(named)
            self.dead_letters_by_source.labels(named).inc(count)

    def quota_usage(self, usages: Sequence[QuotaUsage]) -> None:
        """Set the usage of the quotas and remove windows that have ended."""
        self.quota_share.clear()
        for usage in usages:
            self.quota_share.labels(usage.quota, usage.window.isoformat()).set(float(usage.share))


def _unverified(verdict: Verdict) -> bool:
    """Return whether the verdict stops a transfer only by law that nobody has verified against its text."""
    counting = [finding for finding in verdict.findings if finding.suppressed_by is None]
    return verdict.decision is not Decision.CLEAR and not any(finding.citation.verified for finding in counting)
