"""What a listing of someone behind a party means for the party: whose it counts as by law, and what is in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tidewaiter.rulebook.country_knowledge import OwnershipRule
from tidewaiter.screening.ownership.chain import (
    Chain,
    Holding,
    Link,
    Standing,
    any_part,
    holding,
    more_than_half,
    per_cent,
    spoken,
)
from tidewaiter_schemas.verdict import Citation, Evidence


@dataclass(frozen=True, slots=True)
class Behind:
    """What is said of it: in a sentence, by which law, on which links of the chain, and why it is not settled."""

    sentence: str
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]
    doubts: list[str]


@dataclass(frozen=True, slots=True)
class ListedBehind:
    """All whom one authority has listed behind one party: what they surely hold of it, and what they may."""

    authority: str
    rule: OwnershipRule | None
    surely: Holding
    perhaps: Holding


def listed_behind(listed: Sequence[tuple[Chain, bool]], authority: str, rule: OwnershipRule | None) -> ListedBehind:
    """`listed` has the chain to each, and whether it is surely listed. Without a `rule` ownership is for review."""
    surely = holding((chain for chain, sure in listed if sure), rule.met_by if rule else more_than_half)
    return ListedBehind(authority, rule, surely, holding((chain for chain, _ in listed), any_part))


def judge_behind(party: str, chain: Chain, listed: ListedBehind) -> Behind:
    """Judge the one at the end of `chain` as one of those `listed` behind `party`."""
    rule = listed.rule
    sentence = spoken(party, chain)
    if chain[0].standing is Standing.OWNER:
        several = next((held for held in (listed.surely, listed.perhaps) if len(held.carrying) > 1), None)
        if several:
            at_most = "" if several is listed.surely else "at most "
            share = f"{at_most}{per_cent(several.share)}"
            sentence += f" Together, company by company, those on {listed.authority} lists come to {share} of {party}."
        sentence += f" {rule.says}" if rule else ""
    return Behind(
        sentence=sentence,
        citations=(_citation(rule),) if rule else (),
        evidence=tuple(_evidence(link) for link in chain),
        doubts=_doubts(chain, listed),
    )


def _doubts(chain: Chain, listed: ListedBehind) -> list[str]:
    authority, rule, surely = listed.authority, listed.rule, listed.surely
    first, carries = chain[0].standing, chain[-1].pointer in surely.carrying
    if first is Standing.PRINCIPAL and carries and (rule or len(chain) == 1):
        return []
    if first is Standing.CONTROL:
        return ["control without ownership is to be judged by a person"]
    if rule is None:
        return [f"how {authority} law treats what a listed person owns is not encoded"]
    if first is Standing.PRINCIPAL or not carries or not rule.met_by(surely.share, surely.largest):
        if any(link.standing is Standing.OWNER and link.share is None for link in chain):
            return [f"a share in the chain is not stated, and {authority} law asks for {rule.threshold}"]
        return [f"the share that listed owners surely hold is not {rule.threshold}, as {authority} law asks"]
    return ["the threshold of ownership is still to be checked"] if rule.confidence == "C" else []


def _citation(rule: OwnershipRule) -> Citation:
    return Citation(
        instrument=rule.instrument,
        provision=rule.provision,
        url=rule.url,
        verified=rule.confidence == "V",
        confidence=rule.confidence,
    )


def _evidence(link: Link) -> Evidence:
    held = "share not stated" if link.share is None else per_cent(link.share)
    return Evidence(
        kind="ownership" if link.standing is Standing.OWNER else str(link.standing),
        subject=link.pointer,
        value=link.name,
        matched=held if link.standing is Standing.OWNER else "no share",
    )
