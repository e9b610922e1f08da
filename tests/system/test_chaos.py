"""A short form of the chaos: what `make chaos` plays at length."""

from __future__ import annotations

import random
import socket
import time

import pytest

from tests.apache_kafka import KafkaUnavailable
from tests.system.chaos import rounds
from tests.system.network import Proxy


@pytest.mark.kafka
@pytest.mark.timeout(400)
@pytest.mark.long
def test_two_rounds_of_chaos_break_no_promise() -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    print(f'again: make chaos ARGS="--rounds 2 --transfers 4000 --seed {seed} --on one-node"')
    try:
        outcomes = rounds("one-node", range(seed, seed + 2), transfers=2_000, actions=3)
    except KafkaUnavailable as reason:
        pytest.skip(str(reason))
    for outcome in outcomes:
        assert not outcome.findings.wrong, str(outcome)
        assert outcome.findings.transfers == outcome.findings.verdicts + outcome.findings.dead_letters == 2_000


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
        proxy.cut()
        assert _is_broken(near)
        assert _is_broken(socket.create_connection((host, int(port)), timeout=5))


def _is_broken(connection: socket.socket) -> bool:
    try:
        return connection.recv(9) == b""
    except ConnectionResetError:
        return True
