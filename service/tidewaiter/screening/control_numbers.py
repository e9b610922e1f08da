"""Judge export control numbers: those that are stated, and those that are missing for goods at risk of diversion.

Findings are rules of the product and never block: only a person can tell whether a licence is needed or is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tidewaiter.goods.control_numbers import ControlNumber, ControlStatus
from tidewaiter.goods.doubts import KNOWN
from tidewaiter.goods.recognition import HeadingHit
from tidewaiter.rulebook.dual_use import AtRiskCodes, ControlRegime
from tidewaiter.rulebook.programmes import ProgrammeKind
from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening.case import Case
from tidewaiter.screening.goods import RecognisedItem
from tidewaiter.screening.nexus.nexus import Nexus
from tidewaiter.screening.nexus.tie import RECIPIENTS, SUPPLIERS
from tidewaiter.screening.unknowns import control_number_rule, own_finding
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Effect, Evidence, Finding

MISSING = "TW-CONTROL-NUMBER-MISSING"
INVALID = "TW-CONTROL-NUMBER-INVALID"
_OF_GOODS = frozenset({ProgrammeKind.COMPREHENSIVE, ProgrammeKind.SECTORAL_GOODS})


@dataclass(frozen=True, slots=True)
class _Destination:
    """Where the goods go, in words. `embargoed` when goods other than arms are barred there, `allied` when they are not
    and every country that receives takes part in the control regimes."""

    words: str
    embargoed: bool
    allied: bool


class _AtRisk(NamedTuple):
    """A heading of an item that is on a list of goods that are often diverted, and the entry of the list."""

    heading: HeadingHit
    listed: AtRiskCodes
    entry: str


def find_control_numbers(case: Case) -> list[Finding]:
    """Return the findings on the control number of each item that may leave the territory of law that binds."""
    regimes = case.book.dual_use.regimes
    if not regimes:
        return []
    # Few items state a number or are at risk, and only these need to know where they go.
    items = [(item, item.control_numbers, None) for item in case.items if item.item.eccn or item.item.dual_use_number]
    stating = {item.number for item, _, _ in items}
    at_risk = [
        (item, (), risk)
        for item in case.items
        if item.number not in stating and (risk := _at_risk(case, item)) is not None
    ]
    return list(_findings(case, sorted([*items, *at_risk], key=lambda one: one[0].number))) if items or at_risk else []


def _findings(
    case: Case, items: Sequence[tuple[RecognisedItem, Sequence[ControlNumber], _AtRisk | None]]
) -> Iterator[Finding]:
    embargo = next((tie for nexus in case.nexus if (tie := _embargoed(case, nexus)) is not None), None)
    receiving = _receiving(case.transfer)
    going = [
        (regime, destination)
        for regime in case.book.dual_use.regimes
        if case.day >= regime.since and (destination := _destination(case, regime, embargo, receiving)) is not None
    ]
    for item, numbers, risk in items:
        reached = [(regime, destination) for regime, destination in going if _leaves(case.transfer, item, regime)]
        for regime, destination in reached:
            yield from _stated(item, numbers, regime, destination)
        if reached:
            yield from _unreadable(item, numbers, [regime for regime, _ in reached], reached[0][1])
        asking = [(regime, destination) for regime, destination in reached if not destination.allied]
        if asking and risk is not None:
            yield _missing(case, item, risk, [regime for regime, _ in asking], asking[0][1])


def _stated(
    item: RecognisedItem, numbers: Sequence[ControlNumber], regime: ControlRegime, destination: _Destination
) -> Iterator[Finding]:
    """Yield a finding when the item states a number of a control list. It cites the law that needs the licence."""
    listed = [number for number in numbers if number.status is ControlStatus.LISTED]
    if not listed:
        return
    stated = ", ".join(dict.fromkeys(number.number for number in listed))
    yield own_finding(
        control_number_rule(regime.jurisdiction),
        f"{item.pointer}/{listed[0].field}",
        f"“{item.label}” has the export control number {stated} and {destination.words}. {regime.says}",
        listed[0].field,
        stated,
        Effect.INFO if destination.allied else Effect.REVIEW,
        further_citations=(regime.citation,),
    )


def _unreadable(
    item: RecognisedItem,
    numbers: Sequence[ControlNumber],
    regimes: Sequence[ControlRegime],
    destination: _Destination,
) -> Iterator[Finding]:
    for number in numbers:
        if number.status is ControlStatus.UNREADABLE:
            yield own_finding(
                INVALID,
                f"{item.pointer}/{number.field}",
                f"“{item.label}” {destination.words} with the export control number “{number.number}”.",
                number.field,
                number.number,
                further_citations=tuple(regime.citation for regime in regimes),
            )


def _at_risk(case: Case, item: RecognisedItem) -> _AtRisk | None:
    """Return the heading of the item that is on a list of goods at risk, with the list; None when none is."""
    # A declared code tells more than a heading that words were recognised as.
    for heading in sorted(item.recognition.headings, key=lambda heading: not heading.declared):
        if heading.certainty >= KNOWN:
            found = case.book.dual_use.list_of(heading.code, case.day, declared=heading.declared)
            if found is not None:
                return _AtRisk(heading, *found)
    return None


def _missing(
    case: Case, item: RecognisedItem, risk: _AtRisk, regimes: Sequence[ControlRegime], destination: _Destination
) -> Finding:
    """Return a finding that asks for the number of goods at risk."""
    heading, listed, entry = risk
    how = "is declared as" if heading.declared else "is recognised as"
    maybe = "" if heading.code.startswith(entry) else " may be"
    where = f"{listed.source}, {listed.as_of}"
    return own_finding(
        MISSING,
        item.pointer,
        f"“{item.label}” {how} HS {heading.code},{maybe} on the list {listed.source}, {destination.words}, and has "
        "no export control number.",
        "hs_code",
        heading.code,
        Effect.REVIEW if destination.embargoed else case.book.policy.missing_control_number,
        further_citations=tuple(regime.citation for regime in regimes),
        further_evidence=(Evidence(kind="at_risk", subject=item.pointer, value=entry, matched=where),),
    )


def _leaves(transfer: TransferEvent, item: RecognisedItem, regime: ControlRegime) -> bool:
    """Return whether the goods may leave the territory: they do unless another origin is stated.

    Goods that originate in the United States stay subject to its law wherever they are.
    """
    territory = regime.territory
    if regime.jurisdiction == "US" and item.item.origin in territory:
        return True
    origin = transfer.route.origin.country if transfer.route and transfer.route.origin else None
    if origin is not None:
        return origin in territory
    suppliers = {
        country
        for party in transfer.parties
        if party.role in SUPPLIERS
        for country in (*party.countries, party.residence)
    } - {None}
    return not suppliers or not suppliers.isdisjoint(territory)


def _destination(
    case: Case, regime: ControlRegime, embargo: str | None, receiving: Sequence[str]
) -> _Destination | None:
    """Return where the goods go; None when no destination outside the territory is stated.

    `embargo` is the sentence of the tie to an embargoed country, `receiving` are the countries that receive.
    """
    if embargo is not None:
        return _Destination(embargo, embargoed=True, allied=False)
    outside = [country for country in receiving if country not in regime.territory]
    if not outside:
        return None
    allied = all(country in case.book.dual_use.allies for country in outside)
    return _Destination(f"goes to {' and '.join(outside)}", embargoed=False, allied=allied)


def _receiving(transfer: TransferEvent) -> list[str]:
    """Return the countries of the destination and of the recipients, each once."""
    destination = transfer.route.destination.country if transfer.route and transfer.route.destination else None
    recipients = (party for party in transfer.parties if party.role in RECIPIENTS)
    stated = [destination, *(country for party in recipients for country in (*party.countries, party.residence))]
    return list(dict.fromkeys(country for country in stated if country is not None))


def _embargoed(case: Case, nexus: Nexus) -> str | None:
    """Return the sentence of the tie when goods go to a country to which goods other than arms are barred."""
    tie = nexus.best(Direction.TO)
    if tie is None or tie.certainty < case.book.policy.review_at:
        return None
    country = nexus.territory.country
    rules = nexus.territory.doubt != "none" and case.book.law(country, Direction.TO, case.day).rules
    programmes = case.book.programmes.get(country, ())
    barred = rules or any(one.kind in _OF_GOODS and one.in_force_on(case.day) for one in programmes)
    return tie.sentence if barred else None
