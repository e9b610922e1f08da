"""Evaluate the signs of a dealing: whether a transfer shows one, where, and with what certainty."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from tidewaiter.rulebook.compiled_rule import CompiledRule, CompiledSign
from tidewaiter.rulebook.law_by_day import DealingFacts
from tidewaiter.rulebook.rules import DesignatedVessel, PartySign
from tidewaiter.screening.case import Case
from tidewaiter.screening.findings import LISTED
from tidewaiter.screening.goods import match_goods
from tidewaiter.screening.nexus.listing_ties import may_have_imo_number
from tidewaiter.screening.nexus.nexus import Nexus
from tidewaiter.screening.nexus.party_ties import OF_GOVERNMENT
from tidewaiter.screening.other_states import is_foreign_government
from tidewaiter.screening.party_hits import PartyHit, authority_of, entry_id, match_certainty
from tidewaiter.screening.subjects import imo_numbers
from tidewaiter_schemas.transfer import Party
from tidewaiter_schemas.verdict import Evidence


@dataclass(frozen=True, slots=True)
class ShownSign:
    """A sign that the transfer shows, at the pointer `subject`. `sentence` completes "this is a payment that ..."."""

    subject: str
    certainty: float
    sentence: str
    evidence: tuple[Evidence, ...]
    doubts: tuple[str, ...] = ()


SURE = 0.70
"""Minimum certainty of goods recognition for a sign to exempt the goods."""
_OF_GOODS = frozenset({"sale", "gift", "donation"})


class MissingSign(Enum):
    """Why a transfer does not show a sign. The values are human-readable sentences."""

    KIND = "it is of another kind"
    WORDS = "no word speaks of what it is about"
    GOODS = "none of the goods is the rule's"
    TIE = "nothing ties it to the country in that direction"
    PARTY = "no party is whom it asks for"
    ONLY_GOODS = "all that moves is goods that it leaves free"


def facts_for_signs(case: Case, nexus: Nexus) -> DealingFacts:
    """Return what the transfer has of what signs ask for, to leave out those that it cannot show."""
    parties = case.transfer.parties
    types = [party.type for party in parties]
    if any(tie.evidence.kind == OF_GOVERNMENT for tie in nexus.by_party.values()):
        types.append("government")
    return DealingFacts(
        kind=case.transfer.kind,
        roles=frozenset([party.role for party in parties]),
        types=frozenset(types),
        directions=frozenset([tie.direction for tie in nexus.ties if tie.direction is not None]),
        tied=bool(nexus.by_party),
        listed=bool(case.hits_by_party),
        numbered=any(map(may_have_imo_number, parties)),
    )


def read_sign(
    compiled_sign: CompiledSign, compiled: CompiledRule, case: Case, nexus: Nexus
) -> Iterator[ShownSign | MissingSign]:
    """Yield where the transfer shows the sign, or why it does not. A sign about a party yields one per party."""
    sign, transfer = compiled_sign.sign, case.transfer
    if sign.kinds and transfer.kind not in sign.kinds:
        yield MissingSign.KIND
        return
    if sign.unless_only_hs and _moves_only(case, sign.unless_only_hs):
        yield MissingSign.ONLY_GOODS
        return
    certainty = sign.certainty
    sentence: list[str] = []
    evidence: list[Evidence] = []
    for subject, phrases in zip(sign.about, compiled_sign.about, strict=True):
        spoken = case.texts.find(phrases)
        if spoken is None:
            yield MissingSign.WORDS
            return
        sentence.append(f"speaks of “{spoken[1]}”")
        evidence.append(Evidence(kind="words", subject=spoken[0], value=spoken[1], matched=subject))
    if compiled.rule.goods is not None:
        found = max(
            ((match, item) for item in case.items if (match := match_goods(compiled, item)) is not None),
            key=lambda found: found[0].certainty,
            default=None,
        )
        if found is None:
            yield MissingSign.GOODS
            return
        match, item = found
        certainty = min(certainty, match.certainty)
        sentence.append(f"is about goods one of which {match.sentence}")
        evidence += match.evidence(item)
    if sign.party is None:
        tie = nexus.for_dealing(compiled.rule.direction)
        if tie is None:
            yield MissingSign.TIE
            return
        yield ShownSign(
            evidence[0].subject if evidence else "/kind",
            min(certainty, tie.certainty),
            " and ".join([*sentence, tie.sentence]),
            (*evidence, tie.evidence),
        )
        return
    roles, types = sign.party.roles, sign.party.types
    for number, party in enumerate(transfer.parties):
        if (roles and party.role not in roles) or (types and not _is_of_type(party, types, nexus, number)):
            yield MissingSign.PARTY
            continue
        taking_part = _takes_part(compiled_sign, sign.party, compiled, case, nexus, number)
        if taking_part is None:
            yield MissingSign.PARTY
        else:
            yield ShownSign(
                f"/parties/{number}",
                min(certainty, taking_part.certainty),
                " and ".join([*sentence, taking_part.sentence]),
                (*evidence, *taking_part.evidence),
                taking_part.doubts,
            )


def _moves_only(case: Case, prefixes: tuple[str, ...]) -> bool:
    """Return whether the transfer moves only goods under these HS prefixes, all of them recognised with certainty."""
    return (
        case.transfer.kind in _OF_GOODS
        and bool(case.items)
        and all(
            recognition.headings
            and not (recognition.unknown_part or recognition.conflict or recognition.invalid_code)
            and all(each.code.startswith(prefixes) and each.certainty >= SURE for each in recognition.headings)
            for recognition in (item.recognition for item in case.items)
        )
    )


def _is_of_type(party: Party, types: Collection[str], nexus: Nexus, number: int) -> bool:
    """Return whether the party has one of `types`. An office of the country counts as government, whatever its type."""
    if party.type in types:
        return True
    tie = nexus.of_party(number) if "government" in types else None
    return tie is not None and tie.evidence.kind == OF_GOVERNMENT


def _takes_part(
    compiled_sign: CompiledSign, sign: PartySign, compiled: CompiledRule, case: Case, nexus: Nexus, number: int
) -> ShownSign | None:
    """Return the sign that this party shows; None when the sign does not describe the party.

    The caller has already compared role and type.
    """
    party, pointer = case.transfer.parties[number], f"/parties/{number}"
    role = party.role.replace("_", " ")
    certainty, doubts = 1.0, tuple[str, ...]()
    sentences: list[str] = []
    evidence: list[Evidence] = []
    if sign.vessels:
        named_vessel = _named_vessel(compiled_sign, party, pointer, case.day)
        if named_vessel is None:
            return None
        vessel, proof = named_vessel
        has = "has" if party.role == "vessel" else f"has a {role} that is"
        sentences.append(f"{has} the named vessel {vessel.name} (IMO {vessel.imo})")
        evidence.append(proof)
        if vessel.confidence == "C":
            doubts = ("that the vessel is on the list is still to be checked",)
    elif sign.listed:
        hit = _listing(sign, nexus.territory.country, case.hits_by_party.get(number, ()), compiled)
        if hit is None:
            return None
        certainty = match_certainty(hit)
        who = "has someone behind it who is" if sign.owners else "is"
        entry = hit.candidate.entry
        sentences.append(f"has a {role} that {who} listed under {entry.id}")
        evidence.append(
            Evidence(
                kind=LISTED,
                subject=hit.subject.pointer,
                value=hit.candidate.query_name,
                matched=entry_id(hit),
            )
        )
    elif sign.of_country:
        tie = nexus.of_party(number)
        if tie is None or (sign.flag and nexus.territory.country not in party.countries):
            return None
        if sign.types and is_foreign_government(party, nexus.territory.country, case.book):
            return None
        certainty = tie.touches
        sentences.append(tie.sentence)
        evidence.append(tie.evidence)
    if compiled_sign.names is not None:
        named = next(
            (
                (place, phrase)
                for place, name in _names(party, pointer, owners=sign.owners)
                if (phrase := compiled_sign.names.find(name))
            ),
            None,
        )
        if named is None:
            return None
        sentences.append(f"names {named[1]}")
        evidence.append(Evidence(kind="name", subject=named[0], value=named[1], matched=named[1]))
    if not sentences:
        sentences.append(f"has a {role}")
        evidence.append(Evidence(kind="role", subject=pointer, value=party.role, matched=party.type))
    return ShownSign(pointer, certainty, " and ".join(sentences), tuple(evidence), doubts)


def _named_vessel(
    compiled_sign: CompiledSign, party: Party, pointer: str, day: date
) -> tuple[DesignatedVessel, Evidence] | None:
    for place, number in imo_numbers(party) if compiled_sign.vessels else ():
        vessel = compiled_sign.vessels.get(number)
        if vessel is not None and vessel.in_force.covers(day):
            subject = f"{pointer}/{place}"
            return vessel, Evidence(kind="identifier", subject=subject, value=number, matched=f"IMO {number}")
    return None


def _listing(sign: PartySign, country: str, hits: tuple[PartyHit, ...], compiled: CompiledRule) -> PartyHit | None:
    """Return the most certain listing that the sign accepts; None without one.

    The authority of the rule must have made the listing, with a measure that the sign names, in respect of `country`.
    """
    found = [
        hit
        for hit in hits
        if hit.subject.is_owner is sign.owners
        and not hit.subject.maker
        and country in hit.candidate.entry.countries
        and authority_of(hit) == compiled.rule_set.jurisdiction
        and not set(sign.listed).isdisjoint(hit.candidate.entry.measures)
    ]
    return max(found, key=lambda hit: hit.candidate.score, default=None)


def _names(party: Party, pointer: str, *, owners: bool) -> Iterator[tuple[str, str]]:
    if owners:
        for number, owner in enumerate(party.owned_by):
            yield f"{pointer}/owned_by/{number}/name", owner.name
        return
    if party.name:
        yield f"{pointer}/name", party.name
    for number, alias in enumerate(party.aliases):
        yield f"{pointer}/aliases/{number}", alias
