"""The metrics of `tidewaiter serve`, on a registry of its own. No label comes from a party, a person or a request."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

from tidewaiter.observability.metrics import LATENCY, Metrics
from tidewaiter.serve.auth.callers import Caller, strongest
from tidewaiter_schemas.disposition import Disposition

if TYPE_CHECKING:
    from tidewaiter.serve.projection.applying import Applied


class ServeMetrics:
    """The metrics of one process. `rules` are those on the rule book in use, as a worker has them."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self.rules = Metrics()
        for shared in (self.rules.rule_book, self.rules.rule_book_age, self.rules.rule_book_refused):
            registry.register(shared)
        for shared in (self.rules.rule_book_pending, self.rules.rule_book_topic, self.rules.list_age):
            registry.register(shared)
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
        self.decisions = Counter(
            "tidewaiter_serve_decisions",
            "Dispositions recorded here, by judgement and the strongest role of who decided.",
            ["judgement", "role"],
            registry=registry,
        )
        for topic in ("verdicts", "dispositions", "dead_letters", "unreadable"):
            self.projected_records.labels(topic)

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count one request. `route` is a template of the application, never a path that somebody chose."""
        self.requests.labels(route, str(status)).inc()
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            self.request_seconds.labels(route).observe(seconds)

    def decided(self, disposition: Disposition, caller: Caller) -> None:
        """Count a disposition that was recorded here."""
        judgement = "withdrawn" if disposition.withdrawn is not None else disposition.judgement
        self.decisions.labels(judgement, strongest(caller).value).inc()

    def projected(self, done: Applied) -> None:
        """Count what a transaction of the projection added."""
        counted: Sequence[tuple[str, int]] = (
            ("verdicts", done.verdicts),
            ("dispositions", done.dispositions),
            ("dead_letters", done.dead_letters),
            ("unreadable", done.unreadable),
        )
        for topic, count in counted:
            if count:
                self.projected_records.labels(topic).inc(count)
