"""Writes files whole: a reader sees the old content or the new, and a full disk or a power cut leaves one of them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path


def write_whole(path: Path, content: bytes | Iterable[bytes | memoryview], *, for_good: bool = False) -> None:
    """Put `content`, or its pieces one after the other, at `path`, in a folder that is made if need be.

    With `for_good` nobody may write to the file afterwards, its owner neither; another can still take its place.
    OSError leaves `path` as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with written.open("wb") as file:
            for piece in (content,) if isinstance(content, bytes) else content:
                file.write(piece)
            file.flush()
            if for_good and os.name == "posix":
                os.fchmod(file.fileno(), 0o444)
            os.fsync(file.fileno())
        written.replace(path)
    except OSError:
        written.unlink(missing_ok=True)
        raise
