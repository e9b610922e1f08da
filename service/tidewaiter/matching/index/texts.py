"""Store many texts in two arrays: all their bytes, and the start of each text."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tidewaiter.matching.index.hashing import Array


class Texts:
    """Texts by number. Each text is decoded on access."""

    def __init__(self, tables: Mapping[str, Array], name: str) -> None:
        """Read the arrays that `TextsMade.tables` returned for the same `name` from `tables`."""
        self._bytes = tables[f"{name}.bytes"].data
        self._begins = tables[f"{name}.at"]
        self._at = self._begins.data

    def __len__(self) -> int:
        return len(self._at) - 1

    def __getitem__(self, number: int) -> str:
        return str(self._bytes[self._at[number] : self._at[number + 1]], "utf-8", "surrogatepass")

    def sizes(self, numbers: Array) -> Array:
        """Return the size of each of these texts in bytes."""
        sizes: Array = self._begins[numbers + 1] - self._begins[numbers]
        return sizes

    def raw(self, number: int) -> bytes:
        """Return the text as UTF-8."""
        return bytes(self._bytes[self._at[number] : self._at[number + 1]])


class TextsMade:
    """Collects texts, one after the other."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._bytes = bytearray()
        self._at = array("Q", (0,))
        for text in texts:
            self.add(text.encode("utf-8", "surrogatepass"))

    def __len__(self) -> int:
        return len(self._at) - 1

    def add(self, text: bytes) -> None:
        """Store `text` under the next number."""
        self._bytes += text
        self._at.append(len(self._bytes))

    def tables(self, name: str) -> dict[str, Array]:
        """Return the arrays that `Texts` reads."""
        return {f"{name}.bytes": np.frombuffer(self._bytes, np.uint8), f"{name}.at": np.frombuffer(self._at, np.uint64)}


def heads_of(words: Sequence[str]) -> Array:
    """Return the first eight letters of each word as one number (uint64). The numbers sort like the words."""
    padded = b"".join(word[:8].encode("ascii").ljust(8, b"\0") for word in words)
    return np.frombuffer(padded, ">u8").astype(np.uint64)
