"""Dead letters: the original record with headers that say why, and the limits past which a worker stops."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas import dead_letter as contract
from schemas.dead_letter import DeadLetterReason
from service import __version__
from service.errors import UnreadableEvent
from service.stream.envelope import NotATransfer
from service.stream.failure import ExitCode, WorkerError

_ENGINE: Final = f"tidewaiter/{__version__}".encode()
_ERROR_CLASS: Final = f"{UnreadableEvent.__module__}.{UnreadableEvent.__qualname__}".encode()
_STAGE: Final = b"decode"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be read, and why. `record` is the message as Faust gives it."""

    record: Any
    reason: DeadLetterReason
    detail: str

    @classmethod
    def of(cls, record: Any, error: NotATransfer) -> DeadLetter:
        """From the error that decoding raised."""
        return cls(record, error.reason, error.detail)

    def headers(self, group: str) -> list[tuple[str, bytes | None]]:
        """The original headers, then ours. A letter that was replayed and failed again counts its attempts."""
        record = self.record
        original: Sequence[tuple[str, bytes | None]] = record.headers or ()
        timestamp = "" if record.timestamp is None else str(int(record.timestamp * 1000))
        return [
            *original,
            (contract.HEADER_REASON, self.reason.value.encode()),
            (contract.HEADER_DETAIL, self.detail.encode()),
            (contract.HEADER_STAGE, _STAGE),
            (contract.HEADER_ATTEMPTS, str(attempts(original) + 1).encode()),
            (contract.HEADER_ENGINE, _ENGINE),
            (contract.HEADER_TOPIC, record.topic.encode()),
            (contract.HEADER_PARTITION, str(record.partition).encode()),
            (contract.HEADER_OFFSET, str(record.offset).encode()),
            (contract.HEADER_TIMESTAMP, timestamp.encode()),
            (contract.HEADER_GROUP, group.encode()),
            (contract.HEADER_ERROR_CLASS, _ERROR_CLASS),
            (contract.HEADER_ERROR_MESSAGE, self.detail.encode()),
        ]


def attempts(headers: Sequence[tuple[str, bytes | None]]) -> int:
    """How often the event of these headers failed before."""
    counted = [content for name, content in headers if name == contract.HEADER_ATTEMPTS and content]
    return int(counted[-1]) if counted and counted[-1].isdigit() else 0


class Limits:
    """Stops a worker that would drain a topic into the dead letters because its producer, not an event, is wrong.

    `in_a_row` unreadable events with none readable between (0: never), or more than `share` of the last `window`
    events (1: never; not judged before the window is full).
    """

    def __init__(self, in_a_row: int, share: float, window: int) -> None:
        self._in_a_row, self._share = in_a_row, share
        self._recent: deque[bool] = deque(maxlen=window)
        self._unreadable = 0
        self._row = 0

    def count(self, readable: Sequence[bool]) -> None:
        """Take in a batch in order. Raises WorkerError at the event that crosses a limit."""
        if all(readable) and not self._unreadable:
            self._row = 0
            self._recent.extend(readable)
            return
        for fine in readable:
            if len(self._recent) == self._recent.maxlen and not self._recent[0]:
                self._unreadable -= 1
            self._recent.append(fine)
            if fine:
                self._row = 0
                continue
            self._unreadable += 1
            self._row += 1
            if self._in_a_row and self._row >= self._in_a_row:
                raise WorkerError(
                    ExitCode.TOO_MANY_DEAD_LETTERS,
                    f"{self._row} unreadable events in a row: look at their producer "
                    "(tidewaiter dead-letters list), or raise TIDEWAITER_DEAD_LETTERS_IN_A_ROW",
                )
            full = len(self._recent) == self._recent.maxlen
            if full and self._share < 1 and self._unreadable > self._share * len(self._recent):
                raise WorkerError(
                    ExitCode.TOO_MANY_DEAD_LETTERS,
                    f"{self._unreadable} of the last {len(self._recent)} events are unreadable: look at their "
                    "producer (tidewaiter dead-letters list), or raise TIDEWAITER_DEAD_LETTER_SHARE",
                )
