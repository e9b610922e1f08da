"""Says in the words of the format what is wrong with a value: `a text, such as "rifle"`, and no class of a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_LONGEST_SHOWN: Final = 60
_FORMS: Final = {
    "prefix": '2, 4 or 6 digits, such as "8703"',
    "unless": '2, 4 or 6 digits, such as "8703"',
    "unless_hs": '2, 4 or 6 digits, such as "8703"',
    "unless_only_hs": '2, 4 or 6 digits, such as "8703"',
    "hs": '2, 4 or 6 digits, such as "8703"',
    "goods": '2, 4 or 6 digits, such as "8703"',
    "code": '2 to 10 digits, such as "870324"',
    "id": "an id in capitals, such as ACME-TO-ARMS",
    "superseded_by": "an id in capitals, such as ACME-TO-ARMS",
    "replaces": "an id in capitals, such as ACME-TO-ARMS",
    "subsidiary_to": "an id in capitals, such as ACME-TO-ARMS, with * at the end for all that begin so",
    "rule_set": "an id in small letters, such as acme-export",
    "jurisdiction": "a name in capitals, such as UN or ACME",
    "version": "the day of the text, such as 2026-11-24",
    "url": "an address that begins with https://",
    "source": "an address that begins with https://",
    "country": "two letters of ISO 3166, such as KP, or a region such as UA-CRIMEA",
    "countries": "two letters of ISO 3166, such as KP, or a region such as UA-CRIMEA",
    "currency": "three letters of ISO 4217, such as USD",
    "imo": 'seven digits, such as "9187629"',
    "sha256": "64 digits and letters a to f, as `sha256sum` prints",
    "file": "codes/NAME.csv, beside the rule set",
    "starts": 'month and day in quotes, such as "12-22"',
    "window": "a day, such as 2026-12-22",
}
"""The form of a value, by the field that has it or has a list of it."""
_TEXTS: Final = {
    "words": '"rifle"', "names": '"Ruritania"', "places": '"Zenda"', "title": '"Arms to Ruritania"',
    "says": '"Arms may not be supplied to Ruritania."', "provision": '"OP 7"', "name": '"a rifle"',
    "about": '"banking"', "instrument": '"1718"', "authority": '"1718 Committee"', "demonym": '"the DPRK"',
    "kinds": '"payment"', "roles": '"transferor"', "hs_codes": '"8703.24"', "descriptions": '"sports car"',
}  # fmt: skip
"""An example of a text, by the field that has it or has a list of it."""
_KINDS: Final = {
    "tuple_type": "a list, such as [a, b]",
    "list_type": "a list, such as [a, b]",
    "dict_type": "keys with values, such as {key: value}",
    "model_type": "fields with values, such as {field: value}",
    "model_attributes_type": "fields with values, such as {field: value}",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "date_type": "a day, such as 2026-01-31",
    "date_parsing": "a day, such as 2026-01-31",
    "date_from_datetime_parsing": "a day, such as 2026-01-31",
    "date_from_datetime_inexact": "a day without a time, such as 2026-01-31",
    "float_type": "a number",
    "float_parsing": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "finite_number": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
}
_BOUNDS: Final = {
    "greater_than": ("a number more than {}", "gt"),
    "greater_than_equal": ("a number of at least {}", "ge"),
    "less_than": ("a number less than {}", "lt"),
    "less_than_equal": ("a number of at most {}", "le"),
    "string_too_short": ("a text of at least {} letters", "min_length"),
    "string_too_long": ("a text of at most {} letters", "max_length"),
    "too_short": ("a list of at least {}", "min_length"),
    "too_long": ("a list of at most {}", "max_length"),
}


def mistake_in_words(mistake: Mapping[str, Any]) -> str:
    """Return what is wrong with a value and what it must be. `mistake` is one of the errors of a ValidationError."""
    kind, context = mistake["type"], mistake.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown field; check its spelling"
    if kind == "missing":
        return "is missing"
    names = [step for step in mistake["loc"] if isinstance(step, str)]
    field = names[-1] if names else ""
    if kind in ("literal_error", "enum"):
        asked = f"one of {context['expected']}".replace("'", "")
    elif kind == "string_pattern_mismatch":
        asked = _FORMS.get(field, f"a text of the form {context['pattern']}")
    elif kind == "string_type":
        asked = _FORMS.get(field) or _a_text(field)
    elif kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        asked = words.format(context[bound])
        if kind == "string_too_short" and field in _TEXTS:
            asked += f", such as {_TEXTS[field]}"
    elif kind in _KINDS:
        asked = _KINDS[kind]
    else:
        # Checks of our own are sentences in the words of the format.
        return _with_value(str(mistake["msg"]).removeprefix("Value error, "), mistake.get("input"), ours=True)
    return _with_value(asked, mistake.get("input"))


def is_consequence(mistake: Mapping[str, Any]) -> bool:
    """Return whether it only repeats another mistake: a list is too short because an entry of it cannot be read."""
    given = mistake.get("input")
    return mistake["type"] == "too_short" and isinstance(given, list) and len(given) >= mistake["ctx"]["min_length"]


def place_in_words(path: tuple[str | int, ...]) -> str:
    """Return a path into a file as `goods.keywords[0].words`, or `document` for the whole of it."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "document"


def _a_text(field: str) -> str:
    return f"a text, such as {_TEXTS[field]}" if field in _TEXTS else "a text"


def _with_value(asked: str, given: object, *, ours: bool = False) -> str:
    if isinstance(given, str) and len(given) < _LONGEST_SHOWN and repr(given) not in asked:
        return f"{asked}, not {given!r}"
    if ours:
        return asked
    if isinstance(given, dict):
        return f"{asked}, not keys with values"
    if isinstance(given, list):
        return f"{asked}, not a list" + (f" of {len(given)}" if asked.startswith("a list") else "")
    if given is None or isinstance(given, bool):
        return f"{asked}, not {'null' if given is None else str(given).lower()}"
    return asked
