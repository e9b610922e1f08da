"""Words one slip of the pen away from known ones: found without comparing with every word."""

from __future__ import annotations

from collections.abc import Iterator

from service.goods.languages import ANY
from service.goods.text import ARABIC, CYRILLIC, LATIN, script_of

TYPO_LENGTH = 7
"""Shorter words are too like one another to take one for another."""


def neighbourhoods(exact: dict[str, dict[str, int]]) -> dict[tuple[int, str, str], list[tuple[str, int]]]:
    """Known words by their length and two of their thirds, for one slip leaves two thirds of a word as they were."""
    near: dict[tuple[int, str, str], list[tuple[str, int]]] = {}
    for language, words in exact.items():
        for word, key in words.items():
            if len(word) < TYPO_LENGTH - 1 or word.startswith("-") or script_of(word) not in (LATIN, CYRILLIC, ARABIC):
                continue
            for form in (word,) if language == "ar" else dict.fromkeys((word, _plural(word, language))):
                length = len(form)
                if length >= TYPO_LENGTH:
                    one, two = length // 3, 2 * length // 3
                    known = (form, key)
                    near.setdefault((length, form[:two], ""), []).append(known)
                    near.setdefault((length, form[:one], form[two:]), []).append(known)
                    near.setdefault((length, "", form[one:]), []).append(known)
    return near


def thirds(word: str) -> Iterator[tuple[int, str, str]]:
    """Under what a known word stands that `word` may be a slip of."""
    length = len(word)
    for known in (length, length - 1, length + 1):
        one, two, shift = known // 3, 2 * known // 3, length - known
        yield known, word[:two], ""
        yield known, word[:one], word[two + shift :]
        yield known, "", word[one + shift :]


def _plural(word: str, language: str) -> str:
    return word + "s" if language in ("en", "fr", "es", ANY) and not word.endswith("s") else word


def one_slip(one: str, other: str) -> bool:
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
