"""How alike two words are, and two names. The definition: the index only finds, without missing any, what this accepts.

Depends on nothing but the words, their weights and `policy`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from service.matching import policy
from service.matching.names import fold, is_number
from service.matching.policy import NamePolicy
from service.matching.vocabulary import SAME_NAME

SHORTEST_TYPO = 3
"""In words shorter than this every letter counts."""
SHORTEST_CUT = 4
"""A last word cut off must keep this many letters."""
_VOWELS = frozenset("aeiou")


def word_likeness(left: str, right: str) -> float:
    """0 to 1: how surely two words are one word. Symmetric; above 0 only for the relations that `policy` names.

    Words with figures are alike only when they are the same.
    """
    if left == right:
        return policy.SAME_WORD
    if is_number(left) or is_number(right):
        return 0.0
    folded, other = fold(left), fold(right)
    if folded == other:
        return policy.SAME_SOUND if min(len(left), len(right)) > 1 else 0.0
    same = SAME_NAME.get(left)
    if same is not None and same == SAME_NAME.get(right):
        return policy.SAME_NAME
    return folded_likeness(folded, other)


def folded_likeness(folded: str, other: str) -> float:
    """The part of `word_likeness` for folded words that differ: one letter added, left out, changed or swapped."""
    shorter, longer = sorted((len(folded), len(other)))
    if shorter < SHORTEST_TYPO or longer - shorter > 1 or OSA.distance(folded, other, score_cutoff=1) > 1:
        return 0.0
    if longer >= 7:
        return policy.ONE_LETTER_LONG
    if longer >= 5:
        return policy.ONE_LETTER_MIDDLE
    if shorter != longer:
        return policy.ONE_LETTER_SHORT
    changed = [(a, b) for a, b in zip(folded, other, strict=True) if a != b]
    if len(changed) == 1:
        # Jong and Jung, Kim and Kam: in short names a letter is a name.
        return policy.ONE_VOWEL_SHORT if longer >= 4 and _VOWELS.issuperset(changed[0]) else 0.0
    return policy.ONE_LETTER_SHORT if longer >= 4 else 0.0


def cut_off_likeness(query_last: str, listed: str) -> float:
    """How surely the last word of a query is the beginning of a listed word, as where a field was too short."""
    if len(query_last) >= SHORTEST_CUT and len(listed) > len(query_last) + 1 and listed.startswith(query_last):
        return policy.CUT_OFF
    return 0.0


@dataclass(frozen=True, slots=True)
class QueryName:
    """One form of a query's name, ready to compare: its words, their weights, and the listed words like each."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    alike: tuple[Mapping[str, float], ...]
    compact: str


@dataclass(frozen=True, slots=True)
class ListedForm:
    """One form of a listed name, ready to compare: `bare` when it is no name by itself, `short` when one short word."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    total: float
    compact: str
    bare: bool
    short: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """`similarity` 0 to 1 of two names; `agreeing` the weight of the words that agree; `same` when nothing differs;
    `bare` and `short` are the listed name's."""

    similarity: float
    agreeing: float
    same: bool
    bare: bool = False
    short: bool = False


def name_likeness(query: QueryName, listed: ListedForm, weighing: NamePolicy, vessel: bool) -> Likeness | None:
    """Compare two names. None when too little agrees to be worth a score.

    Words are paired best first; then neighbours that one side writes as one word; then initials. What is left on both
    sides contradicts, what is left on one side was left out. Source of the formula: agreeing weight over agreeing
    weight plus weighed contradiction and omission, the Tversky index.
    """
    if query.words == listed.words:
        return Likeness(1.0, listed.total, same=True, bare=listed.bare, short=listed.short)
    pairs = _pairs(query, listed)
    left = [i for i in range(len(query.words)) if all(i != p[0] for p in pairs)]
    right = [j for j in range(len(listed.words)) if all(j != p[1] for p in pairs)]
    agreeing = conflict = 0.0
    for i, j, alike in pairs:
        # The lighter of the two: BANK is not made rare by the odd spelling BANCO.
        weight = min(query.weights[i], listed.weights[j]) if alike < policy.SAME_SOUND else listed.weights[j]
        agreeing += weight * alike
        conflict += weight * (1.0 - alike)
    matched, omitted = len(pairs), 0.0
    if left and right:
        joined, joined_words = _joined(query, listed, left, right)
        agreeing += joined * policy.JOINED
        matched += joined_words
    if left and right:
        initials, initial_weight = _initials(query, listed, left, right)
        agreeing += initial_weight * policy.INITIAL
        omitted += initial_weight * (1.0 - policy.INITIAL)
        matched += initials
    if query.compact == listed.compact:
        return Likeness(
            0.99 if matched else policy.JOINED, listed.total, same=True, bare=listed.bare, short=listed.short
        )
    needed = min(weighing.words_needed, max(len(query.words), len(listed.words)))
    if matched < needed or agreeing < policy.LEAST_EVIDENCE:
        return None
    factor, left_over = _numbers(query, listed, left, right, vessel)
    conflict += left_over
    unmatched_query = sum(query.weights[i] for i in left if not is_number(query.words[i]))
    unmatched_listed = sum(listed.weights[j] for j in right if not is_number(listed.words[j]))
    conflict += min(unmatched_query, unmatched_listed)
    omitted += abs(unmatched_query - unmatched_listed)
    similarity = factor * agreeing / (agreeing + weighing.conflict * conflict + weighing.omission * omitted)
    if similarity < policy.LEAST_SIMILARITY:
        return None
    same = not left and not right and conflict == 0.0 and omitted == 0.0
    return Likeness(min(similarity, 0.995), agreeing, same=same, bare=listed.bare, short=listed.short)


def _pairs(query: QueryName, listed: ListedForm) -> Sequence[tuple[int, int, float]]:
    """The words that agree, each used once, the likest first and then by position."""
    found = []
    for j, word in enumerate(listed.words):
        for i, alike in enumerate(query.alike):
            likeness = alike.get(word)
            if likeness is not None:
                found.append((-likeness, i, j))
    if len(found) > 1:
        found.sort()
    used_left = used_right = 0
    pairs = []
    for negative, i, j in found:
        if used_left >> i & 1 or used_right >> j & 1:
            continue
        used_left |= 1 << i
        used_right |= 1 << j
        pairs.append((i, j, -negative))
    return pairs


def _joined(query: QueryName, listed: ListedForm, left: list[int], right: list[int]) -> tuple[float, int]:
    """Weight and number of words where two neighbours on one side are one word on the other; uses them up."""
    weight, count = 0.0, 0
    for i in tuple(left):
        folded = fold(query.words[i])
        for j in right:
            if j + 1 in right and fold(listed.words[j] + listed.words[j + 1]) == folded:
                weight += listed.weights[j] + listed.weights[j + 1]
                count += 2
                left.remove(i)
                right.remove(j)
                right.remove(j + 1)
                break
    for j in tuple(right):
        folded = fold(listed.words[j])
        for i in left:
            if i + 1 in left and fold(query.words[i] + query.words[i + 1]) == folded:
                weight += listed.weights[j]
                count += 2
                right.remove(j)
                left.remove(i)
                left.remove(i + 1)
                break
    return weight, count


def _initials(query: QueryName, listed: ListedForm, left: list[int], right: list[int]) -> tuple[int, float]:
    """Number and weight of words that the other side gives by their first letter; uses them up."""
    count, weight = 0, 0.0
    for i in tuple(left):
        for j in right:
            mine, theirs = query.words[i], listed.words[j]
            if mine[0] == theirs[0] and (len(mine) == 1) != (len(theirs) == 1):
                count += 1
                weight += listed.weights[j] if len(mine) == 1 else query.weights[i]
                left.remove(i)
                right.remove(j)
                break
    return count, weight


def _numbers(
    query: QueryName, listed: ListedForm, left: list[int], right: list[int], vessel: bool
) -> tuple[float, float]:
    """What to multiply the similarity with, and the weight to count as contradiction, for numbers left over."""
    mine = [i for i in left if is_number(query.words[i])]
    theirs = [j for j in right if is_number(listed.words[j])]
    if not mine and not theirs:
        return 1.0, 0.0
    weight = sum(query.weights[i] for i in mine) + sum(listed.weights[j] for j in theirs)
    if mine and theirs:
        return policy.NUMBER_CONFLICT, weight
    return (policy.VESSEL_NUMBER_MISSING if vessel else 1.0), weight
