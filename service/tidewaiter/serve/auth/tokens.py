"""Tokens of the API: long random texts, of which the file has only the sha-256, the owner and the roles.

A token has 256 random bits, so a plain hash protects it: nobody can try that many. The file is read again when it
changes, so a token can be withdrawn without a restart.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from tidewaiter.errors import SettingsError
from tidewaiter.observability import logs
from tidewaiter.runtime.plain_yaml import PlainYamlError, plain_yaml
from tidewaiter.serve.auth.callers import Caller, Role, Via

PREFIX: Final = "tw_"
"""Begins every token, so that tools which search for leaked secrets can find one."""
_LONGEST: Final = 200
_LOOK_SECONDS: Final = 1.0
_log = logs.logger("tidewaiter.serve")

Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class TokenRow(BaseModel):
    """One token of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    expires_at: AwareDatetime | None = None


_ROWS: Final = TypeAdapter(tuple[TokenRow, ...])


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made. The text is shown once and stored nowhere."""

    text: str
    row: TokenRow


def new_token(name: str, roles: tuple[Role, ...], expires_at: datetime | None = None) -> NewToken:
    """Return a new token for its owner."""
    text = PREFIX + secrets.token_urlsafe(32)
    try:
        return NewToken(text, TokenRow(name=name, roles=roles, sha256=digest(text), expires_at=expires_at))
    except ValidationError as error:
        raise SettingsError(f"token: {error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}") from None


def digest(text: str) -> str:
    """Return the sha-256 under which a token is stored."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def as_yaml(row: TokenRow) -> str:
    """Return the token as an item of the file."""
    content = row.model_dump(mode="json", exclude_none=True)
    return yaml.safe_dump([content], sort_keys=False, allow_unicode=True)


def read_tokens(path: Path) -> tuple[TokenRow, ...]:
    """Return the tokens of the file. Raises SettingsError when it cannot be used."""
    try:
        content = plain_yaml(path.read_text(encoding="utf-8"))
        rows = _ROWS.validate_python(content if content is not None else [])
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except PlainYamlError as error:
        where = path if error.line is None else f"{path}:{error.line}"
        raise SettingsError(f"{where}: {error.what}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        at = "/".join(map(str, first["loc"]))
        raise SettingsError(f"{path}: {at}: {first['msg']}; write tokens with: tidewaiter tokens new") from None
    owners: dict[str, str] = {}
    for row in rows:
        if owners.setdefault(row.sha256, row.name) != row.name:
            raise SettingsError(f"{path}: one token has two owners, {owners[row.sha256]} and {row.name}")
    return rows


class TokenFile:
    """The tokens of a file, read again within a second of a change. A file that cannot be read changes nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = read_tokens(path)
        self._seen = _state(path)
        self._look_at = time.monotonic() + _LOOK_SECONDS

    def caller(self, text: str) -> Caller | None:
        """Return the owner of a token; None for one that is unknown or expired."""
        row = self.row(text)
        return None if row is None else Caller(row.name, frozenset(row.roles), Via.TOKEN)

    def row(self, text: str) -> TokenRow | None:
        """Return the row of a token; None for one that is unknown or expired. Compares in constant time."""
        if len(text) > _LONGEST:
            return None
        return self.by_digest(digest(text))

    def by_digest(self, sha256: str) -> TokenRow | None:
        """Return the row with this sha-256, if it has not expired."""
        self._look()
        found = None
        for row in self._rows:  # all of them, always
            if hmac.compare_digest(row.sha256, sha256):
                found = row
        if found is None or (found.expires_at is not None and found.expires_at <= datetime.now(UTC)):
            return None
        return found

    def _look(self) -> None:
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + _LOOK_SECONDS
        state = _state(self._path)
        if state == self._seen:
            return
        self._seen = state
        try:
            self._rows = read_tokens(self._path)
        except SettingsError as error:
            _log.error("tokens not read again; the earlier ones stay", reason=str(error))
            return
        _log.info("tokens read again", tokens=len(self._rows))


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_ino, about.st_mtime_ns, about.st_size
