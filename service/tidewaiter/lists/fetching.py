"""Fetches one file from a publisher's server to disk: conditional, bounded in time and size, with retries.

Checks only that a complete file arrived: the reader checks whether it is a list. Puts no secret into a message.
"""

from __future__ import annotations

import asyncio
import email.utils
import hashlib
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
from yarl import URL

from tidewaiter.errors import ListError

MOST_REDIRECTS: Final = 5
_CONNECT_SECONDS: Final = 20.0
_BLOCK: Final = 1 << 16
_PASSING_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_WEB_PAGE: Final = (b"<!doctype html", b"<html")

FetchProgress = Callable[[str, int, int | None], None]
"""Receives a message, the bytes so far, and the bytes in all, if known."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, and how often to try.

    `attempt` bounds one attempt from connecting to the last byte, `silence` the time without a byte: the EU's server
    makes its file on request and takes more than a minute to begin. Waits double from `first_wait`, with a random part,
    so that many sites do not come back at once. A server that asks for more than `longest_wait` is not asked again.
    """

    attempts: int = 4
    first_wait: float = 2.0
    longest_wait: float = 120.0
    attempt: float = 600.0
    silence: float = 180.0


PATIENT: Final = Patience()


@dataclass(frozen=True, slots=True)
class Validators:
    """The validators that the server sent with the stored file, to be sent back to it."""

    etag: str | None
    last_modified: str | None

    def headers(self) -> dict[str, str]:
        """Return the headers of a conditional request."""
        stated = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in stated.items() if value}


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A complete file. `sha256` is the hash of its bytes on disk."""

    size: int
    sha256: str
    etag: str | None
    last_modified: str | None


class _Passing(Exception):  # noqa: N818 - an error only when no attempts are left
    """A failure for which a retry may help. `wait` is the delay that the server asks for, in seconds."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


async def fetch(
    session: aiohttp.ClientSession,
    url: str,
    into: Path,
    *,
    largest: int,
    may_be_empty: bool = False,
    known: Validators | None = None,
    token: str | None = None,
    patience: Patience = PATIENT,
    seen: FetchProgress = lambda _message, _bytes, _total: None,
) -> FetchedFile | None:
    """Fetch `url` into the file `into`. Return None when the server reports no change since `known`.

    `token` is added to the address as its query and appears in no message. Raises ListError when the fetch fails.
    """
    address = URL(url).update_query(token=token) if token else URL(url)
    headers = known.headers() if known else {}
    for attempt in range(1, patience.attempts + 1):
        try:
            got = await _once(session, address, into, headers, largest, patience, seen)
            if got is not None and not got.size and not may_be_empty:
                raise _Passing("sends an empty file")
            return got
        except _Passing as failure:
            doubled = patience.first_wait * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)  # noqa: S311
            wait = min(doubled, patience.longest_wait) if failure.wait is None else failure.wait
            if attempt == patience.attempts:
                raise ListError(f"{url}: {failure}; tried {attempt} times") from failure
            if wait > patience.longest_wait:
                raise ListError(f"{url}: {failure}, and asks to wait {wait:.0f} s; try again then") from failure
            seen(f"{failure}; again in {wait:.0f} s", 0, None)
            await asyncio.sleep(wait)
        except ListError as refusal:
            raise ListError(f"{url}: {refusal}") from refusal
    raise ListError(f"{url}: was not tried: allow one attempt at least")


async def _once(
    session: aiohttp.ClientSession,
    address: URL,
    into: Path,
    headers: dict[str, str],
    largest: int,
    patience: Patience,
    seen: FetchProgress,
) -> FetchedFile | None:
    timeout = aiohttp.ClientTimeout(
        total=patience.attempt, sock_connect=min(_CONNECT_SECONDS, patience.attempt), sock_read=patience.silence
    )
    try:
        async with session.get(address, headers=headers, timeout=timeout, max_redirects=MOST_REDIRECTS) as response:
            _check_way(response, address)
            _check_status(response, bool(headers))
            if response.status == 304:
                return None
            return await _body(response, into, largest, seen)
    except TimeoutError as error:
        raise _Passing(
            f"was not there within {patience.attempt:.0f} s, or silent for {patience.silence:.0f} s"
        ) from error
    except aiohttp.TooManyRedirects as error:
        raise ListError(f"redirects {MOST_REDIRECTS} times, perhaps in a circle") from error
    except aiohttp.ClientConnectorCertificateError as error:
        raise ListError(
            "its certificate is not trusted; if a proxy of yours signs for it, name the proxy's authority in "
            "SSL_CERT_FILE"
        ) from error
    except aiohttp.InvalidURL as error:
        raise ListError("is not the address of a file on the web") from error
    except aiohttp.ClientPayloadError as error:
        raise _Passing("was cut off in the middle") from error
    except aiohttp.ClientConnectorError as error:
        raise _Passing(f"cannot be reached ({error.os_error.strerror or 'no connection'})") from error
    except (aiohttp.ClientError, ConnectionError) as error:
        raise _Passing(f"the connection failed ({type(error).__name__})") from error
    except OSError as error:
        raise ListError(
            f"cannot be written to {into} ({error.strerror}): make room, or correct its permissions"
        ) from error


def _check_way(response: aiohttp.ClientResponse, address: URL) -> None:
    """Refuse a redirect from an encrypted address to an unencrypted one, where anybody could replace the list."""
    way = [*(step.url for step in response.history), response.url]
    if address.scheme == "https" and any(step.scheme != "https" for step in way):
        raise ListError("redirects to an address that is not encrypted; refused")


def _check_status(response: aiohttp.ClientResponse, conditional: bool) -> None:
    status = response.status
    if status == 200 or (status == 304 and conditional):
        return
    if status in _PASSING_STATUS:
        raise _Passing(f"answers {status}", _asked_wait(response.headers.get("Retry-After")))
    hints = {
        401: "it wants a token or a login",
        403: "it refuses this site: its token may be wrong, if it wants one; another TIDEWAITER_LISTS_USER_AGENT may "
        "help; or download the list by hand, and `lists sync --from DIR`",
        404: "the publisher may have moved the file: give its address in TIDEWAITER_LISTS_URLS",
        410: "the publisher has taken the file away",
    }
    hint = hints.get(status, "a list never comes with this status")
    raise ListError(f"answers {status}: {hint}")


def _asked_wait(text: str | None) -> float | None:
    """Return the wait that a Retry-After asks for, given as seconds or as a date."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


async def _body(response: aiohttp.ClientResponse, into: Path, largest: int, seen: FetchProgress) -> FetchedFile:
    packed = "Content-Encoding" in response.headers
    promised = None if packed else response.content_length
    too_large = f"is larger than {largest:,} bytes, more than this list ever had"
    if (response.content_length or 0) > largest:
        raise ListError(too_large)
    digest, size = hashlib.sha256(), 0
    start = b""
    with into.open("wb") as file:
        async for block in response.content.iter_chunked(_BLOCK):
            size += len(block)
            if size > largest:
                raise ListError(too_large)
            if len(start) < 64:
                start += block[:64]
                if start.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_WEB_PAGE):
                    raise _Passing("sends a web page in place of the list")
            digest.update(block)
            file.write(block)
            seen("fetching", size, promised)
        file.flush()
        os.fsync(file.fileno())
    return FetchedFile(size, digest.hexdigest(), response.headers.get("ETag"), response.headers.get("Last-Modified"))
