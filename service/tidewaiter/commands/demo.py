"""The demonstration: the embedded broker, a real worker, API and console, the sample transfers, and their verdicts."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from tidewaiter.broker.embedded import EmbeddedBroker
from tidewaiter.broker.guarded import GuardedProcess
from tidewaiter.commands.demo_serve import demo_serve
from tidewaiter.commands.demo_view import print_what_next, shown
from tidewaiter.commands.kafka import letters_shown
from tidewaiter.commands.output import write_line
from tidewaiter.commands.verdict_view import verdict_row
from tidewaiter.errors import BrokerError
from tidewaiter.exit_codes import ExitCode
from tidewaiter.rulebook.yaml_source import read_yaml
from tidewaiter.settings import Settings, load
from tidewaiter.stream import clients, topics
from tidewaiter.stream.clients import Start
from tidewaiter.wire.cloudevents import canonical
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Family, Verdict

SAMPLES = Path(__file__).parents[1] / "samples"
START_SECONDS = 60
VERDICT_SECONDS = 60
STOP_SECONDS = 20
_METRICS = re.compile(r"https?://[0-9a-z.:\[\]]+/metrics")


def run_demo(once: bool, web_port: int) -> int:
    """Run the demonstration and return the exit status.

    With `once`, it ends by itself with status 0 when every sample got its expected verdict, and standard output has
    only one JSON verdict per line. Leaves no process running.
    """
    signal.signal(signal.SIGTERM, as_interrupt)
    console = Console(stderr=once, highlight=False)
    lines = (SAMPLES / "transfers.jsonl").read_bytes().splitlines()
    try:
        with ExitStack() as running:
            with shown(console, [TransferEvent.model_validate_json(line) for line in lines]) as board:
                board.step("starting an embedded broker, which keeps everything in memory")
                broker = running.enter_context(EmbeddedBroker())
                settings = demo_settings(broker.address)
                asyncio.run(topics.create_topics(settings))
                board.step(f"starting a worker on the broker at {broker.address}")
                log, worker = running.enter_context(demo_worker(broker.address, web_port))
                with the_end_of(log):
                    verdicts = asyncio.run(screened(settings, lines, worker, board.show, board.step))
                complaints = unexpected(verdicts)
                if not once:
                    board.step("starting the HTTP API and the console")
                    api = running.enter_context(demo_serve(broker.address))
            for sentence in complaints:
                console.print(sentence, style="bold red")
            if once:
                for verdict in verdicts:
                    write_line(canonical(verdict))
                return ExitCode.FAILED if complaints else ExitCode.STOPPED
            metrics = _METRICS.search(log.read_text(errors="replace"))
            where = metrics[0] if metrics else f"see the worker's log, {log}"
            print_what_next(console, verdicts, broker.address, api, where)
            asyncio.run(_follow(settings, console, worker))
    except KeyboardInterrupt:
        console.print("stopped; nothing is left running", style="dim")
    return ExitCode.STOPPED


@contextmanager
def the_end_of(log: Path) -> Iterator[None]:
    """Add the last lines of `log` to a BrokerError."""
    try:
        yield
    except BrokerError as error:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise BrokerError(f"{error}; the end of its log:\n{end}") from None


def demo_settings(address: str) -> Settings:
    """Return the settings for a client of the demonstration's broker."""
    return load({"broker": address, "session_timeout_seconds": 6.0, "heartbeat_seconds": 1.0, "partitions": 4})


@contextmanager
def demo_worker(address: str, web_port: int, **more: str) -> Iterator[tuple[Path, GuardedProcess]]:
    """Run a worker in its own process, with its log in a temporary file. Stop it gracefully when the block ends.

    `more` are environment variables of that process.
    """
    environment = os.environ | {
        "TIDEWAITER_BROKER": address,
        "TIDEWAITER_SESSION_TIMEOUT_SECONDS": "6",
        "TIDEWAITER_HEARTBEAT_SECONDS": "1",
        "TIDEWAITER_WEB_PORT": str(web_port),
        "TIDEWAITER_LOG_FORMAT": "json",
        # The samples have dates in past years, and each is screened by the law of its day.
        "TIDEWAITER_OCCURRED_DAYS_BACK": "0",
        **more,
    }
    with tempfile.TemporaryDirectory(prefix="tidewaiter-demo-") as folder:
        log = Path(folder) / "worker.log"
        command = [sys.executable, "-m", "tidewaiter", "run"]
        with (
            log.open("wb") as output,
            GuardedProcess(command, log=output, environment=environment, directory=Path.cwd()) as worker,
        ):
            try:
                yield log, worker
            finally:
                worker.terminate(timeout=STOP_SECONDS)


async def screened(
    settings: Settings,
    lines: list[bytes],
    worker: GuardedProcess,
    show: Callable[[Verdict], None],
    step: Callable[[str], None] = lambda _: None,
) -> list[Verdict]:
    """Publish the lines, show the verdicts as they arrive, and return them. `step` is told what is being done.

    Raises BrokerError when the worker ends or gives no verdict in time.
    """
    verdicts: list[Verdict] = []
    ready = asyncio.Event()

    async def collect() -> None:
        async for record in clients.tail(settings, Start.BEGINNING, ready.set):
            verdicts.append(Verdict.model_validate_json(record.value))
            show(verdicts[-1])
            if len(verdicts) == len(lines):
                return

    watching = asyncio.create_task(collect())
    dying = asyncio.create_task(_ended(worker))
    await asyncio.wait({watching, asyncio.create_task(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
    published = await clients.publish(settings, lines)
    step(f"{published.published} transfers are published; the worker compiles its rules and joins its group")
    await asyncio.wait({watching, dying}, timeout=VERDICT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    dying.cancel()
    if not watching.done():
        watching.cancel()
        what = (
            f"ended with status {worker.exit_code()}" if worker.exit_code() is not None else "gave no verdict in time"
        )
        raise BrokerError(f"the worker {what}")
    await watching
    return verdicts


async def _ended(worker: GuardedProcess) -> None:
    # Poll instead of waiting in a thread: a thread in wait() would keep a cancelled event loop from closing.
    while worker.exit_code() is None:  # noqa: ASYNC110 - a process sends no event
        await asyncio.sleep(0.2)


async def _follow(settings: Settings, console: Console, worker: GuardedProcess) -> None:
    async def show() -> None:
        async with letters_shown(settings, Start.END, console):
            async for record in clients.tail(settings, Start.END):
                console.print(verdict_row(Verdict.model_validate_json(record.value)))

    showing = asyncio.create_task(show())
    dying = asyncio.create_task(_ended(worker))
    await asyncio.wait({showing, dying}, return_when=asyncio.FIRST_COMPLETED)
    showing.cancel()
    dying.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await showing
    raise BrokerError(f"the worker ended with status {worker.exit_code()}")


def unexpected(verdicts: list[Verdict]) -> list[str]:
    """Return one sentence per difference from `expected.yaml`."""
    expected: dict[str, dict[str, Any]] = read_yaml(SAMPLES / "expected.yaml", "samples/expected.yaml").content
    wrong = []
    for verdict in verdicts:
        want = expected[verdict.transfer_id]
        embargoes = sorted(finding.rule for finding in verdict.findings if finding.family is Family.EMBARGO)
        if verdict.decision != want["decision"]:
            wrong.append(f"{verdict.transfer_id}: expected {want['decision']}, got {verdict.decision}")
        if embargoes != sorted(want.get("embargoes", [])):
            wrong.append(f"{verdict.transfer_id}: expected the rules {want.get('embargoes', [])}, got {embargoes}")
        if verdict.conditional is not want.get("conditional", False):
            wrong.append(f"{verdict.transfer_id}: expected conditional {want.get('conditional', False)}")
    missing = set(expected) - {verdict.transfer_id for verdict in verdicts}
    return wrong + [f"{name}: no verdict" for name in sorted(missing)]


def as_interrupt(*_: object) -> None:
    """Handle SIGTERM like Ctrl-C."""
    raise KeyboardInterrupt
