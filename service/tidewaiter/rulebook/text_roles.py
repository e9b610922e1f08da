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
        self._before = _RolePhrases(
            (TextRole.ORIGIN, roles.origin_before),
            (TextRole.DESTINATION, roles.destination_before),
            (TextRole.SUBJECT, roles.about_before),
        )
        self._after = _RolePhrases((TextRole.ORIGIN, roles.origin_after), (TextRole.SUBJECT, roles.about_after))

    def role(self, before: str, after: str) -> TextRole:
        """Return the role that the nearest word says. Words behind the name go first: 朝鲜产 is of Korean origin."""
        for role, phrase in self._after.among(after):
            if _begins(phrase, after):
                return role
        nearest, stated = 0, TextRole.NAMED
        for role, phrase in self._before.among(before):
            end = _end(phrase, before)
            if end > nearest:
                nearest, stated = end, role
        return stated


class _RolePhrases:
    """Phrases and the roles that they say, in the order in which they count."""

    __slots__ = ("_by_word", "_phrases", "_unspaced")

    def __init__(self, *roles: tuple[TextRole, Iterable[str]]) -> None:
        self._phrases = [(role, fold(phrase).strip()) for role, phrases in roles for phrase in phrases]
        self._by_word: dict[str, list[int]] = {}
        self._unspaced: list[int] = []
        """Those that may stand within a word, for all that their script tells."""
        for number, (_, phrase) in enumerate(self._phrases):
            if phrase.isascii():
                self._by_word.setdefault(phrase.split()[0], []).append(number)
            else:
                self._unspaced.append(number)

    def among(self, text: str) -> list[tuple[TextRole, str]]:
        """Return the phrases that `text`, which is folded, may hold, in their order."""
        by_word = self._by_word
        found = {number for word in text.split() if word in by_word for number in by_word[word]}
        if not text.isascii():
            found.update(self._unspaced)
        return [self._phrases[number] for number in sorted(found)]


def _begins(phrase: str, after: str) -> bool:
    return after == phrase or after.startswith(f"{phrase} ") or (not phrase.isascii() and after.startswith(phrase))


def _end(phrase: str, before: str) -> int:
    """Return where `phrase` ends in `before`, a whole word unless its script has no spaces; 0 where it is not there."""
    place = f" {before} ".rfind(f" {phrase} ")
    if place < 0 and not phrase.isascii():
        place = before.rfind(phrase)
    return place + len(phrase) if place >= 0 else 0
