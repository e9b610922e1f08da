"""Separate the legal form from the rest of an organisation's name, even if misspelled or cut off, and interpret it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from tidewaiter.matching.names.legal_forms import (
    LEGAL_ANYWHERE,
    LEGAL_FORMS,
    LEGAL_HOMES,
    LEGAL_KINDS,
    LEGAL_WORDS,
    LONGEST_LEGAL_FORM,
)
from tidewaiter.matching.names.near_words import NearWords
from tidewaiter.matching.scripts.folding import fold

_SHORTEST_LEGAL = 6
_SHORTEST_CUT_LEGAL = 3
_CUT_LEGAL_FORMS = frozenset(
    # Prefixes of legal forms with long words: LIMITED LIA, JOINT STOCK COM.
    (*form[:size], form[size][:letters])
    for form in LEGAL_FORMS
    if all(len(word) > 4 for word in form[:2])
    for size in range(1, len(form))
    for letters in range(1, len(form[size]) + 1)
)
_CUT_LEGAL_ENDS = frozenset(form[-1] for form in _CUT_LEGAL_FORMS)
_STARTS_OF_LEGAL_FORMS = frozenset(form[0] for form in LEGAL_FORMS if len(form) > 1)
_LONG_LEGAL_WORDS = sorted(
    # Short words only as part of a phrase: JOINT STOCK, but not every YUHAN.
    {word for form in LEGAL_FORMS for word in form if len(word) > (_SHORTEST_LEGAL if len(form) == 1 else 4)}
)
_LEGAL_BEGINNINGS = {
    word[:size]: word
    for word in reversed(("limited", "company", "corporation", "incorporated"))
    for size in range(_SHORTEST_CUT_LEGAL, len(word) + 1)
}
"""What a cut-off legal word begins, the first of several."""
_LONG_LEGAL = NearWords(_LONG_LEGAL_WORDS, ends=2)
_LEGAL_SPELLINGS = {fold(word): word for word in reversed(_LONG_LEGAL_WORDS)}


def without_legal_form(plain: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without legal forms: phrases are removed anywhere, single words at either end.

    Unambiguous words (LTD, OOO) are removed from the middle too. Empty when the name is only a legal form.
    """
    return tuple(plain[place] for place in places_without_legal_form(plain))


def places_without_legal_form(plain: tuple[str, ...]) -> Sequence[int]:
    """Return the positions of the words that `without_legal_form` keeps."""
    if LEGAL_WORDS.isdisjoint(plain):
        return range(len(plain))
    kept: list[int] = []
    position, count = 0, len(plain)
    while position < count:
        longest = min(LONGEST_LEGAL_FORM, count - position) if plain[position] in _STARTS_OF_LEGAL_FORMS else 0
        for size in range(longest, 1, -1):
            if plain[position : position + size] in LEGAL_FORMS:
                position += size
                break
        else:
            if plain[position] not in LEGAL_ANYWHERE:
                kept.append(position)
            position += 1
    if len(kept) == 1:
        only = plain[kept[0]]
        if len(only) == 1 and any(len(w) == 1 for w in plain if w != only):
            # Y.A.S. is an acronym, not Y, A.S.
            return [place for place, w in enumerate(plain) if len(w) == 1]
    while len(kept) > 1 and (plain[kept[-1]],) in LEGAL_FORMS:
        kept.pop()
    while len(kept) > 1 and (plain[kept[0]],) in LEGAL_FORMS:
        kept.pop(0)
    return [] if len(kept) == 1 and (plain[kept[0]],) in LEGAL_FORMS and count > 1 else kept


def what_it_says(set_aside: Sequence[str]) -> tuple[str, str]:
    """Return the kind and home country of the firm by the words of its legal form. S A R L is read as SARL."""
    if not set_aside:
        return "", ""
    stated = (*set_aside, "".join(word for word in set_aside if len(word) == 1))
    kinds, homes = ({table[word] for word in stated if word in table} for table in (LEGAL_KINDS, LEGAL_HOMES))
    if len(kinds) > 1:
        kinds.discard("firm")
    return (kinds.pop() if len(kinds) == 1 else "", homes.pop() if len(homes) == 1 else "")


def with_legal_words(plain: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words with misspelled long legal words corrected, and a cut-off legal word at the end completed."""
    right = tuple(map(_legal_word, plain))
    last = right[-1]
    longest = 0 if LEGAL_WORDS.isdisjoint(right[:-1]) else min(LONGEST_LEGAL_FORM, len(right) - 1)
    for size in range(longest if last in _CUT_LEGAL_ENDS else 0, 1, -1):
        if right[-size:] in _CUT_LEGAL_FORMS and right[-size:] not in LEGAL_FORMS:
            return right[:-size]
    if len(right) > 1 and last not in LEGAL_WORDS and (word := _LEGAL_BEGINNINGS.get(last)) is not None:
        return (*right[:-1], word)
    return right


def may_be_legal(word: str) -> bool:
    """Return whether a word may be part of a legal form, as it is, corrected or completed."""
    return word in LEGAL_WORDS or word in _LEGAL_BEGINNINGS or _legal_word(word) != word


@lru_cache(maxsize=100_000)
def _legal_word(word: str) -> str:
    if len(word) < _SHORTEST_LEGAL - 2 or word in LEGAL_WORDS:
        return word
    return _LEGAL_SPELLINGS.get(fold(word)) or _LONG_LEGAL.near(word) or word
