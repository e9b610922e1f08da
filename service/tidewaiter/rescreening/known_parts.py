"""Recognises past transfers that a change cannot affect, before they are read as transfers.

Customers, goods and routes recur. A transfer is affected through one of its parties, items or other fields alone, so
one that has only parts of unaffected transfers is unaffected too. Parsing its JSON takes a tenth of reading it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import jiter

NO_TEXT: Final = frozenset({"id", "occurred_at", "funds"})
"""Fields of a transfer that no list entry can match."""
NO_TEXT_OF_ITEM: Final = frozenset({"quantity", "value"})
_EACH: Final = frozenset({"parties", "items", "authorisations"})
_MOST: Final = 300_000
"""How many parts are remembered. Then the memory begins again."""
_MOST_ASKED: Final = 1_000
_TRIED: Final = 4_000
_PAYS: Final = 0.05
"""Less than this share of `_TRIED` records passed over, and no further one is tried."""


class KnownParts:
    """The parts of transfers that were found to be unaffected."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._asked_for: dict[bytes, list[str]] = {}
        """The parts of records that were not passed over, until they are learned: to parse them again costs time."""
        self._asked = self._passed = 0
        self.pays = True
        """Whether enough records recur. Where none do, parsing each twice only costs time."""

    def unaffected(self, value: bytes | None) -> bool:
        """Return whether the record has only known parts. It may be no transfer at all."""
        if not self.pays:
            return False
        parts = _parts_of(value)
        passed = bool(parts) and self._known.issuperset(parts)
        if not passed and value is not None:
            if len(self._asked_for) == _MOST_ASKED:
                self._asked_for.clear()
            self._asked_for[value] = parts
        self._asked, self._passed = self._asked + 1, self._passed + passed
        if self._asked == _TRIED:
            self.pays = self._passed >= _TRIED * _PAYS
            self._asked = self._passed = 0
        return passed

    def learn(self, value: bytes | None) -> None:
        """Remember the parts of a record whose transfer was read whole and is unaffected."""
        if not self.pays:
            return
        if len(self._known) > _MOST:
            self._known.clear()
        parts = self._asked_for.pop(value or b"", None)
        self._known.update(_parts_of(value) if parts is None else parts)


def _parts_of(value: bytes | None) -> list[str]:
    """Return the parts as texts, of which equal ones are equal parts; none for anything but a JSON object."""
    try:
        content = jiter.from_json(value or b"", catch_duplicate_keys=True)
    except ValueError:
        return []
    return list(_parts(content)) if isinstance(content, dict) else []


def _parts(content: Mapping[str, Any]) -> Iterator[str]:
    for name, part in content.items():
        if name in NO_TEXT:
            continue
        if name not in _EACH or not isinstance(part, list):
            yield f"{name} {part!r}"
            continue
        for one in part:
            if name == "items" and isinstance(one, dict):
                yield f"{name} { ({key: each for key, each in one.items() if key not in NO_TEXT_OF_ITEM})!r}"
            else:
                yield f"{name} {one!r}"
