"""Workers, and somebody who starts another for each that ends, as an orchestrator does."""

from __future__ import annotations

import random
import signal
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

from tests.station import FAILS_ON_POISON, Station, WorkerProcess
from tests.system.chaos.events import MOST_EVENT, MOST_RECORD
from tidewaiter.stream.failure import ExitCode

WORKERS: Final = 3
SESSION_SECONDS: Final = 6.0
SILENCE_SECONDS: Final = 5.0
SETTINGS: Final[dict[str, Any]] = {
    "batch_max": 10,
    "commit_seconds": 2,
    "produce_timeout_seconds": 10,
    "session_timeout_seconds": SESSION_SECONDS,
    "broker_silence_seconds": SILENCE_SECONDS,
    "max_event_bytes": MOST_EVENT,
    "max_record_bytes": MOST_RECORD,
}
"""Small batches and rare commits, so that there is always something in hand; and limits that a round lives to see."""
FAULTS_OF_OTHERS: Final = {
    ExitCode.BROKER, ExitCode.PRODUCE, ExitCode.DEAD_LETTER, ExitCode.STOP_OVERRAN, ExitCode.QUOTAS,
}  # fmt: skip
"""How a worker may end while the broker or the network fails it."""

MOST_WRONG: Final = 10
"""After so many that ended as they must not, none is started any more: the round is lost."""


@dataclass(slots=True)
class Hired:
    """A worker, and `asked`: the exit statuses that what was done to it may lead to."""

    worker: WorkerProcess
    slot: int
    asked: set[int] = field(default_factory=set)
    paused: bool = False


class Fleet:
    """Keeps so many workers at work. With `static`, who replaces another has the instance id of that other."""

    def __init__(self, station: Station, begin: int, static: bool) -> None:
        self._station, self._static = station, static
        self._lock = threading.RLock()
        self._ending = threading.Event()
        self._wanted = begin
        self._hired: list[Hired] = []
        self.all: list[WorkerProcess] = []
        self.outside_fault = False
        """Whether broker or network have failed the workers in this round."""
        self.wrong: list[str] = []
        self.exits: list[int] = []
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    @property
    def running(self) -> list[Hired]:
        """Those that have not ended."""
        with self._lock:
            return [hired for hired in self._hired if hired.worker.exit_code is None]

    def at_work(self, least: int = 2, within: float = 60.0) -> None:
        """Wait until so many have partitions: what is done to workers that are still starting shows little."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if len([each for each in self.running if not each.paused and each.worker.assigned()]) >= least:
                return
            time.sleep(0.5)

    def chosen(self, rng: random.Random, number: int = 1) -> list[Hired]:
        """Return so many that run and are awake, if there are."""
        awake = [hired for hired in self.running if not hired.paused]
        return rng.sample(awake, min(number, len(awake)))

    def kill(self, hired: Hired) -> None:
        """SIGKILL."""
        hired.asked.add(-signal.SIGKILL)
        hired.worker.send(signal.SIGKILL)

    def stop(self, hired: Hired) -> None:
        """SIGTERM."""
        self._may_stop(hired)
        hired.worker.send(signal.SIGTERM)

    def pause(self, hired: Hired, seconds: float) -> None:
        """Stop one in mid-breath, and wake it in so many seconds.

        One that was still starting finds, when it wakes, that the broker took too long to answer.
        """
        if not hired.worker.assigned():
            hired.asked.add(ExitCode.BROKER)
        hired.paused = True
        hired.worker.send(signal.SIGSTOP)
        awake = threading.Timer(seconds, self._wake, [hired])
        awake.daemon = True
        awake.start()

    def join(self) -> None:
        """One more."""
        with self._lock:
            self._wanted += 1

    def leave(self, hired: Hired) -> None:
        """One less, this one if there are more than at the beginning."""
        with self._lock:
            self._wanted = max(WORKERS, self._wanted - 1)
        self.stop(hired)

    def dismiss(self) -> None:
        """Ask all to stop, awake or not, and note who does not do so in order."""
        self._ending.set()
        self._thread.join()
        leaving, self._hired = self._hired, []
        for hired in leaving:
            self._may_stop(hired)
            self._wake(hired)
            hired.worker.send(signal.SIGTERM)
        for hired in leaving:
            try:
                hired.worker.ended(within=60)
            except AssertionError as late:
                self.wrong.append(str(late)[:200])
                hired.worker.kill()
                continue
            self._note(hired)

    def _may_stop(self, hired: Hired) -> None:
        hired.asked.add(ExitCode.STOPPED)
        if not hired.worker.log():  # Python itself is still starting
            hired.asked.add(-signal.SIGTERM)

    def _wake(self, hired: Hired) -> None:
        hired.worker.send(signal.SIGCONT)
        hired.paused = False

    def _keep(self) -> None:
        while not self._ending.wait(0.2):
            with self._lock:
                for hired in [hired for hired in self._hired if hired.worker.exit_code is not None]:
                    self._hired.remove(hired)
                    self._note(hired)
                while len(self._hired) < self._wanted and len(self.wrong) < MOST_WRONG:
                    self._hire()

    def _hire(self) -> None:
        slot = min(set(range(self._wanted)) - {hired.slot for hired in self._hired})
        identity = {"instance_id": f"worker-{slot}"} if self._static else {}
        worker = self._station.worker(FAILS_ON_POISON, **SETTINGS, **identity)
        self._hired.append(Hired(worker, slot))
        self.all.append(worker)

    def _note(self, hired: Hired) -> None:
        code = hired.worker.exit_code
        assert code is not None
        self.exits.append(code)
        expected = hired.asked | (FAULTS_OF_OTHERS if self.outside_fault else set())
        if code not in expected:
            said = hired.worker.logged("the worker ends") or hired.worker.logged("not started")
            self.wrong.append(f"a worker ended with {code}, not one of {sorted(expected)}: {said[-1:]}")
