"""A compiled rule book is the same bytes wherever it is made, decides as its sources do, and is refused when damaged."""

from __future__ import annotations

import asyncio
import bz2
import dataclasses
import gc
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.environment import clean_environment
from tests.packaged import indexes, small_rule_book
from tests.unit.test_code_lists import folder_with
from tidewaiter.commands.publishing import publish
from tidewaiter.commands.screen_lines import screen_lines
from tidewaiter.errors import BrokerError, RuleError
from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.lists import load_list
from tidewaiter.matching.index.party_index import PartyIndex
from tidewaiter.observability.metrics import Metrics
from tidewaiter.release.adoption import Offer, Refused, consider
from tidewaiter.release.assembly import SAMPLE_LIST, assemble, read_sources
from tidewaiter.release.shrink_guard import shrinkage
from tidewaiter.rulebook.authoring.book_diff import Differences, compare
from tidewaiter.rulebook.loader import load_lexicon, load_rule_sets
from tidewaiter.rulebook.package import load_head, load_package, pack, read_head, unpack
from tidewaiter.rulebook.policy import Policy
from tidewaiter.rulebook.refusal import Refusal
from tidewaiter.rulebook.sources import Sources, ordered
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import load
from tidewaiter_schemas.rulebook import RuleBookManifest
from tidewaiter_schemas.transfer import TransferEvent

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "service" / "tidewaiter" / "samples" / "transfers.jsonl"


@pytest.fixture(scope="module")
def packaged() -> Sources:
    return read_sources(load({"broker": "unused:1"}))


@pytest.fixture(scope="module")
def small() -> bytes:
    return small_rule_book()


@pytest.fixture(scope="module")
def packed(packaged: Sources) -> bytes:
    return pack(packaged)


def refused(file: bytes) -> str:
    with pytest.raises(RuleError) as caught:
        unpack(file, "a.rulebook")
    message = str(caught.value)
    assert message.startswith("a.rulebook: "), "an error names the file"
    return message


# --- what it is -----------------------------------------------------------------------------------------------


def test_what_was_packed_is_unpacked_and_decides_the_same_to_the_byte(packed: bytes, packaged: Sources) -> None:
    again = unpack(packed, "packaged")
    assert again == packaged
    lines = SAMPLES.read_bytes().splitlines()

    def verdicts(sources: Sources) -> list[bytes]:
        return [line.output for line in screen_lines(lines, Screener(sources.compile(indexes())), 1_000_000)]

    assert verdicts(again) == verdicts(packaged)


def test_the_manifest_in_front_is_that_of_the_rule_book_and_is_read_without_the_rest(
    packaged: Sources, tmp_path: Path
) -> None:
    file = pack(packaged)
    path = tmp_path / "a.rulebook"
    path.write_bytes(file)
    assert load_head(path).manifest == packaged.manifest() == assemble(load({"broker": "unused:1"})).manifest
    assert load_head(path).size == len(file)
    stream = io.BytesIO(file)
    read_head(stream, "a")
    assert stream.tell() < 8_000 < len(file)


def test_another_process_makes_the_same_bytes(packed: bytes, packaged: Sources, tmp_path: Path) -> None:
    """Its hash seed is another than that of this process, by which Python orders sets of strings."""
    path = tmp_path / "a.rulebook"
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    command = [sys.executable, "-m", "tidewaiter", "rulebook", "build", "-o", str(path)]
    done = subprocess.run(
        command, env=clean_environment(PYTHONHASHSEED=seed), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == packed
    told = json.loads(done.stdout)
    assert told["file_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert told["manifest"]["sha256"] == packaged.manifest().sha256


def test_the_order_in_which_parts_are_given_makes_no_difference(packaged: Sources) -> None:
    turned = Lexicon(
        {
            name: dataclasses.replace(entry, terms=entry.terms[::-1], document="elsewhere.yaml")
            for name, entry in reversed(list(packaged.lexicon.entries.items()))
        },
        packaged.lexicon.own_categories,
    )
    again = Sources.of(
        packaged.rule_sets[::-1],
        packaged.lists[::-1],
        turned,
        packaged.policy,
        packaged.ties,
        packaged.rarity,
        packaged.wording,
    )
    assert pack(again) == pack(packaged)


def test_its_hash_covers_the_wording_model_and_a_book_without_one_is_read(packaged: Sources) -> None:
    without = dataclasses.replace(packaged, wording=None)
    assert without.manifest().sha256 != packaged.manifest().sha256
    again = unpack(pack(without), "early")
    assert again.wording is None
    assert again.manifest() == without.manifest()
    assert unpack(pack(packaged), "now").wording == packaged.wording


def test_its_hash_covers_what_the_entries_of_a_list_say(packaged: Sources) -> None:
    listed = packaged.lists[0]
    first = dataclasses.replace(listed.entries[0], remarks="another")
    other = dataclasses.replace(
        packaged, lists=(dataclasses.replace(listed, entries=(first, *listed.entries[1:])), *packaged.lists[1:])
    )
    assert other.manifest().sha256 != packaged.manifest().sha256
    assert other.manifest().lists == packaged.manifest().lists, "the official file is the same"


@pytest.mark.parametrize("field", ["authority", "instrument", "url"])
def test_its_hash_covers_whose_law_a_list_is_and_what_is_cited(packaged: Sources, field: str) -> None:
    first, *others = packaged.lists
    changed: Any = {field: "another"}
    other = dataclasses.replace(packaged, lists=(dataclasses.replace(first, **changed), *others))
    assert other.manifest().sha256 != packaged.manifest().sha256


def test_it_holds_the_lists_of_codes_that_its_rules_name(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    rule_sets = load_rule_sets(folder)
    file = pack(Sources.of(rule_sets, [load_list("sample", SAMPLE_LIST)], load_lexicon(), Policy()))
    shutil.rmtree(folder)
    screener = Screener(unpack(file, "a").compile())
    lathe = {"id": "1", "kind": "sale", "occurred_at": "2024-01-01T00:00:00Z", "items": [{"hs_code": "8458.11"}]}
    transfer = TransferEvent.model_validate({**lathe, "route": {"destination": {"country": "MN"}}})
    assert "T-LISTED" in {finding.rule for finding in screener.screen([transfer])[0].findings}


# --- damage ---------------------------------------------------------------------------------------------------


def test_a_file_cut_off_anywhere_is_refused(small: bytes) -> None:
    for length in range(len(small)):
        refused(small[:length])


def test_a_file_with_bytes_after_its_end_is_refused(small: bytes) -> None:
    assert "bytes after its end" in refused(small + b"\0")


def test_any_single_changed_byte_is_refused(small: bytes) -> None:
    for position in range(len(small)):
        file = bytearray(small)
        file[position] ^= (0x01, 0x80, 0xFF)[position % 3]
        refused(bytes(file))


@settings(max_examples=200, deadline=None)
@given(position=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_any_single_changed_byte_of_the_packaged_rule_book_is_refused(
    packed: bytes, position: float, change: int
) -> None:
    file = bytearray(packed)
    file[int(position * len(file))] ^= change
    refused(bytes(file))


@settings(max_examples=100, deadline=None)
@given(garbage=st.binary(max_size=400))
def test_whatever_is_no_rule_book_is_refused_in_words(garbage: bytes) -> None:
    refused(garbage)
    refused(b"tidewaiter-rule-book 1 " + garbage)


def written_again(file: bytes, change: Callable[[list[Any], dict[str, Any]], None]) -> bytes:
    """The file with other lines or another manifest, under hashes that are right."""
    _, head, content = file.split(b"\n", 2)
    said = json.loads(head)
    lines = [json.loads(line) for line in bz2.decompress(content).splitlines()]
    change(lines, said)
    text = b"".join(
        json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for line in lines
    )
    packed = bz2.compress(text)
    said["content"] |= {"bytes": len(packed), "lines": len(lines), "sha256": hashlib.sha256(packed).hexdigest()}
    head = json.dumps(said).encode()
    return b"tidewaiter-rule-book 1 %d %s\n%s\n%s" % (
        len(head), hashlib.sha256(head).hexdigest().encode(), head, packed,
    )  # fmt: skip


def line_of(lines: list[Any], what: str) -> Any:
    return next(value for name, value in lines if name == what)


def test_writing_it_again_without_a_change_is_taken(small: bytes) -> None:
    """So that the cases below are refused for what they change."""
    unpack(written_again(small, lambda lines, said: None), "a.rulebook")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lines, said: line_of(lines, "entry").update(aka=["x"]), "later"),
        (lambda lines, said: line_of(lines, "entry")["names"][0].update(script="Hang"), "later"),
        (lambda lines, said: line_of(lines, "rule").update(scope="all"), "later"),
        (lambda lines, said: line_of(lines, "rule set").update(scope="all"), "later"),
        (lambda lines, said: line_of(lines, "policy").update(scope="all"), "later"),
        (lambda lines, said: line_of(lines, "list").update(scope="all"), "later"),
        (lambda lines, said: lines.append(["tariff", {}]), "later"),
        (lambda lines, said: lines.insert(0, ["rule", line_of(lines, "rule")]), "later"),
        (lambda lines, said: said.update(signature="x"), "signature"),
        (lambda lines, said: said["content"].update(method="zstd"), "method"),
        (lambda lines, said: said["manifest"].update(colour="x"), "colour"),
        (lambda lines, said: lines.remove(["policy", line_of(lines, "policy")]), "no policy"),
        (lambda lines, said: line_of(lines, "entry").update(remarks="it was changed"), "it was changed"),
        (lambda lines, said: lines.pop(), "but contains"),
        (lambda lines, said: said["manifest"].update(sha256="0" * 64), "states the rule book 0000"),
        (lambda lines, said: said["manifest"]["lists"][0].update(entries=5), "states the rule book"),
    ],
)
def test_what_a_later_version_added_and_what_is_not_as_stated_is_refused(
    small: bytes, change: Callable[[list[Any], dict[str, Any]], None], says: str
) -> None:
    assert says in refused(written_again(small, change))


def test_a_small_file_that_unpacks_to_a_very_large_one_is_refused(
    small: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def swell(lines: list[Any], _: dict[str, Any]) -> None:
        lines.extend([["entry", line_of(lines, "entry")]] * 5_000)

    monkeypatch.setattr("tidewaiter.rulebook.package._UNPACKED_ROOM", 0)
    assert unpack(small, "it")
    assert "contains more than" in refused(written_again(small, swell))


def test_publishing_by_a_uri_that_workers_would_not_fetch_says_which_setting_is_needed(
    small: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "a.rulebook"
    path.write_bytes(small)
    with pytest.raises(RuleError, match="TIDEWAITER_RULE_BOOK_URIS"):
        asyncio.run(publish(load({"broker": "unused:1"}), path, path.as_uri(), allow_shrink=False))
    allowed = load({"broker": "127.0.0.1:1", "connect_timeout_seconds": 0.5, "rule_book_uris": tmp_path.as_uri()})
    with pytest.raises(BrokerError, match="no Kafka broker"):
        asyncio.run(publish(allowed, path, path.as_uri(), allow_shrink=False))


def test_a_file_of_a_later_format_says_so(small: bytes) -> None:
    assert "format 2" in refused(small.replace(b"tidewaiter-rule-book 1 ", b"tidewaiter-rule-book 2 ", 1))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"gone\.rulebook: cannot be read"):
        load_package(tmp_path / "gone.rulebook")


# --- what may replace what ------------------------------------------------------------------------------------


def manifest(**sizes: int) -> RuleBookManifest:
    """A manifest with a rule set `law` and lists of these sizes."""
    lists = [
        {"id": name, "publisher": name, "sha256": "0" * 64, "entries": size, "sample": name == "sample"}
        for name, size in sizes.items()
        if name != "law"
    ]
    law = [{"id": "law", "version": "1", "sha256": "0" * 64, "rules": sizes["law"]}] if "law" in sizes else []
    return RuleBookManifest.model_validate({"version": "1", "sha256": "0" * 64, "rule_sets": law, "lists": lists})


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ({"law": 10, "un": 1000}, {"law": 10, "un": 1000}, 0),
        ({"law": 10, "un": 1000}, {"law": 9, "un": 900, "ofac": 1}, 0),
        ({"law": 10, "un": 1000}, {"law": 10, "un": 899}, 1),
        ({"law": 10, "un": 1000}, {"law": 8, "un": 0}, 2),
        ({"law": 10, "un": 1000}, {"un": 1000}, 1),
        ({"law": 10, "un": 1000}, {"law": 10}, 1),
        ({"law": 10, "sample": 100}, {"law": 10, "un": 1}, 0),
        ({"law": 10}, {"law": 10, "un": 1}, 0),
    ],
)
def test_what_is_gone_or_lost_more_than_its_share_is_told(
    before: dict[str, int], after: dict[str, int], lost: int
) -> None:
    assert len(shrinkage(manifest(**before), manifest(**after), 0.1)) == lost


def offer(file: bytes, **changes: Any) -> Offer:
    said = read_head(io.BytesIO(file), "a").manifest
    whole = Offer(file, hashlib.sha256(file).hexdigest(), len(file), said, None, 0.1)
    return dataclasses.replace(whole, **changes)


def test_a_good_rule_book_becomes_a_screener(packed: bytes, packaged: Sources) -> None:
    screener = consider(offer(packed, baseline=packaged.manifest(), indexes=indexes()))
    assert isinstance(screener, Screener)
    assert screener.book.manifest == packaged.manifest()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sha256": "0" * 64}, Refusal.DAMAGED),
        ({"size": 1}, Refusal.DAMAGED),
        ({"manifest": manifest(law=1)}, Refusal.UNUSABLE),
        ({"baseline": manifest(law=1, un=1000)}, Refusal.SHRUNK),
    ],
)
def test_a_rule_book_that_is_not_what_was_said_of_it_is_refused(
    small: bytes, changes: dict[str, Any], reason: Refusal
) -> None:
    outcome = consider(offer(small, **changes))
    assert isinstance(outcome, Refused)
    assert outcome.reason is reason
    assert outcome.detail


def test_every_reason_is_counted_from_the_start() -> None:
    samples = [sample for family in Metrics().registry.collect() for sample in family.samples]
    counted = {s.labels["reason"] for s in samples if s.name == "tidewaiter_rulebook_refused_total"}
    assert counted == {reason.value for reason in Refusal}


# --- replacing it ---------------------------------------------------------------------------------------------


def test_a_rule_book_that_was_used_and_replaced_is_freed_without_the_garbage_collector(packaged: Sources) -> None:
    gc.collect()
    gc.disable()
    try:
        screener = Screener(packaged.compile(indexes()))
        parties: weakref.ref[PartyIndex] = weakref.ref(screener.book.parties)
        assert list(screen_lines(SAMPLES.read_bytes().splitlines(), screener, 1_000_000))
        del screener
        assert parties() is None, "a reference elsewhere keeps every rule book that was ever used"
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        left = {type(each) for each in gc.garbage if type(each).__module__.startswith("tidewaiter")}
        assert not left, "a cycle, exempt from collection, would stay for good"
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


# --- what is different ----------------------------------------------------------------------------------------


def test_a_comparison_names_what_came_went_and_changed(packaged: Sources) -> None:
    assert not compare(packaged, packaged)
    first, *rest = packaged.rule_sets
    listed = packaged.lists[0]
    gone, changed, *stay = listed.entries
    new = dataclasses.replace(gone, id="NEW-1")
    other = dataclasses.replace(changed, remarks="another")
    words = dict(packaged.lexicon.entries)
    word = words.pop(next(iter(words)))
    now = Sources.of(
        [first.model_copy(update={"rules": first.rules[1:]}), *rest],
        [dataclasses.replace(listed, entries=(other, *stay, new)), *packaged.lists[1:]],
        ordered(Lexicon(words, packaged.lexicon.own_categories)),
        packaged.policy.model_copy(update={"block_at": 0.9}),
        packaged.ties,
    )
    found = compare(packaged, now)
    assert found.lists[0].entries == Differences(
        (f"NEW-1 {gone.names[0].text}",),
        (f"{gone.id} {gone.names[0].text}",),
        (f"{changed.id} {changed.names[0].text}",),
    )
    assert {change.rule for change in found.law} == {first.rules[0].id}
    assert found.words == Differences(removed=(word.id,))
    assert found.policy == ("block_at",)
    assert found.wording
    assert not compare(now, now).wording
    assert not found.ties
    assert found.rarity
