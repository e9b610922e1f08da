"""Logs in with an OAuth bearer token from a file, and reports the broker's refusal of it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any, Final

from aiokafka import conn
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaError

_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
"""The characters of a bearer token (RFC 6750, section 2.1)."""
_HEARD: Final = b"\x01"


class TokenUnusable(KafkaError):  # type: ignore[misc]  # noqa: N818 - it is the token that is unusable
    """The file has no usable token. For aiokafka the connection fails: it retries, and reads the file again."""


class TokenFile(AbstractTokenProvider):  # type: ignore[misc]
    """An OAuth bearer token from a file that another program renews. It is read again for each connection."""

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
    """Answers a broker that refuses a token as RFC 7628, section 3.2.3, requires, so that the refusal is reported.

    aiokafka takes the first message of a refusal for a successful login, and then finds its connection closed.
    """

    async def step(self, payload: bytes | None) -> Any:
        """Return the next message to the broker; None when the token was accepted."""
        return (_HEARD, True) if payload else await super().step(payload)


def hear_refusals() -> None:
    """Make every connection of aiokafka use `HearingAuthenticator`; aiokafka has no setting for it."""
    conn.OAuthAuthenticator = HearingAuthenticator
