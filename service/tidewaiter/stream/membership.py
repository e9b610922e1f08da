"""A worker's membership in its group: whether the coordinator answers, and whether another worker took its static id.

It relies on the inside of aiokafka, like the transport. aiokafka does not support fencing: its heartbeats and commits
have no instance id, so a member whose id another process took is told that it is unknown, joins again, and takes the id
back. Two workers with one TIDEWAITER_INSTANCE_ID would do so for ever, and write everything twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.group import JoinGroupRequest, SyncGroupRequest
from aiokafka.protocol.types import Int16, Int32, Schema, String

from tidewaiter.stream.failure import ExitCode, WorkerError

_UNKNOWN_MEMBER_ID: Final = 25
_FENCED_INSTANCE_ID: Final = 82


class _HeartbeatResponse(Response):  # type: ignore[misc]
    API_KEY = 12
    API_VERSION = 3
    SCHEMA = Schema(("throttle_time_ms", Int32), ("error_code", Int16))


class _HeartbeatRequestStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 12
    API_VERSION = 3
    RESPONSE_TYPE = _HeartbeatResponse
    SCHEMA = Schema(
        ("group", String("utf-8")),
        ("generation_id", Int32),
        ("member_id", String("utf-8")),
        ("group_instance_id", String("utf-8")),
    )


class HeartbeatOfInstance(Request[_HeartbeatRequestStruct]):  # type: ignore[misc]
    """A heartbeat with the instance id (version 3). Its answer distinguishes a fenced member from an unknown one."""

    API_KEY = 12

    def __init__(self, group: str, generation: int, member: str, instance: str) -> None:
        self._said = (group, generation, member, instance)

    def build(self, request_struct_class: type[_HeartbeatRequestStruct]) -> _HeartbeatRequestStruct:
        """Return the request as it is sent."""
        return request_struct_class(*self._said)


class Membership:
    """A consumer's state in its group, from the coordinator's answers. `failure` is set once it is fenced."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.failure: WorkerError | None = None
        self._clock = clock
        self._answered = clock()
        self._may_take = 0.0
        self._join_lost = False

    def silence(self) -> float:
        """Return the seconds since the coordinator last answered, less the time that a rebalance may take."""
        return max(0.0, self._clock() - self._answered - self._may_take)

    def watch(self, coordinator: Any) -> None:
        """Observe every answer to an aiokafka coordinator, and keep a fenced member from joining again."""
        send, instance = coordinator._send_req, coordinator._group_instance_id
        last: tuple[int, str] | None = None

        async def send_req(request: Any) -> Any:
            nonlocal last
            joins = isinstance(request, JoinGroupRequest)
            takes_id = joins and bool(instance) and coordinator.member_id == JoinGroupRequest.UNKNOWN_MEMBER_ID
            if takes_id and last:
                # The group does not know this member any more. Joining would fence the new owner of its instance id.
                await self._hold(await send(HeartbeatOfInstance(coordinator.group_id, *last, instance)), instance)
            waits_for_others = joins or isinstance(request, SyncGroupRequest)
            self._may_take = coordinator._rebalance_timeout_ms / 1_000 if waits_for_others else 0.0
            lost_before = self._join_lost
            self._join_lost |= takes_id
            try:
                response = await send(request)
            finally:
                self._may_take = 0.0
            if takes_id:
                self._join_lost = lost_before
            self._answered = self._clock()
            await self._hold(response, instance)
            if joins and not response.error_code:
                last = response.generation_id, response.member_id
            return response

        coordinator._send_req = send_req

    async def _hold(self, response: Any, instance: str | None) -> None:
        if getattr(response, "error_code", 0) != _FENCED_INSTANCE_ID:
            return
        if self._join_lost:
            # A join of this worker had no answer, and may have taken the id since. It joins again, as if forgotten, and
            # once however many were lost; if another worker has the id after all, that one is told.
            self._join_lost = False
            response.error_code = _UNKNOWN_MEMBER_ID
            return
        self.failure = WorkerError(
            ExitCode.FENCED,
            f"another worker has joined the group with this one's TIDEWAITER_INSTANCE_ID ({instance}), and goes on in "
            "its place: give each worker an id of its own (a pod's name), or none",
        )
        # The worker ends because of it. An error passed to aiokafka would be logged at length and retried.
        await asyncio.Event().wait()
