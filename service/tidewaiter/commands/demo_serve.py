"""The HTTP API and console of the demonstration: a real process beside the worker, with a token of its own."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tidewaiter.broker.guarded import GuardedProcess
from tidewaiter.commands.serve import missing_packages

NAME = "demo"
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class DemoServe:
    """Where the demonstration's API is, and the token that opens it. `why` says why there is none, if so."""

    address: str = ""
    token: str = ""
    why: str = ""


@contextmanager
def demo_serve(broker: str) -> Iterator[DemoServe]:
    """Run `tidewaiter serve` on a free port of this machine until the block ends. Its files go with it."""
    if missing := missing_packages():
        yield DemoServe(why=f"needs pip install 'tidewaiter[serve]' (no {', '.join(missing)})")
        return
    from tidewaiter.serve.auth.callers import Role
    from tidewaiter.serve.auth.tokens import as_yaml, new_token

    with tempfile.TemporaryDirectory(prefix="tidewaiter-demo-") as folder:
        token, tokens, log = new_token(NAME, tuple(Role)), Path(folder, "tokens.yaml"), Path(folder, "serve.log")
        tokens.write_text(as_yaml(token.row), encoding="utf-8")
        environment = os.environ | {
            "TIDEWAITER_BROKER": broker,
            "TIDEWAITER_WEB_PORT": "0",
            "TIDEWAITER_SERVE_HOST": "127.0.0.1",
            "TIDEWAITER_SERVE_PORT": "0",
            "TIDEWAITER_SERVE_DATABASE": f"sqlite:///{folder}/serve.db",
            "TIDEWAITER_SERVE_TOKENS_FILE": str(tokens),
            "TIDEWAITER_LOG_FORMAT": "json",
        }
        command = [sys.executable, "-m", "tidewaiter", "serve"]
        with (
            log.open("wb") as output,
            GuardedProcess(
                command, log=output, environment=environment, directory=Path.cwd(), leftovers=Path(folder)
            ) as process,
        ):
            try:
                yield _started(process, log, token.text)
            finally:
                process.terminate(timeout=_STOP_SECONDS)


def _started(process: GuardedProcess, log: Path, token: str) -> DemoServe:
    deadline = time.monotonic() + _START_SECONDS
    while process.exit_code() is None and time.monotonic() < deadline:
        if address := _address(log):
            return DemoServe(address, token)
        time.sleep(0.05)
    return DemoServe(why=f"did not start (status {process.exit_code()})")


def _address(log: Path) -> str | None:
    """Return the address in the log of the process; None before it has one."""
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if '"serving"' in line:
            try:
                address = json.loads(line).get("address")
            except ValueError:  # the line is still on its way
                return None
            return address if isinstance(address, str) else None
    return None
