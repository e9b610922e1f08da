"""Reads YAML with every plain scalar as text and the line of every value.

YAML 1.1 reads the country `NO` as false and the HS code `0101` as 65. Here only `true`, `false` and `null` are not
text; the models that read a document decide what is a number or a date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from tidewaiter.errors import RuleError
from tidewaiter.rulebook.mistakes import is_consequence, mistake_in_words, place_in_words

Model = TypeVar("Model", bound=BaseModel)
Path_ = tuple[str | int, ...]

_BASE: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DEEPEST = 60
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A parsed file: `content` without positions, `lines` from a path into it to its line, 1 for the first."""

    name: str
    content: Any
    lines: Mapping[Path_, int]

    def error(self, path: Path_, message: str) -> RuleError:
        """Return an error at `path`, or at its nearest parent that is in the file."""
        known = path
        while known not in self.lines and known:
            known = known[:-1]
        return RuleError(f"{self.name}:{self.lines.get(known, 1)}: {place_in_words(path)}: {message}")

    def read_as(self, model: type[Model]) -> Model:
        """Return the content as `model`. RuleError names file, line and field of the first three mistakes."""
        try:
            return model.model_validate(self.content)
        except ValidationError as error:
            mistakes = [m for m in error.errors(include_url=False) if not is_consequence(m)]
            shown = [str(self.error(_real(m["loc"], self.lines), mistake_in_words(m))) for m in mistakes[:3]]
            if len(mistakes) > len(shown):
                shown.append(f"and {len(mistakes) - len(shown)} more in {self.name}")
            raise RuleError("\n".join(shown)) from None


def read_yaml(path: Path, name: str | None = None) -> YamlDocument:
    """Return the document in the file at `path`. `name` is the file's name in errors."""
    name = name or str(path)
    return parse_yaml(read_text(path, name), name)


def read_text(path: Path, name: str) -> str:
    """Return the text of the file at `path`. RuleError, which calls it `name`, when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise RuleError(f"{name}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RuleError(f"{name}: is not UTF-8 text: {error.reason} at byte {error.start}") from error


def parse_yaml(text: str, name: str) -> YamlDocument:
    """Return the document in `text`. RuleError names the line of a syntax error, second document or repeated key.

    An alias may repeat an earlier value but not contain itself, and no document may have more values than letters.
    """
    try:
        node = yaml.compose(text, Loader=_BASE)
    except RecursionError:
        raise RuleError(f"{name}: nests too deeply; write it flatter") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleError(f"{name}:{line}: not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise RuleError(f"{name}: not YAML: {error}") from error
    lines: dict[Path_, int] = {}
    content = None if node is None else _Building(name, len(text) + 1, lines).build(node, ())
    return YamlDocument(name, content, lines)


class _Building:
    """Builds values from nodes. Aliases could expand to any number of values, so their number is limited."""

    def __init__(self, name: str, most: int, lines: dict[Path_, int]) -> None:
        self._name = name
        self._left = most
        self._lines = lines

    def build(self, node: yaml.Node, path: Path_) -> Any:
        """Return the value of `node`, which is at `path`."""
        self._left -= 1
        if self._left < 0 or len(path) > _DEEPEST:
            raise RuleError(
                f"{self._name}:{node.start_mark.line + 1}: aliases (*) repeat too much or themselves, or it nests "
                f"deeper than {_DEEPEST}; write it out"
            )
        self._lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, i)) for i, child in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - YAML has three kinds of node
        return node.value if node.style else _WORDS.get(node.value, node.value)

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            where = f"{self._name}:{key_node.start_mark.line + 1}"
            if not isinstance(key_node, yaml.ScalarNode):
                raise RuleError(f"{where}: a key must be a word")
            key = key_node.value
            if key in mapping:
                raise RuleError(f"{where}: the key {key!r} appears twice; keep one")
            mapping[key] = self.build(value_node, (*path, key))
            self._lines[(*path, key)] = key_node.start_mark.line + 1
        return mapping


def _real(loc: tuple[str | int, ...], lines: Mapping[Path_, int]) -> Path_:
    """Return pydantic's location without the names of union members, which are not in the file."""
    path: Path_ = ()
    for step in loc:
        if (*path, step) in lines or step == loc[-1]:
            path = (*path, step)
    return path
