"""A linear model that tells categories of goods by wording: one table of small integers, read by numpy alone.

The score of a label is the sum of the weights of all features of a text, over the square root of their number, plus
the bias of the label: the logarithm of the odds. Sums are of integers, and what follows is one operation at a time
on each number, so that every machine computes the same bits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tidewaiter.goods.model.features import MOST_WORDS, feature_of_pair, features_of_word, words_of
from tidewaiter.goods.parse.words import fold

_MAGIC: Final = b"tidewaiter-wording-model 2\n"
_MAGIC_WITHOUT_KINDS: Final = b"tidewaiter-wording-model 1\n"
_REMEMBERED: Final = 32_768
"""The most words whose weights are kept, some 300 bytes each."""
MOST_TOLD: Final = 2
"""How many words are named as the reason for a score."""

_Scores = NDArray[np.float64]
_Sums = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class WeightTable:
    """The weights of `2**bits` features for each label.

    `scales` turn the sums of each label into logarithms of odds, `biases` are added to them.
    """

    labels: tuple[str, ...]
    bits: int
    scales: tuple[float, ...]
    biases: tuple[float, ...]
    weights: NDArray[np.int8]

    def head(self) -> dict[str, list[Any]]:
        """Return all but the weights, as it is written into a file."""
        return {"labels": list(self.labels), "scales": list(self.scales), "biases": list(self.biases)}

    @classmethod
    def of_head(cls, head: Mapping[str, Any], bits: int, weights: NDArray[np.int8]) -> WeightTable:
        """Return the table that a file has under this head. ValueError when its parts do not fit."""
        labels = tuple(head["labels"])
        scales, biases = tuple(map(float, head["scales"])), tuple(map(float, head["biases"]))
        if not len(scales) == len(biases) == len(labels) == len(set(labels)):
            raise ValueError("has not one scale and one bias for each category")
        return cls(labels, bits, scales, biases, weights.reshape(1 << bits, len(labels)))


@dataclass(frozen=True, eq=False)
class WordingModel:
    """What was learnt of wording: `categories` of goods, and `kinds` of `goods.kinds`; None in old models.

    `entries` has a fingerprint of each entry of the lexicon that it was trained with, `lexicon` the hash of all of
    them.
    """

    categories: WeightTable
    kinds: WeightTable | None
    lexicon: str
    entries: frozenset[str]
    file: bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WordingModel) and self.file == other.file

    def __hash__(self) -> int:
        return hash(self.sha256)

    @cached_property
    def sha256(self) -> str:
        """Return the SHA-256 of the file of the model."""
        return hashlib.sha256(self.file).hexdigest()

    @classmethod
    def of_bytes(cls, file: bytes) -> WordingModel:
        """Return the model in `file`. ValueError when it is not one."""
        magic = next((magic for magic in (_MAGIC, _MAGIC_WITHOUT_KINDS) if file.startswith(magic)), None)
        if magic is None:
            raise ValueError("is no wording model of a format that this version knows")
        end = file.index(b"\n", len(magic))
        head: Mapping[str, Any] = json.loads(file[len(magic) : end])
        heads = [head, head["kinds"]] if magic is _MAGIC else [head]
        bits, sizes = head["bits"], [len(one["labels"]) for one in heads]
        weights = np.frombuffer(file, np.int8, offset=end + 1)
        if not 1 <= bits <= 20 or weights.size != sum(sizes) << bits:
            raise ValueError("has another number of weights than it states")
        parts = np.split(weights, [sizes[0] << bits])
        tables = [WeightTable.of_head(one, bits, part) for one, part in zip(heads, parts, strict=False)]
        kinds = tables[1] if len(tables) > 1 else None
        return cls(tables[0], kinds, head["lexicon"], frozenset(head["entries"]), file)

    @staticmethod
    def to_bytes(categories: WeightTable, kinds: WeightTable | None, lexicon: str, entries: Iterable[str]) -> bytes:
        """Return the file of a model: the same bytes for the same parts."""
        head = {**categories.head(), "bits": categories.bits, "lexicon": lexicon, "entries": sorted(entries)}
        tables = [categories] if kinds is None else [categories, kinds]
        if kinds is not None:
            head["kinds"] = kinds.head()
        text = json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
        weights = b"".join(np.ascontiguousarray(table.weights, np.int8).tobytes() for table in tables)
        return (_MAGIC_WITHOUT_KINDS if kinds is None else _MAGIC) + text + b"\n" + weights


@dataclass(slots=True)
class Wording:
    """The scores of one text, and the weights of each of its words. `whole` unless words were left out."""

    scores: _Scores
    words: list[str]
    of_words: NDArray[np.int16]
    whole: bool

    def words_for(self, category: int) -> tuple[str, ...]:
        """Return the words that speak for the category most, at most `MOST_TOLD`, as they are written."""
        best: dict[str, int] = {}
        for word, weight in zip(self.words, self.of_words[:, category].tolist(), strict=True):
            if weight > 0:
                best[word] = max(weight, best.get(word, 0))
        return tuple(sorted(best, key=lambda word: (-best[word], word))[:MOST_TOLD])


class WordingReader:
    """Reads texts with a table. The same texts always give the same scores."""

    def __init__(self, table: WeightTable) -> None:
        self._weights, self._mask = table.weights, (1 << table.bits) - 1
        self._scales, self._biases = np.array(table.scales), np.array(table.biases)
        self._mask32 = np.uint32(self._mask)
        self._remembered: dict[str, tuple[str, int, int]] = {}
        # No word has so many features that its sums need more than 15 bits. Unused rows take no memory.
        self._of_words = np.empty((_REMEMBERED, len(table.labels)), np.int16)

    def read(self, texts: Iterable[str | None]) -> Wording | None:
        """Return the scores of the categories for these texts of one item; None when they have no words."""
        words = words_of(texts)
        if not words:
            return None
        whole = len(words) <= MOST_WORDS
        if len(self._remembered) > _REMEMBERED - MOST_WORDS:
            self._remembered.clear()
        remembered = self._remembered
        known = [remembered.get(word) or self._learn(word) for word in words[:MOST_WORDS]]
        number = sum([count for _, count, _ in known])
        of_words = self._of_words[[row for _, _, row in known]]
        sums: _Sums = of_words.sum(axis=0, dtype=np.int32)
        if len(known) > 1:
            mask = self._mask
            pairs = [feature_of_pair(first[0], second[0]) & mask for first, second in pairwise(known)]
            number += len(pairs)
            sums += self._weights[pairs].sum(axis=0, dtype=np.int32)
        scores = sums * self._scales
        scores /= sqrt(number)
        scores += self._biases
        return Wording(scores, words[: len(known)], of_words, whole)

    def _learn(self, word: str) -> tuple[str, int, int]:
        folded = fold(word)
        features = np.array(features_of_word(folded), np.uint32) & self._mask32
        row = len(self._remembered)
        self._weights[features].sum(axis=0, dtype=np.int16, out=self._of_words[row])
        found = self._remembered[word] = (folded, len(features), row)
        return found
