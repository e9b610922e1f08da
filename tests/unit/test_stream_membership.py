"""What a coordinator's answers tell a worker of its place in the group."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.group import HeartbeatRequest, JoinGroupRequest

from tidewaiter.stream.failure import ExitCode
from tidewaiter.stream.membership import HeartbeatOfInstance, Membership
from tidewaiter.stream.progress import Progress

UNKNOWN = JoinGroupRequest.UNKNOWN_MEMBER_ID
JOIN = JoinGroupRequest("group", 6_000, 30_000, UNKNOWN, "pod-0", "consumer", [])
FENCED = 82


@dataclass
class Coordinator:
    """As much of aiokafka's as is watched. It answers each request with the next of `answers`."""

    answers: list[Any]
    _group_instance_id: str | None = "pod-0"
    group_id: str = "group"
    member_id: str = UNKNOWN
    _rebalance_timeout_ms: int = 30_000
    asked: list[Any] = field(default_factory=list)

    async def _send_req(self, request: Any) -> Any:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return await answer() if callable(answer) else answer


def joined(member: str) -> SimpleNamespace:
    return SimpleNamespace(error_code=0, generation_id=3, member_id=member)


def refused(code: int) -> SimpleNamespace:
    return SimpleNamespace(error_code=code)


async def asked(coordinator: Coordinator, request: Any) -> Any:
    """The answer, None where none is given."""
    try:
        async with asyncio.timeout(0.05):
            return await coordinator._send_req(request)
    except TimeoutError:
        return None


def test_a_forgotten_member_asks_who_has_its_instance_id_before_it_joins_anew() -> None:
    coordinator, membership = Coordinator([joined("a"), refused(25), joined("b")]), Membership()
    membership.watch(coordinator)

    async def told() -> Any:
        await coordinator._send_req(JOIN)
        return await asked(coordinator, JOIN)

    assert asyncio.run(told()).member_id == "b", "nobody else has it"
    assert [type(request) for request in coordinator.asked] == [JoinGroupRequest, HeartbeatOfInstance, JoinGroupRequest]
    assert coordinator.asked[1]._said == ("group", 3, "a", "pod-0")
    assert membership.failure is None


@pytest.mark.parametrize("answers", [[joined("a"), refused(FENCED)], [joined("a"), refused(25), refused(FENCED)]])
def test_a_fenced_member_does_not_join_and_names_the_setting(answers: list[Any]) -> None:
    coordinator, membership = Coordinator(answers), Membership()
    membership.watch(coordinator)

    async def told() -> Any:
        await coordinator._send_req(JOIN)
        return await asked(coordinator, JOIN)

    assert asyncio.run(told()) is None
    assert membership.failure is not None
    assert membership.failure.code is ExitCode.FENCED
    assert "TIDEWAITER_INSTANCE_ID (pod-0)" in str(membership.failure)


@pytest.mark.parametrize(
    "arrives",
    [
        [refused(FENCED), joined("b")],  # before the next one, which asks who has the id
        [refused(25), joined("b"), refused(FENCED), joined("c")],  # after the next one, and takes the id from it
    ],
)
def test_a_join_without_an_answer_does_not_fence_its_own_worker(arrives: list[Any]) -> None:
    coordinator, membership = Coordinator([joined("a"), refused(25), KafkaConnectionError(), *arrives]), Membership()
    membership.watch(coordinator)

    async def told() -> None:
        await coordinator._send_req(JOIN)
        with pytest.raises(KafkaConnectionError):
            await coordinator._send_req(JOIN)
        while coordinator.answers:
            assert not (await asked(coordinator, JOIN)).error_code
        assert membership.failure is None
        coordinator.answers.append(refused(FENCED))
        assert await asked(coordinator, JOIN) is None

    asyncio.run(told())
    assert membership.failure is not None, "every join is answered: another worker has the id"


def test_however_many_joins_were_lost_another_worker_is_believed_the_second_time() -> None:
    coordinator = Coordinator(
        [*[KafkaConnectionError()] * 9, joined("a"), refused(FENCED), joined("b"), refused(FENCED)]
    )
    membership = Membership()
    membership.watch(coordinator)

    async def told() -> None:
        for _ in range(9):
            with pytest.raises(KafkaConnectionError):
                await coordinator._send_req(JOIN)
        for _ in range(2):
            assert not (await asked(coordinator, JOIN)).error_code
            assert membership.failure is None
        assert await asked(coordinator, JOIN) is None

    asyncio.run(told())
    assert membership.failure is not None


def test_a_fenced_member_that_may_have_fenced_itself_is_told_that_it_is_unknown() -> None:
    coordinator, membership = Coordinator([KafkaConnectionError(), joined("a"), refused(FENCED)]), Membership()
    membership.watch(coordinator)

    async def told() -> Any:
        with pytest.raises(KafkaConnectionError):
            await coordinator._send_req(JOIN)
        coordinator.member_id = (await coordinator._send_req(JOIN)).member_id
        return await coordinator._send_req(JOIN)

    assert asyncio.run(told()).error_code == 25
    assert membership.failure is None


def test_a_member_without_an_instance_id_joins_anew_unasked() -> None:
    coordinator = Coordinator([joined("a"), joined("b")], _group_instance_id=None)
    Membership().watch(coordinator)

    async def told() -> Any:
        await coordinator._send_req(JOIN)
        return await asked(coordinator, JOIN)

    assert asyncio.run(told()).member_id == "b"


def test_silence_counts_from_the_last_answer_and_not_while_others_are_waited_for() -> None:
    now = 0.0
    membership = Membership(lambda: now)
    heartbeat = HeartbeatRequest("group", 3, "a")

    async def while_joining() -> SimpleNamespace:
        nonlocal now
        now = 45.0
        assert membership.silence() == 15.0, "45 s, of which a join may take 30"
        return joined("a")

    async def told() -> None:
        nonlocal now
        await coordinator._send_req(heartbeat)
        now = 10.0
        assert membership.silence() == 10.0
        with pytest.raises(KafkaConnectionError):
            await coordinator._send_req(heartbeat)
        assert membership.silence() == 10.0, "a failure is no answer"
        await coordinator._send_req(JOIN)
        assert membership.silence() == 0.0
        now = 50.0
        assert membership.silence() == 5.0

    coordinator = Coordinator([refused(0), KafkaConnectionError(), while_joining])
    membership.watch(coordinator)
    now = 0.0
    asyncio.run(told())


def test_a_silent_broker_makes_a_worker_unready_and_leaves_it_alive() -> None:
    progress = Progress(60, partitions=1, rule_book="a", producer=lambda: True, silence_limit=15)
    assert not progress.missing()
    progress.silence = 15.1
    assert progress.missing() == ["broker (no answer for 15 s)"]
    assert progress.stuck() is None
    progress.silence = 1
    assert not progress.missing()
