"""Checks readable rule sets for mistakes and doubtful points: missing examples, dates, codes that do not exist.

It looks at the text of the rules and screens nothing. `release/rule_examples.py` runs a rule's examples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tidewaiter.goods.hs.codes import is_code
from tidewaiter.rulebook.authoring.diagnostics import Placed, Remark, RuleFile, Severity, line_of
from tidewaiter.rulebook.authoring.relations import goods_of, relations, touch
from tidewaiter.rulebook.rules import Goods, HsMatch

ENOUGH = 2
"""How many examples of each kind a packaged rule must have, and an operator's should."""
REPORTED = 0.3
"""A match below this certainty is never reported, under any policy."""


def inspect(files: Sequence[RuleFile]) -> list[Remark]:
    """Return every remark on `files`, which are all files of one rule book, in the order of files and lines."""
    placed = [Placed(file, number, rule) for file in files for number, rule in enumerate(file.rule_set.rules)]
    remarks = [*_unique(placed)]
    for file in files:
        remarks += _unused(file)
    for one in placed:
        remarks += _of_one(one)
    remarks += relations(placed)
    order = {file.document.name: number for number, file in enumerate(files)}
    return sorted(remarks, key=lambda remark: (order.get(remark.file, len(order)), remark.line or 0))


def _unique(placed: Sequence[Placed]) -> Iterator[Remark]:
    rules = Counter(one.rule.id for one in placed)
    clauses = Counter(clause.id for one in placed for clause in one.rule.exceptions)
    for one in placed:
        if rules[one.rule.id] > 1:
            yield one.remark(Severity.ERROR, "id", "is in the rule book more than once", "rename or remove one", "id")
        for number, clause in enumerate(one.rule.exceptions):
            if clauses[clause.id] > 1 or clause.id in rules:
                yield one.remark(
                    Severity.ERROR,
                    "id",
                    f"the id of its exception {clause.id} is taken",
                    "give each rule and each exception a name of its own",
                    "exceptions",
                    number,
                )


def _unused(file: RuleFile) -> Iterator[Remark]:
    rule_set = file.rule_set
    cited = {
        citation.instrument
        for rule in rule_set.rules
        for citation in (*rule.citations, *(clause.citation for clause in rule.exceptions))
    }
    countries = {country for rule in rule_set.rules for country in rule.countries}
    for field, given, used in (
        ("instruments", list(rule_set.instruments), cited),
        ("territories", [territory.country for territory in rule_set.territories], countries),
    ):
        for number, key in enumerate(given):
            if key not in used:
                path = (field, key) if field == "instruments" else (field, number)
                line = line_of(file.document, path)
                yield Remark(
                    Severity.WARNING,
                    "unused",
                    file.document.name,
                    line,
                    None,
                    f"no rule uses {key!r} of `{field}`",
                    "remove it, or write the rule that needs it",
                )


def _of_one(one: Placed) -> Iterator[Remark]:
    rule, goods = one.rule, goods_of(one.rule)
    for kind in ("match", "no_match"):
        count = len(getattr(rule.examples, kind))
        if count < ENOUGH:
            yield one.remark(
                Severity.ERROR if one.file.packaged else Severity.WARNING,
                "examples",
                f"has {count} example under `{kind}`",
                f"give it at least {ENOUGH}: every prefix, both directions, the first and the last day, each threshold",
                "examples",
                kind,
            )
    for number, citation in enumerate(rule.citations):
        adopted = one.file.rule_set.instruments[citation.instrument].adopted
        if rule.in_force.until is not None and adopted > rule.in_force.until:
            yield one.remark(
                Severity.WARNING,
                "dates",
                f"ended on {rule.in_force.until} and cites a law of {adopted}",
                "cite the law that was in force then",
                "citations",
                number,
            )
    for territory in one.file.rule_set.territories:
        if territory.country in rule.countries and rule.in_force.since < territory.since:
            yield one.remark(
                Severity.ERROR,
                "dates",
                f"is in force since {rule.in_force.since}, before the first measure on {territory.country} of "
                f"{territory.since}",
                "correct one of the two days",
                "in_force",
            )
    if goods is not None:
        yield from _goods(one, goods)


def _goods(one: Placed, goods: Goods) -> Iterator[Remark]:
    for number, match in enumerate(goods.hs):
        for prefix in (match.prefix, *match.unless):
            if not is_code(prefix):
                yield one.remark(
                    Severity.ERROR,
                    "goods",
                    f"HS {prefix} is neither a code of HS 2022 nor one withdrawn since 2012",
                    "correct it",
                    "goods",
                    "hs",
                    number,
                )
        for prefix in match.unless:
            if not prefix.startswith(match.prefix) or prefix == match.prefix:
                yield one.remark(
                    Severity.ERROR,
                    "goods",
                    f"leaves HS {prefix} out of HS {match.prefix}, but it is not part of it",
                    "name longer prefixes of the same code under `unless`",
                    "goods",
                    "hs",
                    number,
                )
    for field in ("hs", "categories", "keywords"):
        for number, part in enumerate(getattr(goods, field)):
            if part.certainty < REPORTED:
                yield one.remark(
                    Severity.ERROR,
                    "silent",
                    f"a match {part.certainty:.0%} sure is never reported",
                    f"raise it to {REPORTED:.0%} or more, or remove it",
                    "goods",
                    field,
                    number,
                )
    for number, clause in enumerate(one.rule.exceptions):
        if not clause.words and not goods.all and not goods.categories and not goods.keywords:
            apart = [code for code in clause.hs if not any(touch(match, HsMatch(prefix=code)) for match in goods.hs)]
            if len(apart) == len(clause.hs):
                yield one.remark(
                    Severity.WARNING,
                    "exceptions",
                    f"its exception {clause.id} can never apply: no goods of the rule are of HS {', '.join(clause.hs)}",
                    "correct the codes, or give words for it",
                    "exceptions",
                    number,
                )
