"""How many mistakes in a packaged rule its own examples and the casebook would catch.

A mutant (bench/mutants.py) is killed when an example of its rule fails or a case of the casebook gets another verdict
than it says. Tests that derive what they expect from the rule itself count for nothing here: they would agree with the
mistake.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.mutants import Mutant, mutants_of
from tests.casebook.expectations import shortfalls
from tidewaiter.goods.hs.codes import CHAPTERS, HEADINGS, SUBHEADINGS
from tidewaiter.goods.lexicon.lexicon import EntryKind
from tidewaiter.matching.names.rarity import packaged_rarity
from tidewaiter.release.assembly import load_lists
from tidewaiter.release.rule_examples import run_examples_of
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.compiled_rule import CompiledRule
from tidewaiter.rulebook.compiler import compile_rule_book
from tidewaiter.rulebook.loader import builtin_rule_sets, load_lexicon, packaged_wording
from tidewaiter.rulebook.policy import JURISDICTIONS, Policy, QuotaTotals, Register
from tidewaiter.rulebook.rates_file import load_rates
from tidewaiter.rulebook.rules import Rule, RuleSet
from tidewaiter.rulebook.trial_books import with_rule
from tidewaiter.rulebook.yaml_source import read_yaml
from tidewaiter.screening.goods import RecognisedItem, match_goods, recognise_items
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.transfer import Item, TransferEvent
from tidewaiter_schemas.verdict import Effect

CASES = Path(__file__).parents[1] / "tests" / "casebook" / "cases"
TARGET = 0.95


@dataclass(frozen=True, slots=True)
class Case:
    """A case of the casebook, with the register of authorisations that it is judged by."""

    name: str
    transfer: TransferEvent
    expect: Mapping[str, Any]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mutant: the example or case that killed it, None when nothing did.

    `alike` when nothing could: every HS code, and every word of the packaged lexicon, meets the mutant as it meets the
    rule. Such a part is there for the words that an operator adds.
    """

    rule_set: str
    mutant: Mutant
    killed_by: str | None
    alike: bool = False


class Bench:
    """The packaged rules of one jurisdiction, compiled once; every mutant replaces one rule in them."""

    def __init__(self, jurisdiction: str = "UN") -> None:
        self.policy = Policy(jurisdictions=(jurisdiction,), rates=load_rates(None))
        self.rule_sets = builtin_rule_sets(self.policy.jurisdictions)
        self.book = compile_rule_book(
            self.rule_sets,
            load_lists(()),
            load_lexicon(),
            self.policy,
            rarity=packaged_rarity(),
            wording=packaged_wording(),
        )
        self._hold_before_mutation()

    def _hold_before_mutation(self) -> None:
        """A test that fails on the rules as they are would kill every mutant and tell nothing."""
        screener = Screener(self.book)
        compiled = {one.rule.id: one for rules in self.book.rules.values() for one in rules}
        for one in compiled.values():
            for run in run_examples_of(screener, one):
                if run.failures:
                    raise SystemExit(f"{run.rule}: example “{run.example.name}”{run.failures[0]}: run `rules check`")
        failed = self._by_case(self.book)
        if failed:
            raise SystemExit(f"{failed} fails before any mutation: run the casebook first")

    @cached_property
    def cases(self) -> list[Case]:
        """The cases of the casebook that this jurisdiction judges alone."""
        cases = [_case(path) for path in sorted(CASES.glob("*.yaml"))]
        return [case for case in cases if case.policy.jurisdictions == self.policy.jurisdictions]

    def mutants(self) -> Iterator[tuple[RuleSet, Mutant]]:
        """Every mutant of every packaged rule."""
        for rule_set in self.rule_sets:
            for rule in rule_set.rules:
                for mutant in mutants_of(rule):
                    yield rule_set, mutant

    def outcome(self, rule_set: RuleSet, mutant: Mutant) -> Outcome:
        """Judge the examples of the mutant's rule, and the casebook if they all pass."""
        book = with_rule(self.book, rule_set, mutant.rule)
        killed_by = self._by_example(book, mutant) or self._by_case(book)
        alike = killed_by is None and self._alike(book, mutant.rule)
        return Outcome(rule_set.rule_set, mutant, killed_by, alike)

    @cached_property
    def items(self) -> tuple[RecognisedItem, ...]:
        """Every HS code and every word of the packaged lexicon, each as an item of its own; of those alike, one."""
        lexicon = self.book.goods.lexicon
        qualities = [
            text for entry in lexicon.entries.values() if entry.kind is EntryKind.QUALITY for _, text in entry.terms
        ]
        words = [
            text for entry in lexicon.entries.values() if entry.kind is not EntryKind.QUALITY for _, text in entry.terms
        ]
        words += [
            f"{quality} {entry.terms[0][1]}"
            for entry in lexicon.entries.values()
            if entry.variants
            for quality in qualities
        ]
        codes = sorted(CHAPTERS | HEADINGS | SUBHEADINGS)
        items = [Item(hs_code=code) for code in codes] + [Item(description=text) for text in words]
        different = {
            (
                frozenset((hit.code, hit.certainty, hit.declared) for hit in item.recognition.headings),
                frozenset((hit.category, hit.certainty) for hit in item.recognition.categories),
            ): item
            for item in recognise_items(tuple(items), self.book.goods)
        }
        return tuple(different.values())

    def _alike(self, book: RuleBook, mutant: Rule) -> bool:
        """Whether rule and mutant differ in goods and effect alone, and no item tells them apart."""
        before, after = (_compiled(one, mutant.id) for one in (self.book, book))
        same = {field: getattr(before.rule, field) for field in ("goods", "effect")}
        if mutant.model_copy(update=same) != before.rule or before.keywords != after.keywords:
            return False
        return all(_met(before, item) == _met(after, item) for item in self.items)

    def _by_example(self, book: RuleBook, mutant: Mutant) -> str | None:
        screener = Screener(book)
        compiled = next(c for rules in book.rules.values() for c in rules if c.rule.id == mutant.rule.id)
        return next(
            (f"example {run.example.name}" for run in run_examples_of(screener, compiled) if run.failures), None
        )

    def _by_case(self, book: RuleBook) -> str | None:
        for case in self.cases:
            totals = {(total.quota, total.window): total for total in case.policy.quota_totals}
            (verdict,) = Screener(replace(book, policy=case.policy, published=totals)).screen([case.transfer])
            if next(shortfalls(case.expect, verdict), None):
                return f"case {case.name}"
        return None


def _compiled(book: RuleBook, rule_id: str) -> CompiledRule:
    return next(compiled for rules in book.rules.values() for compiled in rules if compiled.rule.id == rule_id)


def _met(compiled: CompiledRule, item: RecognisedItem) -> tuple[object, ...]:
    """What a finding of the rule on the item would show: how sure it is, whether by code, what it asks for."""
    match = match_goods(compiled, item)
    if match is None:
        return ()
    by_code = any(evidence.matched.startswith("HS ") for evidence in match.evidence(item))
    effect = compiled.rule.effect if match.certainty >= Policy().block_at else Effect.REVIEW
    return match.certainty, match.doubtful and compiled.rule.group is not None, by_code, effect


def main() -> dict[str, Any]:
    """Print the table and the survivors, and return the numbers."""
    start = time.perf_counter()
    benches = [Bench(name) for name in JURISDICTIONS if builtin_rule_sets([name])]
    every = [bench.outcome(rule_set, mutant) for bench in benches for rule_set, mutant in bench.mutants()]
    rule_sets = [rule_set for bench in benches for rule_set in bench.rule_sets]
    outcomes = [outcome for outcome in every if not outcome.alike]
    table = Table("rule set", "rules", "mutants", "killed", "by examples", "score")
    results: dict[str, Any] = {}
    for rule_set in rule_sets:
        own = [outcome for outcome in outcomes if outcome.rule_set == rule_set.rule_set]
        results[rule_set.rule_set] = _numbers(own)
        _add_row(table, rule_set.rule_set, len(rule_set.rules), own)
    _add_row(table, "all", sum(len(rule_set.rules) for rule_set in rule_sets), outcomes)
    console = Console()
    console.print(table)
    for outcome in outcomes:
        if outcome.killed_by is None:
            console.print(
                f"survived: {outcome.mutant.rule.id}: {outcome.mutant.mistake}", markup=False, highlight=False
            )
    seconds = time.perf_counter() - start
    alike = len(every) - len(outcomes)
    console.print(
        f"{len(outcomes)} mutants in {seconds:.0f} s, target {TARGET:.0%}; {alike} more are left out: no HS code and "
        "no packaged word tells them from the rule",
        highlight=False,
    )
    return {"rule_sets": results, "all": _numbers(outcomes), "alike": alike, "seconds": seconds, "target": TARGET}


def sample(count: int, seed: str) -> list[Outcome]:
    """What becomes of `count` mutants drawn by `seed`."""
    bench = Bench()
    drawn = random.Random(seed).sample(list(bench.mutants()), count)
    return [bench.outcome(rule_set, mutant) for rule_set, mutant in drawn]


def score(outcomes: Sequence[Outcome]) -> float:
    """The share of `outcomes` that were killed; 1 of none."""
    return sum(outcome.killed_by is not None for outcome in outcomes) / len(outcomes) if outcomes else 1.0


def _numbers(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "mutants": len(outcomes),
        "killed": sum(outcome.killed_by is not None for outcome in outcomes),
        "score": score(outcomes),
        "survivors": [f"{o.mutant.rule.id}: {o.mutant.mistake}" for o in outcomes if o.killed_by is None],
    }


def _add_row(table: Table, name: str, rules: int, outcomes: Sequence[Outcome]) -> None:
    killed = [outcome.killed_by for outcome in outcomes if outcome.killed_by is not None]
    by_examples = sum(by.startswith("example ") for by in killed)
    row = (name, rules, len(outcomes), len(killed), by_examples, f"{score(outcomes):.1%}")
    table.add_row(*map(str, row))


def _case(path: Path) -> Case:
    case = read_yaml(path, path.name).content
    policy = Policy(
        jurisdictions=tuple(case.get("jurisdictions", ("UN",))),
        register=Register.model_validate(case.get("register", {})),
        quota_totals=QuotaTotals.model_validate({"totals": case.get("totals", ())}).totals,
    )
    transfer = TransferEvent.model_validate({"id": path.stem} | case["transfer"])
    return Case(path.stem, transfer, case["expect"], policy)
