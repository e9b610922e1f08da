"""Nothing is acknowledged before its verdict is on the broker, and every failure is one of a closed set."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    NotEnoughReplicasError,
    TopicAuthorizationFailedError,
)
from aiokafka.partitioner import DefaultPartitioner

from tests import builders
from tidewaiter.observability.metrics import Metrics
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.quota import Quota
from tidewaiter.screening.case import Case
from tidewaiter.screening.identity import content_sha256
from tidewaiter.screening.ledger import QuotaLedger, Tally
from tidewaiter.screening.quotas import Draw, QuotaUsage
from tidewaiter.screening.screener import Assessment
from tidewaiter.screening.texts import TransferTexts
from tidewaiter.settings import load
from tidewaiter.stream.agent import BatchSize, ScreeningAgent
from tidewaiter.stream.batches import Why, Withheld
from tidewaiter.stream.failure import ExitCode, WorkerError
from tidewaiter.stream.progress import Progress
from tidewaiter.stream.writer import Outgoing, Writer
from tidewaiter.wire.chain import Chain
from tidewaiter_schemas import RuleBookManifest, TransferEvent, Verdict
from tidewaiter_schemas.quota import QuotaClaim

MANIFEST = RuleBookManifest(version="1", sha256="0" * 64, rule_sets=(), lists=())
NEVER = "never"


def case_of(transfer: TransferEvent) -> Case:
    """A case that nobody judges by: of no rule book."""
    texts = TransferTexts(transfer, ())
    return Case(transfer, transfer.occurred_at.date(), cast(RuleBook, None), (), (), (), (), {}, (), texts, ())


class Screener:
    """Clears everything. Raises KeyError in the method of `poisoned` whenever it is given the transfer called poison."""

    def __init__(self, poisoned: str = "") -> None:
        self.poisoned = poisoned

    def read_ahead(self, transfers: Iterable[TransferEvent]) -> Iterator[None]:
        for transfer in transfers:
            if self.poisoned == "read_ahead" and transfer.id == "poison":
                raise KeyError("Secret Person")
            yield

    def assess(self, transfers: Sequence[TransferEvent]) -> list[Assessment]:
        if self.poisoned == "assess" and any(transfer.id == "poison" for transfer in transfers):
            raise KeyError("Secret Person")
        return [Assessment(transfer, case_of(transfer), (), _draws(transfer)) for transfer in transfers]

    def conclude(self, assessed: Assessment, before: Mapping[QuotaClaim, Tally]) -> Verdict:
        poison = assessed.case.transfer.id == "poison"
        if poison and self.poisoned == "conclude":
            raise KeyError("Secret Person")
        if poison and self.poisoned == "a total" and any(tally.transfers for tally in before.values()):
            raise KeyError("Secret Person")
        name = assessed.case.transfer.id
        verdict = builders.verdict(id=uuid5(NAMESPACE_URL, name), transfer_id=name, rulebook=MANIFEST)
        if poison and self.poisoned == "a verdict that cannot be written":
            return verdict.model_copy(update={"engine": "Secret Person \ud800"})
        if poison and self.poisoned == "a verdict without end":
            return verdict.model_copy(update={"engine": "x" * 10_000_000})
        return verdict

    def quota_usage(self, ledger: QuotaLedger, day: date) -> list[QuotaUsage]:
        return []


def _draws(transfer: TransferEvent) -> tuple[Draw, ...]:
    """A draw on a quota for each transfer that is a sale."""
    if transfer.kind != "sale":
        return ()
    day = transfer.occurred_at.date()
    claim = QuotaClaim(
        quota="Q", window=day, transfer_id=transfer.id, content_sha256=content_sha256(transfer), day=day, counted=True
    )
    return (Draw(cast(Quota, None), claim, (), None, {}),)


class Quotas:
    """A ledger of this process alone."""

    def __init__(self) -> None:
        self.ledger = QuotaLedger()

    async def settle(self, draws: Sequence[Draw]) -> Mapping[QuotaClaim, Tally]:
        return self.ledger.settle(draws)


class Broker:
    """Stands where the producer stands and fails as it is told: by topic and by the how-manieth record of it."""

    def __init__(self, faults: dict[tuple[str, int], Any] | None = None) -> None:
        self.faults = faults or {}
        self.records: list[tuple[str, bytes | None, bytes | None, list[tuple[str, bytes | None]]]] = []
        self.counts: dict[str, int] = {}
        self.release = asyncio.Event()
        cluster = SimpleNamespace(available_partitions_for_topic=lambda topic: {5})
        self.client = SimpleNamespace(cluster=cluster)

    async def partitions_for(self, topic: str) -> set[int]:
        return {0}

    def create_batch(self) -> Builder:
        return Builder()

    async def send_batch(self, batch: Builder, topic: str, partition: int) -> asyncio.Future[Any]:
        """A broker takes a batch as a whole, or refuses it."""
        begins = self.counts.get(topic, 0) + 1
        self.counts[topic] = begins + len(batch.records) - 1
        faults = [self.faults.get((topic, number)) for number in range(begins, self.counts[topic] + 1)]
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if refused := next((fault for fault in faults if isinstance(fault, KafkaError)), None):
            future.set_exception(refused)
        elif NEVER not in faults:
            self.records += [(topic, *record) for record in batch.records]
            future.set_result(None)
        return future


class Builder:
    """A batch that takes `most` records."""

    def __init__(self, most: int = 1_000) -> None:
        self.records: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]] = []
        self.closed = False
        self._most = most

    def append(self, *, timestamp: int | None, key: bytes | None, value: bytes | None, headers: Any) -> object:
        if len(self.records) == self._most:
            return None
        self.records.append((key, value, list(headers)))
        return self

    def close(self) -> None:
        self.closed = True


class Event:
    def __init__(
        self,
        offset: int,
        value: bytes | None,
        chain: Chain,
        headers: Sequence[tuple[str, bytes | None]],
        timestamp: float | None,
    ) -> None:
        self.message = SimpleNamespace(
            topic="transfers",
            partition=0,
            offset=offset,
            timestamp=timestamp,
            headers=headers,
            key=b"k",
            value=value,
            chain=chain,
        )
        self.acknowledged = False

    def ack(self) -> None:
        self.acknowledged = True


def _transfer(identity: str, kind: str = "gift") -> bytes:
    return json.dumps({"id": identity, "occurred_at": "2024-01-01T00:00:00Z", "kind": kind}).encode()


def _run(
    values: Sequence[bytes | None],
    faults: dict[tuple[str, int], Any] | None = None,
    screener: Screener | None = None,
    headers: Sequence[tuple[str, bytes | None]] = (),
    timestamp: float | None = 1.0,
    **overrides: Any,
) -> Any:
    async def run() -> Any:
        ages = {"occurred_days_back": 0, "occurred_days_ahead": 0}
        settings = load({"broker": "unused:1", "produce_timeout_seconds": 0.2, **ages, **overrides})
        broker, metrics, progress, quotas = Broker(faults), Metrics(), Progress(60), Quotas()
        agent = ScreeningAgent(
            settings,
            screener or Screener(),
            quotas,
            Writer(broker, "verdicts", settings.produce_timeout_seconds, ExitCode.PRODUCE),
            Writer(broker, "dead", settings.produce_timeout_seconds, ExitCode.DEAD_LETTER),
            metrics,
            progress,
        )
        chain = Chain()
        events = [Event(offset, value, chain, headers, timestamp) for offset, value in enumerate(values)]
        failure: BaseException | None = None
        try:
            await agent.screen_batch(events)
        except Exception as error:
            failure = error
        return SimpleNamespace(
            broker=broker, events=events, failure=failure, agent=agent, metrics=metrics, ledger=quotas.ledger
        )

    return asyncio.run(run())


def test_a_batch_becomes_verdicts_and_dead_letters_and_is_acknowledged() -> None:
    ran = _run([_transfer("a"), b"{", _transfer("b"), None])
    assert ran.failure is None
    assert [event.acknowledged for event in ran.events] == [True] * 4
    written = [(topic, key, value) for topic, key, value, _ in ran.broker.records]
    assert [key for topic, key, _ in written if topic == "verdicts"] == [b"a", b"b"]
    assert [value for topic, _, value in written if topic == "dead"] == [b"{", None]
    assert all(key == b"k" for topic, key, _ in written if topic == "dead")


def test_the_same_transfer_gives_the_same_bytes_again() -> None:
    first, second = _run([_transfer("a")]), _run([_transfer("a"), _transfer("a")])
    values = [value for ran in (first, second) for _, _, value, _ in ran.broker.records]
    assert len(values) == 3
    assert len(set(values)) == 1


FAULTS: list[tuple[str, dict[tuple[str, int], Any], ExitCode, str]] = [
    ("the first acknowledgement fails", {("verdicts", 1): NotEnoughReplicasError()}, ExitCode.PRODUCE, "verdicts"),
    ("the last acknowledgement fails", {("verdicts", 3): KafkaConnectionError()}, ExitCode.PRODUCE, "verdicts"),
    ("an acknowledgement never comes", {("verdicts", 2): NEVER}, ExitCode.PRODUCE, "within 0.2 s"),
    ("a dead letter fails", {("dead", 1): NotEnoughReplicasError()}, ExitCode.DEAD_LETTER, "dead"),
    ("a dead letter's acknowledgement never comes", {("dead", 1): NEVER}, ExitCode.DEAD_LETTER, "within 0.2 s"),
    (
        "writing is not allowed",
        {("verdicts", 2): TopicAuthorizationFailedError("verdicts")},
        ExitCode.NOT_AUTHORISED,
        "needs Write",
    ),
    (
        "a verdict is too large, also alone",
        {("verdicts", 2): MessageSizeTooLargeError(), ("verdicts", 5): MessageSizeTooLargeError()},
        ExitCode.VERDICT_TOO_LARGE,
        "transfer b",
    ),
    (
        "a dead letter is too large, also alone",
        {("dead", 1): MessageSizeTooLargeError(), ("dead", 2): MessageSizeTooLargeError()},
        ExitCode.DEAD_LETTER,
        "transfers/0@3",
    ),
]


@pytest.mark.parametrize(("faults", "code", "words"), [pytest.param(*rest, id=name) for name, *rest in FAULTS])
def test_a_batch_that_cannot_be_written_is_not_acknowledged(
    faults: dict[tuple[str, int], Any], code: ExitCode, words: str
) -> None:
    ran = _run([_transfer("a"), _transfer("b"), _transfer("c"), b"{"], faults)
    assert isinstance(ran.failure, WorkerError)
    assert ran.failure.code is code
    assert words in str(ran.failure)
    assert not any(event.acknowledged for event in ran.events)


def test_records_refused_for_the_size_of_their_batch_are_written_one_by_one() -> None:
    ran = _run([_transfer("a"), _transfer("b")], {("verdicts", 1): MessageSizeTooLargeError()})
    assert ran.failure is None
    assert {key for _, key, _, _ in ran.broker.records} == {b"a", b"b"}
    assert all(event.acknowledged for event in ran.events)


POISONED = {
    "assess": "screen",
    "conclude": "screen",
    "a verdict that cannot be written": "encode",
}


@pytest.mark.parametrize("kind", ["gift", "sale"])
@pytest.mark.parametrize(("poisoned", "stage"), POISONED.items())
def test_what_the_engine_fails_on_is_a_dead_letter_and_its_neighbours_have_verdicts(
    poisoned: str, stage: str, kind: str
) -> None:
    if kind == "sale":
        stage = "screen"  # what draws on a quota is judged for trial before it draws
    values = [_transfer(name, kind) for name in ("a", "b", "poison", "c", "d", "poison", "e")]
    ran = _run(values, screener=Screener(poisoned))
    assert ran.failure is None
    assert all(event.acknowledged for event in ran.events)
    assert [key for topic, key, _, _ in ran.broker.records if topic == "verdicts"] == [b"a", b"b", b"c", b"d", b"e"]
    letters = [(value, dict(headers)) for topic, _, value, headers in ran.broker.records if topic == "dead"]
    assert [value for value, _ in letters] == [values[2], values[5]], "the original bytes"
    for _, headers in letters:
        assert headers["dlq-reason"] == b"engine_error"
        assert headers["dlq-stage"] == stage.encode()
        error = headers["kafka_dlt-exception-fqcn"].decode()
        assert error in {"KeyError", "pydantic_core._pydantic_core.PydanticSerializationError"}
        assert re.fullmatch(rf"{re.escape(error)} at tidewaiter\.[\w.]+:\d+", headers["dlq-detail"].decode())
        assert b"Secret" not in b"".join(headers.values())
    counted = ran.metrics.registry.get_sample_value("tidewaiter_dead_letters_total", {"reason": "engine_error"})
    assert counted == 2
    assert {claim.transfer_id for claim in ran.ledger._places} == (set("abcde") if kind == "sale" else set())


def test_a_record_that_is_given_up_is_the_same_bytes_again() -> None:
    def letters(values: list[bytes | None]) -> list[Any]:
        ran = _run(values, screener=Screener("assess"))
        return [record for record in ran.broker.records if record[0] == "dead"]

    alone, in_company = letters([_transfer("poison")]), letters([_transfer("poison"), _transfer("b"), _transfer("c")])
    assert len(alone) == 1
    assert alone == in_company


def test_what_fails_by_the_total_of_a_quota_alone_is_a_dead_letter_too() -> None:
    ran = _run([_transfer("a", "sale"), _transfer("poison", "sale")], screener=Screener("a total"))
    assert ran.failure is None
    (letter,) = (dict(headers) for topic, _, _, headers in ran.broker.records if topic == "dead")
    assert letter["dlq-stage"] == b"settle"


def test_what_fails_when_it_is_read_ahead_is_judged_all_the_same() -> None:
    ran = _run([_transfer("a"), _transfer("poison"), _transfer("b")], screener=Screener("read_ahead"))
    assert ran.failure is None
    assert [topic for topic, *_ in ran.broker.records] == ["verdicts"] * 3


def test_transfers_that_fail_only_in_company_or_once_are_judged() -> None:
    class InCompany(Screener):
        def assess(self, transfers: Sequence[TransferEvent]) -> list[Assessment]:
            if len(transfers) > 1:
                raise KeyError("Secret Person")
            return super().assess(transfers)

    class Once(Screener):
        failed = False

        def assess(self, transfers: Sequence[TransferEvent]) -> list[Assessment]:
            if not self.failed:
                self.failed = True
                raise KeyError("Secret Person")
            return super().assess(transfers)

    for screener in (InCompany(), Once()):
        for values in ([_transfer("a")], [_transfer("a"), _transfer("b"), _transfer("c")]):
            ran = _run(values, screener=screener)
            assert ran.failure is None
            assert {topic for topic, *_ in ran.broker.records} == {"verdicts"}


@pytest.mark.parametrize("error", [MemoryError, OSError, ImportError])
@pytest.mark.parametrize("method", ["assess", "conclude"])
def test_what_no_record_is_the_cause_of_ends_the_worker_with_nothing_acknowledged(
    error: type[Exception], method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    screener = Screener()
    monkeypatch.setattr(screener, method, fail)
    ran = _run([_transfer("a"), _transfer("b")], screener=screener)
    assert isinstance(ran.failure, error)
    assert not ran.broker.records
    assert not any(event.acknowledged for event in ran.events)


def test_a_worker_set_to_stop_names_the_record_by_its_place_alone() -> None:
    values = [_transfer("a"), _transfer("poison"), _transfer("c")]
    ran = _run(values, screener=Screener("assess"), on_engine_error="stop")
    assert isinstance(ran.failure, WorkerError)
    assert ran.failure.code is ExitCode.UNFORESEEN
    assert "transfers/0@1: the engine raised KeyError at tidewaiter." in str(ran.failure)
    assert "Secret" not in str(ran.failure)
    assert not any(event.acknowledged for event in ran.events)


def test_an_engine_that_fails_on_everything_ends_the_worker() -> None:
    ran = _run([_transfer("poison")] * 5, screener=Screener("conclude"), dead_letters_in_a_row=5)
    assert isinstance(ran.failure, WorkerError)
    assert ran.failure.code is ExitCode.TOO_MANY_DEAD_LETTERS
    assert not any(event.acknowledged for event in ran.events)
    assert not ran.broker.records


def test_an_event_that_reading_fails_on_is_a_dead_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(value: bytes) -> Any:
        if b"poison" in value:
            raise RecursionError("Secret Person")

    monkeypatch.setattr("tidewaiter.wire.cloudevents._each_key_once", fail)
    ran = _run([_transfer("a"), _transfer("poison"), _transfer("c")])
    assert ran.failure is None
    (letter,) = (dict(headers) for topic, _, _, headers in ran.broker.records if topic == "dead")
    assert (letter["dlq-reason"], letter["dlq-stage"]) == (b"engine_error", b"decode")
    assert letter["dlq-detail"].startswith(b"RecursionError at tidewaiter.wire.cloudevents:")
    stopped = _run([_transfer("poison")], on_engine_error="stop")
    assert isinstance(stopped.failure, WorkerError)
    assert stopped.failure.code is ExitCode.UNFORESEEN


def test_a_verdict_larger_than_a_record_may_be_is_a_dead_letter_that_names_the_setting() -> None:
    values = [_transfer("a"), _transfer("poison"), _transfer("c")]
    ran = _run(values, screener=Screener("a verdict without end"))
    assert ran.failure is None
    assert [key for topic, key, _, _ in ran.broker.records if topic == "verdicts"] == [b"a", b"c"]
    (letter,) = (dict(headers) for topic, _, _, headers in ran.broker.records if topic == "dead")
    assert letter["dlq-reason"] == b"verdict_too_large"
    assert b"TIDEWAITER_MAX_RECORD_BYTES" in letter["dlq-detail"]


@pytest.mark.parametrize(
    "timestamp", [None, -0.001, -(2.0**63) / 1_000, 2.0**63 / 1_000, -62_135_596_801.0, 253_402_300_800.0]
)
def test_a_record_of_any_time_has_its_verdict_or_its_dead_letter(timestamp: float | None) -> None:
    ran = _run([_transfer("a"), b"{"], timestamp=timestamp, occurred_days_back=90, occurred_days_ahead=2)
    assert ran.failure is None
    verdict, letter = ran.broker.records
    assert json.loads(verdict[2])["transfer_id"] == "a"
    assert (b"TW-DATE-DOUBTFUL" in verdict[2]) is (timestamp is not None)
    assert dict(letter[3])["dlq-reason"] == b"not_json"


HOSTILE_HEADERS: dict[str, Sequence[tuple[str, bytes | None]]] = {
    "attempts without end": [("dlq-attempts", b"9" * 5_000)],
    "attempts in other digits": [("dlq-attempts", "²٣".encode())],
    "attempts of nothing": [("dlq-attempts", None), ("dlq-attempts", b"")],
    "a trace without end": [("tracestate", b"x" * 3_000_000), ("traceparent", b"0" * 3_000_000)],
    "a trace in many headers": [("tracestate", b"x" * 400)] * 10_000,
    "a chain and a signature": [("chain", b"\xff" * 5_000), ("signature", b"ed25519 x y"), ("dlq-chain", b"")],
}


@pytest.mark.parametrize("headers", HOSTILE_HEADERS.values(), ids=HOSTILE_HEADERS)
def test_no_header_keeps_a_verdict_or_a_dead_letter_from_being_written(
    headers: Sequence[tuple[str, bytes | None]],
) -> None:
    ran = _run([_transfer("a"), b"{"], headers=headers)
    assert ran.failure is None
    assert [topic for topic, *_ in ran.broker.records] == ["verdicts", "dead"]
    verdict, letter = ran.broker.records
    assert sum(len(name) + len(content or b"") for name, content in verdict[3]) < 8_192
    assert dict(letter[3])["dlq-attempts"] == b"1"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda assessed: assessed[:-1], id="one too few"),
        pytest.param(lambda assessed: assessed[::-1], id="another order"),
        pytest.param(lambda assessed: [*assessed, assessed[0]], id="one too many"),
    ],
)
def test_a_screener_that_does_not_answer_one_for_one_ends_the_worker(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[list[Assessment]], list[Assessment]]
) -> None:
    honest = Screener.assess
    monkeypatch.setattr(Screener, "assess", lambda self, transfers: answer(honest(self, transfers)))
    ran = _run([_transfer("a"), _transfer("b")])
    assert isinstance(ran.failure, WorkerError)
    assert not any(event.acknowledged for event in ran.events)


def test_too_many_dead_letters_stop_before_any_of_the_batch_is_acknowledged() -> None:
    ran = _run([b"{"] * 5, dead_letters_in_a_row=5)
    assert isinstance(ran.failure, WorkerError)
    assert ran.failure.code is ExitCode.TOO_MANY_DEAD_LETTERS
    assert not any(event.acknowledged for event in ran.events)


def test_the_batch_in_hand_is_seen_as_in_hand() -> None:
    ran = _run([_transfer("a")], {("verdicts", 1): NEVER})
    assert not ran.agent.idle.is_set()
    assert _run([_transfer("a")]).agent.idle.is_set()


def test_a_batch_is_as_long_as_can_be_screened_in_time() -> None:
    size = BatchSize(most=500, seconds=0.5)
    assert size() == 500, "before anything is known"
    size.took(1.0, 100)
    assert size() == 50
    for _ in range(50):
        size.took(0.001, 100)
    assert size() == 500
    for _ in range(50):
        size.took(60.0, 1)
    assert size() == 1


@pytest.mark.parametrize("size", [100, 8_000_000])
def test_a_key_of_megabytes_is_placed_by_a_hash_that_takes_no_time(size: int) -> None:
    """aiokafka's own, in Python, would keep the event loop for four seconds."""

    class Placing(Broker):
        async def partitions_for(self, topic: str) -> set[int]:
            return {2, 0, 1}

        async def send_batch(self, batch: Builder, topic: str, partition: int) -> asyncio.Future[Any]:
            placed.append(partition)
            return await super().send_batch(batch, topic, partition)

    async def run() -> None:
        writer = Writer(Placing(), "dead", 1, ExitCode.DEAD_LETTER)
        for letter in (b"a", b"b", b"c", b"a"):
            await writer.write([Outgoing(b"v", letter * size, [], "s")])

    placed: list[int] = []
    asyncio.run(run())
    if size == 100:
        assert placed == [DefaultPartitioner()(letter * size, [0, 1, 2], []) for letter in (b"a", b"b", b"c", b"a")]
    else:
        assert set(placed) <= {0, 1, 2}
        assert len(set(placed)) > 1
        assert placed[0] == placed[3]


def test_a_record_without_a_key_is_written_where_there_is_a_leader() -> None:
    class Placing(Broker):
        async def partitions_for(self, topic: str) -> set[int]:
            return {3, 4, 5}

        async def send_batch(self, batch: Builder, topic: str, partition: int) -> asyncio.Future[Any]:
            placed.append(partition)
            return await super().send_batch(batch, topic, partition)

    placed: list[int] = []
    writer = Writer(Placing(), "dead", 1, ExitCode.DEAD_LETTER)
    asyncio.run(writer.write([Outgoing(b"v", None, [], "s")] * 30))
    assert placed == [5]


def test_records_without_content_are_written_to_one_partition() -> None:
    class Placing(Broker):
        async def partitions_for(self, topic: str) -> set[int]:
            return {3, 4, 5}

        async def send_batch(self, batch: Builder, topic: str, partition: int) -> asyncio.Future[Any]:
            placed.append(partition)
            return await super().send_batch(batch, topic, partition)

    placed: list[int] = []
    writer = Writer(Placing(), "dead", 1, ExitCode.DEAD_LETTER)
    asyncio.run(writer.write([Outgoing(None, None, [("dlq-reason", b"too_large")], "s")] * 30))
    assert placed == [3]


def test_a_write_makes_one_batch_a_partition_and_more_where_one_is_full() -> None:
    class Small(Broker):
        def create_batch(self) -> Builder:
            return Builder(most=3)

        async def send_batch(self, batch: Builder, topic: str, partition: int) -> asyncio.Future[Any]:
            assert batch.closed
            sent.append((partition, [key for key, _, _ in batch.records]))
            return await super().send_batch(batch, topic, partition)

    sent: list[tuple[int, list[bytes | None]]] = []
    records = [Outgoing(b"v", b"%d" % number, [], "s", partition=number % 2) for number in range(8)]
    asyncio.run(Writer(Small(), "verdicts", 1, ExitCode.PRODUCE).write(records))
    assert sent == [(0, [b"0", b"2", b"4"]), (0, [b"6"]), (1, [b"1", b"3", b"5"]), (1, [b"7"])]


@pytest.mark.parametrize(
    ("why", "reason", "detail"),
    [
        (Why.RECORD, "too_large", "300000000 bytes once decompressed, and 8388608 of a record are read"),
        (Why.BATCH, "too_large", "within 2147483648 bytes"),
        (Why.DAMAGED, "damaged", "cannot be decompressed or taken apart"),
    ],
)
def test_a_record_whose_content_was_not_read_is_a_dead_letter_that_says_what_is_known(
    why: Why, reason: str, detail: str
) -> None:
    size = 300_000_000 if why is Why.RECORD else None
    withheld = Withheld.of(why, size, memoryview(b"abc"), "f" * 64)
    ran = _run([_transfer("a"), withheld, _transfer("b")])
    assert ran.failure is None
    assert [event.acknowledged for event in ran.events] == [True] * 3
    assert [key for topic, key, _, _ in ran.broker.records if topic == "verdicts"] == [b"a", b"b"]
    ((_, key, value, headers),) = [record for record in ran.broker.records if record[0] == "dead"]
    told = {name: (content or b"").decode() for name, content in headers}
    assert (key, value, told["dlq-reason"], told["kafka_dlt-original-offset"]) == (None, None, reason, "1")
    assert detail in told["dlq-detail"]
    assert (told["dlq-withheld-batch-bytes"], told["dlq-withheld-batch-sha256"]) == ("3", "f" * 64)
    assert told.get("dlq-withheld-bytes") == (None if size is None else str(size))


def test_writing_nothing_asks_the_broker_nothing() -> None:
    async def run() -> None:
        broker = Broker()
        await Writer(broker, "verdicts", 1, ExitCode.PRODUCE).write([])
        await Writer(broker, "verdicts", 1, ExitCode.PRODUCE).write([Outgoing(b"v", b"k", [], "s")])
        assert len(broker.records) == 1

    asyncio.run(run())


def test_a_date_far_from_the_moment_of_the_record_asks_for_review_and_repeats() -> None:
    # The records are of 1970.
    ran = [_run([_transfer("a")], occurred_days_ahead=2) for _ in range(2)]
    (first,), (second,) = ([value for topic, _, value, _ in one.broker.records if topic == "verdicts"] for one in ran)
    assert first == second
    verdict = json.loads(first)
    assert [finding["rule"] for finding in verdict["findings"]] == ["TW-DATE-DOUBTFUL"]
    assert verdict["decision"] == "review"
    (plain,) = (value for topic, _, value, _ in _run([_transfer("a")]).broker.records if topic == "verdicts")
    assert json.loads(plain)["id"] != verdict["id"]
