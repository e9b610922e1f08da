"""A linear model that tells categories of goods by wording: tables of small integers, read by numpy alone.

The score of a label is the sum of the weights of all features of a text, over the square root of their number, plus
that of the features of its meaning, times `MEANING`, plus the bias of the label: the logarithm of the odds. Sums are of
integers, and what follows is one operation at a time on each number, so that every machine computes the same bits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, count, pairwise
from math import log, sqrt
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.goods.model.features import (
    MOST_WORDS,
    PairParts,
    feature_of_pair,
    features_of_meaning,
    features_of_word,
    words_of,
)
from tidewaiter.goods.parse.words import fold
from tidewaiter.goods.recognition import ItemQuery, Recognition

_MAGIC: Final = b"tidewaiter-wording-model 3\n"
_MAGIC_WITHOUT_MEANING: Final = b"tidewaiter-wording-model 2\n"
_MAGIC_WITHOUT_KINDS: Final = b"tidewaiter-wording-model 1\n"
MEANING: Final = 0.3
"""The value of each feature of the meaning. A feature of the text has 1 over the square root of their number."""
_REMEMBERED: Final = 32_768
"""The most words whose weights are kept, some 300 bytes each."""
REMEMBERED_LETTERS: Final = 200_000
"""The most letters that the remembered texts have together. A word takes some 200 bytes: a weight for every label."""
_REMEMBERED_MEANINGS: Final = 4_096
"""The most meanings whose scores are kept, some 1,000 bytes each. Most goods are named again in other words."""
_AT_ONCE: Final = 64
"""The most items that are read at once, so that long ones need little memory, and have words fewer than are kept."""
MOST_TOLD: Final = 2
"""How many words are named as the reason for a score."""

_MAGICS: Final = (_MAGIC, _MAGIC_WITHOUT_MEANING, _MAGIC_WITHOUT_KINDS)
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

    def head(self) -> dict[str, Any]:
        """Return all but the weights, as it is written into a file."""
        lists = {"labels": list(self.labels), "scales": list(self.scales), "biases": list(self.biases)}
        return {"bits": self.bits, **lists}

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
    them. `of_meaning` is False in old models, which were trained on texts alone.
    """

    categories: WeightTable
    kinds: WeightTable | None
    lexicon: str
    entries: frozenset[str]
    of_meaning: bool
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
        magic = next((magic for magic in _MAGICS if file.startswith(magic)), None)
        if magic is None:
            raise ValueError("is no wording model of a format that this version knows")
        end = file.index(b"\n", len(magic))
        head: Mapping[str, Any] = json.loads(file[len(magic) : end])
        heads = [head] if magic is _MAGIC_WITHOUT_KINDS else [head, head["kinds"]]
        bits = [one.get("bits", head["bits"]) for one in heads]
        sizes = [len(one["labels"]) << least for one, least in zip(heads, bits, strict=True)]
        weights = np.frombuffer(file, np.int8, offset=end + 1)
        if not all(1 <= one <= bits[0] <= 20 for one in bits) or weights.size != sum(sizes):
            raise ValueError("has another number of weights than it states")
        parts = np.split(weights, [sizes[0]])
        tables = [WeightTable.of_head(*one) for one in zip(heads, bits, parts, strict=False)]
        kinds = tables[1] if len(tables) > 1 else None
        return cls(tables[0], kinds, head["lexicon"], frozenset(head["entries"]), magic is _MAGIC, file)

    @staticmethod
    def to_bytes(categories: WeightTable, kinds: WeightTable, lexicon: str, entries: Iterable[str]) -> bytes:
        """Return the file of a model of texts and meanings: the same bytes for the same parts."""
        head = {**categories.head(), "kinds": kinds.head(), "lexicon": lexicon, "entries": sorted(entries)}
        text = json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
        weights = b"".join(np.ascontiguousarray(table.weights, np.int8).tobytes() for table in (categories, kinds))
        return _MAGIC + text + b"\n" + weights


@dataclass(slots=True)
class Wording:
    """The scores of an item, by place, and the weights of each of its words. `whole` unless words were left out."""

    scores: list[float]
    words: list[str]
    of_words: NDArray[np.int16]
    whole: bool

    def words_for(self, place: int) -> tuple[str, ...]:
        """Return the words that speak for the label at `place` most, at most `MOST_TOLD`, as they are written."""
        weights = self.of_words[:, place].tolist()  # of one word always the same
        best = {word: -weight for word, weight in zip(self.words, weights, strict=True) if weight > 0}
        return tuple(sorted(best, key=lambda word: (best[word], word))[:MOST_TOLD]) if len(best) > 1 else tuple(best)


class _ReadTexts(NamedTuple):
    """The fields of `Wording` for the texts of an item, before the scores of its meaning are added."""

    scores: NDArray[np.float64]
    words: list[str]
    of_words: NDArray[np.int16]
    whole: bool


class _KnownWord(NamedTuple):
    """A word that was read before: its parts in pairs, the number of its features, and the row of its weights."""

    in_pairs: PairParts
    features: int
    row: int


def log_odds(probability: float) -> float:
    """Return the logarithm of the odds of a probability, as scores are."""
    return log(probability / (1 - probability))


def letters(texts: Iterable[str | None]) -> int:
    """Return how many letters the texts have together."""
    return sum([len(text) for text in texts if text])


def _given(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple([text for text in texts if text])


class WordingReader:
    """Reads items with all tables of a model at once. The same items always give the same scores.

    `categories` and `kinds` are the places of their labels among the scores; of an old model there are no kinds.
    `unlearnt` are the entries of the lexicon that the model has not learnt: those that an operator added or changed.
    """

    def __init__(self, model: WordingModel, unlearnt: frozenset[str] = frozenset()) -> None:
        self.unlearnt = unlearnt
        tables = [model.categories] if model.kinds is None else [model.categories, model.kinds]
        places = count()
        self.categories = {label: next(places) for label in model.categories.labels}
        self.kinds = {label: next(places) for table in tables[1:] for label in table.labels}
        # Side by side, so that a feature is one row of memory for all tables; a table of fewer bits is repeated.
        bits = model.categories.bits
        self._weights = np.concatenate(
            [np.tile(table.weights, (1 << bits - table.bits, 1)) for table in tables], axis=1
        )
        self._mask = (1 << bits) - 1
        self._of_meaning = model.of_meaning
        self._scales = np.concatenate([table.scales for table in tables])
        self._biases = np.concatenate([table.biases for table in tables])
        self._remembered: dict[str, _KnownWord] = {}
        # No word has so many features that its sums need more than 15 bits. Unused rows take no memory.
        self._of_words = np.empty((_REMEMBERED, self._weights.shape[1]), np.int16)
        self._read: dict[tuple[str, ...], _ReadTexts] = {}
        self._meant: dict[tuple[int, ...], NDArray[np.float64]] = {}
        self._letters = 0

    def hear(self, query: ItemQuery, recognition: Recognition) -> Wording | None:
        """Return the scores for the texts of an item and for what its words mean; None when they have no words."""
        return self._heard(self._read_texts(_given(query[:3])), self._features_of(recognition))

    def hear_all(self, queries: Sequence[ItemQuery], recognitions: Sequence[Recognition]) -> list[Wording | None]:
        """Return what `hear` returns for each item, with as many calls of numpy for all as for one."""
        heard: list[Wording | None] = []
        for at in range(0, len(queries), _AT_ONCE):
            read = self._read_together([_given(query[:3]) for query in queries[at : at + _AT_ONCE]])
            features = list(map(self._features_of, recognitions[at : at + _AT_ONCE]))
            self._scores_of_meanings([one for one in features if one is not None and one not in self._meant])
            heard += map(self._heard, read, features)
        return heard

    def _heard(self, read: _ReadTexts | None, features: tuple[int, ...] | None) -> Wording | None:
        if read is None:
            return None
        scores, words, of_words, whole = read
        if features is not None:
            scores = self._scores_of_meaning(features) + scores
        return Wording(scores.tolist(), words, of_words, whole)

    def _features_of(self, recognition: Recognition) -> tuple[int, ...] | None:
        return tuple(features_of_meaning(recognition, self.unlearnt)) if self._of_meaning else None

    def _scores_of_meaning(self, features: tuple[int, ...]) -> NDArray[np.float64]:
        meant = self._meant.get(features)
        if meant is None:
            meant = self._scores_of_meanings([features])[features]
        return meant

    def _scores_of_meanings(self, meanings: Iterable[tuple[int, ...]]) -> dict[tuple[int, ...], NDArray[np.float64]]:
        """Return the scores of these meanings, which are new, and remember them."""
        new = list(dict.fromkeys(meanings))
        if len(self._meant) + len(new) > _REMEMBERED_MEANINGS:
            self._meant.clear()
        scores = self._sums(new) * self._scales * MEANING
        found = dict(zip(new, scores, strict=True))
        self._meant |= found
        return found

    def read(self, *texts: str | None) -> Wording | None:
        """Return the scores for these texts alone; None when they have no words."""
        return self._heard(self._read_texts(_given(texts)), None)

    def _read_texts(self, texts: tuple[str, ...]) -> _ReadTexts | None:
        known = self._read.get(texts)
        if known is not None:
            return known
        words = words_of(texts)
        return self._remember(texts, self._read_anew(words[:MOST_WORDS], len(words) <= MOST_WORDS)) if words else None

    def _remember(self, texts: tuple[str, ...], read: _ReadTexts) -> _ReadTexts:
        size = letters(texts)
        if self._letters + size > REMEMBERED_LETTERS:
            self._read.clear()
            self._letters = 0
        self._read[texts] = read
        self._letters += size
        return read

    def _read_anew(self, words: list[str], whole: bool) -> _ReadTexts:
        in_pairs, features, places = zip(*self._known(words), strict=True)
        number = sum(features) + len(words) - 1
        of_words = self._of_words.take(places, axis=0)
        sums: _Sums = np.add.reduce(of_words, 0, np.int32)
        if len(words) > 1:
            mask = self._mask
            pairs = [feature_of_pair(first, second) & mask for first, second in pairwise(in_pairs)]
            sums += np.add.reduce(self._weights.take(pairs, axis=0), 0, np.int32)
        return _ReadTexts(self._scores(sums, sqrt(number)), words, of_words, whole)

    def _read_together(self, texts: Sequence[tuple[str, ...]]) -> list[_ReadTexts | None]:
        """Return what `_read_texts` returns for each of these texts, with as many calls of numpy as for one."""
        found = {one: self._read.get(one) for one in texts}
        new = {one: words for one, read in found.items() if read is None and (words := words_of(one))}
        if not new:
            return [found[one] for one in texts]
        counted = [words[:MOST_WORDS] for words in new.values()]
        in_pairs, features, places = zip(*self._known(list(chain.from_iterable(counted))), strict=True)
        spans = list(pairwise([0, *accumulate(map(len, counted))]))
        pairs = [
            list(map(feature_of_pair, in_pairs[start : end - 1], in_pairs[start + 1 : end])) for start, end in spans
        ]
        roots = [[sqrt(sum(features[start:end]) + end - start - 1)] for start, end in spans]
        of_words = self._of_words.take(places, axis=0)
        sums: _Sums = np.add.reduceat(of_words, [start for start, _ in spans], axis=0, dtype=np.int32)
        sums += self._sums(pairs)
        scores = self._scores(sums, np.array(roots))
        for (one, all_words), words, own, (start, end) in zip(new.items(), counted, scores, spans, strict=True):
            read = _ReadTexts(own, words, of_words[start:end], len(all_words) <= MOST_WORDS)
            found[one] = self._remember(one, read)
        return [found[one] for one in texts]

    def _scores(self, sums: _Sums, roots: float | NDArray[np.float64]) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = sums * self._scales
        scores /= roots
        scores += self._biases
        return scores

    def _sums(self, features: Sequence[Sequence[int]]) -> _Sums:
        """Return the weights of each of these groups of features together, all in one pass over the table."""
        if not all(features) or not features:  # no two groups may begin at the same place
            sums = np.zeros((len(features), len(self._scales)), np.int32)
            if some := [one for one in features if one]:
                sums[[bool(one) for one in features]] = self._sums(some)
            return sums
        rows = np.array(list(chain.from_iterable(features)), np.int64) & self._mask
        starts = [0, *accumulate(map(len, features[:-1]))]
        return np.add.reduceat(self._weights.take(rows, axis=0), starts, axis=0, dtype=np.int32)

    def _known(self, words: list[str]) -> list[_KnownWord]:
        """Return what is remembered of the words, once those that are new have been learnt."""
        remembered = self._remembered
        if len(remembered) > _REMEMBERED - len(words):
            remembered.clear()
        if new := [word for word in words if word not in remembered]:
            self._learn(list(dict.fromkeys(new)))
        return [remembered[word] for word in words]

    def _learn(self, words: list[str]) -> None:
        """Remember the weights of words that are not known yet, all in one pass over the table."""
        folded = [fold(word) for word in words]
        features = [features_of_word(word) for word in folded]
        starts = [0, *accumulate(map(len, features[:-1]))]
        rows = np.array(list(chain.from_iterable(features)), np.int64) & self._mask
        row = len(self._remembered)
        # Each word has a feature, so no two starts are the same.
        sums = np.add.reduceat(self._weights.take(rows, axis=0), starts, axis=0, dtype=np.int16)
        self._of_words[row : row + len(words)] = sums
        for word, plain, own in zip(words, folded, features, strict=True):
            self._remembered[word] = _KnownWord(PairParts.of(plain), len(own), len(self._remembered))
