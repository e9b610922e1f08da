"""Nobody reads in a log, an error, a metric or on a page of the worker whom a transfer was about."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from typing import Any

import pytest

from tests.brokers import Broker
from tests.patience import WAIT
from tests.personal_data import revealed, sample_names
from tests.station import FAILS_ON_POISON, ROOT, Station, WorkerProcess, ids, record_of, transfer
from tests.wire import Headers, Record
from tidewaiter.stream.failure import ExitCode

NAME = "Kim Jong Un"
NUMBERS = {
    "account": "DE89370400440532013000",
    "passport": "745210087",
    "wallet": "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    "birth": "1984-01-08",
    "street": "Changgwang-dong 26",
    "serial": "Z94-P00117",
}
PRIVATE = tuple(NUMBERS.values())

BREAKS = """
from tidewaiter.screening.screener import Screener
def break_off(self, transfers):
    raise ValueError(f"no rule for {[party.name for each in transfers for party in each.parties]}", transfers)
Screener.assess = break_off
"""


def about(number: int, name: str, **changes: Any) -> dict[str, Any]:
    """A transfer that says about one party everything one can."""
    party = {
        "role": "transferee",
        "name": name,
        "aliases": [f"{name} alias"],
        "type": "person",
        "countries": ["KP"],
        "birth_date": NUMBERS["birth"],
        "identifiers": [
            {"type": "passport", "value": NUMBERS["passport"], "country": "KP"},
            {"type": "wallet", "value": NUMBERS["wallet"]},
            {"type": "other", "value": NUMBERS["account"]},
        ],
        "address": NUMBERS["street"],
        "owned_by": [{"name": name, "share": 60}],
    }
    return transfer(
        number,
        parties=[party],
        items=[{"description": f"car for {name}", "serial": NUMBERS["serial"], "quantity": 1}],
        purpose=f"for {name}",
        free_text=f"{name}, {NUMBERS['street']}, {NUMBERS['account']}",
        **changes,
    )


def unreadable() -> list[Record]:
    """Events that no reader takes, each with the name in the place that it breaks."""
    good = about(0, NAME)
    party = good["parties"][0]
    values: list[Any] = [
        {**good, "parties": NAME},
        {**good, "parties": [NAME]},
        {**good, "parties": [{**party, "name": [NAME]}]},
        {**good, "parties": [{**party, "birth_date": f"{NAME} {NUMBERS['birth']}"}]},
        {**good, "parties": [{**party, "countries": [NAME]}]},
        {
            **good,
            "parties": [{**party, "identifiers": [{"type": "imo", "value": NUMBERS["account"], "country": NAME}]}],
        },
        {**good, "parties": [{**party, "owned_by": [{"name": NAME, "share": NUMBERS["account"]}]}]},
        {**good, "parties": [{**party, NAME: NUMBERS["account"]}]},
        {**good, "parties": {NAME: party}},
        {**good, NUMBERS["account"]: NAME},
        {**good, "occurred_at": f"{NAME} {NUMBERS['birth']}"},
        {**good, "funds": {"amount": NAME, "currency": NUMBERS["account"]}},
        {**good, "funds": {"amount": 1, "currency": NAME}},
        {**good, "items": [{"description": "car", "quantity": NAME, "hs_code": NAME}]},
        {**good, "route": {"destination": {"country": NAME}}},
        {**good, "report": {"status": "reported", "sources": {NAME: NAME}}},
        {**good, "authorisations": [{"authority": NAME, "expires_on": NAME}]},
        {**good, "id": {NAME: NUMBERS["account"]}},
        {**good, "parties": [{**party, "name": NAME * 100_000}]},
        [good],
        NAME,
    ]
    texts = [json.dumps(value, ensure_ascii=False).encode() for value in values]
    whole = json.dumps(good, ensure_ascii=False).encode()
    texts += [
        whole[:-40],
        whole.replace(b'"name":', b'"name" "', 1),
        whole[:-1] + f', "{NAME}": 1, "{NAME}": 2}}'.encode(),
        b'{"parties": [], "parties": [{"name": "' + NAME.encode() + b'"}]}',
        NAME.encode("utf-16"),
        b"\xff" + whole,
        f"<Document><Nm>{NAME}</Nm></Document>".encode(),
    ]
    key = NAME.encode()
    by_envelope: list[tuple[Headers, bytes]] = [
        ((("ce_type", key),), whole),
        ((("ce_type", key), ("ce_type", key)), whole),
        (((f"ce_{NAME}", key), (f"ce_{NAME}", key)), whole),
        ((("ce_specversion", key), ("ce_id", key), ("ce_source", key), ("ce_type", key)), whole),
        ((("content-type", b"application/cloudevents+json; x=" + key),), whole),
        ((("content-type", b"application/cloudevents-batch+json"),), whole),
    ]
    records = [Record(text, key, (("customer", key),), partition=0) for text in texts]
    return records + [Record(text, key, headers, partition=1) for headers, text in by_envelope]


def nothing_private_in(worker: WorkerProcess) -> None:
    log = worker.log()
    assert '"starting"' in log or "starting" in log, "this is the log"
    assert revealed(log, PRIVATE) == []


def test_names_are_found_in_a_log_however_they_are_written() -> None:
    """So that the tests here can fail."""
    assert NAME in revealed('{"message": "screened KIM JONG UN"}')
    assert "Ким Чен Ын" in revealed(json.dumps({"message": "Ким Чен Ын"}))
    assert "김정은" in revealed(json.dumps({"a": {"b": ["김정은"]}}))
    assert len(sample_names()) > 100
    assert revealed("nobody") == []


@pytest.mark.parametrize("log_format", ["json", pytest.param("console", marks=pytest.mark.slow)])
def test_a_worker_that_tells_everything_it_can_tells_nobodys_name(any_broker: Broker, log_format: str) -> None:
    """At DEBUG, with every party of the sample list, and every way to be unreadable."""
    station = Station(any_broker.address).create()
    bad = unreadable()
    good = [about(number, name) for number, name in enumerate(sample_names(), start=1)]
    with station.worker(log_level="DEBUG", log_format=log_format) as worker:
        station.wire.publish(station.transfers, [*bad, *(record_of(each) for each in good)])
        verdicts = station.verdicts_on(ids(good))
        letters = station.wire.read(station.dead_letters, until=lambda records: len(records) >= len(bad))
        assert worker.terminate() == ExitCode.STOPPED
        nothing_private_in(worker)
    assert len(letters) == len(bad), "each of them is unreadable"
    reasons = {letter.header["dlq-reason"] for letter in letters}
    assert reasons == {"not_json", "schema", "envelope", "too_large"}
    ours = [
        f"{name}: {text}"
        for letter in letters
        for name, text in letter.header.items()
        if name.startswith(("dlq", "kafka"))
    ]
    assert revealed("\n".join(ours), PRIVATE) == []
    # The names were there to be told: the verdicts hold them as evidence.
    assert revealed("\n".join((records[0].value or b"").decode() for records in verdicts.values()))


def test_the_pages_of_a_worker_tell_nobodys_name(any_broker: Broker) -> None:
    station = Station(any_broker.address).create()
    good = [about(number, name) for number, name in enumerate(sample_names()[:50], start=1)]
    with station.worker(log_level="DEBUG") as worker:
        station.wire.publish(station.transfers, [*unreadable(), *(record_of(each) for each in good)])
        station.verdicts_on(ids(good))
        pages = [worker.page(path)[1] for path in ("/metrics", "/readyz", "/livez")]
        base = worker.logged("web")[-1]["metrics"]
        openmetrics = urllib.request.Request(base, headers={"Accept": "application/openmetrics-text"})
        with urllib.request.urlopen(openmetrics, timeout=WAIT) as answer:
            pages.append(answer.read().decode())
    assert "tidewaiter_transfers_total" in pages[0]
    assert revealed("\n".join(pages), PRIVATE) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "settings", "code"),
    [
        pytest.param(
            BREAKS, {"on_engine_error": "stop"}, ExitCode.UNFORESEEN, id="an error of ours that quotes the transfers"
        ),
        pytest.param(
            BREAKS,
            {"dead_letters_in_a_row": 1},
            ExitCode.TOO_MANY_DEAD_LETTERS,
            id="an engine that fails on everything",
        ),
        pytest.param("", {"dead_letters_in_a_row": 5}, ExitCode.TOO_MANY_DEAD_LETTERS, id="too many dead letters"),
    ],
)
def test_a_worker_that_ends_tells_nobodys_name_either(
    any_broker: Broker, before: str, settings: dict[str, Any], code: ExitCode
) -> None:
    station = Station(any_broker.address).create()
    first = [record_of(about(1, NAME), partition=0)] if before else unreadable()
    station.wire.publish(station.transfers, first)
    with station.worker(before, log_level="DEBUG", **settings) as worker:
        assert worker.ended() == code, worker.log()
        nothing_private_in(worker)
        assert worker.logged("the worker ends"), "and it says why it ended"


def test_a_transfer_that_is_given_up_tells_nobodys_name(any_broker: Broker) -> None:
    station = Station(any_broker.address).create()
    poison = about(1, NAME, id="poison")
    after = about(2, NAME)
    with station.worker(FAILS_ON_POISON, log_level="DEBUG") as worker:
        station.wire.publish(station.transfers, [record_of(poison, partition=0), record_of(after, partition=0)])
        station.verdicts_on([after["id"]])
        (letter,) = station.wire.read(station.dead_letters, until=bool)
        told = worker.page("/metrics")[1]
        assert worker.terminate() == ExitCode.STOPPED
        nothing_private_in(worker)
        assert worker.logged("engine error")[0]["error"] == "ArithmeticError"
    assert json.loads(letter.value or b"") == poison
    ours = [text for name, text in letter.header.items() if name.startswith(("dlq", "kafka"))]
    assert revealed("\n".join([*ours, told]), PRIVATE) == []


def test_lines_that_cannot_be_read_are_told_by_number_and_not_by_content() -> None:
    lines = b"\n".join(
        (record.value or b"").replace(b"\n", b" ")
        for record in unreadable()
        if not record.headers[0][0].startswith(("ce_", "content"))
    )
    done = subprocess.run(
        [sys.executable, "-m", "tidewaiter", "screen", "-"],
        input=lines,
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=WAIT,
    )
    assert done.returncode == 2
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers
    assert all("error" in answer for answer in answers)
    assert revealed(done.stdout.decode() + done.stderr.decode(), PRIVATE) == []
