"""By what a party belongs to a sanctioned country: its name, papers, home, flag, listing, and who stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tidewaiter.rulebook.gazetteer import Said
from tidewaiter.screening.nexus.tie import (
    ADDRESS,
    ADDRESS_ELSEWHERE,
    CONTROLLED,
    FORMER_FLAG,
    GOVERNMENT,
    GOVERNMENT_OFFICE,
    NAMED,
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
    RECIPIENTS,
    SUPPLIERS,
    SURELY,
    PartyTie,
    Reading,
    Tie,
    direction_of,
    words,
)
from tidewaiter.screening.ownership.chain import WHOLE, Chain, Holding, Standing, chains_of, holding, more_than_half
from tidewaiter_schemas.transfer import ROLES, Connected, Identifier, Party
from tidewaiter_schemas.verdict import Evidence

BODIES = frozenset({"organisation", "vessel", "aircraft"})
ISSUED = frozenset({"passport", "national_id", "registration", "tax_id"})
"""Identifiers that a country gives to its own."""


def ties_of_party(reading: Reading, party: Party, pointer: str, listed: Sequence[PartyTie]) -> Iterator[Tie]:
    """Every tie by which `party`, at `pointer`, belongs to a territory. `listed` is what lists know of it."""
    yield from _names(reading, party, pointer)
    yield from _countries(reading, party, pointer)
    if party.address:
        yield from _address(reading, party, pointer)
    if party.identifiers:
        yield from _papers(reading, party, pointer)
    if party.owned_by or party.controlled_by or party.acting_for:
        yield from _behind(reading, party, pointer)
    for known in listed:
        if known.country in reading.territories:
            yield _listed(reading, party, pointer, known)


def _names(reading: Reading, party: Party, pointer: str) -> Iterator[Tie]:
    for name_pointer, name in names_of(party, pointer):
        for mention in reading.said(name):
            country, called = mention.country, reading.called(mention.country)
            office = mention.what is Said.NAME and reading.book.offices.find(name)
            if mention.what is Said.GOVERNMENT or office:
                yield _tie(
                    party,
                    country,
                    GOVERNMENT_OFFICE if office else GOVERNMENT,
                    f"{_doing(party)} the government of {called}",
                    Evidence(kind="government", subject=name_pointer, value=name, matched=office or mention.phrase),
                )
            if mention.what in NAMED and not (mention.what is Said.PLACE and _namesake(reading, party, country)):
                certainty = _elsewhere(party, country, ADDRESS_ELSEWHERE, ADDRESS)
                if mention.what is Said.PLACE and party.type not in BODIES:
                    certainty = min(certainty, PLACE_IN_NAME)
                sentence = f"{_doing(party)} a party that names {mention.phrase}"
                yield _tie(party, country, certainty, sentence, words(name_pointer, mention))


def _countries(reading: Reading, party: Party, pointer: str) -> Iterator[Tie]:
    for country in party.countries:
        if country in reading.territories:
            yield _tie(
                party,
                country,
                _belonging(reading, party.type, country, party.residence),
                f"{_doing(party)} {_kind(party.type)} of {reading.called(country)}",
                Evidence(kind="party_country", subject=f"{pointer}/countries", value=country, matched=country),
                SURELY,
            )
    home = party.residence
    if home is not None and home in reading.territories and home not in party.countries:
        yield _tie(
            party,
            home,
            _belonging(reading, party.type, home, home),
            f"{_doing(party)} {_kind(party.type)} that is at home in {reading.called(home)}",
            Evidence(kind="residence", subject=f"{pointer}/residence", value=home, matched=home),
            SURELY,
        )
    for number, flag in enumerate(party.former_flags):
        if flag in reading.territories:
            yield _tie(
                party,
                flag,
                FORMER_FLAG,
                f"{_doing(party)} {_kind(party.type)} that bore the flag of {reading.called(flag)}",
                Evidence(kind="former_flag", subject=f"{pointer}/former_flags/{number}", value=flag, matched=flag),
            )


def _address(reading: Reading, party: Party, pointer: str) -> Iterator[Tie]:
    for mention in reading.said(party.address):
        country = mention.country
        if mention.what in NAMED or mention.what is Said.GOVERNMENT:
            certainty = _elsewhere(party, country, ADDRESS_ELSEWHERE, ADDRESS)
            sentence = f"{_doing(party)} a party that names {mention.phrase}"
            yield _tie(party, country, certainty, sentence, words(f"{pointer}/address", mention))
        elif mention.what is Said.PERHAPS and not party.countries and not reading.settled():
            sentence = f"{_doing(party)} a party that names {mention.phrase}, which may be {reading.called(country)}"
            yield _tie(party, country, PERHAPS_PLACE, sentence, words(f"{pointer}/address", mention))


def _papers(reading: Reading, party: Party, pointer: str) -> Iterator[Tie]:
    for number, identifier in enumerate(party.identifiers):
        country = _issued_by(reading, identifier)
        if country is not None and country in reading.territories and country not in party.countries:
            yield _tie(
                party,
                country,
                _elsewhere(party, country, ADDRESS_ELSEWHERE, PAPERS),
                f"{_doing(party)} a party with a {identifier.type.replace('_', ' ')} of {reading.called(country)}",
                Evidence(
                    kind="identifier",
                    subject=f"{pointer}/identifiers/{number}",
                    value=identifier.value,
                    matched=country,
                ),
                PAPERS,
            )


def _issued_by(reading: Reading, identifier: Identifier) -> str | None:
    """A passport by the country it names, a BIC by its fifth and sixth letter, an MMSI by its first three digits."""
    if identifier.type in ISSUED:
        return identifier.country
    value = identifier.value.replace(" ", "").upper()
    if identifier.type == "bic":
        return value[4:6] if len(value) in (8, 11) else None
    return reading.book.maritime_ids.get(value[:3]) if identifier.type == "mmsi" else None


def _behind(reading: Reading, party: Party, pointer: str) -> Iterator[Tie]:
    """Whoever of a country owns the party, controls it or has it act for them; their shares are added."""
    by_country: dict[str, list[tuple[Connected, Chain]]] = {}
    for one, chain in chains_of(party, pointer):
        for country in _countries_of(reading, one):
            by_country.setdefault(country, []).append((one, chain))
    for country, group in by_country.items():
        held = holding((chain for _, chain in group), more_than_half)
        for one, chain in group:
            certainty, how = behind_certainty(chain, held)
            if chain[0].standing is Standing.PRINCIPAL and certainty == SURELY:
                whose = "acts for"
                certainty = _belonging(reading, one.type, country)
            else:
                whose = f"is {how} by"
                if certainty == OWNED:
                    certainty = _elsewhere(party, country, OWNED_ELSEWHERE, OWNED)
            yield _tie(
                party,
                country,
                certainty,
                f"{_doing(party)} a party that {whose} {_kind(one.type)} of {reading.called(country)}",
                Evidence(kind="behind", subject=chain[-1].pointer, value=one.name, matched=country),
                OWNED if how == "owned" else None,
            )


def behind_certainty(chain: Chain, held: Holding) -> tuple[float, str]:
    """How sure it is that what reaches a party reaches whoever is at the end of `chain`, and how they stand to it."""
    carries = chain[-1].pointer in held.carrying
    if chain[0].standing is Standing.CONTROL:
        return CONTROLLED, "controlled"
    if chain[0].standing is Standing.PRINCIPAL:
        return (SURELY, "directed") if carries else (OWNED_IN_PART, "directed")
    return (OWNED, "owned") if carries and held.share > WHOLE / 2 else (OWNED_IN_PART, "owned in part")


def _countries_of(reading: Reading, one: Connected) -> list[str]:
    countries = [country for country in one.countries if country in reading.territories]
    for mention in reading.said(one.name):
        named = mention.what in (Said.NAME, Said.GOVERNMENT) or (mention.what is Said.PLACE and one.type in BODIES)
        if named and mention.country not in countries:
            countries.append(mention.country)
    return countries


def _listed(reading: Reading, party: Party, pointer: str, known: PartyTie) -> Tie:
    return _tie(
        party,
        known.country,
        min(GOVERNMENT, known.certainty),
        f"{_doing(party)} {known.whose} listed under the measures on {reading.called(known.country)}",
        Evidence(
            kind="listed_party",
            subject=known.pointer or f"{pointer}/name",
            value=known.name or party.name or "",
            matched=known.listed_as,
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


def _belonging(reading: Reading, kind: str, country: str, home: str | None = None) -> float:
    if kind == "government":
        return GOVERNMENT
    if kind in BODIES:
        return RECIPIENT_BODY
    delivered_elsewhere = reading.whither not in (None, country)
    lives_elsewhere = home not in (None, country)
    if not delivered_elsewhere and not lives_elsewhere:
        return RECIPIENT_PERSON
    if home == country or (delivered_elsewhere and reading.hubs(country)):
        return PERSON_AT_BORDER
    return PERSON_ELSEWHERE


def _elsewhere(party: Party, country: str, elsewhere: float, otherwise: float) -> float:
    """`elsewhere` for a party that belongs to another country."""
    return elsewhere if any(other != country for other in party.countries) else otherwise


def _namesake(reading: Reading, party: Party, country: str) -> bool:
    """Whether a place of `country` in the party's name says nothing: 평양면옥 in Seoul, Rajin Patel of London."""
    if party.type == "person":
        return bool(party.countries) and country not in party.countries
    shared = reading.book.namesakes.get(country, frozenset())
    return bool(party.countries) and shared.issuperset(party.countries)


def names_of(party: Party, pointer: str) -> Iterator[tuple[str, str]]:
    """The names of a party, each with its pointer."""
    if party.name:
        yield f"{pointer}/name", party.name
    for number, alias in enumerate(party.aliases):
        yield f"{pointer}/aliases/{number}", alias


def _doing(party: Party) -> str:
    if party.role in RECIPIENTS:
        return "goes to"
    return "comes from" if party.role in SUPPLIERS else "involves"


def _kind(kind: str) -> str:
    if kind in ("organisation", "aircraft"):
        return f"an {kind}"
    return f"a {kind}" if kind in ("person", "government", "vessel") else "a party"
