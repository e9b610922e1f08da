"""Read the names of persons: remove titles and particles, join two-word names, add readings of other scripts."""

from __future__ import annotations

import re

from tidewaiter.matching.names.name import NameForm
from tidewaiter.matching.names.vocabulary import PARTICLES, SYLLABIC_SURNAMES, TITLES
from tidewaiter.matching.scripts import semitic
from tidewaiter.text import korean
from tidewaiter.text.latin import words
from tidewaiter.text.semitic import GOD, in_god, servant_of

_HAN = re.compile(r"^[\s·・㐀-鿿豈-﫿]+$")
_SYLLABIC_SCRIPT = re.compile(r"^[\s·・㐀-鿿豈-﫿가-힣]+$")
_SERVANT_OF = re.compile(r"^abd[aeiou]*+(?!ll?ah?$)(\w{4,})$")
_ARTICLE = re.compile(r"^[ae]l(?=\w{4})(?!ll?ah?$)")
_FAITH = "DYN"
_PARTICLES = PARTICLES | semitic.PARTICLES
_TITLES = TITLES | semitic.TITLES
_SERVANTS = frozenset(("abd", "abdul", "abdel", "abdal", "abdol"))
_SERVANT = "UBD"
_HALF_NAMES = _SERVANTS | {_SERVANT, GOD}
_MOST_SYLLABLES = 4
_LONGEST_SYLLABLE = 6


def person_forms(name: str, plain: tuple[str, ...]) -> list[NameForm]:
    """Return the readings of the name of a person. `plain` are its words."""
    by_syllable = _SYLLABIC_SCRIPT.match(name) is not None
    # In such names "An" is a family name, not an article.
    form = NameForm(plain, syllabic=True, certain=True) if by_syllable else _person(plain)
    readings = [form._replace(syllabic=True) if _is_syllabic(form.words) else form]
    readings += [NameForm(coded) for coded in semitic.unvowelled(form.words)] if name.isascii() else []
    for parted in () if name.isascii() else semitic.parted(form.words):
        readings.append(NameForm(parted))
        if _FAITH in parted[1:]:
            readings.append(NameForm(_with_faith_joined(parted)))
    if plain[-1] in _HALF_NAMES and "," in name:
        # "MAJID, Hafiz Abdul" is Hafiz Abdul Majid.
        family, _, given = name.partition(",")
        readings.append(_person((*words(given), *words(family))))
    if _FAITH in form.words[1:]:
        readings.append(NameForm(_with_faith_joined(form.words)))
    if not name.isascii():
        other = korean.han_reading(name) if _HAN.match(name) else korean.russian_reading(plain)
        if other:
            readings.append(NameForm(other, syllabic=True, certain=by_syllable))
    return readings


def core(name: str, form: NameForm) -> frozenset[int]:
    """Return the positions in `form` of the family name and the first given name; empty without further names.

    The family name is before the comma, or last when there is no comma. Of two names before the comma, the first is
    the one in use: GUZMAN LOERA, Joaquin.
    """
    count = len(form.words)
    if count < 3 or form.syllabic:
        return frozenset()
    family, comma, _ = name.partition(",")
    if not comma:
        return frozenset({0, count - 1})
    before = _person(words(family)).words if words(family) else ()
    if form.words[: len(before)] != before:
        return frozenset({0, count - 1})
    return frozenset({0, len(before)}) if 0 < len(before) < count else frozenset()


def _person(plain: tuple[str, ...]) -> NameForm:
    # This must come first: Sayyid is a title, but Abd al-Sayyid is a name.
    joined = _joined_servants(plain)
    untitled = tuple([w for w in joined if w not in _TITLES])
    named = untitled if len(untitled) >= 2 or (untitled and len(joined) < len(plain)) else joined
    kept = tuple([_servant(w) for w in named if w not in _PARTICLES])
    return NameForm(kept or named, bare=not kept)


def _joined_servants(plain: tuple[str, ...]) -> tuple[str, ...]:
    """Return `abd al rahman` and `abdul rahman` as one word."""
    if _HALF_NAMES.isdisjoint(plain):
        return plain
    out: list[str] = []
    position = 0
    while position < len(plain):
        word = plain[position]
        rest = plain[position + 1 :]
        if word in _SERVANTS and rest:
            skip = 1 if rest[0] in _PARTICLES and len(rest) > 1 else 0
            behind = rest[skip] if skip else _ARTICLE.sub("", rest[0])
            out.append("abdul" + behind)
            position += 2 + skip
        elif word == GOD and out and out[-1].isupper():
            # Hamdullah, Khairullah: one name, written as two words in Arabic.
            out[-1] = in_god(out[-1])
            position += 1
        elif word == _SERVANT and rest:
            out.append(servant_of(rest[0]) if rest[0].isupper() else rest[0])
            position += 2
        else:
            out.append(word)
            position += 1
    return tuple(out)


def _servant(word: str) -> str:
    """Return one spelling for Abdulrahman, Abdurrahman and Abdelrahman."""
    if not word.startswith("abd") or not (parts := _SERVANT_OF.match(word)):
        return word
    rest = parts[1]
    if rest[0] == "l" or rest[0] == rest[1]:
        rest = rest[1:]
    return "abdul" + rest if len(rest) > 2 else word


def _with_faith_joined(words_: tuple[str, ...]) -> tuple[str, ...]:
    """Return Salah al-Din as Salahuddin."""
    place = words_.index(_FAITH, 1)
    return (*words_[: place - 1], f"{words_[place - 1]}U{_FAITH}", *words_[place + 1 :])


def _is_syllabic(plain: tuple[str, ...]) -> bool:
    return (
        2 <= len(plain) <= _MOST_SYLLABLES
        and (plain[0] in SYLLABIC_SURNAMES or plain[-1] in SYLLABIC_SURNAMES)
        and all(len(word) <= _LONGEST_SYLLABLE for word in plain)
    )
