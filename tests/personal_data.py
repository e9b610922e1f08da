"""Find personal data in logs, errors and metrics: the names of the sample list, and others that a test adds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

SAMPLE_LIST = Path(__file__).parent.parent / "service" / "tidewaiter" / "rulebook" / "builtin" / "lists" / "sample.yaml"
# "7-28" or KOTI may be part of an offset or a path by accident.
_SHORTEST_LATIN, _SHORTEST_OTHER = 6, 3


@cache
def sample_names() -> tuple[str, ...]:
    """The names of the sample list as they are written there and as a sender would write them."""
    entries = yaml.safe_load(SAMPLE_LIST.read_text(encoding="utf-8"))["entries"]
    written = {str(name) for entry in entries for name in [*entry["names"], *entry.get("weak_names", ())]}
    spoken = {name.replace(", ", " ") for name in written}
    people = {"Kim Jong Un", "Vladimir Putin", "Kim Yo Jong"}
    names = written | spoken | people
    return tuple(
        sorted(name for name in names if len(name) >= (_SHORTEST_LATIN if name.isascii() else _SHORTEST_OTHER))
    )


def revealed(text: str, more: Iterable[str] = ()) -> list[str]:
    """Which of the names, and of `more`, a text holds, in any case, escaped or not."""
    read = f"{text}\n{_unescaped(text)}".casefold()
    return [name for name in (*sample_names(), *more) if name.casefold() in read]


def _unescaped(text: str) -> str:
    lines = []
    for line in text.splitlines():
        try:
            lines.append(json.dumps(json.loads(line), ensure_ascii=False))
        except ValueError:
            continue
    return "\n".join(lines)
