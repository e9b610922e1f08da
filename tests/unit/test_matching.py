"""Parties are found, or not, as the references say, with scores that explain themselves."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.official_lists import FOLDER, needs_official_lists
from tidewaiter.lists import load_list
from tidewaiter.matching import BLOCK, REVIEW, Candidate, PartyIndex, PartyQuery
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListEntry, PartyList
from tidewaiter.matching.policy import Feature

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "service/tidewaiter/rulebook/builtin/lists/sample.yaml"


@pytest.fixture(scope="module")
def sample() -> PartyIndex:
    return PartyIndex.build([load_list("sample", SAMPLE)])


def best(index: PartyIndex, *names: str, **facts: object) -> Candidate | None:
    found = index.match([PartyQuery(names, **facts)])[0]  # type: ignore[arg-type]
    return found[0] if found else None


def entry(id_: str, type_: EntryType, *names: str, weak: tuple[str, ...] = (), **facts: object) -> ListEntry:
    listed = tuple(ListedName(n) for n in names) + tuple(ListedName(n, weak=True) for n in weak)
    return ListEntry(id=id_, type=type_, names=listed, **facts)  # type: ignore[arg-type]


def index_of(*entries: ListEntry) -> PartyIndex:
    return PartyIndex.build(
        [PartyList("test", "test", "UN", "Test list", "https://example.org", None, "0" * 64, entries)]
    )


@pytest.mark.parametrize(
    "name", ["KIM Jong Un", "Kim Jong-un", "Kim Jŏng Ŭn", "김정은", "金正恩", "Ким Чен Ын", "Jong Un Kim"]
)
def test_kim_jong_un_is_found_in_every_script(sample: PartyIndex, name: str) -> None:
    found = best(sample, name)
    assert found is not None
    assert found.entry.id == "20157"
    assert REVIEW <= found.score < BLOCK
    of_the_country = best(sample, name, countries=("KP",))
    assert of_the_country is not None
    assert of_the_country.score >= BLOCK


@pytest.mark.parametrize(
    ("facts", "blocks"),
    [
        ({}, False),
        ({"type": "person"}, False),
        ({"type": "person", "birth_date": "1950-07-17"}, True),
        ({"countries": ("KP",)}, True),
        ({"identifiers": (("passport", "381310014", "KP"),)}, True),
        ({"countries": ("KR",)}, False),
    ],
)
def test_a_family_name_and_syllables_block_only_with_a_fact(facts: dict[str, object], blocks: bool) -> None:
    passport = ListedIdentifier("passport", "381310014", "KP")
    listed = entry(
        "KPi.033", EntryType.PERSON, "RI, Won Ho", birth_dates=("1964-07-17", "1950-07-17"), identifiers=(passport,),
        countries=("KP",),
    )  # fmt: skip
    for name in ("Ri Won Ho", "RI, Won Ho", "이원호"):
        found = best(index_of(listed), name, **facts)
        assert found is not None
        assert (found.score >= BLOCK) is blocks, name
    elsewhere = entry("1", EntryType.PERSON, "Petrosyan, Tigran Vartanovich")
    plain = best(index_of(elsewhere), "Tigran Vartanovich Petrosyan", type="person")
    assert plain is not None
    assert plain.score >= BLOCK


@pytest.mark.parametrize("name", ["Kim Jong-nam", "Kim Jong Il", "Kim Jung-eun", "김정남", "Ким Чен Нам", "Kim"])
def test_other_people_are_not_kim_jong_un(sample: PartyIndex, name: str) -> None:
    found = sample.match([PartyQuery((name,), type="person")])[0]
    assert "20157" not in [c.entry.id for c in found]


def test_a_birth_date_that_agrees_makes_the_common_spelling_a_question(sample: PartyIndex) -> None:
    found = best(sample, "Kim Jung-eun", type="person", birth_date="1984-01-08")
    assert found is not None
    assert found.entry.id == "20157"
    assert REVIEW <= found.score < BLOCK


@pytest.mark.parametrize(
    "name", ["Aurus", "Aurus LLC", "OOO Aurus", "ООО Аурус", "LIMITED LIABILITY COMPANY AURUS", "AURUS, OOO"]
)
def test_aurus_is_found_under_any_legal_form(sample: PartyIndex, name: str) -> None:
    found = best(sample, name, type="organisation")
    assert found is not None
    assert found.entry.id == "47956"
    assert found.score >= BLOCK


@pytest.mark.parametrize(
    "name", ["CORP", "TRADING", "BANK", "COMPANY", "LIMITED", "General Trading", "Third Floor", "7-28", "Room 12"]
)
@pytest.mark.parametrize("type_", ["unknown", "organisation"])
def test_generic_words_and_weak_aliases_never_alert_alone(sample: PartyIndex, name: str, type_: str) -> None:
    assert best(sample, name, type=type_) is None


def test_a_weak_alias_alerts_with_support(sample: PartyIndex) -> None:
    assert best(sample, "Third Floor", type="organisation", countries=("KP",)) is not None
    found = best(sample, "7-28", type="vessel")
    assert found is not None
    assert REVIEW <= found.score < BLOCK


@pytest.mark.parametrize(
    ("type_", "value", "country", "id_"),
    [
        ("imo", "IMO 9187629", None, "V"),
        ("imo", "9187629", None, "V"),
        ("tax_id", "7700000001", "RU", "C"),
        ("passport", "654 321-987", "KP", "P"),
        ("bic", "TESTKPPYXXX", None, "C"),
    ],
)
def test_an_identifier_that_agrees_decides_whatever_the_name(
    type_: str, value: str, country: str | None, id_: str
) -> None:
    index = index_of(
        entry("V", EntryType.VESSEL, "SHIP ONE", identifiers=(ListedIdentifier("imo", "9187629"),)),
        entry("C", EntryType.ORGANISATION, "FIRM ONE",
              identifiers=(ListedIdentifier("tax_id", "7700000001", "RU"), ListedIdentifier("bic", "TESTKPPY"))),
        entry("P", EntryType.PERSON, "MAN, One", identifiers=(ListedIdentifier("passport", "654321987", "KP"),)),
    )  # fmt: skip
    found = best(index, "Quite Another Name", identifiers=((type_, value, country),))
    assert found is not None
    assert found.entry.id == id_
    assert found.score >= BLOCK


@pytest.mark.parametrize(
    ("listed", "asked", "found"),
    [
        ("11420 CORP.", "11420 Corporation", True),
        ("11420 CORP.", "11421 Corp", False),
        ("11420 CORP.", "CORP", False),
        ("PLANT NUMBER 36 TESTAVIA", "Testavia Plant No. 36", True),
        ("PLANT NUMBER 36 TESTAVIA", "Testavia Plant No. 37", False),
    ],
)
def test_numbers_must_agree(listed: str, asked: str, found: bool) -> None:
    index = index_of(entry("1", EntryType.ORGANISATION, listed))
    assert (best(index, asked, type="organisation") is not None) is found


@pytest.mark.parametrize(
    ("type_", "listed", "asked", "found"),
    [
        # Run together, split, doubled: the letters of the whole name agree.
        (EntryType.ORGANISATION, "AO PPITESTA", "AOPPITESTA", True),
        (EntryType.ORGANISATION, "SKY TEST COMPANY", "Sky Test Com pany", True),
        (EntryType.PERSON, "KHERULLAH, Haji Testov", "Kher ullah Haji Testov", True),
        (EntryType.PERSON, "NOORTESTI, Haji Malek", "NOORTESTIHaji Malek", True),
        (EntryType.ORGANISATION, "NORD TEST PLC", "NORD TEST PLLC", True),
        (EntryType.ORGANISATION, "JOINT STOCK COMPANY TESTRADAR", "Jonit Stock Company Testradar", True),
        (EntryType.ORGANISATION, "ISLAMIC TESTAH SOCIETY", "Islamic Testahsociety", True),
        (EntryType.ORGANISATION, "TESTARIU ENGINEERING INDUSTRIES", "Testariu Engineering Industhies", True),
        # A payment field of 35 characters.
        (EntryType.ORGANISATION, "PUBLIC JOINT STOCK COMPANY TESTKAPITALBANK", "PUBLIC JOINT STOCK COMPANY TESTKAPI", True),
        (EntryType.ORGANISATION, "TESTIAN STATE CONCERN FOR OIL AND CHEMISTRY", "TESTIAN STATE CONCERN FOR OIL AND C", True),
        (EntryType.ORGANISATION, "LIMITED LIABILITY COMPANY TESTKAPITALBANK", "Limited Liability Company", False),
        # Family name and first given name of a longer name.
        (EntryType.PERSON, "TESTHAJ, Jamal Ja'afar Ibrahim al-Mikna", "Jamal Testhaj", True),
        (EntryType.PERSON, "TESTALVI, Abdul Rauf", "Abdul R. Testalvi", True),
        (EntryType.ORGANISATION, "AL-TESTAQSA FOUNDATION", "A1-Testaqsa Foundation", True),
        # One short word, with another word beside it.
        (EntryType.ORGANISATION, "KIGN TRADE B.V.", "Kign Inc", False),
    ],
)  # fmt: skip
def test_names_are_found_however_they_are_mangled(type_: EntryType, listed: str, asked: str, found: bool) -> None:
    index = index_of(entry("1", type_, listed))
    assert (best(index, asked, type=type_.value) is not None) is found


@pytest.mark.parametrize(
    ("type_", "listed", "asked", "found"),
    [
        (EntryType.ORGANISATION, "TESTAVIA METAL S.A.", "Testavia Ltd", False),
        (EntryType.ORGANISATION, "TESTAVIA METAL S.A.", "Testavia SA", True),
        (EntryType.ORGANISATION, "TESTAVIA INTERNATIONAL FZE", "Testavia PLC", False),
        (EntryType.ORGANISATION, "TESTAVIA INTERNATIONAL FZE", "Testavia", True),
        (EntryType.ORGANISATION, "TVA METAL S.A.", "TVA S.A.", True),
        (EntryType.ORGANISATION, "THOMAS METAL", "Thomas Inc", False),
        (EntryType.ORGANISATION, "JSC SCIENTIFIC RESEARCH INSTITUTE TESTON", "JSC Teston", True),
        (EntryType.ORGANISATION, "LIMITED LIABILITY COMPANY TESTRADE", "LIMITED LIABILITY COMPANY TESTRA", True),
        (EntryType.ORGANISATION, "T.V.A. TECHNOLOGY LLC", "TVA Technology", True),
        (EntryType.ORGANISATION, "MILITARY UNIT 74268", "Unit 74268", True),
        (EntryType.ORGANISATION, "華信船務(香港)有限公司", "中国银行(香港)", False),
        (EntryType.PERSON, "TESTER GARCIA, Zebedee", "Zebedee Tester", True),
        (EntryType.PERSON, "DIAZ GARCIA, Javier", "Javier Garcia", False),
        (EntryType.PERSON, "TESTER, Hamid AL-RAWI", "Hamid Alrawi Tester", True),
        (EntryType.PERSON, "TESTEROV, Vladimir Petrovich", "Vldmr Ptrvch Tstrv", True),
        (EntryType.PERSON, "TESTER, Abu Suliman Test", "Abu Suliman Test Te", True),
        (EntryType.PERSON, "Alexandr Testov", "Aleksandra Testov", False),
        (EntryType.PERSON, "YU, Jin", "안유진", False),
        (EntryType.PERSON, "KIM Kyong Hui", "김정희", False),
        (EntryType.PERSON, "محمد مفلح", "محمود المفلح", False),
        (EntryType.PERSON, "NEPTUN", "NETPUN", True),
    ],
)
def test_what_differs_in_a_name_is_weighed_by_what_it_is(
    type_: EntryType, listed: str, asked: str, found: bool
) -> None:
    others = [entry(f"other {n}", type_, f"{word} Others") for n, word in enumerate(("Garcia", "Javier", "Abu") * 9)]
    hits = index_of(entry("T", type_, listed), *others).match([PartyQuery((asked,), type_.value)])[0]
    assert ("T" in [hit.entry.id for hit in hits]) is found


@pytest.mark.parametrize(
    ("listed", "asked", "found"),
    [
        # Translated words of a trade, and the sound of the rest.
        ("TESTINSK TRACTOR PLANT", "Тестинский тракторный завод", True),
        ("TESTARAD RADIO INSTRUMENT PLANT", "АО «Тестарадский радиоприборный завод»", True),
        ("TESTINSK TRACTOR PLANT", "Тестинский тракторист", False),
        ("JSC RESEARCH AND PRODUCTION CORPORATION TESTVAGON", "ОАО «Научно-производственная корпорация «Тествагон»", True),
        ("RESEARCH AND PRODUCTION ASSOCIATION TESTEN", "НПО Тестен", True),
        ("NPO TESTEN", "Научно-производственное объединение Тестен", True),
        ("TESTINSK AVIATION PLANT NAMED AFTER TESTERBUNOV", "Тестинский авиационный завод имени Тестербунова", True),
        ("OPEN JOINT STOCK COMPANY TESTSHA AIRCRAFT REPAIR PLANT",
         "Адкрытае акцыянернае таварыства Тестша авіярамонтны завод", True),
        ("TESTINA TRADING AND INDUSTRY", "شركة تستينا للتجارة والصناعة", True),
        ("TUNISIAN TESTARAN GROUP", "المجموعة التونسية تستران", True),
        ("TESTAR SHIPYARD", "Ναυπηγείο Testar", True),
        ("HUAXIN ELECTRONIC TECHNOLOGY CO., LTD", "华信电子科技有限公司", True),
        # A word that is a name in its own language is no translation by itself.
        ("NAVAL INDUSTRIES GROUP", "شركة البحري", False),
        ("COMMERCIAL BANK", "Коммерческий банк", True),
        ("COMMERCIAL BANK", "Торговый банк", False),
    ],
)  # fmt: skip
def test_firms_are_found_by_the_english_for_what_they_are_called(listed: str, asked: str, found: bool) -> None:
    index = index_of(entry("1", EntryType.ORGANISATION, listed))
    assert (best(index, asked, type="organisation") is not None) is found


@pytest.mark.parametrize(
    ("countries", "asked", "found"),
    [
        (("IR",), "Testaran d.o.o.", False),
        (("IR", "RS"), "Testaran d.o.o.", True),
        ((), "Testaran d.o.o.", True),
        (("IR",), "Testaran Ltd", True),
        (("IR",), "Testaran Exchange d.o.o.", True),
    ],
)
def test_a_legal_form_of_a_country_that_the_party_has_not_speaks_against_a_lone_word(
    countries: tuple[str, ...], asked: str, found: bool
) -> None:
    index = index_of(entry("1", EntryType.ORGANISATION, "TESTARAN EXCHANGE", countries=countries))
    assert (best(index, asked, type="organisation") is not None) is found


@pytest.mark.parametrize(
    ("asked", "facts", "found"),
    [
        ("Testo", {}, True),
        ("Testo LLC", {}, False),
        ("Testo SNC", {}, False),
        ("Testo Shipping LLC", {}, True),
        ("Testo Company", {}, True),  # as much a word of trade as a legal form
        ("Testo OOO", {}, True),  # of a country of the party
        ("Testo LLC", {"countries": ("RU",)}, True),
        ("Testo LLC", {"countries": ("FR",)}, False),
    ],
)
def test_a_short_word_under_a_legal_form_that_is_not_listed_is_a_whole_name(
    asked: str, facts: dict[str, object], found: bool
) -> None:
    index = index_of(entry("1", EntryType.ORGANISATION, "TESTO SHIPPING AND TRADING", countries=("RU",)))
    assert (best(index, asked, type="organisation", **facts) is not None) is found


def test_a_legal_form_that_the_listed_name_has_too_speaks_for_it_wherever_the_party_is() -> None:
    index = index_of(entry("1", EntryType.ORGANISATION, "TESTEKHO CONSTRUCTION SARL", countries=("KP",)))
    assert best(index, "Testekho SARL", type="organisation") is not None


@pytest.mark.parametrize(
    ("asked", "found"),
    [("Testabyar Trading", True), ("Testabyra", True), ("Testabiara", False), ("Testabyqa Ltd", False)],
)
def test_one_word_misspelled_beside_words_left_over_is_two_differences(asked: str, found: bool) -> None:
    index = index_of(entry("1", EntryType.ORGANISATION, "TESTABYRA FOR TRADING FZC"))
    assert (best(index, asked, type="organisation") is not None) is found


def test_two_ships_told_apart_by_a_number_are_two_ships() -> None:
    index = index_of(entry("1", EntryType.VESSEL, "KUM UN SAN"), entry("2", EntryType.VESSEL, "KUM UN SAN 3"))
    assert [c.entry.id for c in index.match([PartyQuery(("Kum Un San",), "vessel")])[0]] == ["1"]
    assert [c.entry.id for c in index.match([PartyQuery(("KUM UN SAN 3",), "vessel")])[0]] == ["2"]
    assert index.match([PartyQuery(("KUM UN SAN 4",), "vessel")])[0] == ()


def test_a_vessel_of_the_same_name_and_another_imo_number_is_another_vessel() -> None:
    index = index_of(entry("1", EntryType.VESSEL, "BRIGHT TEST", identifiers=(ListedIdentifier("imo", "9187629"),)))
    named = best(index, "Bright Test", type="vessel")
    assert named is not None
    assert REVIEW <= named.score < BLOCK
    assert best(index, "Bright Test", type="vessel", identifiers=(("imo", "7406784", None),)) is None


BORN = {"birth_dates": ("1970-05-21",), "countries": ("RU",)}


@pytest.mark.parametrize(
    ("birth_date", "feature"),
    [
        ("1970-05-21", Feature.BIRTH_DATE_AGREES),
        ("1970", Feature.BIRTH_YEAR_AGREES),
        ("1970-05", Feature.BIRTH_YEAR_AGREES),
        ("1970-05-22", Feature.BIRTH_DATE_NEAR),
        ("1971-05-21", Feature.BIRTH_DATE_NEAR),
        ("1969", Feature.BIRTH_DATE_NEAR),
        ("1970-07-21", Feature.BIRTH_DATE_NEAR),
        # One figure of the year wrong, or two changed about, on the same day.
        ("1976-05-21", Feature.BIRTH_DATE_NEAR),
        ("1907-05-21", Feature.BIRTH_DATE_NEAR),
        ("1976-06-21", Feature.BIRTH_DATE_CONFLICTS),
        ("1976", Feature.BIRTH_DATE_CONFLICTS),
        ("1950-01-01", Feature.BIRTH_DATE_CONFLICTS),
    ],
)
def test_a_birth_date_speaks_for_or_against(birth_date: str, feature: Feature) -> None:
    index = index_of(entry("1", EntryType.PERSON, "TESTOVICH, Boris Ivanovich", **BORN))
    query = PartyQuery(("Boris Ivanovich Testovich",), "person", birth_date, ("RU",), (("passport", "1", None),))
    candidates = index.match([query])[0]
    assert feature in [f.name for f in candidates[0].features]
    # A date is easily invented or mistyped: another one on the exact full name leaves it for review, and blocks no more.
    if feature is Feature.BIRTH_DATE_CONFLICTS:
        assert REVIEW <= candidates[0].score < BLOCK


@pytest.mark.parametrize(
    ("listed", "asked", "agrees"),
    [
        ("1962/1964", "1963-02-01", True),
        ("1962/1964", "1970-02-01", False),
        ("1951~", "1952", True),
        ("1951~", "1960", False),
        ("1962/1964", "1965", True),
        ("1962-03", "1962-03-05", True),
        ("1970-05-12", "1970-12-05", True),
        ("1970-05-21", "1970-21-05", None),
    ],
)
def test_ranges_and_approximate_dates_are_read_as_such(listed: str, asked: str, agrees: bool | None) -> None:
    index = index_of(entry("1", EntryType.PERSON, "TESTOVICH, Boris Ivanovich", birth_dates=(listed,)))
    found = best(index, "Boris Ivanovich Testovich", type="person", birth_date=asked)
    if agrees is None:
        assert found is not None
    else:
        assert (found is not None) is agrees


def test_another_country_and_another_type_speak_against() -> None:
    index = index_of(entry("1", EntryType.ORGANISATION, "TESTOVIA HOLDING", countries=("RU",)))
    same = best(index, "Testovia Holding", type="organisation", countries=("RU",))
    other = best(index, "Testovia Holding", type="organisation", countries=("BR",))
    assert same is not None
    assert other is not None
    assert other.score < BLOCK <= same.score
    typed = best(index, "Testovia Holding", type="person", countries=("RU",))
    assert typed is not None
    assert REVIEW <= typed.score < BLOCK


LISTED_OF_EACH_TYPE = {
    EntryType.PERSON: "TESTOVICH, Boris Ivanovich",
    EntryType.ORGANISATION: "TESTOVIA HOLDING",
    EntryType.VESSEL: "UL TEST BONG 6",
    EntryType.AIRCRAFT: "EP-TST",
}


@pytest.mark.parametrize("listed", list(LISTED_OF_EACH_TYPE))
@pytest.mark.parametrize("asked", ["person", "organisation", "government", "vessel", "aircraft", "unknown", "gadget"])
@pytest.mark.parametrize("countries", [(), ("BR",)])
def test_a_listed_name_is_never_hidden_by_the_type_declared(
    listed: EntryType, asked: str, countries: tuple[str, ...]
) -> None:
    index = index_of(entry("1", listed, LISTED_OF_EACH_TYPE[listed], countries=("RU",)))
    found = best(index, LISTED_OF_EACH_TYPE[listed], type=asked, countries=countries)
    assert found is not None
    assert found.score >= REVIEW
    if asked in {"vessel", "aircraft"} and listed in {EntryType.PERSON, EntryType.ORGANISATION}:
        assert found.score < BLOCK
        assert f"the name is listed for a {listed.value}" in found.sentence


def test_a_weak_alias_of_another_type_stays_below_review() -> None:
    index = index_of(entry("1", EntryType.PERSON, "TESTOVICH, Boris", weak=("Grey Cardinal",)))
    assert best(index, "Grey Cardinal", type="organisation") is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("M/V RENAMED STAR ex UL TEST BONG 6", True),
        ("Boris Ivanovich Testovich c/o Example Guest House", True),
        ("Guest House of Testovich Boris Ivanovich", True),
        ("UL TEST BONG 7 ex RENAMED STAR", False),
        ("KUM TEST SAN 3 ex RENAMED STAR", False),
    ],
)
@pytest.mark.parametrize("type_", ["unknown", "person", "organisation", "vessel"])
def test_a_listed_name_among_other_words_is_a_question(asked: str, found: bool, type_: str) -> None:
    index = index_of(
        entry("1", EntryType.PERSON, "TESTOVICH, Boris Ivanovich"),
        entry("2", EntryType.VESSEL, "UL TEST BONG 6"),
        entry("3", EntryType.VESSEL, "KUM TEST SAN"),
        entry("4", EntryType.PERSON, "HASSAN, Ali"),
    )
    answer = best(index, asked, type=type_)
    assert (answer is not None) is found
    if answer is not None:
        assert REVIEW <= answer.score < BLOCK


def test_a_short_name_among_other_words_is_no_alert() -> None:
    index = index_of(entry("1", EntryType.PERSON, "HASSAN, Ali"), entry("2", EntryType.VESSEL, "JIN TENG"))
    assert best(index, "Ali Hassan Trading", type="organisation") is None
    assert best(index, "Jin Teng Food Company", type="organisation") is None


def test_the_key_of_a_finding_stays_with_what_says_the_same_and_changes_with_what_does_not() -> None:
    listed = entry("1", EntryType.PERSON, "TESTOVICH, Boris", birth_dates=("1970",))
    index = index_of(listed)
    known = best(index, "Boris Testovich", type="person", countries=("RU", "BY"))
    again = best(index, "BORIS  testovich", type="person", countries=("BY", "RU"))
    spelled = best(index, "Boris Téstovich", type="person", countries=("RU", "BY"))
    other = best(index, "Boris Testovich", type="person", countries=("RU",))
    changed = best(
        index_of(replace(listed, remarks="Changed.")), "Boris Testovich", type="person", countries=("RU", "BY")
    )
    assert known is not None
    assert again is not None
    assert spelled is not None
    assert other is not None
    assert changed is not None
    assert again.key == known.key
    assert spelled.key.party != known.key.party
    assert (known.key.list_id, known.key.entry_id) == ("test", "1")
    assert str(known.key) == f"{known.key.party}:test:1:{known.key.entry_sha256}"
    assert other.key.party != known.key.party
    assert changed.key.party == known.key.party
    assert changed.key.entry_sha256 != known.key.entry_sha256


def test_a_patronymic_left_out_is_a_likeness_and_another_one_is_not() -> None:
    index = index_of(entry("1", EntryType.PERSON, "TESTOVICH, Boris Ivanovich"))
    left_out = best(index, "Boris Testovich", type="person")
    assert left_out is not None
    assert REVIEW <= left_out.score < BLOCK
    assert best(index, "Boris Petrovich Testovich", type="person") is None


def test_the_score_is_the_sum_of_its_features_and_the_sentence_says_them(sample: PartyIndex) -> None:
    found = best(sample, "Ким Чен Ын", type="person", countries=("KP",), birth_date="1984-01-08")
    assert found is not None
    assert found.score == round(min(1.0, sum(f.weight for f in found.features)), 4)
    assert "KIM, Jong Un" in found.sentence or "Ким Чен Ын" in found.sentence
    assert "birth date 1984-01-08 agrees" in found.sentence
    assert found.sentence.count("\n") == 0


def test_candidates_are_in_the_order_of_score_list_and_entry() -> None:
    index = index_of(
        entry("b", EntryType.ORGANISATION, "TESTOVIA"),
        entry("a", EntryType.ORGANISATION, "TESTOVIA"),
        entry("c", EntryType.ORGANISATION, "TESTOVIA", countries=("RU",)),
    )
    found = index.match([PartyQuery(("Testovia",), "organisation", countries=("RU",))])[0]
    assert [c.entry.id for c in found] == ["c", "a", "b"]


def test_nothing_to_look_for_finds_nothing(sample: PartyIndex) -> None:
    assert sample.match([PartyQuery(()), PartyQuery(("",)), PartyQuery(("—", "\u200b"))]) == [(), (), ()]
    assert PartyIndex.build([]).match([PartyQuery(("Kim Jong Un",))]) == [()]


def test_the_same_candidates_come_out_whatever_the_hash_seed() -> None:
    program = (
        "from pathlib import Path\nfrom tidewaiter.lists import load_list\nfrom tidewaiter.matching import *\n"
        f"ix = PartyIndex.build([load_list('sample', Path({str(SAMPLE)!r}))])\n"
        "print(ix.match([PartyQuery((n,)) for n in ('Kim Jong', 'Foreign Bank Korea', 'Ministry of Security', 'Sam Jong 2')]))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=True, cwd=ROOT, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1
    assert b"Candidate" in outputs.pop()


@needs_official_lists
def test_aurus_is_on_the_list_of_23_february_2024_and_not_on_that_of_the_20th() -> None:
    query = PartyQuery(("Aurus",), type="organisation")
    before = PartyIndex.build([load_list("ofac", FOLDER / "ofac" / "SDN_2024-02-20.csv")])
    after = PartyIndex.build([load_list("ofac", FOLDER / "ofac" / "SDN_2024-02-23.csv")])
    assert before.match([query])[0] == ()
    found = after.match([query])[0][0]
    assert (found.entry.id, found.listed_name) == ("47956", "LIMITED LIABILITY COMPANY AURUS")
    assert found.score >= BLOCK


@needs_official_lists
def test_every_listed_name_of_the_un_list_is_found_as_it_stands() -> None:
    un = load_list("un", FOLDER / "un" / "consolidated_2026-08-01.xml")
    index = PartyIndex.build([un])
    wanted = [(e, n.text) for e in un.entries for n in e.names if not n.weak]
    answers = index.match([PartyQuery((name,), e.type.value) for e, name in wanted])
    missed = [n for (e, n), found in zip(wanted, answers, strict=True) if e.id not in [c.entry.id for c in found]]
    # An alias that is an address, and that must not alert by itself.
    assert missed == ["Third Floor"]


@needs_official_lists
def test_ordinary_words_do_not_alert_on_the_official_lists() -> None:
    index = PartyIndex.build(
        [
            load_list("un", FOLDER / "un" / "consolidated_2026-08-01.xml"),
            load_list("ofac", FOLDER / "ofac" / "SDN_2024-05-03.csv"),
        ]
    )
    words = ["CORP", "TRADING", "BANK", "Third Floor", "7-28", "Kim Jong-nam", "Limited", "General Trading", "Ali"]
    assert index.match([PartyQuery((word,)) for word in words]) == [()] * len(words)


def test_a_listed_name_is_found_however_many_words_stand_before_it() -> None:
    index = index_of(entry("1", EntryType.ORGANISATION, "Zarvandi Petrochemical Kombinat"))
    for before in (3, 30, 60):
        found = best(index, f"{'one two three ' * (before // 3)}Zarvandi Petrochemical Kombinat", type="organisation")
        assert found is not None, before
        assert any(feature.name is Feature.NAME_WITHIN for feature in found.features)
