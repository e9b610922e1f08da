"""Denials: "not for re-export to Iran, Syria or North Korea" says that goods do not go there.

Only the plain form of a denial counts. Any other wording leaves the country named, because a doubt never clears.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from tidewaiter.rulebook.base import RuleModel, Words
from tidewaiter.rulebook.phrases import fold

COMMA: Final = "\ua7ff"
END: Final = COMMA * 2
QUESTION: Final = COMMA * 3
"""A letter that no text has and that outlives folding: a comma, the end of a clause, and that of a question."""
MARKS: Final = frozenset({COMMA, END, QUESTION})
_LONGEST: Final = 5
"""Words of the longest denial, and of the longest name of a country."""
_FURTHEST: Final = 30
"""Words, names of countries and marks between a denial and a name."""
_FURTHEST_DENIAL: Final = 100
"""Words and marks between a denial and one that it takes back."""
_LIFTED_WITHIN: Final = 8
_CLAUSE_ENDS: Final = frozenset({END, QUESTION})
_ENDS = re.compile(r"[.!](?=\s|$)|[;:|\n\r\u3002\uff1b\uff1a\uff01\u2013\u2014]|\s-\s")
_QUESTIONS = re.compile(r"[?\uff1f\u061f]")
_COMMAS = re.compile(r"[,\uff0c\u3001\u060c/]")
_BETWEEN: Final = frozenset("and or nor y o e ou et und oder noch и или ve veya و أو".split())
"""Words between the countries of a list."""


class DenialWords(RuleModel):
    """Words that deny what is said of a country. All but `after` have several in a text."""

    before: tuple[Words, ...] = ()
    through: tuple[Words, ...] = ()
    after: tuple[str, ...] = ()
    lifted_by: tuple[Words, ...] = ()
    doubled_by: tuple[Words, ...] = ()


def with_marks(text: str) -> str:
    """Return `text` with words for its commas and for the ends of its clauses."""
    ended = _QUESTIONS.sub(f" {QUESTION} ", _ENDS.sub(f" {END} ", text))
    return _COMMAS.sub(f" {COMMA} ", ended)


class Denials:
    """Tells whether a text denies what it says of a country. Immutable."""

    __slots__ = (
        "_after",
        "_after_by_word",
        "_before",
        "_before_phrases",
        "_countries",
        "_country_phrases",
        "_doubling_phrases",
        "_lifted",
        "_through",
        "_unspaced",
    )

    def __init__(self, words: DenialWords, countries: Collection[str]) -> None:
        """`countries` are folded names of countries, which may stand between a denial and the name."""
        self._countries = countries
        self._before = frozenset(_parted(words.before))
        self._through = frozenset(_parted(words.through))
        self._before_phrases, self._country_phrases = _Phrases(self._before), _Phrases(countries)
        self._doubling_phrases = _Phrases((*(self._before - self._through), *_parted(words.doubled_by)))
        """Denials that take another one back; those that deny each of a list (ni ... ni) do not."""
        self._after = tuple(sorted((fold(phrase).strip() for phrase in words.after), key=len, reverse=True))
        self._after_by_word: dict[str, list[str]] = {}
        for phrase in self._after:
            self._after_by_word.setdefault(phrase.split(" ")[0], []).append(f"{phrase} ")
        self._lifted = frozenset(_parted(words.lifted_by))
        unspaced = (phrase for phrase in (*self._through, *countries) if not phrase.isascii())
        self._unspaced = frozenset(unspaced)

    def deny(self, marked: Sequence[str], start: int, end: int, names: Mapping[int, int]) -> bool:
        """Return whether the name from `start` to `end` of `marked`, words with marks, is denied.

        `names` has by their ends the starts of the names of countries in it.
        """
        for word in marked[end : end + _LIFTED_WITHIN]:
            if word == END:
                break
            if word == QUESTION or word in self._lifted:
                return False
        return self._before_it(marked, start, names) or self._behind_it(marked, start, end)

    def deny_unspaced(self, before: str, after: str) -> bool:
        """Return whether a name between these texts, of a script without spaces, is denied."""
        after = after.strip()
        if any(after.startswith(phrase) for phrase in self._after if not phrase.isascii()):
            return not any(phrase in before for phrase in self._before if not phrase.isascii())
        while before:
            denial = _longest_at_end(before, self._before)
            if denial:
                left = before[: -len(denial)]
                return not any(phrase in left for phrase in self._before if not phrase.isascii())
            passed = _longest_at_end(before, self._unspaced)
            if before.endswith(" "):
                passed = " " if _longest_at_end(before[:-1], self._countries) else ""
            if not passed:
                return False
            before = before[: -len(passed)]
        return False

    def _before_it(self, marked: Sequence[str], start: int, names: Mapping[int, int]) -> bool:
        """Whether nothing but what a denial reaches through stands between one and the name."""
        at, only_names = start, True
        while at > max(0, start - _FURTHEST):
            if size := self._before_phrases.at_end(marked, at):
                return not self._denied_already(marked, at - size)
            word = marked[at - 1]
            if word == COMMA:
                if not only_names or not self._name_at_end(marked, at - 1, names):
                    return False
                at -= 1
            elif size := self._name_at_end(marked, at, names):
                at -= size
            elif word in _BETWEEN or word in self._through:
                only_names &= word in _BETWEEN
                at -= 1
            else:
                return False
        return False

    def _behind_it(self, marked: Sequence[str], start: int, end: int) -> bool:
        behind = list(marked[end : end + _FURTHEST])
        while behind and (size := self._size_passed(behind)):
            del behind[:size]
        phrases = self._after_by_word.get(behind[0], ()) if behind else ()
        words = f"{' '.join(behind)} " if phrases else ""
        return any(map(words.startswith, phrases)) and not self._denied_already(marked, start)

    def _size_passed(self, behind: Sequence[str]) -> int:
        """Return how many words a list of countries goes on with; 0 where it ends."""
        size = self._country_phrases.at_start(behind)
        return size or int(behind[0] in _BETWEEN or behind[0] == COMMA)

    def _denied_already(self, marked: Sequence[str], end: int) -> bool:
        """Whether another denial stands before `end` in the clause, or may: to nobody except.

        Words further back are not read, because each name of a long clause would read all before it.
        """
        for at in range(end, max(0, end - _FURTHEST_DENIAL), -1):
            if marked[at - 1] in _CLAUSE_ENDS:
                return False
            if self._doubling_phrases.at_end(marked, at):
                return True
        return end > _FURTHEST_DENIAL

    def _name_at_end(self, marked: Sequence[str], end: int, names: Mapping[int, int]) -> int:
        """The number of words of the name of a country that ends there; 0 where none does."""
        return end - names[end] if end in names else self._country_phrases.at_end(marked, end)


class _Phrases:
    """Phrases of at most `_LONGEST` words, found by the word that they begin or end with."""

    __slots__ = ("_firsts", "_lasts", "_phrases")

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = frozenset(phrases)
        self._firsts = frozenset(phrase.split(" ")[0] for phrase in self._phrases)
        self._lasts = frozenset(phrase.split(" ")[-1] for phrase in self._phrases)

    def at_start(self, words: Sequence[str]) -> int:
        """Return the number of words of the longest phrase that `words` begin with; 0 where there is none."""
        if not words or words[0] not in self._firsts:
            return 0
        sizes = range(min(_LONGEST, len(words)), 0, -1)
        return next((size for size in sizes if " ".join(words[:size]) in self._phrases), 0)

    def at_end(self, words: Sequence[str], end: int) -> int:
        """Return the number of words of the longest phrase that ends at `end`; 0 where there is none."""
        if not end or words[end - 1] not in self._lasts:
            return 0
        sizes = range(min(_LONGEST, end), 0, -1)
        return next((size for size in sizes if " ".join(words[end - size : end]) in self._phrases), 0)


def _longest_at_end(text: str, phrases: Collection[str]) -> str:
    return next((text[at:] for at in range(max(0, len(text) - 12), len(text)) if text[at:] in phrases), "")


def _parted(texts: Iterable[str]) -> Iterable[str]:
    return (fold(phrase).strip() for text in texts for phrase in text.split(","))
