"""The folder in which `tidewaiter lists sync` stores the lists and from which screening reads them.

    un/record.json                            what is current: replaced in one step, after the files are whole
    un/2026-08-01-b05af3c47e21/               one edition, under its date and hash: never changed
    un/2026-08-01-b05af3c47e21/report.json    what could not be read of it, each with line and reason
    un/attempt.json                           how the last sync of this list ended

A reader must never see a partial list, or a list whose bytes differ from its record.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from tidewaiter.errors import ListError
from tidewaiter.lists import PUBLISHERS, load_list
from tidewaiter.lists.import_report import Counts
from tidewaiter.lists.reading import sha256_of
from tidewaiter.matching.entry import PartyList, UnreadRow
from tidewaiter.runtime.atomic_write import write_whole
from tidewaiter_schemas.base import Sha256

KEPT = 10
"""How many editions of a list are kept, including the current one, for comparison and rollback."""
_RECORD, _ATTEMPT, REPORT = "record.json", "attempt.json", "report.json"
_INCOMING = ".incoming-"
_LEFT_BEHIND_SECONDS = 24 * 3600


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredFile(_Kept):
    """One file of an edition, as received."""

    name: str
    url: str | None
    sha256: Sha256
    size: int
    etag: str | None = None
    last_modified: str | None = None


class Edition(_Kept):
    """One state of a list. `retrieved` is when these bytes first came from the publisher, and never changes."""

    folder: str
    published: str | None
    retrieved: AwareDatetime
    sha256: Sha256
    counts: Counts
    files: tuple[StoredFile, ...]


class Record(_Kept):
    """The record of one list. `checked` is when the publisher last confirmed `current` as its newest edition."""

    format: int = 1
    publisher: str
    url: str | None
    checked: AwareDatetime
    current: Edition
    earlier: tuple[Edition, ...] = ()

    @property
    def editions(self) -> tuple[Edition, ...]:
        """Return all kept editions, newest first."""
        return (self.current, *self.earlier)


class Attempt(_Kept):
    """How the last sync of a list ended; `failing_since` is the first failure in a row, None after a success."""

    at: AwareDatetime
    status: str
    reason: str = ""
    failing_since: AwareDatetime | None = None


class ListStore:
    """The lists in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _home(self, publisher: str) -> Path:
        if publisher not in PUBLISHERS:
            raise ListError(f"{publisher!r}: no such publisher is known. Name one of {', '.join(sorted(PUBLISHERS))}.")
        return self.folder / publisher

    def publishers(self) -> list[str]:
        """Return the publishers of the stored lists. Raises ListError when the folder does not exist."""
        if not self.folder.is_dir():
            raise ListError(
                f"{self.folder}: there is no such folder. Fill it: tidewaiter lists sync --into {self.folder}"
            )
        return [publisher for publisher in PUBLISHERS if (self.folder / publisher / _RECORD).is_file()]

    def record(self, publisher: str) -> Record | None:
        """Return the record of a list, or None if there is none. Raises ListError for an unusable record."""
        path = self._home(publisher) / _RECORD
        try:
            record = Record.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise ListError(
                f"{path}: cannot be used ({_first_line(error)}). Was it written by a later version? Remove "
                f"{path.parent} and run `tidewaiter lists sync {publisher}`."
            ) from error
        if record.publisher != publisher or any(not _plain(edition) for edition in record.editions):
            raise ListError(f"{path}: is not the record of {publisher}, or names files outside its folder. Remove it.")
        return record

    def edition(self, publisher: str, which: str = "") -> tuple[Record, Edition]:
        """Return the current edition, the one before it (`previous`), or the newest whose date or sha-256 begins so."""
        record = self.record(publisher)
        if record is None:
            raise ListError(f"{self.folder}: has no list {publisher}. Run `tidewaiter lists sync {publisher}`.")
        if not which:
            return record, record.current
        if which == "previous":
            fitting = record.earlier
        else:
            fitting = tuple(e for e in record.editions if e.folder.startswith(which) or e.sha256.startswith(which))
        if not fitting:
            known = ", ".join(edition.folder for edition in record.editions)
            raise ListError(f"{self.folder}: has no edition {which!r} of {publisher}. There are: {known}.")
        return record, fitting[0]

    def path_of(self, publisher: str, edition: Edition) -> Path:
        """Return what the reader reads: the file, or the folder of an edition with several files."""
        folder = self.folder / publisher / edition.folder
        return folder / edition.files[0].name if len(edition.files) == 1 else folder

    def load(self, publisher: str, which: str = "") -> PartyList:
        """Read a list, with the dates and address of its record. Raises ListError when its bytes do not match."""
        record, edition = self.edition(publisher, which)
        path = self.path_of(publisher, edition)
        party_list = load_list(publisher, path)
        if party_list.sha256 != edition.sha256:
            raise ListError(
                f"{path}: differs from the fetched file: its sha-256 is {party_list.sha256}, and the record says "
                f"{edition.sha256}. Remove {self.folder / publisher} and run `tidewaiter lists sync {publisher}`."
            )
        return replace(
            party_list,
            published=edition.published,
            retrieved=instant(edition.retrieved),
            retrieved_from=record.url,
        )

    def checks(self) -> dict[str, tuple[str, float]]:
        """Return for each list the sha-256 of its current edition, and when (epoch seconds) it was last confirmed."""
        records = (self.record(publisher) for publisher in self.publishers())
        return {record.publisher: (record.current.sha256, record.checked.timestamp()) for record in records if record}

    def attempt(self, publisher: str) -> Attempt | None:
        """Return how the last sync of a list ended, if that is known."""
        try:
            return Attempt.model_validate_json((self._home(publisher) / _ATTEMPT).read_bytes())
        except (OSError, ValidationError):
            return None

    def ended(self, publisher: str, status: str, reason: str, now: datetime, failed: bool) -> None:
        """Record how a sync of a list ended."""
        before = self.attempt(publisher)
        since = (before and before.failing_since) or now
        attempt = Attempt(at=now, status=status, reason=reason, failing_since=since if failed else None)
        _replace(self._home(publisher) / _ATTEMPT, attempt.model_dump(mode="json"))

    @contextmanager
    def incoming(self, publisher: str) -> Iterator[Path]:
        """Provide a folder for incoming files, and remove it afterwards unless `replace_current` moved it."""
        parent = self._home(publisher)
        try:
            parent.mkdir(parents=True, exist_ok=True)
            _clear_left_behind(parent)
            incoming = Path(tempfile.mkdtemp(prefix=_INCOMING, dir=parent))
            incoming.chmod(0o755)
        except OSError as error:
            raise ListError(f"{parent}: cannot be written to ({error.strerror}). Correct its permissions.") from error
        try:
            yield incoming
        finally:
            shutil.rmtree(incoming, ignore_errors=True)

    def replace_current(
        self,
        publisher: str,
        incoming: Path,
        edition: Edition,
        *,
        url: str | None,
        checked: datetime,
        unread: Sequence[UnreadRow],
    ) -> Record:
        """Make the content of `incoming` the current edition. The last good one is current until the record changes."""
        last = self.record(publisher)
        final = self.folder / publisher / edition.folder
        earlier = tuple(e for e in (last.editions if last else ()) if e.folder != edition.folder)
        record = Record(publisher=publisher, url=url, checked=checked, current=edition, earlier=earlier[: KEPT - 1])
        try:
            _replace(incoming / REPORT, {"unread": [{"line": row.line, "reason": row.reason} for row in unread]})
            if not whole(final, edition.files):
                shutil.rmtree(final, ignore_errors=True)  # its bytes were not what they should be
                incoming.rename(final)
            _replace(self.folder / publisher / _RECORD, record.model_dump(mode="json"))
        except OSError as error:
            raise ListError(f"{final}: cannot be written ({error.strerror}). Correct its permissions.") from error
        for old in earlier[KEPT - 1 :]:
            shutil.rmtree(self.folder / publisher / old.folder, ignore_errors=True)
        return record

    def confirm(self, record: Record, checked: datetime, files: Sequence[StoredFile] | None = None) -> Record:
        """Record that the current edition is still the newest, with `files` as the server describes them now."""
        current = record.current.model_copy(update={"files": tuple(files)}) if files else record.current
        confirmed = record.model_copy(update={"checked": max(checked, record.checked), "current": current})
        _replace(self.folder / record.publisher / _RECORD, confirmed.model_dump(mode="json"))
        return confirmed


def whole(folder: Path, files: Sequence[StoredFile]) -> bool:
    """Return whether the folder holds these files, byte for byte."""
    paths = {file.name: folder / file.name for file in files}
    return all(paths[file.name].is_file() and sha256_of([paths[file.name]]) == file.sha256 for file in files)


def instant(moment: datetime) -> str:
    """Return ISO 8601 in UTC, to the second: `2026-08-01T23:00:03Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_date(text: str | None) -> str | None:
    """Return `text` if it is a date such as 2026-08-01: a list may contain anything, and this names a folder."""
    try:
        return date.fromisoformat(text or "").isoformat()
    except ValueError:
        return None


def edition_folder(published: str | None, retrieved: datetime, sha256: str) -> str:
    """Return the name of an edition's folder: the list's date or the day of retrieval, and its hash."""
    return f"{iso_date(published) or retrieved.astimezone(UTC).date().isoformat()}-{sha256[:12]}"


def _plain(edition: Edition) -> bool:
    """Return whether the names in a record are plain file names and not paths."""
    names = (edition.folder, *(file.name for file in edition.files))
    return all(name and name == Path(name).name and name not in (".", "..") for name in names)


def _clear_left_behind(parent: Path) -> None:
    """Remove the files of a sync that was killed more than a day ago."""
    for left in parent.glob(".*"):
        with suppress(FileNotFoundError):  # another sync is at it
            if left.stat().st_mtime < time.time() - _LEFT_BEHIND_SECONDS:
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink()


def _replace(path: Path, value: dict[str, Any]) -> None:
    write_whole(path, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        problem = error.errors()[0]
        return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
    return str(error)
