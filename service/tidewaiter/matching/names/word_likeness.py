"""Compute the likeness of two words of names. The index finds exactly the pairs with a likeness above 0.

Depends only on the two words, the tables of `vocabulary`, and `policy`.
"""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz.distance import OSA

from tidewaiter.matching import policy
from tidewaiter.matching.names.abbreviated import written_out
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.numbers import is_number
from tidewaiter.matching.names.spellings import skeleton
from tidewaiter.matching.names.vocabulary import OF_TWO_SEXES, ROMANISATIONS, TRANSLATIONS
from tidewaiter.matching.scripts import semitic
from tidewaiter.matching.scripts.folding import fold, sound

SERVANT = "abdul"
_VOWELS = frozenset("aeiou")
_UNHEARD = str.maketrans("", "", "aeiouyh")
ARTICLES = ("al", "el")
"""Arabic articles, as they are written onto a word."""
_READ_ALIKE = {"i", "l"}


def word_likeness(left: str, right: str, kind: NameKind | None = None) -> float:
    """Return the certainty that two words are the same word, 0 to 1; above 0 only for relations that `policy` names.

    Symmetric, except that only the queried word, `left`, may abbreviate the other. Words with digits must be equal.
    Words of the names of persons, `kind`, may also be alike by their consonants.
    """
    if left == right:
        return policy.SAME_WORD
    if is_number(left) or is_number(right):
        return 0.0
    if left.isupper() or right.isupper():
        return consonant_likeness(left, right)
    folded, other = fold(left), fold(right)
    likeness = same_class(left, right)
    if (is_servant_initial(left) and right.startswith(left)) or (is_servant_initial(right) and left.startswith(right)):
        return max(likeness, policy.SERVANT_INITIAL)
    if folded == other:
        likeness = max(likeness, sound_likeness(left, right))
    else:
        likeness = max(likeness, letter_likeness(left, right, folded, other))
        if kind is NameKind.PERSON:
            likeness = max(likeness, skeleton_likeness(folded, other))
    return likeness


def is_servant_initial(word: str) -> bool:
    """Return whether a word is `abdul` with an initial, which is how Abdul R. is read."""
    return len(word) == len(SERVANT) + 1 and word.startswith(SERVANT)


def same_class(left: str, right: str) -> float:
    """Return the likeness of two related words; 0 for unrelated ones.

    Words are related when a table lists them as one name, one is the other with an article (ALRAWI), or `left`
    abbreviates the other.
    """
    if right in (*with_article(left), without_article(left)):
        return policy.ROMANISATION
    if not _disjoint(ROMANISATIONS, left, right):
        return policy.ROMANISATION
    if right in written_out(left):
        return policy.ABBREVIATED
    return 0.0 if _disjoint(TRANSLATIONS, left, right) else policy.TRANSLATION


def with_article(word: str) -> tuple[str, ...]:
    """Return the word prefixed with each article."""
    return tuple([article + word for article in ARTICLES]) if len(word) >= policy.SHORTEST_BEHIND_ARTICLE else ()


def without_article(word: str) -> str | None:
    """Return the word without its prefixed article; None when it has none."""
    return word[2:] if word.startswith(ARTICLES) and len(word) >= policy.SHORTEST_BEHIND_ARTICLE + 2 else None


def _disjoint(table: Mapping[str, tuple[str, ...]], left: str, right: str) -> bool:
    mine = table.get(left)
    return mine is None or not any(c in mine for c in table.get(right, ()))


def sound_likeness(left: str, right: str) -> float:
    """Return the likeness of two words with the same fold."""
    if min(len(left), len(right)) == 1:
        return 0.0
    return policy.SAME_SOUND[min(OSA.distance(left, right), len(policy.SAME_SOUND) - 1)]


def consonant_likeness(left: str, right: str) -> float:
    """Return the likeness of two different words, at least one of them in a script without short vowels."""
    if left.isupper() and right.isupper():
        return policy.OTHER_VOWELS if semitic.alike(left, right) else 0.0
    coded, latin = (left, right) if left.isupper() else (right, left)
    return unwritten_likeness(coded, latin, sound(latin))


def unwritten_likeness(coded: str, latin: str, heard: str) -> float:
    """Return the likeness of a word in such a script and a Latin word. `heard` is the sound of the Latin word."""
    if not semitic.may_be(coded, latin, heard):
        return 0.0
    if semitic.is_known(coded, latin):
        return policy.ROMANISATION
    return policy.UNWRITTEN_VOWELS[min(len(coded), len(policy.UNWRITTEN_VOWELS)) - 1]


def letter_likeness(left: str, right: str, folded: str, other: str) -> float:
    """Return the likeness of two words that differ by one letter added, omitted, changed or swapped, as spelled or as
    folded.
    """
    if min(len(left), len(right)) >= policy.SHORTEST_TYPO and OSA.distance(left, right, score_cutoff=1) <= 1:
        return one_letter_likeness(left, right, folded, other, spelled=True)
    if min(len(folded), len(other)) >= policy.SHORTEST_MISHEARD and OSA.distance(folded, other, score_cutoff=1) <= 1:
        return one_letter_likeness(left, right, folded, other, spelled=False)
    return 0.0


def skeleton_likeness(folded: str, other: str) -> float:
    """Return the likeness of two words by their first letter and consonants, given the folded words."""
    bones = skeleton(folded)
    same = bool(bones) and bones == skeleton(other) and not are_of_two_sexes(folded, other)
    return policy.SAME_CONSONANTS if same else 0.0


def one_letter_likeness(left: str, right: str, folded: str, other: str, *, spelled: bool) -> float:
    """Return the likeness of two words that differ by one letter: as spelled if `spelled`, else as folded."""
    if are_of_two_sexes(left, right) or are_of_two_sexes(folded, other):
        return 0.0
    if spelled:
        return _one_letter(left, right)
    return policy.ONE_SOUND_LONG if max(len(folded), len(other)) >= policy.LONG_WORD else policy.ONE_SOUND_MIDDLE


def are_of_two_sexes(left: str, right: str) -> bool:
    """Return whether the words are the male and female forms of one given name: Aleksandr and Aleksandra."""
    man, woman = (left, right) if right.endswith("a") else (right, left)
    stem = woman.removesuffix("a")
    return stem != woman and man in (stem, f"{stem}o", f"{stem}e") and stem in OF_TWO_SEXES


def _one_letter(left: str, right: str) -> float:
    shorter, longer = sorted((len(left), len(right)))
    if shorter == longer >= policy.MIDDLE_WORD and _is_slip(left, right):
        return policy.SLIP
    if longer >= policy.LONG_WORD:
        return policy.ONE_LETTER_LONG
    if longer >= policy.MIDDLE_WORD:
        return policy.ONE_LETTER_MIDDLE
    if longer <= policy.SHORTEST_TYPO:
        return 0.0
    changed = [(a, b) for a, b in zip(left, right, strict=False) if a != b]
    # Jong and Jung, Ri and Ra: in short names a different vowel makes a different name.
    vowel = shorter == longer and len(changed) == 1 and _VOWELS.issuperset(changed[0])
    return policy.ONE_VOWEL_SHORT if vowel else policy.ONE_LETTER_SHORT


def _is_slip(left: str, right: str) -> bool:
    """Return whether two letters are swapped, or an i was misread as an l. Such a difference rarely separates names."""
    changed = [(a, b) for a, b in zip(left, right, strict=True) if a != b]
    return len(changed) == 2 or set(changed[0]) == _READ_ALIKE


def have_other_consonants(left: str, right: str) -> bool:
    """Return whether two words that no table relates sound otherwise in a consonant. An h, which few hear, is none."""
    bones, others = (fold(word).translate(_UNHEARD) for word in (left, right))
    return bones != others and not same_class(left, right)


def cut_off_likeness(query_last: str, listed: str) -> float:
    """Return the certainty that a cut-off last word of a query is the start of a listed word."""
    if len(query_last) >= policy.SHORTEST_CUT and len(listed) > len(query_last) + 1 and listed.startswith(query_last):
        return policy.CUT_OFF
    return 0.0
