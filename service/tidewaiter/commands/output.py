"""Standard output of commands for programs: one JSON value per line."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from pydantic import BaseModel


def wants_json(as_json: bool | None) -> bool:
    """Return whether to write JSON: as asked, or by default when standard output is not a terminal."""
    return not sys.stdout.isatty() if as_json is None else as_json


def say(text: str, facts: Mapping[str, object], as_json: bool) -> None:
    """Print what a command has done: `text` for people, or `facts` as one line of JSON."""
    if as_json:
        write_json(facts)
    else:
        print(text)


def json_line(value: object) -> bytes:
    """Return `value` as one line of JSON without a newline. Dates and other plain objects are written as text."""
    if isinstance(value, BaseModel):
        return value.model_dump_json().encode()
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    try:
        return text.encode()
    except UnicodeEncodeError:  # half a surrogate pair: JSON can escape it, UTF-8 cannot encode it
        return json.dumps(value, separators=(",", ":"), default=str).encode()


def write_json(value: object) -> None:
    """Write `value` as one line of JSON."""
    write_line(json_line(value))


def write_line(line: bytes) -> None:
    """Write `line` and a newline and flush, so that a reader on a pipe gets it at once."""
    sys.stdout.flush()
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
