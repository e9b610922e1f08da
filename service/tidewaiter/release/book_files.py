"""Fetches the compiled file of a published rule book from its URI: only from allowed locations, and bounded in size.

Anybody who can write to the rule-book topic chooses the URI and states the size, so this module trusts neither. It does
not check the content: `adoption` does.
"""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import url2pathname

import aiohttp
from yarl import URL

from tidewaiter.errors import RuleError
from tidewaiter.settings import Settings

_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BLOCK: Final = 1 << 16
_NOT_IN_A_URI: Final = re.compile(r"[\x00-\x20\x7f\\]")


class NotAllowed(RuleError):  # noqa: N818 - names the state of the file
    """The settings do not allow this process to fetch the file, because of its location or its stated size."""


@dataclass(frozen=True, slots=True)
class Permitted:
    """Limits: `locations` as in TIDEWAITER_RULE_BOOK_URIS, size `largest` in bytes, `seconds` for the whole fetch."""

    locations: tuple[str, ...]
    largest: int
    seconds: float

    @classmethod
    def by(cls, settings: Settings) -> Permitted:
        """Return the limits of the settings."""
        return cls(settings.rule_book_uris, settings.rule_book_max_bytes, settings.rule_book_fetch_seconds)


def fetch(uri: str, size: int, permitted: Permitted) -> bytes:
    """Return the content at `uri`, up to one byte more than the stated `size`.

    This call blocks, and only HTTP enforces `permitted.seconds`: call it in a thread that nothing waits for. Raises
    NotAllowed, before any access to the location, or RuleError when the content cannot be fetched.
    """
    if size > permitted.largest:
        raise NotAllowed(
            f"{uri}: states {size:,} bytes, more than the {permitted.largest:,} that are fetched "
            "(TIDEWAITER_RULE_BOOK_MAX_BYTES)"
        )
    location = _allowed(uri, permitted.locations)
    try:
        if location.scheme == "file":
            return _from_disk(uri, permitted.locations, size)
        if location.scheme in ("http", "https"):
            return asyncio.run(_from_web(uri, size, permitted))
        return _from_elsewhere(uri, size)
    except RuleError:
        raise
    except TimeoutError as error:
        raise RuleError(f"{uri}: not fetched within {permitted.seconds:g} s") from error
    except Exception as error:  # each of fsspec's protocols raises its own
        raise RuleError(f"{uri}: cannot be fetched: {type(error).__name__}: {error}") from error


def _allowed(uri: str, locations: Sequence[str]) -> SplitResult:
    """Return `uri` split into its parts, if it is below one of `locations`. Raises NotAllowed otherwise."""
    if "::" in uri:
        raise NotAllowed(f"{uri}: chained URIs are not fetched; give a single location")
    try:
        parts = urlsplit(uri)
        plain = bool(parts.scheme) and not _NOT_IN_A_URI.search(uri) and "@" not in parts.netloc
    except ValueError:
        plain = False
    if not plain or ".." in _segments(parts.path):
        raise NotAllowed(f"{uri!r}: is not a plain URI: give scheme://host/path, without a login, blanks and `..`")
    if not any(_below(parts, urlsplit(location)) for location in locations):
        raise NotAllowed(
            f"{uri}: is not at a location that rule books are fetched from ({', '.join(locations) or 'none is set'}): "
            f"add it, or a folder above it, to TIDEWAITER_RULE_BOOK_URIS of the workers and of whoever publishes"
        )
    return parts


def _below(parts: SplitResult, location: SplitResult) -> bool:
    """Return whether a URI is at or below a location. A location without a host covers its scheme, except for files."""
    if parts.scheme != location.scheme:
        return False
    if parts.scheme != "file" and not location.netloc:
        return True
    above = _segments(location.path)
    return parts.netloc.lower() == location.netloc.lower() and _segments(parts.path)[: len(above)] == above


def _segments(path: str) -> list[str]:
    return [unquote(segment) for segment in unquote(path).split("/") if segment]


def _from_disk(uri: str, locations: Sequence[str], size: int) -> bytes:
    """Read a regular file whose real path, with all symbolic links resolved, is below an allowed folder."""
    path = Path(url2pathname(urlsplit(uri).path))
    try:
        real = path.resolve(strict=True)
        folders = [Path(url2pathname(urlsplit(each).path)).resolve() for each in locations if each.startswith("file:")]
        if not any(real.is_relative_to(folder) for folder in folders):
            raise NotAllowed(f"{uri}: a symbolic link leads out of the folders of TIDEWAITER_RULE_BOOK_URIS")
        # Without O_NONBLOCK, opening a pipe would wait for a writer.
        descriptor = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise NotAllowed(f"{uri}: is not a regular file")
        with os.fdopen(descriptor, "rb") as file:
            return _up_to(file, size)
    except OSError as error:
        raise RuleError(f"{uri}: cannot be read: {error.strerror}") from error


async def _from_web(uri: str, size: int, permitted: Permitted) -> bytes:
    address = URL(uri)
    timeout = aiohttp.ClientTimeout(total=permitted.seconds)
    # If aiohttp decompressed the response, it could use more memory than the bytes that we read.
    session = aiohttp.ClientSession(
        trust_env=True, timeout=timeout, auto_decompress=False, headers={"Accept-Encoding": "identity"}
    )
    async with asyncio.timeout(permitted.seconds), session:
        for _ in range(_MOST_REDIRECTS + 1):
            _allowed(str(address), permitted.locations)
            async with session.get(address, allow_redirects=False) as response:
                if response.status in _REDIRECTS and (to := response.headers.get("Location")):
                    onward = address.join(URL(to))
                    if address.scheme == "https" and onward.scheme != "https":
                        raise NotAllowed(f"{uri}: redirects to an address that is not encrypted")
                    address = onward
                    continue
                if response.status != 200:
                    raise RuleError(f"{uri}: answers {response.status}")
                content = bytearray()
                async for block in response.content.iter_chunked(_BLOCK):
                    content += block
                    if len(content) > size:
                        break
                return bytes(content[: size + 1])
    raise RuleError(f"{uri}: redirects more than {_MOST_REDIRECTS} times")


def _from_elsewhere(uri: str, size: int) -> bytes:
    import fsspec  # noqa: PLC0415 - only where a rule book is fetched from an object store

    with fsspec.open(uri, "rb") as stream:
        return _up_to(stream, size)


def _up_to(stream: BinaryIO, size: int) -> bytes:
    """Read at most one byte more than `size`, in blocks: one read of `size` would allocate that much memory at once."""
    content = bytearray()
    while len(content) <= size and (block := stream.read(min(_BLOCK, size + 1 - len(content)))):
        content += block
    return bytes(content)
