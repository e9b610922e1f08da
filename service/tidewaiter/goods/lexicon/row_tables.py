"""Tables of words and numbers with a lookup. They contain no code, so they can be stored in a file."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import accumulate, chain

Tables = Mapping[str, memoryview]
"""Tables by name: UTF-8 bytes, or unsigned 32-bit numbers."""


class RowTable:
    """Words, each with some numbers. `row` has the row of each word."""

    __slots__ = ("_first", "_numbers", "row")

    def __init__(self, tables: Tables, name: str) -> None:
        """`tables` hold what `rows_of` made, under the same name."""
        words = texts(tables, name)
        self.row: dict[str, int] = dict(zip(words, range(len(words)), strict=True))
        self._first, self._numbers = tables[f"{name}.first"], tables[f"{name}.numbers"]

    def get(self, word: str) -> list[int]:
        """Return the numbers of `word`; empty when it is not there."""
        row = self.row.get(word)
        return [] if row is None else self.at(row)

    def at(self, row: int) -> list[int]:
        """Return the numbers of the word in `row`."""
        return self._numbers[self._first[row] : self._first[row + 1]].tolist()


def texts(tables: Tables, name: str) -> list[str]:
    """Return the words of that name, in the order in which they were given."""
    text = str(tables[f"{name}.words"], "utf-8")
    return text.split("\n") if text else []


def rows_of(name: str, words: Mapping[str, Sequence[int]]) -> dict[str, bytes | array[int]]:
    """Return the tables that `RowTable` reads under `name`."""
    return {f"{name}.words": joined(words), **numbers_of(name, words.values())}


def numbers_of(name: str, rows: Collection[Sequence[int]]) -> dict[str, bytes | array[int]]:
    """Return all numbers of the rows, one row after the other, and where each row begins."""
    return {
        f"{name}.first": array("I", accumulate(map(len, rows), initial=0)),
        f"{name}.numbers": array("I", chain.from_iterable(rows)),
    }


def joined(words: Iterable[str]) -> bytes:
    """Return the table that `texts` reads. Words must not contain a line feed."""
    return "\n".join(words).encode()
