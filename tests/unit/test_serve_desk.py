"""Screening for requests: in batches beside the event loop, fair between requests, and never a wrong answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests import packaged
from tests.station import transfer
from tidewaiter.screening.ledger import QuotaLedger
from tidewaiter.screening.screener import Screener
from tidewaiter.serve import desk as desks
from tidewaiter.serve.desk import BATCH, SHARE, ScreeningDesk
from tidewaiter.serve.problems import Problem
from tidewaiter.wire.cloudevents import canonical
from tidewaiter_schemas.transfer import TransferEvent

MAX = 1_048_576
REFINED = {
    "id": "fuel",
    "occurred_at": "2026-03-01T12:00:00Z",
    "kind": "sale",
    "items": [{"description": "gas oil", "hs_code": "271019", "quantity": "1000", "unit": "t"}],
    "route": {"origin": {"country": "CN"}, "destination": {"country": "KP"}},
}


def body(number: int) -> bytes:
    return json.dumps(transfer(number)).encode()


def with_desk(work: Callable[[ScreeningDesk], Awaitable[Any]], **parts: Any) -> Any:
    async def run() -> Any:
        ledger = QuotaLedger()
        told: dict[str, Any] = {"screener": packaged.screener, "ledger": lambda: ledger, "max_event_bytes": MAX} | parts
        desk = ScreeningDesk(**told)
        try:
            return await work(desk)
        finally:
            desk.close()

    return asyncio.run(run())


def test_many_requests_at_once_have_each_their_own_answers() -> None:
    async def work(desk: ScreeningDesk) -> list[list[Any]]:
        return await asyncio.gather(*(desk.screen([body(n), b"{", body(n + 1)]) for n in range(0, 200, 2)))

    for number, answers in zip(range(0, 200, 2), with_desk(work), strict=True):
        expected = packaged.screener().screen([TransferEvent.model_validate(transfer(n)) for n in (number, number + 1)])
        assert [answers[0], answers[2]] == [canonical(verdict) for verdict in expected]
        assert isinstance(answers[1], Problem)


def test_a_request_of_a_thousand_delays_a_request_of_one_by_no_more_than_a_batch() -> None:
    done: list[str] = []

    async def work(desk: ScreeningDesk) -> None:
        async def ask(name: str, bodies: list[bytes]) -> None:
            await desk.screen(bodies)
            done.append(name)

        large = asyncio.create_task(ask("large", [body(n) for n in range(1_000)]))
        await asyncio.sleep(0.05)
        small = [asyncio.create_task(ask(f"small {n}", [body(n)])) for n in range(5)]
        await asyncio.gather(large, *small)

    with_desk(work)
    assert done[-1] == "large"


def test_a_batch_takes_a_share_of_each_request_while_others_wait() -> None:
    async def work(desk: ScreeningDesk) -> list[int]:
        desk._jobs.clear()
        for size in (1_000, 3, 40):
            desk._jobs.append(desks._Job([b""] * size, asyncio.get_running_loop().create_future()))
        with desk._more:
            batches = [[len(some) for _, some in desk._next_batch()] for _ in range(3)]
            desk._jobs.clear()
        assert all(sum(batch) <= BATCH for batch in batches)
        return batches[0]

    first = with_desk(work)
    assert first[0] == SHARE
    assert first[1] == 3


def test_a_quota_is_read_and_not_drawn_on() -> None:
    ledger = QuotaLedger()
    screener = packaged.screener()
    sent = json.dumps(REFINED).encode()

    async def work(desk: ScreeningDesk) -> list[Any]:
        return [(await desk.screen([sent, sent]))[0], len(ledger), (await desk.screen([sent]))[0]]

    first, claims, second = with_desk(work, ledger=lambda: ledger)
    assert claims == 0
    assert first == second == canonical(screener.screen([TransferEvent.model_validate(REFINED)])[0])
    # What others drew before counts, as it does on the stream.
    others = [TransferEvent.model_validate(REFINED | {"id": f"other-{n}"}) for n in range(80)]
    screener.screen(others, ledger)
    (after,) = with_desk(lambda desk: desk.screen([sent]), ledger=lambda: ledger)
    (expected,) = screener.screen([TransferEvent.model_validate(REFINED)], ledger)
    assert after == canonical(expected)
    assert after != first


def test_without_the_claims_of_others_a_transfer_that_draws_on_a_quota_has_no_answer() -> None:
    async def work(desk: ScreeningDesk) -> list[Any]:
        return await desk.screen([json.dumps(REFINED).encode(), body(1)])

    drawn, other = with_desk(work, ledger=lambda: None)
    assert isinstance(drawn, Problem)
    assert drawn.kind == "quotas-unavailable"
    assert isinstance(other, bytes)


def test_an_engine_that_fails_is_told_and_never_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Screener, *_: object) -> None:
        raise ArithmeticError("Kim Jong Un")

    monkeypatch.setattr(Screener, "assess", fails)
    (answer,) = with_desk(lambda desk: desk.screen([body(1)]))
    assert isinstance(answer, Problem)
    assert answer.kind == "engine-failed"
    assert "Kim" not in answer.body().decode()


def test_an_error_of_the_machine_reaches_the_request_and_the_next_one_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(self: Screener, *_: object) -> None:
        raise OSError("no memory")

    async def work(desk: ScreeningDesk) -> list[Any]:
        with monkeypatch.context() as patch:
            patch.setattr(Screener, "assess", fails)
            with pytest.raises(OSError, match="no memory"):
                await desk.screen([body(n) for n in range(100)])
        assert desk.waiting == 0
        return await desk.screen([body(1)])

    assert isinstance(with_desk(work)[0], bytes)


def test_without_a_rule_book_and_with_too_much_waiting_nothing_is_taken() -> None:
    async def refused(desk: ScreeningDesk) -> str:
        with pytest.raises(Problem) as problem:
            await desk.screen([b"{}"] * (desks.MOST_WAITING + 1))
        return problem.value.kind

    assert with_desk(refused, screener=lambda: None) == "no-rule-book"
    assert with_desk(refused) == "busy"
