"""Build the tables of a name index from the names of one kind of party. `name_index` reads them.

Names are added one by one and stored in arrays, not objects, so that three million fit in memory. The same names give
the same bytes on any machine.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from tidewaiter.matching import policy
from tidewaiter.matching.index.hashing import Array, HashTable, hashes, hashes_without_a_letter
from tidewaiter.matching.index.near_wholes import near_whole_tables
from tidewaiter.matching.index.texts import TextsMade, heads_of
from tidewaiter.matching.names.name import NameForm, NameKind
from tidewaiter.matching.names.numbers import is_number
from tidewaiter.matching.names.persons import core
from tidewaiter.matching.names.rarity import word_weight
from tidewaiter.matching.names.readings import forms
from tidewaiter.matching.names.spellings import (
    NO_WORD,
    Sound,
    consonant_keys,
    in_order_of_use,
    skeleton,
    sounds_of,
    whole_spellings,
)
from tidewaiter.matching.names.vocabulary import COMMON_NAMES, GENERIC_CAP
from tidewaiter.matching.scripts.folding import fold, fold_ahead
from tidewaiter.text.latin import words

BARE: Final = 1
SHORT: Final = 2
SYLLABIC: Final = 4
CORE: Final = 8
REPEATED: Final = 16
UNSPACED: Final = 32
LETTERS: Final = 64
_TOGETHER: Final = 2_000
_LETTERS: Final = {letter: bit for bit, letter in enumerate("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")}


def letter_bit(word: str) -> int:
    """Return the bit of the first letter of `word` in a letter mask; -1 when it starts with a digit."""
    return _LETTERS.get(word[0], -1)


def letter_masks(words: Sequence[str]) -> tuple[int, int]:
    """Return two letter masks: the first letters of words of two or more letters, and the single-letter words."""
    firsts = singles = 0
    for word in words:
        bit = letter_bit(word)
        if bit >= 0:
            firsts |= (len(word) > 1) << bit
            singles |= (len(word) == 1) << bit
    return firsts, singles


def words_key(words: Sequence[str]) -> str:
    """Return the key under which a form with these words is stored."""
    return " ".join(words)


class _Keys:
    """Collects hashes of many texts with the form of each. Only a few texts are in memory at a time."""

    _ENOUGH = 50_000

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._hashes = array("Q")
        self.forms = array("I")

    def add(self, text: str, form: int) -> None:
        self._texts.append(text)
        self.forms.append(form)
        if len(self._texts) >= self._ENOUGH:
            self._flush()

    def _flush(self) -> None:
        self._hashes.frombytes(hashes(self._texts).tobytes())
        self._texts.clear()

    def table(self, name: str) -> dict[str, Array]:
        self._flush()
        return HashTable.made(name, np.frombuffer(self._hashes, np.uint64), np.frombuffer(self.forms, np.uint32))

    def grouped(self) -> tuple[Array, Array, Array]:
        """Return three arrays: the distinct hashes, sorted; the start of the forms of each; and the forms."""
        self._flush()
        keys, found = np.frombuffer(self._hashes, np.uint64), np.frombuffer(self.forms, np.uint32)
        order = np.argsort(keys, kind="stable")
        once, begins = np.unique(keys[order], return_index=True)
        return once, begins.astype(np.int64), found[order]


class NameTables:
    """Collects the names of one kind. Call `tables` once, after the last name.

    `rarity` maps folded words to weights; without it, weights are computed from the names themselves.
    """

    def __init__(self, kind: NameKind, rarity: Mapping[str, float] | None = None) -> None:
        self.kind = kind
        self._rarity = rarity
        self._words: dict[str, int] = {}
        self._owners = array("I")
        self._number_of = array("I")
        self._form_words = array("I")
        self._form_at = array("Q", (0,))
        self._flags = array("B")
        self._firsts = array("Q")
        self._singles = array("Q")
        self._records = TextsMade()
        self._compact, self._same, self._plain = _Keys(), _Keys(), _Keys()
        self._joined = _Keys()
        self._initials = array("Q")
        self._initial_forms = array("I")
        self._long_plains: list[tuple[str, int]] = []
        self._near_wholes: list[tuple[str, int]] = []
        self._waiting: list[str] = []

    def add(self, owner: int, name: str) -> None:
        """Add one name of the party with the number `owner`."""
        self._owners.append(owner)
        self._waiting.append(name)
        if len(self._waiting) >= _TOGETHER:
            self._read()

    def _read(self) -> None:
        """Read the pending names. Reading many at once is faster."""
        first = len(self._owners) - len(self._waiting)
        fold_ahead(word for name in self._waiting for word in words(name))
        turned = in_order_of_use(self._waiting) if self.kind is NameKind.PERSON else [""] * len(self._waiting)
        read = [
            (number, name, wholes, form)
            for number, (name, *wholes) in enumerate(
                zip(self._waiting, whole_spellings(self._waiting), turned, strict=True), first
            )
            for form in forms(name, self.kind)
        ]
        for (number, name, wholes, form), sound in zip(read, sounds_of([form for *_, form in read]), strict=True):
            self._add(number, name, wholes, form, sound)
        self._waiting.clear()

    def _add(self, number: int, name: str, wholes: Sequence[str], form: NameForm, sound: Sound) -> None:
        position = len(self._number_of)
        self._number_of.append(number)
        known = self._words
        self._form_words.extend([known.setdefault(word, len(known)) for word in form.words])
        self._form_at.append(len(self._form_words))
        core_places = sorted(core(name, form)) if self.kind is NameKind.PERSON else []
        short = len(form.words) == 1 and len(form.words[0]) < policy.SHORTEST_FULL_NAME
        self._flags.append(
            BARE * form.bare
            | SHORT * short
            | SYLLABIC * form.syllabic
            | CORE * bool(core_places)
            | REPEATED * (len(set(form.words)) < len(form.words))
            | UNSPACED * form.unspaced
        )
        self._records.add(
            "\n".join(
                (*wholes, sound.compact, " ".join(sound.joins), " ".join(map(str, core_places)), *form.legal)
            ).encode("ascii")
        )
        self._compact.add(sound.compact, position)
        self._same.add(words_key(form.words), position)
        for turned, whole in enumerate(wholes):
            if len(whole) >= policy.SHORTEST_PLAIN:
                self._plain.add(whole, position)
            if len(whole) > policy.FORMED_PLAIN:
                self._long_plains.append((whole, 2 * position + turned))
            if self.kind is NameKind.PERSON and len(whole) >= policy.LETTERS_APART[-1][0] and not form.syllabic:
                self._near_wholes.append((whole, 2 * position + turned))
        self._add_initials(position, form)
        if not form.bare:
            for join in sound.joins:
                if join != NO_WORD:
                    self._joined.add(join, position)

    def _add_initials(self, position: int, form: NameForm) -> None:
        firsts, singles = letter_masks(form.words)
        self._firsts.append(firsts)
        self._singles.append(singles)
        if singles and not form.bare:
            letters = sorted({letter_bit(word) for word in form.words if len(word) == 1} - {-1})
            keys = [self._words[word] * LETTERS + letter for word in form.words for letter in letters]
            self._initials.extend(keys)
            self._initial_forms.extend([position] * len(keys))

    def tables(self) -> dict[str, Array]:
        """Return the arrays that `NameIndex` reads."""
        self._read()
        words = sorted(self._words)
        rank = np.zeros(len(words), np.uint32)
        rank[np.fromiter((self._words[word] for word in words), np.int64, len(words))] = np.arange(len(words))
        form_words = rank[np.frombuffer(self._form_words, np.uint32)]
        form_at = np.frombuffer(self._form_at, np.uint64).astype(np.int64)
        folded = [fold(word) for word in words]
        folds = sorted(set(folded))
        fold_number = {text: number for number, text in enumerate(folds)}
        word_fold = np.fromiter((fold_number[text] for text in folded), np.int64, len(words))
        if self._rarity is None:
            fold_weights = self._counted_weights(word_fold[form_words], form_at, len(folds))
        else:
            fold_weights = [self._rarity.get(text, 1.0) for text in folds]
        weights = np.array(
            [held(word, fold_weights[number], self.kind) for word, number in zip(words, word_fold, strict=True)],
            np.float64,
        )
        flags = np.frombuffer(self._flags, np.uint8)
        return {
            **TextsMade(words).tables("words"),
            **TextsMade(folds).tables("folds"),
            **self._records.tables("records"),
            "words.heads": heads_of(words),
            "words.fold": word_fold.astype(np.uint32),
            "words.weight": weights,
            "folds.weight": np.array(fold_weights, np.float64),
            "forms.words": form_words,
            "forms.at": np.frombuffer(self._form_at, np.uint64),
            "forms.flags": flags,
            "forms.number": np.frombuffer(self._number_of, np.uint32),
            "forms.firsts": np.frombuffer(self._firsts, np.uint64),
            "forms.singles": np.frombuffer(self._singles, np.uint64),
            "forms.total": _sums(weights[form_words], form_at),
            **self._word_tables(words, folds, word_fold),
            **self._postings(form_words, form_at, flags, len(words)),
            **self._compact.table("compact"),
            **self._same.table("same"),
            **self._plain.table("plain"),
            **self._initial_tables(rank),
            **(near_whole_tables(self._near_wholes) if self.kind is NameKind.PERSON else {}),
            "plain.order": np.array([place for _, place in sorted(self._long_plains)], np.uint32),
        }

    def _initial_tables(self, rank: Array) -> dict[str, Array]:
        """Return the forms that contain a word and a single letter besides it, keyed by word number and letter,
        sorted.
        """
        words, letters = np.divmod(np.frombuffer(self._initials, np.uint64), np.uint64(LETTERS))
        keys = rank[words.astype(np.int64)].astype(np.int64) * LETTERS + letters.astype(np.int64)
        order = np.argsort(keys, kind="stable")
        return {
            "initials.keys": keys[order],
            "initials.forms": np.frombuffer(self._initial_forms, np.uint32)[order],
        }

    def _counted_weights(self, form_folds: Array, form_at: Array, count: int) -> list[float]:
        """Return the weight of each sound: 1 when only one party has it, lower the more parties have it."""
        owners = np.frombuffer(self._owners, np.uint32).astype(np.int64)
        if not len(owners):
            return []
        of_form = owners[np.frombuffer(self._number_of, np.uint32)]
        of_word = np.repeat(of_form, np.diff(form_at))
        span = int(owners.max()) + 1
        pairs = np.unique(form_folds * span + of_word)
        having = np.bincount(pairs // span, minlength=count)
        parties = len(np.unique(owners))
        by_count = {number: word_weight(parties, number) for number in np.unique(having).tolist() if number}
        return [by_count[number] for number in having.tolist()]

    def _word_tables(self, words: Sequence[str], folds: Sequence[str], word_fold: Array) -> dict[str, Array]:
        spelled = [number for number, word in enumerate(words) if not is_number(word) and not word.isupper()]
        owners, keys = hashes_without_a_letter([words[number] for number in spelled])
        sounds = sorted({int(word_fold[number]) for number in spelled})
        fold_owners, fold_keys = hashes_without_a_letter([folds[number] for number in sounds])
        boned = [(key, number) for number, word in enumerate(words) for key in consonant_keys(word, listed=True)]
        order = np.argsort(word_fold, kind="stable")
        person = self.kind is NameKind.PERSON
        skeletons = [(bones, at) for at in sounds if (bones := skeleton(folds[at]))] if person else []
        return {
            "folds.begin": np.searchsorted(word_fold[order], np.arange(len(folds) + 1)).astype(np.uint32),
            "folds.words": order.astype(np.uint32),
            **HashTable.made("by word", hashes(words), range(len(words))),
            **HashTable.made("by fold", hashes(folds), range(len(folds))),
            **HashTable.made("by letter", keys, np.array(spelled, np.uint32)[owners]),
            **HashTable.made("by fold letter", fold_keys, np.array(sounds, np.uint32)[fold_owners]),
            **HashTable.made("by skeleton", hashes([bones for bones, _ in skeletons]), [at for _, at in skeletons]),
            **HashTable.made("by bones", hashes([key for key, _ in boned]), [number for _, number in boned]),
        }

    def _postings(self, form_words: Array, form_at: Array, flags: Array, count: int) -> dict[str, Array]:
        """Return the forms of each word, then of each join, in one array.

        Bare forms are left out, because they are only found as whole names.
        """
        of_word = np.repeat(np.arange(len(form_at) - 1), np.diff(form_at))
        told = (flags[of_word] & BARE) == 0
        span = max(1, len(form_at) - 1)
        pairs = np.unique(form_words[told].astype(np.int64) * span + of_word[told])
        at = np.searchsorted(pairs, np.arange(count + 1) * span)
        keys, begins, found = self._joined.grouped()
        postings = np.concatenate(((pairs % span).astype(np.uint32), found))
        join_at = np.append(begins, len(found)) + len(pairs)
        return {
            "postings": postings,
            "postings.at": at.astype(np.uint64),
            "joins.at": join_at.astype(np.uint64),
            **HashTable.made("by join", keys, range(len(keys))),
        }


def held(word: str, weight: float, kind: NameKind) -> float:
    """Return the weight of a word: that of its sound, limited to the maximum for a generic word or an initial."""
    if kind is NameKind.PERSON:
        if word in COMMON_NAMES:
            weight = min(weight, policy.COMMON_NAME_WEIGHT)
    elif word in GENERIC_CAP:
        return min(weight, GENERIC_CAP[word])
    if len(word) == 1 and not word.isdigit():
        return min(weight, 0.3)
    return min(weight, policy.UNKNOWN_RARITY) if word.isupper() else weight


def _sums(values: Array, at: Array) -> Array:
    running = np.zeros(len(values) + 1, np.float64)
    np.cumsum(values, out=running[1:])
    return running[at[1:]] - running[at[:-1]]
