"""Documents of other formats as lines of JSON, for commands that read and write lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from tidewaiter.adapters.csv_file import ColumnMapping
from tidewaiter.adapters.drafts import NotConvertible, as_moment
from tidewaiter.adapters.formats import MOST_BYTES, Format, convert, json_of
from tidewaiter.commands.output import json_line
from tidewaiter.errors import SettingsError, UnreadableEvent
from tidewaiter.wire.cloudevents import NotATransfer, decode


@dataclass(frozen=True, slots=True)
class Reading:
    """How a document is read: its format, the mapping of CSV, and the moment for a document without a date."""

    form: Format
    mapping: ColumnMapping | None = None
    received: str | None = None

    @classmethod
    def of(cls, form: Format, mapping: Path | None, received: str | None) -> Self:
        """Return the reading that the options of a command say. SettingsError."""
        if received is not None and as_moment(received) is None:
            raise SettingsError(f"--received {received}: give a day or a moment, 2026-11-02 or 2026-11-02T12:00:00Z")
        return cls(form, None if mapping is None else read_mapping(mapping), received and as_moment(received))


def read_mapping(path: Path) -> ColumnMapping:
    """Return the mapping in a file. SettingsError when it cannot be used."""
    try:
        return ColumnMapping.read(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None


def converted_lines(reading: Reading, stream: BinaryIO) -> Iterator[bytes]:
    """Yield the transfers of a document as lines. Raises UnreadableEvent when it is not of the format."""
    form = reading.form
    try:
        for transfer in convert(form, stream.read(MOST_BYTES + 1), reading.received, reading.mapping):
            yield json_of(transfer)
    except NotConvertible as error:
        raise UnreadableEvent(f"the document is not {form}: {error.detail}") from None


def checked_lines(reading: Reading, stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Yield each transfer of a document as a line, and whether it is valid; an object with `error` when it is not."""
    number = 0
    try:
        for number, line in enumerate(converted_lines(reading, stream), start=1):
            try:
                decode(line, None, MOST_BYTES)
            except NotATransfer as error:
                yield json_line({"error": str(error), "line": number}), False
            else:
                yield line, True
    except UnreadableEvent as error:
        yield json_line({"error": str(error), "line": number + 1}), False
