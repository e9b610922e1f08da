"""ISO 20022 messages become transfers: every element has a row, every version is read, hostile messages are refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tidewaiter.adapters.drafts import NotConvertible
from tidewaiter.adapters.formats import Format, convert, json_of
from tidewaiter.adapters.tables import rows
from tidewaiter_schemas import TransferEvent

DOCUMENTS = Path(__file__).parents[1] / "documents"
PACS_008 = (DOCUMENTS / "pacs.008.001.10.xml").read_bytes()


def converted(document: bytes) -> list[TransferEvent]:
    return [TransferEvent.model_validate_json(json_of(transfer)) for transfer in convert(Format.ISO20022, document)]


def one(document: bytes) -> TransferEvent:
    (transfer,) = converted(document)
    return transfer


def refusal(document: bytes) -> str:
    with pytest.raises(NotConvertible) as caught:
        list(convert(Format.ISO20022, document))
    return caught.value.detail


def published_elements() -> Iterator[tuple[str, str]]:
    for line in (DOCUMENTS / "iso20022-elements.txt").read_text().splitlines():
        if not line.startswith("#"):
            component, _, elements = line.partition(": ")
            yield from ((component, element) for element in elements.split())


def test_every_element_of_the_published_schemas_has_a_row() -> None:
    known = {(row.part, row.field) for row in rows("iso20022")}
    missing = [each for each in published_elements() if each not in known and not each[1].startswith(("@", "#"))]
    assert len(known) > 600
    assert missing == []


def test_a_customer_credit_transfer_becomes_a_payment_with_its_parties_goods_and_texts() -> None:
    event = one(PACS_008)
    assert event.id == "pacs.008:7a562c67-ca16-48ba-b074-65581be6f001"
    assert event.kind == "payment"
    assert event.occurred_at.isoformat() == "2026-11-03T00:00:00+00:00", "the day of settlement, later than the message"
    by_role = [(party.role, party.name or party.identifiers[0].value) for party in event.parties]
    assert by_role == [
        ("financial_institution", "EXAMGB2LXXX"),
        ("financial_institution", "EXAMDEFFXXX"),
        ("financial_institution", "EXAMCHZZXXX"),
        ("transferor", "Harbour Street Holdings Ltd"),
        ("transferor", "Harbour Street Trading Ltd"),
        ("financial_institution", "EXAMGB2LXXX"),
        ("financial_institution", "Example Bank AG"),
        ("transferee", "Beispiel Maschinenhandel GmbH"),
    ]
    creditor = event.parties[-1]
    assert creditor.address == "Hafenstrasse 7, 20457 Hamburg"
    assert creditor.countries == ("DE",)
    assert [(each.type, each.value) for each in creditor.identifiers] == [("other", "DE89370400440532013000")]
    assert event.parties[4].identifiers[0].type == "lei"
    assert event.parties[3].residence == "GB"
    assert event.funds is not None
    assert (str(event.funds.amount), event.funds.currency) == ("48250.00", "EUR")
    assert [item.description for item in event.items] == ["Desks and office chairs"]
    assert event.purpose == "GDDS: purchase and sale of goods"
    assert event.free_text is not None
    assert "Invoice 2026-118, office furniture" in event.free_text
    assert "Second part of the order of September" in event.free_text
    assert event.extensions["CdtTrfTxInf/Cdtr/CtctDtls/Nm"] == "Erika Beispiel"
    assert "CdtTrfTxInf/PmtId/UETR" not in event.extensions


def test_pointers_lead_back_to_the_element() -> None:
    document = one(PACS_008).document
    assert document is not None
    assert document.format == "pacs.008.001.10"
    tx = "/Document/FIToFICstmrCdtTrf/CdtTrfTxInf"
    assert document.path_of("/parties/7/name") == f"{tx}/Cdtr/Nm"
    assert document.path_of("/parties/7/aliases/3") == f"{tx}/Cdtr"
    assert document.path_of("/parties/7/address") == f"{tx}/Cdtr/PstlAdr/AdrLine | {tx}/Cdtr/PstlAdr/AdrLine[2]"
    assert document.path_of("/extensions/CdtTrfTxInf~1PmtId~1InstrId") == f"{tx}/PmtId/InstrId"
    assert document.path_of("/kind") is None


def test_a_cover_payment_names_the_parties_of_the_underlying_payment() -> None:
    event = one((DOCUMENTS / "pacs.009.001.08-cov.xml").read_bytes())
    assert event.id == "pacs.009:7a562c67-ca16-48ba-b074-65581be6f001", "not that of the payment that it covers"
    named = {(party.role, party.name) for party in event.parties if party.name}
    assert {
        ("transferee", "Example Savings Bank"),
        ("transferor", "Harbour Street Trading Ltd"),
        ("transferor", "Harbour Street Holdings Ltd"),
        ("transferee", "Beispiel Maschinenhandel GmbH"),
        ("end_user", "Werft Beispiel KG"),
    } == named
    assert event.document is not None
    number = [party.name for party in event.parties].index("Werft Beispiel KG")
    assert event.document.path_of(f"/parties/{number}/name") == (
        "/BusinessMessage/Document/FICdtTrf/CdtTrfTxInf/UndrlygCstmrCdtTrf/UltmtCdtr/Nm"
    )
    assert event.extensions["/BusinessMessage/AppHdr/BizMsgIdr"] == "BAH-20261102-9"
    registration = next(each for party in event.parties for each in party.identifiers if each.value == "04711888")
    assert registration.type == "registration"


def test_each_transaction_of_a_file_of_payments_is_a_transfer_with_what_its_batch_says() -> None:
    events = converted((DOCUMENTS / "pain.001.001.03.xml").read_bytes())
    assert [event.id for event in events] == [
        "pain.001:PAIN-88:BATCH-A:I-NOTPROVIDED:1",
        "pain.001:PAIN-88:BATCH-A:I-NOTPROVIDED:2",
        "pain.001:PAIN-88:BATCH-B:I-E2E-3:3",
    ]
    assert [event.parties[-1].name for event in events] == [
        "Beispiel Maschinenhandel GmbH", "Muster Papier AG", "Atelier Exemple SARL",
    ]  # fmt: skip
    assert {event.parties[1].name for event in events} == {"Harbour Street Trading Ltd"}
    assert [event.occurred_at.day for event in events] == [4, 4, 5]
    assert events[1].document is not None
    assert events[1].document.path_of("/free_text") == (
        "/Document/CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf[2]/InstrForCdtrAgt/InstrInf | "
        "/Document/CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf[2]/RmtInf/Ustrd"
    )


def test_a_return_and_a_request_to_cancel_are_transfers_of_their_own() -> None:
    returned, cancelled = (
        one((DOCUMENTS / name).read_bytes()) for name in ("pacs.004.001.09.xml", "camt.056.001.08.xml")
    )
    assert returned.id.startswith("pacs.004:")
    assert cancelled.id.startswith("camt.056:")
    assert returned.funds is not None
    assert str(returned.funds.amount) == "48240.00"
    assert {"Harbour Street Trading Ltd", "Beispiel Maschinenhandel GmbH"} <= {
        party.name for party in cancelled.parties
    }
    assert cancelled.free_text is not None
    assert "Sent twice" in cancelled.free_text


def test_a_request_to_cancel_a_whole_message_is_one_transfer() -> None:
    whole = b"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.056.001.08"><FIToFIPmtCxlReq><Assgnmt><Id>C1</Id>
    <CreDtTm>2026-11-03T11:00:00Z</CreDtTm></Assgnmt><Undrlyg><OrgnlGrpInfAndCxl><OrgnlMsgId>M1</OrgnlMsgId>
    </OrgnlGrpInfAndCxl></Undrlyg></FIToFIPmtCxlReq></Document>"""
    assert one(whole).extensions == {"Assgnmt/Id": "C1", "Undrlyg/OrgnlGrpInfAndCxl/OrgnlMsgId": "M1"}


def test_an_element_of_a_later_version_and_every_text_around_elements_are_kept() -> None:
    document = (
        PACS_008.replace(b"pacs.008.001.10", b"pacs.008.001.99")
        .replace(
            b"<Nm>Erika Beispiel</Nm>", b"<Nm lang='en'>Erika<!-- x --> Beispiel<New><Deep>first</Deep> last</New></Nm>"
        )
        .replace(b"<Purp>", b"between<Purp>")
    )
    kept = one(document).extensions
    assert kept["CdtTrfTxInf/Cdtr/CtctDtls/Nm/text()"] == "Erika Beispiel"
    assert kept["CdtTrfTxInf/Cdtr/CtctDtls/Nm/@lang"] == "en"
    assert kept["CdtTrfTxInf/Cdtr/CtctDtls/Nm/New/Deep"] == "first"
    assert kept["CdtTrfTxInf/Cdtr/CtctDtls/Nm/New/Deep/following::text()"] == "last"
    assert "between" in kept.values()


def test_a_party_of_which_only_the_place_is_known_stays_a_party_without_a_name() -> None:
    event = one(
        PACS_008.replace(b"<Nm>Beispiel Maschinenhandel GmbH</Nm>", b"").replace(b"DE89370400440532013000", b"")
    )
    assert event.parties[-1].name == "NOTPROVIDED"
    assert event.parties[-1].countries == ("DE",)


def test_codes_that_are_none_are_texts() -> None:
    document = PACS_008
    for code, words in ((b"EXAMCHZZXXX", b"Bank of Examples"), (b"5493001KJTIIGC8Y1R12", b"LEI unknown"),
                        (b"DE89370400440532013000", b"in cash"), (b"<Ctry>GB</Ctry>", b"<Ctry>Britain</Ctry>"),
                        (b"7a562c67-ca16-48ba-b074-65581be6f001", b"no uuid"), (b"<Cd>G001</Cd>", b"<Cd>for the army</Cd>"),
                        (b"INDA", b"by hand"), (b"2026-11-03", b"tomorrow")):  # fmt: skip
        document = document.replace(code, words)
    event = one(document)
    kept = set(event.extensions.values())
    assert {
        "Bank of Examples",
        "LEI unknown",
        "in cash",
        "Britain",
        "no uuid",
        "for the army",
        "by hand",
        "tomorrow",
    } <= kept
    assert event.id == "pacs.008:NWBK20261102-0001:INSTR-4711:1"
    assert event.occurred_at.isoformat() == "2026-11-02T09:30:00+00:00"


ENTITY = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
BODY = PACS_008.partition(b"?>")[2]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"  ", "it is empty"),
        (b"not XML", "it is not well-formed XML"),
        (PACS_008[:-40], "it is not well-formed XML"),
        (PACS_008 + BODY, "it is not well-formed XML"),
        (b"<Both>" + BODY + BODY + b"</Both>", "it has 2 Documents: send one a record"),
        (ENTITY + BODY.replace(b"Erika", b"&b;"), "it has a document type declaration"),
        (b'<!DOCTYPE d SYSTEM "file:///etc/passwd">' + BODY, "it has a document type declaration"),
        (PACS_008.replace(b"pacs.008.001.10", b"pacs.002.001.10"), "the namespace of its Document is none of pacs.008"),
        (PACS_008.replace(b"urn:iso:std:iso:20022:tech:xsd:", b"urn:other:"), "the namespace of its Document is none of"),
        (PACS_008.replace(b"FIToFICstmrCdtTrf", b"SomethingElse"), "the message in its Document is not known"),
        (b"<Order/>", "it has no Document"),
        (PACS_008.replace(b"UTF-8", b"windows-1251"), "its encoding is none of"),
        (PACS_008.replace(b"2026-11-03", b"").replace(b"2026-11-02T09:30:00+00:00", b"today"), "it has no date"),
        (PACS_008.replace(b"Erika", b"<a>" * 200 + b"</a>" * 200), "it has more than 60 levels"),
        (b"<a>" * 300 + b"</a>" * 300, "it is not well-formed XML"),
        (b"x" * (64 * 1024 * 1024 + 1), "67,108,865 bytes; at most 67,108,864 are read"),
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused_with_a_reason(document: bytes, why: str) -> None:
    assert why in refusal(document)


def test_a_refusal_does_not_quote_the_document() -> None:
    assert "Kim" not in refusal(b"<Kim Jong=Un>")


def test_a_header_that_thousands_of_transfers_would_repeat_is_refused() -> None:
    transaction = BODY[BODY.index(b"<CdtTrfTxInf>") : BODY.index(b"</FIToFICstmrCdtTrf>")]
    document = PACS_008.replace(b"NWBK20261102-0001", b"x" * 200_000).replace(
        b"</FIToFICstmrCdtTrf>", transaction * 400 + b"</FIToFICstmrCdtTrf>"
    )
    assert "401 transfers would each repeat a header of 200," in refusal(document)


def test_the_same_document_gives_the_same_bytes() -> None:
    def written() -> list[bytes]:
        return [json_of(transfer) for transfer in convert(Format.ISO20022, PACS_008)]

    assert written() == written()


def test_evidence_in_a_verdict_has_the_path_of_the_element() -> None:
    from tests.packaged import screener

    event = one(PACS_008.replace(b"20457 Hamburg", b"Pyongyang").replace(b"Erika Beispiel", b"Ri Je Son"))
    (verdict,) = screener().screen([event])
    sources = {evidence.source for finding in verdict.findings for evidence in finding.evidence}
    assert any(source and source.endswith("/Cdtr/PstlAdr/AdrLine[2]") for source in sources)
    told: dict[str, Any] = json.loads(verdict.model_dump_json())
    assert all("source" in evidence for finding in told["findings"] for evidence in finding["evidence"])
