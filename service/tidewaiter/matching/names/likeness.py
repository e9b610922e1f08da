"""How alike two names are. The index only finds, without missing any, the names that are alike by this module.

Depends on nothing but the two names with the weights of their words, and `policy`.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from tidewaiter.matching import policy
from tidewaiter.matching.names.agreement import Agreement, Pair, agreement_of
from tidewaiter.matching.names.compared import Likeness, ListedForm, QueryName
from tidewaiter.matching.names.legal_forms import COUNTRIES_OF_HOME, are_abroad
from tidewaiter.matching.names.numbers import is_number
from tidewaiter.matching.policy import NamePolicy


def name_likeness(query: QueryName, listed: ListedForm, weighing: NamePolicy, vessel: bool) -> Likeness | None:
    """Return how alike two names are, None when too little agrees to be worth a score.

    Whole names are compared first, then the beginnings of names that were cut off, then word by word.
    """
    found = _same_name(query, listed)
    syllabic = query.syllabic or listed.syllabic
    if found is None and begins(query, listed):
        found = Likeness(policy.CUT_WHOLE, sum(query.weights), same=False, bare=listed.bare)
    if found is None:
        found = _by_words(query, listed, policy.SYLLABIC if syllabic else weighing, vessel)
    return found._replace(not_alone=True) if found is not None and (syllabic or query.guessed) else found


def _same_name(query: QueryName, listed: ListedForm) -> Likeness | None:
    """The likeness of two names that are one: in words, in sound, or letter for letter without their spaces."""
    if query.words == listed.words:
        return Likeness(1.0, listed.total, same=True, bare=listed.bare, short=listed.short)
    if query.compact == listed.compact and (len(query.words) != len(listed.words) or query.folds == listed.folds):
        similarity = policy.SAME_SOUND[min(OSA.distance("".join(query.words), "".join(listed.words)), 3)]
        similarity = min(similarity, policy.JOINED if len(query.words) != len(listed.words) else 1.0)
        sounds = len(listed.words) == 1 and len(listed.compact) < policy.SHORTEST_SOUND and similarity < 1.0
        one_word = len(listed.compact) if sounds else 0
        return Likeness(similarity, listed.total, same=True, one_word=one_word, bare=listed.bare, short=listed.short)
    if query.plain in (listed.plain, listed.turned) and len(query.plain) >= policy.SHORTEST_PLAIN:
        return Likeness(policy.JOINED, listed.total, same=True, bare=listed.bare, short=listed.short)
    return None


def begins(query: QueryName, listed: ListedForm) -> bool:
    """Whether a name cut off is the beginning of a listed one, with enough of it that is no legal form."""
    if not may_begin(query) or len(query.plain) >= len(listed.plain):
        return False
    telling = policy.FILLED_TELLING if query.filled else policy.CUT_TELLING if query.cut else policy.FORMED_TELLING
    few = query.cut or len(listed.plain) - len(query.plain) <= policy.FORMED_LACK
    return (
        few
        and sum(map(len, query.words)) >= telling
        and (listed.plain.startswith(query.plain) or listed.turned.startswith(query.plain))
    )


def may_begin(query: QueryName) -> bool:
    """Whether a name may be the beginning of another: a long one, or a firm's that its legal form makes long."""
    if query.cut:
        return len(query.plain) >= policy.CUT_PLAIN
    return len(query.words) == 1 and query.legal != ("", "") and len(query.plain) >= policy.FORMED_PLAIN


def _by_words(query: QueryName, listed: ListedForm, weighing: NamePolicy, vessel: bool) -> Likeness | None:
    """The likeness of two names by the words in which they agree; None when too few do, or they weigh too little.

    What is left over on both sides contradicts, what is left over on one side was left out. The formula is the Tversky
    index: the weight that agrees, over itself and the weighed contradiction and omission.
    """
    agreed = agreement_of(query, listed, weighing)
    if not _is_enough(agreed, query, listed, weighing):
        return None
    factor = _numbers(agreed, query, listed, weighing, vessel)
    if weighing is policy.SYLLABIC and _out_of_order(agreed.pairs):
        factor = policy.SYLLABLES_OUT_OF_ORDER
    _left_over(agreed, query, listed, weighing)
    against = weighing.conflict * agreed.conflict + weighing.omission * agreed.omitted
    similarity = factor * agreed.agreeing / (agreed.agreeing + against)
    if similarity < policy.LEAST_SIMILARITY:
        return None
    return _described(min(similarity, policy.LIKEST), agreed, query, listed, exact=factor == 1.0)


# Whether enough agrees


def _is_enough(agreed: Agreement, query: QueryName, listed: ListedForm, weighing: NamePolicy) -> bool:
    """Whether the words that agree are enough of them, weigh enough, and are more than a few letters."""
    needed = min(weighing.words_needed, max(len(query.words), len(listed.words)))
    if agreed.matched < needed or agreed.agreeing < policy.LEAST_EVIDENCE:
        return False
    if agreed.matched != len(agreed.pairs):
        return True
    if _one_across_scripts(agreed.pairs, query, listed):
        return False
    # Letters of an acronym in another order, or with others between.
    return needed > 1 or not all(len(listed.words[j]) == 1 for _, j, _ in agreed.pairs)


def _one_across_scripts(pairs: Sequence[Pair], query: QueryName, listed: ListedForm) -> bool:
    """Whether all that agrees are a few letters without their vowels and words that they may be: too many are."""
    letters = 0
    for i, j, likeness in pairs:
        coded = [word for word in (query.words[i], listed.words[j]) if word.isupper()]
        if likeness == policy.SAME_WORD or not coded:
            return False
        letters += min(map(len, coded))
    return bool(pairs) and letters < policy.LONE_UNWRITTEN


# What is left over


_PERSONS = (policy.BY_KIND["person"], policy.SYLLABIC)


def _numbers(agreed: Agreement, query: QueryName, listed: ListedForm, weighing: NamePolicy, vessel: bool) -> float:
    """Count numbers left over as contradiction, and return what to multiply the similarity with for them.

    A number behind a person's name makes no other person: it is of a line, a list or a flat.
    """
    if weighing in _PERSONS:
        return 1.0
    mine = [i for i in agreed.left if is_number(query.words[i])]
    theirs = [j for j in agreed.right if is_number(listed.words[j])]
    if not mine and not theirs:
        return 1.0
    weight = sum(query.weights[i] for i in mine) + sum(listed.weights[j] for j in theirs)
    # A number that only the query has may be of a branch or a list; one that only the listed name has is its own.
    agreed.conflict += weight if theirs or vessel else weight * policy.NUMBER_ADDED
    if mine and theirs:
        return policy.NUMBER_CONFLICT
    return policy.VESSEL_NUMBER_MISSING if vessel else 1.0


def _left_over(agreed: Agreement, query: QueryName, listed: ListedForm, weighing: NamePolicy) -> None:
    """Count the other words left over: as contradiction what both sides have, as omission what one has more."""
    of_query = sum(query.weights[i] for i in agreed.left if not is_number(query.words[i]))
    of_listed = sum(listed.weights[j] for j in agreed.right if not is_number(listed.words[j]))
    agreed.conflict += min(of_query, of_listed)
    weight = abs(of_query - of_listed)
    cut = query.cut and agreed.matched > 1
    agreed.omitted += weight * policy.CUT_OMISSION if cut else _omission(weight, agreed, listed, weighing)


def _omission(weight: float, agreed: Agreement, listed: ListedForm, weighing: NamePolicy) -> float:
    """What words of this weight count that one side leaves out."""
    if agreed.left:
        return weight
    if listed.core:
        return weight * (policy.CORE_OMISSION if listed.core.isdisjoint(agreed.right) else policy.CORE_MISSING)
    if weighing is policy.ORGANISATION and all(listed.weights[j] <= policy.WIDESPREAD_WEIGHT for j in agreed.right):
        return min(weight, policy.GENERIC_LEFT_OUT)
    return weight


def _out_of_order(pairs: Sequence[Pair]) -> bool:
    """Whether three words or more agree in an order that moving the family name from end to end does not explain."""
    if len(pairs) < 3:
        return False
    order = [j for _, j, _ in sorted(pairs)]
    breaks = sum(1 for a, b in zip(order, order[1:] + order[:1], strict=True) if b < a)
    return breaks > 1


# What is said of the likeness besides


def _described(similarity: float, agreed: Agreement, query: QueryName, listed: ListedForm, *, exact: bool) -> Likeness:
    """The likeness, with what the policy asks of names that agree in part; `exact` when no factor lowered it."""
    pairs, left_over = agreed.pairs, bool(agreed.left or agreed.right)
    return Likeness(
        similarity,
        agreed.agreeing,
        same=not left_over and agreed.omitted == 0.0 and exact and _written_alike(pairs, query, listed),
        partial=left_over or agreed.matched > len(pairs),
        one_word=_one_word(listed, *pairs[0][1:]) if agreed.matched == len(pairs) == 1 else 0,
        lone=_lone(pairs, listed) if left_over else "",
        added=bool(agreed.left),
        misspelled=any(alike in policy.MISSPELLED for _, _, alike in pairs),
        forms_agree=query.legal == listed.legal != ("", ""),
        forms_differ=_differ(query.legal, listed.legal),
        home=query.legal[1],
        bare=listed.bare,
        short=listed.short,
    )


def _written_alike(pairs: Sequence[Pair], query: QueryName, listed: ListedForm) -> bool:
    """Whether the words of each pair are the same, as far as their scripts write them, and none is left over."""
    if len(pairs) != len(query.words) or len(pairs) != len(listed.words):
        return False
    return all(
        likeness == policy.SAME_WORD
        or (likeness >= policy.UNWRITTEN_VOWELS[-2] and query.words[i].isupper() != listed.words[j].isupper())
        for i, j, likeness in pairs
    )


def _one_word(listed: ListedForm, place: int, likeness: float) -> int:
    """The letters of the only word that agrees, 0 when it is the same; a slip is no other word, however short."""
    if likeness == policy.SAME_WORD:
        return 0
    return policy.ONE_WORD_LETTERS if likeness == policy.SLIP else len(listed.words[place])


def _lone(pairs: Sequence[Pair], listed: ListedForm) -> str:
    """The only agreeing word that is not generic, empty when there are more or none."""
    telling = [j for _, j, _ in pairs if listed.weights[j] > policy.GENERIC_WEIGHT]
    return listed.words[telling[0]] if len(telling) == 1 else ""


def _differ(mine: tuple[str, str], theirs: tuple[str, str]) -> bool:
    """Whether two legal forms are of different kinds of firms or countries; a COMPANY may be any."""
    kinds = {mine[0], theirs[0]} - {"", "firm"}
    return len(kinds) > 1 or (bool(theirs[1]) and are_abroad(mine[1], tuple(COUNTRIES_OF_HOME[theirs[1]])))
