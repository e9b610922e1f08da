"""Read the names of organisations in Latin letters, and those in other scripts also in English."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from tidewaiter.matching.names import legal_words
from tidewaiter.matching.names.abbreviated import written_out
from tidewaiter.matching.names.legal_forms import GLUED_LEGAL_FORMS, LEGAL_ANYWHERE
from tidewaiter.matching.names.name import NameForm
from tidewaiter.matching.names.near_words import NearWords
from tidewaiter.matching.names.numbers import in_figures, is_no_name, without_number_words
from tidewaiter.matching.names.translations import (
    ACRONYMS,
    TRANSLATED_WORDS,
    in_english,
    is_translated,
    readings_of_syllables,
    translated,
    translated_from_latin,
)
from tidewaiter.matching.names.vocabulary import ABBREVIATIONS, GENERIC_CAP, NUMBER_WORDS, PLACE_WORDS, STOP_WORDS
from tidewaiter.text.latin import words

_SHORTEST_GLUED = 5
_LONG_WORD = 6
_SHORTEST_TELLING = 4
_TELLING_TOGETHER = 3
"""A translation of words of business alone counts from this many on. Two of them name many firms: trade bank."""
_LATIN = re.compile(r"^[^\u0370-\u1dff\u1f00-\u1fff\u2e80-\ufaff\ufb1d-\ufdff\ufe70-\ufefe]*$")
_UNSPACED = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_GENERIC = frozenset((*ABBREVIATIONS, *GENERIC_CAP))
_WORDS_OF_BUSINESS = TRANSLATED_WORDS | _GENERIC
_OF_RULES = STOP_WORDS | NUMBER_WORDS | PLACE_WORDS | ACRONYMS.keys()
_LONG_GENERIC = NearWords((word for word in _GENERIC if len(word) > _LONG_WORD), ends=3)


def organisation_forms(name: str, plain: tuple[str, ...]) -> list[NameForm]:
    """Return the readings of the name of an organisation. `plain` are its words."""
    if not name.isascii() and not _LATIN.match(name):
        return _organisation_of_any_script(name)
    return [NameForm(plain)] if all(map(_is_plain, plain)) else _organisation_in_latin(plain)


def _organisation_in_latin(plain: tuple[str, ...]) -> list[NameForm]:
    readings = _organisation(plain)
    if any(map(is_translated, readings[0].words)):
        in_english_ = _translated(plain, readings[0].legal, translated_from_latin)
        readings += [
            form
            for form in in_english_
            if form.words != readings[0].words
            and (len(form.words) >= _TELLING_TOGETHER or any(map(_tells, form.words)))
        ]
    return readings


@lru_cache(maxsize=100_000)
def _is_plain(word: str) -> bool:
    """Return whether no rule of `_organisation_in_latin` applies to a word, wherever it is in a name."""
    return (
        len(word) > 1
        and word.isalpha()
        and word not in _OF_RULES
        and not word.startswith(GLUED_LEGAL_FORMS)
        and not word.endswith(GLUED_LEGAL_FORMS)
        and not legal_words.may_be_legal(word)
        and _organisation_word(word) == word
        and not is_translated(word)
    )


def _organisation(plain: tuple[str, ...]) -> list[NameForm]:
    right = legal_words.with_legal_words(plain)
    # Undo the correction of a word that is not part of a legal form after all: SOCIETY is not SOCIETE.
    places = legal_words.places_without_legal_form(right)
    stripped = tuple([plain[place] for place in places])
    spelled = _with_letters_joined([w for w in without_number_words(stripped) if w not in STOP_WORDS])
    kept = tuple(map(_organisation_word, spelled))
    if not kept:
        return [NameForm(plain, bare=True)]
    legal = legal_words.what_it_says([word for place, word in enumerate(right) if place not in places])
    readings = [NameForm(kept, bare=is_no_name(kept), as_spelled=spelled if spelled != kept else None, legal=legal)]
    if (open_ := tuple(map(_unless_open, spelled))) != kept:
        readings.append(NameForm(open_, legal=legal))
    if len(kept) > 1 and not ACRONYMS.keys().isdisjoint(kept):
        readings.append(NameForm(_with_acronyms_written_out(kept), legal=legal))
    if not kept[0].startswith(GLUED_LEGAL_FORMS) and not kept[-1].endswith(GLUED_LEGAL_FORMS):
        return readings
    for form in GLUED_LEGAL_FORMS:
        if kept[0].startswith(form) and len(kept[0]) - len(form) >= _SHORTEST_GLUED:
            readings.append(NameForm((kept[0].removeprefix(form), *kept[1:])))
        if kept[-1].endswith(form) and len(kept[-1]) - len(form) >= _SHORTEST_GLUED - 1:
            readings.append(NameForm((*kept[:-1], kept[-1].removesuffix(form))))
    return readings


def _organisation_of_any_script(name: str) -> list[NameForm]:
    """Return the readings by sound, and the readings with known words translated into English."""
    english = in_english(name)
    plain = words(english)
    readings = _organisation(plain)
    unspaced = _UNSPACED.search(name) is not None
    if unspaced:
        guess = _HAN.search(name) is not None
        for other in dict.fromkeys(words(text) for text in readings_of_syllables(name)):
            if other and other != plain:
                readings += [form._replace(guessed=guess) for form in _organisation(other)]
    readings += _translated(plain, readings[0].legal, translated)
    return [form._replace(unspaced=True) for form in readings] if unspaced else readings


def _tells(word: str) -> bool:
    """Return whether a word is of no business and long enough to be no chance: an acronym may stand for anything."""
    return len(word) >= _SHORTEST_TELLING and word not in _WORDS_OF_BUSINESS


def _translated(
    plain: tuple[str, ...], legal: tuple[str, str], translation: Callable[[Sequence[str]], list[tuple[str, ...]]]
) -> list[NameForm]:
    """Return the readings in English of a name with these words and this legal form."""
    # Words of a legal form are not part of the name. Translate the remaining words only.
    telling = legal_words.without_legal_form(legal_words.with_legal_words(plain)) or plain
    return [
        form._replace(legal=legal, translated=True)
        for words_ in translation(telling)
        if words_ and words_ != telling
        for form in _organisation(words_)
    ]


def _with_letters_joined(plain: Sequence[str]) -> tuple[str, ...]:
    """Return N. A. Z. as NAZ."""
    if min(map(len, plain), default=2) > 1:
        return tuple(plain)
    out: list[str] = []
    letters = False
    for word in plain:
        letter = len(word) == 1 and word.isalpha()
        if letter and letters:
            out[-1] += word
        else:
            out.append(word)
        letters = letter
    return tuple(out)


def _with_acronyms_written_out(kept: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words with acronyms written out, without the legal words in these: those of a name are set aside."""
    out: list[str] = []
    for word in kept:
        out += [part for part in ACRONYMS[word] if part not in LEGAL_ANYWHERE] if word in ACRONYMS else [word]
    return tuple(out)


def _unless_open(word: str) -> str:
    """Like `_organisation_word`, but keep an ambiguous abbreviation: MIN is ministry or mining."""
    return word if word in ABBREVIATIONS and len(written_out(word)) > 1 else _organisation_word(word)


@lru_cache(maxsize=100_000)
def _organisation_word(word: str) -> str:
    if word in ABBREVIATIONS:
        return ABBREVIATIONS[word]
    if len(word) > _LONG_WORD and word.isalpha() and word not in _GENERIC:
        generic = _LONG_GENERIC.near(word)
        if generic:
            return ABBREVIATIONS.get(generic, generic)
    return in_figures(word)
