"""Audits citations: the paragraphs each rule rests on, how sure they are, and which are still to be checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tidewaiter.rulebook.base import Confidence
from tidewaiter.rulebook.quota import Quota
from tidewaiter.rulebook.rules import Rule, RuleCitation, RuleSet
from tidewaiter.rulebook.wording import SURE, in_force

_SUREST: tuple[Confidence, ...] = ("V", "H", "C")


@dataclass(frozen=True, slots=True)
class Cited:
    """A paragraph that a rule or one of its exceptions rests on. `confidence` is that of the paragraph number."""

    instrument: str
    provision: str
    url: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Audited:
    """One rule with its citations. `confidence` is that of the measure; `exceptions` are by id."""

    rule_set: str
    jurisdiction: str
    rule: str
    title: str
    effect: str
    confidence: Confidence
    in_force: str
    citations: tuple[Cited, ...]
    exceptions: tuple[tuple[str, Cited], ...]
    examples: int
    figures: tuple[tuple[str, Confidence], ...] = ()
    """The figures of a quota, each with its confidence."""

    @property
    def verified(self) -> bool:
        """Return whether the measure, every paragraph and every figure were read in a source."""
        sure = (self.confidence, *(cited.confidence for cited in self.paragraphs), *(how for _, how in self.figures))
        return all(confidence == "V" for confidence in sure)

    @property
    def paragraphs(self) -> tuple[Cited, ...]:
        """Return the paragraphs of the rule and of its exceptions."""
        return (*self.citations, *(cited for _, cited in self.exceptions))

    def to_check(self) -> Iterator[str]:
        """Yield a sentence for each part that was not read in a source."""
        if self.confidence != "V":
            yield f"the measure itself is {SURE[self.confidence]}"
        for cited in self.citations:
            if cited.confidence != "V":
                yield f"{cited.instrument}, {cited.provision}: {SURE[cited.confidence]}, {cited.url}"
        for clause, cited in self.exceptions:
            if cited.confidence != "V":
                cited_json = f"{cited.instrument}, {cited.provision}: {SURE[cited.confidence]}, {cited.url}"
                yield f"exception {clause}, {cited_json}"
        for figure, confidence in self.figures:
            if confidence != "V":
                yield f"{figure}: {SURE[confidence]}"


def audit(rule_sets: Sequence[RuleSet]) -> list[Audited]:
    """Return every rule with its citations, in the order of the rule sets."""
    return [_audited(rule, rule_set) for rule_set in rule_sets for rule in rule_set.rules]


def sums(audited: Sequence[Audited]) -> dict[str, dict[str, int]]:
    """Return how many measures and paragraphs are V, H and C, and how many rules are verified completely."""
    measures = Counter(one.confidence for one in audited)
    paragraphs = Counter(cited.confidence for one in audited for cited in one.paragraphs)
    return {
        "measures": {confidence: measures[confidence] for confidence in _SUREST},
        "paragraphs": {confidence: paragraphs[confidence] for confidence in _SUREST},
        "rules": {"all": len(audited), "verified throughout": sum(one.verified for one in audited)},
    }


def unread_texts(audited: Sequence[Audited]) -> list[tuple[str, str, int]]:
    """Return each instrument with paragraphs that were not read in a source: name, address, and how many of them.

    Those with the most come first.
    """
    unread = Counter(
        (cited.instrument, cited.url) for one in audited for cited in one.paragraphs if cited.confidence != "V"
    )
    ordered = sorted(unread.items(), key=lambda text: (-text[1], text[0]))
    return [(name, url, count) for (name, url), count in ordered]


def as_json(one: Audited) -> dict[str, Any]:
    """Return one rule as JSON. `verified` is true only when every part is V."""

    def cited_json(cited: Cited) -> dict[str, Any]:
        return {
            "instrument": cited.instrument,
            "provision": cited.provision,
            "url": cited.url,
            "confidence": cited.confidence,
            "verified": cited.confidence == "V",
        }

    return {
        "rule_set": one.rule_set,
        "jurisdiction": one.jurisdiction,
        "rule": one.rule,
        "title": one.title,
        "effect": one.effect,
        "confidence": one.confidence,
        "verified": one.verified,
        "in_force": one.in_force,
        "citations": [cited_json(cited) for cited in one.citations],
        "exceptions": [{"id": clause} | cited_json(cited) for clause, cited in one.exceptions],
        "examples": one.examples,
        "to_check": list(one.to_check()),
    }


def _audited(rule: Rule, rule_set: RuleSet) -> Audited:
    return Audited(
        rule_set=rule_set.rule_set,
        jurisdiction=rule_set.jurisdiction,
        rule=rule.id,
        title=rule.title,
        effect=f"{rule.effect}" if rule.confidence != "C" else "review (C never blocks)",
        confidence=rule.confidence,
        in_force=in_force(rule.in_force),
        citations=tuple(_cited(citation, rule_set) for citation in rule.citations),
        exceptions=tuple((clause.id, _cited(clause.citation, rule_set)) for clause in rule.exceptions),
        examples=len(rule.examples.match) + len(rule.examples.no_match),
        figures=tuple(_figures(rule.quota)) if rule.quota else (),
    )


def _figures(quota: Quota) -> Iterator[tuple[str, Confidence]]:
    if quota.stops_at:
        yield f"the stop at {quota.stops_at.share:%} of the cap".replace(".000000", ""), quota.stops_at.confidence
    for by in quota.conversions:
        what = f" of {by.words[0]}" if by.words else ""
        yield f"one {by.unit}{what} taken for {by.factor} {by.into}", by.confidence


def _cited(citation: RuleCitation, rule_set: RuleSet) -> Cited:
    instrument = rule_set.instruments[citation.instrument]
    return Cited(instrument.name, citation.provision, instrument.url, citation.confidence)
