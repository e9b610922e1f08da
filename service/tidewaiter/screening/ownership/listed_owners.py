"""Judge parties by their listed owners: whether the law treats the party as listed, and what is in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tidewaiter.rulebook.country_knowledge import OwnershipRule
from tidewaiter.screening.ownership.chain import (
    Chain,
    Holding,
    OwnershipLink,
    Relation,
    any_part,
    chain_sentence,
    holding,
    more_than_half,
    per_cent,
)
from tidewaiter_schemas.verdict import Citation, Evidence


@dataclass(frozen=True, slots=True)
class OwnerJudgement:
    """The consequence of a listed owner for a party: a sentence, the law, the links of the chain and the doubts."""

    sentence: str
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]
    doubts: list[str]


@dataclass(frozen=True, slots=True)
class ListedOwners:
    """All owners of one party listed by one authority: what they certainly hold of it, and what they may hold."""

    authority: str
    rule: OwnershipRule | None
    surely: Holding
    perhaps: Holding


def listed_owners(listed: Sequence[tuple[Chain, bool]], authority: str, rule: OwnershipRule | None) -> ListedOwners:
    """Return the sum over the owners in `listed`, pairs of the chain to an owner and whether its listing is certain.

    Without a `rule`, ownership goes to review.
    """
    surely = holding((chain for chain, sure in listed if sure), rule.met_by if rule else more_than_half)
    return ListedOwners(authority, rule, surely, holding((chain for chain, _ in listed), any_part))


def judge_owner(party: str, chain: Chain, listed: ListedOwners) -> OwnerJudgement:
    """Return the judgement on the owner at the end of `chain`, one of the `listed` owners of `party`."""
    rule = listed.rule
    sentence = chain_sentence(party, chain)
    if chain[0].relation is Relation.OWNER:
        several = next((held for held in (listed.surely, listed.perhaps) if len(held.carrying) > 1), None)
        if several:
            at_most = "" if several is listed.surely else "at most "
            share = f"{at_most}{per_cent(several.share)}"
            sentence += f" Together, company by company, those on {listed.authority} lists come to {share} of {party}."
        sentence += f" {rule.says}" if rule else ""
    return OwnerJudgement(
        sentence=sentence,
        citations=(_citation(rule),) if rule else (),
        evidence=tuple(_evidence(link) for link in chain),
        doubts=_doubts(chain, listed),
    )


def _doubts(chain: Chain, listed: ListedOwners) -> list[str]:
    authority, rule, surely = listed.authority, listed.rule, listed.surely
    first, carries = chain[0].relation, chain[-1].pointer in surely.carrying
    if first is Relation.PRINCIPAL and carries and (rule or len(chain) == 1):
        return []
    if first is Relation.CONTROL:
        return ["control without ownership is to be judged by a person"]
    if rule is None:
        return [f"how {authority} law treats what a listed person owns is not encoded"]
    if first is Relation.PRINCIPAL or not carries or not rule.met_by(surely.share, surely.largest):
        if any(link.relation is Relation.OWNER and link.share is None for link in chain):
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


def _evidence(link: OwnershipLink) -> Evidence:
    held = "share not stated" if link.share is None else per_cent(link.share)
    return Evidence(
        kind="ownership" if link.relation is Relation.OWNER else str(link.relation),
        subject=link.pointer,
        value=link.name,
        matched=held if link.relation is Relation.OWNER else "no share",
    )
