"""Tables of words and numbers, and how they are looked up. They hold no code, so they can be kept in a file."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import accumulate, chain

Tables = Mapping[str, memoryview]
"""By name: bytes of UTF-8, or unsigned numbers of 32 bits."""


class RowTable:
    """Words, and for each some numbers. `row` tells which words there are."""

    __slots__ = ("_first", "_numbers", "row")

    def __init__(self, tables: Tables, name: str) -> None:
        """`tables` hold what `rows_of` made, under the same name."""
        words = texts(tables, name)
        self.row: dict[str, int] = dict(zip(words, range(len(words)), strict=True))
        self._first, self._numbers = tables[f"{name}.first"], tables[f"{name}.numbers"]

    def get(self, word: str) -> list[int]:
        """The numbers of `word`; none when it is not there."""
        row = self.row.get(word)
        return [] if row is None else self.at(row)

    def at(self, row: int) -> list[int]:
        """The numbers of the word in `row`."""
        return self._numbers[self._first[row] : self._first[row + 1]].tolist()


def texts(tables: Tables, name: str) -> list[str]:
    """The words of that name, in the order in which they were given."""
    text = str(tables[f"{name}.words"], "utf-8")
    return text.split("\n") if text else []


def rows_of(name: str, words: Mapping[str, Sequence[int]]) -> dict[str, bytes | array[int]]:
    """The tables that `RowTable` reads under `name`."""
    return {f"{name}.words": joined(words), **numbers_of(name, words.values())}


def numbers_of(name: str, rows: Collection[Sequence[int]]) -> dict[str, bytes | array[int]]:
    """All numbers of the rows, one row after the other, and where each row begins."""
    return {
        f"{name}.first": array("I", accumulate(map(len, rows), initial=0)),
        f"{name}.numbers": array("I", chain.from_iterable(rows)),
    }


def joined(words: Iterable[str]) -> bytes:
    """The table that `texts` reads. No word has a line's end in it."""
    return "\n".join(words).encode()
