"""Names of parties as the words that compare: legal forms, titles and particles set aside, numbers known as numbers.

One name may have several forms: a bracketed acronym, or a Korean reading of Chinese characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from tidewaiter.matching.names.legal_forms import (
    GLUED_LEGAL_FORMS,
    LEGAL_ANYWHERE,
    LEGAL_FORMS,
    LEGAL_HOMES,
    LEGAL_KINDS,
    LEGAL_WORDS,
    LONGEST_LEGAL_FORM,
)
from tidewaiter.matching.names.translations import ACRONYMS, in_english, translated, with_joined_syllables
from tidewaiter.matching.names.vocabulary import (
    ABBREVIATIONS,
    GENERIC_CAP,
    NUMBER_WORDS,
    NUMERALS,
    PARTICLES,
    PLACE_WORDS,
    STOP_WORDS,
    SYLLABIC_SURNAMES,
    TITLES,
    VESSEL_PREFIXES,
)
from tidewaiter.matching.policy import FIGURES_OF_A_NAME
from tidewaiter.matching.scripts import semitic
from tidewaiter.matching.scripts.folding import fold, fold_all, sound, undoubled
from tidewaiter.text import korean
from tidewaiter.text.latin import words
from tidewaiter.text.semitic import GOD, in_god, servant_of


class Kind(StrEnum):
    """The three kinds of names, which are read and weighed differently."""

    PERSON = "person"
    ORGANISATION = "organisation"
    VESSEL = "vessel"


class NameForm(NamedTuple):
    """One way to read a name: its words in order, without what does not identify.

    `bare` when the words make no name by themselves: only legal forms, titles, a few figures, an address.
    `syllabic` for a name of a family name and syllables, as in Chinese and Korean; `certain` when it is in Hangul or
    Chinese characters. `as_spelled` are the words before abbreviations were written out, where that differs. `legal` is
    what the legal form of an organisation says: its kind and its home, each empty when it says none; `translated` when
    words of it were.
    """

    words: tuple[str, ...]
    bare: bool = False
    syllabic: bool = False
    as_spelled: tuple[str, ...] | None = None
    certain: bool = False
    legal: tuple[str, str] = ("", "")
    translated: bool = False

    @property
    def spelled(self) -> tuple[str, ...]:
        """The words as the name spells them, one for each of `words`."""
        return self.as_spelled or self.words


class Sound(NamedTuple):
    """How a form of a name sounds: its words; each two neighbours as one word, NO_WORD where these say too little; and
    all words run together, which is what joined and split spellings have in common."""

    words: tuple[str, ...]
    joins: tuple[str, ...]
    compact: str


NO_WORD = "-"
_BRACKETS = re.compile(r"[(\[（]([^()\[\]（）]*)[)\]）]")
_ACRONYM = re.compile(r"^[A-Z][A-Z0-9.&-]{1,5}$")
_HAN = re.compile(r"^[\s·・㐀-鿿豈-﫿]+$")
_SERVANT_OF = re.compile(r"^abd[aeiou]*+(?!ll?ah?$)(\w{4,})$")
_ARTICLE = re.compile(r"^[ae]l(?=\w{4})(?!ll?ah?$)")
_SHORTEST_GLUED = 5
_SHORTEST_LEGAL = 6
_SHORTEST_CUT_LEGAL = 3
_CUT_LEGAL_FORMS = frozenset(
    # The beginnings of legal forms of long words: LIMITED LIA, JOINT STOCK COM.
    (*form[:size], form[size][:letters])
    for form in LEGAL_FORMS
    if all(len(word) > 4 for word in form[:2])
    for size in range(1, len(form))
    for letters in range(1, len(form[size]) + 1)
)
_FAITH = "DYN"
_PARTICLES = PARTICLES | semitic.PARTICLES
_TITLES = TITLES | semitic.TITLES
_SERVANTS = frozenset(("abd", "abdul", "abdel", "abdal", "abdol"))
_SERVANT = "UBD"
_HALF_NAMES = _SERVANTS | {_SERVANT, GOD}
_MOST_SYLLABLES = 4
_LONGEST_SYLLABLE = 6
_LATIN = re.compile(r"^[^\u0370-\u1dff\u1f00-\u1fff\u2e80-\ufaff\ufb1d-\ufdff\ufe70-\ufefe]*$")
_SYLLABIC_SCRIPT = re.compile(r"^[\s·・㐀-鿿豈-﫿가-힣]+$")


@lru_cache(maxsize=200_000)
def forms(name: str, kind: Kind) -> tuple[NameForm, ...]:
    """All ways to read `name`, the plain one first; empty when it has no letter or digit at all."""
    found: dict[NameForm, None] = {}
    plain = name
    if "(" in name or "[" in name or "（" in name:
        plain = _BRACKETS.sub(" ", name)
        for inner in _BRACKETS.findall(name):
            inside = inner.strip().strip("\"'“”")
            if _ACRONYM.match(inside) or (inside and not inside.isascii() and plain.isascii()):
                found.update(dict.fromkeys(_readings(inside, kind)))
    first = dict.fromkeys(_readings(plain, kind) or _readings(name, kind))
    return tuple(first | found)


def sounds_of(read: Sequence[NameForm]) -> list[Sound]:
    """How each form sounds. Much faster for many at once."""
    spellings = [
        (form.words, tuple(map(_joined, form.spelled, form.spelled[1:])), "".join(form.spelled)) for form in read
    ]
    folded = fold_all(text for words_, joins, whole in spellings for text in (*words_, *joins, whole))
    return [
        Sound(tuple([folded[word] for word in words_]), tuple([folded[join] for join in joins]), folded[whole])
        for words_, joins, whole in spellings
    ]


def _joined(first: str, second: str) -> str:
    together = first + second
    return NO_WORD if together.isdigit() or first.isupper() or second.isupper() else together


def plain(names: Sequence[str]) -> list[str]:
    """The whole spelling of each name: its words run together, doubled letters as one, nothing set aside."""
    return undoubled(["".join(words(name)) for name in names])


def in_order_of_use(names: Sequence[str]) -> list[str]:
    """As `plain`, of names that give the family name before a comma, with that last; empty for all others."""
    parted = [name.split(",") for name in names]
    return plain([f"{parts[1]} {parts[0]}" if len(parts) == 2 and parts[1].strip() else "" for parts in parted])


def core(name: str, form: NameForm) -> frozenset[int]:
    """The places in a person's `form` of the family name and the first given name, when there are further names.

    The family name stands before the comma, where there is one, and last where there is none. Of two before the comma
    the first is what a person is called by: GUZMAN LOERA, Joaquin.
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


def _readings(name: str, kind: Kind) -> list[NameForm]:
    plain = words(name)
    if not plain:
        return []
    if kind is Kind.ORGANISATION:
        return _organisation(plain) if _LATIN.match(name) else _organisation_of_any_script(name)
    if kind is Kind.VESSEL:
        return [_vessel(plain)]
    by_syllable = _SYLLABIC_SCRIPT.match(name) is not None
    # An is a family name there, and no article.
    form = NameForm(plain, syllabic=True, certain=True) if by_syllable else _person(plain)
    readings = [form._replace(syllabic=True) if _is_syllabic(form.words) else form]
    readings += [NameForm(coded) for coded in semitic.unvowelled(form.words)] if name.isascii() else []
    for parted in () if name.isascii() else semitic.parted(form.words):
        readings.append(NameForm(parted))
        if _FAITH in parted[1:]:
            readings.append(NameForm(_with_faith_joined(parted)))
    if plain[-1] in _HALF_NAMES and "," in name:
        # MAJID, Hafiz Abdul is Hafiz Abdul Majid.
        family, _, given = name.partition(",")
        readings.append(_person((*words(given), *words(family))))
    if _FAITH in form.words[1:]:
        readings.append(NameForm(_with_faith_joined(form.words)))
    if not name.isascii():
        other = korean.han_reading(name) if _HAN.match(name) else korean.russian_reading(plain)
        if other:
            readings.append(NameForm(other, syllabic=True, certain=by_syllable))
    return readings


def _with_faith_joined(words_: tuple[str, ...]) -> tuple[str, ...]:
    """Salah al-Din as Salahuddin."""
    place = words_.index(_FAITH, 1)
    return (*words_[: place - 1], f"{words_[place - 1]}U{_FAITH}", *words_[place + 1 :])


def _is_syllabic(plain: tuple[str, ...]) -> bool:
    return (
        2 <= len(plain) <= _MOST_SYLLABLES
        and (plain[0] in SYLLABIC_SURNAMES or plain[-1] in SYLLABIC_SURNAMES)
        and all(len(word) <= _LONGEST_SYLLABLE for word in plain)
    )


def _person(plain: tuple[str, ...]) -> NameForm:
    # First, since Sayyid is a title, and Abd al-Sayyid a name.
    joined = _joined_servants(plain)
    untitled = tuple([w for w in joined if w not in _TITLES])
    named = untitled if len(untitled) >= 2 or (untitled and len(joined) < len(plain)) else joined
    kept = tuple([_servant(w) for w in named if w not in _PARTICLES])
    return NameForm(kept or named, bare=not kept)


def _joined_servants(plain: tuple[str, ...]) -> tuple[str, ...]:
    """`abd al rahman` and `abdul rahman` as the one word that they are."""
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
            # Hamdullah, Khairullah: a name of two words in Arabic.
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
    """Abdulrahman, Abdurrahman and Abdelrahman are one word."""
    if not word.startswith("abd") or not (parts := _SERVANT_OF.match(word)):
        return word
    rest = parts[1]
    if rest[0] == "l" or rest[0] == rest[1]:
        rest = rest[1:]
    return "abdul" + rest if len(rest) > 2 else word


def _organisation_of_any_script(name: str) -> list[NameForm]:
    """As it sounds, and with what can be translated in English."""
    english = in_english(name)
    plain = words(english)
    readings = _organisation(plain)
    if (joined := words(with_joined_syllables(english))) != plain:
        readings += _organisation(joined)
    # A word of a legal form is none of the name: what is left when these are gone is translated.
    telling = without_legal_form(_with_legal_words(plain)) or plain
    for words_ in translated(telling):
        if words_ and words_ != telling:
            readings += [form._replace(legal=readings[0].legal, translated=True) for form in _organisation(words_)]
    return readings


def _organisation(plain: tuple[str, ...]) -> list[NameForm]:
    right = _with_legal_words(plain)
    # A word put right that turns out to be no part of a legal form stays as it was: SOCIETY is no SOCIETE.
    places = _places_without_legal_form(right)
    stripped = tuple([plain[place] for place in places])
    spelled = _with_letters_joined([w for w in _without_number_words(stripped) if w not in STOP_WORDS])
    kept = tuple(map(_organisation_word, spelled))
    if not kept:
        return [NameForm(plain, bare=True)]
    legal = _legal([word for place, word in enumerate(right) if place not in places])
    readings = [NameForm(kept, bare=_no_name(kept), as_spelled=spelled if spelled != kept else None, legal=legal)]
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


def _with_letters_joined(plain: Sequence[str]) -> tuple[str, ...]:
    """N. A. Z. as NAZ."""
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
    return tuple(part for word in kept for part in ACRONYMS.get(word, (word,)))


def _legal(set_aside: Sequence[str]) -> tuple[str, str]:
    """What the words of a legal form say, S A R L as SARL."""
    said = (*set_aside, "".join(word for word in set_aside if len(word) == 1))
    kinds, homes = ({table[word] for word in said if word in table} for table in (LEGAL_KINDS, LEGAL_HOMES))
    if len(kinds) > 1:
        kinds.discard("firm")
    return (kinds.pop() if len(kinds) == 1 else "", homes.pop() if len(homes) == 1 else "")


def _with_legal_words(plain: tuple[str, ...]) -> tuple[str, ...]:
    """Long legal words that are misspelled put right, and the last word too when it is one cut off."""
    right = tuple(map(_legal_word, plain))
    last = right[-1]
    longest = 0 if LEGAL_WORDS.isdisjoint(right[:-1]) else min(LONGEST_LEGAL_FORM, len(right) - 1)
    for size in range(longest, 1, -1):
        if right[-size:] not in LEGAL_FORMS and (*right[-size:-1], last) in _CUT_LEGAL_FORMS:
            return right[:-size]
    if len(right) > 1 and len(last) >= _SHORTEST_CUT_LEGAL and last not in LEGAL_WORDS:
        for word in ("limited", "company", "corporation", "incorporated"):
            if word.startswith(last):
                return (*right[:-1], word)
    return right


@lru_cache(maxsize=100_000)
def _legal_word(word: str) -> str:
    if len(word) < _SHORTEST_LEGAL - 2 or word in LEGAL_WORDS:
        return word
    return _LEGAL_SPELLINGS.get(fold(word)) or _LONG_LEGAL.near(word) or word


@lru_cache(maxsize=100_000)
def _organisation_word(word: str) -> str:
    if word in ABBREVIATIONS:
        return ABBREVIATIONS[word]
    if len(word) > _SHORTEST_LEGAL and word.isalpha() and word not in _GENERIC:
        generic = _LONG_GENERIC.near(word)
        if generic:
            return ABBREVIATIONS.get(generic, generic)
    return _number(word)


class _Known:
    """Words, found by what is one letter's difference from them: that has their first letters, or their last."""

    def __init__(self, words_: Iterable[str], ends: int) -> None:
        """No word is shorter than twice `ends` and a letter more."""
        self._ends = ends
        self._words: dict[str, list[str]] = {}
        for word in sorted(words_):
            self._words.setdefault(word[:ends], []).append(word)
            self._words.setdefault("-" + word[-ends:], []).append(word)

    def near(self, word: str) -> str | None:
        """The first by alphabet."""
        found = (*self._words.get(word[: self._ends], ()), *self._words.get("-" + word[-self._ends :], ()))
        return min([known for known in found if OSA.distance(word, known, score_cutoff=1) <= 1], default=None)


def _number(word: str) -> str:
    if word in NUMERALS:
        return NUMERALS[word]
    return (word.lstrip("0") or "0") if word.isdigit() else word


def _no_name(kept: tuple[str, ...]) -> bool:
    """Whether there are only a few figures, a letter, or the words of an address."""
    if all(w in PLACE_WORDS or w.isdigit() for w in kept):
        figures = sum(len(w) for w in kept if w.isdigit())
        return figures < FIGURES_OF_A_NAME or (figures == FIGURES_OF_A_NAME and any(w in PLACE_WORDS for w in kept))
    return len(kept) == 1 and len(kept[0]) == 1


def _without_number_words(plain: tuple[str, ...]) -> tuple[str, ...]:
    if NUMBER_WORDS.isdisjoint(plain):
        return plain
    return tuple(
        w for i, w in enumerate(plain) if not (w in NUMBER_WORDS and i + 1 < len(plain) and plain[i + 1][0].isdigit())
    )


def _vessel(plain: tuple[str, ...]) -> NameForm:
    for prefix in VESSEL_PREFIXES:
        if plain[: len(prefix)] == prefix and len(plain) > len(prefix):
            plain = plain[len(prefix) :]
            break
    kept = tuple(_number(w) for w in _without_number_words(plain))
    return NameForm(kept, bare=_no_name(kept))


def without_legal_form(plain: tuple[str, ...]) -> tuple[str, ...]:
    """The words that remain when legal forms are taken away: phrases anywhere, single words at the ends.

    Words that can be nothing else (LTD, OOO) go in the middle too. Empty when nothing else is there.
    """
    return tuple(plain[place] for place in _places_without_legal_form(plain))


def _places_without_legal_form(plain: tuple[str, ...]) -> Sequence[int]:
    if LEGAL_WORDS.isdisjoint(plain):
        return range(len(plain))
    kept: list[int] = []
    position, count = 0, len(plain)
    while position < count:
        for size in range(min(LONGEST_LEGAL_FORM, count - position), 1, -1):
            if plain[position : position + size] in LEGAL_FORMS:
                position += size
                break
        else:
            if plain[position] not in LEGAL_ANYWHERE:
                kept.append(position)
            position += 1
    if len(kept) == 1:
        only = plain[kept[0]]
        if len(only) == 1 and any(len(w) == 1 for w in plain if w != only):
            # Y.A.S. is an acronym, not Y, A.S.
            return [place for place, w in enumerate(plain) if len(w) == 1]
    while len(kept) > 1 and (plain[kept[-1]],) in LEGAL_FORMS:
        kept.pop()
    while len(kept) > 1 and (plain[kept[0]],) in LEGAL_FORMS:
        kept.pop(0)
    return [] if len(kept) == 1 and (plain[kept[0]],) in LEGAL_FORMS and count > 1 else kept


def is_number(word: str) -> bool:
    """Whether a word holds a figure, so that it must agree exactly or not at all."""
    return not word.isalpha()


def consonant_keys(word: str, listed: bool) -> tuple[str, ...]:
    """By what a word of `semitic` codes and the words that it may be are found, of which one at least is such a word.

    A Latin word of a query looks for listed words of codes alone, so that it does not meet other Latin words.
    """
    if not word.isalpha():
        return ()
    if word.isupper():
        found = semitic.keys(word)
        return found if listed else (*found, *(f"~{key}" for key in found))
    bones = semitic.consonants(sound(word))
    if not bones:
        return ()
    return (f"~{bones}",) if listed else (bones,)


_GENERIC = frozenset((*ABBREVIATIONS, *GENERIC_CAP))
_LONG_GENERIC = _Known((word for word in _GENERIC if len(word) > _SHORTEST_LEGAL), ends=3)
_LONG_LEGAL_WORDS = sorted(
    # Short ones only where a phrase holds them: JOINT STOCK, and not every YUHAN.
    {word for form in LEGAL_FORMS for word in form if len(word) > (_SHORTEST_LEGAL if len(form) == 1 else 4)}
)
_LONG_LEGAL = _Known(_LONG_LEGAL_WORDS, ends=2)
_LEGAL_SPELLINGS = {fold(word): word for word in reversed(_LONG_LEGAL_WORDS)}
