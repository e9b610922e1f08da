"""`tidewaiter serve` beside a worker and a broker: the queue is that of the topics, whatever happens to the database."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests import postgres
from tests.brokers import Broker
from tests.patience import WAIT
from tests.serving import Client, client_of, tokens_file
from tests.station import Station, ids, transfers
from tidewaiter.serve.auth.callers import Role
from tidewaiter.serve.auth.tokens import as_yaml, new_token


@pytest.fixture(scope="module")
def database() -> Iterator[postgres.Postgres]:
    with postgres.running() as server:
        yield server


@pytest.fixture
def tokens(tmp_path: Path) -> dict[str, str]:
    return tokens_file(tmp_path / "tokens.yaml")


def settings(tmp_path: Path, name: str = "serve") -> dict[str, object]:
    return {"serve_tokens_file": tmp_path / "tokens.yaml", "serve_database": f"sqlite:///{tmp_path}/{name}.db"}


def station_on(broker: Broker) -> Station:
    station = Station(broker.address).create()
    station.wire.create(f"{station.prefix}dispositions", partitions=1)
    return station


def everything(client: Client) -> dict[str, tuple[str, str, str]]:
    """Each verdict's state, record and link, by its id."""
    found: dict[str, tuple[str, str, str]] = {}
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(f"/v1/verdicts?limit=200{'&cursor=' + cursor if cursor else ''}", "auditor").json
        for each in page["verdicts"]:
            assert each["verdict"]["id"] not in found
            found[each["verdict"]["id"]] = (each["state"], each["record"], (each["chain"] or {}).get("link", ""))
        cursor = page["next"]
    return found


def queue_of(client: Client) -> list[tuple[str, str]]:
    """The queue in its order."""
    page = client.get("/v1/queue?limit=200", "analyst").json
    assert page["next"] is None
    return [(each["verdict"]["id"], each["state"]) for each in page["verdicts"]]


def until(holds: Callable[[], bool], what: str, within: float = WAIT) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def has(client: Client, number: int) -> bool:
    answer = client.get("/v1/verdicts?limit=1", "auditor")
    return answer.status == 200 and answer.json["complete"] and len(everything(client)) == number


def test_what_a_worker_holds_is_in_the_queue_until_somebody_has_decided_it(
    any_broker: Broker, tmp_path: Path, tokens: dict[str, str]
) -> None:
    station = station_on(any_broker)
    sent = transfers(0, 40)
    with station.worker() as worker, station.serve(**settings(tmp_path)) as serve:
        client = client_of(serve, tokens)
        worker.ready()
        station.publish(sent)
        stream = station.verdicts_on(ids(sent))
        serve.ready()
        until(lambda: has(client, 40), "the verdicts are not all there")
        held = queue_of(client)
        assert len(held) == 4
        # In line, each transfer has the bytes that the stream has written.
        answer = client.post("/v1/screen", "producer", sent)
        assert answer.body == b"[" + b",".join(stream[each["id"]][0].value or b"" for each in sent) + b"]"

        details = client.get(f"/v1/verdicts/{held[0][0]}", "analyst").json
        assert details["transfer"] == next(each for each in sent if each["id"] == details["verdict"]["transfer_id"])
        finding = next(each for each in details["verdict"]["findings"] if each["effect"] != "info")
        decision = {"verdict_id": held[0][0], "rule": finding["rule"], "subject": finding["subject"]}
        made = client.post("/v1/dispositions", "analyst", decision | {"judgement": "true_match", "reason": "It is."})
        assert made.status == 201, made.body
        assert made.json["visible"]
        assert queue_of(client) == held[1:]
        (recorded,) = client.get(f"/v1/verdicts/{held[0][0]}", "auditor").json["dispositions"]
        assert recorded["decided_by"] == "analyst"
        # Who decided is the owner of the token, whatever is sent.
        refused = client.post("/v1/dispositions", "analyst", decision | {"decided_by": "bob", "reason": "x"})
        assert refused.problem == "not-valid"
        assert serve.terminate() == 0


def test_where_two_persons_are_asked_for_a_false_positive_waits_for_the_second(
    any_broker: Broker, tmp_path: Path, tokens: dict[str, str]
) -> None:
    station = station_on(any_broker)
    with station.worker(four_eyes=True) as worker, station.serve(**settings(tmp_path), four_eyes=True) as serve:
        client = client_of(serve, tokens)
        worker.ready()
        station.publish(transfers(10, 1))
        until(lambda: has(client, 1), "the verdict is not there")
        ((identity, _),) = queue_of(client)
        findings = client.get(f"/v1/verdicts/{identity}", "analyst").json["verdict"]["findings"]
        proposed = []
        for each in (each for each in findings if each["effect"] != "info"):
            body = {"verdict_id": identity, "rule": each["rule"], "subject": each["subject"], "reason": "Another car."}
            made = client.post("/v1/dispositions", "approver", body | {"judgement": "false_positive"})
            assert made.json["disposition"]["judgement"] == "false_positive_proposed"
            proposed.append(made.json["disposition"]["id"])
        assert queue_of(client) == [(identity, "awaiting_approval")]
        # Whoever has proposed it cannot approve it, and neither can somebody without the role.
        own = client.post(f"/v1/dispositions/{proposed[0]}/approval", "approver", {})
        assert own.problem == "same-person"
        assert client.post(f"/v1/dispositions/{proposed[0]}/approval", "analyst", {}).problem == "not-permitted"
        second = Client(client.host, client.port, tokens | {"bob": _another_approver(tmp_path)})
        until(lambda: second.get("/v1/rulebook", "bob").status == 200, "the new token is not known")
        for each in proposed:
            approved = second.post(f"/v1/dispositions/{each}/approval", "bob", {}).json["disposition"]
            assert (approved["decided_by"], approved["approved_by"]) == ("approver", "bob")
        assert queue_of(client) == []
        assert second.post(f"/v1/dispositions/{proposed[0]}/approval", "bob", {}).problem == "not-proposed"


def _another_approver(folder: Path) -> str:
    token = new_token("bob", (Role.APPROVER,))
    with (folder / "tokens.yaml").open("a", encoding="utf-8") as file:
        file.write(as_yaml(token.row))
    return token.text


@contextmanager
def load(station: Station) -> Iterator[list[dict[str, Any]]]:
    """Publishes transfers until the block ends."""
    sent: list[dict[str, Any]] = []
    stop = threading.Event()

    def publish() -> None:
        while not stop.is_set() and len(sent) < 3_000:
            some = transfers(len(sent), 50)
            station.publish(some)
            sent.extend(some)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield sent
    finally:
        stop.set()
        thread.join(60)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.long
def test_the_database_deleted_under_load_is_built_again_to_the_same_queue(
    any_broker: Broker, tmp_path: Path, tokens: dict[str, str], kind: str, request: pytest.FixtureRequest
) -> None:
    station = station_on(any_broker)
    told = settings(tmp_path)
    delete: Callable[[], object] = (tmp_path / "serve.db").unlink
    if kind == "postgresql":
        server: postgres.Postgres = request.getfixturevalue("database")
        url = server.database()
        name = url.rpartition("/")[2]
        told |= {"serve_database": url, "serve_database_password": postgres.PASSWORD}

        def delete() -> None:
            server.run(f'DROP DATABASE "{name}" WITH (FORCE)')
            server.run(f'CREATE DATABASE "{name}"')

    with station.worker() as worker, station.serve(**told) as serve:
        client = client_of(serve, tokens)
        worker.ready()
        serve.ready()
        with load(station) as sent:
            until(lambda: len(everything(client)) > 100, "nothing is projected")
            decide(client, queue_of_some(client))
            delete()
            until(lambda: len(sent) > 600, "nothing more is published")
        station.verdicts_on(ids(sent))
        until(lambda: has(client, len(sent)), "the database is not built again")
        rebuilt = everything(client), queue_of_some(client)
        with station.serve(**settings(tmp_path, "another")) as second:
            fresh = client_of(second.ready(), tokens)
            until(lambda: has(fresh, len(sent)), "the second database is not built")
            assert (everything(fresh), queue_of_some(fresh)) == rebuilt
        assert "decided" in {state for state, *_ in rebuilt[0].values()}


def queue_of_some(client: Client) -> list[str]:
    answer = client.get("/v1/queue?limit=50", "analyst")
    return [each["verdict"]["id"] for each in answer.json["verdicts"]]


def decide(client: Client, held: list[str]) -> None:
    for identity in held[:3]:
        finding = client.get(f"/v1/verdicts/{identity}", "analyst").json["verdict"]["findings"][0]
        body = {"verdict_id": identity, "rule": finding["rule"], "subject": finding["subject"], "reason": "Yes."}
        assert client.post("/v1/dispositions", "analyst", body | {"judgement": "true_match"}).status == 201


@pytest.mark.long
def test_a_process_that_is_killed_under_load_loses_and_doubles_nothing(
    any_broker: Broker, tmp_path: Path, tokens: dict[str, str]
) -> None:
    station = station_on(any_broker)
    with station.worker() as worker:
        worker.ready()
        with load(station) as sent:
            for more in (100, 400):
                with station.serve(**settings(tmp_path)) as serve:
                    client = client_of(serve, tokens)
                    until(lambda: len(everything(client)) > more, "nothing is projected")  # noqa: B023
                    serve.kill()
        on_topic = station.verdicts_on(ids(sent))
        with station.serve(**settings(tmp_path)) as serve:
            client = client_of(serve, tokens)
            until(lambda: has(client, len(sent)), "verdicts are missing, or there twice")
            found = everything(client)
    assert set(found) == {json.loads(r.value or b"")["id"] for records in on_topic.values() for r in records}


@pytest.mark.long
def test_topics_that_were_made_anew_empty_the_database(
    any_broker: Broker, tmp_path: Path, tokens: dict[str, str]
) -> None:
    if any_broker.kind == "embedded":
        pytest.skip("the embedded broker deletes no topic")
    station = station_on(any_broker)
    first, second = transfers(0, 30), transfers(1_000, 60)
    with station.worker() as worker, station.serve(**settings(tmp_path)) as serve:
        worker.ready()
        station.publish(first)
        client = client_of(serve, tokens)
        until(lambda: has(client, 30), "nothing is projected")
        serve.send(signal.SIGTERM)
        worker.send(signal.SIGTERM)
        assert serve.ended() == 0
    station.wire.delete(station.verdicts)
    station.wire.delete(station.transfers)
    station.create(station.verdicts, station.transfers)
    station.group = f"{station.group}-2"
    with station.worker() as worker, station.serve(**settings(tmp_path)) as serve:
        worker.ready()
        station.publish(second)
        client = client_of(serve, tokens)
        until(lambda: has(client, 60), "the rows of the old topic are still there")
        assert {each for each, *_ in everything(client).values()} <= {"clear", "open"}


@pytest.mark.long
def test_it_answers_while_broker_and_database_are_away_and_says_what_is_missing(
    tmp_path: Path, tokens: dict[str, str]
) -> None:
    station = Station("127.0.0.1:9")
    told: Mapping[str, object] = settings(tmp_path) | {"serve_database": f"sqlite:///{tmp_path}/none/serve.db"}
    with station.serve(**told, rule_book="own", connect_timeout_seconds=0.5) as serve:
        assert serve.ended() == 11 or "cannot be opened" in serve.log()
    with station.serve(**settings(tmp_path), rule_book="own", connect_timeout_seconds=0.5) as serve:
        client = client_of(serve, tokens)
        until(lambda: client.get("/v1/rulebook", "auditor").status == 200, "no rule book")
        assert client.post("/v1/screen", "producer", transfers(0, 1)[0]).status == 200
        assert serve.page("/readyz")[0] == 503
        assert "the topics are not followed" in serve.page("/readyz")[1]
        assert client.get("/v1/queue", "analyst").json == {"verdicts": [], "next": None, "complete": False}
        assert serve.page("/livez")[0] == 200
        assert serve.terminate() == 0


def test_it_does_not_start_where_nobody_could_ask(any_broker: Broker, tmp_path: Path) -> None:
    station = Station(any_broker.address)
    with station.serve(serve_database=f"sqlite:///{tmp_path}/serve.db") as serve:
        assert serve.ended() != 0
        assert "TIDEWAITER_SERVE_TOKENS_FILE" in serve.log()
