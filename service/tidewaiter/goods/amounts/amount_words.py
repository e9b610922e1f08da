"""The amount words of all languages together, as patterns: a description may be of any language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from tidewaiter.goods.languages import EVERY
from tidewaiter.goods.languages.language import AmountWords, Language, Words


def every(words: Callable[[AmountWords], Words], of: Callable[[Language], bool] = lambda _: True) -> frozenset[str]:
    """Return the words of all languages, or of those that `of` is true of."""
    return frozenset(word for language in EVERY if of(language) for word in words(language.amounts))


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of `words`, of which those of scripts with spaces only match as whole words."""
    spaced = [word for word in words if not _UNSPACED.search(word)]
    unspaced = [word for word in words if _UNSPACED.search(word)]
    return rf"(?:(?<!\w)(?:{alternatives(spaced)})(?!\w)|(?:{alternatives(unspaced)}))"


def alternatives(words: Iterable[str]) -> str:
    """Return the words as the alternatives of a pattern, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def beginnings(words: Iterable[str]) -> str:
    """Return the words as alternatives that also match the beginning of a longer word, unless they are one letter."""
    return "|".join(
        re.escape(word) + (r"\b" if len(word) == 1 and not _UNSPACED.match(word) else "") for word in sorted(words)
    )


_UNSPACED = re.compile("[\u3040-\u9fff\uac00-\ud7af]")
