"""Align two names: similar words, neighbours written as one word, initials, a cut-off last word.

The stages run in this order. Each stage uses only words that the earlier stages left over.
"""

from __future__ import annotations

from dataclasses import dataclass

from tidewaiter.matching import policy
from tidewaiter.matching.names.compared import ListedForm, QueryName
from tidewaiter.matching.policy import NamePolicy

Pair = tuple[int, int, float]
"""Position of a word in the query, position of a word in the listed name, and their similarity."""


@dataclass(slots=True)
class Agreement:
    """The agreement between a query and a listed name so far.

    `pairs` are the similar words, best first. `left` and `right` are the positions of the words of the query and of the
    listed name that agree with nothing. `matched` counts agreements of all kinds. `agreeing`, `conflict` and `omitted`
    are the weights of the words that agree, that contradict, and that one side omits.
    """

    pairs: list[Pair]
    left: list[int]
    right: list[int]
    matched: int
    agreeing: float = 0.0
    conflict: float = 0.0
    omitted: float = 0.0


def agreement_of(query: QueryName, listed: ListedForm, weighing: NamePolicy) -> Agreement:
    """Return the agreement between two names."""
    agreed = _agreeing_words(query, listed, weighing)
    if agreed.left and agreed.right:
        _add_joined_words(agreed, query, listed)
    # A syllable in Hangul or Chinese characters is neither two words of the listed name nor an initial.
    if agreed.left and agreed.right and not query.certain and _may_have_initials(agreed, query, listed):
        _add_initials(agreed, query, listed)
    if agreed.matched > 1 and query.begun and agreed.right and len(query.words) - 1 in agreed.left:
        _add_rest_of_last_word(agreed, query, listed)
    return agreed


def _agreeing_words(query: QueryName, listed: ListedForm, weighing: NamePolicy) -> Agreement:
    """Return the agreement by similar words. To the extent that they differ, they also count as conflict."""
    pairs = _pairs(query, listed, policy.LEAST_SYLLABLE if query.certain else 0.0)
    used_left = {i for i, _, _ in pairs}
    used_right = {j for _, j, _ in pairs}
    agreed = Agreement(
        pairs,
        left=[i for i in range(len(query.words)) if i not in used_left],
        right=[j for j in range(len(listed.words)) if j not in used_right],
        matched=len(pairs),
    )
    for i, j, alike in pairs:
        if weighing is policy.SYLLABIC and alike < policy.ONE_LETTER_LONG:
            # One letter makes a different syllable: Kyong is not Yong.
            alike = min(alike, policy.ONE_LETTER_SHORT)  # noqa: PLW2901
        # Use the lower weight of the two: the unusual spelling BANCO does not make BANK rare.
        surely = alike >= policy.ROMANISATION and not query.translated
        weight = listed.weights[j] if surely else min(query.weights[i], listed.weights[j])
        agreed.agreeing += weight * alike
        agreed.conflict += weight * (1.0 - alike)
    return agreed


def _pairs(query: QueryName, listed: ListedForm, least: float) -> list[Pair]:
    """Return the pairs of words with at least this similarity. Each word is used once, the most similar first."""
    found = []
    for i, alike in enumerate(query.alike):
        for j, word in enumerate(listed.words):
            likeness = alike.get(word)
            if likeness is not None and likeness >= least:
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


def _add_joined_words(agreed: Agreement, query: QueryName, listed: ListedForm) -> None:
    """Add two neighbours on one side that are one word on the other."""
    left, right = agreed.left, agreed.right
    weight = 0.0
    for i in () if query.certain else tuple(left):
        if query.folds[i] not in listed.joins:
            continue
        j = listed.joins.index(query.folds[i])
        if j in right and j + 1 in right:
            weight += listed.weights[j] + listed.weights[j + 1]
            agreed.matched += 1
            left.remove(i)
            right.remove(j)
            right.remove(j + 1)
    for j in tuple(right):
        if listed.folds[j] not in query.joins:
            continue
        i = query.joins.index(listed.folds[j])
        if i in left and i + 1 in left:
            weight += listed.weights[j]
            agreed.matched += 1
            right.remove(j)
            left.remove(i)
            left.remove(i + 1)
    agreed.agreeing += weight * policy.JOINED


def _may_have_initials(agreed: Agreement, query: QueryName, listed: ListedForm) -> bool:
    """Return whether enough else agrees for initials to count: SOFIA K is many women, Y. SIVAKOV is one man."""
    if agreed.matched != 1:
        return agreed.matched > 1
    if agreed.agreeing >= policy.BESIDE_INITIALS:
        return True
    initials = max(
        sum(len(query.words[i]) == 1 for i in agreed.left), sum(len(listed.words[j]) == 1 for j in agreed.right)
    )
    return initials > 1 and agreed.agreeing >= policy.BESIDE_TWO_INITIALS


def _add_initials(agreed: Agreement, query: QueryName, listed: ListedForm) -> None:
    """Add words that the other side abbreviates to an initial. They count partly as agreement, partly as omission."""
    weight = 0.0
    for i in tuple(agreed.left):
        mine = query.words[i]
        for j in agreed.right:
            theirs = listed.words[j]
            if (len(mine) == 1) != (len(theirs) == 1) and mine[0] == theirs[0] and mine[0].isalpha():
                agreed.matched += 1
                weight += listed.weights[j] if len(mine) == 1 else query.weights[i]
                agreed.left.remove(i)
                agreed.right.remove(j)
                break
    agreed.agreeing += weight * policy.INITIAL
    agreed.omitted += weight * (1.0 - policy.INITIAL)


def _add_rest_of_last_word(agreed: Agreement, query: QueryName, listed: ListedForm) -> None:
    """Add the cut-off last word of a query when a listed word starts with it."""
    last = len(query.words) - 1
    for j in agreed.right:
        if listed.words[j].startswith(query.words[last]):
            agreed.left.remove(last)
            agreed.right.remove(j)
            agreed.agreeing += listed.weights[j] * policy.CUT_OFF
            return
