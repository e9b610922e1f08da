"""Values at the bounds of every field of a model, and just outside of them, drawn from the model's own JSON Schema.

A field that is added to the contract is fed by itself: nothing here knows the name of one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from pydantic import BaseModel, ValidationError

_LEVELS: Final = (1, 2, 15, 16, 17, 60)
"""How deep a field that holds its own kind is nested."""
_COUNTS: Final = (0, 1, 2, 17, 501)
_NO_MAXIMUM: Final = 100_000
"""A length to try where the model names none."""

ALPHABETS: Final = (
    "a", "A", "z9", "0", " ", "-", ".", ",", "'", "a ", "a-", "a.", "1.", "a1", "(a)", "/", "\\", '"', "%20", "&#111;", "=41", "\t", "\n", "\r\n",
    "\x00", "\x1b[31m", "\x7f", "\x85", "\u00a0", "\u00ad", "\u200b", "\u200d", "\u202e", "\u2028", "\u2060", "\ufeff", "\ufffd", "\uffff", "\ue000",
    "é", "e\u0301", "\u0301", "\u0489", "\u20dd", "ß", "ſ", "ı", "İ", "ǆ", "ﬃ", "™", "²", "①", "Ⅻ", "½", "٣", "५", "𝟘", "Ａ", "𝕬", "\u1e9e", "\u0345",
    "ж", "Ж", "α", "ς", "א", "م", "ﷺ", "\u0640", "ก", "क", "क्ष", "\u0f04", "ა", "Ꭰ", "ꓐ", "ᚠ", "한", "\u1112\u1161\u11ab", "ㅎ", "金", "𠮷", "か", "カ", "ｶ", "ー",
    "😀", "👨\u200d👩\u200d👧", "🇰🇵", "\U0010ffff", "\U000e0041", "aж", "аa", "中a", "κim", "_", "·", "。", "，", "（", "～", "€", "№",
)  # fmt: skip
DATES: Final = (
    "0000", "0000-00", "0000-00-00", "0001", "0001-01", "0001-01-01", "2023-02-29", "2024-02-30", "2024-13-01", "2024-1-1", "9999", "9999-12", "9999-12-31",
    "10000-01-01", "٢٠٢٤", "２０２４-０１", "-001-01-01", "2024-02-29\n", "2024-W01-1", "2024-366", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00-23:59", "0001-01-01T23:58:59.999999+23:59", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59.9999999999999Z", "9999-12-31T23:59:60Z", "9999-12-31T24:00:00Z", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z",
    "2024-02-29T00:00:00+24:00", "2024-02-29 00:00:00+00", "2024-02-29T00:00", "2024-02-29T00:00:00", "1900-02-29T00:00:00Z", "0000-01-01T00:00:00Z",
    "1582-10-10T00:00:00Z", "2038-01-19T03:14:08Z", "+12024-01-01T00:00:00Z", "2024-06-30T12:00:00−01:00", "2024-06-30T12:00:00.000000001+00:00",
)  # fmt: skip
CODES: Final = (
    "KP",
    "kp",
    "UK",
    "XX",
    "ZZ",
    "A1",
    "AN",
    "Ｋ",
    "ΚΡ",
    "КР",
    "KP ",
    "K\u200bP",
    "🇰🇵",
    "USD",
    "XXX",
    "usd",
    "US",
    "0" * 64,
    "F" * 64,
)
DECIMALS: Final = (
    "NaN", "sNaN", "Infinity", "-Infinity", "1e999", "1E-999999999", "1E-1000", "1E-1001", "1E+999", "0E+99999999", "0E-99999999", "-0", "-1", "+1", "1_000",
    "٣", "0x10", "1,5", "1.5", " 12 ", "1e30", "1E-30", "1E+29", "9" * 30, "9" * 31, "9" * 5_000, "0." + "9" * 29, "0." + "9" * 30, "0." + "9" * 5_000, "100",
    "100.000000000000000000000000000001", "1e-7", "99.99", "0", "", "1E+9999999999999999999",
)  # fmt: skip
WORDS: Final = (
    "DPRK", "Pyongyang", "Kim Jong Un", "김정은", "unknown", "n/a", "null", "None", "1101.00/9306.90", "8703.24", "99999999999", "12", "0" * 32, "../../etc/passwd",
    "${jndi:x}", "{{7*7}}", "%s%n", "<script>", "' OR 1=1", "=1+1", "~1~0", "/parties/0", "#/", "__proto__", "\\ud800", "&amp;amp;", "9114555", "IMO 9114555",
    "bc1q" + "q" * 58, "KDBKKPPY", "+850 2 381", "x@star-co.net.kp", "DE89370400440532013000", "5493001KJTIIGC8Y1R12", *CODES, *DECIMALS, *DATES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Raw:
    """JSON as it is to be written: what no Python value makes."""

    text: str


NUMBERS: Final = (
    0, -0.0, -1, 1, 100, 101, 1e-30, 1e29, 1e30, 1e308, 5e-324, 2**53 + 1, 2**63, 2**64, 10**30 - 1, 10**30,
    *(Raw(text) for text in ("1e999", "-1e999", "1e-999", "0e999999999", "9" * 4_300, "9" * 4_301, "9" * 5_000, "0." + "3" * 5_000, "100.0000000000000001",
                             "NaN", "Infinity", "-Infinity", "01", "+1", ".5", "1.", "0x1", "-")),
)  # fmt: skip
_CANDIDATES: Final[tuple[Any, ...]] = ("DE", "USD", "2024-01-01", "2024-01-01T00:00:00Z", 1, True, [], {}, "0" * 64)
"""Plain values, of which each required field must take one."""
OTHERS: Final[tuple[Any, ...]] = (
    None, True, False, [], {}, "", [[]], [None], {"": ""}, {"a": None},
    Raw("[" * 150 + "]" * 150), Raw("[" * 201 + "]" * 201), Raw('{"a":' * 150 + "1" + "}" * 150), Raw('{"a":1,"a":2}'),
    Raw('"\\ud800"'), Raw('"\\udfff\\ud800"'), Raw('"\\u0000"'), Raw('{"\\ud800":1}'), Raw(""), Raw("{"), Raw('"'),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the contract: where it is, and its schema. A list is passed by its first element."""

    path: tuple[str | int, ...]
    schema: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What it is called, wherever it is."""
        return next(part for part in reversed(self.path) if isinstance(part, str))

    @property
    def pointer(self) -> str:
        """Where it is, as a JSON pointer."""
        return "".join(f"/{part}" for part in self.path)


class Bounds:
    """What can be drawn for the fields of a model."""

    def __init__(self, model: type[BaseModel]) -> None:
        whole = model.model_json_schema()
        self._parts: Mapping[str, Any] = whole.get("$defs", {})
        self._plain = {
            part.__name__: _plainest(part, self._parts[part.__name__])
            for part in _parts_of(model, frozenset())
            if part.__name__ in self._parts
        }
        self.fields = tuple(self._fields((), whole, frozenset()))
        self.by_name: dict[str, list[Field]] = {}
        for field in self.fields:
            self.by_name.setdefault(field.name, []).append(field)

    def _fields(
        self, path: tuple[str | int, ...], schema: Mapping[str, Any], within: frozenset[str]
    ) -> Iterator[Field]:
        if path:
            yield Field(path, schema)
        for choice in _choices(schema):
            name = _named(choice)
            if name in within:
                continue  # an owner of an owner is drawn as nesting
            part, inside = (self._parts[name], within | {name}) if name else (choice, within)
            for key, field in part.get("properties", {}).items():
                yield from self._fields((*path, key), field, inside)
            if "items" in part:
                yield from self._fields((*path, 0), part["items"], inside)
            if part.get("additionalProperties"):
                yield Field((*path, "a key"), {})

    def put(self, base: Any, path: Sequence[str | int], value: Any) -> Any:
        """`base` with `value` at `path`; what the way there lacks is made, as plain as the model takes it."""
        return self._put(base, tuple(path), value, "")

    def _put(self, base: Any, path: tuple[str | int, ...], value: Any, at: str) -> Any:
        if not path:
            return value
        key, *rest = path
        if isinstance(key, int):
            held = list(base) if isinstance(base, list) else []
            below = held[0] if held else self._plain_at(at)
            return [self._put(below, tuple(rest), value, at), *held[1:]]
        held_by_key = dict(base) if isinstance(base, dict) else self._plain_at(at)
        below = held_by_key.get(key)
        held_by_key[key] = self._put(below, tuple(rest), value, f"{at}/{key}")
        return held_by_key

    def _plain_at(self, at: str) -> dict[str, Any]:
        """A plain value of what the field holds, if that is a part of the model."""
        for field in self.fields:
            if "".join(f"/{part}" for part in field.path if not isinstance(part, int)) == at:
                for choice in _choices(field.schema):
                    name = _named(choice) or _named(choice.get("items", {}))
                    if name in self._plain:
                        return dict(self._plain[name])
        return {}

    def values(self, field: Field) -> SearchStrategy[Any]:
        """Values for a field: at its bounds, outside of them, and of other types."""
        return _value(self, field.schema)

    def sweep(self) -> Iterator[tuple[Field, Any]]:
        """Each field with each of its bounds, once: those alike in name and schema by the first of them."""
        seen = set()
        for field in self.fields:
            alike = (field.name, json.dumps(field.schema, sort_keys=True), isinstance(field.path[-1], int))
            if alike in seen:
                continue
            seen.add(alike)
            for choice in _choices(field.schema):
                own = [*_edges(choice), *(_of_its_kind(field.schema, choice) or WORDS), *_lengths(choice)]
                if name := _named(choice):
                    own = [_nested(self, name, levels) for levels in _LEVELS]
                yield from ((field, value) for value in own)
            yield from ((field, value) for value in (*NUMBERS, *OTHERS))

    def plain(self, name: str) -> dict[str, Any]:
        """A plain value of a part of the model."""
        return dict(self._plain[name])

    def own_kind(self, name: str) -> list[str]:
        """The fields of a part that hold parts of the same name."""
        held = self._parts[name].get("properties", {})
        return [key for key, field in held.items() if _named(field.get("items", {})) == name]


def _choices(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(schema.get("anyOf", ())) or [schema]


def _named(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _parts_of(held: Any, within: frozenset[Any]) -> Iterator[type[BaseModel]]:
    """The models that a type is made of."""
    if isinstance(held, type) and issubclass(held, BaseModel):
        if held not in within:
            yield held
            for field in held.model_fields.values():
                yield from _parts_of(field.annotation, within | {held})
    else:
        for part in get_args(held):
            yield from _parts_of(part, within)


def _plainest(model: type[BaseModel], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The fewest fields that the model takes, each with the first value it takes there."""
    value = {name: _taken(model, name, schema) for name in schema.get("required", ())}
    for name, field in model.model_fields.items():
        try:
            model.model_validate(value)
            break
        except ValidationError:
            if not field.is_required():
                value[name] = _taken(model, name, schema)
    return value


def _taken(model: type[BaseModel], name: str, schema: Mapping[str, Any]) -> Any:
    field = schema["properties"][name]
    for candidate in (*field.get("enum", ()), *_edges(field), "x" * field.get("minLength", 1), *_CANDIDATES):
        try:
            model.model_validate({name: candidate})
        except ValidationError as error:
            if any(problem["loc"][:1] == (name,) for problem in error.errors()):
                continue
        return candidate
    raise AssertionError(f"no plain value for {model.__name__}.{name}: add one to the candidates")


@st.composite
def _value(draw: DrawFn, bounds: Bounds, schema: Mapping[str, Any]) -> Any:
    choices = _choices(schema)
    choice = draw(st.sampled_from(choices))
    kind = draw(st.sampled_from((*("its own",) * 5, "a word", "a number", "another")))
    if kind == "a word":
        return draw(st.sampled_from(WORDS))
    if kind == "a number":
        return draw(st.sampled_from(NUMBERS))
    if kind == "another":
        return draw(st.sampled_from(OTHERS))
    if name := _named(choice):
        return _nested(bounds, name, draw(st.sampled_from(_LEVELS)))
    if choice.get("type") == "array":
        inner = draw(_value(bounds, choice.get("items", {})))
        return [inner] * draw(st.sampled_from(_COUNTS))
    if choice.get("type") in {"number", "integer"}:
        return draw(st.sampled_from([*NUMBERS, *_edges(choice)]))
    if choice.get("type") == "object":
        return {draw(_text(choice)): draw(st.sampled_from((*NUMBERS, *OTHERS, *WORDS)))}
    if words := _of_its_kind(schema, choice):
        return draw(st.sampled_from(words))
    return draw(_text(choice))


def _edges(schema: Mapping[str, Any]) -> list[Any]:
    edges = [schema[edge] for edge in ("minimum", "maximum") if edge in schema]
    return [*edges, *(edge - 1 for edge in edges), *(edge + 1 for edge in edges)]


def _of_its_kind(schema: Mapping[str, Any], choice: Mapping[str, Any]) -> Sequence[str]:
    """The words to try where a text must have a form: a moment, a date, a code, or a number that is written as one."""
    if choice.get("format") in {"date", "date-time"} or "\\d{4}" in choice.get("pattern", ""):
        return DATES
    if choice.get("pattern"):
        return CODES
    if choice.get("type") == "string" and any(other.get("type") == "number" for other in _choices(schema)):
        return DECIMALS
    return ()


@st.composite
def _text(draw: DrawFn, schema: Mapping[str, Any]) -> str:
    """A text as long as the field takes, one letter more or less, of one alphabet or of two that follow each other."""
    if (examples := schema.get("examples")) and draw(st.booleans()):
        words: list[str] = [*examples, *(each.upper() for each in examples)]
        return draw(st.sampled_from(words))
    length = draw(st.sampled_from(_sizes(schema)))
    first, second = draw(st.sampled_from(ALPHABETS)), draw(st.sampled_from(ALPHABETS))
    turn = draw(st.sampled_from((0, 1, length // 2, length)))
    return ((first * turn)[:turn] + second * (length - turn))[:length]


def _sizes(schema: Mapping[str, Any]) -> list[int]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", _NO_MAXIMUM)
    return sorted({0, 1, 2, 3, max(0, least - 1), least + 1, 63, 64, 257, most - 1, most, most + 1})


def _lengths(schema: Mapping[str, Any]) -> list[str]:
    """Texts of one letter, at the lengths that the field takes and does not take."""
    return ["a" * size for size in _sizes(schema)] if "maxLength" in schema else []


def _nested(bounds: Bounds, name: str, levels: int) -> dict[str, Any]:
    value = bounds.plain(name)
    for _ in range(levels - 1):
        for key in bounds.own_kind(name)[:1]:
            value = {**bounds.plain(name), key: [value]}
    return value


def dumped(value: Any) -> str:
    """JSON of `value`, in which each Raw stands as it is."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        return (
            "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{dumped(each)}" for key, each in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(map(dumped, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


@st.composite
def at_bounds(draw: DrawFn, bounds: Bounds, bases: Sequence[Any]) -> tuple[int, dict[str, Any], str]:
    """Which of `bases` was changed, the changed fields with their values by pointer, and the JSON."""
    number = draw(st.integers(0, len(bases) - 1))
    value, changed = bases[number], {}
    for _ in range(draw(st.sampled_from((1, 1, 1, 2, 4)))):
        # By its name first: what is in a part that many fields hold would be drawn over and over.
        field = draw(st.sampled_from(bounds.by_name[draw(st.sampled_from(sorted(bounds.by_name)))]))
        changed[field.pointer] = drawn = draw(bounds.values(field))
        value = bounds.put(value, field.path, drawn)
    return number, changed, dumped(value)
