"""Index the names of one kind of party. Every listed name that `likeness` accepts is found without a scan.

Similar names share the whole folded spelling, or two words, or one word that carries most of the weight of the listed
name. `word_index` finds similar words, `candidates` finds the names that share enough of them, and `likeness` compares
these names. `docs/matching.md` states the guarantee for each step.

The index consists of tables of numbers and texts (`name_tables`), in memory or in a memory-mapped file.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from tidewaiter.matching import policy
from tidewaiter.matching.index.candidates import Candidates
from tidewaiter.matching.index.hashing import Array
from tidewaiter.matching.index.name_rows import BARE, SHORT, SYLLABIC, UNSPACED, NamesRead
from tidewaiter.matching.index.name_tables import tables_of_names
from tidewaiter.matching.index.near_wholes import NearWholes
from tidewaiter.matching.index.query_rows import Asked
from tidewaiter.matching.index.texts import Texts
from tidewaiter.matching.index.word_index import FoundWord, WordIndex
from tidewaiter.matching.names.compared import Likeness, ListedForm, QueryName
from tidewaiter.matching.names.likeness import may_begin, name_likeness
from tidewaiter.matching.names.name import NameForm, NameKind
from tidewaiter.matching.names.numbers import is_number
from tidewaiter.matching.names.readings import forms
from tidewaiter.matching.names.spellings import NO_WORD, Sound, sounds_of, whole_spellings
from tidewaiter.matching.names.translations import TRANSLATED_WORDS
from tidewaiter.matching.scripts.folding import fold_ahead
from tidewaiter.text.latin import words

_CACHED_NAMES: Final = 50_000
_CACHED_FORMS: Final = 20_000
_TOGETHER: Final = 500
"""Batch size of a search. Larger batches need much memory when many listed names share words with the queries."""

Found = tuple[tuple[int, Likeness], ...]
"""Pairs of the number of a listed name and its likeness, the most similar first, then by number."""


class NameIndex:
    """Finds every listed name that `likeness.name_likeness` accepts, without a scan. Immutable.

    The number of a listed name is the position at which it was added to `NamesRead`.
    """

    def __init__(self, kind: NameKind, tables: Mapping[str, Array], rarity: Mapping[str, float] | None = None) -> None:
        """Read `tables`, which `tables_of_names` made with the same `rarity`."""
        self.kind = kind
        self.weighing = policy.BY_KIND[kind.value]
        self._words = WordIndex(kind, tables, rarity)
        self._candidates = Candidates(self.weighing, tables)
        self._records = Texts(tables, "records")
        self._form_words = tables["forms.words"].data
        self._form_at = tables["forms.at"].data
        self._flags = tables["forms.flags"].data
        self._number_of = tables["forms.number"].data
        self._plain_order = _Plains(tables["plain.order"].data, self._records)
        self._near_wholes = NearWholes(tables, self._records) if kind is NameKind.PERSON else None
        self._known_forms: dict[int, ListedForm] = {}
        self._known_names: dict[str, Found] = {}

    @classmethod
    def of(cls, kind: NameKind, names: Iterable[tuple[int, str]]) -> NameIndex:
        """Return an in-memory index of the pairs (owner, name).

        The owner groups the names of one party, so that a word is counted once per party.
        """
        read = NamesRead(kind)
        for owner, name in names:
            read.add(owner, name)
        return cls(kind, tables_of_names(kind, read.rows()))

    def __len__(self) -> int:
        return len(self._flags)

    def listed_words(self) -> Sequence[str]:
        """Return every word of the listed names, sorted."""
        return [self._words[number] for number in range(len(self._words))]

    def words_like(self, word: str) -> Mapping[str, float]:
        """Return every listed word whose `word_likeness` with `word` is above 0, mapped to that likeness."""
        return {self._words[number]: likeness for number, likeness in self._words.alike([word])[0].items()}

    def weights(self, words: Sequence[str]) -> list[float]:
        """Return the weight of each word, 0 to 1: how much it identifies a party."""
        return self._words.weights(words)

    def find(self, name: str) -> Found:
        """Return every listed name that is similar to `name`."""
        return self.find_all([name])[name]

    def knows(self, name: str) -> bool:
        """Return whether `name` was looked up before and its result is still cached."""
        return name in self._known_names

    def find_all(self, names: Sequence[str]) -> Mapping[str, Found]:
        """Return for each of `names` every similar listed name. Much faster than single calls of `find`."""
        known = self._known_names
        found = {name: known[name] for name in names if name in known}
        missing = [name for name in dict.fromkeys(names) if name not in found]
        for start in range(0, len(missing), _TOGETHER):
            some = missing[start : start + _TOGETHER]
            if len(known) + len(some) > _CACHED_NAMES:
                known.clear()
            new = dict(zip(some, self._find(some), strict=True))
            known.update(new)
            found.update(new)
        return found

    def scan(self, name: str) -> Found:
        """Return what `find` returns, by comparing every listed name. For tests: slow, and correct by construction."""
        best: dict[int, Likeness] = {}
        for asked, _ in self._asked([name]):
            for position in range(len(self)):
                self._compare(asked, position, best)
        return _sorted(best)

    def _find(self, names: Sequence[str]) -> list[Found]:
        best: list[dict[int, Likeness]] = [{} for _ in names]
        asked = self._asked(names)
        candidates = self._candidates.of([each for each, _ in asked])
        if self._near_wholes is not None:
            wholes = [(at, each.query.plain) for at, (each, _) in enumerate(asked) if not each.query.syllabic]
            for at, position in self._near_wholes.near(wholes):
                candidates[at].add(position)
        for (each, place), found in zip(asked, candidates, strict=True):
            query = each.query
            if may_begin(query):
                found.update(self._plain_order.beginning_with(query.plain))
            for position in sorted(found):
                self._compare(each, position, best[place])
        return [_sorted(each) for each in best]

    def _asked(self, names: Sequence[str]) -> list[tuple[Asked, int]]:
        """Return each form of each name, with the position of the name in `names`."""
        fold_ahead(chain.from_iterable(map(words, names)))
        read = [(form, place) for place, name in enumerate(names) for form in forms(name, self.kind)]
        found = self._words.found([(form.words, _may_be_cut(form, names[place], self.kind)) for form, place in read])
        sounds, wholes = sounds_of([form for form, _ in read]), whole_spellings(names)
        asked = [
            (_query(form, sound, names[place], wholes[place], words_found), place)
            for (form, place), sound, words_found in zip(read, sounds, found, strict=True)
        ]
        self._add_joins([each for each, _ in asked])
        return asked

    def _add_joins(self, asked: Sequence[Asked]) -> None:
        """Add, for each pair of neighbours in a query, the forms that write the pair as one word."""
        joined = [(each, i, join) for each in asked for i, join in enumerate(each.query.joins) if join != NO_WORD]
        for place, numbers in self._words.joined([join for *_, join in joined]):
            each, i, _ = joined[place]
            weights = [(number, self._words.weight_of(number)) for number in numbers]
            each.joins.append((i, self._words.lists_of((number, weight, 0.0, weight) for number, weight in weights)))

    def _compare(self, asked: Asked, position: int, best: dict[int, Likeness]) -> None:
        query, listed = asked.query, self._form(position)
        if (asked.bare or listed.bare) and query.words != listed.words and query.compact != listed.compact:
            return
        likeness = name_likeness(query, listed, self.weighing, self.kind is NameKind.VESSEL)
        if likeness is None:
            return
        number = self._number_of[position]
        known = best.get(number)
        if known is None or likeness.similarity > known.similarity:
            best[number] = likeness

    def _form(self, position: int) -> ListedForm:
        known = self._known_forms.get(position)
        if known is None:
            if len(self._known_forms) >= _CACHED_FORMS:
                self._known_forms.clear()
            known = self._known_forms[position] = self._read(position)
        return known

    def _read(self, position: int) -> ListedForm:
        numbers = self._form_words[self._form_at[position] : self._form_at[position + 1]]
        flags, known = self._flags[position], self._words
        words = tuple(known[number] for number in numbers)
        weights = tuple(known.weight_of(number) for number in numbers)
        if flags & BARE:
            weights = tuple(
                weight if is_number(word) else min(weight, policy.LEAST_WEIGHT)
                for word, weight in zip(words, weights, strict=True)
            )
        whole, turned, compact, joined, core, kind, home = self._records[position].split("\n")
        return ListedForm(
            words=words,
            weights=weights,
            total=sum(weights),
            compact=compact,
            folds=tuple(known.fold_of(number) for number in numbers),
            joins=tuple(joined.split()),
            bare=bool(flags & BARE),
            short=bool(flags & SHORT),
            syllabic=bool(flags & SYLLABIC),
            plain=whole,
            turned=turned,
            core=frozenset(map(int, core.split())),
            legal=(kind, home),
            unspaced=bool(flags & UNSPACED),
        )


class _Plains(Sequence[str]):
    """The long whole spellings in sorted order, including those in order of use.

    `order` has twice the number of the form, plus 1 for a spelling in order of use.
    """

    def __init__(self, order: Sequence[int], records: Texts) -> None:
        self._order, self._records = order, records

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, place: int) -> str:  # type: ignore[override]
        position, turned = divmod(self._order[place], 2)
        return self._records[position].split("\n", 2)[turned]

    def beginning_with(self, start: str) -> Iterator[int]:
        """Yield the forms whose whole spelling starts with `start`."""
        place = bisect_left(self, start)
        while place < len(self) and self[place].startswith(start):
            yield self._order[place] // 2
            place += 1


def _may_be_cut(form: NameForm, name: str, kind: NameKind) -> bool:
    """Return whether the last word may be cut off. A person's name of two words is too short for that."""
    return len(form.words) > (2 if kind is NameKind.PERSON else 1) or len(name) >= policy.CUT_AT


def _is_begun(form: NameForm) -> bool:
    """Return whether the last word of a name of three words is so short that it may stand for a longer one."""
    last = form.words[-1]
    return len(form.words) > 2 and not form.syllabic and 1 < len(last) < policy.SHORTEST_CUT and last.isalpha()


def _query(form: NameForm, sound: Sound, name: str, whole: str, found: Sequence[FoundWord]) -> Asked:
    query = QueryName(
        words=form.words,
        weights=_weights(form, found),
        alike=tuple([each.alike for each in found]),
        compact=sound.compact,
        folds=sound.words,
        joins=sound.joins,
        syllabic=form.syllabic,
        certain=form.certain,
        cut=len(name) >= policy.CUT_AT,
        begun=len(name) >= policy.CUT_AT or _is_begun(form),
        filled=len(name) in policy.FIELDS,
        plain=whole,
        legal=form.legal,
        translated=form.translated,
        guessed=form.guessed,
        unspaced=form.unspaced,
    )
    return Asked(query, form.bare, found)


def _weights(form: NameForm, found: Sequence[FoundWord]) -> tuple[float, ...]:
    if not form.translated:
        return tuple([each.weight for each in found])
    return tuple(
        [
            min(each.weight, policy.TRANSLATED_WEIGHT) if word in TRANSLATED_WORDS else each.weight
            for word, each in zip(form.words, found, strict=True)
        ]
    )


def _sorted(best: Mapping[int, Likeness]) -> Found:
    return tuple(sorted(best.items(), key=lambda item: (-item[1].similarity, item[0])))
