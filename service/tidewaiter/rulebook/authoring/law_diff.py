"""Lists the differences in law between two versions of rule sets, in sentences that a lawyer can check.

It compares the models: a field without a sentence of its own is still reported, by its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tidewaiter.rulebook.authoring.field_changes import OF_RULE_SETS, OF_RULES, Bearing, of_any
from tidewaiter.rulebook.rules import Rule, RuleSet
from tidewaiter.rulebook.wording import asks, cited, in_force
from tidewaiter_schemas.verdict import Effect


@dataclass(frozen=True, slots=True)
class LawChange:
    """One difference. `rule` is None when it concerns the whole rule set; `field` is the name in the rule format."""

    bearing: Bearing
    rule_set: str
    rule: str | None
    field: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.rule or self.rule_set}: {self.sentence}"


def describe_changes(old: Sequence[RuleSet], new: Sequence[RuleSet]) -> list[LawChange]:
    """Return every difference of `new` from `old`, by rule set, rule and field; empty when the law is the same.

    "Newly allowed" holds only where no other rule covers the transfer. Changed examples are reported once for a rule
    set: they are tests, not law.
    """
    before, after = ({rule_set.rule_set: rule_set for rule_set in sets} for sets in (old, new))
    changes: list[LawChange] = []
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            changes += _whole_set(was, now)
        else:
            changes += _rule_set(was, now)
    return changes


def _whole_set(was: RuleSet | None, now: RuleSet | None) -> Iterator[LawChange]:
    rule_set = now or was
    assert rule_set is not None  # noqa: S101 - one of the two is there
    name = f"The rule set “{rule_set.title}” ({rule_set.authority}, {len(rule_set.rules)} rules)"
    yield LawChange(
        Bearing.CHANGED, rule_set.rule_set, None, "rule_set", f"{name} is {'added' if now else 'no longer there'}."
    )
    for rule in rule_set.rules:
        yield _whole_rule(rule_set, rule, added=now is not None)


def _rule_set(was: RuleSet, now: RuleSet) -> Iterator[LawChange]:
    for field in RuleSet.model_fields:
        if field in {"rules", "rule_set"} or getattr(was, field) == getattr(now, field):
            continue
        describe = OF_RULE_SETS.get(field)
        sentences = describe(was, now) if describe else of_any(field, getattr(was, field), getattr(now, field))
        for bearing, sentence in sentences:
            yield LawChange(bearing, now.rule_set, None, field, sentence)
    before, after = ({rule.id: rule for rule in rule_set.rules} for rule_set in (was, now))
    renamed = _renamed(before, after)
    for old_id, new_id in renamed.items():
        yield LawChange(Bearing.CHANGED, now.rule_set, new_id, "id", f"Was {old_id}; nothing else of it is different.")
    for rule_id in sorted((before.keys() | after.keys()) - renamed.keys() - set(renamed.values())):
        if rule_id not in after:
            yield _whole_rule(was, before[rule_id], added=False)
        elif rule_id not in before:
            yield _whole_rule(now, after[rule_id], added=True)
        else:
            for bearing, field, sentence in _rule(before[rule_id], after[rule_id]):
                yield LawChange(bearing, now.rule_set, rule_id, field, sentence)
    other = [i for i in before.keys() & after.keys() if before[i].examples != after[i].examples]
    if other:
        count = "of one rule" if len(other) == 1 else f"of {len(other)} rules"
        yield LawChange(Bearing.CHANGED, now.rule_set, None, "examples", f"Examples {count} changed; they are no law.")


def _renamed(before: Mapping[str, Rule], after: Mapping[str, Rule]) -> dict[str, str]:
    gone = {i: rule for i, rule in before.items() if i not in after}
    come = {i: rule for i, rule in after.items() if i not in before}
    same: dict[str, str] = {}
    for old_id, rule in gone.items():
        for new_id, other in come.items():
            if new_id not in same.values() and rule.model_copy(update={"id": new_id}) == other:
                same[old_id] = new_id
                break
    return same


def _whole_rule(rule_set: RuleSet, rule: Rule, *, added: bool) -> LawChange:
    citations = "; ".join(cited(citation, rule_set) for citation in rule.citations)
    lead = "A new rule" if added else "No longer a rule"
    sentence = f"{lead}: {rule.says} {in_force(rule.in_force)}; {asks(rule)}. {citations}."
    bearing = Bearing.FORBIDS if added else Bearing.ALLOWS
    if rule.effect is Effect.REVIEW or rule.confidence == "C":
        bearing = Bearing.STRICTER if added else Bearing.MILDER
    return LawChange(bearing, rule_set.rule_set, rule.id, "id", sentence)


def _rule(was: Rule, now: Rule) -> Iterator[tuple[Bearing, str, str]]:
    for field in Rule.model_fields:
        if field in {"id", "examples"} or getattr(was, field) == getattr(now, field):
            continue
        describe = OF_RULES.get(field)
        sentences = describe(was, now) if describe else of_any(field, getattr(was, field), getattr(now, field))
        for bearing, sentence in sentences:
            yield bearing, field, sentence
