"""Whose the processors are while something is measured: without that a rate on a shared machine cannot be read.

From `/proc`, and so on Linux alone.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_PROC: Final = Path("/proc")
_TICK: Final = 1 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of processor time: of the workers, of all else that this process has started, and of all others."""

    workers: float
    broker: float
    others: float

    @classmethod
    def until_now(cls, workers: Collection[int]) -> Self:
        """Since each began. `workers` are process ids."""
        children = _descendants(os.getpid())
        ours = {pid: _seconds(pid) for pid in {*children, os.getpid()}}
        theirs = sum(ours[pid] for pid in workers if pid in ours)
        started = sum(seconds for pid, seconds in ours.items() if pid != os.getpid()) - theirs
        return cls(theirs, started, _busy() - sum(ours.values()))

    def since(self, before: Spent) -> Spent:
        """Between two looks."""
        return Spent(self.workers - before.workers, self.broker - before.broker, self.others - before.others)


@contextmanager
def apart(workers: Collection[int]) -> Iterator[None]:
    """Give each worker a core of its own, and the others to this process and all else that it has started.

    `workers` are process ids, fewer than there are cores.
    """
    cores = sorted(os.sched_getaffinity(0))
    others = {os.getpid(), *_descendants(os.getpid())} - set(workers)
    for worker, core in zip(workers, cores, strict=False):
        _pin(worker, {core})
    for pid in others:
        _pin(pid, set(cores[len(workers) :]))
    try:
        yield
    finally:
        for pid in (*workers, *others):
            _pin(pid, set(cores))


def _pin(pid: int, cores: set[int]) -> None:
    """Restrict all threads of a process to these cores; the threads that they start inherit it."""
    for thread in (_PROC / str(pid) / "task").glob("[0-9]*"):
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), cores)


def _descendants(pid: int) -> set[int]:
    parents = {}
    for folder in _PROC.glob("[0-9]*"):
        if fields := _stat(int(folder.name)):
            parents[int(folder.name)] = int(fields[1])
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in {pid, *found}} - found:
        found |= more
    return found


def _seconds(pid: int) -> float:
    fields = _stat(pid)
    return _TICK * (int(fields[11]) + int(fields[12])) if fields else 0.0


def _stat(pid: int) -> list[str]:
    """The fields of a process behind its name, from its state on; none when it is gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _busy() -> float:
    """What all processors together have worked since the machine began."""
    try:
        user, nice, system, _idle, _waiting, interrupts, soft, *_ = map(
            int, (_PROC / "stat").read_text().splitlines()[0].split()[1:]
        )
    except OSError:
        return 0.0
    return _TICK * (user + nice + system + interrupts + soft)
