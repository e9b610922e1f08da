"""Trains the wording model of goods: `make model` writes `service/tidewaiter/rulebook/builtin/goods/wording.model`.

It learns from the words of the packaged lexicon, the labelled descriptions in `bench/goods` and the rows in
`bench/goods_rows`, never from those that are held out. The same data gives the same bytes on the same machine.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import SGDClassifier

from bench.goods_detection import read_labels
from tidewaiter.goods.categories import categories_of
from tidewaiter.goods.lexicon.lexicon import Entry, EntryKind, Lexicon
from tidewaiter.goods.model.features import features_of
from tidewaiter.goods.model.fingerprints import fingerprints_of
from tidewaiter.goods.model.wording_model import WordingModel
from tidewaiter.goods.recognition import Category
from tidewaiter.rulebook.loader import WORDING, load_lexicon

ROWS = Path(__file__).parent / "goods_rows"
BITS = 16
SEED = 1
PASSES = 6
SHRINKAGE = 1e-6
LABELLED, TERM = 4.0, 1.0
"""The training weights of a labelled description and of a term of the lexicon. There are 93,000 terms."""
OF_SOURCE = {"composed": 1.0, "written": 4.0}
ROW = 2.0
"""The training weights of rows by source, and of rows from any other source."""
LABELS = tuple(sorted(map(str, Category)))


@dataclass(frozen=True, slots=True)
class Lesson:
    """Texts and the categories of goods that they describe."""

    texts: tuple[str | None, ...]
    categories: frozenset[str]
    weight: float
    language: str = ""
    source: str = ""
    heldout: bool = False


def main() -> None:
    """Train on everything that is not held out, and write the model."""
    lexicon = load_lexicon()
    lessons = [*lessons_of_lexicon(lexicon), *(one for one in lessons_of_rows() if not one.heldout)]
    file = train(lessons, lexicon)
    WORDING.write_bytes(file)
    print(f"{len(lessons):,} lessons, {len(file):,} bytes, sha-256 {WordingModel.of_bytes(file).sha256}")


def lessons_of_rows() -> list[Lesson]:
    """Return every labelled description and every row, also those held out."""
    labelled = [
        Lesson(tuple(one.query[:3]), one.categories, LABELLED, one.language, "labelled", one.heldout)
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
                    OF_SOURCE.get(source, ROW),
                    row["language"],
                    source,
                    row["heldout"],
                )
            )
    return labelled + rows


def lessons_of_lexicon(lexicon: Lexicon) -> Iterator[Lesson]:
    """Yield each term with the categories of its entry, or with those that all goods of a maker or model have."""
    for entry in lexicon.entries.values():
        if entry.kind in (EntryKind.GOODS, EntryKind.PART):
            meant = _meant(entry)
        elif entry.kind in (EntryKind.MAKER, EntryKind.MODEL):
            meant = frozenset.intersection(*(_meant(lexicon.entries[name]) for name in entry.makes))
        elif entry.kind is EntryKind.AGAINST:
            meant = frozenset()
        else:
            continue
        for language, words in entry.terms:
            yield Lesson((words,), meant, TERM, language, entry.kind.value)


def _meant(entry: Entry) -> frozenset[str]:
    implied = (str(name) for code in entry.headings for name, sure in categories_of(code) if sure == 1.0)
    return frozenset((*entry.categories, *implied))


def train(lessons: Sequence[Lesson], lexicon: Lexicon) -> bytes:
    """Return the file of a model that learnt from these lessons."""
    inputs = normalised([features_of(one.texts) for one in lessons])
    counts = np.array([one.weight for one in lessons])
    weights = np.zeros((1 << BITS, len(LABELS)))
    biases = []
    for place, label in enumerate(LABELS):
        truth = np.array([label in one.categories for one in lessons])
        model = SGDClassifier(loss="log_loss", alpha=SHRINKAGE, max_iter=PASSES, tol=None, random_state=SEED)
        model.fit(inputs, truth, sample_weight=counts)
        weights[:, place] = model.coef_[0]
        biases.append(round(float(model.intercept_[0]), 6))
    scales = [float(f"{np.abs(weights[:, place]).max() / 127:.6g}") for place in range(len(LABELS))]
    table = np.clip(np.round(weights / np.array(scales)), -127, 127).astype(np.int8)
    marks = [mark for _, mark in fingerprints_of(lexicon)]
    return WordingModel.to_bytes(LABELS, BITS, scales, biases, lexicon.sha256, marks, table)


def normalised(texts: Iterable[Sequence[int]]) -> csr_matrix:
    """Return how often each text has each feature, over the square root of the number of its features."""
    places: list[NDArray[np.int32]] = []
    ends = [0]
    for features in texts:
        places.append(np.array(features, np.int64) & ((1 << BITS) - 1))
        ends.append(ends[-1] + len(features))
    indices = np.concatenate(places).astype(np.int32)
    matrix = csr_matrix((np.ones(len(indices)), indices, np.array(ends)), shape=(len(places), 1 << BITS))
    matrix.sum_duplicates()
    sizes = np.maximum(np.diff(ends), 1)
    return diags(1 / np.sqrt(sizes)) @ matrix


def fold_of(lesson: Lesson, folds: int) -> int:
    """Return which of `folds` parts a lesson belongs to, by its text."""
    return zlib.crc32(" ".join(text.casefold() for text in lesson.texts if text).encode()) % folds


if __name__ == "__main__":
    main()
