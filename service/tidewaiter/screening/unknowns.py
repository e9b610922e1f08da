"""Find missing facts about a transfer. They lead to review, never to a clear.

These are rules of the product, not law. Their ids begin with TW.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening.case import Case
from tidewaiter.screening.findings import kind_in_words
from tidewaiter.screening.goods_doubts import barred_kinds, why_in_doubt
from tidewaiter.screening.nexus.nexus import Nexus, states_destination
from tidewaiter_schemas.transfer import KINDS, PARTY_TYPES, REPORT_STATUSES, ROLES
from tidewaiter_schemas.verdict import Citation, Effect, Evidence, Family, Finding

RULE_SET = "tidewaiter"
AUTHORITY = "Tidewaiter"
GOODS_KINDS = frozenset({"sale", "gift", "donation", "loan", "lease"})
"""Kinds of transfer that concern goods only, so that the rules on goods judge them completely."""

RULES = {
    "TW-KIND-UNKNOWN": "The kind of transfer is not one the product knows, so it cannot tell which rules judge it.",
    "TW-GOODS-UNKNOWN": "What the goods are is not known, and some goods are barred there.",
    "TW-CODE-INVALID": "The HS code is no HS code, so what the goods are is not known.",
    "TW-CODE-CONFLICT": "What is said of the item does not agree: code, words and model name different goods.",
    "TW-DEALING-UNKNOWN": "What is done with the country is not known well enough to tell which measures it is under.",
    "TW-DESTINATION-UNKNOWN": "Nothing says where the transfer goes, so no rule about a country can be judged.",
    "TW-NAME-UNKNOWN": "That names nobody, so no list can be consulted.",
    "TW-IDENTIFIER-INVALID": "Whom or what it identifies is not known, and lists may know it by that number alone.",
    "TW-PARTIES-UNKNOWN": "No party is named, so no list can be consulted.",
    "TW-TEXT-DISGUISED": "What a reader sees and what a program reads were not the same.",
    "TW-DATE-DOUBTFUL": "The date chooses the law that judges it.",
    "TW-ROLE-UNKNOWN": "What the party does in the transfer is not known, so neither is whose goods or money it is.",
    "TW-TYPE-UNKNOWN": "Lists and rules are for persons, organisations, governments and vessels, each in its own way.",
    "TW-STATUS-UNKNOWN": "It is read as not confirmed.",
    "TW-LAW-NOT-PACKAGED": "No packaged rule judges it by that law; somebody must check it.",
    "TW-CONTROL-NUMBER-MISSING": "Such goods are often diverted. State their control number, or that they are on no "
    "control list: an HS code tells neither.",
    "TW-CONTROL-NUMBER-INVALID": "That is no control number, so it does not tell whether the goods need a licence.",
    **{
        f"TW-CONTROL-NUMBER-{jurisdiction}": f"A person must check that a licence under the law of {jurisdiction} is "
        "there or not needed."
        for jurisdiction in ("EU", "US", "UK", "JP", "CA", "AU", "CH")
    },
    "TW-LISTED-LATER": "The party was not listed when the transfer happened.",
    "TW-NOT-READ": "What is not read may be what the law bars, so a person must read it.",
    "TW-FINDINGS-LEFT-OUT": "A verdict tells the strongest thousand; judge the lines of so long a transfer one by one.",
}
"""Every rule of the product, with its text."""


def control_number_rule(jurisdiction: str) -> str:
    """Return the id of the product's rule on goods with a control number under the law of `jurisdiction`."""
    return f"TW-CONTROL-NUMBER-{jurisdiction}"


def find_unknowns(case: Case) -> list[Finding]:
    """Return the findings on missing facts that do not depend on a country."""
    return list(_unknowns(case))


def _unknowns(case: Case) -> Iterator[Finding]:
    transfer = case.transfer
    if transfer.kind not in KINDS:
        yield own_finding("TW-KIND-UNKNOWN", "/kind", f"The kind is “{transfer.kind}”.", "kind", transfer.kind)
    for number, party in enumerate(transfer.parties):
        if party.role not in ROLES:
            fact = f"The role of a party is “{party.role}”."
            yield own_finding("TW-ROLE-UNKNOWN", f"/parties/{number}/role", fact, "role", party.role)
        if party.type not in PARTY_TYPES:
            fact = f"The type of a party is “{party.type}”."
            yield own_finding("TW-TYPE-UNKNOWN", f"/parties/{number}/type", fact, "type", party.type)
    if transfer.report.status not in REPORT_STATUSES:
        fact = f"The status of the report is “{transfer.report.status}”."
        yield own_finding("TW-STATUS-UNKNOWN", "/report/status", fact, "status", transfer.report.status)
    if not transfer.parties:
        yield own_finding("TW-PARTIES-UNKNOWN", "/parties", "The transfer names no party.", "parties", "none")
    if not states_destination(transfer) and not any(nexus.receives() for nexus in case.nexus):
        subject = "/route/destination" if transfer.route else ""
        yield own_finding(
            "TW-DESTINATION-UNKNOWN",
            subject,
            "It has no destination and nobody who receives has a country.",
            "destination",
            "unknown",
        )
    # Where only a few goods are prohibited, the rules on those goods already cover both readings.
    wide = [one for one in case.nexus if case.day >= one.territory.since and one.territory.doubt == "any"]
    for item in case.items:
        if item.recognition.conflict:
            matters = any(item.doubts.about_code(barred_kinds(case, nexus)) is not None for nexus in wide)
            yield own_finding(
                "TW-CODE-CONFLICT",
                f"{item.pointer}/hs_code",
                item.recognition.conflict,
                "hs_code",
                item.item.hs_code or "",
                Effect.REVIEW if matters else Effect.INFO,
            )


def find_unjudged(case: Case, nexus: Nexus, dealings: Sequence[Finding]) -> list[Finding]:
    """Return the findings on what no rule on the country could judge. `dealings` has the findings on dealings."""
    if case.day < nexus.territory.since:
        return []
    return [*_unjudged_dealings(case, nexus, dealings), *_unjudged_goods(case, nexus)]


def _unjudged_dealings(case: Case, nexus: Nexus, dealings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield a finding when no rule has one on the dealing, and the measures on the country go beyond goods."""
    if not case.book.law_on_dealings(nexus.territory.country, case.day).rules:
        return
    transfer = case.transfer
    if transfer.kind not in GOODS_KINDS:
        if not dealings:
            surest = nexus.ties[0]
            what = f"This is {kind_in_words(transfer.kind)} that {surest.sentence}."
            yield own_finding("TW-DEALING-UNKNOWN", "/kind", what, surest.evidence.kind, surest.evidence.value)
        return
    judged = {finding.subject for finding in dealings}
    for number in range(len(transfer.parties)):
        pointer = f"/parties/{number}"
        tie = nexus.of_party(number)
        if tie is not None and tie.direction is None and pointer not in judged:
            yield own_finding(
                "TW-DEALING-UNKNOWN", pointer, f"It {tie.sentence}.", tie.evidence.kind, tie.evidence.value
            )


def _unjudged_goods(case: Case, nexus: Nexus) -> Iterator[Finding]:
    """Yield findings on goods not recognised well enough, in a direction in which the law prohibits some goods."""
    if nexus.territory.doubt == "none":
        return
    country = nexus.territory.country
    directions = (way for way in (Direction.TO, Direction.FROM) if case.book.law(country, way, case.day).rules)
    tie = next((tie for direction in directions if (tie := nexus.best(direction)) is not None), None)
    if tie is None:
        return
    barred = barred_kinds(case, nexus)
    if not case.items and case.transfer.kind in GOODS_KINDS:
        yield own_finding("TW-GOODS-UNKNOWN", "/items", f"It names no goods and {tie.sentence}.", "items", "none")
    for item in case.items:
        if item.recognition.invalid_code:
            yield own_finding(
                "TW-CODE-INVALID",
                f"{item.pointer}/hs_code",
                f"“{item.label}” {tie.sentence} with the HS code {item.recognition.invalid_code}.",
                "hs_code",
                item.recognition.invalid_code,
            )
        elif (nexus.territory.doubt == "any" or not item.recognition.recognised) and (
            (doubt := item.doubts.about(barred)) is not None
        ):
            how = "only in part or not surely" if item.recognition.recognised else "not"
            yield own_finding(
                "TW-GOODS-UNKNOWN",
                item.pointer,
                f"“{item.label}” was {how} recognised ({why_in_doubt(doubt)}) and {tie.sentence}.",
                "words",
                item.label,
            )


def own_finding(
    rule: str,
    subject: str,
    fact: str,
    kind: str,
    value: str,
    effect: Effect = Effect.REVIEW,
    *,
    further_citations: tuple[Citation, ...] = (),
    further_evidence: tuple[Evidence, ...] = (),
) -> Finding:
    """Return a finding of a rule of the product on `subject`. Its reason is the fact and the text of the rule."""
    return Finding(
        rule=rule,
        rule_set=RULE_SET,
        family=Family.CATCH_ALL,
        effect=effect,
        authority=AUTHORITY,
        citation=_CITATIONS[rule],
        further_citations=further_citations,
        subject=subject,
        certainty=1.0,
        reason=f"{fact} {RULES[rule]}",
        evidence=(Evidence(kind=kind, subject=subject, value=value, matched=rule), *further_evidence),
    )


_CITATIONS = {
    rule: Citation(
        instrument="Tidewaiter's own rules",
        provision=rule,
        url=f"urn:tidewaiter:rule:{rule}",
        verified=True,
        confidence="V",
    )
    for rule in RULES
}
"""The citation of each rule of the product. Built once: a transfer under much law has many such findings."""
