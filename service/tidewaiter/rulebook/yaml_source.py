"""Reads YAML (`plain_yaml`) with the line of every value; the models that read a document say where a mistake is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tidewaiter.errors import RuleError
from tidewaiter.rulebook.mistakes import is_consequence, mistake_in_words, place_in_words
from tidewaiter.runtime.plain_yaml import Path_, PlainYamlError, plain_yaml

Model = TypeVar("Model", bound=BaseModel)


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
    """Return the document in `text`. RuleError names the line of a syntax error, second document, key or tag."""
    lines: dict[Path_, int] = {}
    try:
        content = plain_yaml(text, lines)
    except PlainYamlError as mistake:
        where = name if mistake.line is None else f"{name}:{mistake.line}"
        raise RuleError(f"{where}: {mistake.what}") from mistake
    return YamlDocument(name, content, lines)


def _real(loc: tuple[str | int, ...], lines: Mapping[Path_, int]) -> Path_:
    """Return pydantic's location without the names of union members, which are not in the file."""
    path: Path_ = ()
    for step in loc:
        if (*path, step) in lines or step == loc[-1]:
            path = (*path, step)
    return path
