"""The index finds every listed name that a scan of all of them finds: its promise in docs/matching.md."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from tidewaiter.matching.index import candidates, word_index
from tidewaiter.matching.index.name_index import NameIndex
from tidewaiter.matching.index.name_rows import NamesRead
from tidewaiter.matching.index.name_tables import tables_of_names
from tidewaiter.matching.index.near_wholes import letter_counts
from tidewaiter.matching.index.texts import TextsMade
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.word_likeness import word_likeness
from tidewaiter.rulebook.party_file import open_file, write
from tidewaiter.text.latin import words

WORDS = (
    "kim jong jung un eun nam yong yon ri lee chol su song wang wei zhang jian vladimir volodymyr putin putina sergeyevich "
    "sergeevich dmitri dmitriy mohammad muhammed ali hassan hasan abdul rahman abdulrahman al bin x j v test tests testavia "
    "test avia aurus taurus bank banco trading trade general international group office 39 36 3 7 28 first second sam sun "
    "san star starr ltd llc ooo co company holding korea korean koryo shipping marine maritime ocean oceans international engineering construction محمد علي 김정은 "
    "عبد الرحمن كريم حسين التستاني عبدالله حمد الله نور الدين karim hussein testani hamdullah nuruddin mehmet اسحاق ishak אלישע טסטד "
    "elisha tested завод челябинский научно производственное объединение nii npo имени банк شركة للتجارة البحري 银行 무역 "
    "بشارالاسد bashar alasad محمدعلی زارع پور zarepour salah صلاح raja رجا "
    "research institute naval plant chelyabinsk gmbh d.o.o. 金正恩 Ким Чен Ын иван ivan john abdul r rauf raufabad joint stock obshchestvo ogranichennoy society limi ted industries "
    "vova petrovich petrovna zavod nauchno proizvodstvennoe testagov tistahov 고려 고려은행 品诚"
).split()
NAMES = st.builds(
    lambda given, family: ", ".join(filter(None, (" ".join(family), " ".join(given)))),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
    st.lists(st.sampled_from(WORDS), max_size=2),
)
GENERIC = "trading shipping maritime industries engineering construction international"
LETTERS = "abcdeghiklmnoprstuvyz"


def misspelled(name: str, seed: int) -> str:
    """`name` with one letter changed, left out, put in or swapped, two words run together, or one cut off."""
    draw = random.Random(seed)
    place = draw.randrange(len(name))
    letter = draw.choice(LETTERS)
    return draw.choice(
        [
            name[:place] + letter + name[place + 1 :],
            name[:place] + name[place + 1 :],
            name[:place] + letter + name[place:],
            name[:place] + name[place : place + 2][::-1] + name[place + 2 :],
            name.replace(" ", "", 1),
            " ".join(reversed(name.split(", "))),
            f"{name[:place]} {name[place:]}",
            name[: max(4, len(name) - 3)],
            f"{name} {name} {name}"[: draw.randrange(30, 60)],
            "".join(draw.choice("aeiou") if c in "aeiou" and draw.random() < 0.5 else c for c in name),
            name[:place] + letter + name[place + 1 : -1] + draw.choice(LETTERS),
            " ".join(w[0] if i == 0 and draw.random() < 0.5 else w for i, w in enumerate(name.split())),
        ]
    )


@settings(max_examples=250, deadline=None)
@given(
    kind=st.sampled_from(list(NameKind)),
    listed=st.lists(NAMES, min_size=1, max_size=40),
    asked=NAMES,
    seed=st.integers(0, 10**6),
)
@pytest.mark.long
def test_the_index_gives_what_a_scan_gives(kind: NameKind, listed: list[str], asked: str, seed: int) -> None:
    index = NameIndex.of(kind, list(enumerate(listed)))
    names = (asked, misspelled(asked, seed), misspelled(listed[0], seed))
    for name in names:
        assert index.find(name) == index.scan(name)
    assert NameIndex.of(kind, list(enumerate(listed))).find_all(names) == {name: index.find(name) for name in names}


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(list(NameKind)),
    listed=st.lists(NAMES, min_size=1, max_size=20),
    asked=st.lists(st.builds(misspelled, NAMES, st.integers(0, 10**6)), max_size=12),
)
def test_names_are_found_whatever_was_looked_up_before(kind: NameKind, listed: list[str], asked: list[str]) -> None:
    index, fresh = (NameIndex.of(kind, enumerate(listed)) for _ in range(2))
    one_by_one = {name: index.find(name) for name in reversed(asked)}
    assert fresh.find_all(asked) == one_by_one


def test_the_mapped_index_of_many_names_gives_what_a_scan_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Many names of few words, so that common words are set aside; and lists of any length may be.
    monkeypatch.setattr(candidates, "_MANY", 8)
    monkeypatch.setattr(candidates, "_FEW", 1)
    draw = random.Random(11)
    for kind in NameKind:
        listed = [" ".join(draw.choices(WORDS, k=draw.randrange(1, 5))) for _ in range(1_500)]
        read = NamesRead(kind)
        for owner, name in enumerate(listed):
            read.add(owner // 2, name)
        write(tmp_path / kind, kind, tables_of_names(kind, read.rows()), TextsMade(), ())
        index = NameIndex(kind, open_file(tmp_path / kind, kind).tables)
        asked = [" ".join(draw.choices(WORDS, k=draw.randrange(1, 5))) for _ in range(12)]
        asked += [misspelled(draw.choice(listed), seed) for seed in range(12)]
        found = index.find_all(asked)
        for name in asked:
            assert found[name] == index.scan(name), name


@pytest.mark.parametrize("kind", list(NameKind))
def test_bounds_discard_no_similar_name(kind: NameKind, monkeypatch: pytest.MonkeyPatch) -> None:
    # Names of few words with initials and family names, so that each bound meets names just above and below it.
    monkeypatch.setattr(candidates, "_MANY", 4)
    monkeypatch.setattr(candidates, "_FEW", 1)
    draw = random.Random(17)
    some = [word for word in (*draw.sample(WORDS, 30), *"aknr", "trading", "bank") if not word.isdigit()]

    def made() -> str:
        family, given = (draw.choices(some, k=draw.randrange(1, 4)) for _ in range(2))
        return f"{' '.join(family)}, {' '.join(given)}" if draw.random() < 0.4 else " ".join(family + given)

    index = NameIndex.of(kind, [(number // 3, made()) for number in range(500)])
    asked = [made() for _ in range(60)] + [misspelled(made(), seed) for seed in range(60)]
    for name, found in index.find_all(asked).items():
        assert found == index.scan(name), name


@pytest.mark.parametrize("kind", list(NameKind))
def test_names_are_found_when_more_words_are_asked_than_are_kept(
    kind: NameKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_index, "_CACHED", 6)
    draw = random.Random(29)
    names = [" ".join(draw.choices(WORDS, k=draw.randrange(1, 5))) for _ in range(200)]
    index = NameIndex.of(kind, list(enumerate(names[:150])))
    for at in range(0, len(names), 4):
        for name, found in index.find_all(names[at : at + 4]).items():
            assert found == index.scan(name), name


@pytest.mark.parametrize("kind", list(NameKind))
def test_a_number_beside_a_name_discards_no_similar_name(kind: NameKind) -> None:
    # What is left over of numbers costs less than words, or nothing: `limi 22` is like LIMI.
    draw = random.Random(23)
    some = (*draw.sample(WORDS, 20), "7", "22", "1", "3", "2nd", "no", "trading", "bank")

    def made() -> str:
        return " ".join(draw.choices(some, k=draw.randrange(1, 5)))

    index = NameIndex.of(kind, list(enumerate(made() for _ in range(300))))
    for name, found in index.find_all([made() for _ in range(100)]).items():
        assert found == index.scan(name), name


@settings(max_examples=300, deadline=None)
@given(st.text("abcdefg1", max_size=30), st.lists(st.tuples(st.integers(0, 29), st.sampled_from("abz1-+")), max_size=4))
def test_texts_that_differ_by_few_letters_differ_in_few_bits(text: str, changes: list[tuple[int, str]]) -> None:
    other = text
    for place, letter in changes:
        other = other[:place] + {"-": "", "+": "q" + other[place : place + 1]}.get(letter, letter) + other[place + 1 :]
    one, two = letter_counts([text, other]).tolist()
    assert (one ^ two).bit_count() <= 2 * Levenshtein.distance(text, other)


def test_whole_spellings_that_differ_by_few_letters_are_found() -> None:
    draw = random.Random(5)
    names = [" ".join("".join(draw.choices("aeiklmnr", k=draw.randrange(3, 9))) for _ in range(3)) for _ in range(150)]
    index = NameIndex.of(NameKind.PERSON, list(enumerate(names)))
    found = 0
    for seed, name in enumerate(names * 4):
        asked = misspelled(misspelled(name, seed), seed + 1)
        assert index.find(asked) == index.scan(asked), asked
        found += bool(index.find(asked))
    assert found > 300


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ("testavia j", f"testavia jungfrau {GENERIC}"),
        ("testavia aurus jun", f"testavia aurus jungfrau {GENERIC}"),
        ("test tests", "tests test tests"),
    ],
)
def test_words_left_over_are_told_from_those_that_agree_by_a_letter(asked: str, listed: str) -> None:
    index = NameIndex.of(NameKind.ORGANISATION, [(0, listed), *((i, f"{GENERIC} {i}") for i in range(1, 400))])
    assert index.find(asked)
    assert index.find(asked) == index.scan(asked)


@settings(max_examples=300, deadline=None)
@given(st.text("abcKZ ,.-'10(&", max_size=24))
def test_an_invisible_character_behind_a_text_changes_none_of_its_words(text: str) -> None:
    # A text without one is read in a shorter way.
    assert words(text) == words(f"{text}\u200b")


@settings(max_examples=300, deadline=None)
@given(st.text(st.one_of(st.sampled_from("ab жСІ1'-"), st.characters(categories=["L", "M", "N"])), max_size=12))
def test_any_text_has_words(text: str) -> None:
    assert all(word.isascii() and word.isalnum() for word in words(text))


@settings(max_examples=100, deadline=None)
@given(kind=st.sampled_from(list(NameKind)), listed=st.lists(NAMES, min_size=1, max_size=40))
def test_a_listed_name_is_like_itself(kind: NameKind, listed: list[str]) -> None:
    index = NameIndex.of(kind, list(enumerate(listed)))
    for number, name in enumerate(listed):
        assert (number, 1.0) in [(found, likeness.similarity) for found, likeness in index.find(name)]


@pytest.mark.parametrize("kind", list(NameKind))
def test_the_words_like_a_word_are_those_that_the_definition_says(kind: NameKind) -> None:
    index = NameIndex.of(kind, [(i, f"{word} filler") for i, word in enumerate(WORDS)])
    listed = list(index.listed_words())
    draw = random.Random(7)
    for word in [*listed, *(misspelled(draw.choice(listed), i).replace(" ", "") for i in range(400))]:
        if not word:
            continue
        expected = {other: likeness for other in listed if (likeness := word_likeness(word, other, kind))}
        assert index.words_like(word) == expected, word
