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
    """One running program, ended with this process even when this process is killed.

    Ctrl-C in a terminal does not reach the program: whoever started it decides when it ends, so that a
    worker can still commit to its broker. Standard output and error go to `log`. `leftovers`, a folder of this
    process's own, is removed too when this process is killed and cannot do so itself.
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
            # A group of its own keeps the terminal's signals away.
            start_new_session=True,
        )

    def exit_code(self) -> int | None:
        """What the program ended with, 128 + N for signal N; None while it runs."""
        return self._guard.poll()

    def terminate(self, *, timeout: float) -> None:
        """Asks the program to end, waits up to `timeout` seconds, and kills it if it has not."""
        self._order(b"t")
        try:
            self._guard.wait(timeout)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.kill()

    def kill(self) -> None:
        """Ends the program at once, as SIGKILL does, and waits until it is gone. Repeats are harmless."""
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
