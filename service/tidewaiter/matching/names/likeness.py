"""How alike two words are, and two names. The definition: the index only finds, without missing any, what this accepts.

Depends on nothing but the words, their weights and `policy`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rapidfuzz.distance import OSA

from tidewaiter.matching import policy
from tidewaiter.matching.names.legal_forms import COUNTRIES_OF_HOME, are_abroad
from tidewaiter.matching.names.name import is_number
from tidewaiter.matching.names.vocabulary import OF_TWO_SEXES, ROMANISATIONS, TRANSLATIONS
from tidewaiter.matching.policy import NamePolicy
from tidewaiter.matching.scripts import semitic
from tidewaiter.matching.scripts.folding import fold, sound

SHORTEST_TYPO = 3
"""In words shorter than this every letter counts."""
SHORTEST_MISHEARD = 5
"""In sounds shorter than this every letter counts."""
SHORTEST_CUT = 4
"""A last word cut off must keep this many letters."""
SERVANT = "abdul"
_VOWELS = frozenset("aeiou")
_ARTICLES = ("al", "el")
_SHORTEST_BEHIND_ARTICLE = 3
_READ_ALIKE = {"i", "l"}
_LONG, _MIDDLE = 7, 5


def word_likeness(left: str, right: str) -> float:
    """0 to 1: how surely two words are one word. Symmetric; above 0 only for the relations that `policy` names.

    Words with figures are alike only when they are the same.
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
    return likeness


def is_servant_initial(word: str) -> bool:
    """Whether a word is `abdul` and an initial, as Abdul R. comes out of `names`."""
    return len(word) == len(SERVANT) + 1 and word.startswith(SERVANT)


def same_class(left: str, right: str) -> float:
    """How alike two words are that the tables of `vocabulary` call one name, or of which one has its article written
    onto it (ALRAWI), 0 when neither."""
    if right in (*with_article(left), without_article(left)):
        return policy.ROMANISATION
    if not _disjoint(ROMANISATIONS, left, right):
        return policy.ROMANISATION
    return 0.0 if _disjoint(TRANSLATIONS, left, right) else policy.TRANSLATION


def with_article(word: str) -> tuple[str, ...]:
    """The word with each article written onto it."""
    return tuple([article + word for article in _ARTICLES]) if len(word) >= _SHORTEST_BEHIND_ARTICLE else ()


def without_article(word: str) -> str | None:
    """The word without the article written onto it, None when it has none."""
    return word[2:] if word.startswith(_ARTICLES) and len(word) >= _SHORTEST_BEHIND_ARTICLE + 2 else None


def _disjoint(table: Mapping[str, tuple[str, ...]], left: str, right: str) -> bool:
    mine = table.get(left)
    return mine is None or not any(c in mine for c in table.get(right, ()))


def sound_likeness(left: str, right: str) -> float:
    """How alike two words are that fold alike."""
    if min(len(left), len(right)) == 1:
        return 0.0
    return policy.SAME_SOUND[min(OSA.distance(left, right), len(policy.SAME_SOUND) - 1)]


def consonant_likeness(left: str, right: str) -> float:
    """How alike two words are of which one at least is of a script without short vowels, and which are not the same."""
    if left.isupper() and right.isupper():
        return policy.OTHER_VOWELS if semitic.alike(left, right) else 0.0
    coded, latin = (left, right) if left.isupper() else (right, left)
    return unwritten_likeness(coded, latin, sound(latin))


def unwritten_likeness(coded: str, latin: str, heard: str) -> float:
    """How alike a word of such a script and a Latin one are, of which `heard` is the sound."""
    if not semitic.may_be(coded, latin, heard):
        return 0.0
    if semitic.is_known(coded, latin):
        return policy.ROMANISATION
    return policy.UNWRITTEN_VOWELS[min(len(coded), len(policy.UNWRITTEN_VOWELS)) - 1]


def letter_likeness(left: str, right: str, folded: str, other: str) -> float:
    """How alike two words are that differ by one letter added, left out, changed or swapped, as spelled or folded."""
    if min(len(left), len(right)) >= SHORTEST_TYPO and OSA.distance(left, right, score_cutoff=1) <= 1:
        return one_letter_likeness(left, right, folded, other, spelled=True)
    if min(len(folded), len(other)) >= SHORTEST_MISHEARD and OSA.distance(folded, other, score_cutoff=1) <= 1:
        return one_letter_likeness(left, right, folded, other, spelled=False)
    return 0.0


def one_letter_likeness(left: str, right: str, folded: str, other: str, *, spelled: bool) -> float:
    """How alike two words are that differ by one letter: as `spelled`, or else as folded."""
    if _are_of_two_sexes(left, right) or _are_of_two_sexes(folded, other):
        return 0.0
    if spelled:
        return _one_letter(left, right)
    return policy.ONE_SOUND_LONG if max(len(folded), len(other)) >= _LONG else policy.ONE_SOUND_MIDDLE


def _are_of_two_sexes(left: str, right: str) -> bool:
    """Whether one is a man's given name and the other the same name for a woman: Aleksandr and Aleksandra."""
    man, woman = (left, right) if right.endswith("a") else (right, left)
    stem = woman.removesuffix("a")
    return stem != woman and man in (stem, f"{stem}o", f"{stem}e") and stem in OF_TWO_SEXES


def _one_letter(left: str, right: str) -> float:
    shorter, longer = sorted((len(left), len(right)))
    if shorter == longer >= _MIDDLE and _is_slip(left, right):
        return policy.SLIP
    if longer >= _LONG:
        return policy.ONE_LETTER_LONG
    if longer >= _MIDDLE:
        return policy.ONE_LETTER_MIDDLE
    if longer <= SHORTEST_TYPO:
        return 0.0
    changed = [(a, b) for a, b in zip(left, right, strict=False) if a != b]
    # Jong and Jung, Ri and Ra: in short names a vowel is a name.
    vowel = shorter == longer and len(changed) == 1 and _VOWELS.issuperset(changed[0])
    return policy.ONE_VOWEL_SHORT if vowel else policy.ONE_LETTER_SHORT


def _is_slip(left: str, right: str) -> bool:
    """Whether two letters changed places, or an i was read as an l: few names are told apart by that."""
    changed = [(a, b) for a, b in zip(left, right, strict=True) if a != b]
    return len(changed) == 2 or set(changed[0]) == _READ_ALIKE


def cut_off_likeness(query_last: str, listed: str) -> float:
    """How surely the last word of a query is the beginning of a listed word, as where a field was too short."""
    if len(query_last) >= SHORTEST_CUT and len(listed) > len(query_last) + 1 and listed.startswith(query_last):
        return policy.CUT_OFF
    return 0.0


class QueryName(NamedTuple):
    """One form of a query's name, ready to compare: its words, their weights, and the listed words like each.

    `certain` when it is written by syllables, in a script that leaves no other way to spell them; `cut` when the name
    is as long as a field that cuts names off, `filled` when it fills one exactly; `begun` when its last word may be the
    beginning of a longer one; `plain` is its whole spelling, see `names.plain`; `legal` what its legal form says;
    `translated` when words of it were.
    """

    words: tuple[str, ...]
    weights: tuple[float, ...]
    alike: tuple[Mapping[str, float], ...]
    compact: str
    folds: tuple[str, ...]
    joins: tuple[str, ...]
    syllabic: bool
    certain: bool
    cut: bool
    begun: bool
    filled: bool
    plain: str
    legal: tuple[str, str]
    translated: bool


class ListedForm(NamedTuple):
    """One form of a listed name, ready to compare: `bare` when it is no name by itself, `short` when one short word.

    `folds` are its words folded, `joins` each two neighbours folded as one word; `plain` is its whole spelling,
    `turned` that in order of use, see `names`. `core` are the places of the family name and the first given name of a
    person whom the list gives further names.
    """

    words: tuple[str, ...]
    weights: tuple[float, ...]
    total: float
    compact: str
    folds: tuple[str, ...]
    joins: tuple[str, ...]
    bare: bool
    short: bool
    syllabic: bool
    plain: str
    turned: str
    core: frozenset[int]
    legal: tuple[str, str]


class Likeness(NamedTuple):
    """`similarity` 0 to 1 of two names; `agreeing` the weight of the words that agree; `same` when nothing differs.

    `partial` when words are left over; `one_word` the letters of the only word that agrees, when it is not the same;
    `lone` the only word that agrees and is not generic, where others are left over; `added` when the query has words
    besides it that the listed name has not; `misspelled` when a letter is wrong in a short word; `forms_agree` and
    `forms_differ` when both names say what firm they are; `home` is where the query's legal form is from, if it says.
    `bare` and `short` are the listed name's.
    """

    similarity: float
    agreeing: float
    same: bool
    partial: bool = False
    one_word: int = 0
    lone: str = ""
    added: bool = False
    misspelled: bool = False
    forms_agree: bool = False
    forms_differ: bool = False
    home: str = ""
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
    if query.compact == listed.compact and (len(query.words) != len(listed.words) or query.folds == listed.folds):
        similarity = policy.SAME_SOUND[min(OSA.distance("".join(query.words), "".join(listed.words)), 3)]
        similarity = min(similarity, policy.JOINED if len(query.words) != len(listed.words) else 1.0)
        sounds = len(listed.words) == 1 and len(listed.compact) < policy.SHORTEST_SOUND and similarity < 1.0
        one_word = len(listed.compact) if sounds else 0
        return Likeness(similarity, listed.total, same=True, one_word=one_word, bare=listed.bare, short=listed.short)
    if query.plain in (listed.plain, listed.turned) and len(query.plain) >= policy.SHORTEST_PLAIN:
        return Likeness(policy.JOINED, listed.total, same=True, bare=listed.bare, short=listed.short)
    if begins(query, listed):
        return Likeness(policy.CUT_WHOLE, sum(query.weights), same=False, bare=listed.bare)
    syllabic = query.syllabic or listed.syllabic
    pairs = _pairs(query, listed, policy.LEAST_SYLLABLE if query.certain else 0.0)
    used_left = {i for i, _, _ in pairs}
    used_right = {j for _, j, _ in pairs}
    left = [i for i in range(len(query.words)) if i not in used_left]
    right = [j for j in range(len(listed.words)) if j not in used_right]
    agreeing = conflict = omitted = 0.0
    if syllabic:
        weighing = policy.SYLLABIC
    for i, j, alike in pairs:
        if weighing is policy.SYLLABIC and alike < policy.ONE_LETTER_LONG:
            # A letter makes another syllable: Kyong is not Yong.
            alike = min(alike, policy.ONE_LETTER_SHORT)  # noqa: PLW2901
        # The lighter of the two: BANK is not made rare by the odd spelling BANCO.
        surely = alike >= policy.ROMANISATION and not query.translated
        weight = listed.weights[j] if surely else min(query.weights[i], listed.weights[j])
        agreeing += weight * alike
        conflict += weight * (1.0 - alike)
    matched = len(pairs)
    if left and right:
        joined, agreements = _joined(query, listed, left, right)
        agreeing += joined * policy.JOINED
        matched += agreements
    if left and right and (matched > 1 or (matched and agreeing >= policy.BESIDE_INITIALS)):
        initials, initial_weight = _initials(query, listed, left, right)
        agreeing += initial_weight * policy.INITIAL
        omitted += initial_weight * (1.0 - policy.INITIAL)
        matched += initials
    if matched > 1 and query.begun and right and len(query.words) - 1 in left:
        agreeing += _rest_of_last(query, listed, left, right)
    needed = min(weighing.words_needed, max(len(query.words), len(listed.words)))
    if matched < needed or agreeing < policy.LEAST_EVIDENCE or _one_across_scripts(query, listed, pairs, matched):
        return None
    if needed == 1 and len(pairs) == matched and all(len(listed.words[j]) == 1 for _, j, _ in pairs):
        # Letters of an acronym in another order, or with others between.
        return None
    factor, left_over = _numbers(query, listed, left, right, vessel)
    if weighing is policy.SYLLABIC and _out_of_order(pairs):
        factor = policy.SYLLABLES_OUT_OF_ORDER
    conflict += left_over
    unmatched_query = sum(query.weights[i] for i in left if not is_number(query.words[i]))
    unmatched_listed = sum(listed.weights[j] for j in right if not is_number(listed.words[j]))
    conflict += min(unmatched_query, unmatched_listed)
    cut = query.cut and matched > 1
    omitted += _left_out(abs(unmatched_query - unmatched_listed), cut, listed, left, right, weighing)
    similarity = factor * agreeing / (agreeing + weighing.conflict * conflict + weighing.omission * omitted)
    if similarity < policy.LEAST_SIMILARITY:
        return None
    return Likeness(
        min(similarity, policy.LIKEST),
        agreeing,
        same=not left and not right and omitted == 0.0 and factor == 1.0 and _written_alike(query, listed, pairs),
        partial=bool(left or right) or matched > len(pairs),
        one_word=_one_word(listed, *pairs[0][1:]) if matched == len(pairs) == 1 else 0,
        lone=_lone(listed, pairs) if left or right else "",
        added=bool(left),
        misspelled=any(alike in policy.MISSPELLED for _, _, alike in pairs),
        forms_agree=query.legal == listed.legal != ("", ""),
        forms_differ=_differ(query.legal, listed.legal),
        home=query.legal[1],
        bare=listed.bare,
        short=listed.short,
    )


def _left_out(
    weight: float, cut: bool, listed: ListedForm, left: Sequence[int], right: Sequence[int], weighing: NamePolicy
) -> float:
    """What to count for words of this weight that one side has more than the other."""
    if cut:
        return weight * policy.CUT_OMISSION
    if left:
        return weight
    if listed.core:
        return weight * (policy.CORE_OMISSION if listed.core.isdisjoint(right) else policy.CORE_MISSING)
    if weighing is policy.ORGANISATION and all(listed.weights[j] <= policy.WIDESPREAD_WEIGHT for j in right):
        return min(weight, policy.GENERIC_LEFT_OUT)
    return weight


def _differ(mine: tuple[str, str], theirs: tuple[str, str]) -> bool:
    """Whether two legal forms are of different kinds of firms or countries; a COMPANY may be any."""
    kinds = {mine[0], theirs[0]} - {"", "firm"}
    return len(kinds) > 1 or (bool(theirs[1]) and are_abroad(mine[1], tuple(COUNTRIES_OF_HOME[theirs[1]])))


def _written_alike(query: QueryName, listed: ListedForm, pairs: Sequence[tuple[int, int, float]]) -> bool:
    """Whether the words of each pair are the same, as far as their scripts write them, and none is left over."""
    if len(pairs) != len(query.words) or len(pairs) != len(listed.words):
        return False
    return all(
        likeness == policy.SAME_WORD
        or (likeness >= policy.UNWRITTEN_VOWELS[-2] and query.words[i].isupper() != listed.words[j].isupper())
        for i, j, likeness in pairs
    )


def _one_across_scripts(
    query: QueryName, listed: ListedForm, pairs: Sequence[tuple[int, int, float]], matched: int
) -> bool:
    """Whether all that agrees are a few letters without their vowels and words that they may be: too many are."""
    if matched != len(pairs) or not pairs:
        return False
    letters = 0
    for i, j, likeness in pairs:
        coded = [word for word in (query.words[i], listed.words[j]) if word.isupper()]
        if likeness == policy.SAME_WORD or not coded:
            return False
        letters += min(map(len, coded))
    return letters < policy.LONE_UNWRITTEN


def _one_word(listed: ListedForm, place: int, likeness: float) -> int:
    """The letters of the only word that agrees, 0 when it is the same; a slip is no other word, however short."""
    if likeness == policy.SAME_WORD:
        return 0
    return policy.ONE_WORD_LETTERS if likeness == policy.SLIP else len(listed.words[place])


def _lone(listed: ListedForm, pairs: Sequence[tuple[int, int, float]]) -> str:
    """The only agreeing word that is not generic, empty when there are more or none."""
    telling = [j for _, j, _ in pairs if listed.weights[j] > policy.GENERIC_WEIGHT]
    return listed.words[telling[0]] if len(telling) == 1 else ""


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


def _out_of_order(pairs: Sequence[tuple[int, int, float]]) -> bool:
    """Whether three words or more agree in an order that moving the family name from end to end does not explain."""
    if len(pairs) < 3:
        return False
    order = [j for _, j, _ in sorted(pairs)]
    breaks = sum(1 for a, b in zip(order, order[1:] + order[:1], strict=True) if b < a)
    return breaks > 1


def _pairs(query: QueryName, listed: ListedForm, least: float) -> Sequence[tuple[int, int, float]]:
    """The words that are at least so alike, each used once, the likest first and then by position."""
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


def _joined(query: QueryName, listed: ListedForm, left: list[int], right: list[int]) -> tuple[float, int]:
    """Weight and number of agreements where two neighbours on one side are one word on the other; uses them up."""
    weight, count = 0.0, 0
    for i in tuple(left):
        if query.folds[i] not in listed.joins:
            continue
        j = listed.joins.index(query.folds[i])
        if j in right and j + 1 in right:
            weight += listed.weights[j] + listed.weights[j + 1]
            count += 1
            left.remove(i)
            right.remove(j)
            right.remove(j + 1)
    for j in tuple(right):
        if listed.folds[j] not in query.joins:
            continue
        i = query.joins.index(listed.folds[j])
        if i in left and i + 1 in left:
            weight += listed.weights[j]
            count += 1
            right.remove(j)
            left.remove(i)
            left.remove(i + 1)
    return weight, count


def _rest_of_last(query: QueryName, listed: ListedForm, left: list[int], right: list[int]) -> float:
    """What the last word of a name cut off gives when it is the beginning of a listed word; uses both up."""
    last = len(query.words) - 1
    for j in right:
        if listed.words[j].startswith(query.words[last]):
            left.remove(last)
            right.remove(j)
            return listed.weights[j] * policy.CUT_OFF
    return 0.0


def _initials(query: QueryName, listed: ListedForm, left: list[int], right: list[int]) -> tuple[int, float]:
    """Number and weight of words that the other side gives by their first letter; uses them up."""
    count, weight = 0, 0.0
    for i in tuple(left):
        mine = query.words[i]
        for j in right:
            theirs = listed.words[j]
            if (len(mine) == 1) != (len(theirs) == 1) and mine[0] == theirs[0] and mine[0].isalpha():
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
