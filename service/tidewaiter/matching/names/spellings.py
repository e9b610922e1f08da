"""Compute the spellings and sounds of names that serve as index keys."""

from __future__ import annotations

from collections.abc import Sequence
from operator import add
from typing import NamedTuple

from tidewaiter.matching import policy
from tidewaiter.matching.names.name import NameForm
from tidewaiter.matching.scripts import semitic
from tidewaiter.matching.scripts.folding import fold, fold_all, sound, undoubled
from tidewaiter.text.latin import words

NO_WORD = "-"
_WITHOUT_VOWELS = str.maketrans("gz", "hs", "aeiou")


class Sound(NamedTuple):
    """The sound of one form of a name."""

    words: tuple[str, ...]
    joins: tuple[str, ...]
    """Each pair of neighbours as one word; NO_WORD when the pair is too short to be useful."""
    compact: str
    """All words written as one, which is equal for joined and split spellings."""


def sounds_of(read: Sequence[NameForm]) -> list[Sound]:
    """Return the sound of each form. Batches are much faster than single calls."""
    spellings = [(form.words, *_joins(form.spelled)) for form in read]
    folded = fold_all(text for _, joins, whole in spellings for text in (*joins, whole))
    return [
        Sound(tuple(map(fold, words_)), tuple([folded[join] for join in joins]), folded[whole])
        for words_, joins, whole in spellings
    ]


def _joins(spelled: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Return each pair of neighbours as one word, and all words as one."""
    whole = "".join(spelled)
    # `_joined` only leaves out numbers and words in codes.
    join = add if whole.isalpha() and whole.islower() else _joined
    return tuple(map(join, spelled, spelled[1:])), whole


def _joined(first: str, second: str) -> str:
    together = first + second
    return NO_WORD if together.isdigit() or first.isupper() or second.isupper() else together


def whole_spellings(names: Sequence[str]) -> list[str]:
    """Return the whole spelling of each name: all its words written as one, with doubled letters reduced to one."""
    return undoubled(["".join(words(name)) for name in names])


def in_order_of_use(names: Sequence[str]) -> list[str]:
    """Like `whole_spellings`, with a family name before a comma moved to the end; empty for names without one."""
    parted = [name.split(",") for name in names]
    return whole_spellings(
        [f"{parts[1]} {parts[0]}" if len(parts) == 2 and parts[1].strip() else "" for parts in parted]
    )


def skeleton(folded: str) -> str:
    """Return the first letter, all consonants, and `+` for a vowel at the end of a folded Latin word.

    Empty when the word has too few consonants. A vowel at the end may tell a woman's name from a man's: Karima, Karim.
    """
    bones = folded.translate(_WITHOUT_VOWELS)
    if len(bones) < policy.LEAST_CONSONANTS:
        return ""
    start = folded[0] if folded[0] in "aeiou" else ""
    return f"{start}{bones}+" if folded[-1] in "aeiou" else start + bones


def consonant_keys(word: str, listed: bool) -> tuple[str, ...]:
    """Return the keys that a word in `semitic` codes shares with the words that it may be.

    A Latin word of a query only matches listed words in codes, never other Latin words.
    """
    if not word.isalpha():
        return ()
    if word.isupper():
        found = semitic.keys(word)
        return found if listed else (*found, *(f"~{key}" for key in found))
    bones = semitic.consonants(sound(word))
    if not bones:
        return ()
    return (f"~{bones}",) if listed else (bones,)
