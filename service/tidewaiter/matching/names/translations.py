"""Translate the names of organisations in other scripts into English: завод is a plant, 工厂 is a factory.

Each known word becomes the English word that lists use for it. For inflected languages the table has word stems. Such
words identify little by themselves; what matters is that they agree and that no words are left over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest

from tidewaiter.matching.names import european
from tidewaiter.matching.names.vocabulary import GENERIC_CAP, PACKAGE
from tidewaiter.matching.policy import GENERIC_WEIGHT
from tidewaiter.text import korean
from tidewaiter.text.latin import words
from tidewaiter.text.word_files import rows_of

_SHORTEST_STEM = 4
_SHORTEST_ROMANISED = 6
_ENDING = re.compile(
    # Endings of Slavic and Greek nouns and adjectives.
    r"(?:n|sk|tel|stv|ik)?(?:i?[aio]ta|i?ya?ta?|[oe]to|i?[iey]te|a?ta|i?y|yy|ii|aya|aia|a?ye|ae|oe|oye|ogo|oy|[iy]e|y?kh|ikh|[ioy]m|[aueo]|i?y?[aeuio]|iyi|iyu|ey|[oe]v|"
    r"[oeai]s|on|oi|ous?|is|eis|ias|eias|as|s)?"
)
_LONGEST_ENDING = 7
_OF_ADJECTIVES = ("", "YH", "Y")
_WRITTEN_ONTO = ("", "W", "AL", "WAL", "LL", "L", "B", "BAL")


def _by_word(language: str) -> Iterator[tuple[str, str]]:
    """Yield (word, English word) for a group of languages: business words first, then places."""
    for kind in ("business", "places"):
        for english, others in rows_of(PACKAGE, f"{kind}_{language}.tsv", 2):
            for word in others.split():
                yield word, english


def _latin(language: str) -> dict[str, str]:
    """Return the pairs of `_by_word` whose word is a single word in Latin letters."""
    return {latin[0]: english for word, english in _by_word(language) if len(latin := words(word)) == 1}


_STEMS = _latin("slavic_greek")
_STARTS_OF_STEMS = frozenset(stem[:_SHORTEST_STEM] for stem in _STEMS)
_WORDS = _latin("arabic_persian")


def _meanings(language: str) -> dict[str, tuple[str, ...]]:
    """Return each word with all its meanings, the preferred one first."""
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
"""English translations of the words used in firms' names in other scripts."""
TRANSLATED_WORDS = BUSINESS_WORDS | european.BUSINESS_WORDS
"""English translations of the words used in firms' names in any language."""
_IN_SYLLABLES = re.compile("|".join(sorted(_SYLLABLES, key=len, reverse=True)))
ACRONYMS = {acronym: tuple(words_.split()) for acronym, words_ in rows_of(PACKAGE, "acronyms.tsv", 2)}
"""Acronyms of generic words, with their expansion."""
_RUN = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3]{2,8}")
_HANGUL_RUN = re.compile(r"[\uac00-\ud7a3]+")
_MOST_MEANINGS = 3
_WAYS = 3
_GENERIC_SYLLABLES = frozenset(
    word
    for word, meanings in _SYLLABLES.items()
    if all(GENERIC_CAP.get(part, 1.0) <= GENERIC_WEIGHT for part in meanings[0].split())
) | {word for _, others in rows_of(PACKAGE, "places_cjk.tsv", 2) for word in others.split()}
"""Generic words that lists translate (bank, company), and names of places."""
_OF_A_PLACE = re.compile(r"sk(?:iy|ii|ij|yi|yy|y|aya|aia|a?ye|ae|oe|oye|ogo|oy|ie|ikh|im|uyu)$")
_SMALL = frozenset(
    words(word)[0]
    for word in "по на за для до и в с к о від от към при та το του της τον την των τα και για από στη στην στο με "
    "κατά η οι επ ονόματι في من على و در به از با".split()
)
"""Articles, prepositions and `and`."""


def in_english(name: str, meaning: int = 0) -> str:
    """Return `name` with the words of languages without spaces translated into English.

    `meaning` is the index of the meaning to use for words that have several.
    """
    return _IN_SYLLABLES.sub(lambda found: f" {_meant(found[0], meaning)} ", name)


def readings_of_syllables(name: str) -> Iterator[str]:
    """Yield `name` in Latin letters, in all the ways in which lists write names of languages without spaces.

    Either all known words are translated, or only the generic ones (bank, trading), or none. The others are romanised
    as Korean, including Chinese characters, and as Chinese.
    """
    for meaning in range(_MOST_MEANINGS):
        yield from _written(in_english(name, meaning))
    yield from _written(_IN_SYLLABLES.sub(_if_generic, name))
    yield from _written(_IN_SYLLABLES.sub(lambda found: f" {found[0]} ", name))


def _meant(word: str, meaning: int) -> str:
    meanings = _SYLLABLES[word]
    return meanings[min(meaning, len(meanings) - 1)]


def _if_generic(found: re.Match[str]) -> str:
    """Return the English for a generic word of two or more letters. A single letter is rarely a word of its own."""
    word = found[0]
    return f" {_SYLLABLES[word][0]} " if len(word) > 1 and word in _GENERIC_SYLLABLES else word


def _written(text: str) -> Iterator[str]:
    """Yield `text` with each run of syllables as one Latin word: 华信 is Huaxin in Chinese and Hwasin in Korean."""
    if _RUN.search(text) is None:
        yield text
        return
    parts = _RUN.split(text)
    runs = _RUN.findall(text)
    for way in range(_WAYS):
        written = (f" {_as_word(run, way)} " for run in runs)
        yield "".join(part for pair in zip_longest(parts, written, fillvalue="") for part in pair)


def _as_word(run: str, way: int) -> str:
    """Return the run romanised as Korean, unvoiced or voiced, or (the last way) letter by letter."""
    hangul = (_HANGUL_RUN.fullmatch(run) and run) or korean.in_hangul(run) if way < _WAYS - 1 else None
    if hangul is None or not _HANGUL_RUN.fullmatch(hangul):
        return "".join(words(run))
    return korean.as_words(hangul)[min(way, len(korean.as_words(hangul)) - 1)]


def translated(plain: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the readings of the words of a name (from `text.words`) in English, without articles.

    Unknown words are kept. The adjective `saratovskiy` comes from Saratov, but `chelyabinskiy` from Chelyabinsk: with
    such adjectives, both readings are returned in this order.
    """
    telling = [word for place, word in enumerate(plain) if not _is_small(plain, place, _SMALL)]
    places = tuple(part for word in telling for part in english_word(word).split())
    if not any(map(_OF_A_PLACE.search, telling)):
        return [places]
    towns = tuple(part for word in telling for part in english_word(word, ending="").split())
    return list(dict.fromkeys((places, towns)))


def translated_from_latin(plain: Sequence[str]) -> list[tuple[str, ...]]:
    """Like `translated`, for a name in Latin letters: its words may be of any European language."""
    telling = [word for place, word in enumerate(plain) if not _is_small(plain, place, european.SMALL)]
    if not any(map(european.english_of, telling)):
        return translated(plain)
    return [tuple(part for word in telling for part in (european.english_of(word) or english_word(word)).split())]


def is_translated(word: str) -> bool:
    """Return whether a word in Latin letters is a known word of business in a European language other than English."""
    return european.english_of(word) is not None or is_romanised(word)


def _is_small(plain: Sequence[str], place: int, small: frozenset[str]) -> bool:
    """Return whether a word is an article, a preposition or `and`, rather than one of several initials."""
    word = plain[place]
    return word in small and (
        len(word) > 1 or all(len(beside) > 1 for beside in plain[max(0, place - 1) : place + 2] if beside != word)
    )


@lru_cache(maxsize=100_000)
def is_romanised(word: str) -> bool:
    """Return whether a word in Latin letters is a known Slavic or Greek word of business: zavod, nauchno."""
    return (
        (len(word) >= _SHORTEST_ROMANISED or word in _STEMS)
        and word not in BUSINESS_WORDS
        and word not in GENERIC_CAP
        and english_word(word) in BUSINESS_WORDS
    )


@lru_cache(maxsize=100_000)
def english_word(word: str, ending: str = "sk") -> str:
    """Return the English for a word from `text.words`, or the word itself when it is unknown.

    An adjective of a place is read with `ending`: `chelyabinskiy` is `chelyabinsk`.
    """
    if word.isupper():
        return _of_letters(word)
    if (known := _STEMS.get(word)) is not None:
        return known
    longest = len(word) if word[:_SHORTEST_STEM] in _STARTS_OF_STEMS else 0
    for size in range(longest, max(_SHORTEST_STEM, longest - _LONGEST_ENDING) - 1, -1):
        if (known := _STEMS.get(word[:size])) is not None and _ENDING.fullmatch(word, size):
            return known
    return _OF_A_PLACE.sub(ending, word) if "sk" in word else word


def _of_letters(word: str) -> str:
    """Like `english_word`, for scripts without short vowels, which attach articles, `and`, `for` and `in` to a word."""
    for start in _WRITTEN_ONTO:
        if word.startswith(start):
            bare = word[len(start) :]
            for end in _OF_ADJECTIVES:
                if bare.endswith(end) and (known := _WORDS.get(bare[: len(bare) - len(end)])) is not None:
                    return known
    return word
