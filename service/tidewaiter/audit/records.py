"""Verdicts and dead letters as stored on a topic or in an export, and the place in a chain that each states."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tidewaiter.wire.chain import HEADER, LETTER_TYPE, Linked, digest, letter_digest, link_of, read_header, signed
from tidewaiter.wire.cloudevents import VERDICT_TYPE
from tidewaiter.wire.signing import HEADER as SIGNATURE
from tidewaiter.wire.signing import TrustedKeys
from tidewaiter_schemas import dead_letter as contract
from tidewaiter_schemas import in_force

Headers = tuple[tuple[str, bytes | None], ...]


class RecordKind(StrEnum):
    """What a record is. Each kind has a topic and a chain of its own."""

    VERDICT = "verdict"
    DEAD_LETTER = "dead letter"


_TYPES: Final = {RecordKind.VERDICT: VERDICT_TYPE, RecordKind.DEAD_LETTER: LETTER_TYPE}
_CHAINS: Final = {RecordKind.VERDICT: HEADER, RecordKind.DEAD_LETTER: contract.HEADER_CHAIN}
_SIGNATURES: Final = {RecordKind.VERDICT: SIGNATURE, RecordKind.DEAD_LETTER: contract.HEADER_SIGNATURE}


@dataclass(frozen=True, slots=True)
class Stored:
    """One record. `partition` and `offset` are its own, on the topic of its kind; `timestamp` is in ms since 1970."""

    kind: RecordKind
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def where(self) -> str:
        """Return its place for a person: `verdict 3@41`, partition and offset on its topic."""
        return f"{self.kind} {self.partition}@{self.offset}"

    def header(self, name: str) -> bytes | None:
        """Return the last header of that name; None when there is none."""
        return next((content for each, content in reversed(self.headers) if each == name), None)

    @property
    def chain(self) -> bytes | None:
        """Return the header with its place in a chain; None when there is none."""
        return self.header(_CHAINS[self.kind])

    @property
    def linked(self) -> Linked | None:
        """Return the place in a chain that it states; None when it states none that can be read."""
        return read_header(self.chain)

    @property
    def digest(self) -> str:
        """Return the sha-256 of what its link covers."""
        if self.kind is RecordKind.VERDICT:
            return digest(self.value or b"")
        last = max((at for at, (name, _) in enumerate(self.headers) if name == contract.HEADER_CHAIN), default=None)
        return letter_digest(self.key, self.value, self.headers[:last])

    def link(self, linked: Linked, content: str) -> str:
        """Return the link that it must have if it is unchanged."""
        return link_of(_TYPES[self.kind], linked.place, linked.before, content)

    def signer(self, keys: TrustedKeys) -> str | None:
        """Return the id of the key that signed it with its link; None when none of `keys` did."""
        value = self.value or b""
        if self.chain is not None:
            stated = (content for name, content in self.headers if name == in_force.HEADER)  # consumers take the first
            position = next(stated, None) if self.kind is RecordKind.VERDICT else None
            value = signed(self.chain, self.value, position)
        return keys.signer(_TYPES[self.kind], value, self.headers, _SIGNATURES[self.kind])
