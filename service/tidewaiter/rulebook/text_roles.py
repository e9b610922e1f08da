"""What a country is to the goods of a text that names it, by the words beside the name."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from tidewaiter.rulebook.country_knowledge import TextRoles
from tidewaiter.rulebook.phrases import fold


class TextRole(Enum):
    """Where goods come from, where they go, what they tell of; or nothing that the words say."""

    ORIGIN = "origin"
    DESTINATION = "destination"
    SUBJECT = "subject"
    NAMED = "named"


class RoleReader:
    """Tells the role of a country from what stands before and after its name, as `Gazetteer.in_context` gives it."""

    __slots__ = ("_after", "_before")

    def __init__(self, roles: TextRoles) -> None:
        self._before = (
            (TextRole.ORIGIN, _folded(roles.origin_before)),
            (TextRole.DESTINATION, _folded(roles.destination_before)),
            (TextRole.SUBJECT, _folded(roles.about_before)),
        )
        self._after = (
            (TextRole.ORIGIN, _folded(roles.origin_after)),
            (TextRole.SUBJECT, _folded(roles.about_after)),
        )

    def role(self, before: str, after: str) -> TextRole:
        """Return the role that the nearest word says. Words behind the name go first: 朝鲜产 is of Korean origin."""
        for role, phrases in self._after:
            if any(_begins(phrase, after) for phrase in phrases):
                return role
        nearest, stated = 0, TextRole.NAMED
        for role, phrases in self._before:
            for phrase in phrases:
                end = _end(phrase, before)
                if end > nearest:
                    nearest, stated = end, role
        return stated


def _begins(phrase: str, after: str) -> bool:
    return after == phrase or after.startswith(f"{phrase} ") or (not phrase.isascii() and after.startswith(phrase))


def _end(phrase: str, before: str) -> int:
    """Return where `phrase` ends in `before`, a whole word unless its script has no spaces; 0 where it is not there."""
    place = f" {before} ".rfind(f" {phrase} ")
    if place < 0 and not phrase.isascii():
        place = before.rfind(phrase)
    return place + len(phrase) if place >= 0 else 0


def _folded(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(fold(phrase).strip() for phrase in phrases)
