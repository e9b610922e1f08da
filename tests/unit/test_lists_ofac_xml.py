"""OFAC's lists say the same of a party in CSV, in SDN.XML and in SDN_ADVANCED.XML."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tidewaiter.errors import ListError
from tidewaiter.lists import load_list
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListingMeasure

NOTHING = ",-0- " * 5
CSV = (
    f'9001,"TESTOVICH, Boris Ivan","individual","DPRK3] [NPWMD",-0- {NOTHING},-0- ,"DOB 21 May 1970; alt. DOB 1962; '
    'nationality Russia; Gender Male; Passport AB123456 (Russia)."\r\n'
    f'9002,"TEST SHIP","vessel","DPRK4",-0- ,-0- ,-0- ,-0- ,-0- ,Panama,-0- ,"Vessel Registration Identification IMO 9187629."\r\n'
    "\x1a\r\n"
)
ALT = '9001,1,"aka","TESTER, The","(weak)"\r\n9001,2,"aka","TESTOVITCH, Boris",-0- \r\n\x1a\r\n'
BASIC = """<?xml version="1.0" standalone="yes"?><sdnList xmlns="https://example.org/XML">
<publshInformation><Publish_Date>05/03/2024</Publish_Date><Record_Count>2</Record_Count></publshInformation>
<sdnEntry><uid>9001</uid><firstName>Boris Ivan</firstName><lastName>TESTOVICH</lastName><sdnType>Individual</sdnType>
<programList><program>DPRK3</program><program>NPWMD</program></programList>
<idList><id><uid>1</uid><idType>Passport</idType><idNumber>AB123456</idNumber><idCountry>Russia</idCountry></id>
<id><uid>2</uid><idType>Gender</idType><idNumber>Male</idNumber></id></idList>
<akaList><aka><uid>1</uid><type>a.k.a.</type><category>weak</category><lastName>TESTER</lastName><firstName>The</firstName></aka>
<aka><uid>2</uid><type>a.k.a.</type><category>strong</category><lastName>TESTOVITCH</lastName><firstName>Boris</firstName></aka></akaList>
<nationalityList><nationality><uid>1</uid><country>Russia</country><mainEntry>true</mainEntry></nationality></nationalityList>
<dateOfBirthList><dateOfBirthItem><uid>1</uid><dateOfBirth>21 May 1970</dateOfBirth></dateOfBirthItem>
<dateOfBirthItem><uid>2</uid><dateOfBirth>1962</dateOfBirth></dateOfBirthItem></dateOfBirthList></sdnEntry>
<sdnEntry><uid>9002</uid><lastName>TEST SHIP</lastName><sdnType>Vessel</sdnType><programList><program>DPRK4</program></programList>
<idList><id><uid>3</uid><idType>Vessel Registration Identification</idType><idNumber>IMO 9187629</idNumber></id></idList>
<vesselInfo><vesselFlag>Panama</vesselFlag></vesselInfo></sdnEntry></sdnList>"""
ADVANCED = """<?xml version="1.0" encoding="utf-8"?><Sanctions xmlns="https://example.org/ADV">
<DateOfIssue CalendarTypeID="1"><Year>2024</Year><Month>5</Month><Day>3</Day></DateOfIssue>
<ReferenceValueSets><CountryValues><Country ID="10" ISO2="RU">Russia</Country><Country ID="11" ISO2="PA">Panama</Country></CountryValues>
<FeatureTypeValues><FeatureType ID="8">Birthdate</FeatureType><FeatureType ID="9">Nationality Country</FeatureType>
<FeatureType ID="3">Vessel Flag</FeatureType><FeatureType ID="224">Gender</FeatureType></FeatureTypeValues>
<DetailReferenceValues><DetailReference ID="91526">Male</DetailReference></DetailReferenceValues>
<IDRegDocTypeValues><IDRegDocType ID="1571">Passport</IDRegDocType><IDRegDocType ID="1626">Vessel Registration Identification</IDRegDocType></IDRegDocTypeValues>
<ListValues><List ID="1550">SDN List</List><List ID="91507">Sectoral Sanctions Identifications List</List></ListValues>
<NamePartTypeValues><NamePartType ID="1520">Last Name</NamePartType><NamePartType ID="1521">First Name</NamePartType><NamePartType ID="1522">Middle Name</NamePartType>
<NamePartType ID="1526">Vessel Name</NamePartType></NamePartTypeValues>
<PartySubTypeValues><PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType><PartySubType ID="1" PartyTypeID="4">Vessel</PartySubType></PartySubTypeValues>
<PartyTypeValues><PartyType ID="1">Individual</PartyType><PartyType ID="4">Transport</PartyType></PartyTypeValues>
<SanctionsTypeValues><SanctionsType ID="1">Program</SanctionsType><SanctionsType ID="2">Block</SanctionsType></SanctionsTypeValues></ReferenceValueSets>
<Locations><Location ID="70"><LocationCountry CountryID="10"/></Location></Locations>
<IDRegDocuments><IDRegDocument ID="1" IDRegDocTypeID="1571" IdentityID="501" IssuedBy-CountryID="10"><IDRegistrationNo>AB123456</IDRegistrationNo></IDRegDocument>
<IDRegDocument ID="2" IDRegDocTypeID="1626" IdentityID="502"><IDRegistrationNo>IMO 9187629</IDRegistrationNo></IDRegDocument></IDRegDocuments>
<DistinctParties><DistinctParty FixedRef="9001"><Profile ID="9001" PartySubTypeID="4"><Identity ID="501" Primary="true">
<Alias AliasTypeID="1400" Primary="false" LowQuality="true"><DocumentedName><DocumentedNamePart><NamePartValue NamePartGroupID="1">TESTER</NamePartValue></DocumentedNamePart><DocumentedNamePart><NamePartValue NamePartGroupID="2">The</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<Alias AliasTypeID="1403" Primary="true" LowQuality="false"><DocumentedName><DocumentedNamePart><NamePartValue NamePartGroupID="1">TESTOVICH</NamePartValue></DocumentedNamePart><DocumentedNamePart><NamePartValue NamePartGroupID="2">Boris</NamePartValue></DocumentedNamePart><DocumentedNamePart><NamePartValue NamePartGroupID="3">Ivan</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<Alias AliasTypeID="1400" Primary="false" LowQuality="false"><DocumentedName><DocumentedNamePart><NamePartValue NamePartGroupID="1">TESTOVITCH</NamePartValue></DocumentedNamePart><DocumentedNamePart><NamePartValue NamePartGroupID="2">Boris</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<NamePartGroups><MasterNamePartGroup><NamePartGroup ID="1" NamePartTypeID="1520"/></MasterNamePartGroup><MasterNamePartGroup><NamePartGroup ID="2" NamePartTypeID="1521"/></MasterNamePartGroup><MasterNamePartGroup><NamePartGroup ID="3" NamePartTypeID="1522"/></MasterNamePartGroup></NamePartGroups></Identity>
<Feature ID="1" FeatureTypeID="8"><FeatureVersion><DatePeriod><Start Approximate="false"><From><Year>1970</Year><Month>5</Month><Day>21</Day></From></Start><End Approximate="false"><To><Year>1970</Year><Month>5</Month><Day>21</Day></To></End></DatePeriod></FeatureVersion></Feature>
<Feature ID="2" FeatureTypeID="8"><FeatureVersion><DatePeriod><Start Approximate="false"><From><Year>1962</Year><Month>1</Month><Day>1</Day></From></Start><End Approximate="false"><To><Year>1962</Year><Month>12</Month><Day>31</Day></To></End></DatePeriod></FeatureVersion></Feature>
<Feature ID="3" FeatureTypeID="9"><FeatureVersion><VersionLocation LocationID="70"/></FeatureVersion></Feature>
<Feature ID="4" FeatureTypeID="224"><FeatureVersion><VersionDetail DetailReferenceID="91526"/></FeatureVersion></Feature>
</Profile></DistinctParty>
<DistinctParty FixedRef="9002"><Profile ID="9002" PartySubTypeID="1"><Identity ID="502" Primary="true">
<Alias AliasTypeID="1403" Primary="true" LowQuality="false"><DocumentedName><DocumentedNamePart><NamePartValue NamePartGroupID="4">TEST SHIP</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<NamePartGroups><MasterNamePartGroup><NamePartGroup ID="4" NamePartTypeID="1526"/></MasterNamePartGroup></NamePartGroups></Identity>
<Feature ID="5" FeatureTypeID="3"><FeatureVersion><VersionDetail>Panama</VersionDetail></FeatureVersion></Feature></Profile></DistinctParty></DistinctParties>
<ProfileRelationships><ProfileRelationship ID="1" From-ProfileID="9002" To-ProfileID="9001" RelationTypeID="1"/></ProfileRelationships>
<SanctionsEntries><SanctionsEntry ID="1" ProfileID="9001" ListID="1550"><EntryEvent ID="1"><Date><Year>2018</Year><Month>1</Month><Day>24</Day></Date></EntryEvent>
<SanctionsMeasure ID="1" SanctionsTypeID="2"/><SanctionsMeasure ID="2" SanctionsTypeID="1"><Comment>DPRK3</Comment></SanctionsMeasure><SanctionsMeasure ID="3" SanctionsTypeID="1"><Comment>NPWMD</Comment></SanctionsMeasure></SanctionsEntry>
<SanctionsEntry ID="2" ProfileID="9002" ListID="1550"><SanctionsMeasure ID="4" SanctionsTypeID="1"><Comment>DPRK4</Comment></SanctionsMeasure></SanctionsEntry></SanctionsEntries></Sanctions>"""


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def in_csv(folder: Path) -> Path:
    folder.mkdir()
    write(folder / "sdn.csv", CSV)
    write(folder / "alt.csv", ALT)
    return folder


@pytest.mark.parametrize("text", [BASIC, ADVANCED], ids=["basic", "advanced"])
def test_a_party_is_the_same_in_csv_and_xml(tmp_path: Path, text: str) -> None:
    table = load_list("ofac", in_csv(tmp_path / "csv")).entries
    loaded = load_list("ofac", write(tmp_path / "sdn.xml", text))
    assert (loaded.published, loaded.unread) == ("2024-05-03", ())
    for ours, theirs in zip(loaded.entries, table, strict=True):
        assert set(ours.names) == set(theirs.names)
        assert ours.names[0] == theirs.names[0]
        assert set(ours.identifiers) == set(theirs.identifiers)
        same = {"names": (), "identifiers": (), "remarks": "", "listed_on": None, "linked_to": ()}
        assert replace(ours, **same) == replace(theirs, **same)  # type: ignore[arg-type]


def test_the_advanced_file_tells_when_and_with_whom_a_party_is_listed(tmp_path: Path) -> None:
    man, ship = load_list("ofac", write(tmp_path / "adv.xml", ADVANCED)).entries
    assert man.listed_on == "2018-01-24"
    assert ship.linked_to == ("TESTOVICH, Boris Ivan",)
    assert ListedName("TESTER, The", weak=True) in man.names


def test_who_is_on_another_list_than_the_sdn_is_not_frozen(tmp_path: Path) -> None:
    text = ADVANCED.replace('ProfileID="9001" ListID="1550"', 'ProfileID="9001" ListID="91507"').replace("DPRK3", "SSI")
    man = load_list("ofac", write(tmp_path / "adv.xml", text)).entries[0]
    assert man.measures == (ListingMeasure.SECTORAL,)
    assert "non-SDN" in man.instrument


@pytest.mark.parametrize(
    ("name", "programmes", "measure", "reported"),
    [
        ("sdn.xml", ("DPRK3", "NS-PLC"), ListingMeasure.ASSET_FREEZE, False),
        ("sdn.xml", ("UKRAINE-EO13662",), ListingMeasure.ASSET_FREEZE, False),
        ("sdn.xml", ("A-PROGRAMME-OF-TOMORROW",), ListingMeasure.ASSET_FREEZE, False),
        ("sdn.xml", ("NS-PLC",), ListingMeasure.OTHER, False),
        ("consolidated.xml", ("UKRAINE-EO13662",), ListingMeasure.SECTORAL, False),
        ("consolidated.xml", ("CMIC-EO13959",), ListingMeasure.SECTORAL, False),
        ("consolidated.xml", ("A-PROGRAMME-OF-TOMORROW",), ListingMeasure.OTHER, True),
    ],
)
def test_the_sdn_list_freezes_whatever_the_programme_and_the_others_do_not(
    tmp_path: Path, name: str, programmes: tuple[str, ...], measure: ListingMeasure, reported: bool
) -> None:
    listed = "".join(f"<program>{programme}</program>" for programme in programmes)
    text = BASIC.replace("<program>DPRK3</program><program>NPWMD</program>", listed)
    loaded = load_list("ofac", write(tmp_path / name, text))
    assert loaded.entries[0].measures == (measure,)
    assert (
        any(f"programme '{programmes[0]}' of the consolidated list is not known" in row.reason for row in loaded.unread)
        == reported
    )


@pytest.mark.parametrize(
    ("programme", "law"),
    [
        (
            "CMIC-EO13959",
            "OFAC Consolidated (non-SDN) List, [CMIC-EO13959] (EO 13959 as amended by EO 14032; 31 CFR part 586)",
        ),
        ("UKRAINE-EO13662", "OFAC Consolidated (non-SDN) List, [UKRAINE-EO13662] (Directives under EO 13662)"),
        ("CAPTA", "OFAC Consolidated (non-SDN) List, [CAPTA]"),
    ],
)
def test_a_list_that_freezes_nothing_is_cited_with_its_own_law(tmp_path: Path, programme: str, law: str) -> None:
    listed = f"<program>{programme}</program>"
    text = BASIC.replace("<program>DPRK3</program><program>NPWMD</program>", listed)
    assert load_list("ofac", write(tmp_path / "consolidated.xml", text)).entries[0].instrument == law


def test_the_consolidated_list_is_read_from_its_own_files_and_beside_the_sdn(tmp_path: Path) -> None:
    folder = in_csv(tmp_path / "csv")
    cons = f'9101,"TEST BANK",-0- ,"SSI",-0- {NOTHING},-0- ,"Tax ID No. 7700000001 (Russia)."\r\n\x1a\r\n'
    write(folder / "cons_prim.csv", cons)
    write(folder / "cons_alt.csv", '9101,1,"aka","BANK TESTA",-0- \r\n\x1a\r\n')
    together = load_list("ofac", folder).entries
    assert [e.id for e in together] == ["9001", "9002", "9101"]
    bank = together[2]
    assert (bank.type, bank.measures) == (EntryType.ORGANISATION, (ListingMeasure.SECTORAL,))
    assert bank.names == (ListedName("TEST BANK"), ListedName("BANK TESTA"))
    assert bank.identifiers == (ListedIdentifier("tax_id", "7700000001", "RU"),)
    assert load_list("ofac", folder / "cons_prim.csv").entries[0].measures == (ListingMeasure.SECTORAL,)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<html><body>Denied</body></html>", "HTML or XML of another kind"),
        (BASIC[:1200], "is not complete XML"),
        (BASIC.replace("<Record_Count>2", "<Record_Count>3"), "says that it has 3 records and has 2"),
        (BASIC[: BASIC.index("<publsh")] + "</sdnList>", "has no sdnEntry"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + BASIC[38:], "document type"),
        (ADVANCED[: ADVANCED.index("<SanctionsEntries>")] + "</Sanctions>", "has no SanctionsEntry"),
        (ADVANCED[: ADVANCED.index("<DistinctParties>")] + "</Sanctions>", "has no DistinctParty"),
        (ADVANCED[:3000], "is not complete XML"),
    ],
)
def test_a_file_that_is_not_this_list_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ListError, match=says):
        load_list("ofac", write(tmp_path / "sdn.xml", text))


def test_a_party_without_a_listing_is_held_to_be_listed_and_said_to_be_so(tmp_path: Path) -> None:
    start, _, end = ADVANCED.partition('<SanctionsEntry ID="2"')
    text = start + end[end.index("</SanctionsEntries>") :]
    loaded = load_list("ofac", write(tmp_path / "adv.xml", text))
    assert loaded.entries[1].measures == (ListingMeasure.ASSET_FREEZE,)
    assert "9002: is on no list" in loaded.unread[0].reason
