"""Whatever crashes and comes back, the chain is whole; whatever is taken away, changed, moved or put in is seen."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidewaiter.audit.records import RecordKind, Stored
from tidewaiter.audit.report import AuditReport, Fault
from tidewaiter.audit.verification import Committed, Verifier, everything
from tidewaiter.wire.chain import BEGINNING, HEADER, Chain, Ends, link_of, read_header
from tidewaiter.wire.cloudevents import VERDICT_TYPE
from tidewaiter_schemas import dead_letter as contract

TOPIC, PARTITIONS = "transfers", 3
COMMITTED = 10
"""Of so many transfers in a row two are dead letters, and of the eight verdicts two or more share a partition."""
SOME = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@dataclass
class Worker:
    """One that has taken over the partition: its rule book, its chain, and the next transfer it reads."""

    rule_book: int
    chain: Chain
    next: int


@dataclass
class History:
    """One partition of transfers, the two topics that its verdicts and dead letters go to, and what is committed.

    Every fifth transfer cannot be read. A verdict's partition comes from its own key, not from that of its transfer.
    """

    topics: dict[tuple[RecordKind, int], list[Stored]] = field(default_factory=dict)
    offset: int = 0
    ends: Ends | None = None

    def take_over(self, rule_book: int) -> Worker:
        return Worker(rule_book, Chain(self.ends), self.offset)

    def judge(self, worker: Worker, count: int) -> None:
        for _ in range(count):
            self.write(*one(worker, worker.next))
            worker.next += 1

    def commit(self, worker: Worker) -> None:
        if worker.next > self.offset:
            self.offset, self.ends = worker.next, worker.chain.ends

    def write(
        self, kind: RecordKind, partition: int, key: bytes, value: bytes, headers: Sequence[tuple[str, bytes]]
    ) -> None:
        records = self.topics.setdefault((kind, partition), [])
        now = sum(map(len, self.topics.values()))
        records.append(Stored(kind, partition, len(records), now, key, value, tuple(headers)))

    def records(self) -> Iterator[Stored]:
        """All, with the offsets of where they lie now."""
        for records in self.topics.values():
            for offset, record in enumerate(records):
                yield dataclasses.replace(record, offset=offset)

    def verified(self) -> AuditReport:
        verifier = Verifier()
        for record in self.records():
            verifier.add(record)
        committed = {(TOPIC, 0): Committed(self.offset, self.ends)} if self.ends else {}
        return verifier.report(everything(), committed)

    def committed_path(self, kind: RecordKind) -> list[str]:
        """The links behind which the last commit is."""
        before = {}
        for record in self.records():
            if record.kind is kind and (linked := record.linked):
                before[linked.link] = linked.before
        link = (self.ends or Ends()).links[list(RecordKind).index(kind)]
        path = []
        while link != BEGINNING:
            path.append(link)
            link = before[link]
        return path


def one(worker: Worker, offset: int) -> tuple[RecordKind, int, bytes, bytes, list[tuple[str, bytes]]]:
    place, name = f"{TOPIC}/0@{offset}", f"t{offset}"
    if offset % 5 == 4:
        headers = [("theirs", b"1"), (contract.HEADER_ENGINE, b"1"), (contract.HEADER_REASON, b"not_json")]
        chain = worker.chain.dead_letter(place, name.encode(), b"?", headers)
        return (
            RecordKind.DEAD_LETTER,
            offset % PARTITIONS,
            name.encode(),
            b"?",
            [*headers, (contract.HEADER_CHAIN, chain)],
        )
    value = verdict(name, worker.rule_book)
    headers = [("ce_id", identity(name, worker.rule_book).encode()), ("ce_subject", name.encode())]
    chain = worker.chain.verdict(place, value)
    return RecordKind.VERDICT, offset * 7 % PARTITIONS, name.encode(), value, [*headers, (HEADER, chain)]


def identity(name: str, rule_book: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"{name} {rule_book}"))


def verdict(name: str, rule_book: int, decision: str = "block", identified: str | None = None) -> bytes:
    return json.dumps(
        {
            "id": identified or identity(name, rule_book),
            "transfer_id": name,
            "decision": decision,
            "findings": [],
            "rulebook": {"sha256": f"{rule_book:064x}"},
            "engine": "1",
        }
    ).encode()


@st.composite
def histories(draw: st.DrawFn, rule_books: int = 2, *, committed: bool = False) -> History:
    """Workers that judge, commit, end in the middle, are taken for dead and write late, and change their rule book.

    `committed`: the last worker commits ten transfers or more, so that two verdicts of one partition and a dead letter
    lie before the last commit; what comes behind it is drawn.
    """
    history, rule_book = History(), 0
    worker, late = history.take_over(rule_book), list[Worker]()
    for _ in range(draw(st.integers(3, 12))):
        match draw(st.sampled_from(["judge", "judge", "commit", "crash", "paused", "late", "rule book"])):
            case "judge":
                history.judge(worker, draw(st.integers(1, 6)))
            case "commit":
                history.commit(worker)
            case "crash":
                worker = history.take_over(rule_book)
            case "paused":
                late.append(worker)
                worker = history.take_over(rule_book)
            case "late" if late:
                # What it had in hand when it was paused. Its commit is refused.
                history.judge(late.pop(), draw(st.integers(1, 6)))
            case "rule book":
                rule_book = worker.rule_book = draw(st.integers(0, rule_books - 1))
    history.judge(worker, COMMITTED if committed else 2)
    if committed or draw(st.booleans()):
        history.commit(worker)
    if committed:
        history.judge(worker, draw(st.integers(0, 3)))
    return history


@SOME
@given(histories(rule_books=1))
def test_with_one_rule_book_all_that_is_written_again_is_a_copy(history: History) -> None:
    report = history.verified()
    assert not report.findings
    assert not report.forks
    assert len(report.beginnings) <= len(RecordKind)
    places = {(each.kind, each.linked) for each in history.records()}
    assert report.copies == sum(1 for _ in history.records()) - len(places)


@SOME
@given(histories())
def test_what_is_judged_again_with_another_rule_book_is_a_fork_and_no_fault(history: History) -> None:
    report = history.verified()
    assert not report.findings
    links: dict[tuple[RecordKind, int], set[str]] = {}
    for each in history.records():
        if linked := each.linked:
            links.setdefault((each.kind, linked.offset), set()).add(linked.link)
    judged_otherwise = any(len(found) > 1 for found in links.values())
    assert bool(report.forks) + (len(report.beginnings) > len(report.chains)) >= judged_otherwise


@SOME
@given(histories(committed=True), st.data())
def test_what_is_taken_away_before_the_last_commit_is_seen(history: History, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(RecordKind)))
    path = history.committed_path(kind)
    gone = data.draw(st.sets(st.sampled_from(path), min_size=1))
    for place, records in history.topics.items():
        history.topics[place] = [each for each in records if not (each.linked and each.linked.link in gone)]
    faults = {each.fault for each in history.verified().findings}
    assert faults & {Fault.MISSING, Fault.CUT_OFF}
    assert (Fault.CUT_OFF in faults) == (path[0] in gone)


@SOME
@given(histories(), st.data())
def test_no_byte_of_what_a_link_covers_can_be_another(history: History, data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(list(history.topics)))
    at = data.draw(st.integers(0, len(history.topics[chosen]) - 1))
    record = history.topics[chosen][at]
    parts = [("key", None), ("value", None), *(("headers", number) for number in range(len(record.headers)))]
    name, number = data.draw(st.sampled_from(parts))
    content = record.headers[number][1] if number is not None else getattr(record, name)
    assert content
    changed = bytearray(content)
    changed[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    if number is None:
        said: dict[str, Any] = {name: bytes(changed)}
        other = dataclasses.replace(record, **said)
    else:
        headers = list(record.headers)
        headers[number] = headers[number][0], bytes(changed)
        other = dataclasses.replace(record, headers=tuple(headers))
    history.topics[chosen][at] = other
    assert history.verified().outcome == "broken"


@SOME
@given(histories(committed=True), st.data())
def test_two_records_that_change_their_places_are_seen(history: History, data: st.DataObject) -> None:
    path = history.committed_path(RecordKind.VERDICT)
    first: dict[str, Stored] = {}
    for record in history.records():
        if record.kind is RecordKind.VERDICT and record.linked:
            first.setdefault(record.linked.link, record)
    by_partition: dict[int, list[Stored]] = {}
    for link in path:
        by_partition.setdefault(first[link].partition, []).append(first[link])
    chosen = data.draw(st.sampled_from(sorted(place for place, here in by_partition.items() if len(here) > 1)))
    one, other = data.draw(st.permutations(by_partition[chosen]))[:2]
    records = history.topics[RecordKind.VERDICT, chosen]
    records[one.offset], records[other.offset] = records[other.offset], records[one.offset]
    assert Fault.MOVED in {each.fault for each in history.verified().findings}


@SOME
@given(histories(), st.data())
def test_what_is_put_in_is_told_and_what_contradicts_is_a_fault(history: History, data: st.DataObject) -> None:
    clean = history.verified()
    whole = [each.linked for each in history.records() if each.kind is RecordKind.VERDICT and each.linked]
    offset = data.draw(st.sampled_from([linked.offset for linked in whole]))
    rule_book = data.draw(st.integers(0, 3))
    before = data.draw(st.sampled_from([*(linked.link for linked in whole), BEGINNING, "f" * 64]))
    made_up = data.draw(st.sampled_from([identity(f"t{offset}", rule_book), identity("made up", rule_book)]))
    value = verdict(f"t{offset}", rule_book, "clear", made_up)
    forger = Chain(Ends(before, BEGINNING))
    header = forger.verdict(f"{TOPIC}/0@{offset}", value)
    name = f"t{offset}".encode()
    headers = [("ce_id", made_up.encode()), ("ce_subject", name), (HEADER, header)]
    history.write(RecordKind.VERDICT, data.draw(st.integers(0, PARTITIONS - 1)), name, value, headers)
    report = history.verified()
    judged = {
        (said["transfer_id"], said["rulebook"]["sha256"])
        for each in history.records()
        if each.value != value and each.kind is RecordKind.VERDICT and (said := json.loads(each.value or b""))
    }
    if (name.decode(), f"{rule_book:064x}") in judged:
        assert Fault.CONTRADICTS in {each.fault for each in report.findings}
    else:
        told = (len(report.findings), len(report.forks), len(report.beginnings), [fork.ways for fork in report.forks])
        before_it = (len(clean.findings), len(clean.forks), len(clean.beginnings), [fork.ways for fork in clean.forks])
        goes_on_there = before not in {linked.link for linked in whole} or before in {linked.before for linked in whole}
        assert told != before_it or not goes_on_there, "only behind an end it looks like what comes next"


@SOME
@given(histories(committed=True), st.data())
def test_a_chain_that_is_made_anew_does_not_end_as_was_committed(history: History, data: st.DataObject) -> None:
    """Somebody without a key takes a verdict away and links all that follow again, as we would have."""
    path = history.committed_path(RecordKind.VERDICT)[::-1]
    gone = data.draw(st.sampled_from(path))
    renewed: dict[str, bytes] = {}
    before = read_header(next(each.chain for each in history.records() if each.linked and each.linked.link == gone))
    assert before is not None
    link = before.before
    for at in path[path.index(gone) + 1 :]:
        record = next(each for each in history.records() if each.linked and each.linked.link == at)
        assert record.linked
        link_before, link = link, link_of(VERDICT_TYPE, record.linked.place, link, record.digest)
        renewed[at] = f"{record.linked.place} {link_before} {link}".encode()
    for place, records in history.topics.items():
        history.topics[place] = [
            dataclasses.replace(each, headers=(*each.headers[:-1], (HEADER, renewed[each.linked.link])))
            if each.linked and each.linked.link in renewed
            else each
            for each in records
            if not (each.linked and each.linked.link == gone)
        ]
    assert Fault.CUT_OFF in {each.fault for each in history.verified().findings}
