"""The reports of `tidewaiter rules explain`, `diff`, `audit` and `coverage`: tables for people, values for programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from tidewaiter.commands.report import Report, Section
from tidewaiter.rulebook.authoring.citation_audit import Audited, sums, unread_texts
from tidewaiter.rulebook.authoring.citation_audit import as_json as audited_json
from tidewaiter.rulebook.authoring.coverage import Regime, missing_rules, regimes
from tidewaiter.rulebook.authoring.coverage_map import PACKAGED, coverage_map
from tidewaiter.rulebook.authoring.field_changes import Bearing
from tidewaiter.rulebook.authoring.law_diff import LawChange
from tidewaiter.rulebook.country_knowledge import KnownTies
from tidewaiter.rulebook.programmes import Programme
from tidewaiter.rulebook.rules import RuleSet
from tidewaiter.screening.trace import Status

_PLAIN = (Status.UNTOUCHED, Status.NO_TIE, Status.NOT_IN_FORCE, Status.GOODS, Status.SIGNS)
"""Statuses of rules that failed for the most obvious reasons."""
UNKNOWN_LAW = (
    "A transfer that touches law without rules, and that binds you, is for review (TW-LAW-NOT-PACKAGED). What is not "
    "here is not known to us, which is no proof that there is none."
)


def diff_report(changes: Sequence[LawChange], title: str) -> Report:
    """Return the differences in law, new prohibitions first."""
    sections = []
    for bearing in Bearing:
        told = [change for change in changes if change.bearing is bearing]
        if told:
            rows = [(change.rule_set, change.rule or "", change.sentence) for change in told]
            sections.append(Section(str(bearing).capitalize(), ("rule set", "rule", "difference"), rows))
    sections = sections or [Section("No differences in law.")]
    return Report(title, sections, [dataclasses.asdict(change) for change in changes])


def audit_report(every: Sequence[Audited], *, unverified: bool) -> Report:
    """Return the source text of every rule, how well it is verified, and the counts."""
    shown = [one for one in every if not one.verified] if unverified else every
    columns = ["rule", "title", "effect", "measure", "paragraphs", "in force", "examples"]
    rows = [
        [one.rule, one.title, one.effect, one.confidence, _paragraphs(one), one.in_force, str(one.examples)]
        for one in shown
    ]
    if unverified:
        columns, rows = ["rule", "to check"], [[one.rule, told] for one in shown for told in one.to_check()]
    notes = [
        f"{what}: {', '.join(f'{count} {name}' for name, count in counts.items())}"
        for what, counts in sums(every).items()
    ]
    title = "Rules to be checked" if unverified else "Rules and their paragraphs"
    unread = [(name, str(count), url) for name, url, count in unread_texts(every)]
    sections = [
        Section(title, columns, rows, notes),
        Section("Texts still to be read", ("instrument", "unread paragraphs", "where"), unread),
    ]
    return Report(title, sections, [audited_json(one) for one in shown])


def _paragraphs(one: Audited) -> str:
    return "\n".join(f"{c.confidence}  {c.instrument}, {c.provision} {c.url}" for c in one.citations)


def coverage_report(ties: KnownTies, rule_sets: Sequence[RuleSet], day: date) -> Report:
    """Return the law in force on `day` by country, and the measures of each regime with their rules."""
    names = ties.called | {target.country: target.demonym for target in ties.targets}
    found = coverage_map(ties.programmes, day)
    rows = [
        (
            f"{names.get(target, target)} ({target})", jurisdiction, PACKAGED[one.packaged], str(one.kind), one.what,
            f"{one.instrument}, {one.provision} ({one.confidence}) {one.url}", " ".join(one.rules),
        )
        for target, groups in found.items()
        for jurisdiction, group in groups.items()
        for one in group
    ]  # fmt: skip
    columns = ("country", "law of", "packaged", "kind", "what", "instrument", "rules")
    sections = [Section(f"Law in force on {day}", columns, rows, (UNKNOWN_LAW,))]
    records: list[Any] = [{"programme": one.model_dump(mode="json")} for one in _programmes(found)]
    for regime in regimes():
        missing = missing_rules(regime, rule_sets)
        sections.append(_measures(regime, missing))
        records += [
            {"regime": regime.regime} | measure.model_dump() | {"missing": missing.get(measure.id, ())}
            for measure in regime.measures
        ]
    return Report("Coverage of sanctions law", sections, records)


def _programmes(found: Mapping[str, Mapping[str, Sequence[Programme]]]) -> Iterator[Programme]:
    for groups in found.values():
        for group in groups.values():
            yield from group


def _measures(regime: Regime, missing: Mapping[str, Sequence[str]]) -> Section:
    rows = [
        (
            measure.id,
            measure.measure,
            "; ".join(measure.paragraphs),
            "\n".join(filter(None, (", ".join(measure.rules), measure.not_shown, measure.in_part))),
        )
        for measure in regime.measures
    ]
    encoded = sum(bool(measure.rules) for measure in regime.measures)
    notes = [
        f"{regime.regime}: {len(regime.measures)} measures, {encoded} encoded, {len(regime.measures) - encoded} no "
        "transfer can show",
        *(f"{name}: names {', '.join(rules)}, which is no packaged rule" for name, rules in missing.items()),
    ]
    return Section(regime.title, ("measure", "what", "paragraphs", "rules, or why there is none"), rows, notes)


def explanation_report(explanation: Mapping[str, Any], recognised: Sequence[str], *, everything: bool) -> Report:
    """Return for each rule why a transfer meets it or not. `recognised` describes each item."""
    conditional = ", if the facts are true" if explanation["conditional"] else ""
    plain = () if everything else _PLAIN
    rules = explanation["rules"]
    counted = []
    for status in plain:
        named = sorted({rule["rule"] for rule in rules if rule["status"] == status})
        if named:
            counted.append(f"{status}: {len(named)} rules, {', '.join(named[:6])}{' …' if len(named) > 6 else ''}")
    listed = [{**rule, "citations": "\n".join(rule["citations"])} for rule in rules if rule["status"] not in plain]
    items = [{**item, "is": what} for item, what in zip(explanation["items"], recognised, strict=True)]
    sections = [
        _section("Ties", explanation["ties"], ("country", "direction", "certainty", "sentence", "subject")),
        _section("Items", items, ("subject", "label", "is")),
        _section("Rules", listed, ("rule", "subject", "status", "effect", "why", "citations"), counted),
    ]
    if explanation["other"]:
        sections.append(_section("Other findings", explanation["other"], ("rule", "subject", "effect", "reason")))
    title = f"{explanation['decision']}{conditional}: {explanation['transfer']}, by the law of {explanation['day']}"
    return Report(title, sections, [explanation])


def _section(
    title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], notes: Sequence[str] = ()
) -> Section:
    cells = [["" if row[column] is None else str(row[column]) for column in columns] for row in rows]
    return Section(title, columns, cells, notes)
