"""Checks relations between rules: references that lead nowhere, gaps in succession, rules that silence each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from tidewaiter.rulebook.authoring.diagnostics import Placed, Remark, Severity
from tidewaiter.rulebook.rules import Goods, HsMatch, Period, Rule


def relations(placed: Sequence[Placed]) -> Iterator[Remark]:
    """Yield every remark on the relations between the rules of one rule book."""
    for one in placed:
        yield from _references(one, placed)
        yield from _succession(one, placed)
        yield from _mutual(one, placed)
        yield from _silent(one, placed)
    yield from _overlaps(placed)


def _references(one: Placed, placed: Sequence[Placed]) -> Iterator[Remark]:
    known = {other.rule.id for other in placed} - {one.rule.id}
    for field in ("subsidiary_to", "superseded_by"):
        for number, pattern in enumerate(getattr(one.rule, field)):
            if not any(_named(pattern, name) for name in known):
                yield one.remark(
                    Severity.ERROR,
                    "references",
                    f"`{field}` names {pattern}, and no other rule is called so",
                    "correct the name; it must be a rule of this rule book",
                    field,
                    number,
                )


def _succession(one: Placed, placed: Sequence[Placed]) -> Iterator[Remark]:
    """Yield remarks on successors that do not begin on the day after their predecessor, or drop some of its goods."""
    rule = one.rule
    if not rule.superseded_by:
        return
    if rule.in_force.until is None:
        yield one.remark(
            Severity.ERROR,
            "succession",
            f"is superseded by {', '.join(rule.superseded_by)} and never ends",
            "give it its last day in `in_force.until`",
            "superseded_by",
        )
        return
    heirs = [other.rule for other in placed if other.rule.id in rule.superseded_by and other.rule.id != rule.id]
    next_day = rule.in_force.until + timedelta(days=1)
    for heir in heirs:
        if heir.in_force.since > next_day:
            gap = Period(since=next_day, until=heir.in_force.since - timedelta(days=1))
            yield one.remark(
                Severity.ERROR,
                "succession",
                f"ends on {rule.in_force.until} and {heir.id} begins on {heir.in_force.since}: nothing is law "
                f"from {gap.since} to {gap.until}",
                "let one begin on the day after the other ends, or say nothing of succession",
                "in_force",
            )
        elif heir.in_force.since < next_day:
            yield one.remark(
                Severity.ERROR,
                "succession",
                f"ends on {rule.in_force.until} and {heir.id} begins on {heir.in_force.since}: both are law between",
                "let one begin on the day after the other ends, or say nothing of succession",
                "in_force",
            )
    goods = goods_of(rule)
    if goods is None or not heirs:
        return
    left = [m.prefix for m in goods.hs if not any(_may_have_code(goods_of(heir), m.prefix, m.unless) for heir in heirs)]
    if left:
        yield one.remark(
            Severity.WARNING,
            "succession",
            f"has HS {', '.join(left)}, which nothing that supersedes it has",
            "check whether the law let these goods go",
            "goods",
        )


def _silent(one: Placed, placed: Sequence[Placed]) -> Iterator[Remark]:
    """Yield remarks on goods for which the rule never gives a finding, because another rule always does instead."""
    rule, goods = one.rule, goods_of(one.rule)
    if goods is None or goods.all or not rule.subsidiary_to:
        return
    before = [
        other.rule
        for other in placed
        if other.rule.id != rule.id
        and any(_named(pattern, other.rule.id) for pattern in rule.subsidiary_to)
        and other.rule.direction is rule.direction
        and other.rule.threshold is None
        and set(rule.countries) <= set(other.rule.countries)
        and _within(rule.in_force, other.rule.in_force)
    ]
    silent = [
        (("goods", "hs", number), f"HS {match.prefix}", other.id)
        for number, match in enumerate(goods.hs)
        for other in before
        if _has_code(goods_of(other), match.prefix)
    ] + [
        (("goods", "categories", number), f"category {match.category}", other.id)
        for number, match in enumerate(goods.categories)
        for other in before
        if (theirs := goods_of(other)) and any(theirs_.category == match.category for theirs_ in theirs.categories)
    ]
    parts = len(goods.hs) + len(goods.categories) + len(goods.keywords)
    if silent and len({path for path, _, _ in silent}) == parts:
        names = ", ".join(sorted({name for _, _, name in silent}))
        yield one.remark(
            Severity.ERROR,
            "shadowed",
            f"can never be found: on all its goods it is silent beside {names}",
            "take it out, or correct `subsidiary_to`",
            "subsidiary_to",
        )
        return
    for path, what, name in silent:
        yield one.remark(
            Severity.WARNING, "shadowed", f"is always silent on {what} beside {name}", "take that part out", *path
        )


def _mutual(one: Placed, placed: Sequence[Placed]) -> Iterator[Remark]:
    """Yield remarks on two rules that each leave goods to the other, so that neither gives a finding."""
    for other in placed:
        if (
            one.rule.id < other.rule.id
            and any(_named(pattern, other.rule.id) for pattern in one.rule.subsidiary_to)
            and any(_named(pattern, one.rule.id) for pattern in other.rule.subsidiary_to)
        ):
            yield one.remark(
                Severity.ERROR,
                "shadowed",
                f"is silent beside {other.rule.id}, and that one beside it: on what both speak of, neither is found",
                "let one of them speak",
                "subsidiary_to",
            )


def _overlaps(placed: Sequence[Placed]) -> Iterator[Remark]:
    """Yield remarks on rules of one jurisdiction with the same goods and days. Often this is right: law overlaps."""
    for number, one in enumerate(placed):
        shared = {other.rule.id: goods for other in placed[:number] if (goods := _shared(one, other))}
        if shared:
            told = "; ".join(f"{goods} with {name}" for name, goods in shared.items())
            yield one.remark(
                Severity.NOTE,
                "overlap",
                f"shares goods and days, and both are found: {told}",
                "right where both are law; else give them one `group`, or make one `subsidiary_to` the other",
                "goods",
            )


def _shared(one: Placed, other: Placed) -> str:
    ours, theirs = goods_of(one.rule), goods_of(other.rule)
    if ours is None or theirs is None or ours.all or theirs.all:
        return ""
    a, b = one.rule, other.rule
    related = (a.group is not None and a.group == b.group) or any(
        _named(pattern, second.id) for first, second in ((a, b), (b, a)) for pattern in first.subsidiary_to
    )
    if (
        related
        or a.direction is not b.direction
        or not set(a.countries) & set(b.countries)
        or one.file.rule_set.jurisdiction != other.file.rule_set.jurisdiction
        or not _meet(a.in_force, b.in_force)
    ):
        return ""
    codes = {max(m.prefix, n.prefix, key=len) for m in ours.hs for n in theirs.hs if touch(m, n)}
    kinds = {str(m.category) for m in ours.categories} & {str(m.category) for m in theirs.categories}
    return ", ".join([*(f"HS {code}" for code in sorted(codes)), *sorted(kinds)])


def goods_of(rule: Rule) -> Goods | None:
    """Return the goods of a rule on goods; None for others."""
    return rule.goods


def touch(one: HsMatch, other: HsMatch) -> bool:
    """Return whether some goods fall under both."""
    long, short = (one, other) if len(one.prefix) >= len(other.prefix) else (other, one)
    left_out = any(long.prefix.startswith(prefix) for match in (one, other) for prefix in match.unless)
    return long.prefix.startswith(short.prefix) and not left_out


def _has_code(goods: Goods | None, prefix: str, without: Sequence[str] = ()) -> bool:
    """Return whether the goods have all of `prefix`, but for what is `without` it on both sides."""
    return goods is not None and any(
        prefix.startswith(m.prefix)
        and not any(u.startswith(prefix) or prefix.startswith(u) for u in m.unless if u not in without)
        for m in goods.hs
    )


def _may_have_code(goods: Goods | None, prefix: str, without: Sequence[str] = ()) -> bool:
    """Return whether the goods have `prefix`, all of it or by a list of codes some of it."""
    if goods is None:
        return False
    listed = goods.codes.listed if goods.codes else ()
    return (
        (goods.all and not any(prefix.startswith(left_out) for left_out in goods.unless_hs))
        or _has_code(goods, prefix, without)
        or any(row.code.startswith(prefix) or prefix.startswith(row.code) for row in listed)
    )


def _named(pattern: str, rule_id: str) -> bool:
    return rule_id.startswith(pattern[:-1]) if pattern.endswith("*") else rule_id == pattern


def _meet(one: Period, other: Period) -> bool:
    return one.since <= (other.until or date.max) and other.since <= (one.until or date.max)


def _within(inner: Period, outer: Period) -> bool:
    return outer.since <= inner.since and (inner.until or date.max) <= (outer.until or date.max)
