"""Compute the likeness of two names. The index must find every name that this module accepts.

Depends only on the two names, the weights of their words, and `policy`.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import OSA, Levenshtein

from tidewaiter.matching import policy
from tidewaiter.matching.names.agreement import Agreement, Pair, agreement_of
from tidewaiter.matching.names.compared import Likeness, ListedForm, QueryName
from tidewaiter.matching.names.legal_forms import COUNTRIES_OF_HOME, are_abroad
from tidewaiter.matching.names.numbers import is_number
from tidewaiter.matching.names.word_likeness import are_of_two_sexes, have_other_consonants
from tidewaiter.matching.policy import NamePolicy
from tidewaiter.matching.scripts.folding import is_patronymic


def name_likeness(query: QueryName, listed: ListedForm, weighing: NamePolicy, vessel: bool) -> Likeness | None:
    """Return the likeness of two names; None when too little agrees for a score.

    Compares whole names first, then the start of names that were cut off, then word by word.
    """
    found = _same_name(query, listed)
    syllabic = query.syllabic or listed.syllabic
    if found is None and begins(query, listed):
        found = Likeness(policy.CUT_WHOLE, sum(query.weights), same=False, bare=listed.bare)
    if found is None:
        found = _by_words(query, listed, policy.SYLLABIC if syllabic else weighing, vessel)
        if weighing is policy.PERSON and not syllabic and (found is None or not found.same):
            found = _nearly_same(query, listed, found)
    transcribed = query.unspaced and not listed.unspaced
    if found is not None and (syllabic or query.guessed or transcribed):
        return found._replace(not_alone=True)
    return found


def _same_name(query: QueryName, listed: ListedForm) -> Likeness | None:
    """Return the likeness of equal names: equal words, equal sound, or equal letters without spaces. Otherwise None."""
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


def letters_apart(letters: int) -> int:
    """Return the number of letters by which whole spellings of so many letters may differ."""
    return next((apart for least, apart in policy.LETTERS_APART if letters >= least), 0)


def _nearly_same(query: QueryName, listed: ListedForm, found: Likeness | None) -> Likeness | None:
    """Return the likeness of persons' names whose whole spellings differ by few letters, if it is above `found`."""
    mine = query.plain
    if len(mine) < policy.LETTERS_APART[-1][0]:
        return found
    for whole in (listed.plain, listed.turned):
        most = letters_apart(min(len(mine), len(whole)))
        if abs(len(mine) - len(whole)) > most or not most:
            continue
        apart = Levenshtein.distance(mine, whole, score_cutoff=most)
        if apart > most or (found is not None and found.similarity >= policy.NEARLY_WHOLE[apart]):
            continue
        if not _begin_alike(query, listed):
            continue
        found = Likeness(policy.NEARLY_WHOLE[apart], listed.total * policy.NEARLY_WHOLE[apart], same=False)
    return found


def _begin_alike(query: QueryName, listed: ListedForm) -> bool:
    """Return whether the words of two names begin with the same letters, and none is the other sex's form of another.

    Only when one name has more words, because it writes two as one, may other letters begin words.
    """
    if len(query.words) == len(listed.words) and sorted(w[0] for w in query.folds) != sorted(
        w[0] for w in listed.folds
    ):
        return False
    return not any(are_of_two_sexes(word, other) for word in query.words for other in listed.words)


def begins(query: QueryName, listed: ListedForm) -> bool:
    """Return whether a cut-off name is the start of a listed name, with enough letters outside its legal form."""
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
    """Return whether a name may be the start of another: a long name, or a firm's that is long with its legal form."""
    if query.cut:
        return len(query.plain) >= policy.CUT_PLAIN
    return len(query.words) == 1 and query.legal != ("", "") and len(query.plain) >= policy.FORMED_PLAIN


def _by_words(query: QueryName, listed: ListedForm, weighing: NamePolicy, vessel: bool) -> Likeness | None:
    """Return the likeness of two names by their agreeing words; None when these are too few or weigh too little.

    Words left over on both sides count as conflict, words left over on one side as omission. The formula is the Tversky
    index: the agreeing weight, divided by the sum of itself and the weighted conflict and omission.
    """
    agreed = agreement_of(query, listed, weighing)
    if agreed.left and not agreed.right and _is_within(agreed, query, listed):
        return None
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


def _is_within(agreed: Agreement, query: QueryName, listed: ListedForm) -> bool:
    """Return whether the listed name only stands within a longer one in Hangul or Chinese characters.

    The name of a person has no words that can be left out: Hye Jin is not Kim Hye Jin. That of a firm has generic ones.
    """
    telling = any(query.weights[i] > policy.GENERIC_WEIGHT for i in agreed.left)
    return query.certain or (telling and query.unspaced and not listed.unspaced)


def _is_enough(agreed: Agreement, query: QueryName, listed: ListedForm, weighing: NamePolicy) -> bool:
    """Return whether the agreeing words are enough: in number, in weight and in letters."""
    needed = min(weighing.words_needed, max(len(query.words), len(listed.words)))
    if agreed.matched < needed or agreed.agreeing < policy.LEAST_EVIDENCE:
        return False
    if agreed.matched != len(agreed.pairs):
        return True
    if _one_across_scripts(agreed.pairs, query, listed):
        return False
    # Otherwise only letters of an acronym agree, in another order or with others between.
    return needed > 1 or not all(len(listed.words[j]) == 1 for _, j, _ in agreed.pairs)


def _one_across_scripts(pairs: Sequence[Pair], query: QueryName, listed: ListedForm) -> bool:
    """Return whether only a few unvowelled letters and Latin words agree: such letters fit too many words."""
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
    """Count leftover numbers as conflict, and return the factor by which they reduce the similarity.

    A number after a person's name does not indicate a different person: it numbers a line, a list or a flat.
    """
    if weighing in _PERSONS:
        return 1.0
    mine = [i for i in agreed.left if is_number(query.words[i])]
    theirs = [j for j in agreed.right if is_number(listed.words[j])]
    if not mine and not theirs:
        return 1.0
    weight = sum(query.weights[i] for i in mine) + sum(listed.weights[j] for j in theirs)
    # A number only in the query may belong to a branch or a list; one only in the listed name is part of the name.
    agreed.conflict += weight if theirs or vessel else weight * policy.NUMBER_ADDED
    if mine and theirs:
        return policy.NUMBER_CONFLICT
    return policy.VESSEL_NUMBER_MISSING if vessel else 1.0


def _left_over(agreed: Agreement, query: QueryName, listed: ListedForm, weighing: NamePolicy) -> None:
    """Count the other leftover words: the weight on both sides as conflict, the surplus of one side as omission."""
    of_query = sum(query.weights[i] for i in agreed.left if not is_number(query.words[i]))
    of_listed = sum(listed.weights[j] for j in agreed.right if not is_number(listed.words[j]))
    agreed.conflict += min(of_query, of_listed)
    weight = abs(of_query - of_listed)
    cut = query.cut and agreed.matched > 1
    agreed.omitted += weight * policy.CUT_OMISSION if cut else _omission(weight, agreed, query, listed, weighing)


def _omission(weight: float, agreed: Agreement, query: QueryName, listed: ListedForm, weighing: NamePolicy) -> float:
    """Return the cost of omitted words of this weight."""
    if agreed.left:
        lacking = (
            weighing is policy.PERSON and not agreed.right and all(is_patronymic(query.folds[i]) for i in agreed.left)
        )
        return weight * policy.PATRONYMIC_LACKING if lacking else weight
    if listed.core:
        return weight * (policy.CORE_OMISSION if listed.core.isdisjoint(agreed.right) else policy.CORE_MISSING)
    if weighing is policy.ORGANISATION and all(listed.weights[j] <= policy.WIDESPREAD_WEIGHT for j in agreed.right):
        return min(weight, policy.GENERIC_LEFT_OUT)
    return weight


def _out_of_order(pairs: Sequence[Pair]) -> bool:
    """Return whether three or more words agree in an order that moving the family name cannot explain."""
    if len(pairs) < 3:
        return False
    order = [j for _, j, _ in sorted(pairs)]
    breaks = sum(1 for a, b in zip(order, order[1:] + order[:1], strict=True) if b < a)
    return breaks > 1


# What is said of the likeness besides


def _described(similarity: float, agreed: Agreement, query: QueryName, listed: ListedForm, *, exact: bool) -> Likeness:
    """Return the likeness with the properties that the policy evaluates. `exact`: no factor reduced the similarity."""
    pairs, left_over = agreed.pairs, bool(agreed.left or agreed.right)
    lone = _lone(agreed, listed) if left_over else ""
    one = agreed.matched == 1 or 0 < len(lone) <= policy.REGISTERED_LETTERS
    return Likeness(
        similarity,
        agreed.agreeing,
        same=not left_over and agreed.omitted == 0.0 and exact and _written_alike(pairs, query, listed),
        partial=left_over or agreed.matched > len(pairs) or _none_is_the_same(pairs, query, listed),
        one_word=_one_word(listed, *pairs[0][1:]) if agreed.matched == len(pairs) == 1 else 0,
        lone=lone,
        added=bool(agreed.left),
        transcribed=query.unspaced and not listed.unspaced and one,
        misspelled=any(alike in policy.MISSPELLED for _, _, alike in pairs),
        forms_agree=query.legal == listed.legal != ("", ""),
        forms_differ=_differ(query.legal, listed.legal),
        registered=agreed.matched == 1 and _is_registered(query.legal) and query.legal != listed.legal,
        home=query.legal[1],
        bare=listed.bare,
        short=listed.short,
    )


def _written_alike(pairs: Sequence[Pair], query: QueryName, listed: ListedForm) -> bool:
    """Return whether the words of each pair are equal, as far as their scripts show, and none is left over."""
    if len(pairs) != len(query.words) or len(pairs) != len(listed.words):
        return False
    return all(
        likeness == policy.SAME_WORD
        or (likeness >= policy.UNWRITTEN_VOWELS[-2] and query.words[i].isupper() != listed.words[j].isupper())
        for i, j, likeness in pairs
    )


def _none_is_the_same(pairs: Sequence[Pair], query: QueryName, listed: ListedForm) -> bool:
    """Return whether two words agree, neither is the same, and one has other consonants: Salim Moussa, KALIM Musa.

    Words in codes are not compared by letters, and syllables have a policy of their own.
    """
    if len(pairs) != 2 or query.syllabic or listed.syllabic:
        return False
    words = [(query.words[i], listed.words[j]) for i, j, _ in pairs]
    return (
        all(likeness <= policy.ROMANISATION for _, _, likeness in pairs)
        and not any(word.isupper() for pair in words for word in pair)
        and any(have_other_consonants(*pair) for pair in words)
    )


def _one_word(listed: ListedForm, place: int, likeness: float) -> int:
    """Return the number of letters of the only agreeing word; 0 when it is equal or only has a typo."""
    if likeness == policy.SAME_WORD:
        return 0
    return policy.ONE_WORD_LETTERS if likeness == policy.SLIP else len(listed.words[place])


def _lone(agreed: Agreement, listed: ListedForm) -> str:
    """Return the only agreeing word that is not generic; empty without one alone, and when `LONE_BELOW` words agree."""
    if agreed.matched >= policy.LONE_BELOW:
        return ""
    telling = [j for j, weight in enumerate(listed.weights) if weight > policy.GENERIC_WEIGHT and j not in agreed.right]
    return listed.words[telling[0]] if len(telling) == 1 else ""


def _is_registered(legal: tuple[str, str]) -> bool:
    """Return whether a legal form is one of a register. A COMPANY is as much a word of trade."""
    return legal[0] not in ("", "firm") or legal[1] != ""


def _differ(mine: tuple[str, str], theirs: tuple[str, str]) -> bool:
    """Return whether two legal forms belong to different kinds of firms or countries. A COMPANY may be any kind."""
    kinds = {mine[0], theirs[0]} - {"", "firm"}
    return len(kinds) > 1 or (bool(theirs[1]) and are_abroad(mine[1], tuple(COUNTRIES_OF_HOME[theirs[1]])))
