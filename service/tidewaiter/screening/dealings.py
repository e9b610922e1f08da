"""Services, money, people and vessels x country x day -> findings.

A dealing has no code. It shows by signs: the kind of the transfer, what its words are about, who takes part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from tidewaiter.rulebook.book import CompiledRule, CompiledSign, RuleBook
from tidewaiter.rulebook.phrases import Phrases, fold
from tidewaiter.rulebook.rules import DesignatedVessel, ExceptionClause, PartySign
from tidewaiter.rulebook.wording import in_force
from tidewaiter.screening.findings import LISTED, finding_of
from tidewaiter.screening.goods import RecognisedItem, match_goods
from tidewaiter.screening.nexus.nexus import Nexus
from tidewaiter.screening.parties import PartyHit, how_surely, imo_numbers
from tidewaiter.screening.trace import Status, Trace, tell_finding
from tidewaiter_schemas.transfer import Party, TransferEvent
from tidewaiter_schemas.verdict import Evidence, Finding


@dataclass(frozen=True, slots=True)
class Shown:
    """A sign that the transfer bears: at `subject`, so surely; `sentence` completes "this is a payment that ..."."""

    subject: str
    certainty: float
    sentence: str
    evidence: tuple[Evidence, ...]
    doubts: tuple[str, ...] = ()


class Lacking(Enum):
    """Why a transfer does not bear a sign."""

    KIND = "it is of another kind"
    WORDS = "no word speaks of what it is about"
    GOODS = "none of the goods is the rule's"
    TIE = "nothing ties it to the country in that direction"
    PARTY = "no party is whom it asks for"


class _Words:
    """The texts of a transfer, folded once, and where in them each set of phrases was found."""

    __slots__ = ("_found", "_texts")

    def __init__(self, transfer: TransferEvent, items: Sequence[RecognisedItem]) -> None:
        self._texts = tuple(_texts(transfer, items))
        self._found: dict[int, tuple[str, str] | None] = {}

    def texts(self) -> Iterator[str]:
        """The texts, folded."""
        return (text for _, text in self._texts)

    def find(self, phrases: Phrases) -> tuple[str, str] | None:
        """Pointer and phrase of the first text that holds one of `phrases`, which live as long as the rule book."""
        key = id(phrases)
        if key not in self._found:
            self._found[key] = next(
                ((pointer, phrase) for pointer, text in self._texts if (phrase := phrases.find_in(text))), None
            )
        return self._found[key]


def find_dealings(
    transfer: TransferEvent,
    nexus: Nexus,
    items: Sequence[RecognisedItem],
    hits: Mapping[int, tuple[PartyHit, ...]],
    day: date,
    book: RuleBook,
    trace: Trace | None = None,
) -> list[Finding]:
    """Every rule on dealings in force on `day` whose signs the transfer bears, in the order of rule ids.

    `hits` has, by number of a party, the list entries that it or its owners may be. `trace` is told why of each rule.
    """
    country = nexus.territory.country
    law = book.law_on_dealings(country, day)
    if trace is not None:
        for compiled in book.dealings.get(country, ()):
            if not compiled.rule.in_force.covers(day):
                trace.tell(compiled, country, Status.NOT_IN_FORCE, why=in_force(compiled.rule.in_force))
    if not law.rules:
        return []
    words = _Words(transfer, items)
    # Without a trace nobody asks why a rule that cannot be met is not.
    asked = (
        law.likely(transfer.kind, words.texts())
        if trace is None
        else ((compiled, compiled.signs) for compiled in law.rules)
    )
    findings = []
    for compiled, signs in asked:
        borne = [borne for sign in signs for borne in _shown(sign, compiled, transfer, nexus, items, hits, words, day)]
        # One finding for each subject, by its surest sign.
        surest: dict[str, Shown] = {}
        for one in borne:
            if isinstance(one, Shown):
                known = surest.get(one.subject)
                if known is None or one.certainty > known.certainty:
                    surest[one.subject] = one
        for shown in surest.values():
            finding = _finding(shown, compiled, transfer, words, day, book)
            if finding.certainty >= book.policy.review_at:
                findings.append(finding)
            if trace is not None:
                tell_finding(trace, compiled, country, finding, book)
        if trace is not None and not surest:
            lacking = dict.fromkeys(one.value for one in borne if isinstance(one, Lacking))
            trace.tell(compiled, country, Status.SIGNS, why="; or ".join(lacking))
    return findings


def _finding(
    shown: Shown,
    compiled: CompiledRule,
    transfer: TransferEvent,
    words: _Words,
    day: date,
    book: RuleBook,
) -> Finding:
    return finding_of(
        compiled,
        book,
        subject=shown.subject,
        certainty=shown.certainty,
        sentence=f"This is a {transfer.kind.replace('_', ' ')} that {shown.sentence}.",
        evidence=shown.evidence,
        exception=_exception(compiled, words, day),
        doubts=shown.doubts,
    )


def _exception(compiled: CompiledRule, words: _Words, day: date) -> ExceptionClause | None:
    for clause, phrases in zip(compiled.rule.exceptions, compiled.exception_words, strict=True):
        if clause.stands_on(day) and words.find(phrases):
            return clause
    return None


def _texts(transfer: TransferEvent, items: Sequence[RecognisedItem]) -> Iterator[tuple[str, str]]:
    for field, text in (("/purpose", transfer.purpose), ("/free_text", transfer.free_text)):
        if text:
            yield field, fold(text)
    for item in items:
        yield from item.texts


def _shown(
    compiled_sign: CompiledSign,
    compiled: CompiledRule,
    transfer: TransferEvent,
    nexus: Nexus,
    items: Sequence[RecognisedItem],
    hits: Mapping[int, tuple[PartyHit, ...]],
    words: _Words,
    day: date,
) -> Iterator[Shown | Lacking]:
    sign = compiled_sign.sign
    if sign.kinds and transfer.kind not in sign.kinds:
        yield Lacking.KIND
        return
    certainty = sign.certainty
    sentence: list[str] = []
    evidence: list[Evidence] = []
    for subject, phrases in zip(sign.about, compiled_sign.about, strict=True):
        spoken = words.find(phrases)
        if spoken is None:
            yield Lacking.WORDS
            return
        sentence.append(f"speaks of “{spoken[1]}”")
        evidence.append(Evidence(kind="words", subject=spoken[0], value=spoken[1], matched=subject))
    if compiled.rule.goods is not None:
        match = max(
            (match for item in items if (match := match_goods(compiled, item)) is not None),
            key=lambda match: match.certainty,
            default=None,
        )
        if match is None:
            yield Lacking.GOODS
            return
        certainty = min(certainty, match.certainty)
        sentence.append(f"is about goods one of which {match.sentence}")
        evidence += match.evidence
    if sign.party is None:
        tie = nexus.for_dealing(compiled.rule.direction)
        if tie is None:
            yield Lacking.TIE
            return
        yield Shown(
            evidence[0].subject if evidence else "/kind",
            min(certainty, tie.certainty),
            " and ".join([*sentence, tie.sentence]),
            (*evidence, tie.evidence),
        )
        return
    roles, types = sign.party.roles, sign.party.types
    for number, party in enumerate(transfer.parties):
        if (roles and party.role not in roles) or (types and party.type not in types):
            yield Lacking.PARTY
            continue
        taking_part = _takes_part(sign.party, compiled_sign, party, number, nexus, hits.get(number, ()), compiled, day)
        if taking_part is None:
            yield Lacking.PARTY
        else:
            yield Shown(
                f"/parties/{number}",
                min(certainty, taking_part.certainty),
                " and ".join([*sentence, taking_part.sentence]),
                (*evidence, *taking_part.evidence),
                taking_part.doubts,
            )


def _takes_part(
    sign: PartySign,
    compiled_sign: CompiledSign,
    party: Party,
    number: int,
    nexus: Nexus,
    hits: tuple[PartyHit, ...],
    compiled: CompiledRule,
    day: date,
) -> Shown | None:
    """How surely this party, of a role and type that the sign asks for, is the one; None when it is not."""
    pointer = f"/parties/{number}"
    role = party.role.replace("_", " ")
    certainty, doubts = 1.0, tuple[str, ...]()
    sentences: list[str] = []
    evidence: list[Evidence] = []
    if sign.vessels:
        named_vessel = _named_vessel(compiled_sign, party, pointer, day)
        if named_vessel is None:
            return None
        vessel, proof = named_vessel
        sentences.append(f"has a {role} that is the named vessel {vessel.name} (IMO {vessel.imo})")
        evidence.append(proof)
        if vessel.confidence == "C":
            doubts = ("that the vessel is on the list is still to be checked",)
    elif sign.listed:
        hit = _listed(sign, nexus.territory.country, hits, compiled)
        if hit is None:
            return None
        certainty = how_surely(hit)
        who = "has someone behind it who is" if sign.owners else "is"
        entry = hit.candidate.entry
        sentences.append(f"has a {role} that {who} listed under {entry.id}")
        evidence.append(
            Evidence(
                kind=LISTED,
                subject=hit.subject.pointer,
                value=hit.candidate.query_name,
                matched=f"{hit.candidate.list.id}:{entry.id}",
            )
        )
    elif sign.of_country:
        tie = nexus.of_party(number)
        if tie is None or (sign.flag and nexus.territory.country not in party.countries):
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
    return Shown(pointer, certainty, " and ".join(sentences), tuple(evidence), doubts)


def _named_vessel(
    compiled_sign: CompiledSign, party: Party, pointer: str, day: date
) -> tuple[DesignatedVessel, Evidence] | None:
    for place, number in imo_numbers(party):
        vessel = compiled_sign.vessels.get(number)
        if vessel is not None and vessel.in_force.covers(day):
            subject = f"{pointer}/identifiers/{place}"
            return vessel, Evidence(kind="identifier", subject=subject, value=number, matched=f"IMO {number}")
    return None


def _listed(sign: PartySign, country: str, hits: tuple[PartyHit, ...], compiled: CompiledRule) -> PartyHit | None:
    """The surest listing by the rule's own authority, under the country's programme, with one of the measures."""
    found = [
        hit
        for hit in hits
        if hit.subject.owner is sign.owners
        and not hit.subject.maker
        and country in hit.candidate.entry.countries
        and (hit.candidate.entry.authority or hit.candidate.list.authority) == compiled.rule_set.jurisdiction
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
