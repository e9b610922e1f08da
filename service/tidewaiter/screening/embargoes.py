"""Evaluate each item against the rules on goods of a country, by direction and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum, auto
from types import MappingProxyType
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from tidewaiter.goods.recognition import Recognition
from tidewaiter.rulebook.compiled_rule import CompiledRule
from tidewaiter.rulebook.law_by_day import GoodsLaw
from tidewaiter.rulebook.rules import Direction, ExceptionClause
from tidewaiter.rulebook.wording import in_force
from tidewaiter.screening.case import Case
from tidewaiter.screening.findings import finding_of
from tidewaiter.screening.goods import GoodsMatch, RecognisedItem, goods_matches
from tidewaiter.screening.money import compare_value
from tidewaiter.screening.nexus.nexus import Nexus
from tidewaiter.screening.nexus.tie import SUPPLIERS, Tie
from tidewaiter.screening.trace import Status, Trace
from tidewaiter_schemas.verdict import Evidence, Family, Finding

UNKNOWN_VALUE = 0.5
MOST_THINGS = 10
"""Maximum number of findings of one rule on one item."""


class Unmet(Enum):
    """Why an item does not meet a rule on goods."""

    GOODS = auto()
    VALUE = auto()


def find_goods(case: Case, nexus: Nexus, trace: Trace | None = None) -> list[Finding]:
    """Return the findings on goods to and from the country of `nexus`.

    A catch-all on goods to the country does not apply to an item that certainly comes from it, unless a tie has the
    direction "to": the flag of the ship that exports coal is no sign that the coal returns.
    """
    from_ = find_embargoes(case, nexus, Direction.FROM, trace)
    tie = nexus.best(Direction.TO)
    leaving: dict[str, str] = {}
    if tie is not None and tie.direction is None:
        leaving = {one.subject: one.rule for one in from_ if one.certainty >= case.book.policy.block_at}
    return [*find_embargoes(case, nexus, Direction.TO, trace, leaving), *from_]


def find_embargoes(
    case: Case,
    nexus: Nexus,
    direction: Direction,
    trace: Trace | None = None,
    leaving: Mapping[str, str] = MappingProxyType({}),
) -> list[Finding]:
    """Return a finding for each rule in `direction` that an item meets, ordered by item and rule id.

    `leaving` maps the pointer of each item to which catch-alls do not apply to the rule that applies instead. `trace`,
    when given, records the outcome of every rule.
    """
    country, tie = nexus.territory.country, nexus.best(direction)
    if trace is not None:
        _note_without_goods(trace, case, country, direction, tied=tie is not None)
    law = case.book.law(country, direction, case.day)
    if tie is None or not law.rules:
        return []
    ties = nexus.evidence(direction)
    findings = []
    for item in case.items:
        # Skip rules that cannot be met, unless a trace needs the reason.
        if trace is None:
            judgement = _known_judgement(law, item, case)
        else:
            judgement = _judge([one for one in law.rules if not one.rule.dealing], item, case)
        found: dict[str, list[Finding]] = {}
        silent: dict[str, str] = {}
        for compiled, match, evidence, beside in judgement.applying:
            if beside is None and compiled.rule.family is Family.CATCH_ALL:
                beside = leaving.get(item.pointer)  # noqa: PLW2901
            if beside is not None:
                silent[compiled.rule.id] = beside
                continue
            finding = _finding(compiled, match, item, tie, (*evidence, *ties), case)
            found.setdefault(compiled.rule.id, []).append(finding)
            if finding.certainty >= case.book.policy.review_at:
                findings.append(finding)
        if trace is not None:
            _note_met(trace, country, item, judgement.met, found, silent, case.book.policy.review_at)
            _note_unmet(trace, country, item, judgement.judged)
    return findings


class _Judgement(NamedTuple):
    """What an item meets of some rules.

    `judged` are all of them, with their matches or why they have none; `met` are the pairs of a rule and a match;
    `applying` are those of `met` that no surer one of their group supersedes, each with its evidence, or with the id of
    the rule that it is silent beside.
    """

    judged: Sequence[tuple[CompiledRule, Sequence[GoodsMatch] | Unmet]]
    met: Sequence[tuple[CompiledRule, GoodsMatch]]
    applying: Sequence[tuple[CompiledRule, GoodsMatch, tuple[Evidence, ...], str | None]]


_MOST_LAWS: Final = 32
_MOST_ITEMS: Final = 256
"""How many items of each of so many laws have their judgement cached. Goods repeat."""
_MOST_LETTERS: Final = 400
"""Items with more letters are not cached: what a worker remembers must not grow with what others send."""
_known: Final[WeakKeyDictionary[GoodsLaw, dict[tuple[object, ...], tuple[Recognition, _Judgement]]]] = (
    WeakKeyDictionary()
)
"""By law, so that judgements by a rule book are freed with it."""


def _known_judgement(law: GoodsLaw, item: RecognisedItem, case: Case) -> _Judgement:
    """Return the judgement by those rules of `law` that the item may meet, cached unless it depends on its value."""
    known = _known.get(law)
    if known is None:
        if len(_known) >= _MOST_LAWS:
            _known.clear()
        known = _known[law] = {}
    of = item.item
    words = (of.description, of.manufacturer, of.model, of.hs_code, of.eccn, of.dual_use_number)
    recognition, judgement = known.get((item.number, words), (None, None))
    if judgement is not None and recognition is item.recognition:
        return judgement
    judgement = _judge(item.likely_rules(law), item, case)
    if sum(len(word) for word in words if word) <= _MOST_LETTERS and not _depends_on_value(judgement):
        if len(known) >= _MOST_ITEMS:
            known.clear()
        known[item.number, words] = item.recognition, judgement
    return judgement


def _depends_on_value(judgement: _Judgement) -> bool:
    """Return whether an item of the same words may be judged differently, by its value or by the rates of a day."""
    return any(
        found is not Unmet.GOODS and (compiled.rule.threshold is not None or compiled.codes is not None)
        for compiled, found in judgement.judged
    )


def _judge(rules: Sequence[CompiledRule], item: RecognisedItem, case: Case) -> _Judgement:
    judged = [(compiled, _meets(compiled, item, case)) for compiled in rules]
    met = [(compiled, match) for compiled, found in judged if not isinstance(found, Unmet) for match in found]
    sure = [(compiled.rule.group, match) for compiled, match in met if compiled.rule.group and not match.doubtful]
    # A certain match of the same group supersedes a match by a code that is too short to decide.
    applying = [(c, m) for c, m in met if not (m.doubtful and any(c.rule.group == g and _same(m, o) for g, o in sure))]
    told = [(c, m, _silent_beside(c, m, applying)) for c, m in applying]
    return _Judgement(judged, met, [(c, m, () if beside else m.evidence(item), beside) for c, m, beside in told])


def _silent_beside(
    compiled: CompiledRule, match: GoodsMatch, applying: Sequence[tuple[CompiledRule, GoodsMatch]]
) -> str | None:
    """Return the id of the first of the rules that apply which this one leaves the same thing to."""
    if not compiled.rule.subsidiary_to:
        return None
    others = (other.rule.id for other, o in applying if compiled.silent_beside(other) and _same(match, o))
    return next(others, None)


def _note_without_goods(trace: Trace, case: Case, country: str, direction: Direction, *, tied: bool) -> None:
    """Record the rules that cannot be met whatever the goods are."""
    for compiled in case.book.rules.get((country, direction), ()):
        if compiled.rule.dealing:
            continue
        if not compiled.rule.in_force.covers(case.day):
            trace.note(compiled, country, Status.NOT_IN_FORCE, why=in_force(compiled.rule.in_force))
        elif not tied:
            trace.note(compiled, country, Status.NO_TIE, why=f"nothing goes {direction} {country}")
        elif not case.items:
            trace.note(compiled, country, Status.NO_ITEMS)


def _note_met(
    trace: Trace,
    country: str,
    item: RecognisedItem,
    met: Sequence[tuple[CompiledRule, GoodsMatch]],
    found: Mapping[str, Sequence[Finding]],
    silent: Mapping[str, str],
    review_at: float,
) -> None:
    """Record the findings of each rule that was met, or the reason why it has none."""
    for compiled, match in {compiled.rule.id: (compiled, match) for compiled, match in reversed(met)}.values():
        rule = compiled.rule
        findings = sorted(found.get(rule.id, ()), key=lambda finding: -finding.certainty)
        if findings:
            sure = [finding for finding in findings if finding.certainty >= review_at]
            for finding in sure or findings[:1]:
                trace.note_finding(compiled, country, finding, review_at)
        elif rule.id in silent:
            trace.note(compiled, country, Status.SILENT, item.pointer, f"{silent[rule.id]} speaks of the same item")
        else:
            why = f"it {match.sentence}, too short to tell, and a surer rule of group {rule.group} speaks"
            trace.note(compiled, country, Status.COVERED, item.pointer, why)


def _note_unmet(
    trace: Trace,
    country: str,
    item: RecognisedItem,
    judged: Sequence[tuple[CompiledRule, Sequence[GoodsMatch] | Unmet]],
) -> None:
    for compiled, unmet in judged:
        if unmet is Unmet.VALUE:
            worth = "what it is worth by its words" if item.item.value is None else "what it is worth"
            trace.note(compiled, country, Status.VALUE, item.pointer, f"{worth} is under the threshold")
        elif unmet is Unmet.GOODS:
            trace.note(compiled, country, Status.GOODS, item.pointer)


def _same(one: GoodsMatch, other: GoodsMatch) -> bool:
    """Return whether both matches may refer to the same thing, when the item names several."""
    return one.thing is None or other.thing is None or one.thing == other.thing


def _meets(compiled: CompiledRule, item: RecognisedItem, case: Case) -> Sequence[GoodsMatch] | Unmet:
    """Return the best match for each thing in the item that may be the goods of the rule and meet its threshold.

    At most `MOST_THINGS` matches are returned, the most certain first.
    """
    best: dict[int | None, GoodsMatch] = {}
    unmet = Unmet.GOODS
    several = len(item.recognition.things) > 1
    things: dict[int, int | None] = {}
    for match in goods_matches(compiled, item):
        valued = _with_value(compiled, match, item, case)
        if valued is None:
            unmet = Unmet.VALUE
            continue
        thing = None
        if several and match.because:
            # Many rules pass the same reasons. They are the same objects for the lifetime of the item, so `id` is safe.
            key = id(match.because)
            thing = things[key] if key in things else things.setdefault(key, item.thing_of(match.because))
        if thing not in best or valued.rank > best[thing].rank:
            best[thing] = valued
    if not best:
        return unmet
    best = {thing: replace(match, thing=thing) if thing is not None else match for thing, match in best.items()}
    if len(best) == 1:
        return list(best.values())
    surest = sorted(best, key=lambda thing: (best[thing].rank, thing is not None), reverse=True)
    # A match without a thing belongs to one of the things already reported, unless it is the most certain match.
    reported = [thing for thing in surest if thing is not None or thing == surest[0]]
    counted = compiled.rule.threshold or compiled.rule.quota or any(match.threshold for match in best.values())
    if not counted:
        reported = _once_by_headings(reported, item)
    reported = reported[:MOST_THINGS]
    return [best[thing] for thing in sorted(reported, key=lambda thing: -1 if thing is None else thing)]


def _once_by_headings(reported: Sequence[int | None], item: RecognisedItem) -> list[int | None]:
    """Keep the most certain thing for each set of headings: "a car, an Aurus limousine" is one car."""
    named: dict[object, int | None] = {}
    for thing in reported:
        named.setdefault(None if thing is None else item.recognition.things[thing].headings, thing)
    return list(named.values())


def _with_value(compiled: CompiledRule, match: GoodsMatch, item: RecognisedItem, case: Case) -> GoodsMatch | None:
    """Return the match with the result of the value comparison; None when the threshold is certainly not met."""
    threshold = match.threshold or compiled.rule.threshold
    if threshold is None:
        return match
    compared = compare_value(threshold, item, case.day, case.book.rates, match.because)
    if compared is None:
        return None
    return replace(
        match,
        certainty=match.certainty if compared.met else min(match.certainty, UNKNOWN_VALUE),
        sentence=match.sentence + compared.sentence,
        further=(*match.further, *compared.evidence),
    )


def _out_of_reach(compiled: CompiledRule, item: RecognisedItem, case: Case) -> tuple[str, ...]:
    """Return the doubt whether the law reaches the goods; empty when their origin shows that it does."""
    reach = compiled.rule.reach
    if not reach or item.item.origin in reach:
        return ()
    transfer = case.transfer
    origin = transfer.route.origin if transfer.route else None
    if origin is not None and origin.country in reach:
        return ()
    if any(party.role in SUPPLIERS and not set(reach).isdisjoint(party.countries) for party in transfer.parties):
        return ()
    return (f"nothing shows that the goods come from {' or '.join(reach)}, where this law reaches",)


def _finding(
    compiled: CompiledRule,
    match: GoodsMatch,
    item: RecognisedItem,
    tie: Tie,
    evidence: tuple[Evidence, ...],
    case: Case,
) -> Finding:
    which = f"names “{item.words_of(match.thing)}”, which " if match.thing is not None else ""
    return finding_of(
        compiled,
        case.book,
        subject=item.pointer,
        certainty=min(match.certainty, tie.certainty),
        sentence=f"“{item.label}” {which}{match.sentence} and {tie.sentence}.",
        evidence=evidence,
        exception=_exception(compiled, item, case),
        doubts=(*match.doubts, *_out_of_reach(compiled, item, case)),
    )


def _exception(compiled: CompiledRule, item: RecognisedItem, case: Case) -> ExceptionClause | None:
    """Return the first exception in force that words or codes of the item claim; None without one."""
    for clause, words in zip(compiled.rule.exceptions, compiled.exception_words, strict=True):
        if clause.stands_on(case.day) and (
            any(words.find_in(text) for _, text in item.texts)
            or any(heading.code.startswith(clause.hs) for heading in item.recognition.headings)
        ):
            return clause
    return None
