"""Documents of other formats as lines of JSON, for commands that read and write lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from tidewaiter.adapters.drafts import NotConvertible
from tidewaiter.adapters.formats import MOST_BYTES, Format, convert, json_of
from tidewaiter.commands.output import json_line
from tidewaiter.errors import UnreadableEvent
from tidewaiter.wire.cloudevents import NotATransfer, decode


def converted_lines(form: Format, stream: BinaryIO) -> Iterator[bytes]:
    """Yield the transfers of a document as lines. Raises UnreadableEvent when it is not of the format."""
    try:
        for transfer in convert(form, stream.read(MOST_BYTES + 1)):
            yield json_of(transfer)
    except NotConvertible as error:
        raise UnreadableEvent(f"the document is not {form}: {error.detail}") from None


def checked_lines(form: Format, stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Yield each transfer of a document as a line, and whether it is valid; an object with `error` when it is not."""
    number = 0
    try:
        for number, line in enumerate(converted_lines(form, stream), start=1):
            try:
                decode(line, None, MOST_BYTES)
            except NotATransfer as error:
                yield json_line({"error": str(error), "line": number}), False
            else:
                yield line, True
    except UnreadableEvent as error:
        yield json_line({"error": str(error), "line": number + 1}), False
