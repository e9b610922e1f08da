"""The records of OFAC's SDN_ADVANCED.XML and CONS_ADVANCED.XML (root Sanctions).

The file uses references: value sets, places and documents come first and are kept in memory, then parties, which are
streamed, and last the lists that name them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from lxml import etree

from tidewaiter.errors import ListError
from tidewaiter.lists.dates import partial_date
from tidewaiter.lists.ofac_csv import URL, WHAT
from tidewaiter.lists.ofac_record import NOT_SDN, SDN, OfacRecord
from tidewaiter.lists.ofac_xml import in_remark
from tidewaiter.lists.reading import Unread, clean
from tidewaiter.lists.xml_records import all_of, line_of, local_name, records, text_of, whole_text
from tidewaiter.matching.entry import UnreadRow

_DEEPEST = 16
_VALUE_SETS = (
    "AliasType Country FeatureType IDRegDocType List NamePartType PartySubType PartyType RelationType SanctionsType "
    "LocPartType AreaCode DetailReference"
).split()
_RECORDS = frozenset(
    {"DateOfIssue", "Location", "IDRegDocument", "DistinctParty", "ProfileRelationship", "SanctionsEntry", *_VALUE_SETS}
)
_FIRST_NAMES = ("First Name", "Middle Name", "Patronymic", "Matronymic")
_KINDS = {"individual": "individual", "entity": "", "vessel": "vessel", "aircraft": "aircraft"}


@dataclass(slots=True)
class _Known:
    """The content read so far, by reference."""

    values: dict[tuple[str, str], str] = field(default_factory=dict)
    type_of_subtype: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    country_of_place: dict[str, str] = field(default_factory=dict)
    documents: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    parties: dict[str, OfacRecord] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def value(self, kind: str, number: str | None) -> str:
        return self.values.get((kind, number or ""), "")


def advanced_records(path: Path) -> tuple[list[OfacRecord], list[UnreadRow], str | None]:
    """Return the records, what was lost, and the date of publication. Raises ListError for a file that is not whole."""
    unread = Unread(path)
    known = _Known()
    published: str | None = None
    ended = False
    for element in records(path, WHAT, URL, "Sanctions", _RECORDS, _DEEPEST):
        name, number = local_name(element), element.get("ID") or ""
        if name == "DateOfIssue":
            published = published or _date(element)
        elif name == "Location":
            _place(element, number, known)
        elif name == "IDRegDocument":
            _document(element, known)
        elif name == "DistinctParty":
            _party(element, known, unread)
        elif name == "ProfileRelationship":
            _link(element, known)
        elif name == "SanctionsEntry":
            ended = True
            _sanction(element, known, unread)
        elif name != "Sanctions":
            known.values[name, number] = (element.get("ISO2") or "") if name == "Country" else ""
            known.values[name, number] = known.values[name, number] or clean(whole_text(element))
            if name == "PartySubType":
                known.type_of_subtype[number] = element.get("PartyTypeID") or ""
    if not known.parties or not ended:
        unread.close(0)
        missing = "SanctionsEntry" if known.parties else "DistinctParty"
        raise ListError(f"{path}: has no {missing} that can be read. Fetch it again from {URL}.")
    found = [_linked(record, known) for record in known.parties.values()]
    for record in found:
        if not record.list_name:
            unread.fact(record.line, f"{record.number}: is on no list; treated as on the SDN List")
    found = [record if record.list_name else replace(record, list_name=SDN) for record in found]
    return found, list(unread.close(len(found))), published


def _place(element: etree._Element, number: str, known: _Known) -> None:
    country = next(all_of(element, "LocationCountry"), None)
    code = known.value("Country", country.get("CountryID") if country is not None else None)
    parts = (text_of(part, "LocationPartValue/Value") for part in all_of(element, "LocationPart"))
    known.places[number] = ", ".join(filter(None, (*parts, code)))
    known.country_of_place[number] = code


def _document(element: etree._Element, known: _Known) -> None:
    kind = known.value("IDRegDocType", element.get("IDRegDocTypeID"))
    country = known.value("Country", element.get("IssuedBy-CountryID"))
    number = text_of(element, "IDRegistrationNo")
    if number:
        fact = in_remark(f"{kind} {number}") + (f" ({country})" if country else "")
        known.documents[element.get("IdentityID") or ""].append(fact)


def _party(element: etree._Element, known: _Known, unread: Unread) -> None:
    for profile in all_of(element, "Profile"):
        line = line_of(profile)
        number = profile.get("ID") or ""
        subtype = profile.get("PartySubTypeID") or ""
        kind = known.value("PartySubType", subtype).lower()
        if kind not in _KINDS:
            kind = known.value("PartyType", known.type_of_subtype.get(subtype)).lower()
        names: dict[str, bool] = {}
        facts: list[str] = []
        for identity in all_of(profile, "Identity"):
            for name, weak in _names(identity, known):
                names[name] = names.get(name, True) and weak
            facts += known.documents.get(identity.get("ID") or "", ())
        if not number.isdigit() or not names or kind not in _KINDS:
            unread.row(line, f"not a party: profile {number!r}, type {kind!r}, {len(names)} names")
            continue
        flag, addresses = "", []
        for feature in all_of(profile, "Feature"):
            title = known.value("FeatureType", feature.get("FeatureTypeID"))
            for said in _feature(feature, title, known):
                if title == "Location":
                    addresses.append(said)
                elif title.lower() == "vessel flag":
                    flag = said
                else:
                    facts.append(said)
        first, *others = names.items()
        known.parties[number] = OfacRecord(
            number=number, name=first[0], type=_KINDS[kind], list_name="", line=line, programmes=(), title="",
            flag=flag, remarks="; ".join(facts), aliases=tuple(others), addresses=tuple(filter(None, addresses)),
        )  # fmt: skip


def _names(identity: etree._Element, known: _Known) -> Iterator[tuple[str, bool]]:
    """Yield each name as (name, weak), the primary one first."""
    kinds = {
        group.get("ID"): known.value("NamePartType", group.get("NamePartTypeID"))
        for group in all_of(identity, "NamePartGroups/MasterNamePartGroup/NamePartGroup")
    }
    aliases = sorted(all_of(identity, "Alias"), key=lambda alias: alias.get("Primary") != "true")
    for alias in aliases:
        weak = alias.get("LowQuality") == "true"
        for documented in all_of(alias, "DocumentedName"):
            last: list[str] = []
            first: list[str] = []
            for value in all_of(documented, "DocumentedNamePart/NamePartValue"):
                into = first if kinds.get(value.get("NamePartGroupID")) in _FIRST_NAMES else last
                into.append(clean(value.text))
            if name := ", ".join(filter(None, (" ".join(filter(None, last)), " ".join(filter(None, first))))):
                yield name, weak


def _feature(feature: etree._Element, title: str, known: _Known) -> Iterator[str]:
    """Yield the facts of a feature, worded like SDN.CSV's remarks unless it is a place or a flag."""
    for version in all_of(feature, "FeatureVersion"):
        places = [place.get("LocationID") or "" for place in all_of(version, "VersionLocation")]
        details = [
            text
            for detail in all_of(version, "VersionDetail")
            if (text := clean(detail.text) or known.value("DetailReference", detail.get("DetailReferenceID")))
        ]
        kind = title.lower()
        if kind == "birthdate":
            yield from (f"DOB {date}" for period in all_of(version, "DatePeriod") if (date := _period(period)))
        elif kind in ("nationality country", "citizenship country"):
            word = "nationality" if kind.startswith("nat") else "citizen"
            yield from (f"{word} {known.country_of_place.get(place)}" for place in places)
        elif kind == "place of birth":
            yield from (f"POB {in_remark(text)}" for text in (*details, *(known.places.get(p, "") for p in places)))
        elif kind == "location":
            yield from (known.places.get(place, "") for place in places)
        elif kind == "vessel flag":
            yield from details or (known.country_of_place.get(place, "") for place in places)
        else:
            yield from (in_remark(f"{title} {text}") for text in details)


def _period(period: etree._Element) -> str:
    """Return a period of days as a partial date: a whole year as the year, a whole month as the month."""
    start, end = next(all_of(period, "Start"), None), next(all_of(period, "End"), None)
    if start is None or end is None:
        return ""
    about = "circa " if "true" in (start.get("Approximate"), end.get("Approximate")) else ""
    first, last = next(all_of(start, "From"), start), next(all_of(end, "To"), end)
    begins, ends = _date(first) or "", _date(last) or ""
    if not begins or not ends or begins == ends:
        return about + (begins or ends)
    if begins.endswith("-01-01") and ends.endswith("-12-31"):
        return about + begins[:4] if begins[:4] == ends[:4] else f"{begins[:4]} to {ends[:4]}"
    if begins[:7] == ends[:7] and begins.endswith("-01") and int(ends[8:]) >= 28:
        return about + begins[:7]
    return f"{begins} to {ends}"


def _date(element: etree._Element) -> str | None:
    parts = (text_of(element, "Year"), text_of(element, "Month").zfill(2), text_of(element, "Day").zfill(2))
    return partial_date("-".join(parts)) if all(part.strip("0") for part in parts) else partial_date(parts[0])


def _link(element: etree._Element, known: _Known) -> None:
    to = known.parties.get(element.get("To-ProfileID") or "")
    if to is not None:
        known.links[element.get("From-ProfileID") or ""].append(to.name)


def _sanction(element: etree._Element, known: _Known, unread: Unread) -> None:
    number = element.get("ProfileID") or ""
    record = known.parties.get(number)
    if record is None:
        unread.fact(line_of(element), f"a sanction of profile {number}, which the file does not have")
        return
    programmes = dict.fromkeys(record.programmes)
    for measure in all_of(element, "SanctionsMeasure"):
        comment = text_of(measure, "Comment")
        if comment and known.value("SanctionsType", measure.get("SanctionsTypeID")) == "Program":
            programmes[comment] = None
    dates = [date for event in all_of(element, "EntryEvent/Date") if (date := _date(event))]
    named = known.value("List", element.get("ListID"))
    # A party on the SDN List and on another list counts as on the SDN List, which is the stricter one.
    sdn = record.list_name == SDN or named.upper().startswith("SDN") or not named
    known.parties[number] = replace(
        record,
        list_name=SDN if sdn else NOT_SDN,
        programmes=tuple(programmes),
        listed_on=min(filter(None, (record.listed_on, *dates)), default=None),
    )


def _linked(record: OfacRecord, known: _Known) -> OfacRecord:
    links = [f"Linked To: {in_remark(name)}" for name in dict.fromkeys(known.links.get(record.number, ()))]
    return replace(record, remarks="; ".join(filter(None, (record.remarks, *links)))) if links else record
