"""Put rows of several parts together, run by run, without a look at each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tidewaiter.matching.index.hashing import Array


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of rows in the order in which they are put together: for each, the part that has it, its begin and end."""

    parts: Array
    begins: Array
    ends: Array

    @classmethod
    def of_rows(cls, parts: Array, rows: Array) -> Runs:
        """Return the longest runs of rows, given one by one with the part that has each."""
        first = np.ones(len(rows), bool)
        first[1:] = (parts[1:] != parts[:-1]) | (rows[1:] != rows[:-1] + 1)
        at = np.flatnonzero(first)
        sizes = np.diff(np.append(at, len(rows)))
        return cls(parts[at], rows[at], rows[at] + sizes)

    @property
    def sizes(self) -> Array:
        """The number of rows of each run."""
        sizes: Array = self.ends - self.begins
        return sizes

    def owned(self, owners: Sequence[Array]) -> Runs:
        """Return the runs of what these rows own. For each part, `owners` has the owner of each thing, sorted."""
        return self._replaced(lambda part, rows: np.searchsorted(owners[part], rows), len(owners))

    def spread(self, at: Sequence[Array]) -> Runs:
        """Return the runs of what these rows consist of. For each part, `at` has the begin of each row, and the end."""
        return self._replaced(lambda part, rows: at[part][rows].astype(np.int64), len(at))

    def _replaced(self, position: Callable[[int, Array], Array], parts: int) -> Runs:
        begins, ends = np.zeros(len(self.parts), np.int64), np.zeros(len(self.parts), np.int64)
        for part in range(parts):
            mine = self.parts == part
            begins[mine], ends[mine] = position(part, self.begins[mine]), position(part, self.ends[mine])
        return Runs(self.parts, begins, ends)

    def column(self, columns: Sequence[Array]) -> Array:
        """Return these rows of a column, one after the other. `columns` has the column of each part."""
        runs = zip(self.parts.tolist(), self.begins.tolist(), self.ends.tolist(), strict=True)
        pieces = [columns[part][begin:end] for part, begin, end in runs]
        return np.concatenate(pieces) if pieces else columns[0][:0]

    def renumbered(self, columns: Sequence[Array], owners: Runs) -> Array:
        """Return `column` of the numbers of owners, as they are after the runs `owners` have been put together."""
        shifts = np.cumsum(owners.sizes) - owners.sizes - owners.begins
        numbers = self.column(columns)
        renumbered: Array = (numbers + np.repeat(shifts, self.sizes)).astype(numbers.dtype)
        return renumbered


def row_starts(sizes: Array) -> Array:
    """Return where each row of these sizes begins, and the end (uint64)."""
    at = np.zeros(len(sizes) + 1, np.uint64)
    np.cumsum(sizes, out=at[1:])
    return at
