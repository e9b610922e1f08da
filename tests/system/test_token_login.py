"""Logging in by bearer token on Apache Kafka: a token that is renewed in its file, one that runs out, and no token."""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.apache_kafka import ApacheKafka, held_port
from tests.brokers import apache_kafka
from tests.station import Station, WorkerProcess, ids, one_verdict_each, transfers
from tidewaiter.stream.failure import ExitCode

pytestmark = pytest.mark.kafka

SESSION_SECONDS = 3
"""How long this broker lets a login last, however long its token."""
LOGIN = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"


class TokenKafka(ApacheKafka):
    """Apache Kafka that lets in by token on one listener. It believes every token that says until when it is valid."""

    def __init__(self) -> None:
        super().__init__()
        self.port = self._ports.enter_context(held_port())

    def _properties(self, node: int) -> dict[str, str]:
        properties = super()._properties(node)
        listener = "listener.name.token"
        return properties | {
            "listeners": f"{properties['listeners']},TOKEN://127.0.0.1:{self.port}",
            "advertised.listeners": f"{properties['advertised.listeners']},TOKEN://127.0.0.1:{self.port}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,TOKEN:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
            f"{listener}.sasl.enabled.mechanisms": "OAUTHBEARER",
            f"{listener}.oauthbearer.sasl.jaas.config": f'{LOGIN} unsecuredLoginStringClaim_sub="broker";',
            f"{listener}.oauthbearer.connections.max.reauth.ms": str(1000 * SESSION_SECONDS),
        }


@dataclass(frozen=True)
class Login:
    """A broker that wants tokens, and the file from which a worker takes its own."""

    kafka: TokenKafka
    file: Path

    def renew(self, seconds: float) -> str:
        """Puts a token into the file, whole, that is valid for so long from now."""
        now = time.time()
        header, claims = {"alg": "none"}, {"sub": "worker", "iat": now - 60, "exp": now + seconds}
        token = f"{_encoded(header)}.{_encoded(claims)}."
        fresh = self.file.with_suffix(".fresh")
        fresh.write_text(f"{token}\n")
        os.replace(fresh, self.file)  # noqa: PTH105
        return token

    def settings(self) -> dict[str, Any]:
        return {
            "broker": f"127.0.0.1:{self.kafka.port}",
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "OAUTHBEARER",
            "sasl_token_file": str(self.file),
        }


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def token_kafka() -> Iterator[TokenKafka]:
    with apache_kafka(of=TokenKafka) as kafka:
        assert isinstance(kafka, TokenKafka)
        yield kafka


@pytest.fixture
def login(token_kafka: TokenKafka, tmp_path: Path) -> Login:
    return Login(token_kafka, tmp_path / "token")


def last_word(worker: WorkerProcess) -> str:
    """The reason it gives for ending: one line."""
    (line,) = worker.logged("the worker ends") + worker.logged("not started")
    return str(line["reason"])


def committed(station: Station) -> int:
    return sum(station.wire.committed(station.group, station.transfers).values())


@contextmanager
def kept_fresh(login: Login, seconds: float = 5) -> Iterator[list[str]]:
    """Renews the token in its file every second, as something beside a worker does, and says which there were."""
    tokens = [login.renew(seconds)]
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(1):
            tokens.append(login.renew(seconds))

    thread = threading.Thread(target=renew)
    thread.start()
    try:
        yield tokens
    finally:
        ended.set()
        thread.join()


@pytest.mark.long
def test_a_worker_works_on_by_the_tokens_in_its_file_while_the_broker_ends_login_after_login(login: Login) -> None:
    station = Station(login.kafka.address).create()
    with kept_fresh(login) as tokens, station.worker(**login.settings()) as worker:
        worker.ready()
        sent: list[str] = []
        ends_at = time.monotonic() + 3 * SESSION_SECONDS
        while time.monotonic() < ends_at:
            more = transfers(len(sent), 50)
            station.publish(more)
            sent += ids(more)
            station.verdicts_on(ids(more))
            time.sleep(0.8)
        assert worker.logged(
            f"Failed fetch messages from 0: KafkaConnectionError: Connection at 127.0.0.1:{login.kafka.port} closed"
        ), "no login was ended"
        one_verdict_each(station.verdicts_on(sent))
        worker.until(lambda: committed(station) == len(sent))
        assert len(worker.logged("partitions assigned")) == 1, "it has kept its partitions"
        assert worker.terminate() == ExitCode.STOPPED
        assert not any(token in worker.log() for token in tokens)


@pytest.mark.slow
def test_a_worker_whose_token_runs_out_and_is_not_renewed_ends_and_says_so(login: Login) -> None:
    station = Station(login.kafka.address).create()
    sent = transfers(0, 200)
    with ExitStack() as stack:
        with kept_fresh(login) as tokens:
            worker = stack.enter_context(station.worker(**login.settings(), produce_timeout_seconds=60))
            station.publish(sent[:100])
            station.verdicts_on(ids(sent[:100]))
        time.sleep(6)
        station.publish(sent[100:])
        assert worker.ended() == ExitCode.BROKER, worker.log()
        assert f"refuses the token of TIDEWAITER_SASL_TOKEN_FILE {login.file}" in last_word(worker)
        assert not any(token in worker.log() for token in tokens)
    assert committed(station) <= 100
    login.renew(600)
    with station.worker(**login.settings()):
        one_verdict_each(station.verdicts_on(ids(sent)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "No such file", id="no file"),
        pytest.param(b" \n", "it is empty", id="empty"),
        pytest.param(b"to ken", "it is no token", id="two words"),
        pytest.param(b"\xff\xfe", "it is no token", id="no text"),
        pytest.param(b"abc", "refuses the token of", id="of another kind"),
        pytest.param("expired", "refuses the token of", id="expired"),
    ],
)
@pytest.mark.long
def test_without_a_good_token_a_worker_ends_at_its_start_and_names_the_file(
    login: Login, content: bytes | str | None, words: str
) -> None:
    if isinstance(content, bytes):
        login.file.write_bytes(content)
    elif content:
        login.renew(-60)
    with Station(login.kafka.address).worker(**login.settings()) as worker:
        assert worker.ended() == ExitCode.BROKER, worker.log()
        assert f"TIDEWAITER_SASL_TOKEN_FILE {login.file}" in last_word(worker)
        assert words in last_word(worker)
        assert "Traceback" not in worker.log()
