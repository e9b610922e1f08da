"""Which records are traced: those whose producer says so in the way of the W3C, and no others."""

from __future__ import annotations

import pytest
from prometheus_client.openmetrics.exposition import generate_latest

from tidewaiter.observability.metrics import Metrics
from tidewaiter.observability.trace_context import sampled

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize("flags", ["01", "03", "ff"])
def test_a_sampled_trace_is_read(flags: str) -> None:
    headers = [("ce_id", b"1"), ("traceparent", f"00-{TRACE}-{SPAN}-{flags}".encode())]
    assert sampled(headers) == (TRACE, SPAN)


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        f"00-{TRACE}-{SPAN}-00".encode(),
        f"01-{TRACE}-{SPAN}-01".encode(),
        f"00-{TRACE.upper()}-{SPAN}-01".encode(),
        f"00-{'0' * 32}-{SPAN}-01".encode(),
        f"00-{TRACE}-{'0' * 16}-01".encode(),
        f"00-{TRACE}-{SPAN}-01-more".encode(),
        b"\xff\xfe",
    ],
)
def test_whatever_else_stands_there_is_no_trace(content: bytes | None) -> None:
    assert sampled([("traceparent", content)]) is None
    assert sampled(None) is None


def test_a_trace_is_shown_beside_the_bucket_it_fell_into() -> None:
    metrics = Metrics()
    metrics.event_to_verdict.observe(0.02)
    metrics.event_to_verdict.exemplify(0.02, TRACE, 1_700_000_000.0)
    lines = [line for line in generate_latest(metrics.registry).decode().splitlines() if TRACE in line]  # type: ignore[no-untyped-call]
    (line,) = lines
    assert line.startswith('tidewaiter_event_to_verdict_seconds_bucket{le="0.025"} 1.0 # {')
    assert line.endswith("} 0.02 1700000000.0")
