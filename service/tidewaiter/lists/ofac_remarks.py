"""The Remarks column of OFAC's SDN.CSV: dates, numbers and weak aliases written as one line of prose."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tidewaiter.lists.country_names import country_code
from tidewaiter.lists.dates import partial_date
from tidewaiter.lists.reading import clean
from tidewaiter.matching.entry import ListedIdentifier

_KINDS = {
    # Identifier type of the contract, and how a remark of that type begins. The first match wins.
    "imo": r"""
        (?:Vessel[ ]Registration[ ]Identification|Identification[ ]Number|Company[ ]Number|(?>.*?Maritime).*No\.)
        [ ]IMO""",
    "mmsi": r"MMSI",
    "passport": r"[\w. ]*Passport",
    "tax_id": r"""
        Tax[ ]ID[ ]No\.|V\.A\.T\.[ ]Number|NIT[ ]\#|RUC[ ]\#|RIF[ ]\#|R\.F\.C\.|Italian[ ]Fiscal[ ]Code|Fiscal[ ]Code
        |C\.U\.I\.T\.""",
    "national_id": r"""
        National[ ]ID[ ]No\.|National[ ]Foreign[ ]ID|Cedula[ ]No\.|C\.U\.R\.P\.|D\.N\.I\.|C\.I\.N\.|[\w ]*Personal[ ]ID
        |Tazkira[ ]National[ ]ID|Kenyan[ ]ID|(?:Turkish[ ])?Identification[ ]Number|Citizen's[ ]Card[ ]Number
        |Stateless[ ]Person[ ]ID""",
    "lei": r"Legal[ ]Entity[ ]Number",
    "bic": r"SWIFT/BIC",
    "wallet": r"Digital[ ]Currency[ ]Address[ ]-[ ]\w+",
    "registration": r"""
        Registration[ ]Number|Registration[ ]ID|Business[ ]Registration[ ](?:Number|Document[ ]\#)|Business[ ]Number
        |Government[ ]Gazette[ ]Number|(?:UK[ ])?Company[ ]Number|Commercial[ ]Registry[ ]Number|C\.R\.[ ]No\.
        |(?:Unified|United)[ ]Social[ ]Credit[ ]Code(?:[ ]\(USCC\))?|Trade[ ]License[ ]No\.|Folio[ ]Mercantil[ ]No\.
        |Economic[ ]Register[ ]Number(?:[ ]\(CBLS\))?|Chamber[ ]of[ ]Commerce[ ]Number|Enterprise[ ]Number
        |Central[ ]Registration[ ]System[ ]Number|Public[ ]Registration[ ]Number|D-U-N-S[ ]Number|LE[ ]Number
        |Matricula[ ]Mercantil[ ]No|Certificate[ ]of[ ]Incorporation[ ]Number|Registered[ ]Charity[ ]No\.
        |Istanbul[ ]Chamber[ ]of[ ]Comm\.[ ]No\.|MSB[ ]Registration[ ]Number
        |Russian[ ]State[ ]Individual[ ]Business[ ]Registration[ ]Number""",
    "other": r"""
        Aircraft[ ]Manufacturer's[ ]Serial[ ]Number(?:[ ]\(MSN\))?|(?:Previous[ ])?Aircraft[ ]Tail[ ]Number
        |Aircraft[ ]Construction[ ]Number(?:[ ]\(.*\))?|Aircraft[ ]Mode[ ]S[ ]Transponder[ ]Code
        |Driver's[ ]License[ ]No\.|Birth[ ]Certificate[ ]Number|Electoral[ ]Registry[ ]No\.|Residency[ ]Number
        |BIK[ ]\(RU\)|Travel[ ]Document[ ]Number|Military[ ]Registration[ ]Number""",
}
_DOCUMENTS = tuple((re.compile(rf"^(?:{pattern})", re.VERBOSE), type_) for type_, pattern in _KINDS.items())
_COUNTRY_AT_END = re.compile(r"\(([^()]*)\)\s*$")
_ISSUED = re.compile(r"\s(?:issued|expires|arrested)\b.*")
_WEAK = re.compile(r"""^(?:alt\.\s+)?(?:a|f|n)\.k\.a\.\s+'(.+)'$""")
_COUNTRY_FACTS = ("nationality ", "citizen ")


@dataclass(slots=True)
class Remarks:
    """The facts in the remarks of one entry, in the terms of the contract."""

    birth_dates: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    identifiers: list[ListedIdentifier] = field(default_factory=list)
    weak_names: list[str] = field(default_factory=list)
    linked_to: list[str] = field(default_factory=list)
    gender: str | None = None
    birth_places: list[str] = field(default_factory=list)


def parse(text: str, lost: Callable[[str], None]) -> Remarks:
    """Return the facts in remarks. `lost` is called for each date or country that cannot be read."""
    remarks = Remarks()
    for part in text.split(";"):
        _read_part(clean(part).removesuffix("."), remarks, lost)
    return remarks


def _read_part(part: str, remarks: Remarks, lost: Callable[[str], None]) -> None:
    fact = part.removeprefix("alt. ")
    if weak := _WEAK.match(part):
        remarks.weak_names.append(weak[1])
    elif fact.startswith("DOB "):
        known = partial_date(_ISSUED.sub("", fact[4:]))
        if known:
            remarks.birth_dates.append(known)
        else:
            lost(f"date of birth {fact[4:]!r} is not understood")
    elif fact.startswith("POB "):
        remarks.birth_places.append(fact[4:])
    elif fact.startswith("Linked To: "):
        remarks.linked_to.append(fact[11:])
    elif fact.startswith("Gender "):
        remarks.gender = fact[7:].lower()
    elif fact.startswith(_COUNTRY_FACTS):
        name = fact.split(" ", 1)[1]
        code = country_code(name) or country_code(name.removeprefix("possibly "))
        if code:
            remarks.countries.append(code)
        else:
            lost(f"country {name!r} is not known")
    elif identifier := _identifier(fact):
        remarks.identifiers.append(identifier)


def _identifier(fact: str) -> ListedIdentifier | None:
    for pattern, type_ in _DOCUMENTS:
        if not (kind := pattern.match(fact)):
            continue
        rest = fact[kind.end() :]
        if rest[:1] not in (" ", ":", ","):
            continue
        value = _ISSUED.sub("", rest.strip(" :,#"))
        country = None
        if place := _COUNTRY_AT_END.search(value):
            country = country_code(place[1])
            value = value[: place.start()]
        value = value.split(" (")[0].strip()
        if type_ == "wallet":
            value = value.split(" ")[-1]
        return ListedIdentifier(type_, value, country) if any(c.isdigit() for c in value) or type_ == "bic" else None
    return None
