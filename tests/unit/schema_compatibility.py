"""Compares two JSON Schemas by structure: where does the second accept less than the first did?

Input must never accept less than the last release (producers go on as they were); output must never be more than the
last release allowed (consumers go on as they were), which is the same question with the two exchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_FLOORS = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_CEILINGS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_EXACT = ("pattern", "const", "format", "multipleOf")


def narrowings(old: Schema, new: Schema) -> list[str]:
    """Name each place where a value that `old` accepts might be refused by `new`; empty when there is none.

    Errs to the safe side: a change it cannot weigh (another pattern) counts as a narrowing.
    """
    return list(_narrowings(old, new, old, new, "", frozenset()))


def _narrowings(
    old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str, seen: frozenset[tuple[str, str]]
) -> Iterator[str]:
    refs = (old.get("$ref", ""), new.get("$ref", ""))
    if refs in seen:
        return
    if any(refs):
        seen |= {refs}
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    here = path or "/"

    choices_old, choices_new = _choices(old), _choices(new)
    if len(choices_old) > 1 or len(choices_new) > 1:
        for choice in choices_old:
            if not any(not list(_narrowings(choice, c, old_root, new_root, path, seen)) for c in choices_new):
                yield f"{here}: no longer accepts {_named(choice)}"
        return

    types_old, types_new = _types(old), _types(new)
    if types_new and not (types_old and types_old <= types_new):
        yield f"{here}: type was {sorted(types_old) or 'any'}, is {sorted(types_new)}"
        return
    for word in _FLOORS:
        if word in new and new[word] > old.get(word, float("-inf")):
            yield f"{here}: {word} was {old.get(word, 'absent')}, is {new[word]}"
    for word in _CEILINGS:
        if word in new and new[word] < old.get(word, float("inf")):
            yield f"{here}: {word} was {old.get(word, 'absent')}, is {new[word]}"
    for word in _EXACT:
        if word in new and new[word] != old.get(word):
            yield f"{here}: {word} was {old.get(word, 'absent')}, is {new[word]}"
    if "enum" in new:
        gone = set(old["enum"]) - set(new["enum"]) if "enum" in old else {"any value"}
        if gone:
            yield f"{here}: no longer accepts {sorted(gone)}"

    for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        yield f"{path}/{name}: is now required"
    old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
    for name, field in old_fields.items():
        if name in new_fields:
            yield from _narrowings(field, new_fields[name], old_root, new_root, f"{path}/{name}", seen)
        elif new.get("additionalProperties") is False:
            yield f"{path}/{name}: is gone, and unknown fields are refused"
    if (
        new.get("additionalProperties") is False
        and old.get("additionalProperties") is not False
        and "object" in types_old
    ):
        yield f"{here}: unknown fields are now refused"
    if "items" in new:
        yield from _narrowings(old.get("items", {}), new["items"], old_root, new_root, f"{path}/*", seen)


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")] | rest
    return schema


def _choices(schema: Schema) -> list[Schema]:
    return schema.get("anyOf") or [schema]


def _types(schema: Schema) -> set[str]:
    named = schema.get("type", [])
    types = {named} if isinstance(named, str) else set(named)
    return types | {"integer"} if "number" in types else types


def _named(schema: Schema) -> str:
    return str(schema.get("$ref") or schema.get("type") or schema)
