"""Runs one program and ends it when the process that asked for it is gone, however that ended.

Started by its file name, apart from the package, to stay small: it must never import from it.

    python -I guard.py FOLDER PROGRAM [ARGUMENT ...]

Standard input is a pipe that the asking process alone holds. The kernel closes it when that process ends,
SIGKILL included, and at end of file the program is killed. The byte `t` asks the program to end by itself, `k`
kills it. At end of file nobody is left to tidy up either, so FOLDER is removed; an empty FOLDER is none.
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
    """On Linux, ends the program when the guard itself is killed, which no pipe would tell it."""
    if sys.platform != "linux":
        return None
    import ctypes  # noqa: PLC0415 - Linux alone needs it

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
    # The signals of a terminal are meant for the asking process, which decides when the program ends.
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
    # A thread still reads standard input; leave without it. An end by signal N is told as 128 + N.
    os._exit(code if code >= 0 else 128 - code)
