"""A short form of the chaos: what `make chaos` plays at length."""

from __future__ import annotations

import random
import socket
import time

import pytest

from tests.apache_kafka import KafkaUnavailable
from tests.system.chaos.events import MOST_EVENT, ODDITIES, OIL, PLAIN, POISONS, Kind, event
from tests.system.chaos.faults import FAULTS
from tests.system.chaos.rounds import drawn, rounds
from tests.system.network import Proxy
from tidewaiter.wire.cloudevents import NotATransfer, decode


@pytest.mark.kafka
@pytest.mark.timeout(900)
@pytest.mark.long
def test_two_rounds_of_chaos_break_no_promise() -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    print(f'again: make chaos ARGS="--rounds 2 --transfers 2000 --faults 3 --seed {seed} --on one-node"')
    try:
        outcomes = rounds("one-node", range(seed, seed + 2), events=1_000, faults=3)
    except KafkaUnavailable as reason:
        pytest.skip(str(reason))
    for outcome in outcomes:
        assert not outcome.wrong, str(outcome)
        found = outcome.findings
        assert found.transfers + found.aborted == 1_000
        assert found.missing == 0


def test_every_kind_of_poison_is_refused_for_its_reason_and_what_is_odd_is_read() -> None:
    refused = {kind.name: _refused(kind) for kind in (*POISONS, *ODDITIES, OIL, PLAIN)}
    expected = {kind.name: kind.reason for kind in (*POISONS, *ODDITIES, OIL, PLAIN)}
    assert refused == expected | {"bomb": "empty", "engine": None}, "which need a broker, and an engine that fails"
    assert len(POISONS) >= 20


def _refused(kind: Kind) -> str | None:
    record = event(kind, 7).record
    try:
        decode(record.value, [(name.decode(errors="replace"), content) for name, content in record.headers], MOST_EVENT)
    except NotATransfer as refused:
        return refused.reason
    return None


def test_no_fault_is_drawn_twice_before_each_was_drawn_once() -> None:
    names = drawn(random.Random(1), 2 * len(FAULTS))
    assert sorted(names[: len(FAULTS)]) == sorted(names[len(FAULTS) :]) == sorted(FAULTS)


def test_the_proxy_passes_on_holds_up_slows_down_and_cuts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, Proxy() as proxy:
        proxy.target = server.getsockname()[1]
        host, port = proxy.address.split(":")
        near = socket.create_connection((host, int(port)), timeout=5)
        far, _ = server.accept()
        near.sendall(b"there")
        assert far.recv(9) == b"there"
        proxy.slow(0.2)
        began = time.monotonic()
        far.sendall(b"back")
        assert near.recv(9) == b"back"
        assert time.monotonic() - began >= 0.2
        proxy.heal()
        proxy.hold()
        near.sendall(b"held")
        far.settimeout(0.3)
        with pytest.raises(TimeoutError):
            far.recv(9)
        proxy.heal()
        assert far.recv(9) == b"held"
        proxy.hold("to client")
        near.sendall(b"one way")
        assert far.recv(9) == b"one way"
        far.sendall(b"and back")
        near.settimeout(0.3)
        with pytest.raises(TimeoutError):
            near.recv(9)
        proxy.heal()
        assert near.recv(9) == b"and back"
        proxy.cut()
        assert _is_broken(near)
        assert _is_broken(socket.create_connection((host, int(port)), timeout=5))


def _is_broken(connection: socket.socket) -> bool:
    try:
        return connection.recv(9) == b""
    except ConnectionResetError:
        return True
