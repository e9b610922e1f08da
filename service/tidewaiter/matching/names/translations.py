"""The names of organisations in English, when their words are of other scripts: завод is a plant, 工厂 a factory.

Every word becomes the English one that lists use for it. Of a language that inflects, the table has the beginnings of
words. Such words tell little by themselves; what matters is that they agree and leave nothing over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest

from tidewaiter.matching.names.vocabulary import GENERIC_CAP, PACKAGE
from tidewaiter.matching.policy import GENERIC_WEIGHT
from tidewaiter.text import korean
from tidewaiter.text.latin import words
from tidewaiter.text.word_files import rows_of

_SHORTEST_STEM = 4
_ENDING = re.compile(
    # Of Slavic and Greek nouns and adjectives.
    r"(?:n|sk|tel|stv|ik)?(?:i?[aio]ta|i?ya?ta?|[oe]to|i?[iey]te|a?ta|i?y|yy|ii|aya|aia|oe|oye|ogo|oy|[iy]e|y?kh|ikh|[ioy]m|[aueo]|i?y?[aeuio]|iyi|iyu|ey|[oe]v|"
    r"[oeai]s|on|oi|ous?|is|eis|ias|eias|as|s)?"
)
_LONGEST_ENDING = 7
_OF_ADJECTIVES = ("", "YH", "Y")
_WRITTEN_ONTO = ("", "W", "AL", "WAL", "LL", "L", "B", "BAL")


def _by_word(language: str) -> Iterator[tuple[str, str]]:
    """Yield each word of a group of languages with the English one: words of business first, then places."""
    for kind in ("business", "places"):
        for english, others in rows_of(PACKAGE, f"{kind}_{language}.tsv", 2):
            for word in others.split():
                yield word, english


def _latin(language: str) -> dict[str, str]:
    """Return, as `_by_word` does, the words that are one word in Latin letters."""
    return {latin[0]: english for word, english in _by_word(language) if len(latin := words(word)) == 1}


_STEMS = _latin("slavic_greek")
_WORDS = _latin("arabic_persian")


def _meanings(language: str) -> dict[str, tuple[str, ...]]:
    """Return each word with all that it means, the row that decides first."""
    found: dict[str, tuple[str, ...]] = {}
    for word, english in _by_word(language):
        found[word] = (english, *(other for other in found.get(word, ()) if other != english))
    return found


_SYLLABLES = _meanings("cjk")
BUSINESS_WORDS = frozenset(
    word
    for language in ("slavic_greek", "arabic_persian", "cjk")
    for english, _ in rows_of(PACKAGE, f"business_{language}.tsv", 2)
    for word in english.split()
)
"""The English of the words that firms' names are made of in other languages."""
_IN_SYLLABLES = re.compile("|".join(sorted(_SYLLABLES, key=len, reverse=True)))
ACRONYMS = {acronym: tuple(words_.split()) for acronym, words_ in rows_of(PACKAGE, "acronyms.tsv", 2)}
"""Acronyms that stand for generic words, written out."""
_RUN = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3]{2,8}")
_HANGUL_RUN = re.compile(r"[\uac00-\ud7a3]+")
_MOST_MEANINGS = 3
_WAYS = 3
_GENERIC_SYLLABLES = frozenset(
    word
    for word, meanings in _SYLLABLES.items()
    if all(GENERIC_CAP.get(part, 1.0) <= GENERIC_WEIGHT for part in meanings[0].split())
) | {word for _, others in rows_of(PACKAGE, "places_cjk.tsv", 2) for word in others.split()}
"""Words that mean so little in English that lists translate them: bank, company; and names of places."""
_OF_A_PLACE = re.compile(r"sk(?:iy|ii|ij|yi|yy|y|aya|aia|oe|oye|ogo|oy|ie|ikh|im|om|uyu)$")
_SMALL = frozenset(
    words(word)[0]
    for word in "по на за для до и в с к о від от към при та το του της τον την των τα και για από στη στην στο με "
    "κατά η οι επ ονόματι في من على و در به از با".split()
)
"""Articles, prepositions and `and`."""


def in_english(name: str, meaning: int = 0) -> str:
    """Return `name` with the words of languages that write without spaces in English; with this one of their meanings,
    where they have so many.
    """
    return _IN_SYLLABLES.sub(lambda found: f" {_meant(found[0], meaning)} ", name)


def readings_of_syllables(name: str) -> Iterator[str]:
    """Yield `name` in Latin letters, in all ways that lists write names of languages without spaces.

    Its known words are in English, or the generic ones alone (bank, trading), or none. The others are written as Korean
    words sound, Chinese characters too, and as Chinese words do.
    """
    for meaning in range(_MOST_MEANINGS):
        yield from _written(in_english(name, meaning))
    yield from _written(_IN_SYLLABLES.sub(_if_generic, name))
    yield from _written(_IN_SYLLABLES.sub(lambda found: f" {found[0]} ", name))


def _meant(word: str, meaning: int) -> str:
    meanings = _SYLLABLES[word]
    return meanings[min(meaning, len(meanings) - 1)]


def _if_generic(found: re.Match[str]) -> str:
    """A word that is generic in English, and of more than one letter; of one it is likely a part of another word."""
    word = found[0]
    return f" {_SYLLABLES[word][0]} " if len(word) > 1 and word in _GENERIC_SYLLABLES else word


def _written(text: str) -> Iterator[str]:
    """Yield `text` with each run of syllables as one Latin word: 华信 is Huaxin, and Hwasin to a Korean."""
    if _RUN.search(text) is None:
        yield text
        return
    parts = _RUN.split(text)
    runs = _RUN.findall(text)
    for way in range(_WAYS):
        written = (f" {_as_word(run, way)} " for run in runs)
        yield "".join(part for pair in zip_longest(parts, written, fillvalue="") for part in pair)


def _as_word(run: str, way: int) -> str:
    """The run as a Korean writes it, unvoiced and voiced, and for the last way as its letters come one by one."""
    hangul = (_HANGUL_RUN.fullmatch(run) and run) or korean.in_hangul(run) if way < _WAYS - 1 else None
    if hangul is None or not _HANGUL_RUN.fullmatch(hangul):
        return "".join(words(run))
    return korean.as_words(hangul)[min(way, len(korean.as_words(hangul)) - 1)]


def translated(plain: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the words that `text.words` gives for a name in English, as far as they are known, without articles.

    The adjective `saratovskiy` may be of Saratov, and `chelyabinskiy` of Chelyabinsk: if there are such, the words for
    the one and then for the other.
    """
    telling = [word for place, word in enumerate(plain) if not _is_small(plain, place)]
    places = tuple(part for word in telling for part in english_word(word).split())
    if not any(map(_OF_A_PLACE.search, telling)):
        return [places]
    towns = tuple(part for word in telling for part in english_word(word, ending="").split())
    return list(dict.fromkeys((places, towns)))


def _is_small(plain: Sequence[str], place: int) -> bool:
    """Return whether a word is an article, a preposition or `and`, and no initial among others."""
    word = plain[place]
    return word in _SMALL and (
        len(word) > 1 or all(len(beside) > 1 for beside in plain[max(0, place - 1) : place + 2] if beside != word)
    )


@lru_cache(maxsize=100_000)
def english_word(word: str, ending: str = "sk") -> str:
    """Return the English for a word as `text.words` gives it, or the word when it is not known. An adjective of a place
    is read with `ending`: `chelyabinskiy` is `chelyabinsk`.
    """
    if word.isupper():
        return _of_letters(word)
    if (known := _STEMS.get(word)) is not None:
        return known
    for size in range(len(word), max(_SHORTEST_STEM, len(word) - _LONGEST_ENDING) - 1, -1):
        if (known := _STEMS.get(word[:size])) is not None and _ENDING.fullmatch(word, size):
            return known
    return _OF_A_PLACE.sub(ending, word) if "sk" in word else word


def _of_letters(word: str) -> str:
    """As `english_word`, in a script without short vowels, which writes articles, `and`, `for` and `in` onto a word."""
    for start in _WRITTEN_ONTO:
        if word.startswith(start):
            bare = word[len(start) :]
            for end in _OF_ADJECTIVES:
                if bare.endswith(end) and (known := _WORDS.get(bare[: len(bare) - len(end)])) is not None:
                    return known
    return word
