"""`lists sync` against servers that misbehave: the newest list, or the last good one and a reason, never half of one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.list_publisher import (
    Answer,
    Publisher,
    cut_off,
    endless,
    file,
    page,
    publishing,
    redirect,
    slow,
    status,
    un_list,
    understated,
)
from tests.patience import WAIT
from tidewaiter.errors import ListError
from tidewaiter.lists.fetching import Patience
from tidewaiter.lists.registry import SOURCES, ListSource
from tidewaiter.lists.store import KEPT, ListStore
from tidewaiter.lists.sync import Demands, SyncOutcome, SyncStatus, sync, sync_from

QUICK = Patience(attempts=3, first_wait=0.01, longest_wait=0.5, attempt=30.0, silence=15.0)
HASTY = replace(QUICK, attempt=1.5, silence=0.6)
GOOD, NEWER = un_list(40), un_list(42, "2026-08-02")


def source_of(publisher: Publisher, path: str = "/un.xml", fewest: int = 10) -> ListSource:
    return replace(SOURCES["un"].at(publisher.url + path), fewest=fewest, largest=5_000_000)


def synced(
    store: ListStore, publisher: Publisher, *answers: Answer, patience: Patience = QUICK, **more: object
) -> SyncOutcome:
    if answers:
        publisher.answers("/un.xml", *answers)
    (outcome,) = sync(store, [source_of(publisher)], patience=patience, **more)  # type: ignore[arg-type]
    return outcome


def entries(store: ListStore) -> int:
    return len(store.load("un").entries)


def test_a_first_sync_keeps_the_file_and_all_that_is_known_of_it(store: ListStore, publisher: Publisher) -> None:
    outcome = synced(store, publisher, file(GOOD))
    assert outcome.status is SyncStatus.NEW
    record = store.record("un")
    assert record is not None
    assert record.url == publisher.url + "/un.xml"
    assert record.current.published == "2026-08-01"
    assert (record.current.counts.entries, record.current.counts.names) == (40, 80)
    assert record.current.files[0].etag == '"1"'
    loaded = store.load("un")
    assert loaded.sha256 == record.current.sha256
    assert loaded.retrieved == record.current.retrieved.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert loaded.retrieved_from == record.url
    assert store.path_of("un", record.current).read_bytes() == GOOD


def test_a_list_that_has_not_changed_is_confirmed_and_not_sent_again(store: ListStore, publisher: Publisher) -> None:
    synced(store, publisher, file(GOOD))
    before = store.record("un")
    time.sleep(1.1)
    outcome = synced(store, publisher)
    after = store.record("un")
    assert outcome.status is SyncStatus.UNCHANGED
    assert publisher.requests[-1][1]["if-none-match"] == '"1"'
    assert before is not None
    assert after is not None
    assert after.checked > before.checked
    assert after.current == before.current


def test_the_same_bytes_sent_again_are_no_new_edition(store: ListStore, publisher: Publisher) -> None:
    synced(store, publisher, file(GOOD))
    first = store.record("un")
    assert synced(store, publisher, file(GOOD, etag='"2"')).status is SyncStatus.UNCHANGED
    second = store.record("un")
    assert first is not None
    assert second is not None
    assert second.current.retrieved == first.current.retrieved
    assert second.current.files[0].etag == '"2"'
    assert second.earlier == ()


def test_a_new_edition_takes_the_place_of_the_last_which_is_kept(store: ListStore, publisher: Publisher) -> None:
    synced(store, publisher, file(GOOD))
    outcome = synced(store, publisher, file(NEWER, etag='"2"'))
    assert outcome.status is SyncStatus.UPDATED
    assert outcome.changes is not None
    assert (outcome.changes.added, outcome.changes.removed) == (2, 0)
    assert entries(store) == 42
    assert len(store.load("un", "previous").entries) == 40
    assert len(store.load("un", "2026-08-01").entries) == 40


@pytest.mark.parametrize(
    ("answers", "requests"),
    [
        pytest.param([status(500), file(NEWER, '"2"')], 2, id="500 then 200"),
        pytest.param([status(429, Retry_After="0"), file(NEWER, '"2"')], 2, id="429 with Retry-After"),
        pytest.param([cut_off(NEWER, 900), file(NEWER, '"2"')], 2, id="cut off, then whole"),
        pytest.param([page(), file(NEWER, '"2"')], 2, id="a web page, then the list"),
        pytest.param([file(NEWER, '"2"', packed=True)], 1, id="gzip"),
        pytest.param([slow(NEWER, 0.05)], 1, id="slow, but within bounds"),
        pytest.param([redirect("/elsewhere")], 2, id="redirect"),
    ],
)
def test_what_passes_is_tried_again(
    store: ListStore, publisher: Publisher, answers: list[Answer], requests: int
) -> None:
    synced(store, publisher, file(GOOD))
    publisher.answers("/elsewhere", file(NEWER, '"2"'))
    publisher.requests.clear()
    outcome = synced(store, publisher, *answers)
    assert (outcome.status, outcome.reason) == (SyncStatus.UPDATED, "")
    assert len(publisher.requests) == requests
    assert entries(store) == 42
    current = store.edition("un")[1]
    assert store.path_of("un", current).read_bytes() == NEWER


FAULTS = [
    pytest.param([status(403)], 1, "answers 403: it refuses this site", id="403"),
    pytest.param([status(404)], 1, "answers 404: the publisher may have moved", id="404"),
    pytest.param([status(500)], 3, "answers 500; tried 3 times", id="500 for ever"),
    pytest.param([status(503, Retry_After="3600")], 1, "asks to wait 3600 s", id="a wait beyond patience"),
    pytest.param([status(204)], 1, "answers 204", id="no content"),
    pytest.param([status(200)], 1, "is not complete XML", id="text instead of XML"),
    pytest.param([cut_off(NEWER, 900)], 3, "was cut off in the middle; tried 3 times", id="cut off for ever"),
    pytest.param([understated(NEWER, 900)], 1, "is not complete XML", id="a Content-Length below the file"),
    pytest.param([slow(NEWER, 1.0)], 3, "was not there within", id="silent"),
    pytest.param([slow(NEWER, 0.3)], 3, "was not there within", id="a trickle"),
    pytest.param([redirect("/un.xml")], 5, "redirects 5 times", id="redirect loop"),
    pytest.param([page()], 3, "sends a web page in place of the list", id="HTML instead of XML"),
    pytest.param([file(b"", '"2"')], 3, "sends an empty file", id="empty body"),
    pytest.param([file(NEWER[:-300], '"2"')], 1, "is not complete XML", id="a truncated file, sent whole"),
    pytest.param([file(b"<other/>", '"2"')], 1, "its root is <other>", id="another schema"),
    pytest.param([file(un_list(8, "2026-08-02"), '"2"')], 1, "has 8 entries where the last good list has 40", id="shrunk by 80 %"),
    pytest.param([file(un_list(40, "2026-07-01"), '"2"')], 1, "is of 2026-07-01, older than", id="an older edition"),
    pytest.param([endless()], 1, "is larger than", id="a bomb in gzip"),
]  # fmt: skip


@pytest.mark.parametrize(("answers", "requests", "says"), FAULTS)
def test_whatever_goes_wrong_the_last_good_list_stays_and_the_reason_is_told(
    store: ListStore, publisher: Publisher, answers: list[Answer], requests: int, says: str
) -> None:
    synced(store, publisher, file(GOOD))
    good = store.record("un")
    publisher.requests.clear()
    outcome = synced(store, publisher, *answers, patience=HASTY if "within" in says else QUICK)
    assert outcome.status is SyncStatus.FAILED
    assert says in outcome.reason
    assert len(publisher.requests) == requests
    assert good is not None
    assert outcome.current == good.current
    assert store.record("un") == good
    assert entries(store) == 40
    attempt = store.attempt("un")
    assert attempt is not None
    assert (attempt.status, attempt.reason, attempt.failing_since) == ("failed", outcome.reason, attempt.at)
    assert sorted(path.name for path in (store.folder / "un").iterdir()) == sorted(
        [good.current.folder, "attempt.json", "record.json"]
    )
    assert synced(store, publisher, file(GOOD)).status is SyncStatus.UNCHANGED
    mended = store.attempt("un")
    assert mended is not None
    assert mended.failing_since is None


@pytest.mark.parametrize(
    ("answers", "requests", "says"),
    [fault for fault in FAULTS if fault.id not in ("shrunk by 80 %", "an older edition")],
)
def test_a_first_sync_that_fails_leaves_no_list(
    store: ListStore, publisher: Publisher, answers: list[Answer], requests: int, says: str
) -> None:
    outcome = synced(store, publisher, *answers, patience=HASTY if "within" in says else QUICK)
    assert (outcome.status, outcome.current) == (SyncStatus.FAILED, None)
    assert says in outcome.reason
    assert store.record("un") is None
    with pytest.raises(ListError, match="has no list un"):
        store.load("un")


def test_a_first_list_of_fewer_entries_than_its_publisher_ever_had_is_refused(
    store: ListStore, publisher: Publisher
) -> None:
    publisher.answers("/un.xml", file(GOOD))
    (outcome,) = sync(store, [source_of(publisher, fewest=500)], patience=QUICK)
    assert outcome.status is SyncStatus.FAILED
    assert "has 40 entries, and never had fewer than 500" in outcome.reason
    (taken,) = sync(
        store, [source_of(publisher, fewest=500)], patience=QUICK, demands=Demands(accepted=frozenset({"un"}))
    )
    assert taken.status is SyncStatus.NEW


def test_a_list_that_somebody_looked_at_is_taken_though_it_shrank(store: ListStore, publisher: Publisher) -> None:
    synced(store, publisher, file(GOOD))
    accepted = Demands(accepted=frozenset({"un"}))
    outcome = synced(store, publisher, file(un_list(8, "2026-08-02"), '"2"'), demands=accepted)
    assert outcome.status is SyncStatus.UPDATED
    assert entries(store) == 8


def test_a_retry_after_may_be_a_date(store: ListStore, publisher: Publisher) -> None:
    soon = format_datetime(datetime.now(UTC) - timedelta(seconds=5), usegmt=True)
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert synced(store, publisher, status(429, Retry_After=soon), file(GOOD)).status is SyncStatus.NEW
    assert "try again then" in synced(store, publisher, status(429, Retry_After=later)).reason


def test_an_address_where_nobody_listens_is_named(store: ListStore) -> None:
    with publishing() as server:
        gone = source_of(server)
    (outcome,) = sync(store, [gone], patience=QUICK)
    assert outcome.status is SyncStatus.FAILED
    assert f"{gone.url}: cannot be reached" in outcome.reason


def test_one_publisher_that_fails_holds_up_no_other(store: ListStore, publisher: Publisher) -> None:
    publisher.answers("/un.xml", file(GOOD))
    bad = replace(SOURCES["uk"].at(publisher.answers("/uk.csv", status(403))), fewest=1)
    outcomes = sync(store, [bad, source_of(publisher)], patience=QUICK)
    assert [(outcome.publisher, outcome.status) for outcome in outcomes] == [
        ("uk", SyncStatus.FAILED),
        ("un", SyncStatus.NEW),
    ]


def test_a_stored_file_that_was_damaged_is_not_loaded_and_is_fetched_again(
    store: ListStore, publisher: Publisher
) -> None:
    synced(store, publisher, file(GOOD))
    path = store.path_of("un", store.edition("un")[1])
    path.write_bytes(GOOD.replace(b"TEST TRADING 7 ", b"TEST TRADING 8 "))
    with pytest.raises(ListError, match="differs from the fetched file"):
        store.load("un")
    assert synced(store, publisher).status is SyncStatus.UPDATED
    assert "if-none-match" not in publisher.requests[-1][1]
    assert path.read_bytes() == GOOD


def test_validators_of_one_address_are_not_sent_to_another(store: ListStore, publisher: Publisher) -> None:
    synced(store, publisher, file(GOOD))
    publisher.answers("/mirror.xml", file(GOOD))
    (outcome,) = sync(store, [source_of(publisher, "/mirror.xml")], patience=QUICK)
    assert outcome.status is SyncStatus.UNCHANGED
    assert "if-none-match" not in publisher.requests[-1][1]


def test_no_more_than_so_many_editions_are_kept(store: ListStore, publisher: Publisher) -> None:
    for n in range(KEPT + 3):
        synced(store, publisher, file(un_list(40 + n, f"2026-08-{n + 1:02}"), f'"{n}"'))
    record = store.record("un")
    assert record is not None
    assert [edition.published for edition in record.editions] == [f"2026-08-{n:02}" for n in range(KEPT + 3, 3, -1)]
    assert {path.name for path in (store.folder / "un").iterdir() if path.is_dir()} == {
        edition.folder for edition in record.editions
    }


def test_what_a_killed_sync_left_behind_is_cleared_away_after_a_day(store: ListStore, publisher: Publisher) -> None:
    synced(store, publisher, file(GOOD))
    old, young = store.folder / "un" / ".incoming-old", store.folder / "un" / ".incoming-young"
    for path in (old, young):
        path.mkdir()
    os.utime(old, (time.time() - 100_000,) * 2)
    synced(store, publisher)
    assert (old.exists(), young.exists()) == (False, True)


def test_a_token_is_sent_and_told_to_nobody(store: ListStore, publisher: Publisher) -> None:
    publisher.answers("/eu.xml", status(500))
    source = replace(SOURCES["eu"].at(publisher.url + "/eu.xml"), fewest=1)
    (outcome,) = sync(store, [source], patience=QUICK, token="s3cret")
    assert publisher.requests[0][0] == "/eu.xml?token=s3cret"
    kept = "".join(path.read_text(encoding="utf-8") for path in store.folder.rglob("*.json"))
    assert outcome.status is SyncStatus.FAILED
    assert "s3cret" not in outcome.reason + kept


def test_a_list_that_wants_a_token_is_left_out_without_one_unless_it_is_insisted_on(store: ListStore) -> None:
    (left,) = sync(store, [SOURCES["eu"]], patience=QUICK)
    assert (left.status, "TIDEWAITER_LISTS_EU_TOKEN" in left.reason) == (SyncStatus.LEFT_OUT, True)
    (failed,) = sync(store, [SOURCES["eu"]], insisted=["eu"], patience=QUICK)
    assert failed.status is SyncStatus.FAILED


def test_the_publisher_hears_who_asks(store: ListStore, publisher: Publisher) -> None:
    synced(store, publisher, file(GOOD), user_agent="bank-of-tests/1")
    assert publisher.requests[0][1]["user-agent"] == "bank-of-tests/1"


def test_a_file_made_anew_on_each_request_is_no_new_edition_until_something_in_it_is_other(
    store: ListStore, publisher: Publisher
) -> None:
    synced(store, publisher, file(GOOD))
    first = store.record("un")
    assert (
        synced(store, publisher, file(GOOD.replace(b"T23:00:03Z", b"T23:59:59Z"), '"2"')).status is SyncStatus.UNCHANGED
    )
    second = store.record("un")
    assert first is not None
    assert second is not None
    assert second.current == first.current
    assert store.load("un").sha256 == first.current.sha256
    later = GOOD.replace(b"2026-08-01T", b"2026-08-02T")
    assert synced(store, publisher, file(later, '"3"')).status is SyncStatus.UPDATED
    assert store.load("un").published == "2026-08-02"


def test_a_sync_that_is_killed_leaves_the_last_good_list(store: ListStore, publisher: Publisher) -> None:
    synced(store, publisher, file(GOOD))
    publisher.answers("/un.xml", slow(NEWER, 0.5))
    environment = {
        **os.environ,
        "TIDEWAITER_LISTS_URLS": f"un={publisher.url}/un.xml",
        "TIDEWAITER_LISTS_DIR": str(store.folder),
    }
    command = [sys.executable, "-m", "tidewaiter", "lists", "sync", "un", "--accept", "un"]
    with subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2]) as process:
        deadline = time.monotonic() + WAIT
        while not [path for path in (store.folder / "un").glob(".incoming-*/*") if path.stat().st_size]:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.02)
        process.kill()
    assert entries(store) == 40
    publisher.answers("/un.xml", file(NEWER, '"2"'))
    assert synced(store, publisher).status is SyncStatus.UPDATED


def test_two_syncs_at_once_end_with_one_whole_list(store: ListStore, publisher: Publisher) -> None:
    synced(store, publisher, file(GOOD))
    publisher.answers("/un.xml", slow(NEWER, 0.02))
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: synced(store, publisher), range(4)))
    assert {outcome.status for outcome in outcomes} <= {SyncStatus.UPDATED, SyncStatus.UNCHANGED}, outcomes
    record = store.record("un")
    assert record is not None
    assert [edition.published for edition in record.editions] == ["2026-08-02", "2026-08-01"]
    assert entries(store) == 42


# --- several files ------------------------------------------------------------------------------------------------

SDN = b'1,"TEST LINE","vessel","DPRK","","","","","","","",-0- \r\n2,"TEST, Man","individual","DPRK","","","","","","","",-0- \r\n\x1a'
ALT = b'1,11,"aka","TEST LINES",-0- \r\n\x1a'


def ofac_of(publisher: Publisher, **bodies: bytes) -> ListSource:
    files = {"SDN.CSV": SDN, "ALT.CSV": ALT, **{name.replace("_CSV", ".CSV"): body for name, body in bodies.items()}}
    source = SOURCES["ofac"]
    for name, body in files.items():
        publisher.answers(f"/exports/{name}", file(body, f'"{hash(body)}"'))
    wanted = tuple(f for f in source.files if f.name in files)
    return replace(replace(source, files=wanted).at(publisher.url + "/exports/"), fewest=1)


def test_a_list_of_several_files_is_fetched_whole_and_only_what_changed_again(
    store: ListStore, publisher: Publisher
) -> None:
    (first,) = sync(store, [ofac_of(publisher)], patience=QUICK)
    assert first.status is SyncStatus.NEW
    assert first.current is not None
    assert first.current.published == "2026-08-01"  # by the server: the file itself bears no date
    changed = ALT.replace(b"LINES", b"LINERS")
    (second,) = sync(store, [ofac_of(publisher, ALT_CSV=changed)], patience=QUICK)
    assert second.status is SyncStatus.UPDATED
    assert second.changes is not None
    assert second.changes.fields == {"names": 1}
    names = {name.text for entry in store.load("ofac").entries for name in entry.names}
    assert names == {"TEST LINE", "TEST LINERS", "TEST, Man"}


def test_a_file_that_only_continues_others_may_be_empty_and_no_other_may(
    store: ListStore, publisher: Publisher
) -> None:
    (outcome,) = sync(store, [ofac_of(publisher, SDN_COMMENTS_CSV=b"")], patience=QUICK)
    assert outcome.status is SyncStatus.NEW
    assert outcome.current is not None
    assert [one.name for one in outcome.current.files] == ["SDN.CSV", "ALT.CSV"]
    (again,) = sync(store, [ofac_of(publisher, SDN_COMMENTS_CSV=b"")], patience=QUICK)
    assert again.status is SyncStatus.UNCHANGED
    (failed,) = sync(store, [ofac_of(publisher, ALT_CSV=b"")], patience=QUICK)
    assert "ALT.CSV: sends an empty file" in failed.reason


def test_one_missing_file_of_several_leaves_the_whole_list_as_it_was(store: ListStore, publisher: Publisher) -> None:
    sync(store, [ofac_of(publisher)], patience=QUICK)
    source = ofac_of(publisher, SDN_CSV=SDN.replace(b"TEST LINE", b"OTHER LINE"))
    publisher.answers("/exports/ALT.CSV", status(404))
    (outcome,) = sync(store, [source], patience=QUICK)
    assert outcome.status is SyncStatus.FAILED
    assert "ALT.CSV: answers 404" in outcome.reason
    assert store.load("ofac").entries[0].names[0].text == "TEST LINE"


# --- without a network --------------------------------------------------------------------------------------------


def carried(store: ListStore, folder: Path, *publishers: str) -> list[SyncOutcome]:
    sources = [replace(source, fewest=1) for source in SOURCES.values()]
    return sync_from(store, folder, publishers or ("un",), sources)


def test_a_copy_of_a_synced_folder_brings_its_records_along(
    store: ListStore, publisher: Publisher, tmp_path: Path
) -> None:
    outside = ListStore(tmp_path / "outside")
    synced(outside, publisher, file(GOOD))
    there = outside.record("un")
    (outcome,) = carried(store, outside.folder)
    here = store.record("un")
    assert outcome.status is SyncStatus.NEW
    assert there is not None
    assert here is not None
    assert (here.url, here.checked, here.current) == (there.url, there.checked, there.current)
    assert carried(store, outside.folder)[0].status is SyncStatus.UNCHANGED
    synced(outside, publisher, file(NEWER, '"2"'))
    assert carried(store, outside.folder)[0].status is SyncStatus.UPDATED


def test_a_copy_that_is_older_than_what_is_there_is_refused(
    store: ListStore, publisher: Publisher, tmp_path: Path
) -> None:
    outside = ListStore(tmp_path / "outside")
    sync(outside, [ofac_of(publisher)], patience=QUICK)
    time.sleep(1.1)
    sync(store, [ofac_of(publisher, ALT_CSV=ALT.replace(b"LINES", b"LINERS"))], patience=QUICK)
    (outcome,) = carried(store, outside.folder, "ofac")
    assert (outcome.status, "was fetched before" in outcome.reason) == (SyncStatus.FAILED, True)


def test_a_copy_with_another_file_than_its_record_says_is_refused(
    store: ListStore, publisher: Publisher, tmp_path: Path
) -> None:
    outside = ListStore(tmp_path / "outside")
    synced(outside, publisher, file(GOOD))
    outside.path_of("un", outside.edition("un")[1]).write_bytes(NEWER)
    (outcome,) = carried(store, outside.folder)
    assert (outcome.status, "is not what its record says" in outcome.reason) == (SyncStatus.FAILED, True)


def test_a_folder_of_bare_files_is_taken_too_with_the_time_it_was(store: ListStore, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    for name in ("un", "ofac"):
        (drop / name).mkdir(parents=True)
    (drop / "un" / "list.xml").write_bytes(GOOD)
    (drop / "ofac" / "SDN.CSV").write_bytes(SDN)
    (drop / "ofac" / "ALT.CSV").write_bytes(ALT)
    assert [outcome.status for outcome in carried(store, drop, "un", "ofac")] == [SyncStatus.NEW, SyncStatus.NEW]
    record = store.record("un")
    assert record is not None
    assert record.url is None
    assert record.checked == record.current.retrieved
    first = record.checked
    time.sleep(1.1)
    (again,) = carried(store, drop)
    assert again.status is SyncStatus.UNCHANGED
    assert first == again.checked, "nobody asked the publisher: the list is as old as it was"


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "has no file"),
        ({"a.xml": GOOD, "b.xml": NEWER}, "holds 2 files"),
        ({"a.xml": un_list(8, "2026-08-02")}, "has 8 entries where the last good list has 40"),
        ({"a.xml": GOOD[:500]}, "is not complete XML"),
    ],
)
def test_a_folder_is_judged_like_a_server(store: ListStore, tmp_path: Path, files: dict[str, bytes], says: str) -> None:
    (tmp_path / "good" / "un").mkdir(parents=True)
    (tmp_path / "good" / "un" / "a.xml").write_bytes(GOOD)
    carried(store, tmp_path / "good")
    (tmp_path / "drop" / "un").mkdir(parents=True)
    for name, body in files.items():
        (tmp_path / "drop" / "un" / name).write_bytes(body)
    (outcome,) = carried(store, tmp_path / "drop")
    assert outcome.status is SyncStatus.FAILED
    assert says in outcome.reason
    assert entries(store) == 40


def test_a_list_cannot_choose_where_it_is_kept(store: ListStore, publisher: Publisher) -> None:
    outcome = synced(store, publisher, file(GOOD.replace(b"2026-08-01T23:00:03Z", b"../../../x/")))
    assert outcome.status is SyncStatus.NEW
    assert outcome.current is not None
    assert outcome.current.published == "2026-08-01", "the server's date stands for one that is none"
    assert outcome.current.folder.startswith("2026-08-01-")
    assert {path.name for path in store.folder.parent.iterdir()} == {"lists"}


@pytest.mark.parametrize("name", ["../elsewhere", "onu", ""])
def test_nothing_is_kept_under_the_name_of_no_publisher(store: ListStore, tmp_path: Path, name: str) -> None:
    (tmp_path / "drop" / "un").mkdir(parents=True)
    with pytest.raises(ListError, match="no such publisher"):
        carried(store, tmp_path / "drop", name)
    assert {path.name for path in tmp_path.iterdir()} == {"drop"}


def test_a_record_that_points_out_of_its_folder_is_refused(store: ListStore, publisher: Publisher) -> None:
    synced(store, publisher, file(GOOD))
    path = store.folder / "un" / "record.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["current"]["folder"] = "../../elsewhere"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ListError, match="names files outside its folder"):
        store.load("un")
