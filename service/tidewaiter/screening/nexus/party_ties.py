"""Find ties of a party to sanctioned countries: by its names, identifiers, residence, flags, listings and owners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.gazetteer import MentionKind
from tidewaiter.rulebook.phrases import fold
from tidewaiter.screening.nexus.certainties import (
    ADDRESS,
    ADDRESS_ELSEWHERE,
    CONTROLLED,
    FORMER_FLAG,
    GOVERNMENT,
    GOVERNMENT_OFFICE,
    OWNED,
    OWNED_ELSEWHERE,
    OWNED_IN_PART,
    PAPERS,
    PASSING,
    PERHAPS_PLACE,
    PERSON_AT_BORDER,
    PERSON_ELSEWHERE,
    PLACE_IN_NAME,
    RECIPIENT_BODY,
    RECIPIENT_PERSON,
    SURELY,
)
from tidewaiter.screening.nexus.tie import RECIPIENTS, SUPPLIERS, ListingTie, Tie, direction_of
from tidewaiter.screening.nexus.transfer_reader import NAMED, TransferReader, words_evidence
from tidewaiter.screening.ownership.chain import WHOLE, Chain, Holding, Relation, chains_of, holding, more_than_half
from tidewaiter_schemas.transfer import ROLES, Connected, Identifier, Party
from tidewaiter_schemas.verdict import Evidence

BODIES = frozenset({"organisation", "vessel", "aircraft"})
OF_GOVERNMENT = "government"
"""Evidence kind: the party is the government of a country, or an office of it."""
ISSUED = frozenset({"passport", "national_id", "registration", "tax_id"})
"""Identifier types that a country issues to its own nationals and companies."""


_IN_NAMES_OF_PERSONS = frozenset({MentionKind.PLACE, MentionKind.BODY})


def ties_of_party(reader: TransferReader, party: Party, pointer: str, listings: Sequence[ListingTie]) -> Iterator[Tie]:
    """Yield every tie of the party at `pointer` to a sanctioned country. `listings` are its ties by listings."""
    yield from _name_ties(reader, party, pointer)
    yield from _country_ties(reader, party, pointer)
    if party.address:
        yield from _address_ties(reader, party, pointer)
    if party.identifiers:
        yield from _identifier_ties(reader, party, pointer)
    if party.owned_by or party.controlled_by or party.acting_for:
        yield from _owner_ties(reader, party, pointer)
    for listing in listings:
        if listing.country in reader.territories:
            yield _listing_tie(reader, party, pointer, listing)


def may_be_tied(reader: TransferReader, party: Party) -> bool:
    """Return whether `ties_of_party` may yield a tie of a party that is not listed. Most parties have none."""
    return bool(
        party.address
        or party.identifiers
        or party.aliases
        or party.former_flags
        or party.owned_by
        or party.controlled_by
        or party.acting_for
        or party.residence in reader.territories
        or not reader.territories.keys().isdisjoint(party.countries)
        or reader.names_a_country(party.name)
    )


def _name_ties(reader: TransferReader, party: Party, pointer: str) -> Iterator[Tie]:
    for name_pointer, name in names_of(party, pointer):
        for mention in reader.mentions_in(name):
            country, called = mention.country, reader.name_of(mention.country)
            office = mention.kind is MentionKind.NAME and reader.book.offices.find(name)
            if mention.kind is MentionKind.HEAD and _may_be_head(party, name, mention.phrase):
                yield _tie(
                    party,
                    country,
                    GOVERNMENT,
                    f"{_verb(party)} one who has the name of the head of State of {called}",
                    Evidence(kind="head_of_state", subject=name_pointer, value=name, matched=mention.phrase),
                )
            if mention.kind is MentionKind.GOVERNMENT or office:
                yield _tie(
                    party,
                    country,
                    GOVERNMENT_OFFICE if office else GOVERNMENT,
                    f"{_verb(party)} the government of {called}",
                    Evidence(kind=OF_GOVERNMENT, subject=name_pointer, value=name, matched=office or mention.phrase),
                )
            if mention.kind in NAMED and not (
                mention.kind in _IN_NAMES_OF_PERSONS and _namesake(reader, party, country)
            ):
                certainty = _unless_elsewhere(party, country, ADDRESS_ELSEWHERE, ADDRESS)
                if mention.kind in _IN_NAMES_OF_PERSONS and party.type not in BODIES:
                    certainty = min(certainty, PLACE_IN_NAME)
                sentence = f"{_verb(party)} a party that names {mention.phrase}"
                yield _tie(party, country, certainty, sentence, words_evidence(name_pointer, mention))


def _country_ties(reader: TransferReader, party: Party, pointer: str) -> Iterator[Tie]:
    for country in party.countries:
        if country in reader.territories:
            yield _tie(
                party,
                country,
                _nationality_certainty(reader, party.type, country, party.residence),
                f"{_verb(party)} {_type_phrase(party.type)} of {reader.name_of(country)}",
                Evidence(kind="party_country", subject=f"{pointer}/countries", value=country, matched=country),
                SURELY,
            )
    home = party.residence
    if home is not None and home in reader.territories and home not in party.countries:
        yield _tie(
            party,
            home,
            _nationality_certainty(reader, party.type, home, home),
            f"{_verb(party)} {_type_phrase(party.type)} that is at home in {reader.name_of(home)}",
            Evidence(kind="residence", subject=f"{pointer}/residence", value=home, matched=home),
            SURELY,
        )
    for number, flag in enumerate(party.former_flags):
        if flag in reader.territories:
            yield _tie(
                party,
                flag,
                FORMER_FLAG,
                f"{_verb(party)} {_type_phrase(party.type)} that bore the flag of {reader.name_of(flag)}",
                Evidence(kind="former_flag", subject=f"{pointer}/former_flags/{number}", value=flag, matched=flag),
            )


def _address_ties(reader: TransferReader, party: Party, pointer: str) -> Iterator[Tie]:
    for mention in reader.mentions_in(party.address):
        country = mention.country
        if mention.kind in NAMED or mention.kind is MentionKind.GOVERNMENT:
            agrees = any(reader.book.regions.agrees(country, own, party.address or "") for own in party.countries)
            certainty = ADDRESS if agrees else _unless_elsewhere(party, country, ADDRESS_ELSEWHERE, ADDRESS)
            sentence = f"{_verb(party)} a party that names {mention.phrase}"
            yield _tie(party, country, certainty, sentence, words_evidence(f"{pointer}/address", mention))
        elif mention.kind is MentionKind.AMBIGUOUS and not party.countries and not reader.destination_known():
            sentence = f"{_verb(party)} a party that names {mention.phrase}, which may be {reader.name_of(country)}"
            yield _tie(party, country, PERHAPS_PLACE, sentence, words_evidence(f"{pointer}/address", mention))
    for region, code, known in reader.book.regions.coded(party.address or "", party.countries):
        if region in reader.territories:
            evidence = Evidence(kind="words", subject=f"{pointer}/address", value=code, matched=region)
            sentence = f"{_verb(party)} a party at {code}, {reader.name_of(region)}"
            yield _tie(party, region, ADDRESS if known else ADDRESS_ELSEWHERE, sentence, evidence)


def _identifier_ties(reader: TransferReader, party: Party, pointer: str) -> Iterator[Tie]:
    for number, identifier in enumerate(party.identifiers):
        country = issuing_country(identifier, reader.book)
        if country is not None and country in reader.territories and country not in party.countries:
            yield _tie(
                party,
                country,
                _unless_elsewhere(party, country, ADDRESS_ELSEWHERE, PAPERS),
                f"{_verb(party)} a party with a {identifier.type.replace('_', ' ')} of {reader.name_of(country)}",
                Evidence(
                    kind="identifier",
                    subject=f"{pointer}/identifiers/{number}",
                    value=identifier.value,
                    matched=country,
                ),
                PAPERS,
            )


def issuing_country(identifier: Identifier, book: RuleBook) -> str | None:
    """Return the country that issued an identifier; None when unknown.

    For a document it is the stated country. A BIC has it in letters five and six, an MMSI in the first three digits.
    """
    if identifier.type in ISSUED:
        return identifier.country
    value = identifier.value.replace(" ", "").upper()
    if identifier.type == "bic":
        return value[4:6] if len(value) in (8, 11) else None
    return book.maritime_ids.get(value[:3]) if identifier.type == "mmsi" else None


def _owner_ties(reader: TransferReader, party: Party, pointer: str) -> Iterator[Tie]:
    """Yield a tie for each owner, controller and principal of a sanctioned country. Owners' shares are summed."""
    by_country: dict[str, list[tuple[Connected, Chain]]] = {}
    for one, chain in chains_of(party, pointer):
        for country in _countries_of(reader, one):
            by_country.setdefault(country, []).append((one, chain))
    for country, group in by_country.items():
        held = holding((chain for _, chain in group), more_than_half)
        for owner, chain in group:
            certainty, how = owner_certainty(chain, held)
            if chain[0].relation is Relation.PRINCIPAL and certainty == SURELY:
                relation = "acts for"
                certainty = _nationality_certainty(reader, owner.type, country)
            else:
                relation = f"is {how} by"
                if certainty == OWNED:
                    certainty = _unless_elsewhere(party, country, OWNED_ELSEWHERE, OWNED)
            yield _tie(
                party,
                country,
                certainty,
                f"{_verb(party)} a party that {relation} {_type_phrase(owner.type)} of {reader.name_of(country)}",
                Evidence(kind="behind", subject=chain[-1].pointer, value=owner.name, matched=country),
                OWNED if how == "owned" else None,
            )


def owner_certainty(chain: Chain, held: Holding) -> tuple[float, str]:
    """Return the certainty that goods reach the owner at the end of `chain`, and the participle for its relation."""
    carries = chain[-1].pointer in held.carrying
    if chain[0].relation is Relation.CONTROL:
        return CONTROLLED, "controlled"
    if chain[0].relation is Relation.PRINCIPAL:
        return (SURELY, "directed") if carries else (OWNED_IN_PART, "directed")
    return (OWNED, "owned") if carries and held.share > WHOLE / 2 else (OWNED_IN_PART, "owned in part")


def _countries_of(reader: TransferReader, owner: Connected) -> list[str]:
    countries = [country for country in owner.countries if country in reader.territories]
    for mention in reader.mentions_in(owner.name):
        named = mention.kind in (MentionKind.NAME, MentionKind.GOVERNMENT) or (
            mention.kind in _IN_NAMES_OF_PERSONS and owner.type != "person"
        )
        if named and mention.country not in countries:
            countries.append(mention.country)
    return countries


def _listing_tie(reader: TransferReader, party: Party, pointer: str, listing: ListingTie) -> Tie:
    return _tie(
        party,
        listing.country,
        min(GOVERNMENT, listing.certainty),
        f"{_verb(party)} {listing.subject} listed under the measures on {reader.name_of(listing.country)}",
        Evidence(
            kind="listed_party",
            subject=listing.pointer or f"{pointer}/name",
            value=listing.name or party.name or "",
            matched=listing.listed_as,
        ),
    )


def _tie(
    party: Party, country: str, certainty: float, sentence: str, evidence: Evidence, touches: float | None = None
) -> Tie:
    direction = direction_of(party)
    touches = certainty if touches is None else touches
    if direction is None:
        certainty = min(certainty, PASSING if party.role in ROLES else PERSON_ELSEWHERE)
    return Tie(country, direction, certainty, touches, sentence, evidence)


def _nationality_certainty(reader: TransferReader, kind: str, country: str, home: str | None = None) -> float:
    if kind == "government":
        return GOVERNMENT
    if kind in BODIES:
        return RECIPIENT_BODY
    delivered_elsewhere = reader.destination not in (None, country)
    lives_elsewhere = home not in (None, country)
    if not delivered_elsewhere and not lives_elsewhere:
        return RECIPIENT_PERSON
    if home == country or (delivered_elsewhere and reader.hubs(country)):
        return PERSON_AT_BORDER
    return PERSON_ELSEWHERE


def _unless_elsewhere(party: Party, country: str, elsewhere: float, otherwise: float) -> float:
    """Return `elsewhere` when the party states a country other than `country`, else `otherwise`."""
    return elsewhere if any(other != country for other in party.countries) else otherwise


def _namesake(reader: TransferReader, party: Party, country: str) -> bool:
    """Return whether a place of `country` in the name proves nothing: 평양면옥 in Seoul, Rajin Patel of London."""
    if party.type == "person":
        return bool(party.countries) and country not in party.countries
    shared = reader.book.namesakes.get(country, frozenset())
    return bool(party.countries) and shared.issuperset(party.countries)


def names_of(party: Party, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield the names of a party, each with its pointer."""
    if party.name:
        yield f"{pointer}/name", party.name
    for number, alias in enumerate(party.aliases):
        yield f"{pointer}/aliases/{number}", alias


def _may_be_head(party: Party, name: str, head: str) -> bool:
    """Return whether the party has the name of the head of State, and no fact that shows it to be a namesake."""
    return fold(name) == fold(head) and not party.countries and party.birth_date is None


def _verb(party: Party) -> str:
    if party.role in RECIPIENTS:
        return "goes to"
    return "comes from" if party.role in SUPPLIERS else "involves"


def _type_phrase(kind: str) -> str:
    if kind in ("organisation", "aircraft"):
        return f"an {kind}"
    return f"a {kind}" if kind in ("person", "government", "vessel") else "a party"
