"""Convert Korean names in Hangul, Han characters and Russian to the romanisation used in the DPRK.

김정은, 金正恩, Ким Чен Ын and Kim Jong-un are one name. Only rules of the language can show it.
"""

from __future__ import annotations

from functools import cache

from tidewaiter.text.word_files import rows_of

_INITIALS = "k kk n t tt r m p pp s ss _ j jj ch k t p h".split()
_MEDIALS = "a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i".split()
_FINALS = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng",
    "t", "t", "k", "t", "p", "t",
]  # fmt: skip
_HANGUL_START = 0xAC00
_VOICED = {"k": "g", "t": "d", "p": "b"}
"""Sounds that are voiced between voiced sounds. Some romanisations write them as voiced at the start too."""
_SONANT = frozenset("aeiouynmgl")
_NASAL = frozenset("nmr")
_ASSIMILATED = {"k": "ng", "t": "n", "p": "m"}
_LONGEST_NAME = 4
_SURNAME_READINGS = {
    "이": "ri",
    "임": "rim",
    "유": "ryu",
    "노": "ro",
    "양": "ryang",
    "나": "ra",
    "여": "ryo",
    "염": "ryom",
}
_TWO_SYLLABLE_SURNAMES = ("남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방")

_HAN_SURNAMES = dict(
    zip(
        "金李朴崔鄭郑姜趙赵尹張张林韓韩吳吴申徐權权黃黄安宋柳洪全高文孫孙梁白裵許许南盧卢河",
        "kim ri pak choe jong jong kang jo jo yun jang jang rim han han o o sin so kwon kwon hwang hwang an song "
        "ryu hong jon ko mun son son ryang paek pae ho ho nam ro ro ha".split(),
        strict=True,
    )
)
_HAN_GIVEN = dict(
    zip(
        "正恩日成與与敬姬永哲英浩賢贤南龍龙善秀明學学泰鎭镇東东光國国民俊雄赫勳勋植鐵铁男順顺玉淑福昌勝胜虎京元吉植炳善海山松石春花雪松",
        "jong un il song yo yo kyong hui yong chol yong ho hyon hyon nam ryong ryong son su myong hak hak thae "
        "jin jin tong tong kwang kuk kuk min jun ung hyok hun hun sik chol chol nam sun sun ok suk pok chang sung "
        "sung ho kyong won kil sik pyong son hae san song sok chun hwa sol song".split(),
        strict=True,
    )
)
# Russian spellings as returned by `text.words`, mapped to Korean syllables.
_FROM_RUSSIAN = dict(
    pair.split(":")
    for pair in (
        "kim:kim li:ri ri:ri pak:pak chkhve:choe tskhoy:choe choy:choe chon:jong chen:jong chzhon:jong chzhen:jong "
        "kan:kang cho:jo chzho:jo yun:yun chan:jang chzhan:jang lim:rim rim:rim khan:han o:o sin:sin so:so kvon:kwon "
        "khvan:hwang an:an son:song sen:song ryu:ryu yu:ryu khon:hong ko:ko mun:mun ryan:ryang pek:paek pe:pae kho:ho "
        "nam:nam no:ro ro:ro kha:ha yn:un ir:il il:il e:yo yo:yo en:yong yon:yong ken:kyong kyon:kyong gen:kyong "
        "chkhol:chol cher:chol chol:chol khi:hui khen:hyon khyon:hyon ren:ryong ryon:ryong su:su men:myong myon:myong "
        "khak:hak tkhe:thae te:thae chin:jin chzhin:jin ton:tong kvan:kwang kuk:kuk guk:kuk min:min chun:jun "
        "chzhun:jun un:ung khek:hyok khyok:hyok khun:hun sik:sik sun:sun ok:ok suk:suk pok:pok vok:pok chkhan:chang "
        "von:won gil:kil khe:hae san:san sok:sok chkhun:chun khva:hwa sol:sol khwi:hwi bok:pok den:jong gvan:kwang"
    ).split()
)
_RUSSIAN_SURNAMES = frozenset(
    "kim li ri pak chkhve tskhoy choy chon chen chzhon kan cho chzho yun chan chzhan lim rim khan o sin so "
    "kvon khvan an son ryu yu khon ko mun ryan pek pe kho nam no ro kha".split()
)


def is_han(char: str) -> bool:
    """Return whether `char` is a Chinese character."""
    return "㐀" <= char <= "鿿" or "豈" <= char <= "﫿" or "\U00020000" <= char <= "\U0003134f"


def romanised(hangul: str) -> str:
    """Return the romanisation of Hangul without spaces. A run short enough for a name gives one word per syllable."""
    syllables = [_syllable(char) for char in hangul]
    if not 2 <= len(hangul) <= _LONGEST_NAME:
        return "".join(syllables)
    if hangul[:2] in _TWO_SYLLABLE_SURNAMES and len(hangul) > 2:
        return " ".join(["".join(syllables[:2]), *syllables[2:]])
    syllables[0] = _SURNAME_READINGS.get(hangul[0], syllables[0])
    return " ".join(syllables)


def as_words(hangul: str) -> tuple[str, ...]:
    """Return the romanisations of a Hangul word, with sounds voiced and assimilated between syllables.

    대동 gives `taedong` and `daedong`; 압록 gives `amrok`.
    """
    parts = [divmod(ord(char) - _HANGUL_START, 21 * 28) for char in hangul]
    out: list[str] = []
    for place, (initial, rest) in enumerate(parts):
        medial, final = divmod(rest, 28)
        first = _INITIALS[initial].replace("_", "")
        if place and first in _VOICED and (not out or out[-1][-1] in _SONANT):
            first = _VOICED[first]
        last = _FINALS[final]
        following = _INITIALS[parts[place + 1][0]] if place + 1 < len(parts) else ""
        out.append(first + _MEDIALS[medial] + (_ASSIMILATED.get(last, last) if following in _NASAL else last))
    word = "".join(out)
    voiced = _VOICED.get(word[0]) if _INITIALS[parts[0][0]] in _VOICED else None
    return (word,) if voiced is None else (word, voiced + word[1:])


@cache
def _sino_korean() -> dict[str, str]:
    return {char: syllable for syllable, chars in rows_of("tidewaiter.text", "sino_korean.tsv", 2) for char in chars}


def in_hangul(han: str) -> str | None:
    """Return the Korean reading of Chinese characters in Hangul; None when one of them is unknown."""
    syllables = [_sino_korean().get(char) for char in han]
    return None if None in syllables else "".join(filter(None, syllables))


def _syllable(char: str) -> str:
    index = ord(char) - _HANGUL_START
    initial, rest = divmod(index, 21 * 28)
    medial, final = divmod(rest, 28)
    return (_INITIALS[initial].replace("_", "")) + _MEDIALS[medial] + _FINALS[final]


def han_reading(text: str) -> tuple[str, ...] | None:
    """Return the Korean reading of a personal name in Chinese characters; None unless all characters are known."""
    chars = [c for c in text if not c.isspace() and c not in "·・"]
    if not 2 <= len(chars) <= _LONGEST_NAME or chars[0] not in _HAN_SURNAMES:
        return None
    given = [_HAN_GIVEN.get(c) or _HAN_SURNAMES.get(c) for c in chars[1:]]
    return (_HAN_SURNAMES[chars[0]], *(g for g in given if g)) if all(given) else None


def russian_reading(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the Korean name for a Russian spelling of two to four words; None when it is not a Korean name."""
    if not 2 <= len(words) <= _LONGEST_NAME or words[0] not in _RUSSIAN_SURNAMES:
        return None
    read = [_FROM_RUSSIAN.get(word) for word in words]
    return tuple(r for r in read if r) if all(read) else None
