"""The two hash chains of one partition of transfers: its verdicts and its dead letters, each in the order of offsets.

There are two because the topics keep records for different times: deleted dead letters leave no gap in the verdicts.
`docs/audit.md` shows how to compute a link with `sha256sum`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final, NamedTuple, Self

from tidewaiter.wire.cloudevents import VERDICT_TYPE

BEGINNING: Final = "0" * 64
"""The link before the first one of a chain."""
HEADER: Final = "chain"
LETTER_TYPE: Final = "tidewaiter.dead-letter.v1"
"""The type under which dead letters are linked and signed. Their own header keeps the type of the original record."""

_METADATA: Final = re.compile(r"chain ([0-9a-f]{64}) ([0-9a-f]{64})")
_LINKED: Final = re.compile(r"^([\w.-]+)/(\d{1,10})@(\d{1,19}) ([0-9a-f]{64}) ([0-9a-f]{64})", re.ASCII)
_ABSENT: Final = b"\xff" * 8


class Ends(NamedTuple):
    """The last link of each chain. It is committed with the offset, so that the next worker gets both together."""

    verdicts: str = BEGINNING
    dead_letters: str = BEGINNING

    @property
    def metadata(self) -> str:
        """Return the ends as the metadata of a commit."""
        return f"chain {self.verdicts} {self.dead_letters}"

    @classmethod
    def read(cls, metadata: str | None) -> Self | None:
        """Return the ends in the metadata of a commit; None when it was not written by a worker with chains."""
        found = _METADATA.fullmatch(metadata or "")
        return None if found is None else cls(*found.groups())


class Chain:
    """Links verdicts and dead letters, starting from the committed ends. One instance for each assigned partition.

    The same ends, transfers, rule book and engine give the same links.
    """

    __slots__ = ("ends",)

    def __init__(self, ends: Ends | None = None) -> None:
        self.ends = ends or Ends()

    def verdict(self, place: str, value: bytes) -> bytes:
        """Return the content of the header for the verdict `value` on the transfer at `place` (`transfers/3@41`)."""
        before = self.ends.verdicts
        link = link_of(VERDICT_TYPE, place, before, digest(value))
        self.ends = Ends(link, self.ends.dead_letters)
        return f"{place} {before} {link}".encode()

    def dead_letter(
        self, place: str, key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]
    ) -> bytes:
        """Return the content of the header for a dead letter. `headers` are all its other headers."""
        before = self.ends.dead_letters
        link = link_of(LETTER_TYPE, place, before, letter_digest(key, value, headers))
        self.ends = Ends(self.ends.verdicts, link)
        return f"{place} {before} {link}".encode()


class Linked(NamedTuple):
    """A parsed header: the place of the transfer, the previous link and this one."""

    topic: str
    partition: int
    offset: int
    before: str
    link: str

    @property
    def place(self) -> str:
        """Return the place of the transfer: `transfers/3@41`."""
        return f"{self.topic}/{self.partition}@{self.offset}"


def read_header(content: bytes | None) -> Linked | None:
    """Return the parsed content of a header; None when it has another form."""
    found = _LINKED.fullmatch((content or b"").decode(errors="replace"))
    if found is None:
        return None
    topic, partition, offset, before, link = found.groups()
    return Linked(topic, int(partition), int(offset), before, link)


def link_of(kind: str, place: str, before: str, content: str) -> str:
    """Return the link of a record: the hash of its type, place, previous link and digest."""
    return hashlib.sha256(f"{kind}\n{place}\n{before}\n{content}".encode()).hexdigest()


def signed(header: bytes, value: bytes | None) -> bytes:
    """Return what the signature of a linked record covers: the header's content, a line feed, the value."""
    return header + b"\n" + (value or b"")


def digest(value: bytes) -> str:
    """Return the sha-256 of a verdict's bytes."""
    return hashlib.sha256(value).hexdigest()


def letter_digest(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> str:
    """Return the sha-256 of key, value and headers, each preceded by its length in eight bytes, all ones for None."""
    parts = [key, value]
    for name, content in headers:
        parts += [name.encode(), content]
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(_ABSENT if part is None else len(part).to_bytes(8, "big") + part)
    return hashed.hexdigest()
