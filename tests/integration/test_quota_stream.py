"""Quotas through the stream: whatever is killed or sent again, each transfer counts once and keeps its first total."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.brokers import Broker
from tests.station import Station, ids, on, one_verdict_each, record_of
from tests.wire import Record
from tidewaiter.stream.failure import ExitCode
from tidewaiter_schemas.quota import QuotaClaim

RULE = "KP-TO-REFINED"
EACH, CAP = 2_500, 500_000
MANY = 300
SLOW = {"batch_max": 5, "commit_seconds": 0.2}
"""Small batches, so that hundreds of transfers are still a stream when a worker is killed in the middle of them."""


def oil(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"oil-{number:04d}",
        "occurred_at": "2025-03-01T12:00:00Z",
        "kind": "sale",
        "parties": [{"role": "consignee", "name": "Example Import", "type": "organisation", "countries": ["KP"]}],
        "items": [{"description": "gas oil", "hs_code": "2710.19", "quantity": EACH, "unit": "bbl"}],
        "route": {"destination": {"country": "KP"}},
        **changes,
    }


def told(record: Record) -> tuple[int, str, str]:
    """The running total of a verdict, what its finding asks for, and its decision."""
    verdict = json.loads(record.value or b"")
    (finding,) = [finding for finding in verdict["findings"] if finding["rule"] == RULE]
    (total,) = [evidence["value"] for evidence in finding["evidence"] if evidence["kind"] == "quota"]
    number = re.match(r"([\d,]+) bbl of 500,000 bbl", total)
    assert number, total
    return int(number[1].replace(",", "")), finding["effect"], verdict["decision"]


def asked(total: int) -> str:
    """What the law says of a transfer with which the total is reached: 95 % before it, or the cap with it, is block."""
    return "block" if total >= CAP or total - EACH >= CAP * Decimal("0.95") else "review"


def test_a_worker_killed_in_mid_stream_and_everything_sent_again_count_each_transfer_once(any_broker: Broker) -> None:
    station = Station(any_broker.address).create()
    sent = [oil(number) for number in range(MANY)]
    everything = set(range(station.partitions))
    with station.worker(**SLOW) as first, station.worker(**SLOW) as second:
        first.until(lambda: len(first.assigned()) == len(second.assigned()) == station.partitions // 2)
        station.publish(sent)
        for worker in (first, second):
            worker.until(lambda worker=worker: worker.metrics()["tidewaiter_batch_size_sum"] >= 15)  # type: ignore[misc]
        first.kill()
        station.publish(sent)
        second.until(lambda: second.assigned() == everything)
        with station.worker(**SLOW) as third:  # from nothing: it has only what the topic has
            station.publish(sent)
            third.ready()
            found = _all_copies(station, sent)
    one_verdict_each(found)
    totals = {transfer_id: told(records[0]) for transfer_id, records in found.items()}
    assert sorted(total for total, _, _ in totals.values()) == [EACH * n for n in range(1, MANY + 1)]
    for total, effect, decision in totals.values():
        assert effect == decision == asked(total)
    assert Counter(effect for _, effect, _ in totals.values()) == {"review": 190, "block": 110}


@pytest.mark.slow
def test_the_ledger_holds_claims_as_the_contract_says_and_a_restart_goes_on_from_them(any_broker: Broker) -> None:
    with on(any_broker.address) as (station, worker):
        station.publish([oil(1), oil(2)], partition=0)
        station.verdicts_on(["oil-0001", "oil-0002"])
        worker.terminate()
    records = station.wire.read(station.quotas, until=lambda read: len(read) >= 2)
    claims = [QuotaClaim.model_validate_json(record.value or b"") for record in records]
    assert [(claim.transfer_id, str(claim.window), claim.counted) for claim in claims] == [
        ("oil-0001", "2025-01-01", True),
        ("oil-0002", "2025-01-01", True),
    ]
    no_claims = 1_000
    station.wire.publish(station.quotas, [Record(b"no claim", b"x")] * no_claims)
    with station.worker() as again:
        again.ready()
        station.publish([oil(3, items=[{"description": "gas oil, 10 bbl", "hs_code": "2710.19"}])], partition=0)
        found = station.verdicts_on(["oil-0003"])
        assert told(found["oil-0003"][0])[0] == 2 * EACH + 10
        # What is no claim is passed over, and said in a line at once and another for the rest.
        again.until(lambda: sum(line["times"] for line in again.logged("no claim")) == no_claims)
        assert len(again.logged("no claim")) < 5
        today = datetime.now(UTC)
        station.publish([oil(4, occurred_at=today.isoformat())])
        share = f'tidewaiter_quota_share{{quota="{RULE}",window="{today.year}-01-01"}}'
        again.until(lambda: again.metrics().get(share) == EACH / CAP)


@pytest.mark.slow
@pytest.mark.long
def test_a_stream_without_quotas_writes_nothing_to_the_ledger(any_broker: Broker) -> None:
    with on(any_broker.address) as (station, _worker):
        elsewhere = [oil(number, route={"destination": {"country": "VN"}}, parties=[]) for number in range(20)]
        station.publish(elsewhere)
        station.verdicts_on(ids(elsewhere))
    assert not station.wire.read_all(station.quotas)


@pytest.mark.long
def test_a_ledger_of_several_partitions_is_refused_at_start(any_broker: Broker) -> None:
    station = Station(any_broker.address)
    station.create(station.transfers, station.verdicts, station.dead_letters)
    station.wire.create(station.quotas, partitions=3)
    with station.worker() as worker:
        assert worker.ended() == ExitCode.SETTINGS
        assert station.quotas in worker.log()
        assert "only in one" in worker.log()


@pytest.mark.long
def test_a_missing_ledger_is_named_at_start(any_broker: Broker) -> None:
    station = Station(any_broker.address)
    station.create(station.transfers, station.verdicts, station.dead_letters)
    with station.worker() as worker:
        assert worker.ended() == ExitCode.BROKER
        assert station.quotas in worker.log()


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.long
def test_a_claim_that_cannot_be_written_ends_the_worker_with_nothing_acknowledged(kafka: Broker) -> None:
    station = Station(kafka.address).create()
    sent = [oil(number) for number in range(10)]
    with station.worker(produce_timeout_seconds=3, commit_seconds=0.2) as worker:
        worker.ready()
        station.wire.configure(station.quotas, max_message_bytes="100")
        station.wire.publish(station.transfers, [record_of(each, partition=0) for each in sent])
        assert worker.ended() == ExitCode.QUOTAS, worker.log()
        assert station.quotas in worker.logged("the worker ends")[0]["reason"]
    assert not any(station.wire.committed(station.group, station.transfers).values())
    station.wire.configure(station.quotas, max_message_bytes="1000000")
    with station.worker():
        found = station.verdicts_on(ids(sent))
    assert sorted(told(records[0])[0] for records in found.values()) == [EACH * n for n in range(1, 11)]


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.long
def test_a_ledger_whose_first_claims_are_gone_is_refused(kafka: Broker) -> None:
    station = Station(kafka.address).create()
    station.wire.publish(station.quotas, [Record(b"{}", b"x"), Record(b"{}", b"x")])
    station.wire.delete_records(station.quotas, before=1)
    with station.worker() as worker:
        assert worker.ended() == ExitCode.QUOTAS
        assert "its first 1 records are gone" in worker.log()


def _all_copies(station: Station, sent: list[dict[str, Any]]) -> dict[str, list[Record]]:
    """The verdicts by transfer once each has at least three copies, for every transfer was sent thrice."""
    wanted = set(ids(sent))
    found: dict[str, list[Record]] = {}

    def enough(read: Sequence[Record]) -> bool:
        copies = Counter((record.key or b"").decode() for record in read)
        return wanted <= copies.keys() and all(copies[key] >= 3 for key in wanted)

    for record in station.wire.read(station.verdicts, until=enough):
        found.setdefault((record.key or b"").decode(), []).append(record)
    assert {key for key, records in found.items() if len(records) >= 3} == wanted
    return found
