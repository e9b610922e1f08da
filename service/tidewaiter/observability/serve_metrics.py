"""The metrics of `tidewaiter serve`, on a registry of its own. No label comes from a party, a person or a request."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from tidewaiter.observability.metrics import LATENCY
from tidewaiter.observability.rule_book_metrics import RuleBookMetrics

PROJECTED = ("verdicts", "dispositions", "dead_letters", "unreadable")
"""What the projection reads, and records that are none of it."""


@dataclass(frozen=True, slots=True)
class PeopleFigures:
    """What the database says of the people's work. Times are seconds since 1970."""

    items: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Items of the queue by decision and state."""
    oldest: Mapping[str, float] = field(default_factory=dict)
    """When the oldest item of each decision was screened."""
    overdue: int = 0
    by_rule_set: Mapping[str, int] = field(default_factory=dict)
    judged: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """Standing dispositions by rule set, rule (empty for entries of lists) and judgement."""
    suppressions: Mapping[str, int] = field(default_factory=dict)
    """False positives by whether they stand."""
    suppressed: int = 0
    voided: int = 0


class ServeMetrics(RuleBookMetrics):
    """The metrics of one process."""

    def __init__(self) -> None:
        super().__init__()
        registry = self.registry
        self._of_requests(registry)
        self._of_the_projection(registry)
        self._of_people(registry)

    def _of_requests(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "tidewaiter_serve_requests",
            "Requests answered, by route and status.",
            ["route", "status"],
            registry=registry,
        )
        self.request_seconds = Histogram(
            "tidewaiter_serve_request_seconds",
            "Seconds from the request to its answer.",
            ["route"],
            buckets=LATENCY,
            registry=registry,
        )
        self.screened = Counter(
            "tidewaiter_serve_screened",
            "Transfers screened in answer to a request. They are on no topic.",
            registry=registry,
        )
        self.screening_waiting = Gauge(
            "tidewaiter_serve_screening_waiting", "Transfers of requests that wait to be screened.", registry=registry
        )
        self.decisions = Counter(
            "tidewaiter_serve_decisions",
            "Dispositions recorded here, by judgement and the strongest role of who decided.",
            ["judgement", "role"],
            registry=registry,
        )

    def _of_the_projection(self, registry: CollectorRegistry) -> None:
        self.projection_up = Gauge(
            "tidewaiter_serve_projection_up",
            "1 while the topics are followed into the database; 0 while broker or database cannot be used.",
            registry=registry,
        )
        self.projection_behind = Gauge(
            "tidewaiter_serve_projection_behind",
            "Records that are on the topics and not yet in the database.",
            registry=registry,
        )
        self.projected_records = Counter(
            "tidewaiter_serve_projected", "Records taken into the database, by topic.", ["topic"], registry=registry
        )
        for topic in PROJECTED:
            self.projected_records.labels(topic)

    def _of_people(self, registry: CollectorRegistry) -> None:
        self.queue_items = Gauge(
            "tidewaiter_queue_items",
            "Reviews and blocks in the queue, by decision and state.",
            ["decision", "state"],
            registry=registry,
        )
        self.queue_oldest = Gauge(
            "tidewaiter_queue_oldest_seconds",
            "How long the oldest item of the queue has waited.",
            ["decision"],
            registry=registry,
        )
        self.queue_overdue = Gauge(
            "tidewaiter_queue_overdue_items",
            "Items of the queue that wait for longer than TIDEWAITER_SERVE_OVERDUE_HOURS.",
            registry=registry,
        )
        self.queue_by_rule_set = Gauge(
            "tidewaiter_queue_items_by_rule_set",
            "Items of the queue with a finding of a list or rule set. An item may have several.",
            ["rule_set"],
            registry=registry,
        )
        self.judged = Gauge(
            "tidewaiter_judged_findings",
            "Findings with a disposition that stands, by its judgement. `rule` is empty for entries of a list.",
            ["rule_set", "rule", "judgement"],
            registry=registry,
        )
        self.suppressions = Gauge(
            "tidewaiter_false_positives",
            "False positives that bind to a party and entry, by whether they stand: in_force, expired, withdrawn or "
            "overruled by a later disposition.",
            ["state"],
            registry=registry,
        )
        self.suppressed = Gauge(
            "tidewaiter_suppressed_findings",
            "Findings of the last seven days that a false positive suppresses.",
            registry=registry,
        )
        self.voided = Gauge(
            "tidewaiter_voided_suppressions",
            "Findings of the last seven days that an earlier false positive no longer suppresses.",
            registry=registry,
        )

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count one request. `route` is a template of the application, never a path that somebody chose."""
        self.requests.labels(route, str(status)).inc()
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            self.request_seconds.labels(route).observe(seconds)

    def decided(self, judgement: str, role: str) -> None:
        """Count a disposition that was recorded here."""
        self.decisions.labels(judgement, role).inc()

    def projected(self, counts: Mapping[str, int]) -> None:
        """Count what a transaction of the projection added, by the words of `PROJECTED`."""
        for topic, count in counts.items():
            if count:
                self.projected_records.labels(topic).inc(count)

    def people(self, figures: PeopleFigures, now: float | None = None) -> None:
        """Set the figures of the people's work."""
        now = time.time() if now is None else now
        for gauge in (self.queue_items, self.queue_oldest, self.queue_by_rule_set, self.judged, self.suppressions):
            gauge.clear()
        for (decision, state), count in figures.items.items():
            self.queue_items.labels(decision, state).set(count)
        for decision, at in figures.oldest.items():
            self.queue_oldest.labels(decision).set(max(0.0, now - at))
        for rule_set, count in figures.by_rule_set.items():
            self.queue_by_rule_set.labels(rule_set).set(count)
        for labels, count in figures.judged.items():
            self.judged.labels(*labels).set(count)
        for state, count in figures.suppressions.items():
            self.suppressions.labels(state).set(count)
        self.queue_overdue.set(figures.overdue)
        self.suppressed.set(figures.suppressed)
        self.voided.set(figures.voided)
