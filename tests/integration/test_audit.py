"""The chain on real brokers: whole after every crash, and broken by whoever lays hand on a topic."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from tests.brokers import Broker
from tests.environment import clean_environment
from tests.patience import WAIT
from tests.rule_book_swaps import settings_of
from tests.station import LARGEST_RECORD, ROOT, Station, ids, transfers
from tests.wire import Record
from tidewaiter.audit.records import RecordKind
from tidewaiter.audit.report import AuditReport, Fault
from tidewaiter.commands.topic_audit import verify_topics
from tidewaiter.settings import Settings
from tidewaiter.stream.audit import AuditPeriod
from tidewaiter.wire.chain import HEADER, Chain, Ends, read_header
from tidewaiter.wire.signing import SigningKey, TrustedKeys
from tidewaiter_schemas.rulebook import RuleBookManifest

MANY = 2_000
SLOW = {"batch_max": 10, "commit_seconds": 0.2}


def seen_by(station: Station, **changes: Any) -> Settings:
    return settings_of(station, group=station.group, **changes)


def verified(station: Station, **changes: Any) -> AuditReport:
    return asyncio.run(verify_topics(seen_by(station), **changes))


def command(station: Station, *arguments: str, does: str = "verify", **settings: Any) -> tuple[int, str, str]:
    """Exit status, output and remarks of `tidewaiter audit verify …`, or of what else it `does`."""
    done = subprocess.run(
        [sys.executable, "-m", "tidewaiter", "audit", does, *arguments],
        env=clean_environment(**station.environment(**settings), COLUMNS="400"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
    )
    return done.returncode, done.stdout, " ".join(done.stderr.split())


def publish(station: Station, first: int, count: int) -> None:
    """Transfers, and one record in fifty that is none."""
    sent = transfers(first, count)
    records = [Record(json.dumps(each).encode(), each["id"].encode()) for each in sent]
    for number in range(0, count, 50):
        records.insert(number, Record(b"no transfer", b"bad-%d" % (first + number)))
    station.wire.publish(station.transfers, records)


def judged(station: Station, first: int, count: int, **settings: Any) -> dict[str, list[Record]]:
    """The verdicts of a worker that judges them all, commits and stops."""
    publish(station, first, count)
    with station.worker(**settings) as worker:
        found = station.verdicts_on(ids(transfers(first, count)))
        assert worker.terminate() == 0
    return found


def replaced(station: Station, topic: str, records: list[Record]) -> None:
    """Somebody who may do everything at the broker puts another history in the place of a topic's."""
    station.wire.delete(topic)
    station.create(topic)
    station.wire.publish(topic, records)


@pytest.mark.kafka
@pytest.mark.long
def test_a_chain_goes_on_over_workers_that_are_killed(kafka: Broker) -> None:
    station = Station(kafka.address).create()
    publish(station, 0, MANY)
    for number in (300, 900):
        with station.worker(**SLOW) as worker:
            station.wait_for_verdicts(number)
            worker.kill()
    with station.worker(**SLOW) as first, station.worker(**SLOW) as second:
        station.wait_for_verdicts(MANY // 2)
        first.kill()
        station.verdicts_on(ids(transfers(0, MANY)))
        committed = MANY + MANY // 50
        second.until(lambda: sum(station.wire.committed(station.group, station.transfers).values()) == committed)
    report = verified(station)
    assert report.outcome == "whole", report.findings
    assert (report.verdicts - report.copies) + report.dead_letters >= MANY
    assert not report.forks
    assert len(report.beginnings) == len(report.chains), "each chain begins once"
    assert not [note for note in report.notes if "not proved" in note]
    status, out, said = command(station, "--json")
    assert (status, json.loads(out)["outcome"]) == (0, "whole")
    assert said.startswith("whole: ")


@pytest.mark.kafka
@pytest.mark.long
def test_an_auditor_whose_settings_are_smaller_than_the_workers_finds_nothing_changed(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=1).create()
    for topic in (station.verdicts, station.dead_letters):
        # What is not compressed is read whole in any case. The change replaces the other settings of the topic.
        station.wire.configure(topic, compression_type="zstd", max_message_bytes=str(LARGEST_RECORD))
    station.wire.publish(station.transfers, [Record(b" " * 5_000_000, b"bad", partition=0)])
    judged(station, 0, 10)
    small: dict[str, Any] = {"max_event_bytes": 1_024, "max_record_bytes": 70_000, "rule_book_inline_bytes": 40_000}
    status, out, remarks = command(station, **small)
    assert status == 0, out + remarks


@pytest.mark.kafka
@pytest.mark.long
def test_what_is_judged_again_by_another_rule_book_is_a_fork(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=1).create()
    publish(station, 0, 200)
    with station.worker(commit_seconds=600) as worker:
        station.verdicts_on(ids(transfers(0, 200)))
        worker.kill()
    with station.worker(jurisdictions="UN,US") as worker:
        station.wire.read(station.verdicts, until=lambda found: len(found) >= 400)
        assert worker.terminate() == 0
    report = verified(station)
    assert report.outcome == "whole", report.findings
    # From the beginning, as nothing was committed: the first verdict has two that follow nothing.
    assert len(report.beginnings) == 3
    judged(station, 200, 200, commit_seconds=600)
    publish(station, 400, 100)
    for settings in ({"commit_seconds": 600}, {"jurisdictions": "UN,US"}):
        before = sum(station.wire.ends(station.verdicts).values())
        with station.worker(**settings) as worker:
            station.wait_for_verdicts(before + 100)
            worker.kill()
    report = verified(station)
    assert report.outcome == "whole", report.findings
    (fork,) = report.forks
    assert len({way.split("rule book ")[1] for way in fork.ways}) == len(fork.ways) == 2


def _cut(records: list[Record]) -> list[Record]:
    return records[:-1]


def _gap(records: list[Record]) -> list[Record]:
    return records[:50] + records[51:]


def _edit(records: list[Record]) -> list[Record]:
    value = (records[50].value or b"").replace(b'"block"', b'"clear"')
    assert value != records[50].value
    return [*records[:50], dataclasses.replace(records[50], value=value), *records[51:]]


def _swap(records: list[Record]) -> list[Record]:
    return [*records[:50], records[51], records[50], *records[52:]]


def _insert(records: list[Record]) -> list[Record]:
    """A verdict of the same rule book, linked behind one that is there."""
    value = (records[50].value or b"").replace(b'"block"', b'"clear"')
    last = read_header(dict(records[49].headers)[HEADER])
    own = read_header(dict(records[50].headers)[HEADER])
    assert last is not None
    assert own is not None
    chain = Chain(Ends(last.link)).verdict(own.place, value)
    forged = dataclasses.replace(records[50], value=value, headers=(*records[50].headers[:-1], (HEADER, chain)))
    return [*records, forged]


def _insert_under_another_id(records: list[Record]) -> list[Record]:
    """The same with a made-up id, which makes it look like a verdict of its own."""
    *_, forged = _insert(records)
    value = json.dumps(json.loads(forged.value or b"") | {"id": str(uuid4())}).encode()
    linked = read_header(dict(forged.headers)[HEADER])
    assert linked is not None
    headers = dict(forged.headers) | {
        "ce_id": json.loads(value)["id"].encode(),
        HEADER: Chain(Ends(linked.before)).verdict(linked.place, value),
    }
    return [*records, dataclasses.replace(forged, value=value, headers=tuple(headers.items()))]


def _linked_anew(records: list[Record]) -> list[Record]:
    """All but one, in a chain that is right in itself."""
    chain, renewed = Chain(), []
    for record in _gap(records):
        own = read_header(dict(record.headers)[HEADER])
        assert own is not None
        header = chain.verdict(own.place, record.value or b"")
        headers = tuple((name, header if name == HEADER else content) for name, content in record.headers)
        renewed.append(dataclasses.replace(record, headers=headers))
    return renewed


@pytest.mark.kafka
@pytest.mark.long
def test_whoever_lays_hand_on_the_verdicts_is_found_out(kafka: Broker, tmp_path: Path) -> None:
    station = Station(kafka.address, partitions=1).create()
    SigningKey.create().write(tmp_path / "key.pem")
    judged(station, 0, 100, signing_key_file=tmp_path / "key.pem")
    (tmp_path / "public.pem").write_text(SigningKey.read(tmp_path / "key.pem").public.pem)
    keys = TrustedKeys.read(tmp_path / "public.pem")
    whole = station.wire.read(station.verdicts, until=lambda found: len(found) >= 100)
    report = verified(station, keys=keys)
    assert report.outcome == "whole", report.findings
    assert sum(report.signed.values()) == 102, "verdicts and dead letters"
    (tmp_path / "seen.json").write_text(json.dumps(report.as_json()))

    # Each is seen without the key, the last one by what was committed: with the key it is seen even without that.
    tampered: list[tuple[Callable[[list[Record]], list[Record]], set[Fault]]] = [
        (_cut, {Fault.CUT_OFF}),
        (_gap, {Fault.MISSING}),
        (_edit, {Fault.CHANGED}),
        (_swap, {Fault.MOVED}),
        (_insert, {Fault.CONTRADICTS}),
        (_insert_under_another_id, {Fault.CONTRADICTS}),
        (_linked_anew, {Fault.CUT_OFF}),
    ]
    for change, faults in tampered:
        replaced(station, station.verdicts, change(whole))
        report = verified(station)
        assert {each.fault for each in report.findings} == faults, (change, report.findings)
    report = verified(station, keys=keys)
    assert {each.fault for each in report.findings} == {Fault.CUT_OFF, Fault.UNSIGNED}
    status, out, said = command(station, "--keys", str(tmp_path / "public.pem"))
    assert (status, json.loads(out)["outcome"]) == (1, "broken")
    assert said.startswith("broken: ")

    replaced(station, station.verdicts, whole)
    assert command(station, "--seen", str(tmp_path / "seen.json"))[0] == 0
    letters = station.wire.read(station.dead_letters, until=lambda found: len(found) >= 2)
    reason = tuple((name, b"schema" if name == "dlq-reason" else content) for name, content in letters[0].headers)
    replaced(station, station.dead_letters, [dataclasses.replace(letters[0], headers=reason), letters[1]])
    assert {each.fault for each in verified(station).findings} == {Fault.CHANGED}
    replaced(station, station.dead_letters, letters[:1])
    assert {each.fault for each in verified(station).findings} == {Fault.CUT_OFF}


def first_link(station: Station) -> str:
    first = station.wire.read(station.verdicts, until=bool)[0]
    linked = read_header(dict(first.headers)[HEADER])
    assert linked is not None
    return linked.link


@pytest.mark.kafka
@pytest.mark.long
def test_what_a_retention_takes_is_a_note_and_what_is_kept_for_ever_must_be_there(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=1).create()
    judged(station, 0, 200)
    station.wire.delete_records(station.dead_letters, before=2)
    report = verified(station)
    assert report.outcome == "whole", report.findings
    assert [note for note in report.notes if note.startswith("dead letters of") and "in the middle" in note]
    (last,) = (each for each in report.chains if each.kind is RecordKind.VERDICT)
    seen = [dataclasses.replace(last, link=first_link(station))]
    assert verified(station, seen=seen).outcome == "whole"
    station.wire.delete_records(station.verdicts, before=20)
    assert {each.fault for each in verified(station).findings} == {Fault.MISSING}
    settings = seen_by(station, verdict_retention_days=30)
    found = asyncio.run(verify_topics(settings, seen=seen))
    assert {each.fault for each in found.findings} == {Fault.CUT_OFF}, "it was seen, and is younger than what is kept"
    report = asyncio.run(verify_topics(settings))
    assert report.outcome == "whole", report.findings
    assert [note for note in report.notes if note.startswith("verdicts of") and "in the middle" in note]


@pytest.mark.kafka
@pytest.mark.long
def test_a_chain_begins_anew_where_the_commit_tells_no_link(kafka: Broker) -> None:
    """As after a version without chains, or a tool that sets offsets."""
    station = Station(kafka.address, partitions=1).create()
    judged(station, 0, 100)
    (offset,) = station.wire.committed(station.group, station.transfers).values()

    async def set_back(to: int) -> None:
        async with AIOKafkaConsumer(
            bootstrap_servers=kafka.address, group_id=station.group, enable_auto_commit=False
        ) as consumer:
            place = TopicPartition(station.transfers, 0)
            consumer.assign([place])
            await consumer.commit({place: OffsetAndMetadata(to, "")})

    asyncio.run(set_back(offset - 10))
    report = verified(station)
    assert report.outcome == "whole"
    assert [note for note in report.notes if "committed without links" in note]
    judged(station, 100, 50)
    report = verified(station)
    assert report.outcome == "whole", report.findings
    assert len(report.beginnings) == len(report.chains) + 2, "the verdicts began again, and the dead letters"
    assert not report.copies, "the same verdicts in another chain have other links"


WITHOUT_CHAINS = """
import dataclasses
from tidewaiter.wire.chain import Ends
from tidewaiter.stream.agent import ScreeningAgent

def bare(written):
    def write(*arguments):
        outgoing = written(*arguments)
        headers = [(name, content) for name, content in outgoing.headers if name not in {"chain", "dlq-chain"}]
        return dataclasses.replace(outgoing, headers=headers)
    return write

Ends.metadata = ""
ScreeningAgent._encoded = bare(ScreeningAgent._encoded)
ScreeningAgent._letter = bare(ScreeningAgent._letter)
"""
"""A worker as it was before there were chains."""


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.long
def test_an_upgrade_and_a_rollback_are_told_and_what_follows_is_whole(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=2).create()
    publish(station, 0, 100)
    with station.worker(WITHOUT_CHAINS) as old:
        station.verdicts_on(ids(transfers(0, 100)))
        with station.worker() as new:
            old.until(lambda: len(old.assigned()) == len(new.assigned()) == 1)
            publish(station, 100, 100)
            station.verdicts_on(ids(transfers(100, 100)))
            assert old.terminate() == 0
            publish(station, 200, 100)
            station.verdicts_on(ids(transfers(200, 100)))
            assert new.terminate() == 0
    report = verified(station)
    assert {each.fault for each in report.findings} <= {Fault.UNLINKED}
    assert report.unlinked >= 100

    publish(station, 300, 50)
    with station.worker(WITHOUT_CHAINS) as old:
        station.verdicts_on(ids(transfers(300, 50)))
        assert old.terminate() == 0
    report = verified(station)
    assert {each.fault for each in report.findings} == {Fault.UNLINKED}
    assert [note for note in report.notes if "committed without links" in note]
    time.sleep(0.01)
    since = datetime.now(UTC)
    judged(station, 350, 100)
    report = verified(station, period=AuditPeriod(since))
    assert report.outcome == "whole", report.findings
    assert len(report.beginnings) >= len(report.chains), "each begins anew behind a worker that committed no link"


@pytest.mark.long
def test_the_embedded_broker_keeps_no_links_with_its_commits_and_that_is_told(any_broker: Broker) -> None:
    station = Station(any_broker.address).create()
    judged(station, 0, 50)
    report = verified(station)
    assert report.outcome == "whole", report.findings
    told = [note for note in report.notes if "committed without links" in note]
    assert bool(told) == (any_broker.kind == "embedded")


@pytest.mark.long
def test_where_nothing_can_be_looked_at_the_status_is_2(any_broker: Broker, tmp_path: Path) -> None:
    station = Station(any_broker.address).create()
    assert command(station)[0] == 2
    (tmp_path / "seen.json").write_text("{}")
    for wrong in (("--seen", str(tmp_path / "seen.json")), ("--from", "yesterday"), ("--keys", str(tmp_path / "none"))):
        status, _, said = command(station, *wrong)
        assert status == 2
        assert wrong[-1].split("/")[-1] in said
    nowhere = Station("127.0.0.1:1")
    assert command(nowhere)[0] == 2


@pytest.mark.kafka
@pytest.mark.long
def test_a_period_is_held_to_itself(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=2).create()
    judged(station, 0, 50)
    time.sleep(0.01)
    since = time.time()
    judged(station, 50, 50)
    status, out, _ = command(station, "--from", _iso(since))
    assert status == 0, out
    assert json.loads(out)["verdicts"] == 100, "with an hour before it, in which one may be missing"
    status, out, _ = command(station, "--to", _iso(since - 7_200))
    assert status == 2, out


@pytest.mark.kafka
@pytest.mark.long
def test_an_export_is_verified_without_a_broker(kafka: Broker, tmp_path: Path) -> None:
    station = Station(kafka.address, partitions=2).create()
    found = judged(station, 0, 100)
    status, out, said = command(station, "--into", str(tmp_path / "export"), does="export")
    assert status == 0, said
    assert json.loads(out)["outcome"] == "whole"
    manifest = (tmp_path / "export" / "manifest.json").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() in said

    nowhere = Station("127.0.0.1:1")
    status, out, said = command(nowhere, str(tmp_path / "export"))
    assert status == 0, out
    report = json.loads(out)
    assert (report["verdicts"], report["dead_letters"], report["outcome"]) == (100, 2, "whole")
    (book,) = (tmp_path / "export" / "rule-books").iterdir()
    verdict = json.loads(found["transfer-000001"][0].value or b"")
    assert RuleBookManifest.model_validate_json(book.read_bytes()).sha256 == verdict["rulebook"]["sha256"]

    # The report in the manifest is as good for the next look as one that verify has printed.
    judged(station, 100, 20)
    assert command(station, "--seen", str(tmp_path / "export" / "manifest.json"))[0] == 0

    path = tmp_path / "export" / "verdicts.parquet"
    path.write_bytes(path.read_bytes().replace(b"PAR1", b"PAR2"))
    assert command(nowhere, str(tmp_path / "export"))[0] == 2, "it cannot be read any more"
    assert command(station, "--into", str(tmp_path / "export"), does="export")[0] == 2, "there is one already"


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
