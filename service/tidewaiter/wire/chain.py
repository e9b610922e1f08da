"""The hash chains of one partition of transfers: of its verdicts and its dead letters, each in the order of offsets.

There are two because the topics keep records for different times: deleted dead letters leave no gap in the verdicts.
The rescreener writes a third, of the verdicts that it issues anew. `docs/audit.md` shows how to compute a link with
`sha256sum`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, Self

from tidewaiter.wire.cloudevents import VERDICT_TYPE

BEGINNING: Final = "0" * 64
"""The link before the first one of a chain."""
HEADER: Final = "chain"
LETTER_TYPE: Final = "tidewaiter.dead-letter.v1"
"""The type under which dead letters are linked and signed. Their own header keeps the type of the original record."""

RESCREENED: Final = ".rescreened"
"""What the name of the transfer topic ends with in the places of rescreened verdicts. They are numbered from 0 in the
order in which they are written, because each rescreening begins again at an early offset."""
MOST_JUDGES: Final = 8
"""How many changes of the rule book a commit names, the last ones. More do not happen between two looks at it."""

_JUDGE: Final = r"[0-9a-f]{16}(?:\.\d{1,19})?@\d{1,19}"
_LINK: Final = r"([0-9a-f]{64})"
_METADATA: Final = re.compile(rf"chain {_LINK} {_LINK}(?: judges ({_JUDGE}(?:,{_JUDGE})*))?", re.ASCII)
_LINKED: Final = re.compile(r"^([\w.-]+)/(\d{1,10})@(\d{1,19}) ([0-9a-f]{64}) ([0-9a-f]{64})", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_ABSENT: Final = b"\xff" * 8


class Judge(NamedTuple):
    """The rule book that judged the transfers of a partition from the offset `since` on, named by `adoption_name`."""

    adoption: str
    since: int


def adoption_name(sha256: str, since: datetime | None) -> str:
    """Return the name of a rule book in a commit: the beginning of its sha-256, and when it was put in force.

    The same rule book may be put in force again after another. `since` is None for one that no record put in force.
    """
    return sha256[:16] if since is None else f"{sha256[:16]}.{(since - _EPOCH) // _MICROSECOND}"


def in_force_header(place: str, adoption: str) -> bytes:
    """Return the header that orders the verdicts on one transfer (`tidewaiter_schemas.in_force`).

    `place` is that of the transfer (`transfers/3@41`), `adoption` the `adoption_name` of the rule book, or empty.
    """
    return f"{place} {adoption.partition('.')[2] or '0'}".encode()


class Ends(NamedTuple):
    """The last link of each chain. It is committed with the offset, so that the next worker gets both together.

    `judges` are the last rule books that judged, in order. The rescreener reads from them up to which offset verdicts
    are by an older rule book.
    """

    verdicts: str = BEGINNING
    dead_letters: str = BEGINNING
    judges: tuple[Judge, ...] = ()

    @property
    def links(self) -> tuple[str, str]:
        """Return the last links of verdicts and dead letters."""
        return self.verdicts, self.dead_letters

    @property
    def metadata(self) -> str:
        """Return the ends as the metadata of a commit."""
        judges = ",".join(f"{judge.adoption}@{judge.since}" for judge in self.judges)
        return f"chain {self.verdicts} {self.dead_letters}{' judges ' if judges else ''}{judges}"

    @classmethod
    def read(cls, metadata: str | None) -> Self | None:
        """Return the ends in the metadata of a commit; None when it was not written by a worker with chains."""
        found = _METADATA.fullmatch(metadata or "")
        if found is None:
            return None
        verdicts, letters, judges = found.groups()
        named = (each.partition("@") for each in judges.split(",")) if judges else ()
        return cls(verdicts, letters, tuple(Judge(adoption, int(since)) for adoption, _, since in named))


class Chain:
    """Links verdicts and dead letters, starting from the committed ends. One instance for each assigned partition.

    The same ends, transfers, rule book and engine give the same links.
    """

    __slots__ = ("ends",)

    def __init__(self, ends: Ends | None = None) -> None:
        self.ends = ends or Ends()

    def judged_by(self, adoption: str, offset: int) -> None:
        """Note that a rule book, named by `adoption_name`, judged the transfer at `offset` and those after it."""
        judges = self.ends.judges
        if not judges or judges[-1].adoption != adoption:
            judges = (*judges, Judge(adoption, offset))[-MOST_JUDGES:]
            self.ends = Ends(self.ends.verdicts, self.ends.dead_letters, judges)

    def verdict(self, place: str, value: bytes) -> bytes:
        """Return the content of the header for the verdict `value` on the transfer at `place` (`transfers/3@41`)."""
        before = self.ends.verdicts
        link = link_of(VERDICT_TYPE, place, before, digest(value))
        self.ends = Ends(link, self.ends.dead_letters, self.ends.judges)
        return f"{place} {before} {link}".encode()

    def dead_letter(
        self, place: str, key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]
    ) -> bytes:
        """Return the content of the header for a dead letter. `headers` are all its other headers."""
        before = self.ends.dead_letters
        link = link_of(LETTER_TYPE, place, before, letter_digest(key, value, headers))
        self.ends = Ends(self.ends.verdicts, link, self.ends.judges)
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


def signed(header: bytes, value: bytes | None, in_force: bytes | None = None) -> bytes:
    """Return what the signature of a linked record covers: the header's content, a line feed, the value.

    For a verdict, its header `in-force` and a line feed stand before the value: no old one can be put in force again.
    """
    return header + b"\n" + (b"" if in_force is None else in_force + b"\n") + (value or b"")


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
