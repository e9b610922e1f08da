"""Names of plain words are read as if every rule had been tried, and words read together as if each were alone."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from tests.property.test_matching_index import LETTERS, NAMES, misspelled
from tidewaiter.matching.names import organisations
from tidewaiter.matching.names.legal_forms import LEGAL_FORMS
from tidewaiter.matching.names.near_words import NearWords
from tidewaiter.matching.names.vocabulary import ABBREVIATIONS, GENERIC_CAP, NUMBER_WORDS, PLACE_WORDS, STOP_WORDS
from tidewaiter.matching.scripts import folding
from tidewaiter.text.latin import words

_OF_TABLES = sorted(
    {*ABBREVIATIONS, *GENERIC_CAP, *NUMBER_WORDS, *PLACE_WORDS, *STOP_WORDS, *(w for form in LEGAL_FORMS for w in form)}
)
_SYLLABLES = "ka lo mi ren ta vi sho ban del ssch rn zh off ie iia ja ck tt x y dzh ph ovich ina".split()
WORDS = st.one_of(
    st.sampled_from(_OF_TABLES),
    st.text(LETTERS, min_size=1, max_size=12),
    st.lists(st.sampled_from(_SYLLABLES), min_size=1, max_size=5).map("".join),
    st.builds(misspelled, st.sampled_from(_OF_TABLES), st.integers(0, 10**6)),
)
FIRMS = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
IN_ASCII = NAMES.map(lambda name: name.encode("ascii", "ignore").decode())
LETTERS_ALONE = WORDS.map(lambda word: re.sub("[^a-z]", "", word.lower()) or "ka")


@settings(max_examples=600, deadline=None)
@given(FIRMS | IN_ASCII)
@example("KALO MIREN JOINT STOCK COM")
@example("mirenta corpor")
@example("jsckalomiren talovi")
def test_a_firm_of_plain_words_is_read_as_by_every_rule(name: str) -> None:
    if plain := words(name):
        read = organisations.organisation_forms(name, plain)
        assert read == organisations._organisation_in_latin(plain)
        # The order of the words matters for legal forms and numbers, never for plain words.
        turned = plain[::-1]
        assert organisations.organisation_forms(name, turned) == organisations._organisation_in_latin(turned)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("abc", min_size=5, max_size=8), max_size=30), st.text("abc", min_size=1, max_size=9))
def test_near_words_are_those_one_letter_off_that_begin_or_end_alike(known: list[str], word: str) -> None:
    near = [
        each
        for each in sorted(known)
        if OSA.distance(word, each) <= 1 and (each[:2] == word[:2] or each[-2:] == word[-2:])
    ]
    assert NearWords(known, ends=2).near(word) == next(iter(near), None)


@settings(max_examples=200, deadline=None)
@given(st.lists(LETTERS_ALONE, max_size=20))
def test_words_fold_together_as_each_alone(read: list[str]) -> None:
    assert folding.fold_all(read) == {word: _folded(word) for word in read}


def _folded(word: str) -> str:
    word = folding._once(word, but=folding._VOWELS)
    for pattern, left in folding._PATRONYMICS:
        word = pattern.sub(left, word)
    for _, pattern_, left in folding._FOLDS:
        word = re.sub(pattern_, left, word, flags=re.MULTILINE)
    return folding._once(word)
