"""Any script to plain lower-case Latin words. What a reader's eye takes for the same comes out the same.

Must never raise on any text, and must give the same words on any machine.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from service.matching import korean

_WORD = re.compile(r"[a-z0-9]+|[A-Z]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘`´ʻʼʽʾʿˈ′‛＇"), None)
# Letters without sound of their own, fillers that print as nothing, and marks between the letters of one word.
_INVISIBLE = dict.fromkeys([0x00AD, 0x034F, 0x115F, 0x1160, 0x3164, 0xFFA0, 0x17B4, 0x17B5, 0x0640], None)
# Cyrillic and Greek letters, and the Latin ones that they are taken for in a Latin word.
LOOKALIKES = str.maketrans(
    "аеорсухкмнтвіјѕԁһԛԝɡαβενικομρτυχγ",
    "aeopcyxkmhtbijsdhqwgabevikomptuxy",
)
_MISREAD = re.compile(r"^(?:(?=(?:.*[a-z]){3})[a-z]+(?:[0158][a-z]+)+|[a-z]{4,}[0158]|[0158][a-z]{4,})$")
_MISREAD_PARTICLE = re.compile(r"\b([AaEeUu])1-(?=[^\W\d])")
_FIGURES_FOR_LETTERS = str.maketrans("0158", "olsb")
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu",
    "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "u", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj",
    "ћ": "c", "џ": "dz", "ѓ": "g", "ќ": "k", "ѕ": "dz",
}  # fmt: skip


@lru_cache(maxsize=200_000)
def words(text: str) -> tuple[str, ...]:
    """The words of `text` in lower-case ASCII letters and digits.

    Han and short Hangul words come out one word a syllable; apostrophes join, every other mark parts. Words of scripts
    that leave vowels unwritten (Arabic, Hebrew, Syriac) come out in upper case, as what they are: consonants.
    """
    if "1" in text:
        text = _MISREAD_PARTICLE.sub(r"\1l-", text)
    if text.isascii():
        found = _WORD.findall(text.replace("'", "").replace("`", "").lower())
        return tuple(map(read_right, found))
    plain = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).translate(_INVISIBLE)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf").casefold()
    found = [word for part in plain.split() for word in _WORD.findall(_latin(part))]
    return tuple(map(read_right, found))


def read_right(word: str) -> str:
    """`word`, and where a scanner took a letter for a figure (a5ian, m0hammad), the letter."""
    return word.translate(_FIGURES_FOR_LETTERS) if _MISREAD.match(word) else word


def _latin(part: str) -> str:
    """One part between spaces, written in Latin."""
    if part.isascii():
        return part
    if _has(part, "LATIN") or any(c.isascii() and c.isalpha() for c in part):
        # A Cyrillic or Greek letter in a Latin word is a disguise or a slip of the keyboard.
        part = part.translate(LOOKALIKES)
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
        elif "\u0590" <= char <= "\u08ff":
            out.append("".join(c for c in anyascii(char).upper() if c.isalnum()))
        else:
            bare = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
            latin = bare if bare.isascii() else anyascii(bare).replace("'", "").replace("`", "")
            out.append(latin.lower())
    if hangul:
        out.append(korean.romanised("".join(hangul)))
    return "".join(out)


def _has(part: str, script: str) -> bool:
    return any(ord(c) > 127 and unicodedata.name(c, "").startswith(script) for c in part)
