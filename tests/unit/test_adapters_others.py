"""SWIFT MT, DCSA bills of lading, EDIFACT and CSV become transfers; what is none of them is refused with a reason."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tidewaiter.adapters import edifact
from tidewaiter.adapters.csv_file import ColumnMapping
from tidewaiter.adapters.drafts import NotConvertible
from tidewaiter.adapters.formats import Format, convert, json_of
from tidewaiter.adapters.tables import rows
from tidewaiter.errors import SettingsError
from tidewaiter_schemas import TransferEvent

DOCUMENTS = Path(__file__).parents[1] / "documents"
MT103, MT202 = ((DOCUMENTS / name).read_bytes() for name in ("mt103.fin", "mt202-cov.fin"))
BILL = (DOCUMENTS / "dcsa-ebl.json").read_bytes()
INSTRUCTION = (DOCUMENTS / "iftmin.edi").read_bytes()
ORDERS = (DOCUMENTS / "orders.csv").read_bytes()
MAPPING = ColumnMapping.read((DOCUMENTS / "orders.mapping.yaml").read_bytes())


def converted(form: Format, document: bytes, received: str | None = None) -> list[TransferEvent]:
    found = convert(form, document, received, MAPPING)
    return [TransferEvent.model_validate_json(json_of(transfer)) for transfer in found]


def one(form: Format, document: bytes, received: str | None = None) -> TransferEvent:
    (transfer,) = converted(form, document, received)
    return transfer


def refusal(form: Format, document: bytes) -> str:
    with pytest.raises(NotConvertible) as caught:
        converted(form, document)
    return caught.value.detail


# SWIFT MT


def test_a_customer_transfer_of_swift_becomes_a_payment() -> None:
    event = one(Format.MT, MT103)
    assert event.id == "mt103:7a562c67-ca16-48ba-b074-65581be6f001"
    assert event.occurred_at.date().isoformat() == "2026-11-03"
    assert event.funds is not None
    assert (str(event.funds.amount), event.funds.currency) == ("48250.00", "EUR")
    ordering, beneficiary = event.parties[2], event.parties[-1]
    assert (ordering.role, ordering.name, ordering.countries) == ("transferor", "HARBOUR STREET TRADING LTD", ("GB",))
    assert [each.value for each in ordering.identifiers] == ["GB29NWBK60161331926819", "04711888"]
    assert (beneficiary.role, beneficiary.name) == ("transferee", "BEISPIEL MASCHINENHANDEL GMBH")
    assert beneficiary.address == "HAFENSTRASSE 7, 20457 HAMBURG"
    assert [party.identifiers[0].value for party in event.parties[:2]] == ["EXAMDEFFXXX", "EXAMGB2LXXX"]
    assert event.document is not None
    assert event.document.path_of("/parties/7/address") == "/4/59/3 | /4/59/4"


def test_words_that_a_full_line_cuts_are_also_read_attached() -> None:
    event = one(Format.MT, MT103)
    assert event.free_text is not None
    assert "OF SE\nPTEMBER" in event.free_text
    assert "SEPTEMBER" in str(event.extensions["/4/70/attached()"])


def test_a_cover_payment_of_swift_names_the_parties_of_the_underlying_payment() -> None:
    named = {(party.role, party.name) for party in one(Format.MT, MT202).parties if party.name}
    assert {
        ("transferee", "EXAMPLE SAVINGS BANK"),
        ("transferor", "HARBOUR STREET TRADING LTD"),
        ("transferee", "BEISPIEL MASCHINENHANDEL GMBH"),
    } <= named


def test_several_messages_and_their_acknowledgements_are_told_apart() -> None:
    acknowledged = b"{1:F21EXAMDEFFAXXX0000000001}{4:{177:2611021030}{451:0}}"
    events = converted(Format.MT, acknowledged + MT103 + b"$" + acknowledged + MT202)
    assert [event.id[:5] for event in events] == ["mt103", "mt202"]
    assert len({event.id for event in events}) == 2


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"no message", "it has no message"),
        (MT103.replace(b"O103", b"O101"), "its block 2 names no MT103 or MT202"),
        (MT103.replace(b"HAMBURG", b"HAMB\xdcRG"), "is no ASCII"),
        (MT103.replace(b"20457 HAMBURG", b"20457 HAMBURG & CO"), "field 59 has letters outside of the character set"),
        (MT103.replace(b"20457 HAMBURG", b"20457 {HAMBURG}"), "field 59 has letters outside of the character set"),
        (MT103.replace(b"\n-}", b"\n}"), "block 4 does not end"),
        (MT103.replace(b":32A:261103", b":32A:26XX03"), "it has no date"),
        (b"{1:F01EXAMDEFFAXXX0000000000}{2:I103EXAMGB2LXXXXN}{4:\n-}", "block 4 has no field"),
    ],
)
def test_what_is_no_swift_message_is_refused_with_a_reason(document: bytes, why: str) -> None:
    assert why in refusal(Format.MT, document)


def test_an_empty_line_of_a_structured_party_says_nothing() -> None:
    event = one(
        Format.MT, MT103.replace(b"1/HARBOUR STREET TRADING LTD", b"1/").replace(b"2/HARBOUR STREET 12", b"2/ ")
    )
    assert event.parties[2].name is None
    assert event.parties[2].address == "LIVERPOOL"


# DCSA


def test_every_field_of_the_bill_of_lading_has_a_row() -> None:
    published = [line for line in (DOCUMENTS / "dcsa-fields.txt").read_text().splitlines() if line[0] != "#"]
    assert len(published) > 200
    assert set(published) - {row.field for row in rows("dcsa") if row.part == "*"} == set()


def test_a_bill_of_lading_becomes_a_transfer_of_goods_on_a_route() -> None:
    event = one(Format.DCSA, BILL)
    assert event.id == "dcsa:EXAMPLE26110200"
    assert event.kind == "sale"
    by_role = {party.role: party.name for party in event.parties}
    assert by_role["transferor"] == "Beispiel Maschinenhandel GmbH"
    assert by_role["consignee"] == "Example Retail Pte Ltd"
    assert by_role["vessel"] == "Morning Tide"
    assert event.items[0].description == "Office chairs\nDesks of wood"
    assert event.items[0].hs_code == "940131, 940330"
    assert event.items[1].description == "Paint"
    assert event.route is not None
    assert event.route.origin is not None
    assert event.route.destination is not None
    assert (event.route.origin.country, event.route.destination.country) == ("DE", "SG")
    shipper = next(party for party in event.parties if party.role == "transferor")
    assert shipper.address == "Hafenstrasse, 7, 20457, Hamburg"
    assert [(each.type, each.value) for each in shipper.identifiers] == [("lei", "5493001KJTIIGC8Y1R12")]
    assert not event.authorisations, "a number of a licence claims no exemption from sanctions law"
    assert event.document is not None
    number = [party.role for party in event.parties].index("consignee")
    assert event.document.path_of(f"/parties/{number}/name") == "/documentParties/consignee/partyName"


def test_instructions_without_a_date_are_of_the_day_of_their_record() -> None:
    content = json.loads(BILL)
    del content["issueDate"], content["transportDocumentReference"]
    undated = json.dumps(content).encode()
    assert refusal(Format.DCSA, undated) == "it has no date on which it happened"
    event = one(Format.DCSA, undated, "2026-11-02T08:00:00Z")
    assert event.occurred_at.isoformat() == "2026-11-02T08:00:00+00:00"
    assert event.id == "dcsa:BKG-4711"


def test_a_notification_around_a_bill_and_a_field_that_nobody_knows_are_read() -> None:
    content = json.loads(BILL)
    content["hush hush"] = {"remark": ["for the army"]}
    event = one(Format.DCSA, json.dumps({"specversion": "1.0", "data": {"transportDocument": content}}).encode())
    assert event.id == "dcsa:EXAMPLE26110200"
    assert event.extensions["/data/transportDocument/hush%20hush/remark/0"] == "for the army"
    assert event.extensions["/data/transportDocument/hush%20hush/name()"] == "hush hush"


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"{", "it is not JSON"),
        (b"[]", "it has no consignment items"),
        (b'{"data": 1}', "it has no consignment items"),
        (BILL.replace(b'"carrierCode": "EXMP"', b'"carrierCode": "A", "carrierCode": "B"'), "a key appears twice"),
        (b'{"consignmentItems": ' + b'{"a":' * 50 + b"1" + b"}" * 51, "it has more than 40 levels"),
        (b'{"consignmentItems": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", "it is not JSON"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_no_bill_of_lading_is_refused_with_a_reason(document: bytes, why: str) -> None:
    assert why in refusal(Format.DCSA, document)


# EDIFACT


def segments(*changed: str) -> bytes:
    """An instruction of these segments, with UNT and UNZ that are right."""
    counted = ["UNH+1+IFTMIN:D:99B:UN", *changed]
    return ("UNB+UNOC:3+S:ZZ+R:ZZ+261102:0930+7'" + "'".join(counted) + f"'UNT+{len(counted) + 1}+1'UNZ+1+7'").encode(
        "iso-8859-1"
    )


def test_every_element_of_the_segments_of_an_instruction_has_a_row() -> None:
    published = [line for line in (DOCUMENTS / "edifact-elements.txt").read_text().splitlines() if line[0] != "#"]
    assert len(published) > 40
    for line in published:
        segment, _, places = line.partition(": ")
        known = {f"{number}.{part}" for number, part in edifact._table()[segment]}
        assert set(places.split()) - known == set(), segment


def test_a_transport_instruction_becomes_a_transfer_of_goods_on_a_route() -> None:
    event = one(Format.EDIFACT, INSTRUCTION)
    assert (event.id, event.kind) == ("iftmin:HARBOURFWD:HF26110201", "sale")
    assert event.occurred_at.isoformat() == "2026-11-02T09:15:00+00:00"
    assert [(party.role, party.name) for party in event.parties] == [
        ("carrier", "EXAMPLE LINE LIMITED"),
        ("vessel", "MV EXAMPLE SPIRIT"),
        ("transferor", "BEISPIEL MASCHINENBAU GMBH"),
        ("consignee", "EXAMPLE TRADING PTE LTD"),
        ("intermediary", "EXAMPLE FORWARDING PTE LTD"),
        ("intermediary", "HARBOUR STREET FORWARDING LTD"),
    ]
    vessel, shipper = event.parties[1:3]
    assert [(each.type, each.value) for each in vessel.identifiers] == [("imo", "9074729")]
    assert shipper.aliases == ("BEISPIEL MASCHINENBAU GMBH ABTEILUNG AUSFUHR",)
    pumps, paint, dangerous = event.items
    assert (pumps.hs_code, pumps.origin, paint.hs_code) == ("841370", "DE", "320890")
    assert pumps.description == "CENTRIFUGAL PUMPS FOR CLEAN WATER\nSTAINLESS STEEL, ELECTRIC, 4 KW"
    assert dangerous.description == "PAINT"
    assert event.route is not None
    assert event.route.origin is not None
    assert event.route.destination is not None
    assert (event.route.origin.country, event.route.destination.place) == ("DE", "SINGAPORE, SGSIN")
    assert [stop.country for stop in event.route.transit] == ["DE", "EG"]
    assert event.document is not None
    assert event.document.path_of("/parties/3/name") == "/IFTMIN/NAD[2]/C080/3036"


def test_released_letters_other_service_characters_and_other_character_sets_are_read() -> None:
    event = one(Format.EDIFACT, segments("BGM+340+1", "FTX+AAA+++KEG?+TAP 100?: O?'NEIL?? M\xdcNCHEN"))
    assert event.items[0].description == "KEG+TAP 100: O'NEIL? M\xdcNCHEN"
    other = (
        segments("BGM+340+1", "NAD+CN+++ACME LTD")
        .translate(bytes.maketrans(b"+:'?", b"|~!^"))
        .replace(b"UNB", b"UNA~|.^ !UNB", 1)
    )
    assert one(Format.EDIFACT, other).parties[0].name == "ACME LTD"
    greek = segments("BGM+340+1").replace(b"UNOC", b"UNOF").replace(b"BGM", b"FTX+AAA+++\xc1\xe8\xde\xed\xe1'BGM")
    assert one(Format.EDIFACT, greek.replace(b"UNT+3", b"UNT+4")).items[0].description == "Αθήνα"


def test_an_element_that_is_full_is_also_read_with_the_next() -> None:
    event = one(Format.EDIFACT, segments("BGM+340+1", f"FTX+AAA+++{'CASES OF'.ljust(67, '.')}AUG:UST BARRELS"))
    assert "AUGUST BARRELS" in str(event.extensions["/IFTMIN/FTX/attached()"])
    event = one(Format.EDIFACT, segments("BGM+340+1", f"NAD+CN++{'KOREA MINING DEVELOPMENT TRADING COR':.35}:PORATION"))
    assert event.parties[0].aliases == ("KOREA MINING DEVELOPMENT TRADING COPORATION",)


def test_repetitions_of_syntax_4_segments_and_elements_without_a_row_are_texts() -> None:
    document = segments("BGM+340+1", "XYZ+A:B*C+D", "NAD+CN+++ACME LTD++++++++MORE").replace(b"UNOC:3", b"UNOC:4")
    event = one(Format.EDIFACT, document)
    assert event.extensions["/IFTMIN/XYZ/1.2"] == "B"
    assert event.extensions["/IFTMIN/XYZ/2.1"] == "D"
    assert event.extensions["/IFTMIN/XYZ/100.1"] == "C"
    assert event.extensions["/IFTMIN/NAD/12.1"] == "MORE"


def test_each_message_of_an_interchange_is_a_transfer() -> None:
    message = segments("BGM+340+1", "NAD+CN+++ACME LTD")
    head, body = message[: message.index(b"UNH")], message[message.index(b"UNH") : message.index(b"UNZ")]
    second = body.replace(b"BGM+340+1", b"BGM+340+2").replace(b"ACME", b"BETA")
    events = converted(Format.EDIFACT, head + body + second + b"UNZ+2+7'")
    assert [(event.id, event.parties[0].name) for event in events] == [
        ("iftmin:S:1", "ACME LTD"), ("iftmin:S:2", "BETA LTD"),
    ]  # fmt: skip
    assert events[1].document is not None
    assert events[1].document.path_of("/parties/0/name") == "/IFTMIN[2]/NAD/C080/3036"


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"<xml/>", "does not begin with UNA or UNB"),
        (INSTRUCTION.replace(b"UNOC", b"UNOX"), "names no character set of UNOA"),
        (INSTRUCTION.replace(b"UNOC", b"UNOA").replace(b"ERIKA", b"\xc9RIKA"), "is not of its character set UNOA"),
        (INSTRUCTION.replace(b"ERIKA", b"\x00RIKA"), "is a control character"),
        (INSTRUCTION.replace(b"IFTMIN:D", b"INVOIC:D"), "message 1 is none of IFTMIN"),
        (INSTRUCTION[:-20], "it is cut off"),
        (INSTRUCTION[: INSTRUCTION.index(b"GID+2")], "it is cut off"),
        (INSTRUCTION.replace(b"CNT+8:2'\n", b""), "message 1 has 48 segments, and its UNT does not say so"),
        (INSTRUCTION.replace(b"UNZ+1", b"UNZ+2"), "its UNZ does not say so"),
        (INSTRUCTION.replace(b"UNA:+", b"UNA::"), "its UNA does not name different service characters"),
        (INSTRUCTION.replace(b"CNT+", b"KOREA MINING+"), "segment 49 has no tag of three letters"),
        (INSTRUCTION.replace(b"UNA:", b"UNAE"), "none a letter or a digit"),
        (INSTRUCTION.replace(b"UNT+49+1'", b""), "its UNB, UNT or UNZ is missing"),
        (segments("BGM+340+1").replace(b"261102:0930", b"XX"), "it has no date"),
        (b"UNB+UNOC:3+S+R+261102:0930+7'UNZ+0+7'", "it has no message"),
    ],
)
def test_what_is_no_transport_instruction_is_refused_with_a_reason(document: bytes, why: str) -> None:
    assert why in refusal(Format.EDIFACT, document)


# CSV


def test_each_row_of_a_table_becomes_a_transfer_by_its_mapping() -> None:
    first, second = converted(Format.CSV, ORDERS)
    assert (first.id, second.id) == ("csv:SO-118", "csv:SO-119")
    assert [(party.role, party.name) for party in first.parties] == [
        ("transferee", "Beispiel Maschinenhandel GmbH"), ("vessel", "Morning Tide"),
    ]  # fmt: skip
    item = first.items[0]
    assert (item.description, item.hs_code, str(item.quantity)) == ("Office chairs", "9401.31", "24")
    assert item.value is not None
    assert (str(item.value.amount), item.value.currency) == ("3600.00", "EUR")
    assert first.route is not None
    assert first.route.destination is not None
    assert first.route.destination.place == "Hamburg"
    assert second.document is not None
    assert second.document.path_of("/parties/0/name") == "/3/Customer"
    assert second.document.path_of("/parties/0/address") == "/3/Customer%20address"


def test_a_column_may_have_a_name_that_yaml_takes_for_no() -> None:
    mapping = ColumnMapping.read(b"columns: {No: id, On: occurred, Customer: party transferee name}")
    (transfer,) = convert(Format.CSV, b"No,On,Customer\n7,2026-11-02,ACME LTD\n", None, mapping)
    assert transfer["id"] == "csv:7"


def test_a_column_that_the_mapping_does_not_name_is_a_text() -> None:
    mapping = ColumnMapping({"Order No": "id", "Order date": "occurred", "Amount": "left out: known elsewhere"})
    (transfer, _) = convert(Format.CSV, ORDERS, None, mapping)
    assert transfer["extensions"]["Customer"] == "Beispiel Maschinenhandel GmbH"
    assert "Amount" not in transfer["extensions"]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"\xff\xfe", "is not UTF-8"),
        (ORDERS.replace(b"Customer,", b"Client,"), "it has no column Customer, which the mapping names"),
        (ORDERS.replace(b"Remarks", b"Vessel"), "two columns have one name"),
        (ORDERS.replace(b"SO-118", b""), "row 2 has no id"),
        (ORDERS + b'"SO-120', "is no CSV with the separator"),
        (ORDERS.replace(b"2026-11-02", b""), "it has no date"),
        (ORDERS.replace(b"Office", b"\x00"), "it has a null character"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(document: bytes, why: str) -> None:
    if why == "two columns have one name":
        document = ORDERS.replace(b",Remarks", b",Remarks,Remarks")
    assert why in refusal(Format.CSV, document)


@pytest.mark.parametrize(
    ("mapping", "why"),
    [
        (b"[", "line 2: not YAML"),
        (b"columns: {A: id}\ncolumns: {B: id}", "line 2: the key 'columns' appears twice"),
        (b"kind: sale", "has no `columns`"),
        (b"columns: {A: id}\nrows: 3", "knows no rows"),
        (b"columns: {A: party king name, B: id}", "column A becomes"),
        (b"columns: {A: purpose}", "names no column that is the `id`"),
        (b"columns: {A: 'left out:', B: id}", "column A becomes"),
        (b"columns: {A: id}\nseparator: ';;'", "`separator` is one letter"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(mapping: bytes, why: str) -> None:
    with pytest.raises(SettingsError, match=why.replace("`", ".")):
        ColumnMapping.read(mapping)


# All

PIECES = (b"?", b"'", b"+", b"<", b"</", b"&", b"<![CDATA[", b"{", b"}", b"\n-}", b":", b"1/", b"\x00", b"\xff", b'"', b",", b"null", b"[]",
          b"1e999", b"\n", b"-", b"\xe2\x80\xae", b"&#x202e;", b"<!-- -->", b"<?x y?>", b"0" * 50)  # fmt: skip


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (Format.ISO20022, "pacs.009.001.08-cov.xml"),
        (Format.MT, "mt103.fin"),
        (Format.DCSA, "dcsa-ebl.json"),
        (Format.EDIFACT, "iftmin.edi"),
        (Format.CSV, "orders.csv"),
    ],
)
def test_a_damaged_document_is_converted_or_refused(form: Format, name: str) -> None:
    draw, whole = random.Random(1718), (DOCUMENTS / name).read_bytes()
    outcomes = set()
    for _ in range(400):
        document = bytearray(whole)
        for _ in range(draw.choice((1, 1, 2, 5))):
            at = draw.randrange(len(document))
            document[at : at + draw.choice((0, 0, 1, 9))] = draw.choice(PIECES)
        try:
            converted(form, bytes(document), "2026-11-02T00:00:00Z")
            outcomes.add("converted")
        except NotConvertible:
            outcomes.add("refused")
    assert outcomes == {"converted", "refused"}
