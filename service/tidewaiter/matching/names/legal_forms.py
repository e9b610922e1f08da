"""Legal forms of organisations: their words, and the kind and country of firm that they indicate (PLC, FZE).

The words are in `matching/words/`, as `text.latin.words` gives them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tidewaiter.matching.names.vocabulary import PACKAGE
from tidewaiter.text.word_files import groups_of, rows_of

_LONG_WORD = 5


def _with_joined_words(form: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the form as it is, and with any two neighbouring long words written as one."""
    yield form
    for i in range(len(form) - 1):
        if len(form[i]) >= _LONG_WORD and len(form[i + 1]) >= _LONG_WORD:
            yield (*form[:i], form[i] + form[i + 1], *form[i + 2 :])


_FORMS = {tuple(form.split()): where for form, where in rows_of(PACKAGE, "legal_forms.tsv", 2)}
LEGAL_FORMS = frozenset(joined for form in _FORMS for joined in _with_joined_words(form))
LEGAL_WORDS = frozenset(word for form in LEGAL_FORMS for word in form)
LONGEST_LEGAL_FORM = max(map(len, LEGAL_FORMS))
LEGAL_ANYWHERE = frozenset(form[0] for form, where in _FORMS.items() if where == "anywhere")
"""Unambiguous one-word legal forms, which are recognised in the middle of a name too."""
GLUED_LEGAL_FORMS = tuple(form for (form,) in rows_of(PACKAGE, "legal_forms_glued.tsv", 1))
"""Legal forms that people attach to the neighbouring word: JSCARGUMENT."""

LEGAL_KINDS = {word: kind for kind, words in groups_of(PACKAGE, "legal_kinds.tsv").items() for word in words}
"""Legal words that tell whether the shares of a firm are traded. A COMPANY may be either."""
_HOMES = tuple(rows_of(PACKAGE, "legal_homes.tsv", 3))
LEGAL_HOMES = {word: home for home, _, words in _HOMES for word in words.split()}
"""Legal words specific to a country or region. Most other legal words are also used in translations."""
COUNTRIES_OF_HOME = {home: frozenset(countries.split()) for home, countries, _ in _HOMES}
"""The countries (ISO 3166 alpha-2) whose firms have such a legal form."""


def are_abroad(home: str, countries: Sequence[str]) -> bool:
    """Return whether a legal form belongs to none of a party's countries; False when either is unknown."""
    return bool(home and countries) and COUNTRIES_OF_HOME[home].isdisjoint(countries)


def are_at_home(home: str, countries: Sequence[str]) -> bool:
    """Return whether a legal form belongs to one of a party's countries; False when either is unknown."""
    return bool(home) and not COUNTRIES_OF_HOME[home].isdisjoint(countries)
