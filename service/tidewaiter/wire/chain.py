"""The chains of one partition of transfers: of its verdicts, and of its dead letters, each in the order of offsets.

Two, because the two topics keep their records for different times: where letters are gone, verdicts have no gap.
`docs/audit.md` says how anybody makes a link again with `sha256sum`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final, NamedTuple, Self

from tidewaiter.wire.cloudevents import VERDICT_TYPE

BEGINNING: Final = "0" * 64
"""The link before the first: it stands for nothing, and says so."""
HEADER: Final = "chain"
LETTER_TYPE: Final = "tidewaiter.dead-letter.v1"
"""The type under which dead letters are linked and signed: they themselves have that of the original."""

_METADATA: Final = re.compile(r"chain ([0-9a-f]{64}) ([0-9a-f]{64})")
_LINKED: Final = re.compile(r"([\w.-]+)/(\d{1,10})@(\d{1,19}) ([0-9a-f]{64}) ([0-9a-f]{64})", re.ASCII)
_ABSENT: Final = b"\xff" * 8


class Ends(NamedTuple):
    """The last link of each chain, kept beside the committed offset so that both are taken over together."""

    verdicts: str = BEGINNING
    dead_letters: str = BEGINNING

    @property
    def metadata(self) -> str:
        """As the metadata of a commit."""
        return f"chain {self.verdicts} {self.dead_letters}"

    @classmethod
    def read(cls, metadata: str | None) -> Self | None:
        """From the metadata of a commit; None from a commit that was none of a worker with chains."""
        found = _METADATA.fullmatch(metadata or "")
        return None if found is None else cls(*found.groups())


class Chain:
    """Links what is judged, from the ends that were committed on. One for each partition and each time it is taken up.

    Whoever goes on from the same ends, over the same transfers with the same rule book and engine, makes the same
    links.
    """

    __slots__ = ("ends",)

    def __init__(self, ends: Ends | None = None) -> None:
        self.ends = ends or Ends()

    def verdict(self, place: str, value: bytes) -> bytes:
        """The header's content for the verdict `value` on the transfer at `place` (`transfers/3@41`)."""
        before = self.ends.verdicts
        link = link_of(VERDICT_TYPE, place, before, digest(value))
        self.ends = Ends(link, self.ends.dead_letters)
        return f"{place} {before} {link}".encode()

    def dead_letter(
        self, place: str, key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]
    ) -> bytes:
        """The header's content for a dead letter: `headers` are all that it has before this one."""
        before = self.ends.dead_letters
        link = link_of(LETTER_TYPE, place, before, letter_digest(key, value, headers))
        self.ends = Ends(self.ends.verdicts, link)
        return f"{place} {before} {link}".encode()


class Linked(NamedTuple):
    """What a header says: which transfer the record is of, the link before, and its own."""

    topic: str
    partition: int
    offset: int
    before: str
    link: str

    @property
    def place(self) -> str:
        """Where the transfer was: `transfers/3@41`."""
        return f"{self.topic}/{self.partition}@{self.offset}"


def read_header(content: bytes | None) -> Linked | None:
    """What the content of a header says; None when it is none that we write."""
    found = _LINKED.fullmatch((content or b"").decode(errors="replace"))
    if found is None:
        return None
    topic, partition, offset, before, link = found.groups()
    return Linked(topic, int(partition), int(offset), before, link)


def link_of(kind: str, place: str, before: str, content: str) -> str:
    """The link of a record, from four lines: its type, the place of the transfer, the link before, its digest."""
    return hashlib.sha256(f"{kind}\n{place}\n{before}\n{content}".encode()).hexdigest()


def signed(header: bytes, value: bytes | None) -> bytes:
    """What a signature of a linked record is of: the header's content, a line feed, the value."""
    return header + b"\n" + (value or b"")


def digest(value: bytes) -> str:
    """The sha-256 of a verdict's bytes."""
    return hashlib.sha256(value).hexdigest()


def letter_digest(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> str:
    """The sha-256 of key, value and headers, each behind its length in eight bytes, all ones where there is none."""
    parts = [key, value]
    for name, content in headers:
        parts += [name.encode(), content]
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(_ABSENT if part is None else len(part).to_bytes(8, "big") + part)
    return hashed.hexdigest()
