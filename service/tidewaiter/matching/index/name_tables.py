"""Build the tables of a name index from the rows of the names of one kind of party. `name_index` reads them.

The same names give the same bytes on any machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from tidewaiter.matching import policy
from tidewaiter.matching.index.form_keys import FormKeys, keys_of_forms
from tidewaiter.matching.index.hashing import (
    Array,
    HashTable,
    hashes,
    hashes_of_joined,
    hashes_without_a_letter,
    polynomials,
    spread,
)
from tidewaiter.matching.index.name_rows import BARE, NameRows
from tidewaiter.matching.index.near_wholes import LETTER_COUNTS, NEAR_WHOLES
from tidewaiter.matching.index.texts import TextsMade, heads_of
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.numbers import is_number
from tidewaiter.matching.names.rarity import word_weight
from tidewaiter.matching.names.spellings import consonant_keys, skeleton
from tidewaiter.matching.names.vocabulary import COMMON_NAMES, GENERIC_CAP
from tidewaiter.matching.scripts.folding import fold

LETTERS: Final = 64
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


def tables_of_names(kind: NameKind, rows: NameRows, rarity: Mapping[str, float] | None = None) -> dict[str, Array]:
    """Return the arrays that `NameIndex` reads.

    `rarity` maps folded words to weights; without it, weights are computed from the names themselves.
    """
    used = np.unique(rows.form_words).tolist()
    words = sorted({rows.words[number] for number in used})
    number_of = {word: number for number, word in enumerate(words)}
    rank = np.zeros(len(rows.words), np.uint32)
    rank[used] = [number_of[rows.words[number]] for number in used]
    form_words, form_at = rank[rows.form_words], rows.form_at.astype(np.int64)
    folded = [fold(word) for word in words]
    folds = sorted(set(folded))
    fold_number = {text: number for number, text in enumerate(folds)}
    word_fold = np.fromiter((fold_number[text] for text in folded), np.int64, len(words))
    if rarity is None:
        fold_weights = _counted_weights(rows, word_fold[form_words], form_at, len(folds))
    else:
        fold_weights = [rarity.get(text, 1.0) for text in folds]
    weights = np.array(
        [held(word, fold_weights[number], kind) for word, number in zip(words, word_fold.tolist(), strict=True)],
        np.float64,
    )
    left_over = np.where(np.fromiter(map(is_number, words), bool, len(words)), 0.0, weights)
    keys = keys_of_forms(rows, kind)
    firsts, singles = _letter_masks(words, form_words, form_at)
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    same = hashes_of_joined(polynomials(words)[form_words], lengths[form_words], form_at)
    return {
        **TextsMade(words).tables("words"),
        **TextsMade(folds).tables("folds"),
        "records.bytes": rows.records,
        "records.at": rows.record_at,
        "words.heads": heads_of(words),
        "words.fold": word_fold.astype(np.uint32),
        "words.weight": weights,
        "words.left_over": left_over,
        "folds.weight": np.array(fold_weights, np.float64),
        "names.owner": rows.owners,
        "names.place": rows.places,
        "names.weak": rows.weak,
        "forms.words": form_words,
        "forms.at": rows.form_at,
        "forms.flags": rows.flags,
        "forms.number": rows.numbers,
        "forms.firsts": firsts,
        "forms.singles": singles,
        "forms.core": keys.core,
        "forms.total": _sums(left_over[form_words], form_at),
        **_word_tables(kind, words, folds, word_fold),
        **_postings(form_words, form_at, rows.flags, len(words), keys.joins),
        **HashTable.made("compact", *keys.compact),
        **HashTable.made("same", same, np.arange(len(same))),
        **HashTable.made("plain", *keys.plain),
        **_initial_tables(form_words, form_at, rows.flags, singles),
        **(_near_whole_tables(keys) if kind is NameKind.PERSON else {}),
        "plain.order": keys.plain_order,
    }


def _near_whole_tables(keys: FormKeys) -> dict[str, Array]:
    return {**HashTable.made(NEAR_WHOLES, *keys.near_wholes), LETTER_COUNTS: keys.letter_counts}


def _letter_masks(words: Sequence[str], form_words: Array, form_at: Array) -> tuple[Array, Array]:
    """Return the two letter masks of each form."""
    masks = [letter_masks([word]) for word in words]
    firsts, singles = (np.array([mask[which] for mask in masks], np.uint64) for which in range(2))
    begins = form_at[:-1]
    if not len(begins):
        return np.zeros(0, np.uint64), np.zeros(0, np.uint64)
    return np.bitwise_or.reduceat(firsts[form_words], begins), np.bitwise_or.reduceat(singles[form_words], begins)


def _initial_tables(form_words: Array, form_at: Array, flags: Array, singles: Array) -> dict[str, Array]:
    """Return the forms that contain a word and a single letter besides it, keyed by word number and letter, sorted."""
    keys, found = [np.zeros(0, np.int64)], [np.zeros(0, np.uint32)]
    lettered = np.flatnonzero((singles != 0) & ((flags & BARE) == 0))
    for letter in range(LETTERS):
        forms = lettered[(singles[lettered] >> np.uint64(letter) & np.uint64(1)) != 0]
        positions, owners = spread(form_at[forms], form_at[forms + 1])
        keys.append(form_words[positions].astype(np.int64) * LETTERS + letter)
        found.append(forms[owners].astype(np.uint32))
    all_keys = np.concatenate(keys)
    order = np.argsort(all_keys, kind="stable")
    return {"initials.keys": all_keys[order], "initials.forms": np.concatenate(found)[order]}


def _counted_weights(rows: NameRows, form_folds: Array, form_at: Array, count: int) -> list[float]:
    """Return the weight of each sound: 1 when only one party has it, lower the more parties have it."""
    owners = rows.owners.astype(np.int64)
    if not len(owners):
        return []
    of_word = np.repeat(owners[rows.numbers], np.diff(form_at))
    span = int(owners.max()) + 1
    pairs = np.unique(form_folds * span + of_word)
    having = np.bincount(pairs // span, minlength=count)
    parties = len(np.unique(owners))
    by_count = {number: word_weight(parties, number) for number in np.unique(having).tolist() if number}
    return [by_count[number] for number in having.tolist()]


def _word_tables(kind: NameKind, words: Sequence[str], folds: Sequence[str], word_fold: Array) -> dict[str, Array]:
    spelled = [number for number, word in enumerate(words) if not is_number(word) and not word.isupper()]
    owners, keys = hashes_without_a_letter([words[number] for number in spelled])
    sounds = sorted({int(word_fold[number]) for number in spelled})
    fold_owners, fold_keys = hashes_without_a_letter([folds[number] for number in sounds])
    boned = [(key, number) for number, word in enumerate(words) for key in consonant_keys(word, listed=True)]
    order = np.argsort(word_fold, kind="stable")
    person = kind is NameKind.PERSON
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


def _postings(
    form_words: Array, form_at: Array, flags: Array, count: int, joins: tuple[Array, Array]
) -> dict[str, Array]:
    """Return the forms of each word, then of each join, in one array.

    Bare forms are left out, because they are only found as whole names.
    """
    of_word = np.repeat(np.arange(len(form_at) - 1), np.diff(form_at))
    told = (flags[of_word] & BARE) == 0
    span = max(1, len(form_at) - 1)
    pairs = np.unique(form_words[told].astype(np.int64) * span + of_word[told])
    at = np.searchsorted(pairs, np.arange(count + 1) * span)
    order = np.argsort(joins[0], kind="stable")
    keys, begins = np.unique(joins[0][order], return_index=True)
    found = joins[1][order]
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
