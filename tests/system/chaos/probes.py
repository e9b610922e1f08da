"""Asks the probes of all workers twice a second, all the while, and holds the answers to what was done to them."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp

from tests.system.chaos.fleet import SILENCE_SECONDS, Fleet, Hired

EVERY: Final = 0.5
PATIENCE: Final = 5.0
UNREADY_WITHIN: Final = SILENCE_SECONDS + 8.0
"""A worker that is cut off says so this soon: it looks every two seconds, on a machine that does much besides."""
UNANSWERED: Final = 30.0
"""The most for which the loop of a worker that is awake may be held up."""
MEMORY_MIB: Final = 512
"""The most that a worker may take above one that has just become ready."""
_OK, _NOT_NOW = 200, 503


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker answered at a moment: a status, 0 for none."""

    at: float
    pid: int
    path: str
    status: int
    text: str
    cut_off: float
    """For how long the network had been gone for all by then."""


class Probes:
    """Asks on a thread of its own."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self.answers: list[Answer] = []
        self._cut_since: float | None = None
        self._pages: dict[int, str] = {}
        self._idle: dict[int, int] = {}
        self._most: dict[int, int] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._ask()), daemon=True)
        self._thread.start()

    def cut_off(self) -> None:
        """Nothing of the brokers comes through to any worker from now on."""
        self._cut_since = time.monotonic()

    def healed(self) -> None:
        """The network is there again."""
        self._cut_since = None

    def end(self) -> list[str]:
        """Stop asking, and return what was wrong with the answers."""
        self._ending.set()
        self._thread.join()
        dead = [each for each in self.answers if each.path == "/livez" and each.status == _NOT_NOW]
        blind = [
            each
            for each in self.answers
            if each.path == "/readyz" and each.status == _OK and each.cut_off > UNREADY_WITHIN
        ]
        wrong = [f"/livez of {each.pid}: {each.text}" for each in dead[:3]]
        wrong += [f"/readyz of {each.pid} is 200 after {each.cut_off:.0f} s without a broker" for each in blind[:3]]
        if (longest := self.longest_unanswered) > UNANSWERED:
            wrong.append(f"no probe was answered for {longest:.0f} s")
        if (grown := self.grown) > MEMORY_MIB:
            wrong.append(f"a worker took {grown} MiB above one that has just become ready")
        return wrong

    @property
    def unready_while_cut_off(self) -> int:
        """How often a worker that was cut off said so."""
        return sum(each.path == "/readyz" and each.status == _NOT_NOW and each.cut_off > 0 for each in self.answers)

    @property
    def grown(self) -> int:
        """MiB that the largest worker took above itself when it had just become ready."""
        return max((self._most[pid] - idle for pid, idle in self._idle.items()), default=0) // 1024

    @property
    def longest_unanswered(self) -> float:
        """The longest time that a worker which was awake left `/livez` unanswered, between two answers."""
        longest = 0.0
        answered, asked = dict[int, float](), dict[int, float]()
        for each in self.answers:
            if each.path != "/livez":
                continue
            if each.status or each.at - asked.get(each.pid, 0.0) > 3 * PATIENCE:  # it was paused in between
                answered[each.pid] = each.at
            asked[each.pid] = each.at
            longest = max(longest, each.at - answered[each.pid])
        return longest

    def all_well(self, within: float, seconds: float = 3.0) -> list[str]:
        """Wait until every worker is alive and ready, and stays so. For an idle group that has committed all."""
        deadline, since = time.monotonic() + within, time.monotonic()
        while time.monotonic() < deadline:
            time.sleep(EVERY)
            latest = {(each.pid, each.path): each for each in list(self.answers)[-200:]}
            pids = [hired.worker.pid for hired in self._fleet.running]
            if not pids or not all(
                (each := latest.get((pid, path))) and each.status == _OK
                for pid in pids
                for path in ("/livez", "/readyz")
            ):
                since = time.monotonic()
            elif time.monotonic() - since > seconds:
                return []
        unwell = [
            f"{each.path} of {each.pid}: {each.status} {each.text}" for each in latest.values() if each.status != _OK
        ]
        return [f"not all are ready and alive {within:.0f} s after everything was committed: {unwell[:5]}"]

    async def _ask(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session:
            while not self._ending.is_set():
                began = time.monotonic()
                asked = [hired for hired in self._fleet.running if not hired.paused]
                await asyncio.gather(*(self._ask_one(session, hired) for hired in asked))
                await asyncio.sleep(max(0.0, began + EVERY - time.monotonic()))

    async def _ask_one(self, session: aiohttp.ClientSession, hired: Hired) -> None:
        pid = hired.worker.pid
        if pid not in self._pages:
            if not (web := hired.worker.logged("web")):
                return
            self._pages[pid] = web[-1]["metrics"].removesuffix("/metrics")
        for path in ("/livez", "/readyz"):
            status, text = 0, ""
            cut_off = 0.0 if self._cut_since is None else time.monotonic() - self._cut_since
            try:
                async with session.get(self._pages[pid] + path) as answer:
                    status, text = answer.status, await answer.text()
            except (aiohttp.ClientError, OSError, TimeoutError):
                pass
            if hired.paused or hired.worker.exit_code is not None:
                return
            self.answers.append(Answer(time.monotonic(), pid, path, status, text.strip(), cut_off))
            if path == "/readyz":
                self._weigh(pid, ready=status == _OK)

    def _weigh(self, pid: int, *, ready: bool) -> None:
        try:
            found = re.search(r"VmRSS:\s+(\d+) kB", (Path("/proc") / str(pid) / "status").read_text())
        except OSError:
            return
        if found:
            self._most[pid] = max(self._most.get(pid, 0), int(found[1]))
            if ready:
                self._idle.setdefault(pid, int(found[1]))
