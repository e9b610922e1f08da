"""A PostgreSQL of the tests' own: in a folder of its own, on a free port of this machine, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pg8000.native
import pytest

USER = "tidewaiter"
PASSWORD = "of the tests"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server."""

    port: int

    def database(self) -> str:
        """Makes an empty database and returns its URL, without the password."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.run(f'CREATE DATABASE "{name}"')
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def run(self, statement: str, database: str = "postgres") -> Any:
        """Runs one statement as the owner of everything."""
        connection = pg8000.native.Connection(
            USER, host="127.0.0.1", port=self.port, database=database, password=PASSWORD
        )
        try:
            return connection.run(statement)
        finally:
            connection.close()


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; None where it is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("postgres")
    if found is not None:
        folders.insert(0, Path(found).resolve().parent)
        folders.insert(0, Path(found).parent)
    return next((each for each in folders if (each / "postgres").exists() and (each / "initdb").exists()), None)


@contextmanager
def running() -> Iterator[Postgres]:
    """Runs a server, or skips the test where this machine has none."""
    folder = programs()
    if folder is None:
        pytest.skip("no PostgreSQL: install it, for example the Debian package postgresql")
    as_user: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tidewaiter-postgres-", ignore_cleanup_errors=True) as temporary:
        data, password = Path(temporary, "data"), Path(temporary, "password")
        password.write_text(PASSWORD)
        if os.getuid() == 0:  # it refuses to run as root
            user = _ordinary_user()
            if user is None:
                pytest.skip("PostgreSQL does not run as root, and there is no other user")
            as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            for path in (Path(temporary), password):
                os.chown(path, user.pw_uid, user.pw_gid)
        command: list[str | Path] = [
            folder / "initdb",
            "-D",
            data,
            "-U",
            USER,
            "-A",
            "scram-sha-256",
            "--pwfile",
            password,
            "-E",
            "UTF8",
        ]
        subprocess.run([*command, "--no-sync"], check=True, capture_output=True, cwd=temporary, **as_user)
        port = _free_port()
        options = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={temporary}"]
        with Path(temporary, "log").open("wb") as log:
            server = subprocess.Popen(
                [folder / "postgres", "-D", data, "-p", str(port), *options],
                stdout=log,
                stderr=log,
                cwd=temporary,
                **as_user,
            )
            try:
                yield _answering(Postgres(port), server)
            finally:
                server.terminate()
                try:
                    server.wait(10)
                except subprocess.TimeoutExpired:
                    server.kill()
                    server.wait()


def _answering(postgres: Postgres, server: subprocess.Popen[bytes]) -> Postgres:
    deadline = time.monotonic() + 60
    while True:
        try:
            postgres.run("SELECT 1")
            return postgres
        except Exception:
            assert server.poll() is None, "PostgreSQL ended"
            assert time.monotonic() < deadline, "PostgreSQL does not answer"
            time.sleep(0.1)


def _ordinary_user() -> pwd.struct_passwd | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
