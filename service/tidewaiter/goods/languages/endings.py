"""The ten languages: how endings are taken off. Mechanisms, not lists of forms.

A stem is not a word: the same function is applied to the lexicon and to the text, and the two must only agree.
"""

from __future__ import annotations

from collections.abc import Callable

LANGUAGES = ("en", "ru", "ko", "zh", "ja", "fr", "de", "es", "ar", "tr")
ANY = "any"
"""Makers and designations, written alike everywhere."""

HEAD_FIRST = frozenset({"ru", "fr", "es", "ar"})
"""Languages in which the thing comes before what it is for or made of ("колёса автомобиля", "coche de juguete"). In the
others the last noun is the thing ("car park software", 汽车轮胎)."""


_Stem = Callable[[str], str]
_Endings = dict[str, tuple[str, ...]]


def _endings(*endings: str) -> _Endings:
    """Endings by their last letter, in the order in which they are tried."""
    found: dict[str, list[str]] = {}
    for ending in endings:
        found.setdefault(ending[-1], []).append(ending)
    return {letter: tuple(group) for letter, group in found.items()}


def _strip(word: str, endings: _Endings, least: int) -> str:
    for ending in endings.get(word[-1:], ()):
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word[: -len(ending)]
    return word


def _english(word: str) -> str:
    if len(word) < 4:
        return word
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        if word.endswith("ies") and len(word) > 5:
            return word[:-3] + "y"
        if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
            return word[:-2]
        word = word[:-1]
    # "scarf" and "scarves", "knife" and "knives" meet; "life" is no plural of "live".
    if word.endswith("f") and not word.endswith("ff") and len(word) > 3:
        return word[:-1] + "ve"
    return word[:-2] + "ve" if word.endswith("ife") and len(word) > 4 else word


_FRENCH = _endings("es", "s", "x", "e")
_GERMAN = _endings("innen", "ern", "en", "er", "es", "em", "e", "n", "s")
_SPANISH = _endings("es", "s", "e")


def _french(word: str) -> str:
    if word.endswith("aux") and len(word) > 5 and not word.endswith("eaux"):
        return word[:-3] + "al"
    return _strip(word, _FRENCH, 4)


def _german(word: str) -> str:
    word = word.replace("ae", "a").replace("oe", "o").replace("ue", "u") if len(word) > 4 else word
    return _strip(word, _GERMAN, 4)


def _spanish(word: str) -> str:
    return _strip(word, _SPANISH, 3)


_TURKISH = _endings(
    *("larindan", "lerinden", "larinda", "lerinde", "larinin", "lerinin", "larina", "lerine", "lari", "leri"),
    *("lar", "ler", "sinin", "sunun", "inin", "unun", "nin", "nun", "sini", "sunu", "si", "su", "in", "un"),
    *("dan", "den", "tan", "ten", "da", "de", "yi", "yu", "ni", "nu", "i", "u", "a", "e"),
)
_TURKISH_MORE = _endings("lar", "ler", "si", "su", "i", "u")
_HARD = {"g": "k", "b": "p", "d": "t"}


def _turkish(word: str) -> str:
    stem = word
    for ending in _TURKISH.get(word[-1:], ()):
        rest = word[: -len(ending)]
        # A suffix that begins with a linking consonant follows a vowel: "arabası", but "şampuan-ı".
        if word.endswith(ending) and len(rest) >= 3 and (ending[0] not in "nsy" or rest[-1] in "aeiou"):
            stem = rest
            break
    stem = _strip(stem, _TURKISH_MORE, 4)
    return stem[:-1] + _HARD.get(stem[-1], stem[-1]) if len(stem) > 3 else stem


_RUSSIAN = _endings(
    *("иями", "ями", "ами", "ого", "его", "ому", "ему", "ыми", "ими", "иях", "иям", "ией"),
    *("ов", "ев", "ей", "ах", "ях", "ам", "ям", "ом", "ем", "ой", "ою", "ею", "ый", "ий", "ая", "яя", "ое", "ее"),
    *("ые", "ие", "ым", "им", "ых", "их", "ую", "юю", "ия", "ии", "ию"),
    *("а", "я", "о", "е", "ы", "и", "у", "ю", "ь", "й"),
)


def _russian(word: str) -> str:
    stem = _strip(word, _RUSSIAN, 3)
    # "перчаток" and "перчатки" differ by a vowel that comes and goes.
    if len(stem) > 4 and stem.endswith(("ок", "ек")):
        stem = stem[:-2] + "к"
    # "автобусный" and "автобусных" meet; "ванна" and "ванн" too.
    return stem[:-1] if len(stem) > 4 and stem[-1] == stem[-2] else stem


_ARABIC_PREFIXES = ("وال", "بال", "كال", "فال", "ال", "لل")
_ARABIC_SUFFIXES = _endings("يات", "ات", "ين", "ون", "ان", "ية", "يه", "ه", "ي")


def _arabic(word: str) -> str:
    for prefix in _ARABIC_PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 3:
            word = word[len(prefix) :]
            break
    return _strip(word, _ARABIC_SUFFIXES, 3)


STEMS: dict[str, _Stem] = {
    "en": _english,
    ANY: _english,
    "fr": _french,
    "de": _german,
    "es": _spanish,
    "tr": _turkish,
    "ru": _russian,
    "ar": _arabic,
}

_DEEDS = (
    *("tion", "tions", "sion", "ment", "ments", "ance", "ence", "ator", "ators", "izer", "iser", "ing"),
    *("age", "cion", "miento", "aje", "ung", "ungen", "ние", "ния", "ция", "ции"),
)
_LEAST_DEED = 6


def names_a_deed(word: str) -> bool:
    """Whether an unknown word, as it stands, ends like one for something done or for who does it: "restoration",
    "nettoyage", "aerator". Not a name, which begins with a capital."""
    return len(word) >= _LEAST_DEED and not word.istitle() and word.casefold().endswith(_DEEDS)


KOREAN_PARTICLES = frozenset(
    "은 는 이 가 을 를 의 에 로 으로 와 과 도 만 랑 에서 에게 용 형 식 제 산 류 들 등 및 "
    "나 이나 까지 부터 한 인 적 별 급".split()
)
KOREAN_AND = frozenset("와 과 랑 이랑 하고".split())
