"""The EU's consolidated list is read whole from its XML, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidewaiter.errors import ListError
from tidewaiter.lists import load_list
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListingMeasure

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-06-05T12:00:00Z" globalFileId="1">'
)
MAN = """
<sanctionEntity designationDate="2020-01-02" unitedNationId="KPi.999" euReferenceNumber="EU.9001.1" logicalId="1">
  <remark>A  remark
  in two lines.</remark>
  <regulation programme="PRK" numberTitle="2017/1509 (OJ L224)"><publicationUrl>https://example.org/oj</publicationUrl></regulation>
  <subjectType code="person" classificationCode="P"/>
  <nameAlias wholeName="Boris TESTOVICH" gender="M" strong="true"/>
  <nameAlias wholeName="" firstName="Борис" middleName="" lastName="Тестович" strong="true"/>
  <nameAlias wholeName="The Tester" strong="false"/>
  <nameAlias wholeName="Testy" strong="true"><remark>Low quality alias</remark></nameAlias>
  <birthdate birthdate="1970-05-21" year="1970" circa="false"/>
  <birthdate year="1962" circa="true"/>
  <birthdate yearRangeFrom="1962" yearRangeTo="1964" circa="false"/>
  <birthdate circa="false" city="Test"/>
  <citizenship countryIso2Code="RU" countryDescription="RUSSIAN FEDERATION"/>
  <citizenship countryIso2Code="00" countryDescription="UNKNOWN"/>
  <identification identificationTypeCode="passport" number="AB 123456" countryIso2Code="RU"/>
  <identification identificationTypeCode="fiscalcode" number="" latinNumber="7700000001" countryIso2Code="00"/>
  <address street="1 Test Street" city="Testgrad" countryIso2Code="RU" countryDescription="RUSSIAN FEDERATION"/>
</sanctionEntity>"""
FIRM = """
<sanctionEntity euReferenceNumber="EU.9002.2" logicalId="2"><subjectType code="enterprise"/>
<nameAlias wholeName="TEST TRADING" strong="true"/><identification identificationTypeCode="swiftbic" number="TESTRUMM"/>
</sanctionEntity>"""
NAMELESS = (
    '<sanctionEntity euReferenceNumber="EU.9003.3" logicalId="3"><subjectType code="enterprise"/></sanctionEntity>'
)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("titles", "measures"),
    [
        (("269/2014 (OJ L78)",), (ListingMeasure.ASSET_FREEZE,)),
        (("833/2014 (OJ L229)",), (ListingMeasure.SECTORAL,)),
        (("833/2014 (OJ L229)", "269/2014 (OJ L78)"), (ListingMeasure.SECTORAL, ListingMeasure.ASSET_FREEZE)),
        (("2099/1 (OJ L1)",), (ListingMeasure.ASSET_FREEZE,)),
    ],
)
def test_who_is_named_by_a_sectoral_regulation_alone_is_not_frozen(
    tmp_path: Path, titles: tuple[str, ...], measures: tuple[ListingMeasure, ...]
) -> None:
    regulations = "".join(f'<regulation programme="UKR" numberTitle="{title}"/>' for title in titles)
    text = (
        HEAD
        + FIRM.replace('<subjectType code="enterprise"/>', regulations + '<subjectType code="enterprise"/>')
        + "</export>"
    )
    assert load_list("eu", write(tmp_path / "eu.xml", text)).entries[0].measures == measures


def test_an_entity_keeps_its_facts(tmp_path: Path) -> None:
    loaded = load_list("eu", write(tmp_path / "eu.xml", HEAD + MAN + FIRM + "</export>"))
    man, firm = loaded.entries
    assert (loaded.authority, loaded.published, loaded.unread) == ("EU", "2026-06-05", ())
    assert (man.id, man.type, man.gender, man.listed_on) == ("EU.9001.1", EntryType.PERSON, "male", "2020-01-02")
    assert man.names == (
        ListedName("Boris TESTOVICH"),
        ListedName("Борис Тестович"),
        ListedName("The Tester", weak=True),
        ListedName("Testy", weak=True),
    )
    assert man.birth_dates == ("1970-05-21", "1962~", "1962/1964")
    assert man.countries == ("RU", "KP")
    assert man.identifiers == (
        ListedIdentifier("passport", "AB 123456", "RU"),
        ListedIdentifier("tax_id", "7700000001"),
    )
    assert man.measures == (ListingMeasure.ASSET_FREEZE,)
    assert man.instrument == "EU Consolidated List, 2017/1509 (OJ L224)"
    assert man.url == "https://example.org/oj"
    assert man.addresses == ("1 Test Street, Testgrad, RUSSIAN FEDERATION",)
    assert "A remark in two lines." in man.remarks
    assert "KPi.999" in man.remarks
    assert (firm.type, firm.identifiers) == (EntryType.ORGANISATION, (ListedIdentifier("bic", "TESTRUMM"),))


def test_what_cannot_be_read_is_reported_and_the_rest_is_kept(tmp_path: Path) -> None:
    odd = FIRM.replace("EU.9002.2", "EU.9004.4").replace('code="enterprise"', 'code="robot"')
    loaded = load_list(
        "eu", write(tmp_path / "eu.xml", HEAD + MAN.replace("1970-05-21", "soon") + NAMELESS + odd + MAN + "</export>")
    )
    assert [e.id for e in loaded.entries] == ["EU.9001.1", "EU.9004.4"]
    assert loaded.entries[1].type is EntryType.UNKNOWN
    told = " | ".join(row.reason for row in loaded.unread)
    for reason in (
        "'soon' is not understood",
        "EU.9003.3 has no name",
        "'robot' is not known",
        "a second record EU.9001.1",
    ):
        assert reason in told


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("<html><body>Error 500</body></html>", "its root is <html>"),
        (HEAD + MAN + FIRM[:80], "is not complete XML"),
        (HEAD + "</export>", "has no sanctionEntity"),
        (HEAD.replace(' generationDate="2026-06-05T12:00:00Z"', "") + MAN + "</export>", "has no generationDate"),
        (HEAD + NAMELESS * 4 + FIRM + "</export>", "4 of 5 rows cannot be read"),
        ('<!DOCTYPE export [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + HEAD[38:] + MAN + "</export>", "document type"),
        (HEAD + "<a>" * 40 + "</a>" * 40 + "</export>", "nest deeper"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_this_list_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ListError, match=says):
        load_list("eu", write(tmp_path / "eu.xml", text))


def test_an_element_that_damage_made_a_text_is_told(tmp_path: Path) -> None:
    broken = MAN.replace('<nameAlias wholeName="The Tester"', '=nameAlias wholeName="The Tester"')
    loaded = load_list("eu", write(tmp_path / "eu.xml", HEAD + broken + FIRM + "</export>"))
    assert "The Tester" not in [name.text for name in loaded.entries[0].names]
    told = "eu.xml: <sanctionEntity> has text between its elements; the text is not read"
    assert [row.reason for row in loaded.unread] == [told]


def test_an_attribute_of_a_name_that_is_not_known_is_told(tmp_path: Path) -> None:
    broken = MAN.replace('<nameAlias wholeName="" firstName="Борис"', '<nameAlias wholeName="" firrtName="Борис"')
    loaded = load_list("eu", write(tmp_path / "eu.xml", HEAD + broken + FIRM + "</export>"))
    assert [row.reason for row in loaded.unread] == [
        "eu.xml: attribute firrtName of <nameAlias> is not known here; it is not read"
    ]
