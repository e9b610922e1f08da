"""The callers of the API and the console, and their roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a caller may do. One caller may have several roles."""

    PRODUCER = "producer"
    """Screen transfers and names, read the rule book."""
    ANALYST = "analyst"
    """Also read verdicts and the queue, and record dispositions."""
    APPROVER = "approver"
    """What an analyst may do, and approve as the second person."""
    AUDITOR = "auditor"
    """Read everything, including who asked; change nothing."""


class Via(StrEnum):
    """How a caller was recognised."""

    TOKEN = "token"  # noqa: S105 - not a token
    SESSION = "session"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `name` is the owner of the token, or the user that the proxy names."""

    name: str
    roles: frozenset[Role]
    via: Via

    def has(self, *roles: Role) -> bool:
        """Return whether the caller has one of the roles."""
        return not self.roles.isdisjoint(roles)


def roles_in(words: Iterable[str]) -> frozenset[Role]:
    """Return the roles among `words`, which may begin with `tidewaiter-`. Other words are ignored."""
    known = {role.value: role for role in Role}
    plain = (word.strip().lower().removeprefix("tidewaiter-") for word in words)
    return frozenset(known[word] for word in plain if word in known)


def strongest(caller: Caller) -> Role:
    """Return the role of a caller that may do most."""
    return next(role for role in (Role.APPROVER, Role.ANALYST, Role.PRODUCER, Role.AUDITOR) if caller.has(role))
