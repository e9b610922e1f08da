"""UN/EDIFACT: transport instructions (IFTMIN) and the messages built like them, of any directory from D.95B.

The table has one row for each element of each segment, by its place: directories only add at the end. A segment or an
element without a row is a text. Texts are split into elements of fixed lengths, so words are cut at their ends: where
an element is full, the text is also read with the next one attached.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

from tidewaiter.adapters.drafts import Draft, ItemDraft, NotConvertible, PartyDraft, identity, joined_path, transfer_of
from tidewaiter.adapters.edifact_syntax import Segment, at, messages_of, segments_of
from tidewaiter.adapters.tables import LEFT_OUT, rows
from tidewaiter_schemas.countries import CODES as COUNTRIES

MESSAGES: Final = ("IFTMIN", "IFTMBP", "IFTMBF", "IFTMBC", "IFTMCS", "IFTMAN")
"""Instruction, provisional and firm booking, its confirmation, contract status and arrival notice."""
_FULL: Final = frozenset({35, 70, 175, 256, 512})
"""The lengths of text elements in the directories. A text as long as one of them may go on in the next element."""
_FORMATS: Final = {
    "101": "yymmdd", "102": "YYYYmmdd", "201": "yymmddHHMM", "203": "YYYYmmddHHMM", "204": "YYYYmmddHHMMSS",
    "205": "YYYYmmddHHMM", "303": "YYYYmmddHHMM", "304": "YYYYmmddHHMMSS",
}  # fmt: skip
"""The digits of a date by the code of its format (element 2379). A zone after them is not read."""
_ENDS_GOODS: Final = frozenset({"EQD", "UNT", "CNT"})
_MOST_SHARED: Final = 64 * 1024 * 1024
"""Limit in letters for what all transfers of an interchange repeat of what is around them."""
_IMO: Final = re.compile(r"(?:IMO ?)?(\d{7})", re.ASCII)
_PLACE: Final = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")


def transfers(document: bytes) -> Iterator[dict[str, Any]]:
    """Yield the transfer of each message of an interchange as JSON, in its order. Raises NotConvertible."""
    segments = segments_of(document)
    around, messages = messages_of(segments, MESSAGES)
    shared = Draft()
    reader = _SegmentReader(shared)
    seen: dict[str, int] = {}
    for segment in around:
        reader.segment(segment, _numbered(seen, "", segment[0][0]))
    if shared.size * len(messages) > _MOST_SHARED:
        raise NotConvertible(f"{len(messages):,} transfers would each repeat {shared.size:,} letters around them")
    numbers: dict[str, int] = {}
    for message in messages:
        kind = message[0][2][0]
        draft = Draft()
        where = _numbered(numbers, "", kind)
        _SegmentReader(draft).message(message, where)
        own = draft.ids.get("document") or f"{at(around[0], 5)}:{at(message[0], 1)}"
        form = f"{kind.lower()}.{'.'.join(message[0][2][1:3]).lower()}"
        sender = shared.ids.get("sender", "")
        yield transfer_of((shared, draft), "sale", form, "", identity(kind.lower(), sender, own))


def _numbered(seen: dict[str, int], above: str, name: str) -> str:
    number = seen[name] = seen.get(name, 0) + 1
    return f"{above}/{name}" if number == 1 else f"{above}/{name}[{number}]"


class _Step(NamedTuple):
    """The row of the table for an element; `name` is its name in a path."""

    becomes: str
    name: str
    left_out: re.Pattern[str] | None = None
    """A value that matches is left out. Any other becomes a text."""
    functions: dict[str, str] | None = None
    """For a qualifier: what the segment becomes, by the code."""


@cache
def _table() -> dict[str, dict[tuple[int, int], _Step]]:
    """Return the step of each element of each segment, by the numbers of the element and of its component."""
    found: dict[str, dict[tuple[int, int], _Step]] = {}
    for row in rows("edifact"):
        if row.part.startswith("function "):
            continue
        places, name = row.field.split(" ")
        numbers, _, components = places.partition(".")
        composite, _, data = name.rpartition("/")
        left_out = LEFT_OUT[row.becomes[10:]] if row.becomes.startswith("left out: ") else None
        functions = _functions(row.becomes[9:]) if row.becomes.startswith("function ") else None
        for number, again in _places(numbers):
            for component, once_more in _places(components or "1"):
                name = f"{composite}{again}/{data}{once_more}" if composite else f"{data}{again}"
                found.setdefault(row.part, {})[number, component] = _Step(row.becomes, name, left_out, functions)
    return found


def _places(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbers of "2-6", each with the mark that it has in a path: none, [2], [3]."""
    first, _, last = text.partition("-")
    for number in range(int(first), int(last or first) + 1):
        yield number, f"[{number - int(first) + 1}]" if number > int(first) else ""


@cache
def _functions(element: str) -> dict[str, str]:
    return {row.field: row.becomes for row in rows("edifact") if row.part == f"function {element}"}


@dataclass(slots=True)
class _Gathered:
    """The facts of a segment that stand in several of its elements."""

    function: str = ""
    place: str = ""
    place_name: str = ""
    place_paths: list[str] = field(default_factory=list)


class _SegmentReader:
    """Reads segments into a draft. `_item` is the goods that the next segments belong to."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._item: ItemDraft | None = None

    def message(self, segments: Sequence[Segment], where: str) -> None:
        """Gather a whole message."""
        seen: dict[str, int] = {}
        for segment in segments:
            tag = segment[0][0]
            here = _numbered(seen, where, tag)
            if tag in ("GID", "DGS"):
                self._item = self._draft.items[here] = ItemDraft(here)
            elif tag in _ENDS_GOODS:
                self._item = None
            self.segment(segment, here)

    def segment(self, segment: Segment, here: str) -> None:
        """Gather what one segment says, at the path `here`."""
        draft, tag = self._draft, segment[0][0]
        steps = _table().get(tag, {})
        for number, part in enumerate(segment[0][1:], start=2):  # the numbers of nested groups, which are not in use
            draft.text(f"{here}/0.{number}", part)
        whole = _Gathered()
        party = self._party_of(segment, steps, here) if tag == "NAD" else None
        texts: dict[str, list[tuple[str, str]]] = {}
        for number, element in enumerate(segment[1:], start=1):
            for place, value in enumerate(element, start=1):
                if not (value := value.strip()):
                    continue
                step = steps.get((number, place))
                if step is None:
                    draft.text(f"{here}/{number}.{place}", value)
                    continue
                if step.left_out is not None:
                    if step.becomes == "left out: date" and whole.function == "occurred":
                        form = segment[1][2] if len(segment[1]) > 2 else "102"
                        draft.moment(_iso(value, _FORMATS.get(form, "")) or value, f"{here}/{step.name}")
                    elif step.left_out.fullmatch(value) is None:
                        draft.text(f"{here}/{step.name}", value)
                elif step.functions is not None:
                    whole.function = step.functions.get(value) or step.functions["*"]
                    if value not in step.functions and LEFT_OUT["code"].fullmatch(value) is None:
                        draft.text(f"{here}/{step.name}", value)
                elif step.becomes == "as its function says":
                    function = self._function_of(segment, number) if tag == "PIA" else whole.function
                    texts.setdefault(f"{number} {function}", []).append((value, f"{here}/{step.name}"))
                else:
                    self._value(step.becomes, value, f"{here}/{step.name}", here, party, whole)
        for function, found_texts in texts.items():
            self._texts(function.partition(" ")[2], found_texts, here)
        if whole.place or whole.place_name:
            self._place(whole)

    @staticmethod
    def _function_of(segment: Segment, number: int) -> str:
        kind = segment[number][1] if len(segment[number]) > 1 else ""
        found = _functions("7143")
        return found.get(kind) or found["*"]

    def _party_of(self, segment: Segment, steps: dict[tuple[int, int], _Step], here: str) -> PartyDraft:
        """Add the party of a NAD segment with its names."""
        draft = self._draft
        roles = _functions("3035")
        party = draft.party((roles.get(at(segment, 1)) or roles["*"]).removeprefix("party "), here)

        def lines(number: int, kind: str) -> list[tuple[str, str]]:
            element = segment[number] if len(segment) > number else []
            return [
                (value.strip(), f"{here}/{step.name}")
                for place, value in enumerate(element, start=1)
                if value.strip() and (step := steps.get((number, place))) is not None and step.becomes == kind
            ]

        unstructured, names = lines(3, "name and address"), lines(4, "name")
        if names:
            party.names.append(names[0])
            if len(names) > 1:  # a name that goes on, or an address
                party.aliases.append((_attached(names, " "), names[0][1]))
                party.lines += names[1:]
            party.lines += unstructured
        elif unstructured:
            party.names.append(unstructured[0])
            party.lines += unstructured[1:]
            if len(unstructured[0][0]) in _FULL and len(unstructured) > 1:
                party.aliases.append((_attached(unstructured[:2], " "), unstructured[0][1]))
        draft.size += sum(len(text) for text, _ in names + unstructured)
        return party

    def _value(
        self, becomes: str, value: str, path: str, here: str, party: PartyDraft | None, whole: _Gathered
    ) -> None:
        draft = self._draft
        verb, _, argument = becomes.partition(" ")
        if becomes in ("name", "name and address"):
            return  # gathered by _party_of
        draft.size += len(value)
        if verb == "id":
            draft.ids.setdefault(argument, value)
            draft.text(path, value)
        elif becomes == "occurred":
            draft.moment(_iso(value, "yymmdd" if len(value) == 6 else "YYYYmmdd") or value, path)
        elif becomes == "place code":
            whole.place = value
            whole.place_paths.append(path)
        elif becomes == "place name":
            whole.place_name = value
            whole.place_paths.append(path)
        elif becomes == "hs code" and self._item is not None:
            draft.hs_code(self._item, value, path)
        elif becomes == "description":
            self._described([(value, path)], here)
        elif becomes == "country" and party is None:
            draft.stop("transit", path, country=value)
        elif becomes == "country" and party is not None:
            draft.country(party, value, path)
        elif becomes == "address" and party is not None:
            party.lines.append((value, path))
        elif becomes == "identifier" and party is not None:
            draft.identify(party, "other", value, path)
        elif verb in ("carrier", "vessel"):
            self._transport(verb, argument, value, path, here)
        else:
            draft.text(path, value)

    def _transport(self, role: str, fact: str, value: str, path: str, here: str) -> None:
        """Add a fact to the carrier or the vessel of a segment."""
        draft, place = self._draft, f"{here}/{'C040' if role == 'carrier' else 'C222'}"
        party = draft.parties.get(place) or draft.party(role, place, "vessel" if role == "vessel" else "organisation")
        if fact == "name":
            party.names.append((value, path))
        elif fact == "flag":
            draft.country(party, value, path)
        elif role == "vessel" and (imo := _IMO.fullmatch(value)) is not None:
            draft.identify(party, "imo", imo[1], path)
        else:
            draft.identify(party, "other", value, path)

    def _texts(self, function: str, found: list[tuple[str, str]], here: str) -> None:
        """Keep the texts of a segment as their function says."""
        draft = self._draft
        if function == "description":
            self._described(found, here)
        elif function == "hs code" and self._item is not None:
            for value, path in found:
                draft.hs_code(self._item, value, path)
        elif function == "free text":
            draft.free_texts += found
            draft.size += sum(len(text) for text, _ in found)
        else:
            for value, path in found:
                draft.text(path, value)
        if any(len(text) in _FULL for text, _ in found[:-1]):
            draft.text(f"{here}/attached()", _attached(found, "\n"))

    def _described(self, found: list[tuple[str, str]], here: str) -> None:
        item = self._item
        if item is None:  # one description of all goods
            item = self._draft.items[here] = ItemDraft(here)
        for text, path in found:
            item.add("description", text, path)
            self._draft.size += len(text)

    def _place(self, whole: _Gathered) -> None:
        draft, code, path = self._draft, whole.place, joined_path(whole.place_paths)
        country = code[:2] if _PLACE.fullmatch(code) or len(code) == 2 else ""
        if country not in COUNTRIES:
            country = ""
        place = ", ".join(part for part in (whole.place_name, "" if code == country else code) if part)
        if whole.function == "origin" and self._item is not None and country:
            self._item.fields.setdefault("origin", country)
            self._item.paths.setdefault("origin", []).append(path)
            if place:
                draft.text(path, place)
            return
        part = whole.function.removeprefix("route ") if whole.function.startswith("route ") else "transit"
        draft.stop(part, path, country=country or None, place=place or None)


def _attached(found: Sequence[tuple[str, str]], between: str) -> str:
    """Return the texts as one. After one that fills its element, the next is attached."""
    *before, (last, _) = found
    return "".join(text if len(text) in _FULL else text + between for text, _ in before) + last


def _iso(value: str, form: str) -> str | None:
    """Return a date in digits as a day or a time of ISO 8601; None when it has fewer digits than its format."""
    digits = value[: len(form)]
    if not form or len(digits) < len(form) or not (digits.isascii() and digits.isdigit()):
        return None
    if form.startswith("yy"):
        digits = f"20{digits}"
    day, time = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}", digits[8:].ljust(6, "0")
    return day if len(digits) == 8 else f"{day}T{time[:2]}:{time[2:4]}:{time[4:6]}"
