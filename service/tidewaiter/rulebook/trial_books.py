"""Rule books changed in one respect, to try out rules.

Their manifest is not updated, so they must never give verdicts to consumers.
"""

from __future__ import annotations

from dataclasses import replace

from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.compiled_rule import compile_rule
from tidewaiter.rulebook.compiler import dealings_of, quotas_of, vessels_of
from tidewaiter.rulebook.phrases import Phrases
from tidewaiter.rulebook.rules import Rule, RuleSet


def without_replacements(book: RuleBook) -> RuleBook:
    """Return `book` with no rule replaced by another, as each rule's own examples expect."""
    rules = {key: [replace(one, replaced_from=None) for one in value] for key, value in book.rules.items()}
    return replace(book, rules={key: tuple(value) for key, value in rules.items()}, dealings=dealings_of(rules))


def with_rule(book: RuleBook, rule_set: RuleSet, rule: Rule) -> RuleBook:
    """Return `book` with `rule`, of `rule_set`, in place of the rule with its id. Only that rule is compiled."""
    compiled = compile_rule(rule, rule_set, {subject: Phrases(words) for subject, words in rule_set.subjects.items()})
    rules = {key: [one for one in value if one.rule.id != rule.id] for key, value in book.rules.items()}
    for country in rule.countries:
        rules.setdefault((country, rule.direction), []).append(compiled)
    ordered = {key: tuple(sorted(value, key=lambda one: one.rule.id)) for key, value in rules.items()}
    sets = {one.rule_set.rule_set: one.rule_set for value in book.rules.values() for one in value}
    others = tuple(one for one in rule_set.rules if one.id != rule.id)
    sets[rule_set.rule_set] = rule_set.model_copy(update={"rules": (*others, rule)})
    return replace(
        book,
        rules=ordered,
        dealings=dealings_of(ordered),
        vessels=vessels_of(list(sets.values())),
        quotas=quotas_of(ordered),
    )
