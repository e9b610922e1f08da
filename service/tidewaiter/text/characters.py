"""Test all characters of a text at once."""

from __future__ import annotations

from collections.abc import Callable


class AllCharacters:
    """Tells whether all characters of a text pass a test that depends on the character alone.

    It remembers those that pass, at most all of Unicode, so that the test is made once for each.
    """

    def __init__(self, passes: Callable[[str], bool]) -> None:
        self._passes = passes
        self._known: set[str] = set()

    def pass_in(self, text: str) -> bool:
        """Return whether every character of `text` passes the test."""
        if self._known.issuperset(text):
            return True
        self._known.update(filter(self._passes, set(text)))
        return self._known.issuperset(text)
