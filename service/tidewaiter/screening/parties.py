"""Parties, their owners and the makers of goods -> list entries -> findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from tidewaiter.matching.entry import ListEntry, Measure
from tidewaiter.matching.query import Candidate, PartyQuery
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.policy import DEFAULT_THRESHOLD, MatchThreshold, Policy
from tidewaiter.screening.nexus.nexus import PartyTie
from tidewaiter.screening.nexus.party_ties import behind_certainty
from tidewaiter.screening.ownership.chain import Chain, Holding, Standing, chains_of, holding, more_than_half
from tidewaiter.screening.ownership.listed_owners import Behind, judge_behind, listed_behind
from tidewaiter_schemas.transfer import Identifier, Party, TransferEvent
from tidewaiter_schemas.verdict import Citation, Effect, Evidence, Family, Finding

BLOCKING = frozenset({Measure.ASSET_FREEZE, Measure.VESSEL_BAN})
"""Measures that bar a transfer to or from the listed party outright. The others restrict some dealings: review."""


QUESTION = 0.65
"""How sure anything is at most that rests on a match which is itself for review."""


class Subject(NamedTuple):
    """Someone in the transfer to look up: `what` stands at `pointer`; `party` is the number of the party."""

    pointer: str
    what: str
    query: PartyQuery
    party: int | None = None
    party_name: str = ""
    chain: Chain = ()
    """From the party up to whoever this is, for those who stand behind it."""
    maker: bool = False

    @property
    def owner(self) -> bool:
        """Whether it stands behind a party, rather than being one."""
        return bool(self.chain)


@dataclass(frozen=True, slots=True)
class PartyHit:
    """A subject and one entry it may be."""

    subject: Subject
    candidate: Candidate
    threshold: MatchThreshold = DEFAULT_THRESHOLD

    @property
    def certain(self) -> bool:
        """Whether the score blocks, for this list and type."""
        return self.candidate.score >= self.threshold.block


def subjects_of(transfer: TransferEvent) -> tuple[Subject, ...]:
    """Everyone in the transfer who can be on a list."""
    return tuple(_subjects(transfer))


def hits_of(
    subjects: Sequence[Subject], candidates: Sequence[tuple[Candidate, ...]], day: date, policy: Policy
) -> tuple[PartyHit, ...]:
    """The candidates that were listed on `day` and that the operator's thresholds let through."""
    return tuple(
        PartyHit(subject, candidate, threshold)
        for subject, found in zip(subjects, candidates, strict=True)
        for candidate in found
        if listed_on(candidate.entry, day)
        and candidate.score >= (threshold := policy.match_threshold(candidate.list.id, candidate.entry.type)).review
    )


def listed_on(entry: ListEntry, day: date) -> bool:
    """Whether `entry` was listed on `day`. An entry without a date of listing always was: the list stands as loaded."""
    iso = day.isoformat()
    if entry.listed_on is not None and iso < entry.listed_on[:10]:
        return False
    return entry.delisted_on is None or iso < entry.delisted_on[:10]


def how_surely(hit: PartyHit) -> float:
    """How surely the party is the listed one, for what follows from it: a match that is a question makes no answer."""
    score = hit.candidate.score
    return score if hit.certain else min(score, QUESTION)


def party_ties(hits: Sequence[PartyHit]) -> dict[int, tuple[PartyTie, ...]]:
    """By number of the party, the countries under whose measures it is listed, or someone who stands behind it."""
    ties: dict[int, tuple[PartyTie, ...]] = {}
    by_country: dict[tuple[int, str], list[PartyHit]] = {}
    for hit in hits:
        if hit.subject.party is not None:
            for country in hit.candidate.entry.countries:
                by_country.setdefault((hit.subject.party, country), []).append(hit)
    for (number, country), group in by_country.items():
        owned = holding((hit.subject.chain for hit in group), more_than_half)
        new = tuple(_party_tie(hit, country, owned) for hit in group)
        ties[number] = ties.get(number, ()) + new
    return ties


def _party_tie(hit: PartyHit, country: str, owned: Holding) -> PartyTie:
    subject, score = hit.subject, how_surely(hit)
    listed_as = _listed_as(hit)
    if not subject.chain:
        return PartyTie(country, listed_as, score)
    most, how = behind_certainty(subject.chain, owned)
    whose = f"a party {how} by someone"
    return PartyTie(country, listed_as, min(score, most), subject.pointer, subject.chain[-1].name, whose)


def hits_by_party(hits: Sequence[PartyHit]) -> dict[int, tuple[PartyHit, ...]]:
    """By number of the party, the entries that it or its owners may be."""
    by_party: dict[int, tuple[PartyHit, ...]] = {}
    for hit in hits:
        if hit.subject.party is not None:
            by_party[hit.subject.party] = (*by_party.get(hit.subject.party, ()), hit)
    return by_party


def imo_numbers(party: Party) -> Iterator[tuple[int, str]]:
    """The IMO numbers a party gives, with the place of each among its identifiers."""
    for place, identifier in enumerate(party.identifiers):
        if identifier.type == "imo":
            yield place, "".join(letter for letter in identifier.value if letter.isdigit())


def vessel_ties(transfer: TransferEvent, day: date, book: RuleBook) -> dict[int, tuple[PartyTie, ...]]:
    """By number of the party, the countries under whose measures the vessel was named on `day`."""
    ties: dict[int, tuple[PartyTie, ...]] = {}
    for number, party in enumerate(transfer.parties):
        named = {
            country: PartyTie(country, f"IMO {imo} ({vessel.name})", 1.0)
            for _, imo in imo_numbers(party)
            for country, vessel in book.vessels.get(imo, ())
            if vessel.in_force.covers(day)
        }
        if named:
            ties[number] = tuple(named.values())
    return ties


def find_parties(
    hits: Sequence[PartyHit], book: RuleBook, excepted: Mapping[tuple[str, str], str] | None = None
) -> list[Finding]:
    """One finding for each subject and entry; whoever stands behind a party is judged with the others who do.

    `excepted` has, by party and listing, the exception claimed from it.
    """
    groups: dict[tuple[int, str], list[PartyHit]] = {}
    for hit in hits:
        if hit.subject.chain and hit.subject.party is not None:
            groups.setdefault((hit.subject.party, _authority(hit)), []).append(hit)
    listed = {
        (party, authority): listed_behind(
            [(hit.subject.chain, surely_listed(hit)) for hit in group], authority, book.ownership.get(authority)
        )
        for (party, authority), group in groups.items()
    }
    findings = []
    for hit in hits:
        weaker, behind = _doubts(hit, book, excepted or {}), None
        if hit.subject.chain and hit.subject.party is not None:
            subject = hit.subject
            behind = judge_behind(subject.party_name, subject.chain, listed[hit.subject.party, _authority(hit)])
            weaker += behind.doubts
        findings.append(_finding(hit, weaker, behind))
    return findings


def surely_listed(hit: PartyHit) -> bool:
    """Whether the match is certain, and the listing one that bars every dealing and is not still to be checked."""
    entry = hit.candidate.entry
    return hit.certain and bool(BLOCKING.intersection(entry.measures)) and entry.confidence != "C"


def _subjects(transfer: TransferEvent) -> Iterator[Subject]:
    for number, party in enumerate(transfer.parties):
        names = (party.name, *party.aliases) if party.name else party.aliases
        yield Subject(
            f"/parties/{number}",
            party.role.replace("_", " "),
            PartyQuery(
                names=names,
                type=party.type,
                birth_date=party.birth_date,
                countries=party.countries,
                identifiers=_identifiers(party.identifiers),
            ),
            party=number,
        )
        for behind, chain in chains_of(party, f"/parties/{number}"):
            yield Subject(
                chain[-1].pointer,
                _position(chain, party.role.replace("_", " ")),
                PartyQuery(
                    names=(behind.name,),
                    type=behind.type,
                    countries=behind.countries,
                    identifiers=_identifiers(behind.identifiers),
                ),
                party=number,
                party_name=party.name or f"the {party.role.replace('_', ' ')}",
                chain=chain,
            )
    for number, item in enumerate(transfer.items):
        if item.manufacturer:
            query = PartyQuery(names=(item.manufacturer,), type="organisation")
            yield Subject(f"/items/{number}/manufacturer", "maker of the goods", query, maker=True)


def _identifiers(identifiers: Sequence[Identifier]) -> tuple[tuple[str, str, str | None], ...]:
    return tuple((identifier.type, identifier.value, identifier.country) for identifier in identifiers)


def _position(chain: Chain, role: str) -> str:
    standing, direct = chain[0].standing, len(chain) == 1
    if standing is Standing.OWNER:
        return f"owner of the {role}" if direct else f"owner up the chain of the {role}"
    behind = f"one who controls the {role}" if standing is Standing.CONTROL else f"one for whom the {role} acts"
    return behind if direct else f"owner up the chain of {behind}"


def _listed_as(hit: PartyHit) -> str:
    return f"{hit.candidate.list.id}:{hit.candidate.entry.id}"


def _authority(hit: PartyHit) -> str:
    return hit.candidate.entry.authority or hit.candidate.list.authority


def _doubts(hit: PartyHit, book: RuleBook, excepted: Mapping[tuple[str, str], str]) -> list[str]:
    subject, entry = hit.subject, hit.candidate.entry
    weaker = []
    if not hit.certain:
        weaker.append("the match is not certain")
    if not BLOCKING.intersection(entry.measures):
        weaker.append(_bars_some(entry))
    if subject.maker:
        weaker.append("the listed party is named as the maker of the goods only")
    if entry.confidence == "C":
        weaker.append("the listing is still to be checked")
    exception = excepted.get((f"/parties/{subject.party}", _listed_as(hit)))
    if exception:
        weaker.append(f"an exception may apply ({exception.rstrip('.')})")
    if not book.policy.binds(_authority(hit)):
        weaker.append(f"this operator is not bound by {_authority(hit)} law")
    return weaker


def _bars_some(entry: ListEntry) -> str:
    under = f" under {', '.join(entry.programmes)}" if entry.programmes else ""
    if all(measure is Measure.OTHER for measure in entry.measures):
        return f"what the listing{under} bars is to be looked up"
    measures = ", ".join(measure.replace("_", " ") for measure in entry.measures)
    return f"the listing{under} does not bar every dealing ({measures})"


def _finding(hit: PartyHit, weaker: Sequence[str], behind: Behind | None) -> Finding:
    subject, candidate = hit.subject, hit.candidate
    entry, party_list = candidate.entry, candidate.list
    sample = " Sample data, not an official list." if party_list.sample else ""
    reason = f"The {subject.what}: {candidate.sentence}{sample}"
    if behind:
        reason += f" {behind.sentence}"
    return Finding(
        rule=_listed_as(hit),
        rule_set=party_list.id,
        family=Family.PARTY,
        effect=Effect.REVIEW if weaker else Effect.BLOCK,
        authority=_authority(hit),
        citation=Citation(
            instrument=entry.instrument or party_list.instrument,
            provision=entry.provision or entry.id,
            url=entry.url or party_list.url,
            verified=entry.confidence == "V",
            confidence=entry.confidence,
        ),
        further_citations=behind.citations if behind else (),
        subject=subject.pointer,
        certainty=round(candidate.score, 2),
        reason=reason + (f" For review: {'; '.join(weaker)}." if weaker else ""),
        evidence=(
            *(
                Evidence(kind=feature.name, subject=subject.pointer, value=candidate.query_name, matched=feature.detail)
                for feature in candidate.features
            ),
            *_threshold_evidence(hit),
            *(behind.evidence if behind else ()),
        ),
    )


def _threshold_evidence(hit: PartyHit) -> Iterator[Evidence]:
    """The thresholds, where the operator has set its own."""
    if hit.threshold is not DEFAULT_THRESHOLD:
        score = f"{hit.candidate.score:.4f}"
        yield Evidence(kind="threshold", subject=hit.subject.pointer, value=score, matched=str(hit.threshold))
