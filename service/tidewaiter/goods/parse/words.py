"""Item text to words: one spelling for each, and each word with what stood behind it. No meaning here."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tidewaiter.goods.languages.scripts import Script, script_of
from tidewaiter.text.disguise import mended
from tidewaiter.text.word_files import rows_of

_HAN = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_HANGUL = "\uac00-\ud7af"
# Each word with the text up to the next word. A run of Han and kana is one word here; the vocabulary cuts it.
_PIECES = re.compile(rf"([{_HAN}]+|[{_HANGUL}]+|\d+(?:[.,]\d+)*|[^\W\d_{_HAN}{_HANGUL}]+)([^\w]*_*[^\w]*)")
_ASCII_PIECES = re.compile(r"([A-Za-z]+|\d+(?:[.,]\d+)*)(\W*_*\W*)", re.ASCII)
"""The same for most texts, in two thirds of the time."""
_JOINED_WORDS = re.compile(r"(?<=[^\W\d_])_(?=[^\W\d_])")
_SPACES = re.compile("  +")
_INITIALS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){1,8}[^\W\d_](?![^\W_])\.?")
_ARABIC_MARKS = re.compile("[\u064b-\u0652\u0640\u0670]")
SPACED = re.compile(
    rf"(?<![^\W\d_])(?:[{_HAN}](?:[ \u3000][{_HAN}])+|[{_HANGUL}](?: [{_HANGUL}])+"
    r"|[\u0621-\u064a](?: [\u0621-\u064a]){2,})(?![^\W\d_])"
)
"""What may be one word with a space behind every character: "휘 발 유", 軽 油."""


Pieces = tuple[tuple[str, str], ...]
"""Words, each with the spaces and punctuation after it."""


def pieces(text: str) -> Pieces:
    """Return the words of `text`, each with the spaces and punctuation after it. Concatenated they are the text."""
    return _pieces_of_short(text) if len(text) <= _SHORT else _pieces_anew(text)


def _pieces_anew(text: str) -> Pieces:
    text = clean(text)
    return tuple(_ASCII_PIECES.findall(text) if text.isascii() else _PIECES.findall(text))


_SHORT = 256
"""Only texts of so many letters are remembered: what a worker remembers must not grow with what others send."""
_pieces_of_short = lru_cache(maxsize=512)(_pieces_anew)  # the words are read for their meaning, then for their wording


def clean(text: str) -> str:
    """Return `text` with normal characters for full-width letters, ligatures and Arabic vowel marks, with one space for
    several, and with initials without full stops ("L.N.G.")."""
    text = mended(text).text
    if "_" in text:
        text = _JOINED_WORDS.sub(" ", text)
    if not text.isascii():
        text = _ARABIC_MARKS.sub("", unicodedata.normalize("NFKC", text)).replace("×", "x")
    if "  " in text:
        text = _SPACES.sub(" ", text)
    return _INITIALS.sub(_without_stops, text) if "." in text else text


def _without_stops(initials: re.Match[str]) -> str:
    return initials[0].replace(".", "")


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Return one spelling for a word: without case, accents, ё and alef forms, in simplified Chinese characters.

    A word that mixes Latin and Cyrillic letters is written in the script of most of its letters ("Аurus" with a
    Cyrillic А): such mixing hides words from a search.
    """
    script = script_of(word)
    if script == Script.HAN:
        word = word.translate(_SIMPLER)
        return _kana(word) if _KATAKANA.search(word) else word
    if script == Script.DIGITS:
        return word.replace(",", ".")
    word = word.casefold()
    if word == "х":
        return "x"  # between the numbers of a calibre or a size
    if not word.isascii() and script in (Script.LATIN, Script.CYRILLIC):
        word = _one_script(word)
        script = script_of(word)
    if script == Script.LATIN:
        if word.isascii():
            return word
        bare = (c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        return "".join(bare).replace("ı", "i").replace("ß", "ss").replace("ø", "o").replace("æ", "ae")
    if script == Script.CYRILLIC:
        return word.replace("ё", "е")
    return word.translate(_ARABIC_FORMS) if script == Script.ARABIC else word


def _kana(word: str) -> str:
    """Return one spelling for words with two spellings in katakana: モーター, モータ; ヴァイオリン, バイオリン."""
    return _LAST_LONG.sub("", _VU.sub(lambda vu: _V[vu[0]], word.translate(_LARGE_KANA)))


def _one_script(word: str) -> str:
    cyrillic = sum("\u0400" <= c <= "\u04ff" for c in word)
    latin = sum("a" <= c <= "z" for c in word)
    if not cyrillic or not latin:
        return word
    return word.translate(_TO_LATIN if latin >= cyrillic else _TO_CYRILLIC)


_KATAKANA = re.compile("[\u30a1-\u30fe]")
_LARGE_KANA = str.maketrans("ァィゥェォャュョ", "アイウエオヤユヨ")
_V = {"ヴア": "バ", "ヴイ": "ビ", "ヴエ": "ベ", "ヴオ": "ボ", "ヴ": "ブ"}
_VU = re.compile("ヴ[アイエオ]?")
_LAST_LONG = re.compile("(?<=[\u30a1-\u30fe]{3})ー(?![\u30a1-\u30fe])")
_LOOKALIKES = ("авекмнорстухіїѕ", "abekmhopctyxiis")
_TO_LATIN = str.maketrans(*_LOOKALIKES)
_TO_CYRILLIC = str.maketrans("abekmhopctyx", "авекмнорстух")
# Letters that are one in many a dialect, Egyptian دهب for ذهب, and those of Persian, as some spell "چينز".
_ARABIC_FORMS = str.maketrans("أإآٱىةؤئذثظکیگچپڤژ", "ااااي" + "هوي" + "دتضكيكجبفز")

_SIMPLER = str.maketrans(
    {
        form: simplified
        for simplified, forms in rows_of("tidewaiter.goods.parse", "han_variants.tsv", columns=2)
        for form in forms
    }
)
"""Each traditional or Japanese character to the simplified one."""
