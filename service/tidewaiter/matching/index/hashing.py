"""Hash many words at once, with and without one of their letters, and look such hashes up in tables.

Hashes are the same on every machine and in every process, because files store tables of them. Hashes can collide:
callers compare what they find, or need candidates only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_BASE: Final = 0x9E3779B97F4A7C15
_INVERSE_OF_BASE: Final = pow(_BASE, -1, 1 << 64)
_INVERSE: Final = np.uint64(_INVERSE_OF_BASE)
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)
_HALF: Final = np.uint64(32)
_CHUNK: Final = 200_000


class _Powers:
    """A growing table of the powers of a number modulo 2**64. Thread-safe."""

    def __init__(self, base: int = _BASE) -> None:
        self._base = base
        self._known = np.ones(1, np.uint64)

    def of(self, exponents: Array, most: int) -> Array:
        # Read the attribute once: another thread that needs fewer powers may replace it with a shorter array.
        known = self._known
        if most >= len(known):
            powers = np.full(max(256, 2 * most), self._base, np.uint64)
            powers[0] = 1
            known = self._known = np.multiply.accumulate(powers)
        return known[exponents]


_POWERS: Final = _Powers()
_INVERSES: Final = _Powers(_INVERSE_OF_BASE)


def hashes(texts: Sequence[str]) -> Array:
    """Return one hash (uint64) for each text."""
    parts = [_raw(texts[start : start + _CHUNK])[0] for start in range(0, len(texts), _CHUNK)]
    return mixed(np.concatenate(parts)) if parts else np.zeros(0, np.uint64)


def hashes_without_a_letter(texts: Sequence[str]) -> tuple[Array, Array]:
    """Return (position of the text, hash) for each text, and for each text without one of its letters.

    Texts must be ASCII. Two texts share a hash when they differ by one letter that is added, omitted, changed or
    swapped with its neighbour.
    """
    whole, sums, at, owners = _raw(texts)
    before = sums[:-1] - np.repeat(sums[at[:-1]], np.diff(at))
    after = np.repeat(sums[at[1:]], np.diff(at)) - sums[1:]
    return (
        np.concatenate((np.arange(len(texts)), owners)),
        mixed(np.concatenate((whole, before + after * _INVERSE))),
    )


def _raw(texts: Sequence[str]) -> tuple[Array, Array, Array, Array]:
    """Return four arrays: the polynomial of each text, the running sums over all letters, the start of each text, and
    the text of each letter.
    """
    joined = "".join(texts)
    if joined.isascii():
        letters, lengths = joined.encode(), np.fromiter(map(len, texts), np.int64, len(texts))
    else:
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        letters, lengths = b"".join(encoded), np.fromiter(map(len, encoded), np.int64, len(texts))
    at = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(lengths, out=at[1:])
    owners = np.repeat(np.arange(len(texts)), lengths)
    places = np.arange(len(letters)) - at[owners]
    terms = np.frombuffer(letters, np.uint8).astype(np.uint64) * _POWERS.of(places, int(lengths.max(initial=0)))
    sums = np.zeros(len(letters) + 1, np.uint64)
    np.cumsum(terms, out=sums[1:])
    return sums[at[1:]] - sums[at[:-1]], sums, at, owners


class Parts:
    """Hashes any parts of one text, each at the same cost however long it is."""

    def __init__(self, letters: Array) -> None:
        """Read `letters`, the bytes (uint8) of the text."""
        places = np.arange(len(letters))
        self._sums = np.zeros(len(letters) + 1, np.uint64)
        np.cumsum(letters * _POWERS.of(places, len(letters)), out=self._sums[1:])

    def raw(self, begins: Array, ends: Array) -> Array:
        """Return the polynomial of each part, for `joined`."""
        raw: Array = (self._sums[ends] - self._sums[begins]) * _INVERSES.of(begins, len(self._sums))
        return raw

    def hashes(self, begins: Array, ends: Array) -> Array:
        """Return for each part what `hashes` returns for its text."""
        return mixed(self.raw(begins, ends))


def polynomials(texts: Sequence[str]) -> Array:
    """Return the polynomial of each text, for `joined` and `hashes_of_joined`."""
    return _raw(texts)[0]


def joined(first: Array, sizes: Array, second: Array) -> Array:
    """Return the polynomials of pairs of texts written one after the other; `sizes` are those of the first in bytes."""
    raw: Array = first + second * _POWERS.of(sizes, int(sizes.max(initial=0)))
    return raw


def hashes_of_joined(words: Array, sizes: Array, at: Array) -> Array:
    """Return the hash of each row of words with a space between two.

    `words` are the polynomials of the words, `sizes` their lengths, and `at` says where each row begins, and the end.
    """
    steps = np.zeros(len(words) + 1, np.int64)
    np.cumsum(sizes + 1, out=steps[1:])
    places = steps[:-1] - np.repeat(steps[at[:-1]], np.diff(at))
    # A space after each word but the last of its row.
    spaced = np.ones(len(words), bool)
    spaced[at[1:][np.diff(at) > 0] - 1] = False
    with_space = np.where(spaced, joined(words, sizes, np.full(len(words), ord(" "), np.uint64)), words)
    sums = np.zeros(len(words) + 1, np.uint64)
    np.cumsum(with_space * _POWERS.of(places, int(places.max(initial=0))), out=sums[1:])
    return mixed(sums[at[1:]] - sums[at[:-1]])


def sums_by_row(values: Array, at: Array) -> Array:
    """Return the sum (uint64, modulo 2**64) of the values of each row; `at` says where each begins, and the end."""
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values, out=sums[1:])
    result: Array = sums[at[1:]] - sums[at[:-1]]
    return result


def mixed(raw: Array) -> Array:
    """Return for each polynomial of a text what `hashes` returns for the text."""
    once = (raw ^ (raw >> _HALF)) * _MIX
    result: Array = once ^ (once >> _HALF)
    return result


def spread(begins: Array, ends: Array) -> tuple[Array, Array]:
    """Return the positions in all ranges, concatenated, and for each position the index of its range."""
    sizes = ends - begins
    owners = np.repeat(np.arange(len(sizes)), sizes)
    shift = begins - (np.cumsum(sizes) - sizes)
    return np.arange(len(owners)) + shift[owners], owners


class HashTable:
    """Maps a hash to the numbers stored under it. Immutable."""

    def __init__(self, tables: Mapping[str, Array], name: str) -> None:
        """Read the arrays that `made` returned for the same `name` from `tables`."""
        self._at = tables[f"{name}.at"]
        self._tags = tables[f"{name}.tags"]
        self._numbers = tables[f"{name}.numbers"]
        self._shift = np.uint64(64 - (len(self._at) - 1).bit_length() + 1)

    @staticmethod
    def made(name: str, keys: Array, numbers: Array | Iterable[int]) -> dict[str, Array]:
        """Return the arrays of a table that stores each of `numbers` (below 2**32) under its hash in `keys`."""
        kept = np.asarray(numbers, np.uint32)
        bits = max(1, len(keys).bit_length())
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        buckets = (ordered >> np.uint64(64 - bits)).astype(np.int64)
        at = np.zeros((1 << bits) + 1, np.uint32)
        np.cumsum(np.bincount(buckets, minlength=1 << bits), out=at[1:])
        return {f"{name}.at": at, f"{name}.tags": ordered.astype(np.uint32), f"{name}.numbers": kept[order]}

    def look_up(self, keys: Array) -> tuple[Array, Array]:
        """Return (position in `keys`, number stored under it), ordered by position.

        The numbers of one position are in the order in which `made` received them.
        """
        buckets = (keys >> self._shift).astype(np.int64)
        positions, owners = spread(self._at[buckets].astype(np.int64), self._at[buckets + 1].astype(np.int64))
        same = self._tags[positions] == keys.astype(np.uint32)[owners]
        return owners[same], self._numbers[positions[same]].astype(np.int64)
