"""The transfer laid out for reading: every fact with its JSON pointer, and marks on the words that findings rest on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from tidewaiter_schemas.verdict import Finding

_FIRST: Final = ("kind", "occurred_at", "parties", "items", "route", "funds", "purpose", "free_text")
_SINGULAR: Final = {"parties": "party", "items": "item", "authorisations": "authorisation", "owned_by": "owner"}
_BY_DETAIL: Final = ("identifier", "birth", "country")
"""Kinds of evidence whose words stand in `matched`: `imo 9114555 agrees`."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a text, and the numbers of the findings that rest on it."""

    text: str
    findings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of the transfer."""

    label: str
    pointer: str
    segments: tuple[Segment, ...]


@dataclass(slots=True)
class Group:
    """A part of the transfer: a party, an item, the route. `findings` rest on it as a whole."""

    title: str
    pointer: str
    facts: list[Fact] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    findings: tuple[int, ...] = ()


def transfer_of(value: bytes | None) -> dict[str, Any] | None:
    """Return the transfer in a record of the topic, without its envelope of CloudEvents; None if there is none."""
    if value is None:
        return None
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if isinstance(read, dict) and "specversion" in read and isinstance(read.get("data"), dict):
        read = read["data"]
    return read if isinstance(read, dict) else None


def laid_out(transfer: Mapping[str, Any], findings: Sequence[Finding]) -> Group:
    """Return the whole transfer as groups of facts. Nothing is left out, marked or not."""
    order = [*(key for key in _FIRST if key in transfer), *(key for key in transfer if key not in _FIRST)]
    known = {key: transfer[key] for key in order if key != "id"}
    texts = leaves(known)
    return _group("", "", known, _marks(texts, findings), _subjects(findings))


def _group(
    title: str,
    pointer: str,
    value: Any,
    marks: Mapping[str, Sequence[tuple[int, int, int]]],
    subjects: Mapping[str, tuple[int, ...]],
) -> Group:
    group = Group(title, pointer, findings=subjects.get(pointer, ()) if pointer else ())
    for key, below in value.items() if isinstance(value, dict) else enumerate(value):
        at = f"{pointer}/{_escaped(str(key))}"
        label = _label(title, key)
        if isinstance(below, list) and below and not any(isinstance(each, dict | list) for each in below):
            segments: list[Segment] = []
            for number, each in enumerate(below):
                segments += [Segment(", ")] if number else []
                segments += _segments(_text(each), marks.get(f"{at}/{number}", ()))
            group.facts.append(Fact(label, at, tuple(segments)))
        elif isinstance(below, list):
            for number, each in enumerate(below):
                name = _SINGULAR.get(str(key), str(key)).replace("_", " ")
                numbered = f"{name} {number + 1}" if len(below) > 1 else name
                if isinstance(each, dict) and isinstance(each.get("role"), str):
                    numbered = each["role"].replace("_", " ")
                if isinstance(each, dict | list):
                    group.groups.append(_group(numbered, f"{at}/{number}", each, marks, subjects))
                else:
                    one = tuple(_segments(_text(each), marks.get(f"{at}/{number}", ())))
                    group.facts.append(Fact(numbered, f"{at}/{number}", one))
        elif isinstance(below, dict):
            group.groups.append(_group(label, at, below, marks, subjects))
        elif below is not None:
            group.facts.append(Fact(label, at, tuple(_segments(_text(below), marks.get(at, ())))))
    return group


def _label(title: str, key: object) -> str:
    return f"{title} {key + 1}" if isinstance(key, int) else str(key).replace("_", " ")


def _subjects(findings: Sequence[Finding]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, finding in enumerate(findings, 1):
        found[finding.subject] = (*found.get(finding.subject, ()), number)
    return found


def _marks(texts: Mapping[str, str], findings: Sequence[Finding]) -> dict[str, list[tuple[int, int, int]]]:
    """Return by pointer the ranges (start, end, number of the finding) of the words that findings rest on."""
    marks: dict[str, list[tuple[int, int, int]]] = {}
    for number, finding in enumerate(findings, 1):
        for each in finding.evidence:
            below = [at for at in texts if at == each.subject or at.startswith(f"{each.subject}/")]
            ranges = [(at, *found) for at in below for found in _found(each.value, texts[at])]
            if not ranges and each.kind.startswith(_BY_DETAIL):
                words = set(each.matched.split())
                ranges = [(at, 0, len(texts[at])) for at in below if texts[at] in words]
            if not ranges and each.subject in texts:
                ranges = [(each.subject, 0, len(texts[each.subject]))]
            for at, start, end in ranges:
                if (start, end, number) not in marks.setdefault(at, []):
                    marks[at].append((start, end, number))
    return marks


def _found(words: str, text: str) -> list[tuple[int, int]]:
    """Return where `words` stand in a text: as a whole word, or else anywhere."""
    wanted, whole = words.casefold().strip(), text.casefold()
    if not wanted or len(whole) != len(text):  # some letters fold to two: the places would be off
        whole, wanted = text, words.strip()
    if not wanted:
        return []
    places, at = [], whole.find(wanted)
    while at >= 0:
        places.append((at, at + len(wanted)))
        at = whole.find(wanted, at + len(wanted))
    alone = [
        (start, end)
        for start, end in places
        if not (start and whole[start - 1].isalnum()) and not (end < len(whole) and whole[end].isalnum())
    ]
    return alone or places


def _segments(text: str, marks: Sequence[tuple[int, int, int]]) -> Iterator[Segment]:
    """Yield the text in parts, each with the findings that rest on it."""
    bounds = sorted({0, len(text), *(at for start, end, _ in marks for at in (start, end))})
    for start, end in pairwise(bounds):
        on = tuple(sorted({number for first, last, number in marks if first <= start and end <= last}))
        yield Segment(text[start:end], on)


def leaves(transfer: Mapping[str, Any]) -> dict[str, str]:
    """Return every value of a transfer as text, by its JSON pointer."""
    return dict(_leaves(transfer, ""))


def _leaves(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, f"{pointer}/{_escaped(str(key))}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _leaves(each, f"{pointer}/{number}")
    elif value is not None:
        yield pointer, _text(value)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
