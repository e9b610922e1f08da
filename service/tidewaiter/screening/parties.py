"""Find listed parties, listed owners of parties, and listed makers of goods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tidewaiter.matching.entry import ListEntry, ListingMeasure
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.policy import DEFAULT_THRESHOLD
from tidewaiter.screening.case import Case
from tidewaiter.screening.finding_keys import key_of
from tidewaiter.screening.ownership.listed_owners import OwnerJudgement, judge_owner, listed_owners
from tidewaiter.screening.party_hits import PartyHit, authority_of, entry_id
from tidewaiter.screening.unknowns import own_finding
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Citation, Effect, Evidence, Family, Finding

BLOCKING = frozenset({ListingMeasure.ASSET_FREEZE, ListingMeasure.VESSEL_BAN})
"""Measures that prohibit any transfer to or from the listed party. All others restrict some dealings, so: review."""

_BARS = {
    ListingMeasure.EXPORT_LIST: "export list: goods, software and technology need a licence, and assets are not frozen",
    ListingMeasure.SECTORAL: "sectoral: some dealings, as in securities or debt, and assets are not frozen",
}
"""What a measure that freezes nothing bars, in words."""


def find_parties(case: Case, excepted: Mapping[tuple[str, str], str]) -> list[Finding]:
    """Return one finding for each subject and entry; owners of one party are judged together.

    `excepted` maps (pointer of the party, list entry) to the exception claimed from that listing.
    """
    book = case.book
    groups: dict[tuple[int, str], list[PartyHit]] = {}
    for hit in case.hits:
        if hit.subject.chain and hit.subject.party is not None:
            groups.setdefault((hit.subject.party, authority_of(hit)), []).append(hit)
    listed = {
        (party, authority): listed_owners(
            [(hit.subject.chain, surely_listed(hit)) for hit in group], authority, book.ownership.get(authority)
        )
        for (party, authority), group in groups.items()
    }
    findings = []
    for hit in case.hits:
        doubts, judgement = _doubts(hit, book, excepted), None
        if hit.subject.chain and hit.subject.party is not None:
            subject = hit.subject
            judgement = judge_owner(subject.party_name, subject.chain, listed[hit.subject.party, authority_of(hit)])
            doubts += judgement.doubts
        findings.append(_finding(hit, case.transfer, doubts, judgement))
    return findings


def find_listed_later(case: Case) -> list[Finding]:
    """Return an `info` finding on each party that was listed after the transfer happened.

    The party was not listed then, so the finding decides nothing. It helps analysts who review past transfers.
    """
    return [
        own_finding(
            "TW-LISTED-LATER",
            hit.subject.pointer,
            f"The {hit.subject.what}: {hit.candidate.sentence} The listing is of {hit.candidate.entry.listed_on}.",
            "listed_on",
            hit.candidate.entry.listed_on or "",
            Effect.INFO,
        ).model_copy(update={"certainty": round(hit.candidate.score, 2)})
        for hit in case.later_hits
    ]


def surely_listed(hit: PartyHit) -> bool:
    """Return whether the match is certain, and the listing prohibits every dealing and is verified or well known."""
    entry = hit.candidate.entry
    return hit.certain and bool(BLOCKING.intersection(entry.measures)) and entry.confidence != "C"


def _doubts(hit: PartyHit, book: RuleBook, excepted: Mapping[tuple[str, str], str]) -> list[str]:
    subject, entry = hit.subject, hit.candidate.entry
    doubts = []
    if not hit.certain:
        doubts.append("the match is not certain")
    if not BLOCKING.intersection(entry.measures):
        doubts.append(_restriction(entry))
    if subject.is_text:
        doubts.append(f"the listed party is named in the {subject.what} only")
    if subject.maker:
        doubts.append("the listed party is named as the maker of the goods only")
    if entry.confidence == "C":
        doubts.append("the listing is still to be checked")
    exception = excepted.get((f"/parties/{subject.party}", entry_id(hit)))
    if exception:
        doubts.append(f"an exception may apply ({exception.rstrip('.')})")
    if not book.policy.binds(authority_of(hit)):
        doubts.append(f"this operator is not bound by {authority_of(hit)} law")
    return doubts


def _restriction(entry: ListEntry) -> str:
    under = f" under {', '.join(entry.programmes)}" if entry.programmes else ""
    if all(measure is ListingMeasure.OTHER for measure in entry.measures):
        return f"what the listing{under} bars is to be looked up"
    measures = ", ".join(_BARS.get(measure, measure.replace("_", " ")) for measure in entry.measures)
    return f"the listing{under} does not bar every dealing ({measures})"


def _finding(
    hit: PartyHit, transfer: TransferEvent, doubts: Sequence[str], judgement: OwnerJudgement | None
) -> Finding:
    subject, candidate = hit.subject, hit.candidate
    key, not_suppressible = key_of(hit, transfer)
    entry, party_list = candidate.entry, candidate.list
    sample = " Sample data, not an official list." if party_list.sample else ""
    reason = f"The {subject.what}: {candidate.sentence}{sample}"
    if judgement:
        reason += f" {judgement.sentence}"
    return Finding(
        rule=entry_id(hit),
        rule_set=party_list.id,
        family=Family.PARTY,
        effect=Effect.REVIEW if doubts else Effect.BLOCK,
        authority=authority_of(hit),
        citation=Citation(
            instrument=entry.instrument or party_list.instrument,
            provision=entry.provision or entry.id,
            url=entry.url or party_list.url,
            verified=entry.confidence == "V",
            confidence=entry.confidence,
        ),
        further_citations=judgement.citations if judgement else (),
        subject=subject.pointer,
        certainty=round(candidate.score, 2),
        reason=reason + (f" For review: {'; '.join(doubts)}." if doubts else ""),
        evidence=(
            *(
                Evidence(kind=feature.name, subject=subject.pointer, value=candidate.query_name, matched=feature.detail)
                for feature in candidate.features
            ),
            *_threshold_evidence(hit),
            *(judgement.evidence if judgement else ()),
        ),
        key=key,
        not_suppressible=not_suppressible,
    )


def _threshold_evidence(hit: PartyHit) -> Iterator[Evidence]:
    """Yield evidence of the thresholds that the operator has configured."""
    if hit.threshold is not DEFAULT_THRESHOLD:
        score = f"{hit.candidate.score:.4f}"
        yield Evidence(kind="threshold", subject=hit.subject.pointer, value=score, matched=str(hit.threshold))
