"""The W3C Trace Context of a record: the trace it belongs to, and whether that trace is sampled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

TRACEPARENT: Final = "traceparent"
_SAMPLED: Final = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f][13579bdf]")
_NOTHING: Final = re.compile(rb"0+")


def sampled(headers: Iterable[tuple[str, bytes | None]] | None) -> tuple[str, str] | None:
    """Return trace id and span id, in hex, of a record with a sampled trace; None for all others."""
    for name, content in headers or ():
        if name == TRACEPARENT and content is not None:
            found = _SAMPLED.fullmatch(content)
            if found is None or _NOTHING.fullmatch(found[1]) or _NOTHING.fullmatch(found[2]):
                return None
            return found[1].decode(), found[2].decode()
    return None
