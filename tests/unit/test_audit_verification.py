"""What a verification says of one record, of a topic that begins later, and of what was seen before."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_audit_chain import TOPIC, History, identity, verdict
from tidewaiter.audit.records import RecordKind, Stored
from tidewaiter.audit.report import AuditReport, Fault, seen_in
from tidewaiter.audit.verification import AuditWindow, Committed, Verifier, everything, verify
from tidewaiter.wire.chain import BEGINNING, HEADER, Chain, Ends, letter_digest, read_header
from tidewaiter.wire.signing import SigningKey, TrustedKeys
from tidewaiter_schemas import dead_letter as contract

LONG_AGO, NOW = 1_000, 1_000_000


def history(transfers: int = 20) -> list[Stored]:
    made = History()
    worker = made.take_over(0)
    made.judge(worker, transfers)
    return list(made.records())


def of(record: Stored) -> int:
    assert record.linked
    return record.linked.offset


def report(records: list[Stored], window: AuditWindow, **more: object) -> AuditReport:
    verifier = Verifier()
    for record in records:
        verifier.add(record)
    return verifier.report(dict.fromkeys(RecordKind, window), **more)  # type: ignore[arg-type]


def test_the_docs_say_how_anybody_makes_a_link_again() -> None:
    text = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"^printf .*$", text, re.MULTILINE)
    value, before = verdict("t41", 0), "ab" * 32
    header = read_header(Chain(Ends(before)).verdict("transfers/3@41", value))
    assert header is not None
    made = subprocess.run(
        ["bash", "-c", f"BEFORE={before}; {recipe.replace('verdict.json', '/dev/stdin')}"],
        input=value,
        capture_output=True,
        check=True,
    )
    assert made.stdout.split()[0].decode() == header.link
    assert (header.place, header.before) == ("transfers/3@41", before)


def test_the_ends_of_a_chain_come_back_from_the_metadata_of_a_commit_and_nothing_else_does() -> None:
    ends = Ends("ab" * 32, "cd" * 32)
    assert Ends.read(ends.metadata) == ends
    assert Ends.read(Ends().metadata) == Ends(BEGINNING, BEGINNING)
    for other in (None, "", "chain", f"{ends.metadata} ", ends.metadata.upper(), "chain x y", f"v2 {ends.metadata}"):
        assert Ends.read(other) is None


@pytest.mark.parametrize(
    "header",
    [None, b"", b"transfers/3@41", b"transfers/3@41 0 0", b"\xff\xfe", b"a b/3@41 %b %b" % (b"0" * 64, b"0" * 64),
     b"transfers/3@%b %b %b" % (b"9" * 5_000, b"0" * 64, b"0" * 64)],
)  # fmt: skip
def test_a_header_that_none_of_us_wrote_says_nothing(header: bytes | None) -> None:
    assert read_header(header) is None


def test_a_letter_s_digest_tells_every_part_from_every_other() -> None:
    parts = [
        (None, None, ()), (b"", None, ()), (None, b"", ()), (b"", b"", ()), (b"a", b"b", ()), (b"ab", b"", ()),
        (None, None, (("a", None),)), (None, None, (("a", b""),)), (None, None, (("", b"a"),)), (None, b"a", (("", b""),)),
        (None, None, (("a", b"b"), ("c", b"d"))), (None, None, (("c", b"d"), ("a", b"b"))),
    ]  # fmt: skip
    assert len({letter_digest(*each) for each in parts}) == len(parts)


def test_a_topic_that_begins_later_is_whole_from_there_and_may_lack_what_is_older() -> None:
    records = [record for record in history() if of(record) >= 5]
    assert {each.fault for each in verify(records).findings} == {Fault.MISSING}
    told = report(records, AuditWindow(opens=0))
    assert told.outcome == "whole"
    assert len([note for note in told.notes if "in the middle" in note]) == 2
    # A second one lacks its forerunner: only where it is older than the time from which all is in hand.
    gone = [record for record in records if of(record) != 10]
    (after,) = (record for record in gone if of(record) == 11)
    assert {each.where for each in report(gone, AuditWindow(opens=0)).findings} == {after.where}
    assert report(gone, AuditWindow(opens=after.timestamp + 1)).outcome == "whole"


def test_a_link_that_was_seen_must_be_there_until_it_is_older_than_what_is_kept() -> None:
    records = history()
    seen = seen_in(verify(records).as_json())
    assert report(records, AuditWindow(), seen=seen).outcome == "whole"
    grown = History()
    worker = grown.take_over(0)
    grown.judge(worker, 40)
    assert report(list(grown.records()), AuditWindow(), seen=seen).outcome == "whole", "it goes on from what was seen"
    other = History()
    worker = other.take_over(1)
    other.judge(worker, 40)
    found = report(list(other.records()), AuditWindow(), seen=seen)
    assert {each.fault for each in found.findings} == {Fault.CUT_OFF}
    kept = [record for record in grown.records() if of(record) >= 30]
    opens = min(record.timestamp for record in kept)
    assert report(kept, AuditWindow(opens=opens, kept=opens), seen=seen).outcome == "whole"
    found = report(kept, AuditWindow(opens=opens, kept=seen[0].timestamp), seen=seen)
    assert {each.fault for each in found.findings} == {Fault.CUT_OFF}, "taken away before its time"


def test_an_end_that_is_older_than_what_is_kept_is_no_fault_and_told() -> None:
    records = history()
    last = {record.kind: record for record in records}
    verdicts = [record for record in records if record.kind is RecordKind.VERDICT]
    links = [linked.link for record in last.values() if (linked := record.linked)]
    committed = {(TOPIC, 0): Committed(20, Ends(links[0], links[1]))}
    assert {each.fault for each in report(verdicts, AuditWindow(), committed=committed).findings} == {Fault.CUT_OFF}
    found = report(verdicts, AuditWindow(opens=0), committed=committed)
    assert found.outcome == "whole", "all dead letters are gone with their retention"
    assert any("older than the retention" in note for note in found.notes)


def test_a_record_without_a_link_is_told_and_behind_linked_ones_a_fault() -> None:
    records = history(4)
    bare = dataclasses.replace(records[0], headers=records[0].headers[:-1])
    assert verify([bare]).outcome == "nothing"
    before = [
        dataclasses.replace(bare, offset=0),
        *(dataclasses.replace(each, offset=each.offset + 1) for each in records),
    ]
    found = verify(before)
    assert (found.outcome, found.unlinked) == ("whole", 1)
    assert any("have no link" in note for note in found.notes)
    found = verify([*records, dataclasses.replace(bare, offset=99)])
    assert {each.fault for each in found.findings} == {Fault.UNLINKED}


def test_with_keys_each_record_must_be_signed_with_its_own_link() -> None:
    key, other = SigningKey.create(), SigningKey.create()
    keys = TrustedKeys({key.public.id: key.public})

    def signed(record: Stored, by: SigningKey, chain: bytes) -> Stored:
        name = "signature" if record.kind is RecordKind.VERDICT else contract.HEADER_SIGNATURE
        kind = "tidewaiter.verdict.v1" if record.kind is RecordKind.VERDICT else "tidewaiter.dead-letter.v1"
        header = by.header(kind, chain + b"\n" + (record.value or b""), name)
        return dataclasses.replace(record, headers=(*record.headers, header))

    records = history(10)
    good = [signed(record, key, record.chain or b"") for record in records]
    found = verify(good, keys)
    assert found.outcome == "whole", found.findings
    assert found.signed == {key.public.id: 10}
    for wrong in (
        records[0],
        signed(records[0], other, records[0].chain or b""),
        signed(records[0], key, b"elsewhere"),
    ):
        found = verify([wrong, *good[1:]], keys)
        assert [(each.fault, each.where) for each in found.findings] == [(Fault.UNSIGNED, records[0].where)]


def forged(record: Stored, before: str, offset: int, **said: object) -> Stored:
    """The verdict `record` with other content, linked behind `before` for the transfer at `offset`."""
    value = json.dumps(json.loads(record.value or b"") | said).encode()
    content = json.loads(value)
    transfer = content["transfer_id"].encode()
    chain = Chain(Ends(before, BEGINNING)).verdict(f"{TOPIC}/0@{offset}", value)
    headers = (("ce_id", content["id"].encode()), ("ce_subject", transfer), (HEADER, chain))
    return dataclasses.replace(record, key=transfer, value=value, headers=headers, partition=9, offset=0)


@pytest.mark.parametrize(
    ("made_up", "text"),
    [
        ({"id": identity("made up", 0), "decision": "clear"}, "differ, by one rule book and engine"),
        ({"decision": "clear"}, "differ, by one rule book and engine"),
        ({"id": identity("made up", 1), "transfer_id": "made up", "engine": "2"}, "name different transfers"),
    ],
    ids=["another id", "the same id", "another transfer"],
)
def test_a_second_verdict_on_an_earlier_transfer_contradicts_whatever_it_calls_itself(
    made_up: dict[str, object], text: str
) -> None:
    records = history(10)
    chosen = next(record for record in records if of(record) == 3)
    assert chosen.linked
    second = forged(chosen, chosen.linked.before, 3, **made_up)
    for found in (verify([*records, second]), verify([second, *records])):
        assert [each.fault for each in found.findings] == [Fault.CONTRADICTS]
        assert text in found.findings[0].text
        assert found.status == 1


def test_another_rule_book_or_engine_judges_again_without_contradicting() -> None:
    records = history(10)
    chosen = next(record for record in records if of(record) == 3)
    assert chosen.linked
    for said in ({"engine": "2"}, {"rulebook": {"sha256": "ab" * 32}}):
        found = verify([*records, forged(chosen, chosen.linked.before, 3, id=identity("other", 1), **said)])
        assert (found.status, len(found.forks)) == (0, 1)


def test_one_id_has_the_same_bytes_at_every_transfer() -> None:
    records = history(12)
    last = next(record for record in records if of(record) == 11)
    first = next(record for record in records if of(record) == 3)
    assert last.linked
    again = forged(first, last.linked.link, 12)
    assert verify([*records, again]).status == 0, "a transfer that was sent twice"
    found = verify([*records, forged(first, last.linked.link, 12, decision="clear")])
    assert [(each.fault, "different bytes" in each.text) for each in found.findings] == [(Fault.CONTRADICTS, True)]


def test_a_verdict_under_another_s_key_or_headers_is_a_fault() -> None:
    (record,) = history(1)
    assert verify([record]).outcome == "whole"
    headers = dict(record.headers)
    for change in (
        {"key": b"t1"},
        {"headers": tuple((headers | {"ce_subject": b"t1"}).items())},
        {"headers": tuple((headers | {"ce_id": identity("t1", 0).encode()}).items())},
    ):
        found = verify([dataclasses.replace(record, **change)])
        assert {each.fault for each in found.findings} == {Fault.CHANGED}


def test_offsets_with_neither_are_told() -> None:
    records = [record for record in history() if record.kind is RecordKind.VERDICT]
    assert any("4 offsets have neither" in note or "3 offsets have neither" in note for note in verify(records).notes)
    assert not any("neither" in note for note in verify(history()).notes)


def test_a_chain_made_anew_does_not_fill_the_report() -> None:
    records = [dataclasses.replace(record, value=b"{}") for record in history(5_000)]
    found = verify(records)
    assert found.outcome == "broken"
    assert len(found.findings) <= 4_000
    assert len(list(found.lines())) < 60


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.builds(
            Stored,
            st.sampled_from(RecordKind),
            st.integers(0, 3),
            st.integers(0, 3),
            st.integers(-1, 3),
            st.none() | st.binary(max_size=4),
            st.none()
            | st.binary(max_size=20)
            | st.sampled_from([verdict("t0", 0), b"[]", b'{"id":"\\ud800"}', b"[" * 9_999]),
            st.lists(
                st.tuples(
                    st.sampled_from([HEADER, contract.HEADER_CHAIN, "ce_id", "signature", contract.HEADER_ENGINE, "x"]),
                    st.none()
                    | st.binary(max_size=9)
                    | st.builds(
                        lambda offset, before, link: f"t/0@{offset} {before * 64} {link * 64}".encode(),
                        st.integers(0, 3),
                        st.sampled_from("0ab"),
                        st.sampled_from("0ab"),
                    ),
                ),
                max_size=4,
            ).map(tuple),
        ),
        max_size=12,
    )
)
def test_whatever_lies_on_a_topic_is_told_and_nothing_of_it_crashes_or_passes(records: list[Stored]) -> None:
    key = SigningKey.create()
    verifier = Verifier(TrustedKeys({key.public.id: key.public}))
    for record in records:
        verifier.add(record)
    found = verifier.report(everything(), {("t", 0): Committed(3, Ends("a" * 64, "b" * 64))})
    assert found.outcome == "broken", "of what is made up nothing is whole"
    assert list(found.lines())
