"""The database: SQLite in one file, or PostgreSQL. Migrated when it is opened, and again when it was deleted."""

from __future__ import annotations

import os
import sqlite3
import ssl
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from tidewaiter.errors import SettingsError
from tidewaiter.settings import Settings

MIGRATIONS: Final = Path(__file__).parents[1] / "migrations"
_BUSY_SECONDS: Final = 30.0
_MIGRATION_LOCK: Final = 7_483_229_116
"""The number of PostgreSQL's advisory lock under which one process migrates at a time."""
_WRITES: Final = "tidewaiter_writes"

Failed = (SQLAlchemyError, OSError)
"""What a use of the database may raise. Try again later, after `open`."""


class Store:
    """Connections to the database of the settings. `open` before the first use; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._url = _url(settings)
        self._engine: Engine | None = None
        self._file: tuple[int, int] | None = None
        self._doubted = False
        self._uses = 0
        self._changed = threading.Condition()

    @property
    def dialect(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return self._url.get_backend_name()

    def describe(self) -> str:
        """Return the address without a password."""
        return self._settings.serve_database

    def open(self) -> None:
        """Connect, and migrate to the newest revision. Does nothing where that is done. Raises one of `Failed`."""
        with self._changed:
            self._open()

    def _open(self) -> None:
        if self._engine is not None and not self.gone():
            return
        # A connection to a deleted file of SQLite removes the journal of the new one by its name when it is closed.
        if not self._changed.wait_for(lambda: self._uses == 0, _BUSY_SECONDS):
            raise OSError("the database that was deleted is still in use")
        self.close()
        engine = self._connected()
        try:
            with engine.connect() as connection:
                _migrate(connection)
        except BaseException:
            engine.dispose()
            raise
        self._engine, self._file, self._doubted = engine, self._identity(), False

    def doubt(self) -> None:
        """Connect and migrate anew at the next use: a use failed, and the database may have been made anew."""
        self._doubted = True

    def close(self) -> None:
        """Close all connections."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    def gone(self) -> bool:
        """Return whether to connect anew: connections to a deleted file of SQLite would go on with the old one."""
        return self._engine is None or self._doubted or (self.dialect == "sqlite" and self._identity() != self._file)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Provide a connection in one transaction: what it reads is of one moment."""
        options: dict[str, Any] = {}
        if self.dialect == "postgresql":
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._used() as engine, engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Provide a connection in a transaction that is committed when the block ends without an error."""
        options = {_WRITES: True}
        with self._used() as engine, engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def _used(self) -> Iterator[Engine]:
        """Provide the engine, and keep it while the block uses it."""
        with self._changed:
            self._open()
            engine = self._engine
            assert engine is not None  # noqa: S101 - opened above
            self._uses += 1
        try:
            yield engine
        finally:
            with self._changed:
                self._uses -= 1
                self._changed.notify_all()

    def _connected(self) -> Engine:
        if self.dialect == "sqlite":
            path = Path(self._url.database or "")
            if not path.exists():
                for left in ("-wal", "-shm", "-journal"):
                    path.with_name(path.name + left).unlink(missing_ok=True)
            _make_private(path)
            engine = create_engine(self._url, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False})
            _prepare_sqlite(engine)
            return engine
        options: dict[str, Any] = {"timeout": _BUSY_SECONDS}
        if self._settings.serve_database_ca_file is not None:
            try:
                options["ssl_context"] = ssl.create_default_context(cafile=self._settings.serve_database_ca_file)
            except (OSError, ssl.SSLError) as error:
                raise SettingsError(f"TIDEWAITER_SERVE_DATABASE_CA_FILE: cannot be used: {error}") from error
        return create_engine(self._url, connect_args=options, pool_pre_ping=True, pool_size=8, max_overflow=8)

    def _identity(self) -> tuple[int, int] | None:
        if self.dialect != "sqlite":
            return None
        try:
            about = os.stat(self._url.database or "")  # noqa: PTH116 - as the library names the file
        except OSError:
            return None
        return about.st_dev, about.st_ino


def _url(settings: Settings) -> URL:
    url = make_url(settings.serve_database)
    if url.get_backend_name() == "sqlite":
        return url
    password = settings.serve_database_password
    return url.set(
        drivername="postgresql+pg8000", password=password.get_secret_value() if password is not None else None
    )


def _make_private(path: Path) -> None:
    """Create the file so that only its owner reads it: it holds verdicts and transfers."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, stat.S_IRUSR | stat.S_IWUSR)
    except OSError as error:
        raise SettingsError(
            f"TIDEWAITER_SERVE_DATABASE: {path}: cannot be opened: {error.strerror}; name a file in a folder that "
            "may be written to"
        ) from error
    os.close(descriptor)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver would begin and commit where it thinks fit
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # a cache: the last second may be lost with the machine

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once when another one wrote between.
        kind = "IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {kind}")


def _migrate(connection: Connection) -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    if connection.dialect.name == "postgresql":
        with connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATION_LOCK})
            command.upgrade(configuration, "head")
        return
    connection = connection.execution_options(**{_WRITES: True})
    configuration.attributes["connection"] = connection
    with connection.begin():
        command.upgrade(configuration, "head")


def transient(error: BaseException) -> bool:
    """Return whether a use of the database may succeed when it is tried again after `open`."""
    return isinstance(error, DBAPIError | OSError)
