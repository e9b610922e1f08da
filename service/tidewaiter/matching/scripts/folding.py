"""Fold words to their sound, which is the same for their spellings in all romanisations.

Many words are folded at a time, joined into one text, so that each rule is applied once and not once per word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from tidewaiter.matching.index.hashing import Array

_REMEMBERED: Final = 400_000

_FOLDS: Final = (
    # Required substring, pattern, replacement. The order matters: sounds spelled with several letters come first. A
    # pattern starts with letters, because literal prefixes are found fastest.
    ("rn", r"rn", "m"), ("h", r"shch|sch|sh", "s"), ("", r"tch|dzh|dj|ch|zh|cz", "j"), ("ck", r"ck", "k"),
    ("q", r"q", "k"), ("c", r"c(?!h)", "k"), ("x", r"x", "ks"), ("kh", r"kh", "h"), ("gh", r"gh", "g"),
    ("t", r"th|tt", "t"), ("dh", r"dh", "d"), ("ph", r"ph", "f"), ("tz", r"tz", "ts"), ("w", r"w", "v"),
    ("off", r"off$", "ov"), ("eff", r"eff$", "ev"), ("y", r"y", "i"), ("ie", r"ie(?<=^ie)(?=.)", "e"),
    ("ev", r"ei?e(?=v)", "e"), ("ev", r"ii?e(?=v)", "ie"), ("ee", r"ee", "i"), ("oo", r"oo", "u"), ("ou", r"ou", "u"),
    ("eo", r"eo", "o"), ("eu", r"eu", "u"), ("ae", r"ae", "ai"), ("ei", r"ei", "ai"), ("oe", r"oe", "o"),
    ("ue", r"ue", "u"), ("io", r"io(?=\w)", "o"), ("ah", r"ah(?<=\wah)$", "a"), ("iia", r"iia$", "ia"),
    ("ja", r"ja(?<=\w\wja)$", "ia"),
)  # fmt: skip
_PATRONYMICS: Final = (
    # Endings of patronymics in any language: Anatolyevich, Anatolijovytj, Anatoljevič.
    (re.compile(r"(?<![iyj])[iyj]*[aeo][vu][iy](?:tj|cz|ch|c)$"), "ovij"),
    (re.compile(r"(?<![iyj])[iyj]*(?:[aeo][vu]|iv|yv)na$"), "ovna"),
)
_OF_PATRONYMICS: Final = ("tj", "cz", "ch", "c", "na")
_SOUNDS: Final = tuple(
    # Azhar and Mazhari have a z and an h, and Raja has a j.
    (needed, pattern.replace("|zh", ""), left)
    for needed, pattern, left in _FOLDS
    if needed not in ("rn", "ja")
)


class _Folding:
    """Rules that map many spellings to one form. Results are cached."""

    def __init__(self, rules: Iterable[tuple[str, str, str]]) -> None:
        # A pattern that is plain text is None: `str.replace` is faster.
        self._rules = tuple(
            (needed, None if pattern == needed else re.compile(pattern, re.MULTILINE), left)
            for needed, pattern, left in rules
        )
        self.known: dict[str, str] = {}

    def of(self, word: str) -> str:
        known = self.known.get(word)
        if known is None:
            known = self._made(word)
            self._remember({word: known})
        return known

    def look_ahead(self, words: Iterable[str]) -> None:
        if new := self.new(set(words)):
            self._remember(new)

    def new(self, words: set[str]) -> dict[str, str]:
        """Return the folds of the words that are not cached and do not stay as they are."""
        new = [word for word in words.difference(self.known) if not _stays(word)]
        return dict(zip(new, self._made("\n".join(new)).split("\n"), strict=True)) if new else {}

    def _remember(self, made: dict[str, str]) -> None:
        if len(self.known) + len(made) > _REMEMBERED:
            self.known = {}
        self.known.update(made)

    def _made(self, text: str) -> str:
        words = _once(text, but=_VOWELS).split("\n")
        text = "\n".join(_patronymic(word) if word.endswith(_OF_PATRONYMICS) else word for word in words)
        for needed, pattern, left in self._rules:
            if pattern is None:
                text = text.replace(needed, left)
            elif needed in text:
                text = pattern.sub(left, text)
        return _once(text)


def _patronymic(word: str) -> str:
    for pattern, left in _PATRONYMICS:
        word = pattern.sub(left, word)
    return word


def _marked(letters: bytes) -> Array:
    return np.isin(np.arange(256), np.frombuffer(letters, np.uint8))


_BREAKS: Final = _marked(b"\n")
_VOWELS: Final = _marked(b"aeouf\n")


def _once(text: str, but: Array = _BREAKS) -> str:
    """Return the ASCII `text` with doubled letters reduced to one, except letters marked in the table `but`."""
    letters = np.frombuffer(text.encode("ascii"), np.uint8)
    kept = but[letters]
    kept[1:] |= letters[1:] != letters[:-1]
    kept[:1] = True
    return letters[kept].tobytes().decode("ascii")


_FOLDING: Final = _Folding(_FOLDS)
_SOUNDING: Final = _Folding(_SOUNDS)


def fold(word: str) -> str:
    """Return the folded form of a word. Its spellings share the fold, as Sergeyevich and Sergeevich do.

    A word with a digit and a word in `semitic` codes fold to themselves.
    """
    known = _FOLDING.known.get(word)
    if known is not None:
        return known
    return word if _stays(word) else _FOLDING.of(word)


def fold_ahead(words: Iterable[str]) -> None:
    """Fold many words at once and cache the results for `fold`. Much cheaper than single calls."""
    _FOLDING.look_ahead(words)


def fold_all(texts: Iterable[str]) -> dict[str, str]:
    """Return each text mapped to its fold. Like `fold_ahead`, but without caching, for texts that do not recur."""
    distinct = set(texts)
    folded = _FOLDING.new(distinct)
    folded.update([(text, fold(text)) for text in distinct.difference(folded)])
    return folded


def sound(word: str) -> str:
    """Like `fold`, but without the rules for misread letters. Used to compare Latin words with `semitic` codes."""
    return _SOUNDING.of(word) if _is_misread(word) else _FOLDING.of(word)


def sound_of(word: str, folded: str) -> str:
    """Like `sound`, for a word that folds to `folded`."""
    return _SOUNDING.of(word) if _is_misread(word) else folded


def is_patronymic(folded: str) -> bool:
    """Return whether a folded word ends as patronymics do: Kuzhugetovich, Petrovna."""
    return folded.endswith(("ovij", "ovna"))


def undoubled(texts: Sequence[str]) -> list[str]:
    """Return each of the ASCII texts with doubled letters reduced to one."""
    return _once("\n".join(texts)).split("\n") if texts else []


def _is_misread(word: str) -> bool:
    return "rn" in word or "zh" in word or word.endswith("ja")


def _stays(word: str) -> bool:
    return not word.isalpha() or word.isupper()
