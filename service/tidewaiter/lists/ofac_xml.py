"""The records of OFAC's SDN.XML and CONSOLIDATED.XML, the basic schema (root sdnList)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from lxml import etree

from tidewaiter.errors import ListError
from tidewaiter.lists.ofac_csv import URL, WHAT
from tidewaiter.lists.ofac_record import NOT_SDN, SDN, OfacRecord, beside_the_sdn
from tidewaiter.lists.reading import Unread
from tidewaiter.lists.xml_records import all_of, line_of, local_name, records, text_of, texts_of
from tidewaiter.matching.entry import UnreadRow

_TYPES = {"individual": "individual", "entity": "", "vessel": "vessel", "aircraft": "aircraft"}
_OF_VESSELS = (
    ("callSign", "Vessel Call Sign"), ("vesselType", "Vessel Type"), ("tonnage", "Vessel Tonnage"),
    ("grossRegisteredTonnage", "Vessel Gross Registered Tonnage"), ("vesselOwner", "Vessel Owner"),
)  # fmt: skip
_DEEPEST = 6
_ADDRESS = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country")


def xml_records(path: Path) -> tuple[list[OfacRecord], list[UnreadRow], str | None]:
    """Return the records, what was lost, and the date of publication. Raises ListError for a file that is not whole."""
    unread = Unread(path)
    found: list[OfacRecord] = []
    published: str | None = None
    promised = 0
    consolidated = path.name.lower().startswith("cons")
    for element in records(path, WHAT, URL, "sdnList", {"publshInformation", "sdnEntry"}, _DEEPEST):
        name = local_name(element)
        if name == "publshInformation":
            published = american_date(text_of(element, "Publish_Date"))
            count = text_of(element, "Record_Count")
            promised = int(count) if count.isdecimal() and len(count) < 10 else 0
        elif name == "sdnEntry" and (record := _record(element, unread, consolidated)):
            found.append(record)
    if not found:
        unread.close(0)
        raise ListError(f"{path}: has no sdnEntry that can be read. Fetch it again from {URL}.")
    if promised and promised != len(found) + unread.rows_lost:
        raise ListError(
            f"{path}: says that it has {promised} records and has {len(found) + unread.rows_lost}. It is incomplete: "
            f"fetch it again from {URL}."
        )
    return found, list(unread.close(len(found))), published


def american_date(text: str) -> str | None:
    """Return `05/03/2024` as 2024-05-03, or None."""
    try:
        return datetime.strptime(text, "%m/%d/%Y").date().isoformat()  # noqa: DTZ007
    except ValueError:
        return None


def _record(element: etree._Element, unread: Unread, consolidated: bool) -> OfacRecord | None:
    line = line_of(element)
    number, name, kind = text_of(element, "uid"), full_name(element), text_of(element, "sdnType").lower()
    if not number.isdigit() or not name or kind not in _TYPES:
        unread.row(line, f"not a record: uid {number!r}, name {name!r}, type {kind!r}")
        return None
    programmes = tuple(texts_of(element, "programList/program"))
    addresses = (
        ", ".join(filter(None, (text_of(address, part) for part in _ADDRESS)))
        for address in all_of(element, "addressList/address")
    )
    return OfacRecord(
        number=number,
        name=name,
        type=_TYPES[kind],
        # The file does not say which list it is. Some of the SDN List are under a programme of the other list as well.
        list_name=NOT_SDN if consolidated or (programmes and all(map(beside_the_sdn, programmes))) else SDN,
        line=line,
        programmes=programmes,
        title=text_of(element, "title"),
        flag=text_of(element, "vesselInfo/vesselFlag"),
        remarks="; ".join(_facts(element)),
        aliases=tuple(
            (alias_name, text_of(alias, "category") == "weak")
            for alias in all_of(element, "akaList/aka")
            if (alias_name := full_name(alias))
        ),
        addresses=tuple(filter(None, addresses)),
        vessel=tuple(f"{what} {text}" for tag, what in _OF_VESSELS if (text := text_of(element, f"vesselInfo/{tag}"))),
    )


def full_name(element: etree._Element) -> str:
    """Return `LAST, First` as SDN.CSV has it."""
    return ", ".join(filter(None, (text_of(element, "lastName"), text_of(element, "firstName"))))


def _facts(element: etree._Element) -> Iterator[str]:
    """Yield the facts in the words of SDN.CSV's remarks."""
    for birth in texts_of(element, "dateOfBirthList/dateOfBirthItem/dateOfBirth"):
        yield f"DOB {birth}"
    for place in texts_of(element, "placeOfBirthList/placeOfBirthItem/placeOfBirth"):
        yield f"POB {in_remark(place)}"
    for country in texts_of(element, "nationalityList/nationality/country"):
        yield f"nationality {country}"
    for country in texts_of(element, "citizenshipList/citizenship/country"):
        yield f"citizen {country}"
    for document in all_of(element, "idList/id"):
        country = text_of(document, "idCountry")
        fact = f"{text_of(document, 'idType')} {text_of(document, 'idNumber')}"
        yield in_remark(fact) + (f" ({country})" if country else "")
    if remarks := text_of(element, "remarks"):
        yield remarks


def in_remark(fact: str) -> str:
    """Return the fact without semicolons, which separate remarks."""
    return fact.replace(";", ",")
