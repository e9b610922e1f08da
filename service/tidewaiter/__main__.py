"""`tidewaiter` and `python -m tidewaiter`: listens for a request to stop, then loads the command line.

Loading takes a second or more. A worker that is asked to stop meanwhile has nothing to hand over and leaves with 0;
without a handler it would die of the signal, and in a container, as process 1, not hear it at all.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

_WORKER = ["run"]


def main() -> None:
    """Run the command line."""
    if sys.argv[1:2] == _WORKER:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _leave)
    from tidewaiter.cli import main as command_line  # noqa: PLC0415 - after the handlers, which is the point

    command_line()


def _leave(number: int, _: FrameType | None) -> None:
    os.write(2, f"tidewaiter: stopped by {signal.Signals(number).name} before it had started\n".encode())
    os._exit(0)


if __name__ == "__main__":
    main()
