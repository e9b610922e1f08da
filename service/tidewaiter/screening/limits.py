"""How much of a transfer is read, in counts: letters and words once normalised, names, lines. Never by a clock, since a
verdict must repeat.

What lies beyond a limit is not read, and a finding says so and asks for review. Ordinary transfers are far within. The
limits keep the costliest transfer of 64 KB below 100 ms (`python -m bench adversarial`).
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, NamedTuple, TypeVar

from pydantic import JsonValue

from tidewaiter.screening.facts.stated_texts import pointer_step
from tidewaiter.screening.unknowns import own_finding
from tidewaiter.text.extent import MOST_OF_ONE, letters_in, within, words_in
from tidewaiter_schemas.base import Model
from tidewaiter_schemas.transfer import Connected, Item, Location, Party, Route, TransferEvent
from tidewaiter_schemas.verdict import Evidence, Finding


class Limit(Enum):
    """Each limit: the most that is read, of what, and why it is enough."""

    NAMES = 500, "names of parties and of who stands behind them", "as many as may stand behind one party"
    NAME_WORDS = 64, "words in a name", "the longest names on official lists have about half as many"
    NAME_LETTERS = 1_000, "letters in a name", "a list with a longer one is refused"
    IDENTIFIERS = 1_000, "identifiers", "two for each name"
    COUNTRIES = 1_000, "countries of parties", "two for each name"
    STOPS = 250, "places on the way", "there are as many countries"
    LINES = 1_000, "lines of goods", "a verdict tells as many findings"
    LINE_WORDS = 1_000, "words in a line of goods", "what says more is a text, not a line"
    GOODS_WORDS = 6_000, "words in all lines of goods", "six for each line"
    LETTERS = 100_000, "letters in addresses, places, remarks, sources and extensions", "as many as one may have"
    TEXTS = 1_000, "texts in extensions and sources", "the producer's own fields are few"
    LEVELS = 16, "levels in an extension", "as many as owners may have"
    CLAIMS = 100, "authorisations", "each is weighed against each finding"

    def __init__(self, most: int, of_what: str, why: str) -> None:
        self.most, self.of_what, self.why = most, of_what, why


NOT_READ: Final = "TW-NOT-READ"
UNSPACED: Final = 3
"""Letters that count as a word of goods in scripts that put no spaces between words."""
_TOLD: Final = 10
"""Places beyond one limit that its finding names."""
_NAME_LETTERS, _NAME_WORDS = Limit.NAME_LETTERS.most, Limit.NAME_WORDS.most
_T = TypeVar("_T")
_M = TypeVar("_M", bound=Model)
_B = TypeVar("_B", bound=Party | Connected)
_C = TypeVar("_C", bound=Connected)


class Readable(NamedTuple):
    """The `whole` transfer, the `part` of it that is read, and a finding for each limit that it goes `beyond`."""

    whole: TransferEvent
    part: TransferEvent
    beyond: tuple[Finding, ...] = ()


def within_limits(transfer: TransferEvent) -> Readable:
    """Return what is read of `transfer`: as a rule the whole, and then `part` is the same object."""
    reading = _Reading()
    part = reading.transfer(transfer)
    return Readable(transfer, part, tuple(_finding(limit, places) for limit, places in reading.beyond.items()))


def _finding(limit: Limit, places: list[str]) -> Finding:
    fact = f"It has more than {limit.most:,} {limit.of_what}, and what lies beyond is not read."
    finding = own_finding(NOT_READ, places[0], fact, "not_read", "from here on")
    told = (Evidence(kind="not_read", subject=place, value="from here on", matched=NOT_READ) for place in places)
    return finding.model_copy(update={"evidence": tuple(told)})


class _Reading:
    """Reads one transfer in the order of its fields. Whatever is within the limits comes back as the same object.

    `beyond` has, by limit, the pointers from which on nothing is read.
    """

    __slots__ = ("_countries", "_identifiers", "_letters", "_names", "_texts", "_words", "beyond")

    def __init__(self) -> None:
        self.beyond: dict[Limit, list[str]] = {}
        self._names = Limit.NAMES.most
        self._identifiers = Limit.IDENTIFIERS.most
        self._countries = Limit.COUNTRIES.most
        self._letters = Limit.LETTERS.most
        self._texts = Limit.TEXTS.most
        self._words = Limit.GOODS_WORDS.most

    def transfer(self, whole: TransferEvent) -> TransferEvent:
        read: dict[str, Any] = {"parties": self._parties(whole.parties)}
        if whole.route is not None:
            read["route"] = self._route(whole.route)
        if whole.items:
            read["items"] = self._items(whole.items)
        if whole.purpose is not None:
            read["purpose"] = self._text(whole.purpose, "/purpose")
        if whole.free_text is not None:
            read["free_text"] = self._text(whole.free_text, "/free_text")
        if whole.authorisations:
            read["authorisations"] = self._first(
                whole.authorisations, Limit.CLAIMS.most, Limit.CLAIMS, "/authorisations"
            )
        if whole.report.sources:
            read["report"] = _changed(whole.report, {"sources": self._sources(whole.report.sources)})
        if whole.extensions:
            extensions = self._json(whole.extensions, "/extensions", 0)
            read["extensions"] = whole.extensions if extensions is whole.extensions else extensions or {}
        return _changed(whole, read)

    def _sources(self, sources: tuple[str, ...]) -> tuple[str, ...]:
        read = [self._own_text(text, f"/report/sources/{number}") for number, text in enumerate(sources)]
        return _same_or(sources, [text for text in read if text]) if all(read) else tuple(filter(None, read))

    def _json(self, value: JsonValue, pointer: str, level: int) -> JsonValue:
        """The value itself where all of it is read; None where nothing is."""
        if isinstance(value, str):
            return self._own_text(value, pointer)
        if not isinstance(value, dict | list):
            return value
        if level >= Limit.LEVELS.most:
            self._leave(Limit.LEVELS, pointer)
            return None
        parts = list(value.items()) if isinstance(value, dict) else [(str(at), part) for at, part in enumerate(value)]
        read = {key: self._json(part, f"{pointer}/{pointer_step(key)}", level + 1) for key, part in parts}
        if all(read[key] is part for key, part in parts):
            return value
        return read if isinstance(value, dict) else list(read.values())

    def _own_text(self, text: str, pointer: str) -> str | None:
        if self._texts <= 0:
            self._leave(Limit.TEXTS, pointer)
            return None
        self._texts -= 1
        return self._text(text, pointer)

    # Whoever takes part

    def _parties(self, parties: tuple[Party, ...]) -> tuple[Party, ...]:
        read: list[Party] = []
        for number, party in enumerate(parties):
            if self._names <= 0:
                self._leave(Limit.NAMES, f"/parties/{number}")
                return tuple(read)
            read.append(self._party(party, f"/parties/{number}"))
        return _same_or(parties, read)

    def _party(self, whole: Party, pointer: str) -> Party:
        self._names -= 1
        read: dict[str, Any] = {}
        if whole.name is not None:
            read["name"] = self._name(whole.name, f"{pointer}/name")
        if whole.aliases:
            aliases = self._first(whole.aliases, self._names, Limit.NAMES, f"{pointer}/aliases")
            self._names -= len(aliases)
            read["aliases"] = _same_or(
                aliases, [self._name(alias, f"{pointer}/aliases/{at}") for at, alias in enumerate(aliases)]
            )
        if whole.former_flags:
            read["former_flags"] = self._countries_of(whole.former_flags, f"{pointer}/former_flags")
        if whole.address is not None:
            read["address"] = self._text(whole.address, f"{pointer}/address")
        if whole.controlled_by:
            read["controlled_by"] = self._read_owners(whole.controlled_by, f"{pointer}/controlled_by")
        if whole.acting_for:
            read["acting_for"] = self._read_owners(whole.acting_for, f"{pointer}/acting_for")
        return self._read_tied(whole, pointer, read)

    def _read_owners(self, group: tuple[_C, ...], pointer: str) -> tuple[_C, ...]:
        read: list[_C] = []
        for number, one in enumerate(group):
            if self._names <= 0:
                self._leave(Limit.NAMES, f"{pointer}/{number}")
                return tuple(read)
            self._names -= 1
            here = f"{pointer}/{number}"
            read.append(self._read_tied(one, here, {"name": self._name(one.name, f"{here}/name")}))
        return _same_or(group, read)

    def _read_tied(self, whole: _B, pointer: str, read: dict[str, Any]) -> _B:
        """A party or somebody behind one, with what both have besides what was `read` of it."""
        if whole.countries:
            read["countries"] = self._countries_of(whole.countries, f"{pointer}/countries")
        if whole.identifiers:
            identifiers = self._first(whole.identifiers, self._identifiers, Limit.IDENTIFIERS, f"{pointer}/identifiers")
            self._identifiers -= len(identifiers)
            read["identifiers"] = identifiers
        if whole.owned_by:
            read["owned_by"] = self._read_owners(whole.owned_by, f"{pointer}/owned_by")
        return _changed(whole, read)

    def _countries_of(self, countries: tuple[str, ...], pointer: str) -> tuple[str, ...]:
        read = self._first(countries, self._countries, Limit.COUNTRIES, pointer)
        self._countries -= len(read)
        return read

    def _name(self, name: str, pointer: str) -> str:
        read = within(name, _NAME_LETTERS, _NAME_WORDS)
        if read is not name:
            long = letters_in(name) > _NAME_LETTERS
            self._leave(Limit.NAME_LETTERS if long else Limit.NAME_WORDS, pointer)
        return read

    # Where it goes and what is said of it

    def _route(self, whole: Route) -> Route:
        stops = Limit.STOPS.most
        read: dict[str, Any] = {
            "origin": self._stop(whole.origin, "/route/origin"),
            "destination": self._stop(whole.destination, "/route/destination"),
        }
        for field in ("transit", "previous_ports"):
            places: tuple[Location, ...] = getattr(whole, field)
            if places:
                some = self._first(places, stops, Limit.STOPS, f"/route/{field}")
                stops -= len(some)
                read[field] = _same_or(some, [self._stop(p, f"/route/{field}/{at}") for at, p in enumerate(some)])
        return _changed(whole, read)

    def _stop(self, whole: Location | None, pointer: str) -> Location | None:
        if whole is None or whole.place is None:
            return whole
        return _changed(whole, {"place": self._text(whole.place, f"{pointer}/place")})

    def _text(self, text: str, pointer: str) -> str | None:
        """What is left of the letters for all texts."""
        read = within(text, self._letters, self._letters)
        self._letters -= letters_in(read)
        if read is not text:
            self._letters = 0
            self._leave(Limit.LETTERS, pointer)
        return read or None

    # Goods

    def _items(self, items: tuple[Item, ...]) -> tuple[Item, ...]:
        some = self._first(items, Limit.LINES.most, Limit.LINES, "/items")
        if sum(map(_most_words, some)) <= Limit.LINE_WORDS.most and all(map(_has_short_names, some)):
            return some  # without counting, as nearly always
        return _same_or(some, [self._item(item, f"/items/{number}") for number, item in enumerate(some)])

    def _item(self, whole: Item, pointer: str) -> Item:
        read: dict[str, Any] = {}
        for field in ("manufacturer", "model"):
            text = getattr(whole, field)
            if text is not None:
                read[field] = self._of_goods(self._name(text, f"{pointer}/{field}"), f"{pointer}/{field}", _NAME_WORDS)
        if whole.description is not None:
            words = Limit.LINE_WORDS.most
            read["description"] = self._of_goods(whole.description, f"{pointer}/description", words)
        return _changed(whole, read)

    def _of_goods(self, text: str, pointer: str, words: int) -> str | None:
        most = min(words, self._words)
        read = within(text, Limit.LETTERS.most, most, UNSPACED)
        self._words -= words_in(read, UNSPACED)
        if read is not text:
            self._leave(Limit.LINE_WORDS if most == words else Limit.GOODS_WORDS, pointer)
        return read or None

    def _first(self, whole: tuple[_T, ...], most: int, limit: Limit, pointer: str) -> tuple[_T, ...]:
        if len(whole) <= most:
            return whole
        self._leave(limit, f"{pointer}/{most}")
        return whole[:most]

    def _leave(self, limit: Limit, pointer: str) -> None:
        places = self.beyond.setdefault(limit, [])
        if len(places) < _TOLD:
            places.append(pointer)


def _most_words(item: Item) -> int:
    """No fewer words than the item has."""
    texts = (item.description, item.manufacturer, item.model)
    return sum((len(text) + 1) // 2 if text.isascii() else MOST_OF_ONE * len(text) for text in texts if text)


def _has_short_names(item: Item) -> bool:
    """Whether maker and model are certainly no longer than names may be."""
    texts = (item.manufacturer, item.model)
    return all(len(text) <= (_NAME_WORDS if text.isascii() else _NAME_WORDS // MOST_OF_ONE) for text in texts if text)


def _changed(whole: _M, read: dict[str, Any]) -> _M:
    """`whole` itself where everything that was read of it is."""
    update = {field: value for field, value in read.items() if value is not getattr(whole, field)}
    return whole.model_copy(update=update) if update else whole


def _same_or(whole: tuple[_T, ...], read: list[_T]) -> tuple[_T, ...]:
    return whole if all(one is other for one, other in zip(whole, read, strict=True)) else tuple(read)
