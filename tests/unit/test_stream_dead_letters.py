"""Dead letters keep the original and say why; too many of them stop the worker."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.station import ROOT
from tidewaiter.settings import Settings
from tidewaiter.stream.batches import Why, Withheld
from tidewaiter.stream.dead_letters import DeadLetter, Limits
from tidewaiter.stream.failure import ExitCode, WorkerError
from tidewaiter.wire.chain import letter_digest
from tidewaiter_schemas import DeadLetterReason

MOST = 1_000_000


def _record(headers: tuple[tuple[str, bytes | None], ...]) -> SimpleNamespace:
    return SimpleNamespace(
        topic="transfers", partition=3, offset=41, timestamp=1_700_000_000.25, headers=headers, key=None, value=b"{"
    )


def test_the_original_headers_stay_as_they_are_and_ours_follow() -> None:
    original = (("x", b"1"), ("x", b"2"), ("none", None), ("ce_type", b"\xff"))
    letter = DeadLetter(_record(original), DeadLetterReason.NOT_JSON, "EOF at line 1")
    key, value, headers = letter.content("group-a", MOST)
    assert (key, value) == (None, b"{")
    assert tuple(headers[: len(original)]) == original
    assert dict(headers[len(original) :]) == {
        "dlq-reason": b"not_json",
        "dlq-detail": b"EOF at line 1",
        "dlq-stage": b"decode",
        "dlq-attempts": b"1",
        "dlq-engine": headers[-8][1],
        "kafka_dlt-original-topic": b"transfers",
        "kafka_dlt-original-partition": b"3",
        "kafka_dlt-original-offset": b"41",
        "kafka_dlt-original-timestamp": b"1700000000250",
        "kafka_dlt-original-consumer-group": b"group-a",
        "kafka_dlt-exception-fqcn": b"tidewaiter.errors.UnreadableEvent",
        "kafka_dlt-exception-message": b"EOF at line 1",
    }


def test_an_event_that_was_replayed_and_failed_again_counts_its_attempts() -> None:
    _, _, headers = DeadLetter(_record((("dlq-attempts", b"2"),)), DeadLetterReason.EMPTY, "d").content("g", MOST)
    assert headers[-8] != ("dlq-attempts", b"2")
    assert ("dlq-attempts", b"3") in headers


@pytest.mark.parametrize("part", ["key", "value", "headers"])
def test_an_original_that_is_larger_than_is_taken_is_withheld_with_its_size_and_hash(part: str) -> None:
    record = _record(())
    setattr(record, part, (("x", b" " * MOST),) if part == "headers" else b" " * MOST)
    key, value, headers = DeadLetter(record, DeadLetterReason.TOO_LARGE, "d").content("g", MOST)
    told = dict(headers)
    assert (key, value, told.get("x")) == (None, None, None)
    assert int(told["dlq-withheld-bytes"] or b"") >= MOST
    assert told["dlq-withheld-sha256"] == letter_digest(record.key, record.value, record.headers).encode()
    assert told["kafka_dlt-original-offset"] == b"41"


@pytest.mark.parametrize(
    ("batches", "stops"),
    [
        pytest.param([[False] * 4], False, id="one fewer than the limit"),
        pytest.param([[False] * 5], True, id="the limit in one batch"),
        pytest.param([[False] * 3, [False] * 2], True, id="the limit over two batches"),
        pytest.param([[False] * 4, [True], [False] * 4], False, id="a readable one between"),
        pytest.param([[True, False]] * 3 + [[True] * 4], False, id="scattered, before the window is full"),
        pytest.param([[True, False]] * 40, False, id="half of the window"),
        pytest.param([[True, False]] * 9 + [[False, True, False, False]], True, id="more than half of the window"),
        pytest.param([[False, False, True, False]] * 2 + [[True] * 200, [False] * 4], False, id="long ago"),
        pytest.param([[True] * 1_000, [False] * 4], False, id="after a long good time"),
    ],
)
def test_a_worker_stops_at_so_many_in_a_row_or_at_such_a_share(batches: list[list[bool]], stops: bool) -> None:
    limits = Limits(in_a_row=5, share=0.5, window=20)

    def run() -> None:
        for batch in batches:
            limits.count(batch)

    if not stops:
        run()
        return
    with pytest.raises(WorkerError, match="became dead letters") as raised:
        run()
    assert raised.value.code is ExitCode.TOO_MANY_DEAD_LETTERS


def test_both_limits_can_be_switched_off() -> None:
    Limits(in_a_row=0, share=1, window=10).count([False] * 1_000)


def _letters() -> Iterator[DeadLetter]:
    """One of each form."""
    yield DeadLetter(_record((("dlq-attempts", b"2"), ("x", b"1"))), DeadLetterReason.NOT_JSON, "d")
    yield DeadLetter(_record((("x", b" " * MOST),)), DeadLetterReason.TOO_LARGE, "d")
    for why, size in ((Why.RECORD, 9), (Why.BATCH, None), (Why.DAMAGED, None)):
        record = _record(())
        record.value = Withheld.of(why, size, memoryview(b"abc"), "f" * 64)
        yield DeadLetter.of_withheld(record, record.value, Settings())


def test_the_asyncapi_document_describes_every_header_of_every_letter_and_no_other() -> None:
    document = yaml.safe_load((ROOT / "schemas" / "asyncapi.yaml").read_text(encoding="utf-8"))
    (message,) = [each for name, each in document["components"]["messages"].items() if "dead" in name.lower()]
    described = message["headers"]
    names = set[str]()
    for letter in _letters():
        _, _, headers = letter.content("g", MOST)
        ours = {name: (content or b"").decode() for name, content in headers if name != "x"}
        Draft202012Validator(described).validate(ours)
        names |= ours.keys()
    assert names | {"dlq-chain", "dlq-signature"} == described["properties"].keys()
    assert described["properties"]["dlq-reason"]["enum"] == list(DeadLetterReason)
