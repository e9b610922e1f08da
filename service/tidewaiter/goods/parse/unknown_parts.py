"""The parts of a description of which no word is known. Asked for only where a doubt about the goods is weighed."""

from __future__ import annotations

import re
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


def unknown_parts(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return each part of `text`, between two signs or words that part things, of which no word is known."""
    stripped = (part.strip() for part in _BETWEEN.split(clean(text)))
    return tuple(dict.fromkeys(part for part in stripped if part and parse(part, vocabulary)[1]))
