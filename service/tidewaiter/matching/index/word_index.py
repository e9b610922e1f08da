"""Find similar words among the listed names of one kind, for many words at once, without a scan.

Finds exactly the listed words whose `word_likeness` is above 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Final, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from tidewaiter.matching import policy
from tidewaiter.matching.index.hashing import (
    Array,
    HashTable,
    hashes,
    hashes_without_a_letter,
    joined,
    mixed,
    polynomials,
)
from tidewaiter.matching.index.name_tables import held
from tidewaiter.matching.index.texts import Texts, heads_of
from tidewaiter.matching.names.abbreviated import written_out
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.numbers import is_number
from tidewaiter.matching.names.spellings import consonant_keys, skeleton
from tidewaiter.matching.names.vocabulary import ROMANISATIONS, TRANSLATIONS
from tidewaiter.matching.names.word_likeness import (
    ARTICLES,
    SERVANT,
    consonant_likeness,
    cut_off_likeness,
    is_servant_initial,
    one_letter_likeness,
    same_class,
    skeleton_likeness,
    sound_likeness,
    unwritten_likeness,
    without_article,
)
from tidewaiter.matching.scripts.folding import fold, sound_of

_CACHED: Final = 100_000


class Lists(NamedTuple):
    """Ranges of postings: the forms that contain a listed word or join. `words` has -1 for a join.

    For each range, `gains` is the maximum weight of agreement, `losses` the weight that then still contradicts, and
    `theres` the maximum weight used up in the listed name.
    """

    words: list[int]
    begins: list[int]
    ends: list[int]
    gains: list[float]
    losses: list[float]
    theres: list[float]


class FoundWord(NamedTuple):
    """A word of a query: its weight, the similar listed words in `alike`, and the postings with which it may agree."""

    weight: float
    alike: Mapping[str, float]
    lists: Lists


_NO_LISTS: Final = Lists([], [], [], [], [], [])


class WordIndex:
    """Reads the tables that `name_tables` made."""

    def __init__(self, kind: NameKind, tables: Mapping[str, Array], rarity: Mapping[str, float] | None = None) -> None:
        """Read `tables`, which `name_tables` made with the same `rarity`."""
        self.kind = kind
        self._rarity = rarity or {}
        self._words = Texts(tables, "words")
        self._folds = Texts(tables, "folds")
        self._heads = tables["words.heads"]
        self._word_fold = tables["words.fold"].data
        self._word_weight = tables["words.weight"].data
        self._fold_weight = tables["folds.weight"].data
        self._fold_at = tables["folds.begin"].data
        self._fold_words = tables["folds.words"].data
        self._postings_at = tables["postings.at"].data
        self._joins_at = tables["joins.at"].data
        self._by_word = HashTable(tables, "by word")
        self._by_fold = HashTable(tables, "by fold")
        self._by_letter = HashTable(tables, "by letter")
        self._by_fold_letter = HashTable(tables, "by fold letter")
        self._by_skeleton = HashTable(tables, "by skeleton")
        self._by_bones = HashTable(tables, "by bones")
        self._by_join = HashTable(tables, "by join")
        self._texts: dict[int, tuple[str, str]] = {}
        self._found: dict[str, FoundWord] = {}
        self._begun: dict[str, FoundWord] = {}

    def __len__(self) -> int:
        return len(self._words)

    def __getitem__(self, number: int) -> str:
        return self._text(number)[0]

    def fold_of(self, number: int) -> str:
        """Return the folded listed word with this number."""
        return self._text(number)[1]

    def weight_of(self, number: int) -> float:
        """Return the weight of the listed word with this number."""
        weight: float = self._word_weight[number]
        return weight

    def _text(self, number: int) -> tuple[str, str]:
        known = self._texts.get(number)
        if known is None:
            if len(self._texts) >= _CACHED:
                self._texts.clear()
            known = self._texts[number] = (self._words[number], self._folds[self._word_fold[number]])
        return known

    def weights(self, words: Sequence[str]) -> list[float]:
        """Return the weight of each word, 0 to 1: by its rarity, limited to the maximum for generic words."""
        return self._weights(words, self._sounds(words))

    def _weights(self, words: Sequence[str], sounds: _Sounds) -> list[float]:
        return [
            held(word, self._rarity.get(folded, 1.0) if number is None else self._fold_weight[number], self.kind)
            for word, folded, number in zip(words, sounds.folds, sounds.numbers, strict=True)
        ]

    def _sounds(self, words: Sequence[str]) -> _Sounds:
        folds = [fold(word) for word in words]
        keys = hashes(folds)
        return _Sounds(folds, keys, self._numbers_of_folds(folds, keys))

    def found(self, names: Sequence[tuple[tuple[str, ...], bool]]) -> list[list[FoundWord]]:
        """Return the `FoundWord` of each word of each name, given as its words and whether the last may be cut off."""
        words = {word for spelled, _ in names for word in spelled}
        lasts = {spelled[-1] for spelled, may_be_cut in names if may_be_cut}
        found, begun = self._found, self._begun
        if len(found) + len(words) > _CACHED:
            # Another thread may still read the old ones.
            found, begun = self._found, self._begun = {}, {}
        fresh = lasts.difference(begun)
        longer = self._longer(sorted(fresh)) if fresh else {}
        if new := sorted(words.difference(found).union(longer)):
            wholes, starts = self._look_up(new, longer)
            found.update(wholes)
            begun.update(starts)
        begun.update([(word, found[word]) for word in fresh if word not in longer])
        return [
            [*map(found.__getitem__, spelled[:-1]), (begun if may_be_cut else found)[spelled[-1]]]
            for spelled, may_be_cut in names
        ]

    def alike(self, words: Sequence[str]) -> list[dict[int, float]]:
        """Return for each word the listed words whose `word_likeness` is above 0: number mapped to likeness."""
        return self._alike(words, self._sounds(words))

    def _alike(self, words: Sequence[str], sounds: _Sounds) -> list[dict[int, float]]:
        found: list[dict[int, float]] = [{} for _ in words]
        letters = polynomials(words)
        self._of_same_consonants(words, found)
        spelled = [place for place, word in enumerate(words) if word.isalpha() and not word.isupper()]
        self._one_letter_off(spelled, words, sounds.folds, found)
        if self.kind is NameKind.PERSON:
            self._of_same_skeleton(spelled, sounds.folds, found)
        self._of_same_sound(spelled, words, sounds.numbers, found)
        for place in spelled:
            self._servants(words[place], found[place])
        self._behind_articles(spelled, words, letters, found)
        self._of_same_class(spelled, words, found)
        for place, number in self._numbers_of(words, mixed(letters)).items():
            found[place][number] = policy.SAME_WORD
        return found

    def joined(self, joins: Sequence[str]) -> Iterator[tuple[int, list[int]]]:
        """Yield the position of each folded join that listed words sound like, with the numbers of these words."""
        places, numbers = self._by_fold.look_up(hashes(joins))
        for place, number in zip(places.tolist(), numbers.tolist(), strict=True):
            if self._folds[number] == joins[place]:
                yield place, self._words_of_fold(number)

    def _words_of_fold(self, number: int) -> list[int]:
        return list(self._fold_words[self._fold_at[number] : self._fold_at[number + 1]])

    def lists_of(self, words: Iterable[tuple[int, float, float, float]], joined: int | None = None) -> Lists:
        """Return the postings of listed words, given as (number, gain, loss, weight used up), and of the join with the
        number `joined`.
        """
        lists = Lists([], [], [], [], [], [])
        for number, gain, loss, there in words:
            lists.words.append(number)
            lists.begins.append(self._postings_at[number])
            lists.ends.append(self._postings_at[number + 1])
            lists.gains.append(gain)
            lists.losses.append(loss)
            lists.theres.append(there)
        if joined is not None:
            lists.words.append(-1)
            lists.begins.append(self._joins_at[joined])
            lists.ends.append(self._joins_at[joined + 1])
            lists.gains.append(2.0)
            lists.losses.append(0.0)
            lists.theres.append(2.0)
        return lists

    def _look_up(
        self, words: Sequence[str], longer: Mapping[str, Sequence[int]]
    ) -> tuple[dict[str, FoundWord], dict[str, FoundWord]]:
        """Return the `FoundWord` of each word, and of those in `longer` as the start of one of the longer words."""
        sounds = self._sounds(words)
        likes = self._alike(words, sounds)
        weights = self._weights(words, sounds)
        joins = dict(zip(*map(np.ndarray.tolist, self._by_join.look_up(sounds.keys)), strict=True))
        wholes = {
            word: self._found_word(weight, alike, joins.get(place))
            for place, (word, weight, alike) in enumerate(zip(words, weights, likes, strict=True))
        }
        starts = {}
        for place, word in enumerate(words):
            if word in longer:
                alike = likes[place]
                cut = dict.fromkeys([number for number in longer[word] if number not in alike], policy.CUT_OFF)
                starts[word] = self._found_word(weights[place], alike | cut, joins.get(place)) if cut else wholes[word]
        return wholes, starts

    def _found_word(self, weight: float, alike: Mapping[int, float], joined: int | None) -> FoundWord:
        if not alike and joined is None:
            return FoundWord(weight, {}, _NO_LISTS)
        return FoundWord(
            weight,
            {self[number]: likeness for number, likeness in alike.items()},
            self.lists_of(
                (
                    # As in `likeness`: the lower weight of the two, unless the words are practically the same.
                    (number, lighter * likeness, lighter * (1.0 - likeness), there)
                    for number, likeness in alike.items()
                    for there in (self._word_weight[number],)
                    for lighter in (there if likeness >= policy.ROMANISATION else min(weight, there),)
                ),
                joined,
            ),
        )

    def _numbers_of(self, words: Sequence[str], keys: Array | None = None) -> dict[int, int]:
        """Return the number of each word that is listed, keyed by its position in `words`.

        `keys` are the hashes of `words`.
        """
        places, numbers = self._by_word.look_up(hashes(words) if keys is None else keys)
        return {
            place: number
            for place, number in zip(places.tolist(), numbers.tolist(), strict=True)
            if self[number] == words[place]
        }

    def _numbers_of_folds(self, folds: Sequence[str], keys: Array) -> list[int | None]:
        """Return the number of each fold; None when no listed word has it. `keys` are the hashes of `folds`."""
        found: list[int | None] = [None] * len(folds)
        places, numbers = self._by_fold.look_up(keys)
        for place, number in zip(places.tolist(), numbers.tolist(), strict=True):
            if self._folds[number] == folds[place]:
                found[place] = number
        return found

    def _longer(self, words: Iterable[str]) -> dict[str, list[int]]:
        """Return the listed words of which each word may be the start, for each that may be one."""
        starts = [word for word in words if len(word) >= policy.SHORTEST_CUT and word.isalpha()]
        longer = {
            start: [number for number in numbers if cut_off_likeness(start, self[number])]
            for start, numbers in zip(starts, self._beginning_with(starts), strict=True)
        }
        return {start: numbers for start, numbers in longer.items() if numbers}

    def _beginning_with(self, starts: Sequence[str]) -> list[list[int]]:
        """Return for each text the listed words that start with it."""
        heads, sizes = heads_of(starts), np.array([min(len(start), 8) for start in starts], np.uint64)
        shift = (np.uint64(8) - sizes) * np.uint64(8)
        # The highest head with this prefix: all further bytes are 0xFF.
        last = heads | ((np.uint64(1) << shift) - np.uint64(1))
        ranges = zip(
            starts,
            np.searchsorted(self._heads, heads, "left").tolist(),
            np.searchsorted(self._heads, last, "right").tolist(),
            strict=True,
        )
        return [
            [number for number in range(first, end) if len(start) <= 8 or self[number].startswith(start)]
            for start, first, end in ranges
        ]

    def _of_same_consonants(self, words: Sequence[str], found: list[dict[int, float]]) -> None:
        keys = [(key, place) for place, word in enumerate(words) for key in consonant_keys(word, listed=False)]
        at_keys, numbers = self._by_bones.look_up(hashes([key for key, _ in keys]))
        for at, number in zip(at_keys.tolist(), numbers.tolist(), strict=True):
            place = keys[at][1]
            word, (listed, folded) = words[place], self._text(number)
            if listed.isupper():
                likeness = consonant_likeness(word, listed)
            else:
                # Keys are compared by hash. Two Latin words are never compared here.
                likeness = unwritten_likeness(word, listed, sound_of(listed, folded)) if word.isupper() else 0.0
            if likeness:
                found[place][number] = likeness

    def _one_letter_off(
        self, spelled: Sequence[int], words: Sequence[str], folds: Sequence[str], found: list[dict[int, float]]
    ) -> None:
        near: dict[tuple[int, int], bool] = {}
        long = [place for place in spelled if len(folds[place]) >= policy.SHORTEST_MISHEARD]
        for at, sound in _one_apart(
            [folds[place] for place in long], self._by_fold_letter, self._folds, policy.SHORTEST_MISHEARD
        ):
            near.update(dict.fromkeys([(long[at], number) for number in self._words_of_fold(sound)], False))
        long = [place for place in spelled if len(words[place]) >= policy.SHORTEST_TYPO]
        for at, number in _one_apart(
            [words[place] for place in long], self._by_letter, self._words, policy.SHORTEST_TYPO
        ):
            near[long[at], number] = True
        for (place, number), as_spelled in near.items():
            listed, other = self._text(number)
            word, sounding = words[place], folds[place]
            if other != sounding and (
                likeness := one_letter_likeness(word, listed, sounding, other, spelled=as_spelled)
            ):
                found[place][number] = likeness

    def _of_same_skeleton(self, spelled: Sequence[int], folds: Sequence[str], found: list[dict[int, float]]) -> None:
        boned = [(place, bones) for place in spelled if (bones := skeleton(folds[place]))]
        ats, sounds = self._by_skeleton.look_up(hashes([bones for _, bones in boned]))
        for at, sound in zip(ats.tolist(), sounds.tolist(), strict=True):
            place, other = boned[at][0], self._folds[sound]
            if other == folds[place] or not (likeness := skeleton_likeness(folds[place], other)):
                continue
            for number in self._words_of_fold(sound):
                if not self[number].isupper():
                    found[place][number] = max(found[place].get(number, 0.0), likeness)

    def _of_same_sound(
        self, spelled: Sequence[int], words: Sequence[str], sounds: Sequence[int | None], found: list[dict[int, float]]
    ) -> None:
        for place in spelled:
            sound = sounds[place]
            for number in () if sound is None else self._words_of_fold(sound):
                listed = self[number]
                if not listed.isupper() and (likeness := sound_likeness(words[place], listed)):
                    found[place][number] = likeness

    def _servants(self, word: str, found: dict[int, float]) -> None:
        if not word.startswith(SERVANT):
            return
        if is_servant_initial(word):
            for number in self._beginning_with([word])[0]:
                if self[number] != word and not is_number(self[number]):
                    found[number] = policy.SERVANT_INITIAL
        initial = word[: len(SERVANT) + 1]
        if initial != word and is_servant_initial(initial):
            found.update(dict.fromkeys(self._numbers_of([initial]).values(), policy.SERVANT_INITIAL))

    def _behind_articles(
        self, spelled: Sequence[int], words: Sequence[str], letters: Array, found: list[dict[int, float]]
    ) -> None:
        """Add the listed words that are a word with an article. `letters` are the polynomials of `words`."""
        long = [place for place in spelled if len(words[place]) >= policy.SHORTEST_BEHIND_ARTICLE]
        for article in ARTICLES:
            keys = mixed(joined(polynomials([article]), np.array([len(article)]), letters[long]))
            ats, numbers = self._by_word.look_up(keys)
            for at, number in zip(ats.tolist(), numbers.tolist(), strict=True):
                place = long[at]
                if self[number] == article + words[place]:
                    found[place][number] = max(found[place].get(number, 0.0), policy.ROMANISATION)

    def _of_same_class(self, spelled: Sequence[int], words: Sequence[str], found: list[dict[int, float]]) -> None:
        pairs = [(place, other) for place in spelled for other in _class_of(words[place])]
        for at, number in self._numbers_of([other for _, other in pairs]).items():
            place, other = pairs[at]
            found[place][number] = max(found[place].get(number, 0.0), same_class(words[place], other))


def _one_apart(texts: Sequence[str], table: HashTable, listed: Texts, shortest: int) -> Iterator[tuple[int, int]]:
    """Return the pairs (position of a text, number of a listed text) of texts that differ by one letter.

    Listed texts shorter than `shortest` are ignored.
    """
    owners, keys = hashes_without_a_letter(texts)
    places, numbers = table.look_up(keys)
    pairs = np.unique(owners[places] * len(listed) + numbers)
    ats, others = np.divmod(pairs, max(1, len(listed)))
    told = listed.sizes(others) >= shortest
    ats, others = ats[told].tolist(), others[told].tolist()
    apart = process.cpdist(
        [texts[at] for at in ats], [listed[other] for other in others], scorer=OSA.distance, score_cutoff=1
    )
    return compress(zip(ats, others, strict=True), (apart == 1).tolist())


class _Sounds(NamedTuple):
    """The sounds of words: each fold, its hash, and its number among the folds of listed words."""

    folds: Sequence[str]
    keys: Array
    numbers: Sequence[int | None]


def _class_of(word: str) -> Sequence[str]:
    """Return the words related to `word`: listed in a table as the same name, without its article, or the words that
    it abbreviates. `word` itself is left out.
    """
    related = [*written_out(word)]
    if (bare := without_article(word)) is not None:
        related.append(bare)
    for table, members in _CLASSES:
        for first in table.get(word, ()):
            related += members[first]
    return [other for other in dict.fromkeys(related) if other != word] if related else related


def _members(table: Mapping[str, tuple[str, ...]]) -> Mapping[str, list[str]]:
    members: dict[str, list[str]] = defaultdict(list)
    for word, classes in table.items():
        for first in classes:
            members[first].append(word)
    return members


_CLASSES: Final = tuple((table, _members(table)) for table in (ROMANISATIONS, TRANSLATIONS))
