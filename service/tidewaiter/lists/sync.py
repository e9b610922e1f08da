"""`tidewaiter lists sync`: fetch the newest list of each publisher into the store, or keep the last good one.

A list that fails does not affect the others. A new list replaces a good one only after it was read completely and
compared with it.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import aiohttp

from tidewaiter import __version__
from tidewaiter.errors import ListError
from tidewaiter.lists import load_list
from tidewaiter.lists.changes import ChangeTally, describe_changes, tally
from tidewaiter.lists.fetching import PATIENT, Patience, Validators, fetch
from tidewaiter.lists.import_report import SHRINK_SHARE, counts_of, objections
from tidewaiter.lists.reading import sha256_of
from tidewaiter.lists.registry import ListSource
from tidewaiter.lists.store import Edition, ListStore, Record, StoredFile, edition_folder, iso_date, whole
from tidewaiter.matching.entry import PartyList, UnreadRow

USER_AGENT: Final = f"tidewaiter/{__version__}"

SyncProgress = Callable[[str, str, int, int | None], None]
"""Receives the publisher, a message, the bytes so far, and the bytes in all, if known."""


class SyncStatus(StrEnum):
    """How the sync of one list ended."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """The result of one list. `current` is the edition that screening now uses, or None; `reason` is why it failed.

    For a new edition, `unread` is what could not be read, and `changes` are its differences from the previous one.
    """

    publisher: str
    status: SyncStatus
    reason: str = ""
    current: Edition | None = None
    checked: datetime | None = None
    unread: tuple[UnreadRow, ...] = ()
    changes: ChangeTally | None = None


@dataclass(frozen=True, slots=True)
class Demands:
    """The checks of a new list. A list of an `accepted` publisher is accepted even if it shrank or is older."""

    shrink: float = SHRINK_SHARE
    accepted: frozenset[str] = field(default=frozenset())


AS_EVER: Final = Demands()


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A list's files in the incoming folder, not yet read."""

    publisher: str
    incoming: Path
    files: tuple[StoredFile, ...]
    url: str | None
    retrieved: datetime
    checked: datetime
    published: str | None
    fewest: int


def sync(
    store: ListStore,
    sources: Collection[ListSource],
    *,
    insisted: Collection[str] = (),
    demands: Demands = AS_EVER,
    patience: Patience = PATIENT,
    token: str | None = None,
    user_agent: str = USER_AGENT,
    progress: SyncProgress = lambda *_: None,
) -> list[SyncOutcome]:
    """Fetch each list that its publisher has changed. A failed list raises no exception: its outcome says why.

    `token` is for the sources that need one. Without it they are skipped, or fail if their publisher is one of
    `insisted`. Proxies are taken from the environment.
    """

    async def together() -> list[SyncOutcome]:
        headers = {"User-Agent": user_agent, "Accept": "*/*"}
        async with aiohttp.ClientSession(headers=headers, trust_env=True) as session:
            return await asyncio.gather(*(one(session, source) for source in sources))

    async def one(session: aiohttp.ClientSession, source: ListSource) -> SyncOutcome:
        if source.needs_token and not token:
            return _without_token(store, source, insisted)
        secret = token if source.needs_token else None
        now = _now()
        try:
            outcome = await _fetched(session, store, source, demands, patience, secret, progress)
        except (ListError, OSError) as error:
            outcome = _failed(store, source.publisher, str(error))
        _finished(progress, outcome)
        return _recorded(store, outcome, now)

    return asyncio.run(together())


def sync_from(
    store: ListStore,
    folder: Path,
    publishers: Sequence[str],
    sources: Collection[ListSource],
    *,
    demands: Demands = AS_EVER,
    progress: SyncProgress = lambda *_: None,
) -> list[SyncOutcome]:
    """Take the lists of `publishers` from a folder, without a network.

    The folder is a store copied from a site with a network, with its records, or has a folder for each publisher with
    its file (or OFAC's files) in it.
    """
    outcomes = []
    for publisher in publishers:
        now = _now()
        fewest = next((source.fewest for source in sources if source.publisher == publisher), 0)
        try:
            progress(publisher, "reading", 0, None)
            outcome = _carried(store, folder, publisher, fewest, demands)
        except (ListError, OSError) as error:
            outcome = _failed(store, publisher, str(error))
        _finished(progress, outcome)
        outcomes.append(_recorded(store, outcome, now))
    return outcomes


async def _fetched(
    session: aiohttp.ClientSession,
    store: ListStore,
    source: ListSource,
    demands: Demands,
    patience: Patience,
    token: str | None,
    progress: SyncProgress,
) -> SyncOutcome:
    publisher = source.publisher
    record = store.record(publisher)
    asked = _now()
    with store.incoming(publisher) as incoming:
        files: list[StoredFile] = []
        changed = False
        for file in source.files:
            known = _held(store, record, file.name, file.url)
            got = await fetch(
                session,
                file.url,
                incoming / file.name,
                largest=source.largest,
                may_be_empty=file.may_be_empty,
                known=Validators(known.etag, known.last_modified) if known else None,
                token=token,
                patience=patience,
                seen=lambda message, done, total: progress(publisher, message, done, total),
            )
            if got is not None and not got.size:
                (incoming / file.name).unlink()
                changed = changed or any(was.name == file.name for was in (record.current.files if record else ()))
            elif got is not None:
                changed = True
                files.append(
                    StoredFile(
                        name=file.name, url=file.url, sha256=got.sha256, size=got.size, etag=got.etag,
                        last_modified=got.last_modified,
                    )
                )  # fmt: skip
            elif known is not None and record is not None:
                shutil.copyfile(store.folder / publisher / record.current.folder / file.name, incoming / file.name)
                files.append(known)
        if not changed and record is not None:
            return _unchanged(store.confirm(record, asked))
        progress(publisher, "reading", 0, None)
        arrived = _Arrived(
            publisher, incoming, tuple(files), source.url, asked, asked, _server_date(files), source.fewest
        )
        return await asyncio.to_thread(_taken, store, arrived, demands)


def _held(store: ListStore, record: Record | None, name: str, url: str) -> StoredFile | None:
    """Return the stored file if it came from that address and is intact, so that its validators can be sent."""
    for file in record.current.files if record else ():
        if file.name == name and file.url == url and record is not None and (file.etag or file.last_modified):
            path = store.folder / record.publisher / record.current.folder / name
            return file if path.is_file() and sha256_of([path]) == file.sha256 else None
    return None


def _carried(store: ListStore, folder: Path, publisher: str, fewest: int, demands: Demands) -> SyncOutcome:
    there = ListStore(folder)
    record = there.record(publisher)
    if record is not None:
        edition, origin = record.current, folder / publisher / record.current.folder
        files, url, retrieved, checked = edition.files, record.url, edition.retrieved, record.checked
        published = edition.published
        paths = [origin / file.name for file in files]
    else:
        paths = sorted(
            path for path in (folder / publisher).glob("*") if path.is_file() and not path.name.startswith(".")
        )
        if not paths:
            raise ListError(f"{folder / publisher}: has no file. Put the list there, or a copy of a synced folder.")
        if len(paths) > 1 and publisher != "ofac":
            raise ListError(f"{folder / publisher}: holds {len(paths)} files. Leave the one that is the list.")
        files, url, published = (), None, None
        retrieved = checked = _now()
    with store.incoming(publisher) as incoming:
        for path in paths:
            shutil.copyfile(path, incoming / path.name)
        if record is None:
            files = tuple(
                StoredFile(name=p.name, url=None, sha256=sha256_of([p]), size=p.stat().st_size)
                for p in (incoming / path.name for path in paths)
            )
        elif wrong := [file.name for file in files if sha256_of([incoming / file.name]) != file.sha256]:
            raise ListError(f"{folder / publisher}: {', '.join(wrong)} is not what its record says. Copy it again.")
        arrived = _Arrived(publisher, incoming, files, url, retrieved, checked, published, fewest)
        return _taken(store, arrived, demands)


def _taken(store: ListStore, arrived: _Arrived, demands: Demands) -> SyncOutcome:
    """Read the new list and make it current. Raises ListError if it is refused; the last good one then stays."""
    publisher = arrived.publisher
    single = len(arrived.files) == 1
    party_list = _read(publisher, arrived.incoming, arrived.files[0].name if single else None)
    last = store.record(publisher)
    sound = last is not None and whole(store.folder / publisher / last.current.folder, last.current.files)
    if last and sound and last.current.sha256 == party_list.sha256:
        # Files without a record have no confirmation by their publisher, so they do not make a list newer.
        return _unchanged(store.confirm(last, arrived.checked, arrived.files) if arrived.url else last)
    changes = tally(describe_changes(store.load(publisher), party_list)) if sound else None
    if last and changes and not changes.any and party_list.published == last.current.published is not None:
        # The server generates the file on each request: only the time of day in it differs.
        return _unchanged(store.confirm(last, arrived.checked) if arrived.url else last)
    counts, published = counts_of(party_list), iso_date(party_list.published) or arrived.published
    current = last.current if last else None
    if publisher not in demands.accepted:
        against = list(
            objections(
                counts, published, current.counts if current else None, current.published if current else None,
                arrived.fewest, demands.shrink,
            )
        )  # fmt: skip
        if current and arrived.retrieved < current.retrieved:
            against.append("was fetched before the last good list was")
        if against:
            raise ListError(
                f"{'; '.join(against)}. Refused: it may be cut off or stale. Look at it, and if it is right: "
                f"tidewaiter lists sync {publisher} --accept {publisher}"
            )
    known = next((e for e in (last.editions if last else ()) if e.sha256 == party_list.sha256), None)
    retrieved = known.retrieved if known else arrived.retrieved
    edition = Edition(
        folder=known.folder if known else edition_folder(published, retrieved, party_list.sha256),
        published=published,
        retrieved=retrieved,
        sha256=party_list.sha256,
        counts=counts,
        files=arrived.files,
    )
    record = store.replace_current(
        publisher, arrived.incoming, edition, url=arrived.url, checked=arrived.checked, unread=party_list.unread
    )
    status = SyncStatus.UPDATED if last else SyncStatus.NEW
    return SyncOutcome(publisher, status, "", edition, record.checked, party_list.unread, changes)


def _read(publisher: str, incoming: Path, name: str | None) -> PartyList:
    """Read the list. Messages use the file's final path in the store, not the incoming one."""
    try:
        return load_list(publisher, incoming / name if name else incoming)
    except ListError as error:
        raise ListError(str(error).replace(f"{incoming}/", "").replace(str(incoming), publisher)) from error


def _server_date(files: Sequence[StoredFile]) -> str | None:
    """Return the day of the newest Last-Modified header, for files that contain no date."""
    days = []
    for file in files:
        if file.last_modified:
            try:
                days.append(parsedate_to_datetime(file.last_modified).astimezone(UTC).date().isoformat())
            except ValueError:
                continue
    return max(days, default=None)


def _unchanged(record: Record) -> SyncOutcome:
    return SyncOutcome(record.publisher, SyncStatus.UNCHANGED, "", record.current, record.checked)


def _without_token(store: ListStore, source: ListSource, insisted: Collection[str]) -> SyncOutcome:
    reason = (
        f"its publisher gives the list to holders of a token: set TIDEWAITER_LISTS_{source.publisher.upper()}_TOKEN"
    )
    if source.publisher in insisted:
        return _recorded(store, _failed(store, source.publisher, reason), _now())
    return _failed(store, source.publisher, reason, SyncStatus.LEFT_OUT)


def _failed(store: ListStore, publisher: str, reason: str, status: SyncStatus = SyncStatus.FAILED) -> SyncOutcome:
    try:
        record = store.record(publisher)
    except ListError:
        record = None
    current, checked = (record.current, record.checked) if record else (None, None)
    return SyncOutcome(publisher, status, reason, current, checked)


def _recorded(store: ListStore, outcome: SyncOutcome, now: datetime) -> SyncOutcome:
    """Record in the store how the sync ended. A store that cannot be written to makes it a failure."""
    failed = outcome.status is SyncStatus.FAILED
    try:
        store.ended(outcome.publisher, outcome.status.value, outcome.reason, now, failed)
    except OSError as error:
        reason = outcome.reason or f"{store.folder}: cannot be written to ({error.strerror}). Correct its permissions."
        return _failed(store, outcome.publisher, reason)
    return outcome


def _finished(progress: SyncProgress, outcome: SyncOutcome) -> None:
    size = sum(file.size for file in outcome.current.files) if outcome.current else 0
    progress(outcome.publisher, outcome.status.value, size, size)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
