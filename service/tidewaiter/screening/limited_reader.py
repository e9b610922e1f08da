"""Read one transfer in field order until its steps run out, and report every place that is not read.

`limits` decides how many steps a transfer may take.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, TypeVar

from pydantic import JsonValue

from tidewaiter.screening.facts.stated_texts import pointer_step
from tidewaiter.screening.reading_steps import NOT_READ, Limit, Step
from tidewaiter.screening.unknowns import own_finding
from tidewaiter.text.extent import extent_of, figures_in, letters_in, parts_in, pieces_of, spaced_words, within
from tidewaiter_schemas.base import Model
from tidewaiter_schemas.transfer import (
    Authorisation,
    Connected,
    Identifier,
    Item,
    Location,
    Party,
    Report,
    Route,
    TransferEvent,
)
from tidewaiter_schemas.verdict import Evidence, Finding

UNSPACED: Final = 2
"""Number of letters that count as one word in scripts without spaces. In a name every letter counts as a word."""
MOST_PLACES: Final = 10
"""Maximum number of places that the finding of one limit lists."""
_T = TypeVar("_T")
_M = TypeVar("_M", bound=Model)
_C = TypeVar("_C", bound=Connected)


class LimitedReader:
    """Reads one transfer in field order. Every part that is within the limits is returned as the same object."""

    __slots__ = ("_beyond", "_words", "left")

    def __init__(self, steps: int) -> None:
        self.left = steps
        self._beyond: dict[Limit, dict[str, str]] = {}
        self._words: set[str] = set()

    def findings(self) -> tuple[Finding, ...]:
        """Return a finding for each limit that was exceeded."""
        return tuple(limit_finding(limit, unread) for limit, unread in self._beyond.items())

    def transfer(self, whole: TransferEvent, unread_extensions: Collection[str]) -> TransferEvent:
        """Return the readable part of `whole`."""
        read: dict[str, Any] = {"parties": self._each(whole.parties, self._party, "/parties")}
        if whole.route is not None:
            read["route"] = self._route(whole.route)
        if whole.authorisations:
            read["authorisations"] = self._claims(whole.authorisations)
        for field in ("purpose", "free_text"):
            if (text := getattr(whole, field)) is not None:
                read[field] = self._text(text, f"/{field}")
        if whole.items:
            read["items"] = self._each(whole.items, self._item, "/items")
        if whole.report.sources:
            read["report"] = self._report(whole.report)
        if whole.extensions:
            read["extensions"] = self._extensions(whole.extensions, unread_extensions)
        return _changed(whole, read)

    # Parties

    def _party(self, whole: Party, pointer: str) -> Party | None:
        if not self._take(Step.PARTY + (Step.BIRTH_DATE if whole.birth_date else 0), pointer):
            return None
        read: dict[str, Any] = {}
        if whole.name is not None:
            read["name"] = self._name(whole.name, f"{pointer}/name")
        if whole.aliases:
            read["aliases"] = self._each(whole.aliases, self._name, f"{pointer}/aliases")
        if whole.former_flags:
            read["former_flags"] = self._countries(whole.former_flags, f"{pointer}/former_flags")
        if whole.address is not None:
            read["address"] = self._text(whole.address, f"{pointer}/address")
        read |= self._shared(whole, pointer)
        for field in ("controlled_by", "acting_for"):
            if group := getattr(whole, field):
                read[field] = self._each(group, self._connected, f"{pointer}/{field}")
        return _changed(whole, read)

    def _connected(self, whole: _C, pointer: str) -> _C | None:
        if not self._take(Step.PARTY, pointer):
            return None
        name = self._name(whole.name, f"{pointer}/name")
        return None if name is None else _changed(whole, {"name": name, **self._shared(whole, pointer)})

    def _shared(self, whole: Party | Connected, pointer: str) -> dict[str, Any]:
        """Return the readable part of the fields that parties and connected parties share."""
        read: dict[str, Any] = {}
        if whole.countries:
            read["countries"] = self._countries(whole.countries, f"{pointer}/countries")
        if whole.identifiers:
            read["identifiers"] = self._each(whole.identifiers, self._identifier, f"{pointer}/identifiers")
        if whole.owned_by:
            read["owned_by"] = self._each(whole.owned_by, self._connected, f"{pointer}/owned_by")
        return read

    def _identifier(self, whole: Identifier, pointer: str) -> Identifier | None:
        """Return the whole identifier or None: part of a number would be a different number."""
        return whole if self._take(Step.IDENTIFIER + _steps_of(whole.value), pointer) else None

    def _countries(self, countries: tuple[str, ...], pointer: str) -> tuple[str, ...]:
        return self._each(countries, lambda one, here: one if self._take(Step.COUNTRY, here) else None, pointer)

    def _name(self, name: str, pointer: str) -> str | None:
        read = within(name, Limit.NAME_LETTERS.most, Limit.NAME_WORDS.most)
        if read is not name:
            long = letters_in(name) > Limit.NAME_LETTERS.most
            self._leave_rest(Limit.NAME_LETTERS if long else Limit.NAME_WORDS, pointer, name, read)
        letters, words, others = extent_of(read)
        steps = Step.NAME + Step.NAME_WORD * words + Step.NAME_LETTER * others + letters
        return read if self._take(steps, pointer) else None

    # Route, claims, report and extensions

    def _route(self, whole: Route) -> Route:
        read: dict[str, Any] = {
            field: self._stop(stop, f"/route/{field}") if (stop := getattr(whole, field)) is not None else None
            for field in ("destination", "origin")
        }
        for field in ("transit", "previous_ports"):
            if stops := getattr(whole, field):
                read[field] = self._each(stops, self._stop, f"/route/{field}")
        return _changed(whole, read)

    def _stop(self, whole: Location, pointer: str) -> Location | None:
        if not self._take(Step.STOP, pointer):
            return None
        return whole if whole.place is None else _changed(whole, {"place": self._text(whole.place, f"{pointer}/place")})

    def _claims(self, whole: tuple[Authorisation, ...]) -> tuple[Authorisation, ...]:
        some = whole[: Limit.CLAIMS.most]
        if len(some) < len(whole):
            unread = share_of(len(whole) - len(some), len(whole), "authorisations")
            self._leave(Limit.CLAIMS, f"/authorisations/{len(some)}", unread)
        return self._each(some if len(some) < len(whole) else whole, self._claim, "/authorisations")

    def _claim(self, whole: Authorisation, pointer: str) -> Authorisation | None:
        texts = (whole.authority, whole.reference, whole.covers or "")
        return whole if self._take(Step.CLAIM + sum(map(_steps_of, texts)), pointer) else None

    def _report(self, whole: Report) -> Report:
        return _changed(whole, {"sources": self._each(whole.sources, self._text, "/report/sources")})

    def _extensions(self, whole: dict[str, JsonValue], unread: Collection[str]) -> dict[str, JsonValue]:
        read = {
            key: value if key in unread else self._json(value, f"/extensions/{pointer_step(key)}", 1)
            for key, value in whole.items()
        }
        return whole if all(read[key] is value for key, value in whole.items()) else read

    def _json(self, value: JsonValue, pointer: str, level: int) -> JsonValue:
        """Return the readable part: the same object when all of it is read, None when nothing is."""
        if isinstance(value, str):
            return self._text(value, pointer) if self._take(Step.PART, pointer) else None
        if not isinstance(value, dict | list):
            return value if self._take(Step.PART, pointer) else None
        if level >= Limit.LEVELS.most:
            self._leave(Limit.LEVELS, pointer, "all of it")
            return None
        parts = list(value.items()) if isinstance(value, dict) else [(str(at), part) for at, part in enumerate(value)]
        read: dict[str, JsonValue] = {}
        for number, (key, part) in enumerate(parts):
            here = f"{pointer}/{pointer_step(key)}"
            if not self.left:
                self._leave(Limit.STEPS, here, share_of(len(parts) - number, len(parts), "from here on"))
                read.update((unread, None) for unread, _ in parts[number:])
                break
            read[key] = self._json(part, here, level + 1)
        if all(read[key] is part for key, part in parts):
            return value
        return read if isinstance(value, dict) else list(read.values())

    def _text(self, text: str, pointer: str) -> str | None:
        """Return as much of the text as the remaining steps allow."""
        end = 0
        for piece in pieces_of(text):
            steps = _steps_of(piece)
            if steps > self.left:
                self.left = 0
                self._leave_rest(Limit.STEPS, pointer, text, text[:end])
                return text[:end] or None
            self.left -= steps
            end += len(piece)
        return text

    # Goods

    def _item(self, whole: Item, pointer: str) -> Item | None:
        if not self._take(Step.LINE, pointer):
            return None
        read: dict[str, Any] = {}
        for field in _GOODS_TEXTS:
            text = getattr(whole, field)
            if text is not None:
                read[field] = self._of_goods(text, f"{pointer}/{field}", field)
        return _changed(whole, read)

    def _of_goods(self, text: str, pointer: str, field: str) -> str | None:
        if field == "manufacturer":
            name = self._name(text, pointer)
            if name is None:
                return None
            text = name
        read = within(text, Limit.LINE_WORDS.most * 64, Limit.LINE_WORDS.most, UNSPACED)
        if read is not text:
            self._leave_rest(Limit.LINE_WORDS, pointer, text, read)
        steps: int = Step.CODE
        if field in _RECOGNISED:
            letters, words, others = extent_of(read, UNSPACED)
            again = self._words_again(read)
            steps = Step.GOODS_WORD * (words - again) + Step.GOODS_WORD_AGAIN * again + Step.GOODS_PART * parts_in(read)
            steps += Step.LETTER * letters + Step.GOODS_LETTER * others + Step.GOODS_FIGURE * figures_in(read)
        elif len(read) > _SHORT:
            steps += _steps_of(read)
        return read if self._take(steps, pointer) else None

    def _words_again(self, text: str) -> int:
        """Return how many words of goods occurred before, in an earlier text or in this one."""
        found = spaced_words(text)
        before = len(self._words)
        self._words.update(found)
        return len(found) - (len(self._words) - before)

    # Steps that remain

    def _each(self, whole: tuple[_T, ...], read_one: Any, pointer: str) -> tuple[_T, ...]:
        """Return the readable part of each element, up to the first element of which nothing is read."""
        read: list[_T] = []
        for number, one in enumerate(whole):
            part = read_one(one, f"{pointer}/{number}")
            if part is None:
                self._leave(
                    Limit.STEPS, f"{pointer}/{number}", share_of(len(whole) - number, len(whole), "from here on")
                )
                return tuple(read)
            read.append(part)
        return whole if all(one is other for one, other in zip(whole, read, strict=True)) else tuple(read)

    def _take(self, steps: int, pointer: str) -> bool:
        if self.left < steps:
            self.left = 0
            self._leave(Limit.STEPS, pointer, "all of it")
            return False
        self.left -= steps
        return True

    def _leave_rest(self, limit: Limit, pointer: str, whole: str, read: str) -> None:
        self._leave(limit, pointer, share_of(len(whole) - len(read), len(whole), "characters"))

    def _leave(self, limit: Limit, pointer: str, how_much: str) -> None:
        unread = self._beyond.setdefault(limit, {})
        if pointer in unread or len(unread) < MOST_PLACES:
            unread[pointer] = how_much


_RECOGNISED: Final = frozenset({"description", "manufacturer", "model"})
_SHORT: Final = 16
_GOODS_TEXTS: Final = (
    "description", "manufacturer", "model", "condition", "serial", "unit", "eccn", "dual_use_number", "hs_code",
)  # fmt: skip


def _steps_of(text: str) -> int:
    """Return the number of steps to search a text for countries, listed names and numbers."""
    letters, words, others = extent_of(text, UNSPACED)
    return Step.LETTER * (letters + others) + Step.TEXT_WORD * words


def _changed(whole: _M, read: dict[str, Any]) -> _M:
    """Return `whole` with the fields in `read`: the same object when no field differs."""
    update = {field: value for field, value in read.items() if value is not getattr(whole, field)}
    return whole.model_copy(update=update) if update else whole


def limit_finding(limit: Limit, unread: Mapping[str, str]) -> Finding:
    """Return the finding that lists the unread places. `unread` maps each pointer to how much was not read."""
    fact = f"It has more than {limit.most:,} {limit.of_what}."
    if limit is Limit.STEPS:
        fact = "It takes more steps to read than a transfer of its size may."
    first = next(iter(unread))
    finding = own_finding(NOT_READ, first, f"{fact} Not read: {unread[first]} ({first}).", "not_read", unread[first])
    told = (Evidence(kind="not_read", subject=at, value=much, matched=NOT_READ) for at, much in unread.items())
    return finding.model_copy(update={"evidence": tuple(told)})


def share_of(unread: int, whole: int, of_what: str) -> str:
    """Return how much was not read: "3 of 20 characters"."""
    return f"{unread:,} of {whole:,} {of_what}"
