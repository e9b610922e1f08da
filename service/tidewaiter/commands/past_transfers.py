"""Past transfers as input of a command: from a file of JSON lines, an export, or the topic."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from tidewaiter.errors import TidewaiterError
from tidewaiter.settings import Settings
from tidewaiter.wire.cloudevents import Headers, NotATransfer, decode
from tidewaiter_schemas.transfer import TransferEvent

if TYPE_CHECKING:
    from tidewaiter.stream.audit import AuditPeriod

TOPIC: Final = "topic"
BATCH: Final = 200
HELP: Final = "Past transfers: a file of JSON lines, an export with transfers (folder or .parquet), or `topic`."
_SHOWN: Final = 5

Raw = tuple[str, bytes | None, Headers | None]
"""The location of a record as text, its value, and its headers."""


@dataclass(slots=True)
class PastTransfers:
    """Past transfers in order, in batches. Each call starts from the beginning.

    Records that are not transfers have no verdict either. They are counted in `unreadable`, and `examples` names the
    first of them.
    """

    read: Callable[[], Iterator[Raw]]
    max_bytes: int
    unreadable: int = 0
    examples: list[str] = field(default_factory=list)

    def __call__(self) -> Iterator[Sequence[TransferEvent]]:
        """Yield the transfers, `BATCH` at a time."""
        self.unreadable, self.examples = 0, []
        batch: list[TransferEvent] = []
        for where, value, headers in self.read():
            try:
                batch.append(decode(value, headers, self.max_bytes))
            except NotATransfer as error:
                self.unreadable += 1
                if len(self.examples) < _SHOWN:
                    self.examples.append(f"{where}: {error}")
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


@contextmanager
def past_transfers(
    settings: Settings, source: str, period: AuditPeriod | None = None, progress: Callable[[str], None] = lambda _: None
) -> Iterator[PastTransfers]:
    """Open the past transfers of `source`. Records of the topic are copied to a temporary file.

    `period` applies to the record timestamps of the topic. Raises TidewaiterError when the source cannot be read.
    """
    if source == TOPIC:
        with tempfile.TemporaryFile() as spool:
            asyncio.run(_spooled(settings, spool, period, progress))
            yield PastTransfers(lambda: _lines(spool, "the topic"), settings.max_event_bytes)
        return
    path = Path(source)
    if path.is_dir() or path.suffix == ".parquet":
        from tidewaiter.audit.transfers import exported_transfers

        yield PastTransfers(lambda: exported_transfers(path), settings.max_event_bytes)
        return
    try:
        opened = path.open("rb")
    except OSError as error:
        raise TidewaiterError(
            f"{source}: cannot be read: {error.strerror}. Give a file of JSON lines, the folder of an export that has "
            f"transfers, or `{TOPIC}`"
        ) from error
    with opened as stream:
        yield PastTransfers(lambda: _lines(stream, source), settings.max_event_bytes)


def _lines(stream: IO[bytes], name: str) -> Iterator[Raw]:
    stream.seek(0)
    for number, line in enumerate(stream, 1):
        text = line.strip()
        if number == 1:
            text = text.removeprefix(b"\xef\xbb\xbf")
        if text:
            yield f"{name}, line {number}", text, None


async def _spooled(
    settings: Settings, spool: IO[bytes], period: AuditPeriod | None, progress: Callable[[str], None]
) -> None:
    from tidewaiter.stream.audit import AuditPeriod
    from tidewaiter.stream.past_transfers import read_past_transfers

    count = 0

    def take(record: Any) -> None:
        nonlocal count
        count += 1
        if count % 10_000 == 0:
            progress(f"{count:,} records of the topic")
        try:
            transfer = decode(record.value, record.headers, settings.max_event_bytes)
        except NotATransfer:
            return  # it is a dead letter and has no verdict
        spool.write(transfer.model_dump_json(exclude_defaults=True).encode() + b"\n")

    await read_past_transfers(settings, period or AuditPeriod(), take)
