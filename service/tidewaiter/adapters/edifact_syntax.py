"""The syntax of UN/EDIFACT (ISO 9735): an interchange, split into its messages, segments and elements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from tidewaiter.adapters.drafts import NotConvertible

_CHARACTER_SETS: Final = {
    "UNOA": "ascii", "UNOB": "ascii", "UNOC": "iso-8859-1", "UNOD": "iso-8859-2", "UNOE": "iso-8859-5",
    "UNOF": "iso-8859-7", "UNOG": "iso-8859-3", "UNOH": "iso-8859-4", "UNOI": "iso-8859-6", "UNOJ": "iso-8859-8",
    "UNOK": "iso-8859-9", "UNOW": "utf-8", "UNOY": "utf-8",
}  # fmt: skip
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ESCAPED: Final = "\x00\x01\x02\x03\x04"
"""What stands for released service characters while a document is split. None of them may be in a document."""
_MOST_ELEMENTS: Final = 100
"""More than any segment has: what stands behind has no row, so that it becomes a text."""

Element = list[str]
"""The components of an element."""
Segment = list[Element]
"""The elements of a segment. The first is its tag. Repetitions of an element, in syntax 4, stand behind all others."""


def segments_of(document: bytes) -> Iterator[Segment]:
    """Yield the segments, split into elements and components, without the release characters."""
    text = _decoded(document)
    component, element, release, repetition, end = ":", "+", "?", "", "'"
    if text.startswith("UNA"):
        component, element, _, release, repetition, end = list(text[3:9].ljust(6))
        service = [component, element, end, *release.strip()]
        if len(set(service)) < len(service) or any(each.isalnum() or each.isspace() for each in service):
            raise NotConvertible("its UNA does not name different service characters, none a letter or a digit")
        text = text[9:]
    text = text.lstrip()
    syntax = text[:40].split(element)[1:2]
    version = syntax[0].split(component)[1:2] if syntax else []
    repetition = (repetition.strip() or "*") if version == ["4"] else ""
    if release != " ":
        text = text.replace(release * 2, _ESCAPED[0])
        for stand_in, released in zip(_ESCAPED[1:], (component, element, end, repetition), strict=True):
            if released:
                text = text.replace(release + released, stand_in)
        text = text.replace(release, "")
    back = str.maketrans(dict(zip(_ESCAPED, (release, component, element, end, repetition), strict=True)))
    plain = _CONTROLS.search(text) is None
    *whole, rest = text.split(end)
    if rest.strip():
        raise NotConvertible("it is cut off: its last segment does not end")
    for each in whole:
        elements, again = each.strip("\r\n\t ").split(element), []
        if repetition:
            for number, one in enumerate(elements):
                elements[number], *more = one.split(repetition)
                again += more
            elements += [""] * (_MOST_ELEMENTS - len(elements)) + again if again else []
        parts = [one.split(component) for one in elements]
        yield parts if plain else [[part.translate(back) for part in element] for element in parts]


def _decoded(document: bytes) -> str:
    start = document.lstrip()[:60]
    if not start.startswith((b"UNA", b"UNB")):
        raise NotConvertible("it does not begin with UNA or UNB")
    at = start.find(b"UNO", 4)
    named = start[at : at + 4].decode("ascii", "replace") if at > 0 else ""
    if named not in _CHARACTER_SETS:
        raise NotConvertible(f"its UNB names no character set of {', '.join(_CHARACTER_SETS)}")
    try:
        text = document.decode(_CHARACTER_SETS[named]).lstrip()
    except UnicodeDecodeError as error:
        raise NotConvertible(f"byte {error.start} is not of its character set {named}") from None
    if (found := _CONTROLS.search(text)) is not None:
        raise NotConvertible(f"letter {found.start()} is a control character")
    return text


def messages_of(segments: Iterable[Segment], kinds: Iterable[str]) -> tuple[list[Segment], list[list[Segment]]]:
    """Return the segments around the messages, and those of each message. Their counts must be right."""
    around: list[Segment] = []
    messages: list[list[Segment]] = []
    inside: list[Segment] | None = None
    for number, segment in enumerate(segments, start=1):
        tag = segment[0][0]
        if len(tag) != 3 or not (tag.isascii() and tag.isalnum()):
            raise NotConvertible(f"segment {number} has no tag of three letters")
        if tag == "UNH":
            if inside is not None:
                raise NotConvertible("a message begins before the one before it ends")
            inside = [segment]
            if len(segment) < 3 or segment[2][0] not in kinds:
                raise NotConvertible(f"message {len(messages) + 1} is none of {', '.join(kinds)}")
        elif inside is None:
            around.append(segment)
        else:
            inside.append(segment)
            if tag == "UNT":
                if at(segment, 1).lstrip("0") != str(len(inside)) or at(segment, 2) != at(inside[0], 1):
                    raise NotConvertible(
                        f"message {len(messages) + 1} has {len(inside)} segments, and its UNT does not say so"
                    )
                messages.append(inside)
                inside = None
    if inside is not None or not around or around[0][0][0] != "UNB" or around[-1][0][0] != "UNZ":
        raise NotConvertible("it is cut off: its UNB, UNT or UNZ is missing")
    if not messages:
        raise NotConvertible("it has no message")
    groups = sum(segment[0][0] == "UNG" for segment in around)
    if at(around[-1], 1).lstrip("0") != str(groups or len(messages)):
        raise NotConvertible(f"it has {groups or len(messages)} messages or groups, and its UNZ does not say so")
    return around, messages


def at(segment: Segment, number: int) -> str:
    """Return the first component of an element; empty when it is not there."""
    return segment[number][0] if len(segment) > number else ""
