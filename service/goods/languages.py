"""The ten languages: which words carry no goods, and how endings are taken off. Mechanisms, not lists of forms.

A stem is not a word: the same function is applied to the lexicon and to the text, and the two must only agree.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

LANGUAGES = ("en", "ru", "ko", "zh", "ja", "fr", "de", "es", "ar", "tr")
ANY = "any"
"""Makers and designations, written alike everywhere."""

HEAD_FIRST = frozenset({"ru", "fr", "es", "ar"})
"""Languages in which the thing comes before what it is for or made of ("колёса автомобиля", "coche de juguete"). In the
others the last noun is the thing ("car park software", 汽车轮胎)."""


class Role(IntEnum):
    """What a word that names no goods does to its sentence."""

    CONTENT = 0
    """An unknown word: it may be a thing this lexicon does not know."""
    AND = 1
    """Joins goods of one kind ("cars and trucks")."""
    LIST = 2
    """Ends one item of a list, or a sentence."""
    OF = 3
    """What follows only tells more of what went before ("parts for cars")."""
    BREAK = 4
    """A verb or an adverb: what follows is another phrase."""
    ARTICLE = 5
    """Says nothing."""
    PAREN = 6
    """Opens a remark on what went before."""
    FOR = 7
    """What follows is what the thing is for ("a shampoo for cars"); an `OF` that never tells contents."""
    CLAIM = 8
    """What follows is what someone calls the thing ("declared as tools"): believed only if nothing else is named."""

    LOOK = 9
    """What stands right before is only its look, taste or smell, or comes with it ("diamond pattern", ケース付き)."""
    LOOK_OF = 10
    """What follows is only that ("motif avion", "sabor fresa")."""


def _words(role: Role, language: str, words: str) -> list[tuple[str, str, Role]]:
    return [(language, word, role) for word in words.split()]


# Only words that are never goods in another of the languages when they stand alone, or whose goods are named by
# longer terms; Turkish "un" (flour), "su" (water) and "et" (meat) are given up to French and Spanish.
FUNCTION_WORDS: tuple[tuple[str, str, Role], ...] = (
    *_words(Role.AND, "en", "and or & plus incl including together along"),
    *_words(
        Role.OF,
        "en",
        "of with from in by on under per to featuring without containing contains made into onto "
        "about at against inside depicting showing w like resembling near",
    ),
    *_words(Role.FOR, "en", "for"),
    *_words(Role.CLAIM, "en", "declared described labelled labeled marked invoiced disguised manifested misdeclared"),
    *_words(Role.CLAIM, "fr", "déclaré déclarés déclarée déclarées étiqueté étiquetés"),
    *_words(Role.CLAIM, "de", "deklariert deklarierte etikettiert"),
    *_words(Role.CLAIM, "es", "declarado declarada declarados declaradas etiquetado etiquetados"),
    *_words(Role.CLAIM, "ru", "видом заявлен заявлены заявлено задекларирован задекларированы задекларировано"),
    *_words(Role.CLAIM, "zh", "申报品名为 申报品名 申报为 伪报为 伪报 谎报为 申报名称 冒充"),
    *_words(Role.CLAIM, "ar", "مصرح مصرحة"),
    *_words(
        Role.BREAK,
        "en",
        "is are was were be been being has have had will would may as that which who whose when where "
        "said says gave given gives give sent sends delivered listed "
        "shipped presented donated bought sold arrived seized found riding driving seen used_by via then "
        "also while after before during not but if than held told they he she it his her their its our "
        "your my this these those there we you please",
    ),
    *_words(
        Role.ARTICLE,
        "en",
        "the a an some any all one two three four five six seven eight nine ten dozen several each other "
        "others various assorted misc",
    ),
    *_words(Role.AND, "fr", "et ou ainsi"),
    *_words(Role.OF, "fr", "de du des d avec sans en dans sur par au aux chez à"),
    *_words(Role.FOR, "fr", "pour"),
    *_words(Role.BREAK, "fr", "est sont était ont été qui que dont où ce cette ces son sa ses leur"),
    *_words(Role.ARTICLE, "fr", "le la les l un une deux trois quatre cinq dix"),
    *_words(Role.AND, "de", "und oder sowie bzw u"),
    *_words(Role.OF, "de", "von vom mit aus zum zur zu ohne im am über auf bei nach"),
    *_words(Role.FOR, "de", "für fuer"),
    *_words(Role.BREAK, "de", "ist sind war wurde wurden wird werden hat haben als dass nicht auch"),
    *_words(Role.ARTICLE, "de", "der die das den dem ein eine einer eines einem einen zwei drei vier fünf zehn"),
    *_words(Role.AND, "es", "y e o u"),
    *_words(Role.OF, "es", "de del con sin por al en sobre desde"),
    *_words(Role.FOR, "es", "para"),
    *_words(Role.BREAK, "es", "es son fue fueron ha han que como se su sus"),
    *_words(Role.ARTICLE, "es", "el los las uno una unos unas dos tres cuatro cinco diez"),
    *_words(Role.AND, "tr", "ve veya ile"),
    *_words(Role.ARTICLE, "tr", "için icin bir iki üç dört beş on adet tane"),
    *_words(Role.AND, "ru", "и или а также плюс"),
    *_words(Role.OF, "ru", "из с со от к под на в во без по до при о об за у типа"),
    *_words(Role.FOR, "ru", "для"),
    *_words(Role.BREAK, "ru", "был была было были есть это как что который которая которые не он она они его её их"),
    *_words(Role.ARTICLE, "ru", "один одна два две три четыре пять десять шт штук штуки"),
    *_words(Role.FOR, "ar", "لأجل خاصة خاص"),
    *_words(Role.AND, "ar", "و أو او"),
    *_words(Role.OF, "ar", "من ل لل في مع على ضمن بدون عن الى إلى مصنوعة مصنوع ذات"),
    *_words(Role.BREAK, "ar", "هو هي كان كانت التي الذي ان أن"),
    *_words(Role.ARTICLE, "ar", "عدد واحد اثنين ثلاثة"),
    *_words(Role.AND, "ko", "및 그리고 또는"),
    *_words(Role.AND, "zh", "和 及 与 或 以及"),
    *_words(Role.AND, "ja", "と や 及び および 又は または"),
)

_LOOKS = (
    *_words(
        Role.LOOK,
        "en",
        "pattern patterned print shaped shape style styled theme themed scented scent flavoured flavored "
        "flavour flavor effect finish look coloured colored",
    ),
    *_words(Role.LOOK, "tr", "desenli görünümlü efektli renkli aromalı şeklinde baskılı kokulu temalı tadında desen"),
    *_words(Role.LOOK, "ko", "무늬 모양 맛 향 스타일 프린트 디자인 포함"),
    *_words(Role.LOOK, "zh", "图案 造型 口味 香型 风格 印花 花纹 味"),
    *_words(Role.LOOK, "ja", "付き 柄 模様 風味 味 の香り の味"),
    *_words(Role.LOOK_OF, "fr", "motif motifs imprimé imprimée goût saveur façon teinte coloris couleur"),
    *_words(Role.LOOK_OF, "de", "Motiv Motive Muster Farbton Farbe Aufdruck Geschmack Geschmacksrichtung"),
    *_words(Role.LOOK_OF, "es", "motivo motivos estampado estampada sabor color colores efecto forma"),
    *_words(Role.LOOK_OF, "ru", "вкусом ароматом форме рисунком принтом узором цвета"),
    *_words(Role.LOOK_OF, "ar", "بنكهة برائحة بطعم بلون برسمة برسم بشكل شكل"),
)
FUNCTION_WORDS += _LOOKS

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

KOREAN_PARTICLES = frozenset(
    "은 는 이 가 을 를 의 에 로 으로 와 과 도 만 랑 에서 에게 용 형 식 제 산 류 들 등 및 "
    "나 이나 까지 부터 한 인 적 별 급".split()
)
KOREAN_AND = frozenset("와 과 랑 이랑 하고".split())
