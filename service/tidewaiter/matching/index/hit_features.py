"""Evaluate a hit by name: the features for and against the listed party, by the weights of `policy`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from tidewaiter.matching import policy
from tidewaiter.matching.entry import ListEntry
from tidewaiter.matching.names.compared import Likeness
from tidewaiter.matching.names.legal_forms import are_abroad, are_at_home
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.vocabulary import COMMON_NAMES
from tidewaiter.matching.policy import WEIGHTS, Feature
from tidewaiter.matching.query import FeatureScore

_VOWELS = frozenset("aeiouy")
_SUPPORT = frozenset({Feature.BIRTH_DATE_AGREES, Feature.BIRTH_YEAR_AGREES, Feature.COUNTRY_AGREES})


class How(Enum):
    """How a listed name was found."""

    LIKE = 1
    OTHER_TYPE = 2
    WITHIN = 3


class Hit(NamedTuple):
    """A listed name that was found for a name or text of the query."""

    how: How
    kind: NameKind
    asked: str
    listed: str
    weak: bool
    likeness: Likeness


def name_features(
    hit: Hit, entry: ListEntry, about_party: Iterable[FeatureScore], agreed: bool, *, weak_full_names: bool = True
) -> list[FeatureScore]:
    """Return the features of the pair of names in `hit`.

    `about_party` has the features that do not depend on the name; `agreed` is true when an identifier agrees.
    With `weak_full_names`, a weak alias that is a full name suffices for review.
    """
    found, kind, asked, listed_name, weak, likeness = hit
    how = "the names agree" if likeness.same else f"the names are alike ({likeness.similarity:.2f})"
    if found is How.WITHIN:
        weight, detail = WEIGHTS[Feature.NAME_WITHIN], "other words stand around it"
        return [
            FeatureScore(Feature.NAME, WEIGHTS[Feature.NAME], f"the whole name stands in {asked!r}"),
            FeatureScore(Feature.NAME_WITHIN, weight, detail),
        ]
    weight = round(WEIGHTS[Feature.NAME] * likeness.similarity, 4)
    features = [FeatureScore(Feature.NAME, weight, how)]
    if found is How.OTHER_TYPE:
        detail = f"the name is listed for a {kind.value}"
        features.append(FeatureScore(Feature.OTHER_TYPE, WEIGHTS[Feature.OTHER_TYPE], detail))
    common_below = policy.BY_KIND[kind.value].common_below
    if found is not How.OTHER_TYPE and likeness.agreeing < common_below and not likeness.short:
        share = 1.0 - likeness.agreeing / common_below
        detail = "many parties have a name of these words"
        features.append(FeatureScore(Feature.COMMON_NAME, round(WEIGHTS[Feature.COMMON_NAME] * share, 4), detail))
    if likeness.one_word and kind is not NameKind.VESSEL:
        detail = "the one word in common is spelled otherwise"
        sure = likeness.one_word >= policy.ONE_WORD_LETTERS and not likeness.forms_differ and not likeness.partial
        share = 1.0 if sure else 2.0
        features.append(FeatureScore(Feature.ONE_WORD_ALIKE, WEIGHTS[Feature.ONE_WORD_ALIKE] * share, detail))
    if kind is NameKind.PERSON and likeness.partial and _is_too_little(likeness):
        detail = "the words that agree are too common, or too little alike, for the rest to be left over"
        features.append(FeatureScore(Feature.PARTIAL_NAME, WEIGHTS[Feature.PARTIAL_NAME], detail))
    supported = is_supported(about_party)
    lone = kind is NameKind.ORGANISATION and not likeness.same and likeness.lone
    if lone and _tells_little(likeness, entry, supported=supported):
        detail = "a single word that is not generic is all that agrees"
        features.append(FeatureScore(Feature.LONE_WORD, WEIGHTS[Feature.LONE_WORD], detail))
    if agreed:
        return features
    if kind is NameKind.VESSEL and found is not How.OTHER_TYPE:
        detail = "no IMO number to tell vessels of one name apart"
        features.append(FeatureScore(Feature.VESSEL_NAME_ALONE, WEIGHTS[Feature.VESSEL_NAME_ALONE], detail))
    if likeness.bare:
        typed = supported or (kind is NameKind.VESSEL and any(f.name is Feature.TYPE_AGREES for f in about_party))
        weight = WEIGHTS[Feature.BARE_NAME] + (policy.SUPPORT_FOR_WEAK if typed else 0.0)
        detail = f"{listed_name!r} is no name by itself" + (", with other facts to support it" if typed else "")
        features.append(FeatureScore(Feature.BARE_NAME, round(weight, 4), detail))
    elif likeness.short and kind is not NameKind.VESSEL:
        detail = f"{listed_name!r} is one short word"
        features.append(FeatureScore(Feature.SHORT_NAME, WEIGHTS[Feature.SHORT_NAME], detail))
    if weak and weak_full_names and _is_full_name(likeness):
        detail = "its publisher calls the alias weak, but it has the words of a full name"
        features.append(FeatureScore(Feature.WEAK_FULL_NAME, WEIGHTS[Feature.WEAK_FULL_NAME], detail))
    elif weak:
        weight = WEIGHTS[Feature.WEAK_ALIAS] + (policy.SUPPORT_FOR_WEAK if supported else 0.0)
        detail = "its publisher calls the alias weak" + (", with other facts to support it" if supported else "")
        features.append(FeatureScore(Feature.WEAK_ALIAS, round(weight, 4), detail))
    return features


def is_supported(about_party: Iterable[FeatureScore]) -> bool:
    """Return whether a birth date or a country agrees."""
    return any(feature.name in _SUPPORT for feature in about_party)


def held_for_review(score: float) -> Iterator[FeatureScore]:
    """Yield the feature that keeps an inconclusive name from blocking without supporting facts."""
    if (excess := round(score - WEIGHTS[Feature.NOT_ALONE], 4)) > 0:
        yield FeatureScore(
            Feature.NOT_ALONE, -excess, "a name that settles nothing alone: of syllables, or read by a guess"
        )


def _is_full_name(likeness: Likeness) -> bool:
    """Return whether the words that agree are as many and as rare as those of a full name, and none is left over."""
    return (
        likeness.agreeing >= policy.FULL_NAME_WEIGHT
        and not (likeness.partial or likeness.misspelled)
        and not (likeness.bare or likeness.not_alone)
    )


def _is_too_little(likeness: Likeness) -> bool:
    """Return whether a person's names agree too little, given that words are left over."""
    return likeness.misspelled or likeness.similarity < policy.needed_similarity(likeness.agreeing)


def _tells_little(likeness: Likeness, entry: ListEntry, *, supported: bool) -> bool:
    """Return whether the only distinctive word in common is insufficient, given that other words are left over."""
    if likeness.added or likeness.forms_differ or likeness.transcribed:
        return True
    if not likeness.forms_agree and are_abroad(likeness.home, entry.countries):
        return True
    short = likeness.registered and len(likeness.lone) <= policy.REGISTERED_LETTERS
    if short and not (supported or are_at_home(likeness.home, entry.countries)):
        return True
    if likeness.lone in COMMON_NAMES and not likeness.forms_agree:
        return True
    acronym = len(likeness.lone) > 2 and not _VOWELS.intersection(likeness.lone)
    return len(likeness.lone) < policy.LONE_WORD_LETTERS and not likeness.forms_agree and not acronym
