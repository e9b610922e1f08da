"""Spans of screened transfers whose producer traces them. Off unless a collector is set.

A transfer with a sampled `traceparent` (W3C Trace Context) gets one span, from the start of its batch to the
acknowledgement of its verdict. The `traceparent` of the verdict names that span. A span contains the position of the
record, the decision and the rule book, but no content of the transfer.
"""

from __future__ import annotations

from typing import Any, Final

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags, set_span_in_context

from tidewaiter import __version__
from tidewaiter.errors import SettingsError
from tidewaiter.observability.trace_context import sampled
from tidewaiter_schemas import Verdict

_EXPORT_SECONDS: Final = 3
_AT_MOST: Final = 4_096
"""How many spans wait for the collector. If it is slow, more are dropped, so that it never delays the stream."""


class Traces:
    """Sends spans to a collector in a separate thread. Raises SettingsError for an unusable address."""

    def __init__(self, endpoint: str) -> None:
        try:
            exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_SECONDS)
        except ValueError as error:
            raise SettingsError(f"TIDEWAITER_TRACES_ENDPOINT: {error}") from error
        resource = Resource.create({"service.name": "tidewaiter", "service.version": __version__})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=_AT_MOST))
        self._tracer = self._provider.get_tracer("tidewaiter")

    def begin(self, record: Any, began: float) -> Span | None:
        """Return a span for the record's transfer that started at `began` (epoch seconds), or None if not traced."""
        parent = sampled(record.headers)
        if parent is None:
            return None
        context = SpanContext(
            int(parent[0], 16), int(parent[1], 16), is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED)
        )
        return self._tracer.start_span(
            f"screen {record.topic}",
            set_span_in_context(NonRecordingSpan(context)),
            SpanKind.CONSUMER,
            {
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.destination.name": record.topic,
                "messaging.destination.partition.id": str(record.partition),
                "messaging.kafka.offset": record.offset,
            },
            start_time=int(began * 1e9),
        )

    def end(self, span: Span, verdict: Verdict) -> None:
        """End the span: the verdict is on its topic."""
        span.set_attributes(
            {"tidewaiter.decision": verdict.decision.value, "tidewaiter.rule_book": verdict.rulebook.sha256}
        )
        span.end()

    def header(self, span: Span) -> bytes:
        """Return the `traceparent` of the verdict, which names the span."""
        context = span.get_span_context()
        return b"00-%032x-%016x-01" % (context.trace_id, context.span_id)

    def close(self) -> None:
        """Send the waiting spans, within a few seconds. Blocks."""
        self._provider.force_flush(_EXPORT_SECONDS * 1_000)
        self._provider.shutdown()
