"""What all tests share: the brokers, each started once a session and worker process, when first asked for."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings

from tests import packaged
from tests.brokers import BOTH, ONE, Broker, Kind, running
from tidewaiter.goods.classifier import Classifier
from tidewaiter.runtime.gc_policy import collect_seldom
from tidewaiter.screening.screener import Screener

# Indexes that tests make are shared between them, and go when the session ends.
_INDEXES = tempfile.TemporaryDirectory(prefix="tidewaiter-indexes-")
os.environ.setdefault("TIDEWAITER_INDEX_DIR", _INDEXES.name)

collect_seldom()

# On a busy machine an example takes long, and drawing one too: neither is a fault of what is tried.
settings.register_profile("random", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
# `make test` draws the same examples each time; `make test-long` takes the other profile, and prints its seed.
settings.register_profile("repeatable", settings.get_profile("random"), derandomize=True, database=None)
settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the packaged law before the processes of pytest-xdist start, else each of them does it for itself."""
    if config.getoption("numprocesses", None) and not (config.option.collectonly or hasattr(config, "workerinput")):
        packaged.rule_book()


@pytest.fixture(scope="session")
def screener() -> Screener:
    """Screens by the packaged law of the United Nations and the sample list."""
    return packaged.screener()


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    """Recognises goods by the packaged words."""
    return packaged.classifier()


@pytest.fixture(scope="session")
def running_brokers() -> Iterator[Callable[[Kind], Broker]]:
    with ExitStack() as stack:
        brokers: dict[Kind, Broker] = {}

        def of(kind: Kind) -> Broker:
            if kind not in brokers:
                brokers[kind] = stack.enter_context(running(kind))
            return brokers[kind]

        yield of


@pytest.fixture(scope="session", params=BOTH)
def broker(request: pytest.FixtureRequest, running_brokers: Callable[[Kind], Broker]) -> Broker:
    """Each test that takes this runs twice, once on each broker."""
    return running_brokers(request.param)


@pytest.fixture(scope="session", params=ONE)
def any_broker(request: pytest.FixtureRequest, running_brokers: Callable[[Kind], Broker]) -> Broker:
    """For what does not hang on the broker: one of them is enough."""
    return running_brokers(request.param)


@pytest.fixture(scope="session")
def kafka(running_brokers: Callable[[Kind], Broker]) -> Broker:
    """For what the embedded broker cannot do: refuse a record. Mark the test `kafka` too."""
    return running_brokers("kafka")
