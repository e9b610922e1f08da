"""Arabic, Persian and Hebrew words, which do not write their short vowels, and the Latin words that they may be.

A word of these scripts is one capital letter for each of its letters: محمد is MHMD. `_VOWELS` and `_CONSONANTS` say
what each may be in Latin, in the spelling of `folding.fold`: MHMD may be `muhamad` and `mohamed`, not `hamid`.
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

_VOWELS = {"A": "[aeo]+", "I": "[aeiou]*[aie]", "U": "[aeiou]*", "W": "[aeiou]*[ouv]+", "Y": "[aeiou]*[ie]"}
_LONG_VOWELS = frozenset("AWY")
_FIRST_ALEF = "[aeiou]+"
_CONSONANTS = {
    # All that a consonant may be, in folded spelling: sh is s, kh is h, ch and zh are j, q is k.
    "B": "b", "C": "t s ts z", "D": "d", "F": "f", "G": "g", "H": "h", "J": "j g zh", "K": "k", "L": "l",
    "M": "m", "N": "n", "O": "s j", "P": "p f", "Q": "k g", "R": "r", "S": "s", "T": "t", "V": "d z", "X": "h k j",
    "Z": "z",
    # Hebrew beth, which is b or v; a v is no consonant here, since it may stand for a u.
    "E": "b v",
}  # fmt: skip
_CONSONANT = {ord(letter): None if letter in "aeiouvy" else letter.upper() for letter in ascii_lowercase}
_LONGEST = 16
_LEAST_WORDS = 2
_INNER = re.compile(r"[a-z][b-df-hj-np-tv-z]+[a-z]")
_NO_VOWEL = re.compile(r"[b-df-hj-np-tv-z]{3,}")
_DOUBLED = re.compile(r"([A-Z])\1")
_CODE_OF_LETTERS = (
    # Two letters before one; what is left is its own code.
    ("shch", "O"), ("sh", "O"), ("kh", "X"), ("ch", "J"), ("zh", "J"), ("th", "T"), ("dh", "D"), ("gh", "G"),
    ("ph", "F"), ("ck", "K"), ("c", "K"), ("x", "KS"), ("v", "W"), ("o", "W"), ("u", "W"), ("e", "I"),
)  # fmt: skip
PARTICLES = frozenset(("BN", "ABN", "BNT", "AL", "W"))
"""Bin, ibn, bint, al and `and`, as codes."""
TITLES = frozenset(("HAJY", "HAJ", "MLA", "OYX", "DKTWR", "MWLWY", "QARY", "SRDAR", "MHNDS"))
"""Haji, mullah, sheikh, doctor, maulavi, qari, sardar and engineer, as codes."""


def unvowelled(plain: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the readings as codes of a Latin name that was written without its vowels (Vldmr Ptn), if it is one.

    A doubled letter may be one letter, or two with a vowel between.
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
    """Return other readings of a person's name in codes: words run together read apart (بشارالاسد, محمدعلی), and words
    that end a family name read as part of it (زارع پور is Zarepour).
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
    if (pair := _WITH_ARTICLE.fullmatch(word)) is not None:
        return pair[1], pair[2]
    for size in range(_LEAST_WORD, len(word) - _LEAST_WORD + 1):
        if word[size:] in _LONG_SUFFIXES or (word[:size] in _FIRST_NAMES and word[size:] in _KNOWN):
            return word[:size], word[size:]
    return (word,)


@lru_cache(maxsize=50_000)
def keys(word: str) -> tuple[str, ...]:
    """Return the consonants of every Latin word that a word of codes may be; none when it has no consonants or is too
    long.
    """
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
    """Return whether the table has the Latin word as a spelling of the word of codes."""
    mine = _KNOWN.get(word)
    return mine is not None and not mine.isdisjoint(ROMANISATIONS.get(latin, ()))


def may_be(word: str, latin: str, folded: str) -> bool:
    """Return whether a word of codes may be a Latin word, which folds to `folded`.

    The spellings of common names are known: Omar is not Amir, although only vowels tell the two apart.
    """
    if not keys(word):
        return False
    mine, theirs = _KNOWN.get(word), ROMANISATIONS.get(latin)
    if mine and theirs:
        return not mine.isdisjoint(theirs) and consonants(folded) in keys(word)
    return _pattern(word).fullmatch(folded) is not None


def alike(left: str, right: str) -> bool:
    """Return whether two words of codes are one except for an alef that one of them leaves out, or for the last vowel.

    حسن (Hasan) is not حسان, nor محمد محمود: in short words the vowel is the name.
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


@lru_cache(maxsize=50_000)
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile("".join(_parts(word)))


def _parts(word: str) -> Iterator[str]:
    last = len(word) - 1
    for place, code in enumerate(word):
        if code in _VOWELS:
            if code == "A" and place == 0:
                yield "" if word[1:2] in ("W", "Y") else _FIRST_ALEF
            elif code == "Y" and place == last:
                yield _VOWELS["I"]
            else:
                yield _VOWELS[code] + ("[aeiou]*" if code in "WY" and place < last else "")
        elif code == "H" and place == last:
            # The feminine ending is a, ah, eh or at (Jamaat); behind a long vowel the h is folded away: Salah.
            yield "[aeiou]*h?" if word[place - 1 : place] in _LONG_VOWELS else "(?:[aeiou]+[ht]?|h)"
        else:
            silent = "?" if _may_be_silent(word, place) else ""
            yield f"(?:{'|'.join(_CONSONANTS[code].split())}){silent}" + ("e?" if place == last else "[aeiou]*")


def _may_be_silent(word: str, place: int) -> bool:
    """Return whether the letter may be missing in a folded Latin word: an h at the end, or after a letter that it
    alters.
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
_WITH_ARTICLE = re.compile(r"([A-Z]{3,})AL(?!LH)([A-Z]{3,})")
_FIRST_NAMES = frozenset(map(coded, "محمد احمد أحمد علی علي امیر أمير سید سيد غلام".split()))
_LONG_SUFFIXES = frozenset(map(coded, "زاده پور نژاد تبار".split()))
_SUFFIXES = _LONG_SUFFIXES | frozenset(map(coded, "زادة کیا نیا منش خواه دوست فر".split()))
"""Endings of family names, written onto them or apart."""
_MOST = 8
_LEAST_ALIKE = 4
_UNKNOWN: frozenset[str] = frozenset()
