"""The base class of all models of the contract, and the field types that they share."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from tidewaiter_schemas.countries import checked_country


class Model(BaseModel):
    """An immutable model that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, ser_json_inf_nan="null")


_MOMENT = re.compile(r"^\s*\d{4}-\d{2}-\d{2}[Tt ]")
MAX_PLACES = 1_000
"""Limit for the digits of a number. Ten characters can state a number with a billion digits (1E-999999999)."""
_PARTIAL_DATE = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _of_any_case(schema: dict[str, object]) -> None:
    """Remove the pattern from the schema: it applies after the case was changed, not to the input."""
    del schema["pattern"]


def _partial_date(value: str) -> str:
    if not _PARTIAL_DATE.match(value):
        raise ValueError(f"{value!r} is not a date: give YYYY, YYYY-MM or YYYY-MM-DD")
    return value


def _of_few_places(value: Decimal) -> Decimal:
    _, digits, exponent = value.as_tuple()
    # NaN and infinity have an exponent that is not a number. The fields refuse them anyway.
    if isinstance(exponent, int) and not -MAX_PLACES <= exponent <= MAX_PLACES - len(digits):
        raise ValueError(f"a number of more than {MAX_PLACES:,} places: round it")
    return value


def _written_out(value: object) -> object:
    if isinstance(value, str) and not _MOMENT.match(value):
        raise ValueError(f"{value!r} is not a moment: give ISO 8601 with an offset, 2024-02-18T12:00:00Z")
    if isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is a number: give ISO 8601 with an offset, 2024-02-18T12:00:00Z")
    return value


Text = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
Identity = Annotated[str, StringConstraints(min_length=1, max_length=256)]
OpenWord = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_-]*$"),
    BeforeValidator(_lower),
    Field(json_schema_extra=_of_any_case),
]
"""A word from a list that may grow: lower case, unknown values accepted."""
Country = Annotated[
    str,
    BeforeValidator(_upper),
    AfterValidator(checked_country),
    Field(json_schema_extra={"pattern": "^[A-Za-z]{2}$", "description": "ISO 3166-1 alpha-2"}),
]
Currency = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{3}$"), BeforeValidator(_upper), Field(json_schema_extra=_of_any_case)
]
PartialDate = Annotated[str, AfterValidator(_partial_date), Field(json_schema_extra={"pattern": _PARTIAL_DATE.pattern})]
"""A date known to the year, the month or the day. A year is never turned into 1 January."""
Places = AfterValidator(_of_few_places)
"""For a number of any precision whose digits can be written out."""
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
"""A time with its UTC offset. A number is refused: read as seconds since 1970, it would select another day's law."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Pointer = Annotated[str, StringConstraints(pattern=r"^(/[^/]*)*$")]
"""An RFC 6901 JSON pointer into the transfer; the empty pointer is the whole transfer."""
