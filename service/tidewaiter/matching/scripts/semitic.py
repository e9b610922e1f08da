"""Compare Arabic, Persian and Hebrew words, written without short vowels, with the Latin words that they may be.

A word of these scripts is coded with one capital letter for each of its letters: محمد is MHMD. `_VOWELS` and
`_CONSONANTS` say what each code may be in Latin, as spelled by `folding.fold`: MHMD may be `muhamad` or `mohamed`, but
not `hamid`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from string import ascii_lowercase

from tidewaiter.matching.names.vocabulary import PACKAGE, ROMANISATIONS
from tidewaiter.text.semitic import coded
from tidewaiter.text.word_files import rows_of

_ONE, _MAYBE, _MANY, _WORDS, _MAYBE_WORDS, _FEMININE = range(6)
"""How a part is read: exactly one of some letters, at most one, any number of them, exactly one of several words, at
most one of them, or a feminine ending (vowels with an optional h or t, or an h)."""
_Part = tuple[int, str]
_ANY_VOWELS: _Part = (_MANY, "aeiou")
_VOWELS: dict[str, tuple[_Part, ...]] = {
    "A": ((_ONE, "aeo"), (_MANY, "aeo")),
    "I": (_ANY_VOWELS, (_ONE, "aie")),
    "U": (_ANY_VOWELS,),
    "W": (_ANY_VOWELS, (_ONE, "ouv"), (_MANY, "ouv")),
    "Y": (_ANY_VOWELS, (_ONE, "ie")),
}
_LONG_VOWELS = frozenset("AWY")
_FIRST_ALEF: tuple[_Part, ...] = ((_ONE, "aeiou"), _ANY_VOWELS)
_CONSONANTS = {
    # All readings of a consonant, in folded spelling: sh is s, kh is h, ch and zh are j, q is k.
    "B": "b", "C": "t s ts z", "D": "d", "F": "f", "G": "g", "H": "h", "J": "j g zh", "K": "k", "L": "l",
    "M": "m", "N": "n", "O": "s j", "P": "p f", "Q": "k g", "R": "r", "S": "s", "T": "t", "V": "d z", "X": "h k j",
    "Z": "z",
    # Hebrew beth is b or v. A v does not count as a consonant here, because it may stand for a u.
    "E": "b v",
}  # fmt: skip
_CONSONANT = {ord(letter): None if letter in "aeiouvy" else letter.upper() for letter in ascii_lowercase}
_LONGEST = 16
_LEAST_WORDS = 2
_INNER = re.compile(r"^[a-z][b-df-hj-np-tv-z]+[a-z]")
_NO_VOWEL = re.compile(r"[b-df-hj-np-tv-z]{3,}")
_DOUBLED = re.compile(r"([A-Z])\1")
_CODE_OF_LETTERS = (
    # Longer combinations come first. Any other letter is its own code.
    ("shch", "O"), ("sh", "O"), ("kh", "X"), ("ch", "J"), ("zh", "J"), ("th", "T"), ("dh", "D"), ("gh", "G"),
    ("ph", "F"), ("ck", "K"), ("c", "K"), ("x", "KS"), ("v", "W"), ("o", "W"), ("u", "W"), ("e", "I"),
)  # fmt: skip
PARTICLES = frozenset(("BN", "ABN", "BNT", "AL", "W"))
"""Bin, ibn, bint, al and `and`, as codes."""
TITLES = frozenset(("HAJY", "HAJ", "MLA", "OYX", "DKTWR", "MWLWY", "QARY", "SRDAR", "MHNDS"))
"""Haji, mullah, sheikh, doctor, maulavi, qari, sardar and engineer, as codes."""


def unvowelled(plain: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the readings, as codes, of a Latin name written without vowels (Vldmr Ptn); empty for any other name.

    A doubled letter may be one letter, or two letters with a vowel between them.
    """
    if len(plain) < _LEAST_WORDS or any(len(word) >= _LEAST_ALIKE and not _INNER.fullmatch(word) for word in plain):
        return []
    if max(map(len, plain)) < _LEAST_ALIKE:
        return []
    twice = tuple([_code_of(word) for word in plain])
    once = tuple([_DOUBLED.sub(r"\1", word) for word in twice])
    return list(dict.fromkeys((once, twice)))


def _code_of(word: str) -> str:
    if len(word) < _LEAST_ALIKE and not _NO_VOWEL.fullmatch(word):
        return word
    for letters, code in _CODE_OF_LETTERS:
        word = word.replace(letters, code)
    return word.upper()


def parted(plain: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return other readings of a person's name in codes.

    Words written as one are split (بشارالاسد, محمدعلی), and endings of family names are joined to them (زارع پور is
    Zarepour).
    """
    apart = tuple(part for word in plain for part in _parted(word))
    together = list(plain[:1])
    for word in plain[1:]:
        if word in _SUFFIXES:
            together[-1] += word
        else:
            together.append(word)
    return [reading for reading in (apart, tuple(together)) if reading != plain]


def _parted(word: str) -> tuple[str, ...]:
    if not word.isupper() or word.startswith("UBD"):
        return (word,)
    if word.isascii() and word.isalpha() and (first := _WITH_ARTICLE.match(word)) is not None:
        return first[1], word[first.end() :]
    for size in range(_LEAST_WORD, len(word) - _LEAST_WORD + 1):
        if word[size:] in _LONG_SUFFIXES or (word[:size] in _FIRST_NAMES and word[size:] in _KNOWN):
            return word[:size], word[size:]
    return (word,)


@lru_cache(maxsize=50_000)
def keys(word: str) -> tuple[str, ...]:
    """Return the consonants of every Latin word that a word of codes may be; empty when it has none or is too long."""
    if len(word) > _LONGEST:
        return ()
    choices = [
        ("", *_OF_CODE[code]) if _may_be_silent(word, place) else _OF_CODE[code]
        for place, code in enumerate(word)
        if code in _CONSONANTS
    ]
    if word.endswith("H"):
        choices[-1] = (*choices[-1], "T")
    return tuple(dict.fromkeys(filter(None, map("".join, product(*choices))))) if len(choices) <= _MOST else ()


def consonants(folded: str) -> str:
    """Return the consonants of a folded Latin word, in capitals."""
    return folded.translate(_CONSONANT)


def is_known(word: str, latin: str) -> bool:
    """Return whether the table lists the Latin word as a spelling of the word of codes."""
    mine = _KNOWN.get(word)
    return mine is not None and not mine.isdisjoint(ROMANISATIONS.get(latin, ()))


def may_be(word: str, latin: str, folded: str) -> bool:
    """Return whether a word of codes may be the Latin word that folds to `folded`.

    The spellings of common names are in a table: Omar is not Amir, although only vowels distinguish them.
    """
    if not keys(word):
        return False
    mine, theirs = _KNOWN.get(word), ROMANISATIONS.get(latin)
    if mine and theirs:
        return not mine.isdisjoint(theirs) and consonants(folded) in keys(word)
    return _spells(word, folded)


def alike(left: str, right: str) -> bool:
    """Return whether two words of codes are equal except for an omitted alef or the last vowel.

    حسن (Hasan) is not حسان, and محمد is not محمود: in short words a written vowel makes a different name.
    """
    mine, theirs = sorted((_last_vowel(left), _last_vowel(right)), key=len)
    if _KNOWN.get(left, _UNKNOWN).isdisjoint(_KNOWN.get(right, _UNKNOWN)) and left in _KNOWN and right in _KNOWN:
        return False
    if not keys(left) or not keys(right):
        return False
    if mine == theirs:
        return True
    return len(mine) >= _LEAST_ALIKE and any(
        code == "A" and theirs[:place] + theirs[place + 1 :] == mine for place, code in enumerate(theirs) if place
    )


def _last_vowel(word: str) -> str:
    return word[:-1] + "Y" if word.endswith("I") else word.removesuffix("H")


@lru_cache(maxsize=16_384)
def _spells(word: str, folded: str) -> bool:
    """Return whether a Latin word can be read as the sequence of all parts of a word of codes.

    All ways to divide it are tried at once: bit n of `at` is set when the first n letters can be the parts so far. A
    regular expression would try them one by one, and vowels allow exponentially many.
    """
    places = _Places(folded)
    at = 1
    for how, what in _parts(word):
        if how is _ONE:
            at = (at & places[what]) << 1
        elif how is _MAYBE:
            at |= (at & places[what]) << 1
        elif how is _MANY:
            at = _carried_on(at, places[what])
        elif how is _FEMININE:
            vowels = places["aeiou"]
            behind = _carried_on((at & vowels) << 1, vowels)
            at = behind | (behind & places["ht"]) << 1 | (at & places["h"]) << 1
        else:
            read = at if how is _MAYBE_WORDS else 0
            for one in what.split():
                here = at
                for letter in one:
                    here = (here & places[letter]) << 1
                read |= here
            at = read
        if not at:
            return False
    return bool(at >> len(folded) & 1)


def _carried_on(at: int, places: int) -> int:
    """Return `at` with all positions reachable from it over the letters at `places`, found by the carry of a sum."""
    return (((at & places) + places) ^ places) | at


class _Places(dict[str, int]):
    """Maps a set of letters to a bit mask of the positions at which any of them occurs in a word."""

    __slots__ = ()

    def __init__(self, word: str) -> None:
        for place, letter in enumerate(word):
            self[letter] = self.get(letter, 0) | 1 << place

    def __missing__(self, letters: str) -> int:
        places = 0
        if len(letters) > 1:
            for letter in letters:
                places |= self.get(letter, 0)
        self[letters] = places
        return places


@lru_cache(maxsize=50_000)
def _parts(word: str) -> tuple[_Part, ...]:
    return tuple(_parts_of(word))


def _parts_of(word: str) -> Iterator[_Part]:
    last = len(word) - 1
    for place, code in enumerate(word):
        if code in _VOWELS:
            if code == "A" and place == 0:
                yield from () if word[1:2] in ("W", "Y") else _FIRST_ALEF
            elif code == "Y" and place == last:
                yield from _VOWELS["I"]
            else:
                yield from _VOWELS[code]
                if code in "WY" and place < last:
                    yield _ANY_VOWELS
        elif code == "H" and place == last:
            # The feminine ending is a, ah, eh or at (Jamaat). After a long vowel, folding removes the h: Salah.
            if word[place - 1 : place] in _LONG_VOWELS:
                yield _ANY_VOWELS
                yield _MAYBE, "h"
            else:
                yield _FEMININE, ""
        else:
            letters, silent = _CONSONANTS[code], _may_be_silent(word, place)
            if max(map(len, letters.split())) == 1:
                yield _MAYBE if silent else _ONE, letters.replace(" ", "")
            else:
                yield _MAYBE_WORDS if silent else _WORDS, letters
            yield (_MAYBE, "e") if place == last else _ANY_VOWELS


def _may_be_silent(word: str, place: int) -> bool:
    """Return whether folding may remove the letter from a Latin word: an h at the end, or after a letter that it
    modifies.
    """
    if place == len(word) - 1:
        return word[place] in "HX"
    return word[place] == "H" and word[place - 1] in _ALTERED_BY_H


_ALTERED_BY_H = "STDKGQZCV"


def _known() -> dict[str, frozenset[str]]:
    """Return the codes of common names, with the first words of the rows of `romanisations.tsv` that spell them."""
    table: dict[str, frozenset[str]] = {}
    for latin, written in rows_of(PACKAGE, "semitic_names.tsv", 2):
        for word in written.split():
            table[coded(word)] = table.get(coded(word), frozenset()) | {latin}
    return table


_KNOWN = _known()
_OF_CODE = {code: tuple(consonants(choice) for choice in choices.split()) for code, choices in _CONSONANTS.items()}
_LEAST_WORD = 3
_WITH_ARTICLE = re.compile(r"^([A-Z]{3,})AL(?!LH)(?=[A-Z]{3})")
_FIRST_NAMES = frozenset(map(coded, "محمد احمد أحمد علی علي امیر أمير سید سيد غلام".split()))
_LONG_SUFFIXES = frozenset(map(coded, "زاده پور نژاد تبار".split()))
_SUFFIXES = _LONG_SUFFIXES | frozenset(map(coded, "زادة کیا نیا منش خواه دوست فر".split()))
"""Endings of family names, written attached or separate."""
_MOST = 8
_LEAST_ALIKE = 4
_UNKNOWN: frozenset[str] = frozenset()
