"""Return all readings of the name of a party of any kind."""

from __future__ import annotations

import re
from functools import lru_cache

from tidewaiter.matching.names.name import NameForm, NameKind
from tidewaiter.matching.names.numbers import in_figures, is_no_name, without_number_words
from tidewaiter.matching.names.organisations import organisation_forms
from tidewaiter.matching.names.persons import person_forms
from tidewaiter.matching.names.vocabulary import VESSEL_PREFIXES
from tidewaiter.text.figures import texts_with_letters
from tidewaiter.text.latin import words

_BRACKETS = re.compile(r"[(\[（]([^()\[\]（）]*)[)\]）]")
_ACRONYM = re.compile(r"^[A-Z][A-Z0-9.&-]{1,5}$")


@lru_cache(maxsize=200_000)
def forms(name: str, kind: NameKind) -> tuple[NameForm, ...]:
    """Return all readings of `name`, the plain one first; empty when it has no letter or digit."""
    found: dict[NameForm, None] = {}
    plain = name
    if "(" in name or "[" in name or "（" in name:
        plain = _BRACKETS.sub(" ", name)
        for inner in _BRACKETS.findall(name):
            inside = inner.strip().strip("\"'“”")
            if _ACRONYM.match(inside) or (inside and not inside.isascii() and plain.isascii()):
                found.update(dict.fromkeys(_readings(inside, kind)))
    first = _readings(plain, kind) or _readings(name, kind)
    others = texts_with_letters(plain)
    if len(first) == 1 and not others and not found:
        return tuple(first)
    for other in others:
        found.update(dict.fromkeys(_readings(other, kind)))
    return tuple(dict.fromkeys(first) | found)


def _readings(name: str, kind: NameKind) -> list[NameForm]:
    plain = words(name)
    if not plain:
        return []
    if kind is NameKind.ORGANISATION:
        return organisation_forms(name, plain)
    if kind is NameKind.VESSEL:
        return [_vessel(plain)]
    words_alone = tuple(word for word in plain if not word.isdecimal())
    # A number after a person's name numbers a line, a list or a flat. It does not indicate a different person.
    return person_forms(name, words_alone if len(words_alone) > 1 else plain)


def _vessel(plain: tuple[str, ...]) -> NameForm:
    for prefix in VESSEL_PREFIXES:
        if plain[: len(prefix)] == prefix and len(plain) > len(prefix):
            plain = plain[len(prefix) :]
            break
    kept = tuple(in_figures(w) for w in without_number_words(plain))
    return NameForm(kept, bare=is_no_name(kept))
