"""Names of firms in Hangul and Chinese characters, and names with abbreviated words, are the listed ones in English."""

from __future__ import annotations

from collections import Counter

import pytest

from tidewaiter.matching import BLOCK, REVIEW, Candidate, PartyIndex, PartyQuery
from tidewaiter.matching.entry import EntryType, ListedName, ListEntry, PartyList
from tidewaiter.matching.names.abbreviated import written_out
from tidewaiter.matching.names.european import english_of
from tidewaiter.matching.names.vocabulary import PACKAGE
from tidewaiter.text.korean import as_words, in_hangul
from tidewaiter.text.latin import words
from tidewaiter.text.word_files import rows_of

LISTED = {
    "tanchon": ("Tanchon Commercial Bank", "Changgwang Credit Bank"),
    "mansudae": ("Mansudae Art Studio",),
    "pine": ("Green Pine Associated Corporation", "Chongsong Yonhap", "Chongsong United Trading Company"),
    "east": ("Bank of East Land", "Dongbang Bank"),
    "ocean": ("Ocean Maritime Management Company, Limited",),
    "mining": ("Korea Mining Development Trading Corporation",),
    "tangun": ("Korea Tangun Trading Corporation",),
    "kwangson": ("Korea Kwangson Banking Corp",),
    "recon": ("Reconnaissance General Bureau",),
    "amrok": ("Amroggang Development Bank",),
}


@pytest.fixture(scope="module")
def index() -> PartyIndex:
    entries = [
        ListEntry(id=id_, type=EntryType.ORGANISATION, names=tuple(map(ListedName, names)), countries=("KP",))
        for id_, names in LISTED.items()
    ]
    return PartyIndex.build([PartyList("test", "test", "UN", "Test", "https://example.org", None, "0" * 64, entries)])


def best(index: PartyIndex, name: str) -> Candidate | None:
    found = index.match([PartyQuery((name,), type="organisation")])[0]
    return found[0] if found else None


ASKED = """\
단천상업은행 = tanchon
창광신용은행 = tanchon
만수대창작사 = mansudae
青松联合会社 = pine
청송련합회사 = pine
동방은행 = east
원양해운관리회사 = ocean
조선단군무역회사 = tangun
조선광업개발무역회사 = mining
압록강개발은행 = amrok
KOREA MIN. DEV. TRDG CORP = mining
Kor. Mng Devt Trdg Corp = mining
Green Pine Assoc. Corp = pine
Tanchon Comm. Bk = tanchon
Tanchon Cmrcl Bnk = tanchon
Korea Kwangson Bkg Corp = kwangson
Recon. Gen. Bureau = recon
Ocean Marit. Mgmt Co = ocean""".splitlines()


@pytest.mark.parametrize("row", ASKED)
def test_generic_words_are_translated_and_the_rest_is_read_by_sound(index: PartyIndex, row: str) -> None:
    asked, id_ = row.split(" = ")
    found = best(index, asked)
    assert found is not None
    assert (found.entry.id, found.score >= REVIEW) == (id_, True)


def test_hangul_and_chinese_characters_read_in_other_letters_settle_nothing_alone(index: PartyIndex) -> None:
    for name in ("동방은행", "东方银行", "東方銀行"):
        found = best(index, name)
        assert found is not None
        assert found.score < BLOCK, name


@pytest.mark.parametrize(
    "name",
    [
        "한국무역은행",
        "青松印刷株式会社",
        "국민은행",
        "大成产业",
        "Kor. Dev. Bank",
        "Green Assoc. Corp",
        "Gen. Trdg Corp",
    ],
)
def test_other_firms_of_like_words_are_not_found(index: PartyIndex, name: str) -> None:
    assert best(index, name) is None


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("trdg", "trading"),
        ("min", "mining"),
        ("min", "ministry"),
        ("comm", "commercial"),
        ("bkg", "bank"),
        ("bk", "bank"),
    ],
)
def test_an_abbreviation_stands_for_each_word_that_begins_or_sounds_so(short: str, long: str) -> None:
    assert long in written_out(short)


@pytest.mark.parametrize("word", ["kim", "lee", "gold", "trading", "bank", "jin", "rdg", "gdrt", "t"])
def test_other_words_abbreviate_nothing(word: str) -> None:
    assert not set(written_out(word)) - {"golden"}


@pytest.mark.parametrize(
    ("hangul", "words"),
    [("만수대", {"mansudae"}), ("대동", {"taedong", "daedong"}), ("압록", {"amrok"}), ("단천", {"tanchon", "danchon"})],
)
def test_korean_sounds_are_voiced_and_assimilated(hangul: str, words: set[str]) -> None:
    assert set(as_words(hangul)) == words


@pytest.mark.parametrize(
    ("han", "hangul"),
    [("靑松", "청송"), ("青松", "청송"), ("龙", "룡"), ("竜", "룡"), ("大圣", "대성"), ("光鲜", "광선"), ("ア", None)],
)
def test_simplified_and_japanese_characters_are_read_as_korean(han: str, hangul: str | None) -> None:
    assert in_hangul(han) == hangul


@pytest.mark.parametrize("file", ["business_european", "places_european", "business_romanised"])
def test_the_words_of_languages_in_latin_letters_are_as_names_are_read(file: str) -> None:
    rows = [(english, word) for english, others in rows_of(PACKAGE, f"{file}.tsv", 2) for word in others.split()]
    assert len(rows) > 200
    for english, word in rows:
        start = word.removesuffix("-")
        assert words(start) == (start,), word
        assert len(start) >= (4 if word.endswith("-") else 3), word
        assert words(english) == tuple(english.split()), english
    counts = Counter(word for _, word in rows)
    assert [word for word, count in counts.items() if count > 1] == []


def test_endings_are_as_words_are_read() -> None:
    endings = [ending for _, row in rows_of(PACKAGE, "european_endings.tsv", 2) for ending in row.split()]
    assert [ending for ending in endings if words(ending) != (ending,)] == []
    assert len(endings) == len(set(endings))


def test_a_word_longer_than_any_compound_is_not_taken_apart() -> None:
    word = "verteidigungsministerium"
    assert english_of(word) == "defense ministry"
    assert english_of(word * 2) == "defense ministry defense ministry"
    assert english_of(word * 3) is None
    assert english_of(word * 4_000) is None
