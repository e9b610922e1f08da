"""Words one slip of the pen away from known ones: found without comparing with every word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tidewaiter.goods.languages import codes_where
from tidewaiter.goods.languages.scripts import Script, script_of

TYPO_LENGTH = 7
"""Shorter words are too like one another to take one for another."""
SCRIPTS = (Script.LATIN, Script.CYRILLIC, Script.ARABIC)
"""The scripts whose words have letters enough to miss one."""
_PLURAL_IN_S = codes_where(lambda language: "s" in language.plurals)


def neighbourhoods(exact: Mapping[str, Mapping[str, int]]) -> tuple[list[str], list[int], dict[str, list[int]]]:
    """Known words, their keys, and the places of those that have a length and two of their thirds in common: one slip
    leaves two thirds of a word as they were."""
    known: list[str] = []
    keys: list[int] = []
    near: dict[str, list[int]] = {}
    for language, words in exact.items():
        for word, key in words.items():
            if len(word) < TYPO_LENGTH - 1 or word[0] == "-" or script_of(word) not in SCRIPTS:
                continue
            for form in dict.fromkeys((word, _plural(word, language))):
                length = len(form)
                if length >= TYPO_LENGTH:
                    one, two, place = length // 3, 2 * length // 3, len(known)
                    near.setdefault(f"{length}{form[:two]} ", []).append(place)
                    near.setdefault(f"{length}{form[:one]} {form[two:]}", []).append(place)
                    near.setdefault(f"{length} {form[one:]}", []).append(place)
                    known.append(form)
                    keys.append(key)
    return known, keys, near


def thirds(word: str) -> Iterator[str]:
    """Under what a known word stands that `word` may be a slip of."""
    length = len(word)
    for known in (length, length - 1, length + 1):
        one, two, shift = known // 3, 2 * known // 3, length - known
        yield f"{known}{word[:two]} "
        yield f"{known}{word[:one]} {word[two + shift :]}"
        yield f"{known} {word[one + shift :]}"


def _plural(word: str, language: str) -> str:
    return word + "s" if language in _PLURAL_IN_S and not word.endswith("s") else word


def one_edit_apart(one: str, other: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours makes `one` into `other`."""
    if one == other or abs(len(one) - len(other)) > 1:
        return one == other
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
    return a[1:] == b if len(a) > len(b) else a == b[1:]
