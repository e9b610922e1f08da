"""Names become the words that compare."""

from __future__ import annotations

import pytest

from tidewaiter.matching.index.name_index import NameIndex
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.readings import forms
from tidewaiter.matching.names.word_likeness import word_likeness
from tidewaiter.matching.scripts.folding import fold
from tidewaiter.text.latin import words


def read(name: str, kind: NameKind) -> list[tuple[str, ...]]:
    return [form.words for form in forms(name, kind)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KIM Jong Un", "kim jong un"),
        ("Kim Jong-un", "kim jong un"),
        ("Kim Jŏng Ŭn", "kim jong un"),
        ("김정은", "kim jong un"),
        ("RI U’N SO’NG", "ri un song"),
        ("RA KY'ONG-SU", "ra kyong su"),
        (" YO'N  CHO'NG\n NAM", "yon chong nam"),
        ("Аурус", "aurus"),
        ("Аurus", "aurus"),  # a Cyrillic A
        ("Au\u200brus", "aurus"),
        ("Аzаm СНЕЕМА", "azam cheema"),  # the second word has none but Cyrillic letters
        ("Вiктор РОСТОВ", "viktor rostov"),  # the Latin i alone is a slip
        ("Tester РОСТОВ", "tester rostov"),
        ("жİw Tester", "zhiw tester"),  # a letter that is two in lower case
        ("Ａｕｒｕｓ", "aurus"),
        ("𝐀urus", "aurus"),
        ("ΑURUS", "aurus"),  # a Greek A
        ("Straße Łódź Ørsted", "strasse lodz orsted"),
        ("Şahin İpek", "sahin ipek"),
        ("Володимир Зеленський", "volodimir zelenskiy"),
        ("", ""),
        ("—", ""),
        ("\u202e\u0000", ""),
    ],
)
def test_any_script_becomes_plain_latin_words(text: str, expected: str) -> None:
    assert " ".join(words(text)) == expected


@pytest.mark.parametrize("name", ["KIM Jong Un", "Kim Jong-un", "김정은", "金正恩", "Ким Чен Ын", "Kim Jŏng Ŭn"])
def test_the_forms_of_one_korean_name_meet(name: str) -> None:
    assert ("kim", "jong", "un") in read(name, NameKind.PERSON)


@pytest.mark.parametrize(
    "name",
    [
        "LIMITED LIABILITY COMPANY AURUS",
        "Aurus LLC",
        "Aurus, L.L.C.",
        "OOO Aurus",
        "ООО «Аурус»",
        "Общество с ограниченной ответственностью Аурус",
        "The Aurus Company Limited",
        "AURUS GmbH",
    ],
)
def test_legal_forms_are_set_aside(name: str) -> None:
    assert read(name, NameKind.ORGANISATION)[0] == ("aurus",)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Grupo Prueba, S.A. de C.V.", ("grupo", "prueba")),
        ("Air Koryo", ("air", "koryo")),
        ("OFFICE No. 39", ("office", "39")),
        ("GUANGZHOU TEST COMM GRP", ("guangzhou", "test", "communication", "group")),
        ("Y.A.S. CO LTD.", ("yas",)),
    ],
)
def test_what_names_an_organisation_is_kept(name: str, expected: tuple[str, ...]) -> None:
    assert read(name, NameKind.ORGANISATION)[0] == expected


def test_a_bracketed_acronym_is_a_name_too_and_a_bracketed_remark_is_none() -> None:
    assert read("FOREIGN TRADE BANK (FTB)", NameKind.ORGANISATION) == [("foreign", "trade", "bank"), ("ftb",)]
    assert read("Encep Someone (birth name)", NameKind.PERSON) == [("encep", "someone")]
    assert ("jin", "tie", "san") in read("Jin Tiesan (金铁三)", NameKind.PERSON)


def test_a_legal_form_glued_to_the_name_is_taken_off() -> None:
    assert read("JSCARGUMENT", NameKind.ORGANISATION) == [("jscargument",), ("argument",)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Abd al-Rahman Ali", ("abdulrahman", "ali")),
        ("Abdul Rahman Ali", ("abdulrahman", "ali")),
        ("Abdurrahman Ali", ("abdulrahman", "ali")),
        ("Abderrahman Ali", ("abdulrahman", "ali")),
        ("Abdullah Ali", ("abdullah", "ali")),
        ("Abd Alrahman Ali", ("abdulrahman", "ali")),
        ("Ali Abd al-Sayyid", ("ali", "abdulsayyid")),
        ("Dr. Abdul Rahman", ("abdulrahman",)),
        ("Mullah Omar Test", ("omar", "test")),
        ("Ali bin Hassan al-Test", ("ali", "hassan", "test")),
        ("Gen. Ali", ("gen", "ali")),
    ],
)
def test_titles_and_particles_of_persons_are_set_aside(name: str, expected: tuple[str, ...]) -> None:
    assert read(name, NameKind.PERSON)[0] == expected


@pytest.mark.parametrize("name", ["CORP", "Co., Ltd.", "7-28", "Third Floor", "X", "Room 12"])
def test_what_makes_no_name_by_itself_is_bare(name: str) -> None:
    assert forms(name, NameKind.ORGANISATION)[0].bare


@pytest.mark.parametrize("name", ["11420 CORP.", "OFFICE 39", "Aurus", "M23", "Group 7"])
def test_a_name_of_its_own_is_not_bare(name: str) -> None:
    assert not forms(name, NameKind.ORGANISATION)[0].bare


@pytest.mark.parametrize(
    "spellings",
    [
        "Sergeyevich Sergeevich Sergeievich",
        "Dmitry Dmitriy Dmitrii Dmitryi",
        "Yevgeny Evgeniy Evgeni",
        "Jong Jeong Chong",
        "Un Eun",
        "Mahmud Mahmoud Mahmood",
        "Hussein Husain Hussain",
        "Natalia Nataliya Natalya",
        "Romanov Romanoff",
        "Khalid Halid",
        "Muller Mueller",
        "Fatima Fatimah",
    ],
)
def test_spellings_of_one_sound_fold_alike(spellings: str) -> None:
    assert len({fold(word.lower()) for word in spellings.split()}) == 1


@pytest.mark.parametrize("pair", ["jong jung", "kim kam", "nam un", "ali eli", "sam san"])
def test_names_of_different_sound_do_not_fold_alike(pair: str) -> None:
    left, right = pair.split()
    assert fold(left) != fold(right)


@pytest.mark.parametrize(
    ("left", "right", "least", "most"),
    [
        ("peskov", "peskov", 1.0, 1.0),
        ("sergeyevich", "sergeevich", 0.95, 0.99),
        ("vladimir", "volodymyr", 0.9, 0.95),
        ("rosoboronexport", "rosoboronexprot", 0.85, 0.95),
        ("jong", "jung", 0.1, 0.45),
        ("kim", "kam", 0.0, 0.0),
        ("11420", "11421", 0.0, 0.0),
        ("39", "3", 0.0, 0.0),
        ("aurus", "taurus", 0.8, 0.9),
        ("aurus", "lexus", 0.0, 0.0),
    ],
)
def test_words_are_as_alike_as_the_policy_says(left: str, right: str, least: float, most: float) -> None:
    assert least <= word_likeness(left, right) <= most
    assert word_likeness(left, right) == word_likeness(right, left)


@pytest.mark.parametrize(
    ("listed", "asked", "found"),
    [
        ("Karim HUSSEIN AL-TESTANI", "كريم حسين التستاني", True),
        ("Abdul Rahman AL-TESTANI", "عبد الرحمن التستاني", True),
        ("HAMDULLAH TESTANI", "حمد الله تستانی", True),
        ("Salahuddin TESTANI", "صلاح الدين تستاني", True),
        ("Omar TESTANI", "عمر تستاني", True),
        ("Amir TESTANI", "عمر تستاني", False),
        ("Mahmoud TESTANI", "محمود تستاني", True),
        ("Hamid TESTANI", "محمود تستاني", False),
        ("Elisha TESTED", "אלישע טסטד", True),
        ("Victor TESTOVICH", "Вiктор Тестович", True),
        ("Ihar TESTAU", "Iгар Тестаў", True),
        ("Anatoly Vitalyevich TESTOV", "Anatolij Vitalijovytj Testov", True),
        ("Salah TESTINI", "صلاح تستيني", True),
        ("Kifah TESTIM", "كفاح تستيم", True),
        ("Testat ANSAR", "تستة الأنصار", True),
        ("Raja TESTAMEH", "رجا تستامه", True),
        ("Bashar AL-TESTAD", "بشارالتستاد", True),
        ("Mohammad Ali TESTINI", "محمدعلی تستيني", True),
        ("Issa TESTEPOUR", "عیسی تستا پور", True),
        ("Amir TESTI ZADEH", "امیر تستی‌زاده", True),
        ("Ahmad ZOLTESTAR", "احمد ذوالتستار", True),
        ("Nooruddin TESTABI", "نورالدین تستابی", True),
        ("PARK Young Han", "박영한", True),
        ("PO, Kong", "\u0420\u041e, Kong", True),
        # Marks became spaces, or spaces went; the list has the family name first.
        ("TESTARI, Laurent", "La urent Testari", True),
        ("BIN TESTEN, Sa'ad", "Sa ad Bin Testen", True),
        ("DE TESTERA, Pio", "Pio Detestera", True),
        ("TESTERI, Hafiz Abdul", "Hafiz Abdul Testeri", True),
        ("TESTERI, Fadl Abdul Rahim Al-Testawi", "Fadl Abdul Rahim Al-Testawi Testeri", True),
    ],
)
def test_names_are_found_in_other_scripts_and_in_disguise(listed: str, asked: str, found: bool) -> None:
    index = NameIndex.of(NameKind.PERSON, [(0, listed)])
    assert bool(index.find(asked)) is found
    assert index.find(asked) == index.scan(asked)
