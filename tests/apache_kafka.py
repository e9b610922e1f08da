"""A real Apache Kafka for tests: its jars from Maven, one node or a cluster, that can be killed and started again."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.patience import WAIT
from tidewaiter.broker.guarded import GuardedProcess
from tidewaiter.broker.probe import answers

SYSTEM = Path(__file__).with_name("system")
POM = SYSTEM / "pom.xml"
CACHE = SYSTEM / ".kafka"
OLDEST_JAVA = 17
# Starts in 1.2 s where the default flags take 1.7 s. For throughput, leave out TieredStopAtLevel.
QUICK_START = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
# Any 16 bytes in base64 will do, and the same ones for all nodes of a cluster.
CLUSTER_ID = "dGlkZXdhaXRlci10ZXN0cw"


class KafkaUnavailable(Exception):  # noqa: N818 - it is Kafka that is unavailable
    """This machine cannot run Apache Kafka. The message says why, on one line."""


class KafkaNotFetched(KafkaUnavailable):
    """Maven is here and has not brought it."""


class ApacheKafka:
    """Apache Kafka in KRaft mode on free ports of 127.0.0.1, every node broker and controller.

    Nodes keep their ports and their data when they are stopped or killed and started again. Nothing outlives this
    process. Topics are never created by use. `settings` add to or replace the server properties below.

    `reached_by` are addresses of proxies, one a node: each node then has a second door, `doors[node]`, and whoever
    comes in by it is told to find the nodes at those addresses.
    """

    def __init__(
        self,
        *,
        nodes: int = 1,
        settings: Mapping[str, str] | None = None,
        jvm: Sequence[str] = QUICK_START,
        reached_by: Sequence[str] = (),
    ) -> None:
        self._java, self._jars = java(), kafka_jars()
        self._jvm = tuple(jvm)
        self._settings = dict(settings or {})
        self._directory = Path(tempfile.mkdtemp(prefix="tidewaiter-kafka-"))
        self._ports = contextlib.ExitStack()
        self._brokers = [self._ports.enter_context(held_port()) for _ in range(nodes)]
        self._controllers = [self._ports.enter_context(held_port()) for _ in range(nodes)]
        self._reached_by = tuple(reached_by)
        self.doors = [self._ports.enter_context(held_port()) for _ in self._reached_by]
        self._processes: dict[int, GuardedProcess] = {}

    @property
    def address(self) -> str:
        """All nodes, whether up or not: "127.0.0.1:port,127.0.0.1:port"."""
        return ",".join(f"127.0.0.1:{port}" for port in self._brokers)

    @property
    def nodes(self) -> range:
        """The indexes by which single nodes are started, stopped and killed."""
        return range(len(self._brokers))

    def start(self, *nodes: int) -> None:
        """Starts the given nodes, or all that are down, and returns when they take part in the cluster."""
        starting = [node for node in nodes or self.nodes if node not in self._processes]
        for node in starting:
            self._launch(node)
        for node in starting:
            self._await(node)

    def stop(self, *nodes: int) -> None:
        """Ends the given nodes, or all, as an orderly shutdown does."""
        for node in nodes or self.nodes:
            if process := self._processes.pop(node, None):
                process.terminate(timeout=20)

    def kill(self, *nodes: int) -> None:
        """Ends the given nodes, or all, as SIGKILL does."""
        for node in nodes or self.nodes:
            if process := self._processes.pop(node, None):
                process.kill()

    def log(self, node: int) -> str:
        """What a node has printed: warnings and errors."""
        return (self._home(node) / "kafka.log").read_text("utf-8", errors="replace")

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._ports.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _home(self, node: int) -> Path:
        return self._directory / f"node-{node}"

    def _launch(self, node: int) -> None:
        home = self._home(node)
        properties = home / "server.properties"
        if not home.exists():
            home.mkdir()
            lines = (f"{name}={value}\n" for name, value in self._properties(node).items())
            properties.write_text("".join(lines))
            self._format(properties)
        with (home / "kafka.log").open("ab") as log:
            self._processes[node] = GuardedProcess(
                self._command("kafka.Kafka", str(properties)),
                log=log,
                environment=os.environ,
                directory=home,
                leftovers=self._directory,
            )

    def _format(self, properties: Path) -> None:
        command = self._command("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(properties))
        formatted = subprocess.run(command, capture_output=True, text=True, check=False)
        assert formatted.returncode == 0, formatted.stdout + formatted.stderr

    def _await(self, node: int) -> None:
        deadline = time.monotonic() + WAIT
        while not answers(f"127.0.0.1:{self._brokers[node]}"):
            code = self._processes[node].exit_code()
            assert code is None, f"Apache Kafka node {node} ended with {code}:\n{self.log(node)[-4000:]}"
            assert time.monotonic() < deadline, (
                f"Apache Kafka node {node} gave no answer in {WAIT:.0f} s:\n{self.log(node)[-4000:]}"
            )
            time.sleep(0.02)

    def _command(self, *arguments: str) -> list[str]:
        level = "-Dorg.apache.logging.log4j.level=WARN"
        return [self._java, *self._jvm, level, "-cp", f"{self._jars}{os.sep}*", *arguments]

    def _properties(self, node: int) -> dict[str, str]:
        replicas = str(min(3, len(self._brokers)))
        in_sync = str(min(2, len(self._brokers)))
        broker, controller = (f"127.0.0.1:{ports[node]}" for ports in (self._brokers, self._controllers))
        listeners, advertised = f"PLAINTEXT://{broker},CONTROLLER://{controller}", f"PLAINTEXT://{broker}"
        if self._reached_by:
            listeners += f",PROXIED://127.0.0.1:{self.doors[node]}"
            advertised += f",PROXIED://{self._reached_by[node]}"
        return {
            "process.roles": "broker,controller",
            "node.id": str(node),
            "controller.quorum.voters": ",".join(
                f"{voter}@127.0.0.1:{port}" for voter, port in enumerate(self._controllers)
            ),
            "listeners": listeners,
            "advertised.listeners": advertised,
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self._home(node) / "data"),
            "auto.create.topics.enable": "false",
            "default.replication.factor": replicas,
            "min.insync.replicas": in_sync,
            "offsets.topic.replication.factor": replicas,
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": replicas,
            "transaction.state.log.min.isr": in_sync,
            "transaction.state.log.num.partitions": "4",
            # A first member need not wait three seconds for others.
            "group.initial.rebalance.delay.ms": "0",
            # A node that was killed is let back in when its session is over: nine seconds by default.
            "broker.session.timeout.ms": "3000",
            "broker.heartbeat.interval.ms": "500",
            # The default, 128 MB, is half of the heap.
            "log.cleaner.dedupe.buffer.size": str(4 * 1024 * 1024),
            "num.network.threads": "2",
            "num.io.threads": "4",
            **self._settings,
        }


@contextlib.contextmanager
def held_port() -> Iterator[int]:
    """A free port that no other program is given while it is held, though one that asks for it by number gets it.

    Without that, a client that keeps knocking on a dead broker's port is sooner or later given it as its own end of
    the connection, talks to itself, and the broker cannot start again.
    """
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        # Set after bind: the port was taken alone, and can now be shared with whoever sets the option before bind.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        yield holder.getsockname()[1]


def java() -> str:
    """The path of a Java that is new enough, from JAVA_HOME or else the PATH. Raises KafkaUnavailable."""
    home = os.environ.get("JAVA_HOME")
    path = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if path is None:
        raise KafkaUnavailable(f"no Apache Kafka: no java on the PATH, and it needs Java {OLDEST_JAVA}")
    said = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < OLDEST_JAVA:
        found = said.splitlines()[0] if said else "a java that tells no version"
        raise KafkaUnavailable(f"no Apache Kafka: {path} is {found}, and it needs Java {OLDEST_JAVA}")
    return path


def kafka_jars() -> Path:
    """The folder with Apache Kafka's jars, fetched by Maven the first time. Raises KafkaUnavailable.

    Safe to call from several processes at once: one fetches, the others wait.
    """
    jars = CACHE / hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    if jars.is_dir():
        return jars
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailable("no Apache Kafka: no mvn on the PATH to fetch it with")
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.is_dir():
            _fetch(maven, jars)
    return jars


def _fetch(maven: str, jars: Path) -> None:
    arriving = jars.with_suffix(".part")
    shutil.rmtree(arriving, ignore_errors=True)
    command = [maven, "-B", "-q", "-f", str(POM), "dependency:copy-dependencies", "-DincludeScope=runtime"]
    fetched = subprocess.run([*command, f"-DoutputDirectory={arriving}"], capture_output=True, text=True, check=False)
    if fetched.returncode != 0:
        said = next((line for line in fetched.stdout.splitlines() if "ERROR" in line), fetched.stderr.strip())
        raise KafkaNotFetched(f"no Apache Kafka: mvn could not fetch it: {said}")
    arriving.rename(jars)
