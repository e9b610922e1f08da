"""The languages in which goods are recognised: a file each, found by its name.

Every module of this package whose name is an ISO 639-1 code holds one `Language`, as `LANGUAGE`. Nothing else names a
language: the mechanisms ask this registry, by property. So a new language is a new file.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module

from tidewaiter.goods.languages.language import Language
from tidewaiter.goods.languages.neutral import LANGUAGE as NEUTRAL
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script

_CODE_LETTERS = 2


def _registered() -> tuple[Language, ...]:
    codes = sorted(name for _, name, _ in pkgutil.iter_modules(__path__) if len(name) == _CODE_LETTERS)
    languages: list[Language] = []
    for code in codes:
        language = import_module(f"{__name__}.{code}").LANGUAGE
        if not isinstance(language, Language) or language.code != code:
            raise TypeError(f"{__name__}.{code}: LANGUAGE is not a Language with the code {code!r}")
        languages.append(language)
    return tuple(sorted(languages, key=lambda language: language.precedence))


LANGUAGES = _registered()
"""All languages, in the order of their precedence."""
ANY = NEUTRAL.code
"""The code of what is written alike in every language."""
EVERY = (NEUTRAL, *LANGUAGES)
CODES = tuple(language.code for language in LANGUAGES)


def codes_where(has: Callable[[Language], object]) -> frozenset[str]:
    """Return the codes of the languages that have a property, `ANY` among them where it has the property too."""
    return frozenset(language.code for language in EVERY if has(language))


def of_script(script: Script) -> tuple[Language, ...]:
    """Return the languages that are written in `script`, in the order of their precedence."""
    return tuple(language for language in LANGUAGES if language.script is script)


HEAD_FIRST = codes_where(lambda language: language.head_first)
"""Languages in which the thing comes before what it is for or made of."""


def function_words() -> Iterator[tuple[str, str, WordRole]]:
    """Return the code of the language, the words and the role of all words that name no goods.

    Of several roles of one spelling the first counts.
    """
    for language in LANGUAGES:
        for role, terms in language.roles.items():
            for term in terms:
                yield language.code, term, role
