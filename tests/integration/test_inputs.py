"""One worker reads topics of documents beside the transfers: their verdicts, dead letters and replay, on both brokers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import BOTH, Broker, running
from tests.environment import clean_environment
from tests.packaged import screener
from tests.station import Station, one_verdict_each, transfer
from tests.wire import Record
from tidewaiter.adapters.formats import Format, convert, json_of
from tidewaiter.screening.screener import Screener
from tidewaiter.wire.chain import read_header
from tidewaiter.wire.cloudevents import canonical
from tidewaiter_schemas import TransferEvent
from tidewaiter_schemas.dead_letter import HEADER_CHAIN, HEADER_DETAIL, HEADER_INPUT, HEADER_REASON

DOCUMENTS = Path(__file__).parents[1] / "documents"
PAYMENT = (DOCUMENTS / "pacs.008.001.10.xml").read_bytes().replace(b"Hamburg", b"Pyongyang")
BATCH = (DOCUMENTS / "pain.001.001.03.xml").read_bytes()
BILL = (DOCUMENTS / "dcsa-ebl.json").read_bytes()
PAYMENT_ID = "pacs.008:7a562c67-ca16-48ba-b074-65581be6f001"
BATCH_IDS = [
    "pain.001:PAIN-88:BATCH-A:I-NOTPROVIDED:1",
    "pain.001:PAIN-88:BATCH-A:I-NOTPROVIDED:2",
    "pain.001:PAIN-88:BATCH-B:I-E2E-3:3",
]
TRACE = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")


@pytest.fixture(scope="module", params=BOTH)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    with running(request.param) as one:
        yield one


def station_on(broker: Broker) -> tuple[Station, str, str, str]:
    station = Station(broker.address, partitions=2).create()
    payments, bills = f"{station.prefix}payments", f"{station.prefix}bills"
    station.create(payments, bills)
    return station, payments, bills, f"{payments}:iso20022,{bills}:dcsa,transfers"


def without_a_broker(form: Format, document: bytes, of: Screener) -> dict[str, bytes]:
    events = [TransferEvent.model_validate_json(json_of(each)) for each in convert(form, document)]
    return {verdict.transfer_id: canonical(verdict) for verdict in of.screen(events)}


@pytest.mark.long
def test_documents_of_several_topics_have_the_verdicts_of_their_transfers(broker: Broker) -> None:
    station, payments, bills, inputs = station_on(broker)
    plain = transfer(1)
    station.wire.publish(payments, [Record(PAYMENT, b"k", (TRACE,)), Record(BATCH)])
    station.wire.publish(bills, [Record(BILL)])
    station.publish([plain])
    with station.worker(inputs=inputs) as worker:
        found = station.verdicts_on([PAYMENT_ID, *BATCH_IDS, "dcsa:EXAMPLE26110200", plain["id"]])
        one_verdict_each(found)
        worker.until(
            lambda: worker.metrics().get(f'tidewaiter_documents_total{{outcome="converted",topic="{payments}"}}') == 2
        )
        assert worker.terminate() == 0, worker.log()
    expected = {
        **without_a_broker(Format.ISO20022, PAYMENT, screener()),
        **without_a_broker(Format.ISO20022, BATCH, screener()),
        **without_a_broker(Format.DCSA, BILL, screener()),
    }
    assert {
        transfer_id: records[0].value for transfer_id, records in found.items() if transfer_id in expected
    } == expected
    verdict = json.loads(found[PAYMENT_ID][0].value or b"")
    assert verdict["decision"] == "review"
    sources = {fact.get("source", "") for finding in verdict["findings"] for fact in finding["evidence"]}
    assert any("/Cdtr/PstlAdr/AdrLine" in source for source in sources)
    assert found[PAYMENT_ID][0].header["traceparent"] == TRACE[1].decode(), "the trace of the document goes on"
    written = station.wire.read(station.transfers, until=lambda records: len(records) >= 6)
    places = sorted(record.header[HEADER_INPUT] for record in written if HEADER_INPUT in record.header)
    assert [place.partition("/")[0] for place in places] == [bills, *[payments] * 4]


@pytest.mark.long
def test_a_document_that_is_none_is_a_dead_letter_with_its_reason_and_goes_back_to_its_topic(broker: Broker) -> None:
    station, payments, _, inputs = station_on(broker)
    hostile = b'<!DOCTYPE d [<!ENTITY a "b">]>' + PAYMENT.partition(b"?>")[2]
    station.wire.publish(
        payments, [Record(hostile, b"k", (("sent-by", b"gateway"),), partition=1), Record(b"x" * 2_000_000, b"k")]
    )
    with station.worker(inputs=inputs) as worker:
        letters = station.wire.read(station.dead_letters, until=lambda records: len(records) >= 2)
        assert {letter.header[HEADER_REASON] for letter in letters} == {"document"}
        (letter,) = [each for each in letters if each.value == hostile]
        assert letter.header[HEADER_DETAIL].startswith(
            f"{payments}/1@0 is not iso20022: it has a document type declaration"
        )
        assert letter.header["sent-by"] == "gateway"
        linked = read_header(letter.header[HEADER_CHAIN].encode())
        assert linked is not None, "it is part of the chain of dead letters"
        assert linked.topic == station.transfers
        assert any("2000000 bytes; at most 1048576" in each.header[HEADER_DETAIL] for each in letters)
        counted = f'tidewaiter_documents_total{{outcome="refused",topic="{payments}"}}'
        worker.until(lambda: worker.metrics().get(counted) == 2)
        # Sent back once the adapter, or the document, has changed: to the topic that it came from.
        said = subprocess.run(
            [sys.executable, "-m", "tidewaiter", "dead-letters", "replay"],
            env=clean_environment(**station.environment()),
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        assert said.stderr.startswith("sent 2 dead letters back"), said.stderr
        again = station.wire.read(payments, until=lambda records: len(records) >= 4)
        assert sum(record.value == hostile for record in again) == 2
        assert all(HEADER_INPUT not in record.header for record in again)
        letters = station.wire.read(station.dead_letters, until=lambda records: len(records) >= 4)
        assert sorted(each.header["dlq-attempts"] for each in letters if each.value == hostile) == ["1", "2"]
        assert worker.terminate() == 0, worker.log()


@pytest.mark.long
def test_a_worker_that_is_killed_loses_no_document(broker: Broker) -> None:
    station, payments, _, inputs = station_on(broker)
    uetr = b"7a562c67-ca16-48ba-b074-65581be6f001"
    documents = [PAYMENT.replace(uetr, b"7a562c67-ca16-48ba-b074-%012d" % number) for number in range(400)]
    station.wire.publish(payments, [Record(document, b"%d" % number) for number, document in enumerate(documents)])
    ids = [f"pacs.008:7a562c67-ca16-48ba-b074-{number:012d}" for number in range(400)]
    with station.worker(inputs=inputs) as worker:
        station.wait_for_verdicts(20)
        worker.kill()
    with station.worker(inputs=inputs):
        one_verdict_each(station.verdicts_on(ids))


@pytest.mark.long
def test_a_topic_or_format_that_is_not_there_ends_the_start_with_a_reason(broker: Broker) -> None:
    station = Station(broker.address, partitions=1).create()
    with station.worker(inputs="nowhere:iso20022") as worker:
        assert worker.ended() == 11
        assert "topics are missing" in worker.log()
    with station.worker(inputs=f"{station.prefix}payments:x12") as worker:
        assert worker.ended() == 2
        assert "the formats are iso20022" in worker.log()
    with station.worker(inputs=f"{station.verdicts}:iso20022") as worker:
        assert worker.ended() == 2
        assert "is a topic that tidewaiter writes" in worker.log()
