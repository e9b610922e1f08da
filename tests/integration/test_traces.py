"""Spans reach a collector for the transfers that their producer traces, and hold nothing of the transfer."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.patience import stretched
from tests.station import Station, ids, record_of, transfers
from tests.wire import Record
from tidewaiter.stream.failure import ExitCode

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.raw = b""
        self._lock = threading.Lock()

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name is the protocol's
        with self._lock:
            self.raw += request.SerializeToString()
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    self.spans.extend(scope.spans)
        return trace_service_pb2.ExportTraceServiceResponse()


@contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    collector, server = Collector(), grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield collector, f"http://127.0.0.1:{port}"
    finally:
        server.stop(0).wait()


def traced(value: dict[str, Any], flags: str) -> Record:
    plain = record_of(value)
    return Record(plain.value, plain.key, headers=(("traceparent", f"00-{TRACE}-{PARENT}-{flags}".encode()),))


@pytest.mark.embedded
@pytest.mark.long
def test_a_traced_transfer_has_a_span_and_its_verdict_carries_it_on(running_brokers: Any) -> None:
    station = Station(running_brokers("embedded").address).create()
    sent = transfers(0, 30)
    with collecting() as (collector, endpoint), station.worker(traces_endpoint=endpoint) as worker:
        records = [traced(each, "01") for each in sent[:10]]
        records += [traced(each, "00") for each in sent[10:20]] + [record_of(each) for each in sent[20:]]
        station.wire.publish(station.transfers, records)
        found = station.verdicts_on(ids(sent))
        assert 'trace_id="' + TRACE in worker.page("/metrics", accept="application/openmetrics-text")[1]
        assert worker.terminate() == ExitCode.STOPPED
        spans = {span.span_id.hex(): span for span in collector.spans}
    assert len(spans) == len(collector.spans) == 10, "one for each that is sampled, and for no other"
    carried = [dict(found[each][0].headers).get("traceparent", b"").decode() for each in ids(sent)]
    assert carried[10:20] == [f"00-{TRACE}-{PARENT}-00"] * 10
    assert carried[20:] == [""] * 10
    for transfer_id, header in zip(ids(sent), carried[:10], strict=False):
        _, trace, own, flags = header.split("-")
        span = spans.pop(own)
        assert (trace, flags) == (TRACE, "01")
        assert span.trace_id.hex() == TRACE
        assert span.parent_span_id.hex() == PARENT
        assert 0 < span.start_time_unix_nano < span.end_time_unix_nano
        said = {each.key: each.value for each in span.attributes}
        verdict = json.loads(found[transfer_id][0].value or b"")
        assert said["tidewaiter.decision"].string_value == verdict["decision"]
        assert said["tidewaiter.rule_book"].string_value == verdict["rulebook"]["sha256"]
        assert said["messaging.destination.name"].string_value == station.transfers
    for personal in (b"Seller", b"Buyer", b"carpets", *(each.encode() for each in ids(sent))):
        assert personal not in collector.raw


@pytest.mark.embedded
@pytest.mark.long
def test_a_collector_that_is_away_holds_up_nothing(running_brokers: Any) -> None:
    station: Station = Station(running_brokers("embedded").address).create()
    sent = transfers(0, 200)
    with station.worker(traces_endpoint="http://127.0.0.1:9") as worker:
        station.wire.publish(station.transfers, [traced(each, "01") for each in sent])
        station.verdicts_on(ids(sent))
        began = time.monotonic()
        assert worker.terminate() == ExitCode.STOPPED
        assert time.monotonic() - began < stretched(15), "the budget of a stop"
