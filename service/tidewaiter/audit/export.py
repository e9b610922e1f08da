"""An export: the verdicts and dead letters of a period as Parquet, their rule books, and a manifest of all files.

Rows have each record as stored on its topic, so that chains can be verified; further columns have its content, for
queries. Needs pyarrow, which is in the extra `audit`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from pydantic_core import from_json

from tidewaiter import __version__
from tidewaiter.audit.arrow import load_arrow
from tidewaiter.audit.records import RecordKind, Stored
from tidewaiter.audit.report import AuditFinding, AuditReport, Fault
from tidewaiter.audit.transfers import FILE as TRANSFERS
from tidewaiter.audit.transfers import TransferWriter
from tidewaiter.audit.verification import AuditWindow, Committed, Partition, Verifier
from tidewaiter.errors import ExportError
from tidewaiter.runtime.atomic_write import write_whole
from tidewaiter.wire.chain import BEGINNING, Ends
from tidewaiter.wire.signing import SigningKey, TrustedKeys
from tidewaiter_schemas import dead_letter as contract

FORMAT: Final = "tidewaiter.audit-export.v1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.json.signature"
RULE_BOOKS: Final = "rule-books"
FILES: Final = {RecordKind.VERDICT: "verdicts.parquet", RecordKind.DEAD_LETTER: "dead-letters.parquet"}
_ROWS: Final = 5_000


class ExportWriter:
    """Writes an export into a folder, record by record. The folder is not an export before `finish`.

    The transfers that were judged are in it too with `with_transfers`.
    """

    def __init__(self, folder: Path, *, with_transfers: bool = False) -> None:
        arrow, self._folder = load_arrow(), folder
        self._writers: dict[RecordKind, Any] = {}
        with self._on_disk():
            if folder.exists() and any(folder.iterdir()):
                raise ExportError(f"{folder}: is not empty; an export needs a folder of its own")
            (folder / RULE_BOOKS).mkdir(parents=True, exist_ok=True)
            for kind, name in FILES.items():
                self._writers[kind] = arrow.parquet.ParquetWriter(folder / name, _schema(kind), compression="zstd")
            self._transfers = TransferWriter(folder / TRANSFERS) if with_transfers else None
        self._rows: dict[RecordKind, list[dict[str, Any]]] = {kind: [] for kind in RecordKind}
        self._records = dict.fromkeys(RecordKind, 0)
        self._rule_books: dict[str, bytes] = {}
        self._links: set[str] = set()
        self._before: set[str] = set()

    def add(self, stored: Stored) -> None:
        """Write a record."""
        row = row_of(stored)
        self._rows[stored.kind].append(row)
        self._records[stored.kind] += 1
        if row["link"] is not None:
            self._links.add(row["link"])
            self._before.add(row["link_before"])
        if stored.kind is RecordKind.VERDICT and row["rule_book"] not in {None, *self._rule_books}:
            manifest = from_json(stored.value or b"")["rulebook"]
            self._rule_books[row["rule_book"]] = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        if len(self._rows[stored.kind]) >= _ROWS:
            self._flush(stored.kind)

    def add_transfer(self, record: Any) -> None:
        """Write a transfer, as aiokafka gives its record."""
        assert self._transfers is not None, "made without transfers"  # noqa: S101 - a slip of whoever calls
        with self._on_disk():
            self._transfers.add(record)

    def finish(
        self,
        report: AuditReport,
        committed: Mapping[Partition, Committed] | None,
        key: SigningKey | None,
        **facts: Any,
    ) -> str:
        """Write the remaining rows and the manifest, signed by `key` if given. Return the manifest's sha-256."""
        with self._on_disk():
            for kind, writer in self._writers.items():
                self._flush(kind)
                writer.close()
            for sha256, content in self._rule_books.items():
                write_whole(self._folder / RULE_BOOKS / f"{_plain(sha256)}.json", content)
            if self._transfers is not None:
                self._transfers.close()
            kept = [] if self._transfers is None else [TRANSFERS]
            names = [
                *FILES.values(),
                *kept,
                *sorted(f"{RULE_BOOKS}/{_plain(sha256)}.json" for sha256 in self._rule_books),
            ]
            manifest = {
                "format": FORMAT,
                "engine": __version__,
                "made_at": datetime.now(UTC).isoformat(),
                **facts,
                "files": [
                    {
                        "name": name,
                        "bytes": (self._folder / name).stat().st_size,
                        "sha256": _sha256(self._folder / name),
                    }
                    for name in names
                ],
                "records": {FILES[kind]: count for kind, count in self._records.items()}
                | ({} if self._transfers is None else {TRANSFERS: self._transfers.records}),
                "entries": sorted(self._before - self._links - {BEGINNING}),
                "committed": [
                    {
                        "topic": topic,
                        "partition": partition,
                        "offset": each.offset,
                        "ends": each.ends and each.ends.links,
                    }
                    for (topic, partition), each in sorted((committed or {}).items())
                ],
                "report": report.as_json(),
            }
            content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
            if key is not None:
                write_whole(self._folder / SIGNATURE, key.header(FORMAT, content)[1])
            write_whole(self._folder / MANIFEST, content)
            return hashlib.sha256(content).hexdigest()

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        """Raise ExportError for a full disk or a folder without write permission."""
        try:
            yield
        except OSError as error:
            for writer in self._writers.values():
                writer.is_open = False  # or pyarrow writes again when it is garbage collected
            raise ExportError(
                f"{self._folder}: cannot be written: {error.strerror or error}. The files there have no manifest and "
                "are not an export"
            ) from error

    def _flush(self, kind: RecordKind) -> None:
        table = load_arrow().Table.from_pylist(self._rows[kind], schema=_schema(kind))
        with self._on_disk():
            self._writers[kind].write_table(table)
        self._rows[kind] = []


@dataclass(slots=True)
class Exported:
    """An export on disk. ExportError when its manifest cannot be read."""

    folder: Path
    entries: frozenset[str]
    """Links outside the export that records in it follow."""
    committed: dict[Partition, Committed]
    """What the group had committed when the export was made; empty when the export ends before that."""
    findings: list[AuditFinding] = field(default_factory=list)
    """Faults of its files, found before any record is read."""

    @classmethod
    def read(cls, folder: Path, keys: TrustedKeys | None = None) -> Self:
        """Read the manifest and check every file against it."""
        try:
            content = (folder / MANIFEST).read_bytes()
            manifest = json.loads(content)
            if manifest["format"] != FORMAT:
                raise ExportError(f"{folder}: its manifest has another format: {manifest['format']}")
            files = {str(each["name"]): str(each["sha256"]) for each in manifest["files"]}
            committed = {
                (each["topic"], each["partition"]): Committed(each["offset"], each["ends"] and Ends(*each["ends"]))
                for each in manifest["committed"]
            }
            export = cls(folder, frozenset(map(str, manifest["entries"])), committed)
        except OSError as error:
            raise ExportError(f"{folder}: is not an export: {MANIFEST} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ExportError(f"{folder}: {MANIFEST} was not written by `audit export`") from error
        if keys is not None:
            try:
                signature = (folder / SIGNATURE).read_bytes()
            except OSError:
                signature = b""
            if keys.signer(FORMAT, content, [("signature", signature)]) is None:
                text = "none of the given keys signed the manifest"
                export.findings.append(AuditFinding(Fault.UNSIGNED, str(folder), text))
        missing = [name for name in FILES.values() if name not in files]
        for name, sha256 in files.items():
            path = folder / name
            if not path.is_file():
                missing.append(name)
            elif _sha256(path) != sha256:
                export.findings.append(AuditFinding(Fault.CHANGED, str(path), "is not the file that was exported"))
        export.findings += [AuditFinding(Fault.MISSING, str(folder / name), "is not there") for name in missing]
        return export

    def records(self) -> Iterator[tuple[Stored, bool]]:
        """Yield each record, and whether its columns agree with it. ExportError for a file that is not Parquet."""
        arrow = load_arrow()
        for kind, name in FILES.items():
            path = self.folder / name
            if not path.is_file():
                continue
            try:
                with arrow.parquet.ParquetFile(path) as file:
                    for batch in file.iter_batches(batch_size=_ROWS):
                        for row in batch.to_pylist():
                            stored = _stored(kind, row)
                            yield stored, row_of(stored) == row
            except (arrow.ArrowException, KeyError, TypeError, ValueError, OSError) as error:
                raise ExportError(f"{path}: cannot be read as it was written: {type(error).__name__}") from error


def verify_exports(folders: Sequence[Path], keys: TrustedKeys | None = None) -> AuditReport:
    """Return the report on exports, verified against their manifests and chains. Give consecutive periods together."""
    verifier = Verifier(keys)
    findings: list[AuditFinding] = []
    entries: set[str] = set()
    committed: dict[Partition, Committed] = {}
    for export in (Exported.read(folder, keys) for folder in folders):
        findings += export.findings
        entries |= export.entries
        for partition, each in export.committed.items():
            if partition not in committed or each.offset > committed[partition].offset:
                committed[partition] = each
        for stored, agrees in export.records():
            verifier.add(stored)
            if not agrees:
                findings.append(
                    AuditFinding(Fault.CHANGED, stored.where, f"its columns differ from the record ({export.folder})")
                )
    window = AuditWindow(entries=frozenset(entries))
    report = verifier.report(dict.fromkeys(RecordKind, window), committed or None)
    report.findings = findings + report.findings
    report.notes.append(f"{len(entries)} records follow one outside the exports, as their manifests state")
    if not committed:
        report.notes.append("whether an end was cut off is known only for an export without --to")
    return report


def row_of(stored: Stored) -> dict[str, Any]:
    """Return a record as a row: the record as stored, its place in its chain, and its content."""
    linked = stored.linked
    row: dict[str, Any] = {
        "partition": stored.partition,
        "offset": stored.offset,
        "timestamp": datetime.fromtimestamp(stored.timestamp / 1_000, UTC),
        "key": stored.key,
        "value": stored.value,
        "headers": [{"name": name, "content": content} for name, content in stored.headers],
        "transfer_topic": linked and linked.topic,
        "transfer_partition": linked and linked.partition,
        "transfer_offset": linked and linked.offset,
        "link_before": linked and linked.before,
        "link": linked and linked.link,
        "digest": stored.digest,
    }
    return row | (_verdict_columns(stored) if stored.kind is RecordKind.VERDICT else _letter_columns(stored))


def _verdict_columns(stored: Stored) -> dict[str, Any]:
    try:
        value = from_json(stored.value or b"")
        stated = {
            "verdict_id": str(value["id"]),
            "transfer_id": str(value["transfer_id"]),
            "decision": str(value["decision"]),
            "rule_book": str(value["rulebook"]["sha256"]),
            "engine": str(value["engine"]),
            "findings": len(value["findings"]),
        }
    except (ValueError, KeyError, TypeError):
        stated = dict.fromkeys(("verdict_id", "transfer_id", "decision", "rule_book", "engine", "findings"))
    return {**stated, "screened_at": _text(stored, "ce_time")}


def _letter_columns(stored: Stored) -> dict[str, Any]:
    return {
        "reason": _text(stored, contract.HEADER_REASON),
        "detail": _text(stored, contract.HEADER_DETAIL),
        "engine": _text(stored, contract.HEADER_ENGINE),
    }


def _text(stored: Stored, header: str) -> str | None:
    content = stored.header(header)
    return None if content is None else content.decode(errors="replace")


def _stored(kind: RecordKind, row: Mapping[str, Any]) -> Stored:
    headers: Iterable[Mapping[str, Any]] = row["headers"]
    return Stored(
        kind,
        row["partition"],
        row["offset"],
        round(row["timestamp"].timestamp() * 1_000),
        row["key"],
        row["value"],
        tuple((each["name"], each["content"]) for each in headers),
    )


def _schema(kind: RecordKind) -> Any:
    arrow = load_arrow()
    text, binary = arrow.string(), arrow.binary()
    columns = {
        "partition": arrow.int32(),
        "offset": arrow.int64(),
        "timestamp": arrow.timestamp("ms", tz="UTC"),
        "key": binary,
        "value": binary,
        "headers": arrow.list_(arrow.struct([("name", text), ("content", binary)])),
        "transfer_topic": text,
        "transfer_partition": arrow.int32(),
        "transfer_offset": arrow.int64(),
        "link_before": text,
        "link": text,
        "digest": text,
    }
    if kind is RecordKind.VERDICT:
        columns |= dict.fromkeys(("verdict_id", "transfer_id", "decision", "rule_book", "engine"), text)
        columns |= {"findings": arrow.int32(), "screened_at": text}
    else:
        columns |= dict.fromkeys(("reason", "detail", "engine"), text)
    return arrow.schema(list(columns.items()))


def _plain(name: str) -> str:
    """Return a hash as a safe file name: a forged verdict may have any text in its place."""
    return name if name.isalnum() and len(name) <= 64 else hashlib.sha256(name.encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
