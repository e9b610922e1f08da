"""Writes docs/casebook.md from the cases themselves: `python -m tests.casebook.index [--check]`.

A compliance officer reads there what was tried. It judges nothing: what a case says, test_casebook.py holds.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.generated import keep
from tidewaiter.rulebook.yaml_source import read_yaml

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
DOCUMENT = Path(__file__).parents[2] / "docs" / "casebook.md"
CONSTRUCTED = "Constructed"

_HEAD = """\
# The casebook

Generated from `tests/casebook/cases/*.yaml` by `python -m tests.casebook.index`. Do not edit.

{total} transfers. Each case has what happened, the source, and what a sanctions lawyer would expect: the
decision, the rules that must be found and those that must not. The cases run on every change, offline and
through a worker on a broker, with the packaged rules and the sample list. The operator is bound by UN law
alone unless the case names other law.

A case is judged by the law of its day; the days are {first} to {last}. {clear} cases are innocent and must
be cleared ({share:.0%}), {block} must be blocked, {review} ask for review. Where a source does not give a
detail (a code, a value, a buyer), the case says that it is filled in. Ordinary firms and persons are made
up. A case is an example, not a finding about anybody named in it.

Decision: **block**, review, clear; *if true* where the facts are only reported. A rule in brackets is found
and cleared by an authorisation on the operator's register. The file of the case has what must not be found.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One case as its file says it. `transfer`, `register` and `totals` are left as they are written."""

    name: str
    what: str
    source: str
    transfer: dict[str, Any]
    decision: str
    conditional: bool
    found: tuple[str, ...]
    not_found: tuple[str, ...]
    suppressed: frozenset[str]
    register: Any
    totals: Any
    jurisdictions: tuple[str, ...] = ("UN",)

    @property
    def day(self) -> str:
        """The day of the transfer as written."""
        return str(self.transfer["occurred_at"])[:10]

    @property
    def on_record(self) -> bool:
        """Whether an event of the public record stands behind it."""
        return not self.source.startswith(CONSTRUCTED)


def main(arguments: list[str] | None = None) -> int:
    """Write or check the document; return 0, or 1 when `--check` found a difference."""
    return keep(DOCUMENT, document(), module="tests.casebook.index", source="cases", arguments=arguments)


def read_cases() -> list[Case]:
    """Every case, by name."""
    return [_read(path) for path in CASES]


def document() -> str:
    """The text of docs/casebook.md."""
    cases = sorted(read_cases(), key=lambda case: (case.day, case.name))
    decisions = Counter(case.decision for case in cases)
    head = _HEAD.format(
        total=len(cases),
        first=cases[0].day,
        last=cases[-1].day,
        share=decisions["clear"] / len(cases),
        **decisions,
    )
    return "".join(
        (
            head,
            _section("From the public record", [case for case in cases if case.on_record]),
            _section("Constructed from the law and from trade", [case for case in cases if not case.on_record]),
            _rules(cases),
        )
    )


def _section(title: str, cases: list[Case]) -> str:
    head = f"\n## {title}\n\n{len(cases)} cases.\n\n| Day | Case | What happened | Decision | Found | Source |\n|---|---|---|---|---|---|\n"
    return head + "".join(_row(case) for case in cases)


def _row(case: Case) -> str:
    decision = f"**{case.decision}**" if case.decision == "block" else case.decision
    found = ", ".join(f"({_code(rule)})" if rule in case.suppressed else _code(rule) for rule in case.found)
    link = f"[{case.name}](../tests/casebook/cases/{case.name}.yaml)"
    cells = (
        case.day,
        link,
        f"{case.what} ({case.transfer['kind']})",
        decision
        + (", *if true*" if case.conditional else "")
        + ("" if case.jurisdictions == ("UN",) else f" ({', '.join(case.jurisdictions)})"),
        found or "-",
        case.source,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _rules(cases: Iterable[Case]) -> str:
    found, absent = Counter[str](), Counter[str]()
    for case in cases:
        found.update(case.found)
        absent.update(case.not_found)
    rows = "".join(f"| {_code(rule)} | {found[rule]} | {absent[rule]} |\n" for rule in sorted({*found, *absent}))
    return (
        "\n## By rule\n\nIn how many cases each rule or list entry must be found, and must not.\n\n"
        "| Rule or entry | found | not found |\n|---|---|---|\n" + rows
    )


def _code(rule: str) -> str:
    return f"`{rule}`"


def _read(path: Path) -> Case:
    written = read_yaml(path, path.name).content
    expect = written["expect"]
    return Case(
        name=path.stem,
        what=written["what"],
        source=written["source"],
        transfer=written["transfer"],
        decision=expect["decision"],
        conditional=expect.get("conditional", False),
        found=tuple(_words(expect, "found")),
        not_found=tuple(_words(expect, "not_found")),
        suppressed=frozenset(_words(expect, "suppressed")),
        register=written.get("register"),
        totals=written.get("totals"),
        jurisdictions=tuple(written.get("jurisdictions", ("UN",))),
    )


def _words(expect: dict[str, Any], field: str) -> Iterator[str]:
    for word in expect.get(field, ()):
        yield str(word)


if __name__ == "__main__":
    sys.exit(main())
