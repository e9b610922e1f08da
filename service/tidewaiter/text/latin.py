"""Convert text in any script to plain lower-case Latin words. Texts that look the same give the same words.

Must never raise, and must give the same words on any machine.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

from anyascii import anyascii

from tidewaiter.text import korean, semitic
from tidewaiter.text.characters import AllCharacters
from tidewaiter.text.disguise import mended

_SIMPLE = re.compile(r"[A-Za-z]{2,}(?:[ ,.-]{1,3}[A-Za-z]{2,})*\.?")
"""A text that nobody disguised and no scanner misread: it has neither digits nor single letters."""
_WORD = re.compile(r"[a-z0-9]+|[A-Z]+")
_APOSTROPHES = "'’‘`´ʻʼʽʾʿˈ′‛＇"
# Letters without a sound, invisible fillers, and marks between the letters of one word.
_INVISIBLE = (0x00AD, 0x034F, 0x115F, 0x1160, 0x3164, 0xFFA0, 0x17B4, 0x17B5, 0x0640)
_LEFT_OUT = dict.fromkeys((*map(ord, _APOSTROPHES), *_INVISIBLE), None)
_NO_FORMAT = AllCharacters(lambda char: unicodedata.category(char) != "Cf")
# Cyrillic and Greek letters, mapped to the Latin letters that they resemble in a Latin word.
LOOKALIKES = str.maketrans(
    "аеорсухкмнтвіјѕԁһԛԝɡαβενικομρτυχγ",
    "aeopcyxkmhtbijsdhqwgabevikomptuxy",
)
# The same, but case-sensitive: a capital К resembles a K, a small к does not resemble a k.
_IN_LATIN = str.maketrans("аеорсухіјѕАВЕКМНОРСТУХІЈЅ", "aeopcyxijsABEKMHOPCTYXIJS")
_IN_CYRILLIC = {latin: chr(cyrillic) for cyrillic, latin in _IN_LATIN.items()}
_SHORT_DISGUISE = 4
_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN_LETTER = re.compile(r"[A-Za-z]")
_MISREAD = re.compile(r"^(?:(?![a-z][0158][a-z]$)[a-z]+(?:[0158][a-z]+)+|[a-z]{4,}[0158]|[0158][a-z]{4,})$")
_MISREAD_PARTICLE = re.compile(r"\b([AaEeUu])1-(?=[^\W\d])")
_FIGURES_FOR_LETTERS = str.maketrans("0158", "olsb")
_SEMITIC = re.compile(r"[\u0590-\u06ff\u0750-\u077f\u08a0-\u08ff]+")
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu",
    "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "u", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj",
    "ћ": "c", "џ": "dz", "ѓ": "g", "ќ": "k", "ѕ": "dz",
}  # fmt: skip
_OF_CYRILLIC = str.maketrans(_CYRILLIC)
_LONGEST_KNOWN: Final = 40
_Result = TypeVar("_Result")


def _known_by_word(read: Callable[[str], _Result]) -> Callable[[str], _Result]:
    """Cache what `read` returns for short words, because they recur. Long ones would fill the memory."""
    known = lru_cache(maxsize=32_768)(read)

    @wraps(read)
    def of(word: str) -> _Result:
        return known(word) if len(word) <= _LONGEST_KNOWN else read(word)

    return of


@lru_cache(maxsize=200_000)
def words(text: str) -> tuple[str, ...]:
    """Return the words of `text` in lower-case ASCII letters and digits.

    Han and short Hangul words give one word per syllable. Apostrophes join letters; every other mark separates words.
    Words in scripts without short vowels (Arabic, Hebrew) are returned as upper-case codes, one per letter, as defined
    in `semitic`.
    """
    if _SIMPLE.fullmatch(text) is not None:
        return tuple(_WORD.findall(text.lower()))
    text = mended(text).text
    if "1" in text:
        text = _MISREAD_PARTICLE.sub(r"\1l-", text)
    if text.isascii():
        found = _WORD.findall(text.replace("'", "").replace("`", "").lower())
        return tuple([word if word.isalpha() else read_right(word) for word in found])
    plain = unicodedata.normalize("NFKC", text).translate(_LEFT_OUT)
    if not _NO_FORMAT.pass_in(plain):
        plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    plain = (plain if plain.isascii() else _of_one_alphabet(plain)).casefold()
    found = [word for part in plain.split() for word in _WORD.findall(_latin(part))]
    return tuple(map(read_right, found))


def read_right(word: str) -> str:
    """Return `word` with digits that a scanner misread for letters (a5ian, m0hammad) replaced by the letters."""
    return word.translate(_FIGURES_FOR_LETTERS) if _MISREAD.match(word) else word


@_known_by_word
def _latin(part: str) -> str:
    """Return one part between spaces in Latin letters."""
    if part.isascii():
        return part
    if (word := _SEMITIC.search(part)) is not None:
        return f"{_latin(part[: word.start()])} {semitic.coded(word[0])} {_latin(part[word.end() :])}"
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", part).translate(_OF_CYRILLIC))
    plain = "".join([c for c in plain if not unicodedata.combining(c)])
    return plain.lower() if plain.isascii() else _letter_by_letter(part)


def _letter_by_letter(part: str) -> str:
    out: list[str] = []
    hangul: list[str] = []
    for char in unicodedata.normalize("NFC", part):
        if "가" <= char <= "힣":
            hangul.append(char)
            continue
        if hangul:
            out.append(korean.romanised("".join(hangul)))
            hangul.clear()
        if char in _CYRILLIC:
            out.append(_CYRILLIC[char])
        elif korean.is_han(char):
            out.append(f" {anyascii(char).strip().lower()} ")
        elif unicodedata.category(char) == "Mn":
            continue
        else:
            bare = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
            latin = bare if bare.isascii() else anyascii(bare).replace("'", "").replace("`", "")
            out.append(latin.lower())
    if hangul:
        out.append(korean.romanised("".join(hangul)))
    return "".join(out)


def _of_one_alphabet(text: str) -> str:
    """Return `text` with each run of letters in one alphabet: a look-alike from another one is a disguise or a typo."""
    plain = _LETTERS.sub(_run_in_one_alphabet, text)
    if _LATIN_LETTER.search(text) is None:
        return plain
    # If a word of two alphabets is really Latin, treat all words that look Latin as Latin; otherwise only short ones.
    disguised = any(
        not run.isascii() and _is_mixed(run) and _one_alphabet(run).isascii() for run in _LETTERS.findall(text)
    )
    longest = len(plain) if disguised else _SHORT_DISGUISE
    return _LETTERS.sub(
        lambda run: run[0].translate(_IN_LATIN) if len(run[0]) <= longest and _looks_latin(run[0]) else run[0], plain
    )


def _run_in_one_alphabet(run: re.Match[str]) -> str:
    letters = run[0]
    return letters if letters.isascii() else _one_alphabet(letters)


@_known_by_word
def _is_mixed(letters: str) -> bool:
    return any(char.isascii() for char in letters) or _has(letters, "LATIN")


def _looks_latin(letters: str) -> bool:
    return _IN_LATIN.keys() >= set(map(ord, letters))


@_known_by_word
def _one_alphabet(letters: str) -> str:
    """Return letters of two alphabets in one: Cyrillic if some are only Cyrillic and none only Latin, else Latin."""
    if letters.isascii() or not _is_mixed(letters):
        return letters
    only_cyrillic = any(char not in _IN_CYRILLIC.values() and _has(char, "CYRILLIC") for char in letters)
    only_latin = any(ord(char) not in _IN_CYRILLIC and _has(char, "LATIN", ascii_too=True) for char in letters)
    if only_cyrillic and not only_latin:
        return letters.translate(_IN_CYRILLIC)
    return (
        letters.casefold().translate(LOOKALIKES)
        if only_cyrillic
        else letters.translate(_IN_LATIN).casefold().translate(LOOKALIKES)
    )


def _has(part: str, script: str, ascii_too: bool = False) -> bool:
    return any((ascii_too or ord(c) > 127) and _script_of(c) == script for c in part)


@lru_cache(maxsize=65_536)
def _script_of(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]
