"""Read the names of one kind of party into rows of numbers and texts, from which `name_tables` makes an index.

The rows of a name depend on the name alone, so that those in an earlier index can be used again.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np

from tidewaiter.matching import policy
from tidewaiter.matching.index.hashing import Array
from tidewaiter.matching.index.runs import Runs, row_starts
from tidewaiter.matching.index.texts import Texts
from tidewaiter.matching.names.name import NameForm, NameKind
from tidewaiter.matching.names.persons import core
from tidewaiter.matching.names.readings import forms
from tidewaiter.matching.names.spellings import in_order_of_use, sounds_of, whole_spellings
from tidewaiter.matching.scripts.folding import fold_ahead
from tidewaiter.text.latin import words

BARE: Final = 1
SHORT: Final = 2
SYLLABIC: Final = 4
CORE: Final = 8
REPEATED: Final = 16
UNSPACED: Final = 32
LINES: Final = 7
"""The lines of a record: the whole spelling, the same in order of use, the sound of all words as one, the sounds of
pairs of neighbours, the positions of the family name and the first given name, and the two parts of `NameForm.legal`.
"""
_TOGETHER: Final = 2_000


@dataclass(frozen=True, slots=True)
class NameRows:
    """The names of one kind, read into columns.

    `owners`, `places` and `weak` have a row for each name: the party, the position among its names, and whether the
    alias is weak. `numbers` (of the name), `flags`, `form_at` (into `form_words`) and `record_at` (into `records`) have
    a row for each form of a name. `form_words` are positions in `words`, which may repeat.
    """

    owners: Array
    places: Array
    weak: Array
    numbers: Array
    flags: Array
    form_at: Array
    form_words: Array
    record_at: Array
    records: Array
    words: Sequence[str]

    @classmethod
    def of(cls, tables: Mapping[str, Array]) -> NameRows:
        """Return the rows from which `tables` were made."""
        texts = Texts(tables, "words")
        return cls(
            tables["names.owner"],
            tables["names.place"],
            tables["names.weak"],
            tables["forms.number"],
            tables["forms.flags"],
            tables["forms.at"],
            tables["forms.words"],
            tables["records.at"],
            tables["records.bytes"],
            [texts[number] for number in range(len(texts))],
        )

    @classmethod
    def joined(cls, parts: Sequence[NameRows], owners: Runs) -> tuple[NameRows, Runs]:
        """Return the names of the parties in `owners`, and the runs of these names in `parts`.

        Parties are numbered from 0 in the order of the runs.
        """
        names = owners.owned([part.owners for part in parts])
        forms_ = names.owned([part.numbers for part in parts])
        words_ = forms_.spread([part.form_at for part in parts])
        letters = forms_.spread([part.record_at for part in parts])
        before = np.cumsum([0, *(len(part.words) for part in parts)])
        of_word = np.repeat(before[words_.parts], words_.sizes)
        rows = cls(
            names.renumbered([part.owners for part in parts], owners),
            names.column([part.places for part in parts]),
            names.column([part.weak for part in parts]),
            forms_.renumbered([part.numbers for part in parts], names),
            forms_.column([part.flags for part in parts]),
            row_starts(forms_.column([np.diff(part.form_at) for part in parts])),
            (words_.column([part.form_words for part in parts]) + of_word).astype(np.uint32),
            row_starts(forms_.column([np.diff(part.record_at) for part in parts])),
            letters.column([part.records for part in parts]),
            [word for part in parts for word in part.words],
        )
        return rows, names


class NamesRead:
    """Collects the names of one kind. They are stored in arrays, not objects, so that three million fit in memory."""

    def __init__(self, kind: NameKind) -> None:
        self.kind = kind
        self._owners, self._places, self._weak = array("I"), array("I"), array("B")
        self._numbers, self._flags = array("I"), array("B")
        self._words: defaultdict[str, int] = defaultdict(count().__next__)
        self._form_words = array("I")
        self._form_at, self._record_at = array("Q", (0,)), array("Q", (0,))
        self._records = bytearray()
        self._waiting: list[str] = []

    def __len__(self) -> int:
        return len(self._owners)

    def add(self, owner: int, name: str, place: int = 0, *, weak: bool = False) -> None:
        """Add one name of the party with the number `owner`, not below that of the name before."""
        self._owners.append(owner)
        self._places.append(place)
        self._weak.append(weak)
        self._waiting.append(name)
        if len(self._waiting) >= _TOGETHER:
            self._read()

    def rows(self) -> NameRows:
        """Return the rows of all names so far. Call it once, after the last name."""
        self._read()
        return NameRows(
            np.frombuffer(self._owners, np.uint32),
            np.frombuffer(self._places, np.uint32),
            np.frombuffer(self._weak, np.uint8),
            np.frombuffer(self._numbers, np.uint32),
            np.frombuffer(self._flags, np.uint8),
            np.frombuffer(self._form_at, np.uint64),
            np.frombuffer(self._form_words, np.uint32),
            np.frombuffer(self._record_at, np.uint64),
            np.frombuffer(self._records, np.uint8),
            list(self._words),
        )

    def _read(self) -> None:
        """Read the pending names. Reading many at once is faster."""
        names, person = self._waiting, self.kind is NameKind.PERSON
        first = len(self._owners) - len(names)
        fold_ahead(word for name in names for word in words(name))
        turned = in_order_of_use(names) if person else [""] * len(names)
        read = [
            (number, name, f"{whole}\n{in_use}", form)
            for number, (name, whole, in_use) in enumerate(
                zip(names, whole_spellings(names), turned, strict=True), first
            )
            for form in forms(name, self.kind)
        ]
        records = []
        number_of = self._words.__getitem__
        for (number, name, wholes, form), sound in zip(read, sounds_of([form for *_, form in read]), strict=True):
            core_places = sorted(core(name, form)) if person else ()
            self._numbers.append(number)
            self._flags.append(_flags(form) | CORE * bool(core_places))
            self._form_words.extend(map(number_of, form.words))
            self._form_at.append(len(self._form_words))
            joins, places = " ".join(sound.joins), " ".join(map(str, core_places))
            records.append("\n".join((wholes, sound.compact, joins, places, *form.legal)))
        for record in records:
            self._records += record.encode("ascii")
            self._record_at.append(len(self._records))
        self._waiting.clear()


def _flags(form: NameForm) -> int:
    words_ = form.words
    short = len(words_) == 1 and len(words_[0]) < policy.SHORTEST_FULL_NAME
    return (
        BARE * form.bare
        | SHORT * short
        | SYLLABIC * form.syllabic
        | REPEATED * (len(set(words_)) < len(words_))
        | UNSPACED * form.unspaced
    )
