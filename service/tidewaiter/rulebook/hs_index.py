"""Finds the HS prefixes of a rule that a code falls under, in time that does not grow with their number."""

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
        """The matches whose prefix `code` begins with."""
        if code[:2] not in self._above and code[:2] not in self._by_prefix:
            return []  # of another chapter, as nearly always
        return [match for length in range(2, len(code) + 1, 2) for match in self._by_prefix.get(code[:length], ())]

    def under(self, code: str) -> tuple[HsMatch, ...]:
        """The matches whose prefix begins with `code` and is longer: the goods may be of them."""
        return self._above.get(code, ())
