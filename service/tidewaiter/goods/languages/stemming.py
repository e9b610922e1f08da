"""What the stems of several languages have in common: endings that are taken off, the longest that fits first."""

from __future__ import annotations

from collections.abc import Mapping

Endings = Mapping[str, tuple[str, ...]]
"""Endings by their last letter, in the order in which they are tried."""


def endings(text: str) -> Endings:
    """Return the endings in `text`, which are parted by spaces; longer ones come before those that they end with."""
    found: dict[str, list[str]] = {}
    for ending in text.split():
        found.setdefault(ending[-1], []).append(ending)
    return {letter: tuple(group) for letter, group in found.items()}


def stripped(word: str, known: Endings, shortest: int) -> str:
    """Return `word` without the first of the known endings that leaves `shortest` letters, or `word` itself."""
    for ending in known.get(word[-1:], ()):
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            return word[: -len(ending)]
    return word
