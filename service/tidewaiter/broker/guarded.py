"""A program that cannot outlive the process that started it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Self

_GUARD = Path(__file__).with_name("guard.py")


class GuardedProcess:
    """One running program that ends with this process, even if this process is killed.

    Ctrl-C in a terminal does not reach the program. This process decides when it ends, so that a worker can still
    commit to its broker. Standard output and error go to `log`. The folder `leftovers` of this process is removed if
    this process is killed and cannot remove it.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: BinaryIO,
        environment: Mapping[str, str],
        directory: Path,
        leftovers: Path | None = None,
    ) -> None:
        self._guard = subprocess.Popen(  # noqa: S603 - the command is the caller's
            [sys.executable, "-I", "-S", str(_GUARD), str(leftovers or ""), *command],
            stdin=subprocess.PIPE,
            bufsize=0,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=directory,
            # Its own process group keeps signals from the terminal away.
            start_new_session=True,
        )

    def exit_code(self) -> int | None:
        """Return the exit status of the program, 128 + N for signal N; None while it runs."""
        return self._guard.poll()

    def terminate(self, *, timeout: float) -> None:
        """Ask the program to end, wait up to `timeout` seconds, and kill it if it still runs."""
        self._order(b"t")
        try:
            self._guard.wait(timeout)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.kill()

    def kill(self) -> None:
        """Kill the program with SIGKILL and wait until it is gone. Safe to repeat."""
        self._order(b"k")
        self._guard.wait()
        if self._guard.stdin is not None:
            self._guard.stdin.close()

    def _order(self, order: bytes) -> None:
        pipe = self._guard.stdin
        if pipe is None or pipe.closed:
            return
        with contextlib.suppress(BrokenPipeError):  # it has ended already
            pipe.write(order)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
