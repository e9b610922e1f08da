"""The Consolidated Screening List: lists that freeze nothing keep their effect and their own citation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidewaiter.errors import ListError
from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.lists import load_list
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListingMeasure
from tidewaiter.rulebook.compiler import compile_rule_book
from tidewaiter.rulebook.policy import Policy
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Finding

COLUMNS = (
    "_id", "source", "entity_number", "type", "programs", "name", "title", "addresses", "federal_register_notice",
    "start_date", "end_date", "standard_order", "license_requirement", "license_policy", "call_sign", "vessel_type",
    "gross_tonnage", "gross_register_tonnage", "vessel_flag", "vessel_owner", "remarks", "source_list_url", "alt_names",
    "citizenships", "dates_of_birth", "nationalities", "places_of_birth", "source_information_url", "ids",
)  # fmt: skip
HEADER = ",".join(COLUMNS) + "\n"


def row(**values: str) -> str:
    return ",".join('"' + values.get(column, "").replace('"', '""') + '"' for column in COLUMNS) + "\n"


PLANT = row(
    _id="e1",
    source="Entity List (EL) - Bureau of Industry and Security",
    name="Testgrad Radio Plant",
    addresses="1 Test Street, Testgrad, RU; 2 Test Street, Testgrad, RU",
    federal_register_notice="87 FR 12226",
    start_date="2022-02-24",
    license_requirement="For all items subject to the EAR.",
    source_list_url="https://www.bis.gov/entity-list",
    alt_names="TRP; Testgrad Radiozavod",
)
MAN = row(
    _id="s1",
    source="Specially Designated Nationals (SDN) - Treasury Department",
    entity_number="9001",
    type="Individual",
    programs="DPRK4; NPWMD",
    name="TESTMAN, Ivan",
    citizenships="KP",
    dates_of_birth="1970-05-02",
    ids="Passport, N1234567, KP; Tax ID No., 99-1",
    source_list_url="https://sanctionslist.ofac.treas.gov/",
)


def read(folder: Path, *rows: str) -> Path:
    path = folder / "consolidated.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def test_the_facts_of_a_party_are_read(tmp_path: Path) -> None:
    plant, man = load_list("csl", read(tmp_path, PLANT, MAN)).entries
    assert [name.text for name in plant.names] == ["Testgrad Radio Plant", "TRP", "Testgrad Radiozavod"]
    assert (plant.type, plant.listed_on, plant.url) == (
        EntryType.UNKNOWN,
        "2022-02-24",
        "https://www.bis.gov/entity-list",
    )
    assert plant.addresses == ("1 Test Street, Testgrad, RU", "2 Test Street, Testgrad, RU")
    assert "license requirement: For all items subject to the EAR." in plant.remarks
    assert (man.type, man.countries, man.birth_dates) == (EntryType.PERSON, ("KP",), ("1970-05-02",))
    assert man.identifiers == (ListedIdentifier("passport", "N1234567", "KP"), ListedIdentifier("tax_id", "99-1"))
    assert man.programmes == ("DPRK4", "NPWMD")


@pytest.mark.parametrize(
    ("source", "measure", "law"),
    [
        ("Entity List (EL) - Bureau of Industry and Security", ListingMeasure.EXPORT_LIST, "Supplement No. 4"),
        ("Military End User (MEU) List - Bureau of Industry and Security", ListingMeasure.EXPORT_LIST, "Supplement No. 7"),
        ("Unverified List (UVL) - Bureau of Industry and Security", ListingMeasure.EXPORT_LIST, "Supplement No. 6"),
        ("Denied Persons List (DPL) - Bureau of Industry and Security", ListingMeasure.EXPORT_LIST, "764.3"),
        ("ITAR Debarred (DTC) - State Department", ListingMeasure.EXPORT_LIST, "22 CFR 127.7"),
        ("Nonproliferation Sanctions (ISN) - State Department", ListingMeasure.OTHER, "Nonproliferation"),
        ("Specially Designated Nationals (SDN) - Treasury Department", ListingMeasure.ASSET_FREEZE, "OFAC"),
        ("Sectoral Sanctions Identifications List (SSI) - Treasury Department", ListingMeasure.SECTORAL, "EO 13662"),
        ("Non-SDN Chinese Military-Industrial Complex Companies List (CMIC) - Treasury Department", ListingMeasure.SECTORAL, "part 586"),
        ("Non-SDN Chinese Military-Industrial Complex Companies List - Treasury Department", ListingMeasure.SECTORAL, "part 586"),
        ("Non-SDN Menu-Based Sanctions List (NS-MBS List) - Treasury Department", ListingMeasure.SECTORAL, "NS-MBS"),
        ("Capta List (CAP) - Treasury Department", ListingMeasure.SECTORAL, "CAPTA"),
        ("Foreign Sanctions Evaders (FSE) - Treasury Department", ListingMeasure.OTHER, "Evaders"),
    ],
)  # fmt: skip
def test_each_list_keeps_its_effect_and_its_law(source: str, measure: ListingMeasure, law: str, tmp_path: Path) -> None:
    loaded = load_list("csl", read(tmp_path, row(_id="1", source=source, name="Testgrad Plant")))
    assert [(one.measures, law in one.instrument) for one in loaded.entries] == [((measure,), True)]
    assert loaded.unread == ()


def test_a_list_that_is_not_known_is_reported_and_bars_something_to_be_looked_up(tmp_path: Path) -> None:
    loaded = load_list("csl", read(tmp_path, row(_id="1", source="Martian List (MRS)", name="Testgrad Plant")))
    assert loaded.entries[0].measures == (ListingMeasure.OTHER,)
    assert "Martian" in loaded.unread[0].reason


def test_a_row_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    loaded = load_list("csl", read(tmp_path, PLANT, row(_id="2", source="Entity List (EL)"), PLANT, "a,b\n", MAN))
    assert [entry.id for entry in loaded.entries] == ["e1", "s1"]
    assert len(loaded.unread) == 3
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ListError, match="has no column"):
        load_list("csl", path)


def finding_on(name: str, folder: Path, *rows: str) -> Finding:
    book = compile_rule_book(
        (), [load_list("csl", read(folder, *rows))], Lexicon.from_documents(()), Policy(jurisdictions=("US",))
    )
    transfer = {
        "id": "t", "occurred_at": "2026-06-01T12:00:00Z", "kind": "sale",
        "parties": [{"name": name, "role": "transferee", "countries": ["KZ"]}],
        "items": [{"description": "rice"}], "route": {"destination": {"country": "KZ"}},
    }  # fmt: skip
    found = Screener(book).screen([TransferEvent.model_validate(transfer)])[0].findings
    return next(one for one in found if one.rule_set == "csl")


def test_an_export_list_asks_for_a_licence_and_freezes_nothing(tmp_path: Path) -> None:
    finding = finding_on("Testgrad Radio Plant", tmp_path, PLANT, MAN)
    assert finding.effect == "review"
    assert "need a licence, and assets are not frozen" in finding.reason
    assert finding.citation.instrument == "Entity List, 15 CFR part 744, Supplement No. 4"
    assert (finding.citation.provision, finding.citation.url) == ("87 FR 12226", "https://www.bis.gov/entity-list")


def test_a_sectoral_list_restricts_and_freezes_nothing(tmp_path: Path) -> None:
    bank = row(
        _id="b", source="Sectoral Sanctions Identifications List (SSI) - Treasury Department", name="Testgrad Oil Bank"
    )
    finding = finding_on("Testgrad Oil Bank", tmp_path, bank)
    assert finding.effect == "review"
    assert "securities or debt, and assets are not frozen" in finding.reason
    assert "EO 13662" in finding.citation.instrument
