"""Writes docs/law.md, the map of sanctions law, from the packaged programmes: `python -m tests.law_map [--check]`.

It judges nothing: what a row says is packaged, tests/unit/test_unpackaged_law.py holds against the rules.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from tests.generated import keep
from tidewaiter.rulebook.authoring.citation_audit import audit, sums, unread_texts
from tidewaiter.rulebook.authoring.coverage_map import PACKAGED
from tidewaiter.rulebook.country_knowledge import packaged_ties
from tidewaiter.rulebook.loader import builtin_rule_sets
from tidewaiter.rulebook.programmes import FILE, Programme, read_programmes

DOCUMENT = Path(__file__).parents[1] / "docs" / "law.md"

_HEAD = """\
# The map of law

Generated from `service/tidewaiter/rulebook/builtin/programmes.csv` by `python -m tests.law_map`. Do not edit.

{total} programmes of sanctions law of {jurisdictions} authorities on {targets} countries and regions, as of {day}: {yes} are
packaged as rules, {part} in part, {no} are known and have no rules. {rules} rules encode them. A transfer that touches
one without rules, and that binds you, asks for review (`TW-LAW-NOT-PACKAGED`); asset freezes and licensing of dual-use
goods ask nothing by the country alone, the lists and control numbers do. A programme that is not here is not known to
us, which is no proof that there is none.

V: read in a source. H: known well. C: to be checked, and never blocks. The first letter is of the programme, the second
of its first day. `tidewaiter rules coverage --output coverage.html` shows the same with the instruments' addresses.
"""


def document() -> str:
    """Return the text of docs/law.md."""
    programmes, ties = read_programmes(), packaged_ties()
    packaged = Counter(one.packaged for one in programmes)
    as_of = re.search(r"as of (\d{4}-\d{2}-\d{2})", FILE.read_text(encoding="utf-8"))
    names = {one.country: one.demonym for rule_set in builtin_rule_sets() for one in rule_set.territories}
    names |= ties.called | {target.country: target.demonym for target in ties.targets}
    head = _HEAD.format(
        total=len(programmes),
        jurisdictions=len({one.jurisdiction for one in programmes}),
        targets=len({one.target for one in programmes}),
        day=as_of[1] if as_of else "no day",
        rules=sum(len(rule_set.rules) for rule_set in builtin_rule_sets()),
        **{state: packaged[state] for state in ("yes", "part", "no")},
    )
    by_target: dict[str, list[Programme]] = {}
    for programme in programmes:
        by_target.setdefault(programme.target, []).append(programme)
    ordered = sorted(by_target.items(), key=lambda group: _title(names.get(group[0], group[0])))
    countries = (line for target, group in ordered for line in _country(names, target, group))
    return "\n".join([head, *countries, *_unread(), *_exceptions()])


def _unread() -> Iterator[str]:
    """Yield the section on paragraphs whose text was not available."""
    every = audit(builtin_rule_sets())
    paragraphs, texts = sums(every)["paragraphs"], unread_texts(every)
    share = paragraphs["V"] / sum(paragraphs.values())
    yield "## Texts that were not read\n"
    yield (
        f"{paragraphs['V']} of the {sum(paragraphs.values())} paragraphs that rules cite were read in a source "
        f"({share:.0%}), {paragraphs['H']} are known well,\n{paragraphs['C']} are to be checked. "
        f"The others are in {len(texts)} instruments whose text was not available. Read one, correct\nits rules, and "
        "raise the `confidence` of each citation to V. `tidewaiter rules audit --unverified` names the rules.\n"
    )
    yield "| instrument | unread paragraphs |"
    yield "|---|---|"
    for name, url, count in texts:
        yield f"| [{name}]({url.replace('(', '%28').replace(')', '%29')}) | {count} |"
    yield ""


LEFT_OUT = (
    ("all", "dual-use-licensing", "Licences for goods on control lists, whatever the country", "Control numbers decide: `TW-CONTROL-NUMBER-*` ([rules.md](rules.md#control-numbers))."),
    ("all", "arms-embargo", "Licences for arms, whatever the country (ITAR, Export Trade Control Order of Japan, War Materiel Act of Switzerland)", "Every export needs a licence that a transfer does not show; the map is by country."),
    ("all", "sectoral-goods", "Goods for execution or torture (Regulation (EU) 2019/125)", "The annexes were not read, and the map is by country."),
    ("all", "import-ban", "Rough diamonds outside the Kimberley Process (31 CFR part 592)", "It depends on a certificate that a transfer does not show, and the map is by country."),
    ("non-state", "arms-embargo", "Arms to Al-Shabaab, ISIL, Al-Qaida and others who are listed", "Listed parties, wherever they are: the lists decide."),
    ("non-state", "dual-use-licensing", "Resolution 1540 (2004)", "It obliges States to control goods; the law of each State does so."),
    ("non-state", "asset-freeze-only", "Terrorism, cyber attacks, human rights, chemical weapons and other listings without a country", "Listed parties, wherever they are: the lists decide."),
)  # fmt: skip
"""Programmes of no one country, which the map leaves out: target, kind, what, and why."""


CORRECTIONS_WITHOUT_RULES = (
    ("US-RU-CHEMICALS", "US: chemicals, biologics and equipment to Russia and Belarus since 15 September 2022 (15 CFR part 746, Supplement No. 6)", "The supplement names them by CAS number and description, without codes, and was not read."),
    ("EU-RU-CHP-CLAUSE", "EU: the clause that bars re-export to Russia, in contracts with third countries since 20 March 2024 (Art. 12g)", "It is a duty to write a clause into a contract, which a transfer does not show."),
    ("JP-KP-BROKER", "Japan: sale, lease or gift of goods between the DPRK and a third country (Art. 25(6))", "`JP-KP-EXPORT` and `JP-KP-IMPORT` judge all goods to and from the DPRK, wherever they come from or go."),
)  # fmt: skip
"""Law that a correction adds and no rule encodes: a name for it, what, and why."""


def _exceptions() -> Iterator[str]:
    """Yield the section on law on goods and arms that is well known and has no rules, with the reason of each."""
    yield "## Law on goods and arms without rules\n"
    yield "| law of | on | what | why |"
    yield "|---|---|---|---|"
    for one in read_programmes():
        if one.reason:
            yield f"| {one.jurisdiction} | {one.target} | {one.what} | {one.reason} |"
    for _, what, why in CORRECTIONS_WITHOUT_RULES:
        whose, _, rest = what.partition(": ")
        yield f"| {whose} | | {rest} | {why} |"
    for target, _, what, why in LEFT_OUT:
        yield f"| several | {'any country' if target == 'all' else 'no country'} | {what} | {why} |"
    yield ""


def _title(name: str) -> str:
    name = name.removeprefix("the ")
    return name[:1].upper() + name[1:]


def _country(names: dict[str, str], target: str, group: list[Programme]) -> Iterator[str]:
    yield f"## {_title(names.get(target, target))}\n"
    yield "| law of | kind | what | in force | instrument | sure | packaged | rules |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in sorted(group, key=lambda one: (one.jurisdiction, one.since, one.instrument, one.provision)):
        until = f" to {one.until}" if one.until else ""
        yield (
            f"| {one.jurisdiction} | {one.kind} | {one.what} | {one.since}{until} | {one.instrument}, {one.provision} | "
            f"{one.confidence}{one.since_confidence} | {PACKAGED[one.packaged]} | {_rules(one)} |"
        )
    yield ""


def _rules(programme: Programme) -> str:
    ids = [rule.id for rule_set in builtin_rule_sets() for rule in rule_set.rules]
    count = sum(any(fnmatch(name, pattern) for pattern in programme.rules) for name in ids)
    return f"{count}: {' '.join(f'`{pattern}`' for pattern in programme.rules)}" if count else ""


def main(arguments: list[str] | None = None) -> int:
    """Write or check the document; return 0, or 1 when `--check` found a difference."""
    return keep(DOCUMENT, document(), module="tests.law_map", source="programmes", arguments=arguments)


if __name__ == "__main__":
    sys.exit(main())
