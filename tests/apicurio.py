"""A real schema registry for tests: Apicurio Registry from its Maven artifact, in memory, on a free port of 127.0.0.1.

Karapace is not on PyPI. Apicurio speaks the REST API of Confluent's registry, version 7, and is Apache-2.0.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apache_kafka import QUICK_START, SYSTEM, KafkaUnavailable, held_port, java
from tests.patience import WAIT
from tidewaiter.broker.guarded import GuardedProcess

VERSION = "3.0.9"
"""The last that needs no later Java than Apache Kafka does."""
CACHE = SYSTEM / ".apicurio"
_JAR = f"apicurio-registry-app-{VERSION}-runner.jar"
_ARTIFACT = f"io.apicurio:apicurio-registry-app:{VERSION}:tar.gz:all"
_GET = "org.apache.maven.plugins:maven-dependency-plugin:2.8:get"


class Apicurio:
    """One registry, which forgets everything when it is stopped. It keeps its port."""

    def __init__(self, port: int) -> None:
        self._jar = registry_jar()
        self._port = port
        self._directory = Path(tempfile.mkdtemp(prefix="tidewaiter-apicurio-"))
        self._process: GuardedProcess | None = None

    @property
    def url(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self._port}/apis/ccompat/v7"

    def start(self) -> None:
        """Starts it, and returns when it answers."""
        with (self._directory / "log").open("ab") as log:
            self._process = GuardedProcess(
                [
                    java(),
                    *QUICK_START,
                    "-Dquarkus.http.host=127.0.0.1",
                    f"-Dquarkus.http.port={self._port}",
                    "-jar",
                    str(self._jar),
                ],
                log=log,
                environment=os.environ,
                directory=self._directory,
                leftovers=self._directory,
            )
        deadline = time.monotonic() + WAIT
        while not self._answers():
            told = (self._directory / "log").read_text("utf-8", errors="replace")[-4000:]
            assert self._process.exit_code() is None, f"Apicurio ended:\n{told}"
            assert time.monotonic() < deadline, f"Apicurio gave no answer in {WAIT:.0f} s:\n{told}"
            time.sleep(0.1)

    def stop(self) -> None:
        """Kills it."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/subjects", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def close(self) -> None:
        """Kills it and removes what it has written."""
        self.stop()
        shutil.rmtree(self._directory, ignore_errors=True)


@contextlib.contextmanager
def apicurio() -> Iterator[Apicurio]:
    """A registry of the test's own, or skips the test where this machine cannot run one."""
    with held_port() as port:
        try:
            registry = Apicurio(port)
        except KafkaUnavailable as reason:
            pytest.skip(str(reason).replace("Apache Kafka", "Apicurio Registry"))
        try:
            registry.start()
            yield registry
        finally:
            registry.close()


def registry_jar() -> Path:
    """The program of the registry, fetched by Maven the first time. Raises KafkaUnavailable.

    Safe to call from several processes at once: one fetches, the others wait.
    """
    java()
    folder = CACHE / VERSION
    if not folder.is_dir():
        maven = shutil.which("mvn")
        if maven is None:
            raise KafkaUnavailable("no Apache Kafka: no mvn on the PATH to fetch it with")
        CACHE.mkdir(exist_ok=True)
        with (CACHE / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                _fetch(maven, folder)
    return folder / _JAR


def _fetch(maven: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        # Later versions of the plugin read the POM of the artifact, whose parent is not published everywhere.
        wanted = [f"-Dartifact={_ARTIFACT}", "-Dtransitive=false", f"-Dmaven.repo.local={scratch}"]
        command = [maven, "-B", "-q", _GET, *wanted]
        fetched = subprocess.run(command, capture_output=True, text=True, check=False)
        if fetched.returncode != 0:
            said = next((line for line in fetched.stdout.splitlines() if "ERROR" in line), fetched.stderr.strip())
            # A build server that has Maven and is not served must not pass for one that has run these tests.
            if os.environ.get("CI"):
                raise RuntimeError(f"mvn could not fetch Apicurio Registry: {said}")
            raise KafkaUnavailable(f"no Apache Kafka: mvn could not fetch it: {said}")
        (archive,) = Path(scratch).rglob("*-all.tar.gz")
        with tarfile.open(archive) as opened:
            # Python 3.11.2, which Debian has, does not know the argument of `extractall` for it.
            opened.extraction_filter = getattr(tarfile, "data_filter", None)
            opened.extractall(Path(scratch) / "part")
        (Path(scratch) / "part").rename(folder)
