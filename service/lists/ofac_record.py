"""A record of OFAC's lists, whatever file it comes from, and the listed party that it makes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.lists import ofac_remarks
from service.lists.country_names import country_code, says_no_country
from service.lists.reading import Unread, clean
from service.matching.entry import EntryType, ListedName, ListEntry, Measure

DETAILS = "https://sanctionssearch.ofac.treas.gov/Details.aspx?id="
SDN = "SDN List"
NOT_SDN = "Consolidated (non-SDN) List"
TYPES = {
    "individual": EntryType.PERSON,
    "vessel": EntryType.VESSEL,
    "aircraft": EntryType.AIRCRAFT,
    "": EntryType.ORGANISATION,
}
_KOREAN_PROGRAMMES = re.compile(r"^DPRK")
_FREEZES_NOTHING = frozenset({"NS-PLC", "NS-MBS", "CAPTA", "SSI", "CMIC"})
_SECTORAL = re.compile(r"SSI|CMIC|CAPTA|MBS|561|13662|EO14024-D|DIRECTIVE", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OfacRecord:
    """One party as OFAC's files give it: `remarks` in the prose of SDN.CSV, `aliases` as (name, weak)."""

    number: str
    name: str
    type: str
    list_name: str
    line: int
    programmes: tuple[str, ...]
    title: str
    flag: str
    remarks: str
    aliases: tuple[tuple[str, bool], ...]
    addresses: tuple[str, ...]
    listed_on: str | None = None


def entry_of(record: OfacRecord, unread: Unread) -> ListEntry:
    """The listed party. `unread` is told of each date and country that is not understood."""
    number = record.number
    remarks = ofac_remarks.parse(record.remarks, lambda reason: unread.fact(record.line, f"{number}: {reason}"))
    countries = list(remarks.countries)
    if record.flag:
        if code := country_code(record.flag):
            countries.append(code)
        elif not says_no_country(record.flag):
            unread.fact(record.line, f"{number}: flag {record.flag!r} is not known")
    if any(_KOREAN_PROGRAMMES.match(p) for p in record.programmes):
        countries.append("KP")
    names = {record.name: False}
    for alias, weak in record.aliases:
        names[alias] = names.get(alias, True) and weak
    for weak_name in remarks.weak_names:
        names.setdefault(weak_name, True)
    tags = " ".join(f"[{p}]" for p in record.programmes)
    return ListEntry(
        id=number,
        type=TYPES[record.type],
        names=tuple(ListedName(clean(text), weak) for text, weak in names.items() if clean(text)),
        programmes=record.programmes,
        measures=(_measure(record),),
        birth_dates=tuple(dict.fromkeys(remarks.birth_dates)),
        countries=tuple(dict.fromkeys(countries)),
        identifiers=tuple(dict.fromkeys(remarks.identifiers)),
        listed_on=record.listed_on,
        url=DETAILS + number,
        provision=f"entry {number}",
        remarks="; ".join(filter(None, (record.title, clean(record.remarks)))),
        instrument=f"OFAC {record.list_name}" + (f", {tags}" if tags else ""),
        gender=remarks.gender,
        addresses=record.addresses,
        linked_to=tuple(dict.fromkeys(remarks.linked_to)),
    )


def _measure(record: OfacRecord) -> Measure:
    if record.list_name == SDN:
        freezes = not record.programmes or not _FREEZES_NOTHING.issuperset(record.programmes)
        return Measure.ASSET_FREEZE if freezes else Measure.OTHER
    # The lists beside the SDN freeze nothing: they bar capital, securities, accounts.
    return Measure.SECTORAL if any(_SECTORAL.search(p) for p in record.programmes) else Measure.OTHER
