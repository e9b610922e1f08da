"""A rule as a screening uses it: one authority's rule with its words, codes and citations ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tidewaiter.rulebook.codes import CodeIndex
from tidewaiter.rulebook.hs_index import HsIndex
from tidewaiter.rulebook.phrases import Phrases
from tidewaiter.rulebook.rules import DesignatedVessel, KeywordMatch, Rule, RuleSet, Sign
from tidewaiter_schemas.verdict import Citation


@dataclass(frozen=True, slots=True)
class CompiledSign:
    """A sign of a dealing, its words indexed and its vessels by IMO number."""

    sign: Sign
    about: tuple[Phrases, ...]
    names: Phrases | None
    vessels: Mapping[str, DesignatedVessel]


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its words, codes and citations looked up, so that a screening only asks."""

    rule: Rule
    rule_set: RuleSet
    citations: tuple[Citation, ...]
    hs: HsIndex | None
    codes: CodeIndex | None
    keywords: tuple[tuple[Phrases, float], ...]
    exception_words: tuple[Phrases, ...]
    signs: tuple[CompiledSign, ...]
    conversion_words: tuple[Phrases, ...] = ()
    subsidiary_ids: frozenset[str] = frozenset()
    """The ids in `subsidiary_to`, apart from those that end in `*`."""
    subsidiary_beginnings: tuple[str, ...] = ()
    """The other entries of `subsidiary_to`, without the `*` at their end."""
    replaced_from: date | None = None
    """The first day on which another rule replaces it."""

    def stands_on(self, day: date) -> bool:
        """Return whether the rule was in force on `day` and not yet replaced."""
        return self.rule.in_force.covers(day) and (self.replaced_from is None or day < self.replaced_from)

    def subsidiary_to(self, rule_id: str) -> bool:
        """Return whether this rule gives no finding where the rule `rule_id` gives one."""
        named = rule_id in self.subsidiary_ids or rule_id.startswith(self.subsidiary_beginnings)
        return named and rule_id != self.rule.id

    def silent_beside(self, other: CompiledRule) -> bool:
        """Return whether this rule leaves an item to `other`. Two rules that name each other both give findings."""
        return self.subsidiary_to(other.rule.id) and not other.subsidiary_to(self.rule.id)


def compile_rule(rule: Rule, rule_set: RuleSet, subjects: Mapping[str, Phrases]) -> CompiledRule:
    """Return `rule` compiled. `subjects` are the words of the rule set's subjects, by key."""
    return CompiledRule(
        rule=rule,
        rule_set=rule_set,
        citations=tuple(
            Citation(
                instrument=rule_set.instruments[citation.instrument].name,
                provision=citation.provision,
                url=rule_set.instruments[citation.instrument].url,
                verified=citation.confidence == "V",
                confidence=citation.confidence,
            )
            for citation in rule.citations
        ),
        hs=HsIndex(rule.goods.hs) if rule.goods and rule.goods.hs else None,
        codes=CodeIndex(rule.goods.codes.listed) if rule.goods and rule.goods.codes else None,
        keywords=_keywords(rule.goods.keywords if rule.goods else ()),
        exception_words=tuple(Phrases(clause.words) for clause in rule.exceptions),
        signs=tuple(_sign(sign, rule_set, subjects) for sign in rule.dealing),
        conversion_words=tuple(Phrases(by.words) for by in rule.quota.conversions) if rule.quota else (),
        subsidiary_ids=frozenset(pattern for pattern in rule.subsidiary_to if not pattern.endswith("*")),
        subsidiary_beginnings=tuple(pattern[:-1] for pattern in rule.subsidiary_to if pattern.endswith("*")),
    )


def _keywords(matches: Sequence[KeywordMatch]) -> tuple[tuple[Phrases, float], ...]:
    """Return the words of a rule, one set for each certainty."""
    by_certainty: dict[float, list[str]] = {}
    for match in matches:
        by_certainty.setdefault(match.certainty, []).append(match.words)
    return tuple((Phrases(words), certainty) for certainty, words in by_certainty.items())


def _sign(sign: Sign, rule_set: RuleSet, subjects: Mapping[str, Phrases]) -> CompiledSign:
    party = sign.party
    return CompiledSign(
        sign=sign,
        about=tuple(subjects[subject] for subject in sign.about),
        names=Phrases(party.names) if party and party.names else None,
        vessels={
            vessel.imo: vessel for group in (party.vessels if party else ()) for vessel in rule_set.vessels[group]
        },
    )
