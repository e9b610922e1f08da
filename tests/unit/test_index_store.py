"""Compiled indexes are kept, mapped and shared; a damaged one is made anew, and never answers otherwise."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.goods_detection import read_labels
from tests import packaged
from tests.patience import WAIT
from tidewaiter.cli import app
from tidewaiter.errors import RuleError
from tidewaiter.goods.classifier import Classifier
from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.goods.lexicon.word_tables import tables_of
from tidewaiter.goods.recognition import ItemQuery
from tidewaiter.lists import load_list
from tidewaiter.matching import Candidate, PartyIndex, PartyQuery
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListEntry, PartyList
from tidewaiter.matching.index.party_tables import _Read
from tidewaiter.matching.names.rarity import WordRarity, packaged_rarity
from tidewaiter.release.assembly import SAMPLE_LIST
from tidewaiter.rulebook.index_store import IndexStore
from tidewaiter.rulebook.loader import BUILTIN, builtin_rule_sets, load_lexicon
from tidewaiter.rulebook.package import pack, unpack
from tidewaiter.rulebook.party_file import Entries, entry_of, open_file, text_of
from tidewaiter.rulebook.policy import Policy, parse_jurisdictions
from tidewaiter.rulebook.sources import Sources
from tidewaiter.rulebook.table_file import open_tables
from tidewaiter.rulebook.yaml_source import read_yaml

QUERIES = [
    PartyQuery(("Kim Jong Un",), "person"),
    PartyQuery(("김정은",)),
    PartyQuery(("Aurus LLC c/o Nobody",), "organisation"),
    PartyQuery(("M/V TESTAVIA 3 ex KIM",), "vessel"),
    PartyQuery((), identifiers=(("imo", "8914934", None), ("inn", "7714414980", "RU"))),
]


@pytest.fixture(scope="module")
def lists() -> list[PartyList]:
    return [load_list("sample", SAMPLE_LIST)]


@pytest.fixture
def made(lists: list[PartyList], tmp_path: Path) -> Path:
    """The file of an index that was made in `tmp_path`."""
    IndexStore(tmp_path).index(lists)
    (path,) = tmp_path.glob("*.parties")
    assert stat.S_IMODE(path.stat().st_mode) == 0o444 or os.name != "posix", (
        "nobody may write to what others have mapped"
    )
    path.chmod(0o644)
    return path


def answers(index: PartyIndex) -> list[list[tuple[object, ...]]]:
    return [[_said(candidate) for candidate in found] for found in index.match(QUERIES)]


def _said(candidate: Candidate) -> tuple[object, ...]:
    return (candidate.list.id, candidate.entry, candidate.key, candidate.score, candidate.features, candidate.sentence)


def is_mapped(index: PartyIndex) -> bool:
    return all(isinstance(one.entries, Entries) for one in index.lists)


def test_a_kept_index_is_mapped_and_answers_as_one_in_memory_does(lists: list[PartyList], made: Path) -> None:
    before = made.stat().st_ino
    index = IndexStore(made.parent).index(lists)
    assert is_mapped(index)
    assert made.stat().st_ino == before
    assert answers(index) == answers(PartyIndex.build(lists))
    assert [list(one.entries) for one in index.lists] == [list(one.entries) for one in lists]


def test_other_entries_are_another_file_and_another_retrieval_is_not(lists: list[PartyList], made: Path) -> None:
    fetched = [replace(lists[0], retrieved="2026-08-01T00:00:00+00:00", published="2026-07-30")]
    index = IndexStore(made.parent).index(fetched)
    assert len(list(made.parent.glob("*.parties"))) == 1
    assert index.lists[0].published == "2026-07-30"
    fewer = [replace(lists[0], entries=tuple(lists[0].entries)[1:])]
    assert answers(IndexStore(made.parent).index(fewer)) == answers(PartyIndex.build(fewer))
    assert len(list(made.parent.glob("*.parties"))) == 2


@pytest.mark.parametrize("seed", range(6))
def test_a_byte_that_changed_is_found_and_the_index_made_anew(lists: list[PartyList], made: Path, seed: int) -> None:
    whole = made.read_bytes()
    place = random.Random(seed).randrange(len(whole)) if seed else 30
    made.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(RuleError):
        open_file(made, made.stem)
    index = IndexStore(made.parent).index(lists)
    assert is_mapped(index)
    assert answers(index) == answers(PartyIndex.build(lists))
    assert made.read_bytes() == whole


@pytest.mark.parametrize(
    "content", [b"", b"tidewaiter-party-index", b"\0" * 5_000, b"tidewaiter-party-index 2 1 " + b"0" * 64 + b"\n1\n"]
)
def test_a_foreign_or_empty_file_is_none_of_ours(lists: list[PartyList], made: Path, content: bytes) -> None:
    made.write_bytes(content)
    with pytest.raises(RuleError):
        open_file(made, made.stem)
    assert answers(IndexStore(made.parent).index(lists)) == answers(PartyIndex.build(lists))


def test_a_file_cut_off_or_of_another_name_is_refused(made: Path) -> None:
    whole = made.read_bytes()
    with pytest.raises(RuleError, match="from other lists"):
        open_file(made, "0" * 64)
    for kept in (len(whole) - 64, len(whole) // 2, 4_096, 200, 60, 1, 0):
        made.write_bytes(whole[:kept])
        with pytest.raises(RuleError, match=r"bytes where|damaged in its head|is not a party-index|is empty"):
            open_file(made, made.stem)


@pytest.mark.skipif(sys.platform != "linux", reason="SIGBUS is what Linux sends")
def test_a_mapped_file_that_somebody_cuts_off_ends_the_process_and_the_next_one_makes_it_anew(
    lists: list[PartyList], made: Path
) -> None:
    """No verdict comes from what is left of it."""
    program = (
        "import faulthandler, os, sys\nfrom pathlib import Path\nfrom tests.unit.test_index_store import *\n"
        "faulthandler.enable()\nmade = Path(sys.argv[1])\n"
        "index = IndexStore(made.parent).index([load_list('sample', SAMPLE_LIST)])\n"
        "os.truncate(made, 4096)\nprint(answers(index))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, made],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (ended.returncode, ended.stdout) == (-signal.SIGBUS, "")
    assert "Bus error" in ended.stderr
    index = IndexStore(made.parent).index(lists)
    assert is_mapped(index)
    assert answers(index) == answers(PartyIndex.build(lists))


def test_where_nothing_can_be_kept_the_index_is_made_in_memory_and_it_is_said_once(
    lists: list[PartyList], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    said: list[str] = []
    store = IndexStore(tmp_path / "file", said.append)
    for _ in range(2):
        index = store.index(lists)
        assert not is_mapped(index)
        assert answers(index) == answers(PartyIndex.build(lists))
    (complaint,) = said
    assert "TIDEWAITER_INDEX_DIR" in complaint


def test_processes_that_make_one_at_once_do_each_other_no_harm(lists: list[PartyList], tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from tidewaiter.release.assembly import SAMPLE_LIST; from tidewaiter.lists import load_list\n"
        "from tidewaiter.rulebook.index_store import IndexStore\n"
        f"IndexStore(Path({str(tmp_path)!r})).index([load_list('sample', SAMPLE_LIST)])"
    )
    several = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [process.wait(timeout=WAIT) for process in several] == [0, 0]
    (path,) = tmp_path.iterdir()
    open_file(path, path.stem)
    assert answers(IndexStore(tmp_path).index(lists)) == answers(PartyIndex.build(lists))


def test_the_files_used_last_stay(tmp_path: Path) -> None:
    kept = ListEntry("keep", EntryType.PERSON, (ListedName("Keep Me"),))
    for number in range(7):
        IndexStore(tmp_path).index([_list(kept, replace(kept, id=str(number)))])
        IndexStore(tmp_path).index([_list(kept)])
    assert len(list(tmp_path.iterdir())) <= 5
    assert is_mapped(IndexStore(tmp_path).index([_list(kept)]))


@pytest.fixture
def names_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the entries that are read from now on."""
    names: list[str] = []
    read = _Read.add

    def add(self: _Read, entry: ListEntry) -> None:
        names.extend(name.text for name in entry.names)
        read(self, entry)

    monkeypatch.setattr(_Read, "add", add)
    return names


def test_an_index_of_few_new_entries_reads_their_names_alone(
    lists: list[PartyList], tmp_path: Path, names_read: list[str]
) -> None:
    first, second, third, *others = lists[0].entries
    new = ListEntry("new", EntryType.PERSON, (ListedName("Testa Newlisted"),))
    renamed = replace(second, names=(ListedName("Renamed Testavia"),))
    after = [_list(new, first, renamed, *others, third)]
    IndexStore(tmp_path / "steps").index(lists, packaged_rarity())
    names_read.clear()
    index = IndexStore(tmp_path / "steps").index(after, packaged_rarity())
    assert names_read == ["Testa Newlisted", "Renamed Testavia"]
    assert answers(index) == answers(PartyIndex.build(after, packaged_rarity()))
    IndexStore(tmp_path / "anew").index(after, packaged_rarity())
    (anew,) = (tmp_path / "anew").iterdir()
    assert (tmp_path / "steps" / anew.name).read_bytes() == anew.read_bytes()


@pytest.mark.parametrize("reason", ["no rarity", "another rarity", "damaged", "far larger", "other code"])
def test_an_earlier_index_that_does_not_fit_is_not_used(
    reason: str, lists: list[PartyList], tmp_path: Path, names_read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rarity = None if reason == "no rarity" else packaged_rarity()
    IndexStore(tmp_path).index(lists, rarity)
    names_read.clear()
    (path,) = tmp_path.iterdir()
    after = [_list(*lists[0].entries[1:])]
    if reason == "another rarity":
        rarity = WordRarity({}, {})
    if reason == "damaged":
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:-1] + b"\1")
    if reason == "far larger":
        after = [_list(*lists[0].entries[: len(lists[0].entries) // 5])]
    if reason == "other code":
        monkeypatch.setattr("tidewaiter.rulebook.index_store._code_of", lambda *_: "other")
    assert answers(IndexStore(tmp_path).index(after, rarity)) == answers(PartyIndex.build(after, rarity))
    assert names_read[: len(names_read) // 2] == [name.text for entry in after[0].entries for name in entry.names]


def test_an_entry_comes_back_as_it_was(lists: list[PartyList]) -> None:
    odd = ListEntry(
        "odd\n1",
        EntryType.UNKNOWN,
        (ListedName("Ким Чен Ын \udc80", weak=True), ListedName("")),
        birth_dates=("1984~", "1962/1964"),
        identifiers=(ListedIdentifier("passport", "№ 7 \t", "KP"),),
        addresses=("金\u2028",),
    )
    for entry in (*lists[0].entries, odd):
        assert entry_of(text_of(entry).decode("utf-8", "surrogatepass")) == entry


@pytest.fixture(scope="module")
def sources(lists: list[PartyList]) -> Sources:
    """Of one rule and the sample list."""
    (first, *_) = builtin_rule_sets(parse_jurisdictions("UN"))
    one = first.model_copy(update={"rules": first.rules[:1]})
    return Sources.of([one], lists, Lexicon(), Policy())


def test_a_compiled_rule_book_is_opened_without_reading_its_lists_again(sources: Sources, tmp_path: Path) -> None:
    file, store = pack(sources), IndexStore(tmp_path)
    first = unpack(file, "it", store)
    assert not any(isinstance(one.entries, Entries) for one in first.lists)
    first.compile(store)
    again = unpack(file, "it", store)
    assert all(isinstance(one.entries, Entries) for one in again.lists)
    assert again.manifest() == sources.manifest()
    assert pack(again) == file
    assert answers(again.compile(store).parties) == answers(sources.compile().parties)


def test_a_damaged_note_of_a_rule_book_is_not_believed(sources: Sources, tmp_path: Path) -> None:
    file, store = pack(sources), IndexStore(tmp_path)
    unpack(file, "it", store).compile(store)
    (note,) = tmp_path.glob("*.lists")
    note.write_bytes(note.read_bytes().replace(b"sample", b"simple", 1))
    assert unpack(file, "it", store).manifest() == sources.manifest()


# --- the words of the goods ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """A tenth of the packaged words: making the tables of all of them takes seconds."""
    names = ("leather", "paper")
    return Lexicon.from_documents([(name, read_yaml(BUILTIN / "goods" / f"{name}.yaml").content) for name in names])


@pytest.fixture
def kept_words(lexicon: Lexicon, tmp_path: Path) -> Path:
    IndexStore(tmp_path / "words").words(lexicon)
    (path,) = (tmp_path / "words").iterdir()
    return path


def test_kept_words_are_mapped_and_not_made_again(lexicon: Lexicon, kept_words: Path) -> None:
    before = kept_words.stat().st_ino
    assert IndexStore(kept_words.parent).words(lexicon) == tables_of(lexicon)
    assert kept_words.stat().st_ino == before


@pytest.mark.parametrize("share", [10, pytest.param(1, marks=pytest.mark.long)])
def test_goods_are_recognised_by_kept_words_as_by_those_made_in_memory(share: int) -> None:
    """Over labelled descriptions, and over each with a letter left out, which only looks like known words."""
    queries = [item.query for item in read_labels()][::share]
    chance = random.Random(7)
    for query in list(queries):
        said = query.description or ""
        place = chance.randrange(len(said) or 1)
        queries.append(query._replace(description=said[:place] + said[place + 1 :]))
    lexicon = load_lexicon()
    kept, made = packaged.classifier_of_words(), Classifier(lexicon, tables_of(lexicon))
    assert kept.recognise_many(queries) == made.recognise_many(queries)


@pytest.mark.parametrize("command", [["goods"], ["rules", "check", "--no-builtin-rules", "--rules"]])
def test_commands_use_the_words_that_are_kept(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged.classifier()
    for module in ("tidewaiter.goods.lexicon.vocabulary", "tidewaiter.rulebook.index_store"):
        name = "tables_of" if module.endswith("vocabulary") else "tables_of_words"
        monkeypatch.setattr(f"{module}.{name}", lambda _lexicon: pytest.fail("they are made again"))
    monkeypatch.setattr("tidewaiter.rulebook.compiler._last_classifiers", [])
    (tmp_path / "goods").mkdir()
    (tmp_path / "goods" / "none.yaml").write_text("extend: []")
    (tmp_path / "items.jsonl").write_text('{"description": "rice"}')
    argument = tmp_path / "items.jsonl" if command == ["goods"] else tmp_path
    done = CliRunner().invoke(app, [*command, str(argument)])
    assert done.exit_code == 0, done.output


def test_a_damaged_file_of_words_is_made_anew(lexicon: Lexicon, kept_words: Path) -> None:
    whole = kept_words.read_bytes()
    kept_words.chmod(0o644)
    for damaged in (whole[:-64], b"", whole[:5_000] + bytes([whole[5_000] ^ 1]) + whole[5_001:]):
        kept_words.write_bytes(damaged)
        with pytest.raises(RuleError):
            open_tables(kept_words, "goods-words", kept_words.stem)
        tables = IndexStore(kept_words.parent).words(lexicon)
        kept_words.chmod(0o644)
        assert kept_words.read_bytes() == whole
        assert tables == tables_of(lexicon)


def test_other_words_are_another_file(lexicon: Lexicon, kept_words: Path) -> None:
    ours = {"goods": [{"id": "sedan-chair", "headings": ["8716"], "terms": {"en": ["sedan chair"]}}]}
    other = Lexicon.from_documents([("ours.yaml", ours)])
    store = IndexStore(kept_words.parent)
    said = [Classifier(one, store.words(one)).recognise(ItemQuery("sedan chair")) for one in (lexicon, other)]
    assert [hit.code for hit in said[1].headings] == ["8716"] != [hit.code for hit in said[0].headings]
    assert len(list(kept_words.parent.iterdir())) == 2


def test_the_file_of_an_index_of_parties_is_none_of_words(made: Path) -> None:
    with pytest.raises(RuleError, match="is not a goods-words"):
        open_tables(made, "goods-words", made.stem)


def test_where_no_words_can_be_kept_they_are_made_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    ours = {"goods": [{"id": "sedan-chair", "headings": ["8716"], "terms": {"en": ["sedan chair"]}}]}
    lexicon = Lexicon.from_documents([("ours.yaml", ours)])
    said: list[str] = []
    for store in (IndexStore(tmp_path / "file", said.append), IndexStore(None, said.append)):
        assert store.words(lexicon) == tables_of(lexicon)
    assert len(said) == 1


def _list(*entries: ListEntry) -> PartyList:
    return PartyList("test", "Test", "UN", "Test list", "https://example.org", None, "0" * 64, entries)
