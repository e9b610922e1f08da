"""Logins of the console: a random cookie, of which the database has the sha-256, and a token against forged requests.

A session ends with the token that opened it, after its time, and when the database is deleted.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, insert, select

from tidewaiter.serve.auth.callers import Caller, Via
from tidewaiter.serve.auth.tokens import TokenFile, digest
from tidewaiter.serve.projection.store import Store
from tidewaiter.serve.projection.tables import sessions
from tidewaiter.settings import Settings

_COOKIE: Final = "tidewaiter_session"
_LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Session:
    """One login. `csrf` goes into every form, or into the header X-CSRF-Token of htmx."""

    caller: Caller
    csrf: str

    def confirms(self, given: str) -> bool:
        """Return whether a form or header has the token of this session."""
        return hmac.compare_digest(self.csrf.encode(), given.encode("utf-8", "replace"))


class Sessions:
    """The logins in the database. Its methods wait for the database: call them in a thread."""

    def __init__(self, settings: Settings, store: Store, tokens: TokenFile | None) -> None:
        self._store, self._tokens = store, tokens
        self._seconds = settings.serve_session_minutes * 60
        self.https = settings.serve_https
        self.cookie = f"__Host-{_COOKIE}" if settings.serve_https else _COOKIE

    @property
    def seconds(self) -> int:
        """Return how long a login lasts."""
        return self._seconds

    def log_in(self, token: str) -> tuple[str, Session] | None:
        """Return the cookie and the session of a token's owner; None for a token that is unknown or expired."""
        row = self._tokens.row(token) if self._tokens is not None else None
        if row is None:
            return None
        return self._opened(Caller(row.name, frozenset(row.roles), Via.SESSION), row.sha256)

    def of_proxy(self, caller: Caller) -> tuple[str, Session]:
        """Return the cookie and the session of a user whom the proxy names."""
        return self._opened(caller, None)

    def session(self, cookie: str, proxied: Caller | None) -> Session | None:
        """Return the session of a cookie. One of a proxy's user holds only while the proxy names the same user."""
        if not cookie or len(cookie) > _LONGEST:
            return None
        now = _now_ms()
        with self._store.read() as connection:
            row = connection.execute(select(sessions).where(sessions.c.sha256 == digest(cookie))).first()
        if row is None or row.expires_ms <= now:
            return None
        if row.token_sha256 is None:
            if proxied is None or proxied.name != row.name:
                return None
            return Session(proxied, _csrf(cookie))
        token = self._tokens.by_digest(row.token_sha256) if self._tokens is not None else None
        if token is None:
            return None
        return Session(Caller(token.name, frozenset(token.roles), Via.SESSION), _csrf(cookie))

    def log_out(self, cookie: str) -> None:
        """End a session."""
        with self._store.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.sha256 == digest(cookie)))

    def _opened(self, caller: Caller, token_sha256: str | None) -> tuple[str, Session]:
        cookie, now = secrets.token_urlsafe(32), _now_ms()
        with self._store.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_ms <= now))
            connection.execute(
                insert(sessions).values(
                    sha256=digest(cookie),
                    name=caller.name,
                    token_sha256=token_sha256,
                    expires_ms=now + self._seconds * 1_000,
                )
            )
        return cookie, Session(caller, _csrf(cookie))


def _csrf(cookie: str) -> str:
    """Return the token of a session against forged requests. It cannot be computed without the cookie."""
    return hashlib.sha256(f"csrf of {cookie}".encode()).hexdigest()


def _now_ms() -> int:
    return int(time.time() * 1_000)
