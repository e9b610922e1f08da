"""The parts of a description of which no word is known. Asked for only where a doubt about the goods is weighed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tidewaiter.goods.languages import LANGUAGES
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.lexicon.vocabulary import Vocabulary
from tidewaiter.goods.parse.parser import parse
from tidewaiter.goods.parse.words import clean

_JOINING: Final = sorted(
    {
        word.replace("_", " ")
        for language in LANGUAGES
        for role in (WordRole.AND, WordRole.OR)
        for word in language.roles.get(role, ())
        if word.isalpha()
    }
)
_BETWEEN: Final = re.compile(
    r"[,;:/&+|()\[\]{}\n\r\t•、，。；：·・\"“”«»!?]+|\. | [-–—] | (?:" + "|".join(_JOINING) + r") ", re.IGNORECASE
)


def parts_of(text: str) -> tuple[str, ...]:
    """Return each part of `text` that stands between two signs or words that part things, once."""
    stripped = (part.strip() for part in _BETWEEN.split(clean(text)))
    return tuple(dict.fromkeys(part for part in stripped if part))


def unknown_parts(parts: Iterable[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return those of the parts of which no word is known."""
    return tuple(part for part in parts if _has_unknown_word(part, vocabulary) and parse(part, vocabulary)[1])


def _has_unknown_word(part: str, vocabulary: Vocabulary) -> bool:
    """Return whether `parse` can find a word without a meaning. It costs a quarter of parsing."""
    stream = vocabulary.stream(vocabulary.pieces(part))
    return any(lexeme.meaning is None and lexeme.role in _MAY_BE_CONTENT for lexeme, _ in stream)


_MAY_BE_CONTENT: Final = frozenset({WordRole.CONTENT, WordRole.ACTIVITY, WordRole.FREE})
"""Roles of words that name something; "free" has another one only behind a hyphen."""
