"""The transfers of an export: each record as it lies on its topic, so that what was judged can be judged again.

Needs pyarrow, which is in the extra `audit`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tidewaiter.audit.arrow import load_arrow
from tidewaiter.errors import ExportError

FILE: Final = "transfers.parquet"
_ROWS: Final = 5_000

Headers = tuple[tuple[str, bytes | None], ...]


class TransferWriter:
    """Writes transfers into the file at `path`, record by record. Raises OSError when the disk does not take them."""

    def __init__(self, path: Path) -> None:
        self._arrow, self._schema = load_arrow(), _schema()
        self._writer: Any = self._arrow.parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self.records = 0

    def add(self, record: Any) -> None:
        """Write a record as aiokafka gives it."""
        self.records += 1
        self._rows.append(
            {
                "partition": record.partition,
                "offset": record.offset,
                "timestamp": datetime.fromtimestamp(record.timestamp / 1_000, UTC),
                "key": record.key,
                "value": record.value,
                "headers": [{"name": name, "content": content} for name, content in record.headers],
            }
        )
        if len(self._rows) >= _ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is left."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
        self._rows = []


def exported_transfers(path: Path) -> Iterator[tuple[str, bytes | None, Headers]]:
    """Yield (where it lay, value, headers) of each transfer of an export: its folder, or the file itself.

    Raises ExportError when there is none, or the file is not what an export writes.
    """
    file = path / FILE if path.is_dir() else path
    libraries = load_arrow()
    if not file.is_file():
        raise ExportError(f"{path}: has no {FILE}: make the export with `audit export --with-transfers`")
    try:
        with libraries.parquet.ParquetFile(file) as open_file:
            for batch in open_file.iter_batches(batch_size=_ROWS):
                for row in batch.to_pylist():
                    headers = tuple((each["name"], each["content"]) for each in row["headers"])
                    yield f"{file.name} {row['partition']}@{row['offset']}", row["value"], headers
    except (libraries.ArrowException, KeyError, TypeError, ValueError, OSError) as error:
        raise ExportError(f"{file}: cannot be read as it was written: {type(error).__name__}") from error


def _schema() -> Any:
    libraries = load_arrow()
    text, binary = libraries.string(), libraries.binary()
    return libraries.schema(
        [
            ("partition", libraries.int32()),
            ("offset", libraries.int64()),
            ("timestamp", libraries.timestamp("ms", tz="UTC")),
            ("key", binary),
            ("value", binary),
            ("headers", libraries.list_(libraries.struct([("name", text), ("content", binary)]))),
        ]
    )
