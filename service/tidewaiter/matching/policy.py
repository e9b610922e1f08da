"""The whole scoring policy in one place: the features for and against a match, and their weights.

A score is the sum of the features that apply, clamped to 0..1. A feature that contradicts a match has a negative
weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

REVIEW = 0.70
"""A candidate at or above this score is shown to a person. Below it, `PartyIndex.match` does not report it."""

BLOCK = 0.90
"""A candidate at or above this score counts as the listed party. Either its full name agrees, nothing contradicts it
and the name is not common, or an identifier agrees."""


class Feature(StrEnum):
    """A fact for or against a match. The weights are in WEIGHTS."""

    NAME = "name"
    COMMON_NAME = "common_name"
    WEAK_ALIAS = "weak_alias"
    ONE_WORD_ALIKE = "one_word_alike"
    LONE_WORD = "lone_word"
    PARTIAL_NAME = "partial_name"
    WEAK_FULL_NAME = "weak_full_name"
    BARE_NAME = "bare_name"
    SHORT_NAME = "short_name"
    NOT_ALONE = "not_alone"
    IDENTIFIER_AGREES = "identifier_agrees"
    IDENTIFIER_LIKELY = "identifier_likely"
    IDENTIFIER_CONFLICTS = "identifier_conflicts"
    BIRTH_DATE_AGREES = "birth_date_agrees"
    BIRTH_YEAR_AGREES = "birth_year_agrees"
    BIRTH_DATE_NEAR = "birth_date_near"
    BIRTH_DATE_CONFLICTS = "birth_date_conflicts"
    COUNTRY_AGREES = "country_agrees"
    COUNTRY_DIFFERS = "country_differs"
    TYPE_AGREES = "type_agrees"
    TYPE_CONFLICTS = "type_conflicts"
    OTHER_TYPE = "other_type"
    NAME_WITHIN = "name_within"
    VESSEL_NAME_ALONE = "vessel_name_alone"


WEIGHTS: dict[Feature, float] = {
    # times the similarity of the names, 0 to 1
    Feature.NAME: 0.93,
    # times how common the agreeing words are: two men called Hassan Ali are rarely the same man
    Feature.COMMON_NAME: -0.20,
    # the only agreeing word is similar but not equal
    Feature.ONE_WORD_ALIKE: -0.10,
    # the only distinctive word that agrees is short, and others do not agree: King Ltd is not KING TRADE
    Feature.LONE_WORD: -0.20,
    # words are left over, and the agreeing words are too common to make up for it
    Feature.PARTIAL_NAME: -0.20,
    # an alias that its publisher calls weak, or words that do not form a name: digits, an address, a legal form
    Feature.WEAK_ALIAS: -0.25,
    Feature.BARE_NAME: -0.25,
    # a weak alias of as many and as rare words as a full name: for review, and never for blocking
    Feature.WEAK_FULL_NAME: -0.13,
    # one word of a few letters
    Feature.SHORT_NAME: -0.15,
    # caps the score at this unless a birth date, a country or an identifier agrees: thousands share a family name and
    # syllables, and reading Chinese characters as Korean is a guess
    Feature.NOT_ALONE: 0.89,
    # raises the score to at least this: an IMO, passport, tax or registration number that agrees is decisive
    Feature.IDENTIFIER_AGREES: 0.98,
    # raises the score to at least this: the same number, but of another kind or without a country
    Feature.IDENTIFIER_LIKELY: 0.80,
    Feature.IDENTIFIER_CONFLICTS: -0.30,
    Feature.BIRTH_DATE_AGREES: 0.06,
    Feature.BIRTH_YEAR_AGREES: 0.04,
    Feature.BIRTH_DATE_NEAR: -0.05,
    # a different date with an exact full name still gives review: dates are easily invented and often mistyped
    Feature.BIRTH_DATE_CONFLICTS: -0.235,
    Feature.COUNTRY_AGREES: 0.03,
    Feature.COUNTRY_DIFFERS: -0.08,
    Feature.TYPE_AGREES: 0.005,
    Feature.TYPE_CONFLICTS: -0.35,
    # the whole name agrees, but the type differs: the stated type may be wrong, or a lie
    Feature.OTHER_TYPE: -0.14,
    # the whole listed name is contained among other words: "ex UL JI BONG 6", "c/o"
    Feature.NAME_WITHIN: -0.14,
    # ships share names and change them: without the IMO number a name is not conclusive
    Feature.VESSEL_NAME_ALONE: -0.10,
}

FULL_NAME_WEIGHT = 1.5
"""Minimum weight of the agreeing words for a weak alias to count as a full name: two rare words or more common ones."""
SUPPORT_FOR_WEAK = 0.12
"""Added back to a weak alias or bare name when birth date or country agree, and to the bare name of a vessel when the
party is stated to be a vessel."""


@dataclass(frozen=True, slots=True)
class NamePolicy:
    """The parameters for comparing two names of one kind of party.

    Agreeing words count for a match. Words left over on both sides (`conflict`) count against it; words left over on
    one side only (`omission`) count less. `words_needed` words must agree when both names have as many. A name is
    common when the total weight of its agreeing words is below `common_below`.
    """

    conflict: float
    omission: float
    words_needed: int
    common_below: float


PERSON = NamePolicy(conflict=1.5, omission=0.35, words_needed=2, common_below=1.2)
ORGANISATION = NamePolicy(conflict=1.0, omission=0.60, words_needed=1, common_below=0.6)
VESSEL = NamePolicy(conflict=1.5, omission=0.90, words_needed=1, common_below=0.8)
SYLLABIC = NamePolicy(conflict=1.5, omission=1.0, words_needed=2, common_below=1.2)
SYLLABLES_OUT_OF_ORDER = 0.74
"""Factor of the similarity when the syllables of a name agree in another order: Kim Yong Son is not Kim Son Yong."""
LEAST_SYLLABLE = 0.85
"""Syllables in Hangul or Chinese characters with a lower likeness than this are different: 영 is not 정."""
BY_KIND = {"person": PERSON, "organisation": ORGANISATION, "vessel": VESSEL}

PARTIAL_NEEDS = ((0.90, 0.92), (1.10, 0.80), (1.50, 0.74))
"""When words of a person's name are left over: (weight of the agreeing words, similarity required). The rarer the
words, the lower the similarity required. Values between two rows are interpolated."""

ONE_WORD_LETTERS = 8
"""A single agreeing word with a wrong letter counts less when it has fewer letters than this."""

SHORTEST_SOUND = 5
"""A one-word name with fewer letters must be spelled the same: Mai is not MAEI."""

LONE_WORD_LETTERS = 3
"""A single telling word of this many letters is still shown. Measured on the half to tune on: 3 finds 29 in 1,000 more
organisations without their generic words than 5, with 5 more false alarms among 11,045."""

LONE_BELOW = 3
"""A single telling word is all that agrees when fewer words than this agree: of Research and Production Enterprise X
and Research and Production Association X three agree. Measured: 5 in 1,000 more real aliases of organisations are
found, with no more false alarms among 22,297."""

REGISTERED_LETTERS = 5
"""A single telling word of this many letters or fewer is not enough beside generic ones under another legal form,
because a registered name is complete: Dima SNC is not DIMA SHIPPING AND TRADING. Measured on the half to tune on: 12 of
71 false alarms on organisations fewer, 0.1 % of real aliases are lost; at 8 letters 20 fewer, 0.3 % lost."""

BESIDE_INITIALS, BESIDE_TWO_INITIALS = 0.75, 0.50
"""Minimum weight of a single word beside one initial, and beside two: SOFIA K is many women, Y. SIVAKOV is one man."""

LEAST_EVIDENCE = 0.45
"""Minimum weight of the common words of names that differ: CORP and TRADING never match alone."""

WITHIN_WEIGHT = 1.6
"""Minimum weight for a listed name to be searched for among other words: Ali Hassan is part of many names."""
TELLING_WITHIN_WEIGHT, TELLING_WITHIN = 0.9, 0.57
"""Of a firm this is enough when one of them weighs so much: Kangbong Trading, and not Foreign Trade Bank. Measured: 98
of 268 organisations are missed in running text without it, 32 with it, with no more false alarms among 56,024."""
PERSON_WITHIN_WEIGHT = 1.0
"""The same for a person's name: given and family names occur together by chance less often than trade words."""
WITHIN_LETTERS = 10
"""And when it has three words or this many letters."""
WITHIN_WORDS = 4
"""Or when it has this many words, however common: nobody writes Korea Mining Development Trading by chance."""

LEAST_SIMILARITY = 0.70
"""Names with a lower similarity are dropped. With NAME at 0.93, nothing below this can reach REVIEW by name and birth
date."""

LIKEST = 0.995
"""Maximum likeness of names that are not equal."""
SAME_WORD = 1.0
SAME_SOUND = (1.0, 0.95, 0.90, 0.82)
"""Indexed by the number of letters in which two spellings of one sound differ; the last value applies beyond."""
ROMANISATION = 0.94
TRANSLATION = 0.80
ABBREVIATED = 0.88
"""A business word and its abbreviation: TRDG may be trading."""
UNWRITTEN_VOWELS = (0.0, 0.75, 0.90, 0.93)
"""A word in a script without short vowels and a Latin word that it may be, by its number of letters."""
LONE_UNWRITTEN = 6
"""Such words with fewer letters in total are not sufficient by themselves: too many Latin words fit them."""
OTHER_VOWELS = 0.86
"""Two words of such scripts that differ only in their written vowels."""
SLIP = 0.95
"""Two letters are swapped, or one was misread, in words of five letters or more."""
SHORTEST_TYPO = 3
"""In words of fewer letters every letter counts ..."""
SHORTEST_MISHEARD = 5
"""... and in sounds of fewer."""
LONG_WORD, MIDDLE_WORD = 7, 5
"""The longer a word, the less one letter matters: likeness by minimum number of letters."""
ONE_LETTER_LONG = 0.90
ONE_LETTER_MIDDLE = 0.82
ONE_LETTER_SHORT = 0.42
ONE_VOWEL_SHORT = 0.38
ONE_SOUND_LONG = 0.75
ONE_SOUND_MIDDLE = 0.60
"""The folded words differ in one letter, the words as spelled in more."""
SAME_CONSONANTS = 0.75
"""Folded words of persons' names have the same first letter and the same consonants: Muftah, Maftah ..."""
LEAST_CONSONANTS = 3
"""... if they have at least this many."""
MISSPELLED = frozenset(
    (ONE_LETTER_MIDDLE, ONE_LETTER_SHORT, ONE_VOWEL_SHORT, ONE_SOUND_LONG, ONE_SOUND_MIDDLE, SAME_CONSONANTS)
)
"""When a word of a person's name has only this likeness, no other word may be left over."""
SHORTEST_BEHIND_ARTICLE = 3
"""Minimum letters of a word to which an article may be attached: Alrawi."""
CUT_OFF = 0.80
SHORTEST_CUT = 4
"""Minimum letters that remain of a cut-off last word."""
CUT_AT = 34
"""A name of this many characters may have been cut off by a payment field of 35 ..."""
CUT_OMISSION = 0.4
"""... and what it then lacks weighs only this much."""
JOINED = 0.97
SHORTEST_PLAIN = 6
"""Minimum letters of whole spellings (doubled letters count once) for equal spellings to be the same name."""
LETTERS_APART = ((14, 2), (10, 1))
"""Whole spellings of persons' names: from how many letters on (doubled ones count once) how many may differ ..."""
MOST_LETTERS_APART = 2
NEARLY_WHOLE = (1.0, 0.88, 0.80)
"""... and the likeness of the names, by the number of letters that differ."""
CUT_WHOLE = 0.90
"""The likeness of a cut-off name that is the start of a listed one ..."""
CUT_PLAIN, CUT_TELLING, FILLED_TELLING = 22, 12, 6
"""... with at least this many letters, and this many outside its legal form; the last value applies when the name fills
a field."""
FORMED_PLAIN, FORMED_TELLING, FORMED_LACK = 15, 5, 4
"""A firm's name of a legal form and one word is the start of another name when it has at least this many letters in
total, this many in the word, and lacks at most this many: LIMITED LIABILITY COMPANY BELTR."""
FIELDS = frozenset({34, 35, 36, 69, 70, 71, 139, 140, 141})
"""Lengths of names that fill a field of 35, 70 or 140 characters, give or take one for a space or a sign."""
GENERIC_LEFT_OUT = 0.42
"""Maximum total weight of generic words omitted from an organisation's name when nothing else differs."""
WIDESPREAD_WEIGHT = 0.35
TRANSLATED_WEIGHT = 0.4
"""Maximum weight of a translated business word: it may be a name in its own language."""
GENERIC_WEIGHT = 0.2
"""Words of this weight or less identify nothing by themselves."""
CORE_OMISSION = 0.5
"""The weight of a person's omitted further names when family name and first given name agree."""
CORE_MISSING = 1.5
"""A higher weight when one of these two is omitted: Javier Medina is not DIAZ MEDINA, Javier."""
PATRONYMIC_LACKING = 0.5
"""The weight of a patronymic in the query that the listed name lacks, when all else agrees."""
INITIAL = 0.50
SERVANT_INITIAL = 0.85
"""Abdul R. and Abdulrahman: the initial stands for half of the name."""

NUMBER_CONFLICT = 0.4
"""Factor of the similarity when both names have numbers that differ: KUM UN SAN 2 is not KUM UN SAN 3."""
NUMBER_ADDED = 0.4
"""The share of its weight that a number after a firm's name counts as conflict."""
VESSEL_NUMBER_MISSING = 0.6
"""Factor of the similarity when only one of two vessel names has a number."""

RAREST_OF = 5000
"""Minimum number of parties for computing word weights: on a short list every word looks rare."""
LEAST_WEIGHT = 0.08
UNKNOWN_RARITY = 0.6
"""Maximum weight of a word in Arabic or Hebrew letters: the lists have too few to tell which are rare."""
COMMON_NAME_WEIGHT = 0.5
"""Maximum weight of a very common name, however few parties with it are listed."""
SHORTEST_FULL_NAME = 4
"""A name of one word shorter than this is a short name."""
FIGURES_OF_A_NAME = 4
"""Minimum number of digits for digits alone to form a name: 11420 does, 7-28 does not."""


def needed_similarity(agreeing: float) -> float:
    """Return the similarity required of a person's names when words are left over, by the agreeing weight."""
    for (from_, high), (to, low) in pairwise(PARTIAL_NEEDS):
        if agreeing <= to:
            return high + (low - high) * max(0.0, agreeing - from_) / (to - from_)
    return PARTIAL_NEEDS[-1][1]
