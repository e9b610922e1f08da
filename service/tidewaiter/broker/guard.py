"""Runs one program and ends it when the parent process is gone, however the parent ended.

It is started by its file name, outside the package, to stay small. It must never import from the package.

    python -I guard.py FOLDER PROGRAM [ARGUMENT ...]

Standard input is a pipe whose other end only the parent holds. The kernel closes it when the parent ends, even by
SIGKILL, and at end of file the program is killed. The byte `t` asks the program to end by itself, `k` kills it. At end
of file FOLDER is removed too, because the parent can no longer do so. An empty FOLDER means no folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable


def _dies_with_its_parent() -> Callable[[], None] | None:
    """Return a hook that makes Linux end the program when the guard is killed, which the pipe does not cover."""
    if sys.platform != "linux":
        return None
    import ctypes  # noqa: PLC0415 - only Linux needs it

    prctl = ctypes.CDLL(None).prctl
    pr_set_pdeathsig = 1

    def before_exec() -> None:
        prctl(pr_set_pdeathsig, signal.SIGKILL)

    return before_exec


def _obey(program: subprocess.Popen[bytes], orphaned: threading.Event) -> None:
    while order := os.read(sys.stdin.fileno(), 1):
        if order == b"t":
            program.terminate()
        else:
            program.kill()
    orphaned.set()
    program.kill()


def _main(folder: str, command: list[str]) -> int:
    # Signals from the terminal are for the parent, which decides when the program ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    program = subprocess.Popen(  # noqa: S603 - the command is the caller's
        command,
        stdin=subprocess.DEVNULL,
        preexec_fn=_dies_with_its_parent(),  # noqa: PLW1509 - no thread is running yet
    )
    orphaned = threading.Event()
    threading.Thread(target=_obey, args=(program, orphaned), daemon=True).start()
    code = program.wait()
    if orphaned.is_set() and folder:
        os.chdir(os.path.dirname(folder))  # noqa: PTH120 - pathlib would triple the start
        shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    code = _main(sys.argv[1], sys.argv[2:])
    # A thread still reads standard input; exit without waiting for it. An end by signal N is reported as 128 + N.
    os._exit(code if code >= 0 else 128 - code)
