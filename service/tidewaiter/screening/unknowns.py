"""What is not known about a transfer: review, never clear.

These are the product's own rules, not law. Their ids begin with TW.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening.goods import RecognisedItem
from tidewaiter.screening.nexus.nexus import Nexus, goes_somewhere
from tidewaiter_schemas.transfer import KINDS, TransferEvent
from tidewaiter_schemas.verdict import Citation, Effect, Evidence, Family, Finding

RULE_SET = "tidewaiter"
AUTHORITY = "Tidewaiter"
GOODS_KINDS = frozenset({"sale", "gift", "donation", "loan", "lease"})
"""Kinds of transfer that are about goods, which the goods rules judge whole."""

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
    "TW-FINDINGS-LEFT-OUT": "A verdict tells the strongest thousand; judge the lines of so long a transfer one by one.",
}
"""Every rule of the product's own, and what it says."""


def find_unknowns(
    transfer: TransferEvent, day: date, nexus: tuple[Nexus, ...], items: tuple[RecognisedItem, ...]
) -> list[Finding]:
    """The findings for what is not known or not judged."""
    return list(_unknowns(transfer, day, nexus, items))


def _unknowns(
    transfer: TransferEvent, day: date, nexus: tuple[Nexus, ...], items: tuple[RecognisedItem, ...]
) -> Iterator[Finding]:
    if transfer.kind not in KINDS:
        yield own_finding("TW-KIND-UNKNOWN", "/kind", f"The kind is “{transfer.kind}”.", "kind", transfer.kind)
    if not transfer.parties:
        yield own_finding("TW-PARTIES-UNKNOWN", "/parties", "The transfer names no party.", "parties", "none")
    if not goes_somewhere(transfer) and not any(n.receives() for n in nexus):
        subject = "/route/destination" if transfer.route else ""
        yield own_finding(
            "TW-DESTINATION-UNKNOWN",
            subject,
            "It has no destination and nobody who receives has a country.",
            "destination",
            "unknown",
        )
    # Where few goods are barred, their own rules speak of both readings.
    live = any(day >= n.territory.since and n.territory.doubt_in_part for n in nexus)
    for item in items:
        if item.recognition.conflict:
            yield own_finding(
                "TW-CODE-CONFLICT",
                f"{item.pointer}/hs_code",
                item.recognition.conflict,
                "hs_code",
                item.item.hs_code or "",
                Effect.REVIEW if live else Effect.INFO,
            )


def find_unjudged(
    transfer: TransferEvent,
    nexus: Nexus,
    items: tuple[RecognisedItem, ...],
    dealings: Sequence[Finding],
    day: date,
    book: RuleBook,
) -> list[Finding]:
    """What of the transfer no rule of the country could judge. `dealings` are the findings of its rules on dealings."""
    if day < nexus.territory.since:
        return []
    return [*_dealings(transfer, nexus, dealings, day, book), *_goods(transfer, nexus, items, day, book)]


def _dealings(
    transfer: TransferEvent, nexus: Nexus, dealings: Sequence[Finding], day: date, book: RuleBook
) -> Iterator[Finding]:
    """Services, money and other dealings on which no rule spoke, where the country's measures reach beyond goods."""
    if not book.law_on_dealings(nexus.territory.country, day).rules:
        return
    if transfer.kind not in GOODS_KINDS:
        if not dealings:
            tie = nexus.ties[0]
            what = f"This is a {transfer.kind.replace('_', ' ')} that {tie.sentence}."
            yield own_finding("TW-DEALING-UNKNOWN", "/kind", what, tie.evidence.kind, tie.evidence.value)
        return
    judged = {finding.subject for finding in dealings}
    for number in range(len(transfer.parties)):
        pointer = f"/parties/{number}"
        belonging = nexus.of_party(number)
        if belonging is not None and belonging.direction is None and pointer not in judged:
            what = f"It {belonging.sentence}."
            yield own_finding("TW-DEALING-UNKNOWN", pointer, what, belonging.evidence.kind, belonging.evidence.value)


def _goods(
    transfer: TransferEvent, nexus: Nexus, items: tuple[RecognisedItem, ...], day: date, book: RuleBook
) -> Iterator[Finding]:
    """Goods that go to the country, or come from it, where some goods may not, and are not known well enough."""
    ways = (way for way in (Direction.TO, Direction.FROM) if book.law(nexus.territory.country, way, day).rules)
    tie = next((tie for way in ways if (tie := nexus.best(way)) is not None), None)
    if tie is None:
        return
    if not items and transfer.kind in GOODS_KINDS:
        yield own_finding("TW-GOODS-UNKNOWN", "/items", f"It names no goods and {tie.sentence}.", "items", "none")
    for item in items:
        if item.recognition.invalid_code:
            yield own_finding(
                "TW-CODE-INVALID",
                f"{item.pointer}/hs_code",
                f"“{item.label}” {tie.sentence} with the HS code {item.recognition.invalid_code}.",
                "hs_code",
                item.recognition.invalid_code,
            )
        elif not (item.known if nexus.territory.doubt_in_part else item.recognition.recognised):
            how = "only in part or not surely" if item.recognition.recognised else "not"
            yield own_finding(
                "TW-GOODS-UNKNOWN",
                item.pointer,
                f"“{item.label}” was {how} recognised and {tie.sentence}.",
                "words",
                item.label,
            )


def own_finding(rule: str, subject: str, fact: str, kind: str, value: str, effect: Effect = Effect.REVIEW) -> Finding:
    """A finding of the product's own `rule` on `subject`: the fact, and what the rule says of it."""
    return Finding(
        rule=rule,
        rule_set=RULE_SET,
        family=Family.CATCH_ALL,
        effect=effect,
        authority=AUTHORITY,
        citation=Citation(
            instrument="Tidewaiter's own rules",
            provision=rule,
            url=f"urn:tidewaiter:rule:{rule}",
            verified=True,
            confidence="V",
        ),
        subject=subject,
        certainty=1.0,
        reason=f"{fact} {RULES[rule]}",
        evidence=(Evidence(kind=kind, subject=subject, value=value, matched=rule),),
    )
