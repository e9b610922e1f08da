"""Logging in with an OAuth bearer token from a file, and hearing what the broker says to it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any, Final

from aiokafka import conn
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaError

_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
"""What a bearer token may be made of (RFC 6750, section 2.1)."""
_HEARD: Final = b"\x01"


class TokenUnusable(KafkaError):  # type: ignore[misc]  # noqa: N818 - it is the token that is unusable
    """The file has no token. For aiokafka this is a connection that fails: it tries again, and reads the file again."""


class TokenFile(AbstractTokenProvider):  # type: ignore[misc]
    """An OAuth bearer token from a file that something else keeps fresh; read again at each connection."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def token(self) -> str:
        """Return the token, or raise TokenUnusable naming the file."""
        try:
            token = (await asyncio.to_thread(self._path.read_text, "ascii")).strip()
        except OSError as error:
            raise self._unusable(str(error.strerror)) from error
        except UnicodeDecodeError as error:
            raise self._unusable("it is no token: not ASCII") from error
        if not token:
            raise self._unusable("it is empty")
        if not _TOKEN.fullmatch(token):
            raise self._unusable("it is no token: it has characters that none may have, spaces perhaps")
        return token

    def _unusable(self, what: str) -> TokenUnusable:
        return TokenUnusable(f"TIDEWAITER_SASL_TOKEN_FILE {self._path}: {what}")


class HearingAuthenticator(conn.OAuthAuthenticator):  # type: ignore[misc]
    """Answers a broker that refuses a token as RFC 7628 (section 3.2.3) asks, and so is told that it is refused.

    aiokafka takes that first, polite refusal for a login, and then finds its connection closed for no reason.
    """

    async def step(self, payload: bytes | None) -> Any:
        """The next message to the broker, None when the token was taken."""
        return (_HEARD, True) if payload else await super().step(payload)


def hear_refusals() -> None:
    """Have every connection of aiokafka use `HearingAuthenticator`; there is no setting for it."""
    conn.OAuthAuthenticator = HearingAuthenticator
