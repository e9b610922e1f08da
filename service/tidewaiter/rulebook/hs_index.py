"""Finds the HS prefixes of a rule for a code, in time that does not grow with the number of prefixes."""

from __future__ import annotations

from collections.abc import Iterable

from tidewaiter.rulebook.rules import HsMatch


class HsIndex:
    """The `hs` matches of one rule by prefix."""

    __slots__ = ("_above", "_by_prefix")

    def __init__(self, matches: Iterable[HsMatch]) -> None:
        self._by_prefix: dict[str, tuple[HsMatch, ...]] = {}
        self._above: dict[str, tuple[HsMatch, ...]] = {}
        for match in matches:
            self._by_prefix[match.prefix] = (*self._by_prefix.get(match.prefix, ()), match)
            for length in range(2, len(match.prefix), 2):
                above = match.prefix[:length]
                self._above[above] = (*self._above.get(above, ()), match)

    def over(self, code: str) -> list[HsMatch]:
        """Return the matches whose prefix is a prefix of `code`."""
        if code[:2] not in self._above and code[:2] not in self._by_prefix:
            return []  # most codes are of another chapter
        return [match for length in range(2, len(code) + 1, 2) for match in self._by_prefix.get(code[:length], ())]

    def under(self, code: str) -> tuple[HsMatch, ...]:
        """Return the matches whose prefix is longer and begins with `code`: the goods may fall under them."""
        return self._above.get(code, ())
