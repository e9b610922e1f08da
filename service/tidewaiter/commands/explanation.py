"""The explanation of one verdict: the ties and items of the transfer, and for each rule why it is met or not."""

from __future__ import annotations

from typing import Any

from tidewaiter.errors import RuleError
from tidewaiter.goods.hs.titles import title_of
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.compiled_rule import CompiledRule
from tidewaiter.rulebook.wording import in_force, shown
from tidewaiter.screening.goods import RecognisedItem
from tidewaiter.screening.nexus.nexus import Nexus
from tidewaiter.screening.screener import Screener
from tidewaiter.screening.trace import RuleOutcome, Status, Trace
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Finding, Verdict

_ORDER = {status: number for number, status in enumerate(Status)}


def explain(transfer: TransferEvent, book: RuleBook, rule: str | None = None) -> dict[str, Any]:
    """Return the explanation as JSON values.

    The keys are `decision`, `day`, `ties`, `items`, `rules` (one entry per rule, country and subject, those that are
    met first), `other` (findings on parties and unknowns) and `rule_sets` (those that were evaluated).

    Raises RuleError when the book has no rule with the id `rule`.
    """
    verdict, trace = Screener(book).explain(transfer)
    outcomes = sorted(
        [*trace.outcomes, *_untouched(book, trace)],
        key=lambda one: (_ORDER[one.status], one.compiled.rule.id, one.subject),
    )
    if rule is not None:
        outcomes = [one for one in outcomes if one.compiled.rule.id == rule]
        if not outcomes:
            names = ", ".join(version.id for version in book.manifest.rule_sets)
            raise RuleError(
                f"{rule}: no such rule in {names}; packaged law that does not bind you is left out, unless "
                "--jurisdictions names it"
            )
    rules = {one.compiled.rule.id for one in trace.outcomes}
    return {
        "transfer": transfer.id,
        "decision": verdict.decision,
        "conditional": verdict.conditional,
        "day": str(trace.case.day),
        "ties": [tie for nexus in trace.case.nexus for tie in _ties(nexus)],
        "items": [_item(item) for item in trace.case.items],
        "rules": [_rule(one, verdict) for one in outcomes],
        "other": [
            {
                "rule": f.rule,
                "effect": f.effect,
                "subject": f.subject,
                "reason": f.reason,
                "suppressed_by": f.suppressed_by,
            }
            for f in verdict.findings
            if f.rule not in rules and rule is None
        ],
        "rule_sets": [version.id for version in book.manifest.rule_sets],
    }


def _untouched(book: RuleBook, trace: Trace) -> list[RuleOutcome]:
    """Return outcomes for the rules that were not evaluated because the transfer has no tie to their country."""
    asked = {(one.compiled.rule.id, one.country) for one in trace.outcomes}
    return [
        RuleOutcome(compiled, country, Status.UNTOUCHED, "", f"nothing ties the transfer to {country}")
        for (country, _), rules in sorted(book.rules.items())
        for compiled in rules
        if (compiled.rule.id, country) not in asked
    ]


def _ties(nexus: Nexus) -> list[dict[str, Any]]:
    return [
        {
            "country": tie.country,
            "direction": tie.direction or "either",
            "certainty": tie.certainty,
            "sentence": f"it {tie.sentence}",
            "subject": tie.evidence.subject,
            "value": tie.evidence.value,
        }
        for tie in nexus.ties
    ]


def _item(item: RecognisedItem) -> dict[str, Any]:
    recognition = item.recognition
    return {
        "subject": item.pointer,
        "label": item.label,
        "headings": [
            {"code": hit.code, "title": title_of(hit.code), "certainty": hit.certainty, "declared": hit.declared}
            for hit in recognition.headings
        ],
        "categories": [{"category": hit.category, "certainty": hit.certainty} for hit in recognition.categories],
        "invalid_code": recognition.invalid_code,
        "conflict": recognition.conflict,
        "unknown_part": recognition.unknown_part,
    }


def _rule(outcome: RuleOutcome, verdict: Verdict) -> dict[str, Any]:
    rule = outcome.compiled.rule
    final = next((f for f in verdict.findings if _is(f, outcome)), None)
    return {
        "rule": rule.id,
        "rule_set": outcome.compiled.rule_set.rule_set,
        "title": rule.title,
        "country": outcome.country,
        "subject": outcome.subject,
        "status": outcome.status,
        "why": final.reason if final else outcome.why or _looks_for(outcome),
        "effect": final.effect if final else None,
        "certainty": final.certainty if final else None,
        "exception": next((e.matched for e in final.evidence if e.kind == "exception"), None) if final else None,
        "suppressed_by": final.suppressed_by if final else None,
        "confidence": rule.confidence,
        "in_force": in_force(rule.in_force),
        "citations": [_cited(outcome.compiled, number) for number in range(len(outcome.compiled.citations))],
    }


def _is(finding: Finding, outcome: RuleOutcome) -> bool:
    """Return whether `finding` results from `outcome`: quotas and permissions only add to a finding.

    An item that names several goods has one outcome of a rule for each of them.
    """
    one = outcome.finding
    if one is None or (one.rule, one.subject) != (finding.rule, finding.subject):
        return False
    return finding.evidence[: len(one.evidence)] == one.evidence


def _looks_for(outcome: RuleOutcome) -> str:
    """Describe the goods that the rule covers, for an item that is none of them."""
    goods = outcome.compiled.rule.goods
    if outcome.status is not Status.GOODS or goods is None:
        return ""
    if goods.all:
        return f"all goods but HS {', '.join(goods.unless_hs)}, and goods that were not recognised"
    parts = [f"HS {', '.join(match.prefix for match in goods.hs)}"] if goods.hs else []
    parts += [str(match.category).replace("_", " ") for match in goods.categories]
    parts += [shown(match.words) for match in goods.keywords]
    parts += [goods.codes.source] if goods.codes else []
    parts += [f"control number {match.prefix or 'of any kind'}" for match in goods.eccn]
    return "it covers " + "; ".join(parts)


def _cited(compiled: CompiledRule, number: int) -> str:
    citation = compiled.citations[number]
    verified = "" if citation.verified else f", paragraph not verified ({citation.confidence})"
    return f"{citation.instrument}, {citation.provision}{verified}"


def recognised_items(explanation: dict[str, Any]) -> list[str]:
    """Return what each item of an explanation was recognised as, in words."""
    return [_recognised(item) for item in explanation["items"]]


def _recognised(item: dict[str, Any]) -> str:
    outcome = [
        f"HS {hit['code']} {hit['title']} ({'declared, ' * hit['declared']}{hit['certainty']:.2f})"
        for hit in item["headings"]
    ]
    outcome += [f"{item['invalid_code']} is not an HS code"] * bool(item["invalid_code"])
    outcome += [item["conflict"]] * bool(item["conflict"])
    outcome += ["part of the description was not recognised"] * bool(item["unknown_part"])
    return "; ".join(outcome) or "not recognised"
