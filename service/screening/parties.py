"""Parties, their owners and the makers of goods -> list entries -> findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schemas.transfer import Identifier, Party, TransferEvent
from schemas.verdict import Citation, Effect, Evidence, Family, Finding
from service.matching.entry import ListEntry, Measure
from service.matching.policy import BLOCK
from service.matching.query import Candidate, PartyQuery
from service.rulebook.book import RuleBook
from service.screening.nexus import PartyTie

BLOCKING = frozenset({Measure.ASSET_FREEZE, Measure.VESSEL_BAN})
"""Measures that bar a transfer to or from the listed party outright. The others restrict some dealings: review."""

MAJORITY = Decimal(50)
"""Per cent of ownership from which the owner's listing is treated as the party's own."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Someone in the transfer to look up: `what` stands at `pointer`; `party` is the number of the party."""

    pointer: str
    what: str
    query: PartyQuery
    party: int | None = None
    share: Decimal | None = None
    owner: bool = False
    maker: bool = False


@dataclass(frozen=True, slots=True)
class PartyHit:
    """A subject and one entry it may be."""

    subject: Subject
    candidate: Candidate


def subjects_of(transfer: TransferEvent) -> tuple[Subject, ...]:
    """Everyone in the transfer who can be on a list."""
    return tuple(_subjects(transfer))


def hits_of(
    subjects: Sequence[Subject], candidates: Sequence[tuple[Candidate, ...]], day: date
) -> tuple[PartyHit, ...]:
    """The candidates that were listed on `day`."""
    return tuple(
        PartyHit(subject, candidate)
        for subject, found in zip(subjects, candidates, strict=True)
        for candidate in found
        if listed_on(candidate.entry, day)
    )


def listed_on(entry: ListEntry, day: date) -> bool:
    """Whether `entry` was listed on `day`. An entry without a date of listing always was: the list stands as loaded."""
    iso = day.isoformat()
    if entry.listed_on is not None and iso < entry.listed_on[:10]:
        return False
    return entry.delisted_on is None or iso < entry.delisted_on[:10]


def party_ties(hits: Sequence[PartyHit]) -> dict[int, tuple[PartyTie, ...]]:
    """By number of the party, the countries under whose measures it is listed."""
    ties: dict[int, tuple[PartyTie, ...]] = {}
    for hit in hits:
        number = hit.subject.party
        if number is None or hit.subject.maker:
            continue
        entry = hit.candidate.entry
        listed_as = f"{hit.candidate.list.id}:{entry.id}"
        new = tuple(PartyTie(country, listed_as, hit.candidate.score) for country in entry.countries)
        ties[number] = ties.get(number, ()) + new
    return ties


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
    """One finding for each subject and entry. `excepted` has, by party and listing, the exception claimed from it."""
    return [_finding(hit, book, excepted or {}) for hit in hits]


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
        for place, owner in enumerate(party.owned_by):
            yield Subject(
                f"/parties/{number}/owned_by/{place}",
                f"owner of the {party.role.replace('_', ' ')}",
                PartyQuery(names=(owner.name,), identifiers=_identifiers(owner.identifiers)),
                party=number,
                share=owner.share,
                owner=True,
            )
    for number, item in enumerate(transfer.items):
        if item.manufacturer:
            query = PartyQuery(names=(item.manufacturer,), type="organisation")
            yield Subject(f"/items/{number}/manufacturer", "maker of the goods", query, maker=True)


def _identifiers(identifiers: Sequence[Identifier]) -> tuple[tuple[str, str, str | None], ...]:
    return tuple((identifier.type, identifier.value, identifier.country) for identifier in identifiers)


def _finding(hit: PartyHit, book: RuleBook, excepted: Mapping[tuple[str, str], str]) -> Finding:
    subject, candidate = hit.subject, hit.candidate
    entry, party_list = candidate.entry, candidate.list
    authority = entry.authority or party_list.authority
    weaker = []
    if candidate.score < BLOCK:
        weaker.append("the match is not certain")
    if not BLOCKING.intersection(entry.measures):
        measures = ", ".join(str(measure).replace("_", " ") for measure in entry.measures)
        weaker.append(f"the listing does not bar every dealing ({measures})")
    if subject.maker:
        weaker.append("the listed party is named as the maker of the goods only")
    if subject.owner and (subject.share is None or subject.share < MAJORITY):
        weaker.append("the share that the listed owner holds is unknown or under half")
    if entry.confidence == "C":
        weaker.append("the listing is still to be checked")
    exception = excepted.get((f"/parties/{subject.party}", f"{party_list.id}:{entry.id}"))
    if exception:
        weaker.append(f"an exception may apply ({exception.rstrip('.')})")
    if not book.policy.binds(authority):
        weaker.append(f"this operator is not bound by {authority} law")
    sample = " Sample data, not an official list." if party_list.sample else ""
    reason = f"The {subject.what}: {candidate.sentence}{sample}"
    return Finding(
        rule=f"{party_list.id}:{entry.id}",
        rule_set=party_list.id,
        family=Family.PARTY,
        effect=Effect.REVIEW if weaker else Effect.BLOCK,
        authority=authority,
        citation=Citation(
            instrument=entry.instrument or party_list.instrument,
            provision=entry.provision or entry.id,
            url=entry.url or party_list.url,
            verified=entry.confidence == "V",
            confidence=entry.confidence,
        ),
        subject=subject.pointer,
        certainty=round(candidate.score, 2),
        reason=reason + (f" For review: {'; '.join(weaker)}." if weaker else ""),
        evidence=tuple(
            Evidence(kind=feature.name, subject=subject.pointer, value=candidate.query_name, matched=feature.detail)
            for feature in candidate.features
        ),
    )
