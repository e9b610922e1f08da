"""The Avro schema of a transfer, and a transfer as data of that schema, for producers that use a schema registry.

    serialize = AvroSerializer(registry, json.dumps(avro_schema()))
    producer.produce(topic, serialize(avro_data(transfer), context), key)

Any Avro library writes the data. This module needs none.

Numbers of any precision and times are strings in the form that JSON has them in: `1250.00`,
`2026-11-02T09:00:00+01:00`. An Avro timestamp would lose the offset, and an Avro decimal has one scale for all amounts.
A value of `extensions` is JSON: lists and objects in it are records of one field, because an Avro union cannot contain
itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from pydantic import AwareDatetime, BaseModel, JsonValue
from pydantic.fields import FieldInfo

from tidewaiter_schemas.transfer import TransferEvent

NAMESPACE: Final = "tidewaiter.v1"
JSON_ARRAY: Final = f"{NAMESPACE}.JsonArray"
JSON_OBJECT: Final = f"{NAMESPACE}.JsonObject"
_LONG: Final = 2**63
_NOTES: Final[dict[Any, str]] = {
    Decimal: "A decimal number, such as 1250.00.",
    AwareDatetime: "A time with its offset, such as 2026-11-02T09:00:00+01:00.",
}


def avro_schema() -> dict[str, Any]:
    """Return the Avro schema of a transfer: the record `tidewaiter.v1.TransferEvent`."""
    schema = _record(TransferEvent, set())
    return {"type": "record", "name": schema.pop("name"), "namespace": NAMESPACE, **schema}


def avro_data(transfer: TransferEvent | Mapping[str, Any]) -> dict[str, Any]:
    """Return a transfer as data of `avro_schema`, for any Avro library.

    Raises pydantic's ValidationError for a mapping that is no transfer, and ValueError for a whole number in
    `extensions` that Avro's 64 bits do not hold.
    """
    if not isinstance(transfer, TransferEvent):
        transfer = TransferEvent.model_validate(transfer)
    data: dict[str, Any] = _data(transfer)
    data["extensions"] = {key: _json(value) for key, value in transfer.extensions.items()}
    return data


def _record(model: type[BaseModel], defined: set[str]) -> dict[str, Any]:
    defined.add(model.__name__)
    hints = get_type_hints(model)  # unlike the annotations of `model_fields`, those of a base class are resolved
    fields = [_field(name, field, hints[name], defined) for name, field in model.model_fields.items()]
    doc = (model.__doc__ or "").strip()
    return {"type": "record", "name": model.__name__, "doc": " ".join(doc.split()), "fields": fields}


def _field(name: str, field: FieldInfo, hint: Any, defined: set[str]) -> dict[str, Any]:
    written: dict[str, Any] = {"name": name, "type": _type(hint, defined)}
    notes = [field.description or "", *(_NOTES[each] for each in _scalars(hint) if each in _NOTES)]
    if doc := " ".join(note for note in notes if note):
        written["doc"] = doc
    if not field.is_required():
        default = field.get_default(call_default_factory=True)
        written["default"] = default.model_dump(mode="json") if isinstance(default, BaseModel) else _data(default)
    return written


def _type(annotation: Any, defined: set[str]) -> Any:
    """Return the Avro type of an annotation. A record is written out where it occurs first, and then named."""
    if annotation is JsonValue:
        return _json_type(defined)
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        (some,) = [part for part in parts if part is not type(None)]
        return ["null", _type(some, defined)]
    if origin is tuple:
        return {"type": "array", "items": _type(parts[0], defined)}
    if origin is dict:
        return {"type": "map", "values": _type(parts[1], defined)}
    if annotation in (str, *_NOTES):
        return "string"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation.__name__ if annotation.__name__ in defined else _record(annotation, defined)
    raise TypeError(f"{annotation!r} has no Avro type here: add it to {__name__}")


def _scalars(annotation: Any) -> list[Any]:
    if annotation is JsonValue:
        return []
    parts = get_args(annotation)
    return [each for part in parts for each in _scalars(part)] if parts else [annotation]


def _json_type(defined: set[str]) -> list[Any]:
    array, items = JSON_ARRAY.rpartition(".")[2], JSON_OBJECT.rpartition(".")[2]
    plain: list[Any] = ["null", "boolean", "long", "double", "string"]
    if array in defined:
        return [*plain, array, items]
    defined |= {array, items}
    inside = [*plain, array, items]
    return [
        *plain,
        {
            "type": "record",
            "name": array,
            "doc": "A list within a value of `extensions`.",
            "fields": [
                {
                    "name": "array",
                    "type": {
                        "type": "array",
                        "items": [
                            *plain,
                            array,
                            {
                                "type": "record",
                                "name": items,
                                "doc": "An object within a value of `extensions`.",
                                "fields": [{"name": "object", "type": {"type": "map", "values": inside}}],
                            },
                        ],
                    },
                }
            ],
        },
        items,
    ]


def _data(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return {name: _data(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, tuple):
        return [_data(each) for each in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def _json(value: JsonValue) -> Any:
    if isinstance(value, list):
        return {"array": [_json(each) for each in value]}
    if isinstance(value, dict):
        return {"object": {key: _json(each) for key, each in value.items()}}
    if isinstance(value, int) and not -_LONG <= value < _LONG:
        raise ValueError("extensions: a whole number of more than 64 bits: write it as a text")
    return value
