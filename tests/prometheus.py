"""A real Prometheus, with the rules of the repository or others."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tidewaiter.broker.guarded import GuardedProcess

RULES = Path(__file__).parents[1] / "deploy" / "prometheus" / "rules"


class Prometheus:
    """A Prometheus with the rules of the repository, asked over HTTP."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get(self, path: str, **parameters: str) -> Any:
        """The `data` of an answer of its API."""
        url = f"http://{self._address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.load(answer)["data"]

    def values(self, query: str) -> list[float]:
        """Return what a query of a dashboard gives now for all of its variables, without what is not a number."""
        query = re.sub(r"\$(job|namespace|instance)\b", ".*", query.replace("$__rate_interval", "10s"))
        found = self.get("query", query=query)["result"]
        return [value for each in found if (value := float(each["value"][1])) == value]


def wait_until(holds: Callable[[], bool], within: float) -> bool:
    """Whether it holds before the time is over."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.25)
    return True


@contextmanager
def a_prometheus(
    folder: Path, targets: Sequence[str], rules: Path, *, rescreeners: Sequence[str] = (), every: str = "1s"
) -> Iterator[Prometheus]:
    """Runs one that scrapes workers at these addresses; `rules` is a file or a pattern. Skips where there is none."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("prometheus is not installed (Debian package `prometheus`)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    configuration = {
        "global": {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every},
        "rule_files": [str(rules)],
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": list(of)}]}
            for job, of in (("tidewaiter", targets), ("tidewaiter-rescreener", rescreeners))
            if of
        ],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    command = [
        program,
        "--config.file=prometheus.yml",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
    ]
    with (
        (folder / "log").open("wb") as log,
        GuardedProcess(command, log=log, environment=os.environ, directory=folder) as process,
    ):
        prometheus = Prometheus(address)

        def scrapes() -> bool:
            assert process.exit_code() is None, (folder / "log").read_text()
            try:
                return len(prometheus.values('up{job="tidewaiter"}')) == len(targets)
            except OSError:
                return False

        assert wait_until(scrapes, 30), (folder / "log").read_text()
        yield prometheus
