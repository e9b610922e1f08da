"""What a word sounds like: what its spellings in all romanisations have in common.

Words are folded many at a time, one after the other in one text: a rule is then applied once, not once a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_REMEMBERED: Final = 400_000

_FOLDS: Final = (
    # What must be in a text for the rule to change it ("" for one of several), the rule, and what it leaves. The order
    # matters: what is spelled with several letters first.
    # Patronymics in any language's letters: Anatolyevich, Anatolijovytj, Anatoljevič.
    ("", r"[iyj]*[aeo][vu][iy](?:tj|cz|ch|c)$", "ovij"), ("na", r"[iyj]*(?:[aeo][vu]|iv|yv)na$", "ovna"),
    ("rn", r"rn", "m"), ("h", r"shch|sch|sh", "s"), ("", r"tch|dzh|dj|ch|zh|cz", "j"),
    ("", r"ck|q|c(?=[^h]|$)", "k"),
    ("x", r"x", "ks"), ("kh", r"kh", "h"), ("gh", r"gh", "g"), ("t", r"th|tt", "t"), ("dh", r"dh", "d"),
    ("ph", r"ph", "f"), ("tz", r"tz", "ts"), ("w", r"w", "v"), ("off", r"off$", "ov"), ("eff", r"eff$", "ev"),
    ("y", r"y", "i"), ("ie", r"^ie(?=.)", "e"), ("ev", r"ei?e(?=v)", "e"), ("ev", r"ii?e(?=v)", "ie"),
    ("ee", r"ee", "i"), ("o", r"oo|ou", "u"), ("eo", r"eo", "o"), ("eu", r"eu", "u"), ("", r"ae|ai|ei", "ai"),
    ("oe", r"oe", "o"), ("ue", r"ue", "u"), ("io", r"io(?=\w)", "o"), ("ah", r"\Bah$", "a"),
    ("a", r"iia$|ja$", "ia"),
)  # fmt: skip
_SOUNDS: Final = tuple(
    # Azhar and Mazhari have a z and an h.
    (needed, pattern.replace("|zh", ""), left)
    for needed, pattern, left in _FOLDS
    if needed != "rn"
)


class _Folding:
    """Rules that make one form of many spellings. Remembers what it made."""

    def __init__(self, rules: Iterable[tuple[str, str, str]]) -> None:
        self._rules = tuple((needed, re.compile(pattern, re.MULTILINE), left) for needed, pattern, left in rules)
        self._known: dict[str, str] = {}

    def of(self, word: str) -> str:
        known = self._known.get(word)
        return self.of_all((word,))[word] if known is None else known

    def of_all(self, words: Iterable[str]) -> dict[str, str]:
        """Each word that was not folded before, with its form."""
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        made = dict(zip(new, self._made("\n".join(new)).split("\n"), strict=True)) if new else {}
        if len(self._known) + len(made) > _REMEMBERED:
            self._known = {}
        self._known.update(made)
        return made

    def _made(self, text: str) -> str:
        text = _DOUBLED_BUT_VOWELS.sub("", text)
        for needed, pattern, left in self._rules:
            if needed in text:
                text = pattern.sub(left, text)
        return undoubled(text)


_DOUBLED = re.compile(r"(.)(?=\1)")
_DOUBLED_BUT_VOWELS = re.compile(r"([^aeouf\n])(?=\1)")
_FOLDING: Final = _Folding(_FOLDS)
_SOUNDING: Final = _Folding(_SOUNDS)


def fold(word: str) -> str:
    """What the spellings of one sound have in common, across romanisations: Sergeyevich and Sergeevich fold alike.

    A word with a figure in it and a word of `semitic` codes fold to themselves.
    """
    return word if _stays(word) else _FOLDING.of(word)


def fold_ahead(words: Iterable[str]) -> None:
    """Fold many words at once, at a third of the cost, so that `fold` knows them."""
    _FOLDING.of_all(word for word in words if not _stays(word))


def sound(word: str) -> str:
    """As `fold`, without what scanners misread: how a Latin word is held against one of `semitic` codes."""
    return _SOUNDING.of(word) if "rn" in word or "zh" in word else _FOLDING.of(word)


def undoubled(text: str) -> str:
    """`text` with every doubled letter once."""
    return _DOUBLED.sub("", text)


def _stays(word: str) -> bool:
    return not word.isalpha() or word.isupper()
