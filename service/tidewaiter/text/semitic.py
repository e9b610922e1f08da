"""Code words in Arabic, Persian and Hebrew letters, with one capital letter for each of their letters.

These scripts do not write short vowels: محمد is MHMD. `matching/scripts/semitic.py` defines what a code may be in Latin
letters.
"""

from __future__ import annotations

_CODES = dict(
    pair.split(":")
    for pair in (
        "ا:A أ:A إ:A آ:A ٱ:A ى:I ب:B ت:T ث:C ج:J ح:H خ:X د:D ذ:V ر:R ز:Z س:S ش:O ص:S ض:V ط:T ظ:V ع:U غ:G ف:F ق:Q ك:K "
        "ل:L م:M ن:N ه:H ة:H و:W ؤ:W ي:Y ئ:Y پ:P چ:J ژ:J گ:G ک:K ی:Y ې:Y ۍ:Y ے:Y ێ:Y ە:H ہ:H ھ:H ۀ:H ټ:T "
        "ځ:Z څ:C ٹ:T ڈ:D ڑ:R ں:N ډ:D ړ:R ږ:G ښ:O ګ:G ڼ:N ڤ:F ڕ:R ڵ:L ۆ:W "
        "א:A ב:E ג:G ד:D ה:H ו:W ז:Z ח:X ט:T י:Y כ:X ך:X ל:L מ:M ם:M נ:N ן:N ס:S ע:U פ:P ף:P צ:C ץ:C ק:Q ר:R ש:O ת:T"
    ).split()
)
_ARTICLE = "ال"
_OF_THE_WORD = (
    "الله",
    "الیاس",
    "الياس",
    "الهام",
    "الماس",
    "الناز",
    "البرز",
    "الیز",
    "اليز",
    "الکس",
    "الكس",
    "الیکس",
    "اليكس",
)
"""Prefixes of words whose first two letters are not an article."""
_SERVANT = "عبد"
GOD = "ALLH"


def coded(letters: str) -> str:
    """Return a word in these scripts as codes, without its article. Letters without a code are omitted."""
    servant = letters.startswith(_SERVANT + _ARTICLE)
    rest = letters.removeprefix(_SERVANT) if servant else letters
    article = rest.startswith(_ARTICLE) and len(rest) > len(_ARTICLE) + 1 and not rest.startswith(_OF_THE_WORD)
    # ذوالقدر is Zulqadr.
    rest = rest.replace("ذوال", "ذول", 1) if rest.startswith("ذوال") else rest
    word = "".join(_CODES.get(char, "") for char in (rest.removeprefix(_ARTICLE) if article else rest))
    word = word[:1] + word[1:].replace("YY", "Y")
    if len(word) > len(GOD) and word.endswith(GOD):
        word = in_god(word.removesuffix(GOD))
    return servant_of(word) if servant else word


def in_god(word: str) -> str:
    """Return the codes of a word joined with `Allah` as one name: Hamdullah."""
    return f"{word}ULH"


def servant_of(word: str) -> str:
    """Return the codes of `abdul` joined with a word of codes."""
    return "UBDL" + word.removeprefix("A").lstrip("L")
