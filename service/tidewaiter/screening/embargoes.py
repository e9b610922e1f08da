"""Goods x direction x nexus x day -> findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import Enum, auto

from tidewaiter.rulebook.book import CompiledRule, RuleBook
from tidewaiter.rulebook.rules import Direction
from tidewaiter.rulebook.wording import in_force
from tidewaiter.screening.findings import finding_of
from tidewaiter.screening.goods import GoodsMatch, RecognisedItem, goods_matches
from tidewaiter.screening.money import standing
from tidewaiter.screening.nexus.nexus import Nexus, Tie
from tidewaiter.screening.nexus.tie import SUPPLIERS
from tidewaiter.screening.trace import Status, Trace, tell_finding
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Evidence, Finding

UNKNOWN_VALUE = 0.5
MOST_THINGS = 10
"""Findings of one rule on one line of goods."""


class Unmet(Enum):
    """Why an item does not meet a rule on goods."""

    GOODS = auto()
    VALUE = auto()


def find_embargoes(
    transfer: TransferEvent,
    nexus: Nexus,
    direction: Direction,
    items: tuple[RecognisedItem, ...],
    day: date,
    book: RuleBook,
    trace: Trace | None = None,
) -> list[Finding]:
    """Every rule in force on `day` that an item meets, in the order of items and rule ids.

    `trace` is told why of each rule in `direction`.
    """
    country, tie = nexus.territory.country, nexus.best(direction)
    if trace is not None:
        _tell_before_goods(trace, country, direction, day, book, tied=tie is not None, items=bool(items))
    if tie is None:
        return []
    law = book.law(country, direction, day)
    findings = []
    for item in items:
        # Without a trace nobody asks why a rule that cannot be met is not.
        rules = item.likely_rules(law) if trace is None else [one for one in law.rules if not one.rule.dealing]
        judged = [(compiled, _meets(compiled, item, day, book)) for compiled in rules]
        met = [(compiled, match) for compiled, found in judged if not isinstance(found, Unmet) for match in found]
        sure = [(compiled.rule.group, match) for compiled, match in met if compiled.rule.group and not match.doubtful]
        speaking = [
            (c, m) for c, m in met if not (m.doubtful and any(c.rule.group == g and _same(m, o) for g, o in sure))
        ]
        heard: dict[str, list[Finding]] = {}
        silent: dict[str, str] = {}
        for compiled, match in speaking:
            beside = next(
                (c.rule.id for c, other in speaking if compiled.silent_beside(c) and _same(match, other)), None
            )
            if beside is not None:
                silent[compiled.rule.id] = beside
                continue
            finding = _finding(compiled, match, item, tie, nexus.evidence(direction), transfer, day, book)
            heard.setdefault(compiled.rule.id, []).append(finding)
            if finding.certainty >= book.policy.review_at:
                findings.append(finding)
        if trace is not None:
            _tell_met(trace, country, item, met, heard, silent, book)
            _tell_unmet(trace, country, item, judged)
    return findings


def _tell_before_goods(
    trace: Trace, country: str, direction: Direction, day: date, book: RuleBook, *, tied: bool, items: bool
) -> None:
    for compiled in book.rules.get((country, direction), ()):
        if compiled.rule.dealing:
            continue
        if not compiled.rule.in_force.covers(day):
            trace.tell(compiled, country, Status.NOT_IN_FORCE, why=in_force(compiled.rule.in_force))
        elif not tied:
            trace.tell(compiled, country, Status.NO_TIE, why=f"nothing goes {direction} {country}")
        elif not items:
            trace.tell(compiled, country, Status.NO_ITEMS)


def _tell_met(
    trace: Trace,
    country: str,
    item: RecognisedItem,
    met: Sequence[tuple[CompiledRule, GoodsMatch]],
    heard: Mapping[str, Sequence[Finding]],
    silent: Mapping[str, str],
    book: RuleBook,
) -> None:
    """What became of each rule that was met: its findings if it has any, once why not if it has none."""
    for compiled, match in {compiled.rule.id: (compiled, match) for compiled, match in reversed(met)}.values():
        rule = compiled.rule
        findings = sorted(heard.get(rule.id, ()), key=lambda finding: -finding.certainty)
        if findings:
            sure = [finding for finding in findings if finding.certainty >= book.policy.review_at]
            for finding in sure or findings[:1]:
                tell_finding(trace, compiled, country, finding, book)
        elif rule.id in silent:
            trace.tell(compiled, country, Status.SILENT, item.pointer, f"{silent[rule.id]} speaks of the same item")
        else:
            why = f"it {match.sentence}, too short to tell, and a surer rule of group {rule.group} speaks"
            trace.tell(compiled, country, Status.COVERED, item.pointer, why)


def _tell_unmet(
    trace: Trace,
    country: str,
    item: RecognisedItem,
    judged: Sequence[tuple[CompiledRule, Sequence[GoodsMatch] | Unmet]],
) -> None:
    for compiled, unmet in judged:
        if unmet is Unmet.VALUE:
            worth = "what it is worth by its words" if item.item.value is None else "what it is worth"
            trace.tell(compiled, country, Status.VALUE, item.pointer, f"{worth} is under the threshold")
        elif unmet is Unmet.GOODS:
            trace.tell(compiled, country, Status.GOODS, item.pointer)


def _same(one: GoodsMatch, other: GoodsMatch) -> bool:
    """Whether both may speak of the same thing of a line that names several."""
    return one.thing is None or other.thing is None or one.thing == other.thing


def _meets(compiled: CompiledRule, item: RecognisedItem, day: date, book: RuleBook) -> Sequence[GoodsMatch] | Unmet:
    """For each thing of the item that is the goods of the rule and is worth enough, or may be, the best of the ways in
    which it is. Of more than `MOST_THINGS`, those that are surest."""
    best: dict[int | None, GoodsMatch] = {}
    unmet = Unmet.GOODS
    several = len(item.recognition.things) > 1
    for match in goods_matches(compiled, item):
        valued = _valued(compiled, match, item, day, book)
        if valued is None:
            unmet = Unmet.VALUE
            continue
        thing = item.thing_of(match.because) if several and match.because else None
        if thing not in best or valued.rank > best[thing].rank:
            best[thing] = replace(valued, thing=thing) if thing is not None else valued
    if not best:
        return unmet
    surest = sorted(best, key=lambda thing: (best[thing].rank, thing is not None), reverse=True)
    # What speaks of no thing in particular speaks of one of them, unless it is surer than all.
    told = [thing for thing in surest if thing is not None or thing == surest[0]]
    counted = compiled.rule.threshold or compiled.rule.quota or any(match.threshold for match in best.values())
    if not counted:
        told = _once(told, item)
    told = told[:MOST_THINGS]
    return [best[thing] for thing in sorted(told, key=lambda thing: -1 if thing is None else thing)]


def _once(told: Sequence[int | None], item: RecognisedItem) -> list[int | None]:
    """Goods of one heading are told once, by the surest of their names: "a car, an Aurus limousine"."""
    named: dict[object, int | None] = {}
    for thing in told:
        named.setdefault(None if thing is None else item.recognition.things[thing].headings, thing)
    return list(named.values())


def _valued(
    compiled: CompiledRule, match: GoodsMatch, item: RecognisedItem, day: date, book: RuleBook
) -> GoodsMatch | None:
    threshold = match.threshold or compiled.rule.threshold
    if threshold is None:
        return match
    stands = standing(threshold, item, day, book.rates, match.because)
    if stands is None:
        return None
    return replace(
        match,
        certainty=match.certainty if stands.met else min(match.certainty, UNKNOWN_VALUE),
        sentence=match.sentence + stands.sentence,
        evidence=(*match.evidence, *stands.evidence),
    )


def _out_of_reach(compiled: CompiledRule, item: RecognisedItem, transfer: TransferEvent) -> tuple[str, ...]:
    """Why the law may not reach the goods: nothing shows that they come from where it does."""
    reach = compiled.rule.reach
    if not reach or item.item.origin in reach:
        return ()
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
    ties: tuple[Evidence, ...],
    transfer: TransferEvent,
    day: date,
    book: RuleBook,
) -> Finding:
    clause = next(
        (
            clause
            for clause, words in zip(compiled.rule.exceptions, compiled.exception_words, strict=True)
            if clause.stands_on(day)
            and (
                any(words.find_in(text) for _, text in item.texts)
                or any(heading.code.startswith(clause.hs) for heading in item.recognition.headings)
            )
        ),
        None,
    )
    which = f"names “{item.words_of(match.thing)}”, which " if match.thing is not None else ""
    return finding_of(
        compiled,
        book,
        subject=item.pointer,
        certainty=min(match.certainty, tie.certainty),
        sentence=f"“{item.label}” {which}{match.sentence} and {tie.sentence}.",
        evidence=(*match.evidence, *ties),
        exception=clause,
        doubts=(*match.doubts, *_out_of_reach(compiled, item, transfer)),
    )
