"""Two names side by side, word by word, each pair with the kind of its agreement.

It reads the names with the matcher's own functions. It explains a match; it does not decide one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from tidewaiter.matching import policy
from tidewaiter.matching.names.name import NameForm, NameKind
from tidewaiter.matching.names.readings import forms
from tidewaiter.matching.names.word_likeness import same_class, skeleton_likeness, word_likeness
from tidewaiter.matching.scripts.folding import fold


class WordKind(Enum):
    """How a word of one name agrees with the other name: a mark, a class of the style sheet, and the meaning."""

    SAME = ("=", "same", "the same word")
    SPELLING = ("≈", "spelling", "another spelling of the same name")
    SOUND = ("♪", "sound", "sounds the same")
    TRANSLATION = ("T", "translation", "a translation, or an abbreviation")
    LETTER = ("1", "letter", "one letter differs")
    VOWELS = ("V", "vowels", "the same consonants, with other vowels or none")
    INITIAL = ("I", "initial", "an initial of it")
    JOINED = ("+", "joined", "two words written as one")
    ABSENT = ("–", "absent", "only on one side")
    DIFFERS = ("≠", "differs", "stands for nothing in the other name, which has words of its own left")

    def __init__(self, mark: str, style: str, meaning: str) -> None:
        self.mark, self.style, self.meaning = mark, style, meaning


@dataclass(frozen=True, slots=True)
class AlignedWord:
    """A word of the transfer beside the word of the list; one of them is empty where there is none."""

    asked: str
    listed: str
    kind: WordKind
    likeness: float


_MOST_WORDS: Final = 24


def aligned(asked: str, listed: str, kinds: Sequence[NameKind]) -> tuple[AlignedWord, ...]:
    """Return the words of two names side by side, by the pair of readings that agrees best."""
    best: tuple[AlignedWord, ...] = ()
    best_sum = -1.0
    for kind in kinds:
        for mine in forms(asked, kind):
            for theirs in forms(listed, kind):
                if max(len(mine.words), len(theirs.words)) > _MOST_WORDS:
                    continue
                rows = tuple(_rows(mine, theirs, kind))
                total = sum(row.likeness for row in rows) / max(len(rows), 1)
                if total > best_sum:
                    best, best_sum = rows, total
    return best


def _rows(mine: NameForm, theirs: NameForm, read_as: NameKind) -> Iterator[AlignedWord]:
    pairs, left, right = _pairs(mine.words, theirs.words, read_as)
    partner: dict[int, tuple[str, WordKind, float]] = {}
    for i, j, likeness in pairs:
        partner[i] = (theirs.words[j], _kind(mine.words[i], theirs.words[j], likeness), likeness)
    for i in tuple(left):
        joined = next((j for j in right if j + 1 in right and _joins(mine.words[i], theirs.words, j)), None)
        if joined is not None:
            partner[i] = (f"{theirs.words[joined]} {theirs.words[joined + 1]}", WordKind.JOINED, policy.JOINED)
            left.remove(i)
            right = [j for j in right if j not in (joined, joined + 1)]
    covered: set[int] = set()
    for j in tuple(right):
        first = next((i for i in left if i + 1 in left and _joins(theirs.words[j], mine.words, i)), None)
        if first is not None:
            partner[first] = (theirs.words[j], WordKind.JOINED, policy.JOINED)
            covered.add(first + 1)
            left = [i for i in left if i not in (first, first + 1)]
            right.remove(j)
    if pairs:
        for i in tuple(left):
            initial = next((j for j in right if _is_initial(mine.words[i], theirs.words[j])), None)
            if initial is not None:
                partner[i] = (theirs.words[initial], WordKind.INITIAL, policy.INITIAL)
                left.remove(i)
                right.remove(initial)
    alone = WordKind.DIFFERS if left and right else WordKind.ABSENT
    for i, word in enumerate(mine.words):
        if i in covered:
            continue
        other, kind, likeness = partner.get(i, ("", alone, 0.0))
        shown = f"{word} {mine.words[i + 1]}" if i + 1 in covered else word
        yield AlignedWord(shown, other, kind, likeness)
    for j in right:
        yield AlignedWord("", theirs.words[j], alone, 0.0)


def _pairs(
    mine: Sequence[str], theirs: Sequence[str], read_as: NameKind
) -> tuple[list[tuple[int, int, float]], list[int], list[int]]:
    """Return the pairs of like words, the likest first, and the places of the words left over on both sides."""
    found = sorted(
        (-likeness, i, j)
        for i, word in enumerate(mine)
        for j, other in enumerate(theirs)
        if (likeness := word_likeness(word, other, read_as)) > 0
    )
    left, right = list(range(len(mine))), list(range(len(theirs)))
    pairs = []
    for negative, i, j in found:
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            pairs.append((i, j, -negative))
    return pairs, left, right


def _kind(mine: str, theirs: str, likeness: float) -> WordKind:
    if mine == theirs:
        return WordKind.SAME
    if mine.isupper() or theirs.isupper():
        return WordKind.VOWELS
    known = same_class(mine, theirs)
    if known >= policy.ROMANISATION:
        return WordKind.SPELLING
    if known and known >= likeness:
        return WordKind.TRANSLATION
    folded, other = fold(mine), fold(theirs)
    if folded == other:
        return WordKind.SOUND
    by_consonants = likeness == policy.SAME_CONSONANTS and skeleton_likeness(folded, other) > 0
    return WordKind.VOWELS if by_consonants else WordKind.LETTER


def _joins(word: str, others: Sequence[str], at: int) -> bool:
    return fold(word) == fold(others[at] + others[at + 1])


def _is_initial(mine: str, theirs: str) -> bool:
    return (len(mine) == 1) != (len(theirs) == 1) and mine[0] == theirs[0] and mine[0].isalpha()
