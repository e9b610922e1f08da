"""Trains the wording model of goods: `make model` writes `service/tidewaiter/rulebook/builtin/goods/wording.model`.

It learns from the words of the packaged lexicon, the labelled descriptions in `bench/goods` and the rows in
`bench/goods_rows`, never from those that are held out. The same data gives the same bytes on the same machine.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import SGDClassifier

from bench.goods_detection import read_labels
from bench.goods_leaks import near_duplicates
from tidewaiter.goods.categories import categories_of
from tidewaiter.goods.classifier import Classifier
from tidewaiter.goods.kinds import KINDS, kinds_of
from tidewaiter.goods.lexicon.lexicon import Entry, EntryKind, Lexicon
from tidewaiter.goods.model.features import features_of, features_of_meaning
from tidewaiter.goods.model.fingerprints import fingerprints_of
from tidewaiter.goods.model.wording_model import MEANING, WeightTable, WordingModel
from tidewaiter.goods.recognition import Category, ItemQuery
from tidewaiter.rulebook.loader import WORDING, load_lexicon

ROWS = Path(__file__).parent / "goods_rows"
BITS = 17
BITS_OF_KINDS = 16
SEED = 1
PASSES = 6
SHRINKAGE = 1e-6
LABELLED, TERM = 1.0, 1.0
"""The training weights of a labelled description and of a term of the lexicon. There are 93,000 terms.

The lexicon was mended by the labelled descriptions, so that what it finds in them is righter than elsewhere.
"""
OF_SOURCE = {"trade": 6.0, "written": 4.0, "vague": 30.0}
ROW = 2.0
"""The training weights of rows by source, and of rows from any other source."""
LABELS = tuple(sorted(map(str, Category)))


@dataclass(frozen=True, slots=True)
class Lesson:
    """Texts, and the categories and kinds of the goods that they describe.

    `meaning` are the features of what the words were recognised as; none for a term of the lexicon, which is its entry.
    """

    texts: tuple[str | None, ...]
    categories: frozenset[str]
    kinds: frozenset[str] | None
    """None where nothing tells the kinds."""
    weight: float
    language: str = ""
    source: str = ""
    heldout: bool = False
    meaning: tuple[int, ...] = ()


def main() -> None:
    """Train on everything that is not held out, and write the model."""
    lexicon = load_lexicon()
    lessons = [*lessons_of_lexicon(lexicon), *with_meanings(learnt_rows(lessons_of_rows()), lexicon)]
    file = train(lessons, lexicon)
    WORDING.write_bytes(file)
    print(f"{len(lessons):,} lessons, {len(file):,} bytes, sha-256 {WordingModel.of_bytes(file).sha256}")


def lessons_of_rows() -> list[Lesson]:
    """Return every labelled description and every row, also those held out."""
    labelled = [
        Lesson(
            tuple(one.query[:3]),
            one.categories,
            kinds_of(one.codes),
            LABELLED,
            one.language,
            "labelled",
            one.heldout,
        )
        for one in read_labels()
    ]
    rows = []
    for path in sorted(ROWS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            texts = (row["description"], row.get("manufacturer"), row.get("model"))
            source = row.get("source", path.stem)
            rows.append(
                Lesson(
                    texts,
                    frozenset(row["categories"]),
                    kinds_of(row["hs"]) if "hs" in row else None,
                    OF_SOURCE.get(source, ROW),
                    row["language"],
                    source,
                    row["heldout"],
                )
            )
    return labelled + rows


def learnt_rows(rows: Sequence[Lesson]) -> list[Lesson]:
    """Return the rows to learn from: none that is held out, or nearly the same as one that is."""
    given = [one for one in rows if not one.heldout]
    texts = [" ".join(text for text in one.texts if text) for one in given]
    kept = [" ".join(text for text in one.texts if text) for one in rows if one.heldout]
    leaking = set(near_duplicates(texts, kept))
    return [one for place, one in enumerate(given) if place not in leaking]


def with_meanings(lessons: Iterable[Lesson], lexicon: Lexicon) -> Iterator[Lesson]:
    """Yield the lessons with what their words mean by the lexicon alone."""
    classifier = Classifier(lexicon)
    for one in lessons:
        yield replace(one, meaning=tuple(features_of_meaning(classifier.recognise_anew(ItemQuery(*one.texts)))))


def lessons_of_lexicon(lexicon: Lexicon) -> Iterator[Lesson]:
    """Yield each term with the categories of its entry, or with those that all goods of a maker or model have."""
    for entry in lexicon.entries.values():
        if entry.kind in (EntryKind.GOODS, EntryKind.PART):
            meant, kinds = _meant(entry), kinds_of(entry.headings)
        elif entry.kind in (EntryKind.MAKER, EntryKind.MODEL):
            made = [lexicon.entries[name] for name in entry.makes]
            meant = frozenset.intersection(*map(_meant, made))
            kinds = frozenset.intersection(*(kinds_of(one.headings) for one in made))
        elif entry.kind is EntryKind.AGAINST:
            meant = kinds = frozenset()
        else:
            continue
        for language, words in entry.terms:
            yield Lesson((words,), meant, kinds, TERM, language, entry.kind.value)


def _meant(entry: Entry) -> frozenset[str]:
    implied = (str(name) for code in entry.headings for name, sure in categories_of(code) if sure == 1.0)
    return frozenset((*entry.categories, *implied))


def train(lessons: Sequence[Lesson], lexicon: Lexicon) -> bytes:
    """Return the file of a model that learnt from these lessons."""
    of_kinds = [(one, one.kinds) for one in lessons if one.kinds is not None]
    categories = _table(LABELS, [(one, one.categories) for one in lessons], BITS)
    kinds = _table(KINDS, of_kinds, BITS_OF_KINDS)
    marks = [mark for _, mark in fingerprints_of(lexicon)]
    return WordingModel.to_bytes(categories, kinds, lexicon.sha256, marks)


def _table(labels: Sequence[str], lessons: Sequence[tuple[Lesson, frozenset[str]]], bits: int) -> WeightTable:
    """Return the weights of each label, learnt from lessons and the labels that are true of each."""
    inputs = inputs_of([(features_of(one.texts), one.meaning) for one, _ in lessons], bits)
    counts = np.array([one.weight for one, _ in lessons])
    weights = np.zeros((1 << bits, len(labels)))
    biases = []
    for place, label in enumerate(labels):
        truth = np.array([label in true for _, true in lessons])
        model = SGDClassifier(loss="log_loss", alpha=SHRINKAGE, max_iter=PASSES, tol=None, random_state=SEED)
        model.fit(inputs, truth, sample_weight=counts)
        weights[:, place] = model.coef_[0]
        biases.append(round(float(model.intercept_[0]), 6))
    scales = [float(f"{np.abs(weights[:, place]).max() / 127:.6g}") for place in range(len(labels))]
    table = np.clip(np.round(weights / np.array(scales)), -127, 127).astype(np.int8)
    return WeightTable(tuple(labels), bits, tuple(scales), tuple(biases), table)


def inputs_of(items: Sequence[tuple[Sequence[int], Sequence[int]]], bits: int) -> csr_matrix:
    """Return what the features of each item count: of its text, then of its meaning.

    A feature of the text counts as often as it occurs, over the square root of their number.
    """
    values = [
        np.concatenate((np.full(len(text), 1 / sqrt(max(1, len(text)))), np.full(len(meaning), MEANING)))
        for text, meaning in items
    ]
    places = np.array([feature for item in items for part in item for feature in part], np.int64) & ((1 << bits) - 1)
    ends = np.cumsum([0, *map(len, values)])
    matrix = csr_matrix((np.concatenate(values), places.astype(np.int32), ends), shape=(len(items), 1 << bits))
    matrix.sum_duplicates()
    return matrix


def fold_of(lesson: Lesson, folds: int) -> int:
    """Return which of `folds` parts a lesson belongs to, by its text."""
    return zlib.crc32(" ".join(text.casefold() for text in lesson.texts if text).encode()) % folds


if __name__ == "__main__":
    main()
