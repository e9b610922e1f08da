"""Spellings that real aliases have are found, and what only looks like them is not."""

from __future__ import annotations

import pytest

from tests.unit.test_matching import best, entry
from tidewaiter.matching import BLOCK, REVIEW, PartyIndex, PartyQuery
from tidewaiter.matching.entry import EntryType, ListEntry, PartyList
from tidewaiter.matching.names.european import english_of
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.rarity import packaged_rarity
from tidewaiter.matching.names.vocabulary import PACKAGE
from tidewaiter.matching.names.word_likeness import word_likeness
from tidewaiter.matching.policy import SAME_CONSONANTS, Feature
from tidewaiter.matching.scripts.folding import fold
from tidewaiter.text.word_files import rows_of

PERSON, ORGANISATION = EntryType.PERSON, EntryType.ORGANISATION


def index_by_rarity(*entries: ListEntry) -> PartyIndex:
    party_list = PartyList("test", "test", "UN", "Test list", "https://example.org", None, "0" * 64, entries)
    return PartyIndex.build([party_list], packaged_rarity())


def is_shown(type_: EntryType, listed: str, asked: str) -> bool:
    found = best(index_by_rarity(entry("1", type_, listed)), asked, type=type_.value)
    return found is not None and found.score >= REVIEW


@pytest.mark.parametrize(
    ("left", "right", "likeness"),
    [
        ("tostani", "tustune", SAME_CONSONANTS),
        ("testagov", "tistahov", SAME_CONSONANTS),
        ("tastana", "tastan", 0.90),  # a letter more, as before
        ("tistana", "tastan", 0.0),  # one of the two is a woman's
        ("ustin", "astun", 0.0),  # another first letter
        ("tuto", "tati", 0.0),  # two consonants
    ],
)
def test_words_of_persons_are_alike_by_their_consonants(left: str, right: str, likeness: float) -> None:
    assert word_likeness(left, right, NameKind.PERSON) == word_likeness(right, left, NameKind.PERSON) == likeness


def test_words_of_firms_are_not_alike_by_their_consonants() -> None:
    assert word_likeness("tostani", "tustune", NameKind.ORGANISATION) == 0.0


@pytest.mark.parametrize(
    ("listed", "asked", "found"),
    [
        ("KALIM, Musa", "Moussa Salim", False),
        ("KALIM, Musa", "Musa Salim", True),  # one of the two is the same
        ("KALIM, Musa", "Moussa Kalim", True),
        ("MASHKUROV, Vebrano", "Vebranu Mashkurof", True),  # both are rare
        ("SLEWA, Roodi", "Rudi Slaiwah", True),  # the consonants are the same
    ],
)
def test_two_common_words_of_which_none_is_the_same_need_more(listed: str, asked: str, found: bool) -> None:
    assert is_shown(PERSON, listed, asked) is found


def test_the_weight_of_a_word_among_others_is_that_of_the_word_it_is_read_as() -> None:
    assert not is_shown(ORGANISATION, "SILVER TECHNOLOGIES LTD", "Vang Silver Technologies Corporation")
    assert is_shown(ORGANISATION, "TESTOVAR TECHNOLOGIES LTD", "Vang Testovar Technologies Corporation")


@pytest.mark.parametrize(
    ("listed", "asked", "found"),
    [
        ("TOSTANI, Vebrano", "Vebrano Tustune", True),
        ("TOSTANI, Vebrano", "Vibrono Tustune", False),
        ("TOSTANI, Vebrano Iskander", "Vebrano Tustune", False),  # and nothing may be left over beside it
    ],
)
def test_one_name_may_have_other_vowels_when_the_rest_agrees(listed: str, asked: str, found: bool) -> None:
    assert is_shown(PERSON, listed, asked) is found


@pytest.mark.parametrize(
    ("listed", "asked", "found"),
    [
        ("BREM, Tovi Aldo", "Tovi Aldo Brim", True),
        ("BREM, Tovi Aldo", "Tovi Aldo Krem", False),  # another initial
        ("Tov BRE", "Tov Bra", False),  # too few letters
        ("BREM TOV, Siaroval", "Siarovol Bremtof", True),
        ("Testandr PETRENKOV", "Testandre Petrankov", True),
        ("Aleksandr TESTROVOK", "Aleksandra Testrovok", False),
        ("Kim Yong Chol", "Kim Yong Choi", False),  # a syllable is a name
    ],
)
def test_whole_spellings_may_differ_by_a_letter_or_two(listed: str, asked: str, found: bool) -> None:
    assert is_shown(PERSON, listed, asked) is found


@pytest.mark.parametrize(
    ("listed", "asked", "found"),
    [
        ("Jin Hye", "김혜진", False),
        ("Ryu Jin", "류진우", False),
        ("KIM, Se Un", "김영순", False),
        ("HAN, Kon U", "한욱 견", False),
        ("KIM, Hye Jin", "김혜진", True),
    ],
)
def test_a_name_in_syllables_is_complete(listed: str, asked: str, found: bool) -> None:
    assert is_shown(PERSON, listed, asked) is found


@pytest.mark.parametrize(("asked", "found"), [("中国石油化工", False), ("中 石油化 工", True)])
def test_a_listed_name_within_syllables_stands_between_spaces(asked: str, found: bool) -> None:
    index = index_by_rarity(entry("1", PERSON, "HUA, Shi Yu"))
    assert bool(index.match([PartyQuery((asked,), "organisation")])[0]) is found
    assert index.mentioned([PartyQuery((asked,))])[0], "a running text has no spaces"


@pytest.mark.parametrize(
    ("listed", "asked", "found"),
    [
        ("KORYO BANK", "(주) 고려", False),
        ("KORYO BANK", "고려은행", True),
        ("KORYO BANK", "미래고려은행", False),
        ("고려은행", "고려은행", True),
    ],
)
def test_one_syllabic_word_read_in_other_letters_leaves_none_over(listed: str, asked: str, found: bool) -> None:
    assert is_shown(ORGANISATION, listed, asked) is found


def test_a_firm_in_hangul_blocks_by_name_alone_only_where_it_is_listed_in_hangul() -> None:
    for listed, blocks in (("KORYO BANK", False), ("고려은행", True)):
        found = best(index_by_rarity(entry("1", ORGANISATION, listed)), "고려은행", type="organisation")
        assert found is not None
        assert (found.score >= BLOCK) is blocks
    supported = best(
        index_by_rarity(entry("1", ORGANISATION, "KORYO BANK", countries=("KP",))),
        "고려은행", type="organisation", countries=("KP",),
    )  # fmt: skip
    assert supported is not None
    assert supported.score >= BLOCK


@pytest.mark.parametrize(
    ("listed", "asked", "found"),
    [
        # An acronym with a legal word in it, whose full form loses that word.
        ("LIMITED LIABILITY COMPANY RESEARCH AND PRODUCTION COMPANY TESTOPTIKA", "NPK TESTOPTIKA LLC", True),
        ("JOINT STOCK COMPANY EXPERIMENTAL DESIGN BUREAU TESTAKEL", "JSC EDB TESTAKEL", True),
        ("JSC SCIENTIFIC PRODUCTION ENTERPRISE TESTAMETR", "JSC RESEARCH AND PRODUCTION ENTERPRISE TESTAMETR", True),
        ("JSC EDB TESTAKEL", "JSC CDB TESTOKUL", False),
    ],
)
def test_acronyms_and_the_words_they_stand_for_are_one(listed: str, asked: str, found: bool) -> None:
    assert is_shown(ORGANISATION, listed, asked) is found


@pytest.mark.parametrize(
    "asked",
    [
        "Akciová spoločnosť Testomash", "Testomash Rt.", "»Testomash« Részvénytársaság", "Societatea pe acțiuni Testomash",
        "Avatud aktsiaselts „Testomash“", "Spółka z ograniczoną odpowiedzialnością Testomash", "Testomash delniška družba",
        "Cuideachta Comhstoic Testomash", "Atklātā akciju sabiedrība „Testomash“", "AB „Testomash“, akcinė bendrovė",
    ],
)  # fmt: skip
def test_legal_forms_are_set_aside_in_the_languages_of_the_union(asked: str) -> None:
    assert is_shown(ORGANISATION, "JSC Testomash", asked)


@pytest.mark.parametrize(
    ("listed", "asked", "found"),
    [
        ("TESTOVO BATTERY PLANT", "OOO Testovo Akkumulyatornyi Zavod", True),
        ("OOO Testovo Akkumulyatornyi Zavod", "Testovo Battery Plant", True),
        ("JOINT STOCK COMPANY RESEARCH AND PRODUCTION CONCERN TESTBARL",
         "AO NAUCHNO-PROIZVODSTVENNY KONTSERN TESTBARL", True),
        ("TESTRANSKOM COMPANY", "Testran AB", False),
        ("NOVIN ENERGY COMPANY", "News Corporation", False),
    ],
)  # fmt: skip
def test_slavic_words_of_business_are_read_in_latin_letters_too(listed: str, asked: str, found: bool) -> None:
    assert is_shown(ORGANISATION, listed, asked) is found


@pytest.mark.parametrize(
    "asked",
    [
        "Testavian puolustusministeriö", "Ministerstvo obrany Testavia", "Testavia Gynybos ministerija",
        "Aireacht Cosanta Testavia", "Ministère de la Défense de Testavia", "Ministeru tad-Difiża ta’ Testavia",
        "Testavia Védelmi Minisztériuma", "Testavia Aizsardzības ministrija", "Verteidigungsministerium Testavia",
    ],
)  # fmt: skip
def test_words_of_business_are_translated_from_the_languages_of_the_union(asked: str) -> None:
    for listed in ("Testavia Ministry of Defence", "Ministarstvo obrane Testavia"):
        assert is_shown(ORGANISATION, listed, asked)
        assert is_shown(ORGANISATION, asked, listed)


@pytest.mark.parametrize(
    ("listed", "asked", "found"),
    [
        # two words of business alone are any firm's; three are a name
        ("Banco Industrial", "Industrial Bank", False),
        ("Ministarstvo raketne industrije", "Ministry of Rocket Industry", True),
        # the rest of the name still tells
        ("Testava Bankası", "Banco Testolo", False),
        ("Gefängnis Testoshahr", "Testoshahr-vankila", True),
        ("Gefängnis Testoshahr", "Gostovar-vankila", False),
        # what a country is called, and what is of it
        ("Testomir Syrian Airlines", "Testomir compagnie aérienne de Syrie", True),
        # a short word beside a word of business is no name: an acronym may stand for anything
        ("AQ-S", "Grupo ACS", False),
        ("Sparkasse Testau", "Testau Bank", False),
    ],
)
def test_translated_words_of_business_tell_little_by_themselves(listed: str, asked: str, found: bool) -> None:
    assert is_shown(ORGANISATION, listed, asked) is found


@pytest.mark.parametrize(
    ("listed", "asked", "found"),
    [
        ("Testafarin Sanaye", "Testafarin Industries Company", True),
        ("Harakat Testansar", "Testansar Movement", True),
        ("TESTAK SAVUNMA SANAYI ANONIM SIRKETI", "Testak Defense Industry", True),
        ("Testafarin Sanaye", "Testomir Industries Company", False),
        # `skom` is no ending of a place's adjective
        ("AO NAUCHNO PROIZVODSTVENNOE OBYEDINENIE TESTRANSKOM", "Testran", False),
    ],
)
def test_words_of_business_are_translated_from_turkish_persian_and_arabic(listed: str, asked: str, found: bool) -> None:
    assert is_shown(ORGANISATION, listed, asked) is found


@pytest.mark.parametrize("asked", ["(주) 마루", "마루개발"])
def test_two_syllables_that_are_one_word_are_a_lone_word(asked: str) -> None:
    assert not is_shown(ORGANISATION, "Marou Sanat", asked)


@pytest.mark.parametrize(
    ("word", "english"),
    [
        ("luftfahrtindustrie", "aviation industry"),
        ("forschungsinstitut", "research institute"),
        ("puolustusministerion", "defense ministry"),
        ("lindustrie", "industry"),
        ("przedsiebiorstwa", "enterprise"),
        ("bankowski", None),
        ("industrial", None),
        ("testomash", None),
    ],
)
def test_a_word_of_business_is_read_inflected_compound_and_with_its_article(word: str, english: str | None) -> None:
    assert english_of(word) == english


def test_three_words_that_agree_are_no_lone_word() -> None:
    assert is_shown(
        ORGANISATION, "Research and Development Enterprise Testalmaz", "Research and Production Enterprise Testalmaz"
    )
    assert not is_shown(ORGANISATION, "Testalmaz Development", "Testalmaz Production")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("S. Testaigu", True),
        ("S.K. Testaigu", True),
        ("S. Testaigu Kuzhugetovich", True),
        ("I. Testaigu", False),
        ("I.K. Testaigu", False),
    ],
)
def test_initials_beside_a_rare_family_name_are_enough(asked: str, found: bool) -> None:
    assert is_shown(PERSON, "TESTAIGU, Sergei Kuzhugetovich", asked) is found


def test_a_common_family_name_needs_two_initials() -> None:
    assert not is_shown(PERSON, "MEDVEDEV, Gennadiy Ilyich", "G. Medvedev")
    assert is_shown(PERSON, "MEDVEDEV, Gennadiy Ilyich", "G.I. Medvedev")
    assert not is_shown(PERSON, "MEDVEDEV, Gennadiy Ilyich", "G.V. Medvedev")


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        ("TESTAIGU, Vladimir", "Vova Testaigu"),
        ("TESTAIGU, Nikolai", "Kolya Testaigu"),
        ("TESTAIGU, Natalia", "Наташа Тестайгу"),
        ("TESTAIGU, Dmitriy", "Mitya Testaigu"),
        ("TESTAIGU, Aleh", "Oleg Testaigu"),
    ],
)
def test_short_and_other_forms_of_given_names_are_known(listed: str, asked: str) -> None:
    assert is_shown(PERSON, listed, asked)


def test_each_short_form_belongs_to_a_name_that_is_listed() -> None:
    listed = packaged_rarity().weights[NameKind.PERSON]
    assert [full for full, _ in rows_of(PACKAGE, "short_names.tsv", 2) if fold(full) not in listed] == []


@pytest.mark.parametrize(
    ("listed", "asked", "found"),
    [
        ("Ivan KUZNETSOV", "Ivan Petrovich Kuznetsov", True),
        ("Ivan KUZNETSOV", "Ivan Leonardo Kuznetsov", False),  # no patronymic
        ("Ivan Maksimovich KUZNETSOV", "Ivan Petrovich Kuznetsov", False),  # another patronymic
    ],
)
def test_a_patronymic_that_the_list_lacks_contradicts_less(listed: str, asked: str, found: bool) -> None:
    assert is_shown(PERSON, listed, asked) is found


@pytest.mark.parametrize(
    ("weak", "asked", "shown"),
    [
        ("AL-TESTAIN, Vahro Wahibor", "Vahro Wahibor al-Testain", True),
        ("AL-TESTAIN, Vahro Wahibor", "Vahro al-Testain", False),  # words are left over
        ("ALI, Hassan", "Hassan Ali", False),  # common words
        ("TESTAIN", "Testain", False),  # one word
    ],
)
def test_a_weak_alias_that_is_a_full_name_asks_for_review(weak: str, asked: str, shown: bool) -> None:
    listed = entry("1", PERSON, "BORISOVETS, Ygnat", weak=(weak,))
    found = best(index_by_rarity(listed), asked, type="person")
    assert (found is not None) is shown
    if found is not None:
        assert REVIEW <= found.score < BLOCK
        assert Feature.WEAK_FULL_NAME in {feature.name for feature in found.features}
    off = PartyIndex.build(index_by_rarity(listed).lists, packaged_rarity(), weak_full_names=False)
    assert off.match([PartyQuery((asked,), "person")]) == [()]


def test_a_weak_full_name_never_blocks_without_an_identifier() -> None:
    listed = entry(
        "1", PERSON, "BORISOVETS, Ygnat", weak=("AL-TESTAIN, Vahro Wahibor",),
        countries=("SY",), birth_dates=("1970-01-02",),
    )  # fmt: skip
    found = best(
        index_by_rarity(listed), "Vahro Wahibor al-Testain", type="person", countries=("SY",), birth_date="1970-01-02"
    )
    assert found is not None
    assert found.score < BLOCK
