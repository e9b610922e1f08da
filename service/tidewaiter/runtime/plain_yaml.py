"""Reads YAML with every plain scalar as text, and refuses what would change or lose a value without a word.

YAML 1.1 reads the country `NO` as false and the HS code `0101` as 65, keeps the last of two equal keys, and takes the
first word of `!OOO Aurus` for a tag. Here only `true`, `false` and `null` are not text, and a repeated key or a tag is
an error. The reader of a document decides what is a number or a date.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

Path_ = tuple[str | int, ...]
"""Where a value is: the keys and positions that lead to it."""

_BASE: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DEEPEST: Final = 60
_WORDS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}
_UNTAGGED: Final = frozenset({f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str")})


class PlainYamlError(ValueError):
    """A document that cannot be read as it is written. `line` is 1 for the first; None when it is not known."""

    def __init__(self, line: int | None, what: str) -> None:
        super().__init__(what)
        self.line, self.what = line, what


def plain_yaml(text: str, lines: dict[Path_, int] | None = None) -> Any:
    """Return the document in `text`, and put the line of each of its values into `lines`.

    An alias may repeat an earlier value but not contain itself, and no document may have more values than letters.
    Raises PlainYamlError.
    """
    try:
        node = yaml.compose(text, Loader=_BASE)
    except RecursionError:
        raise PlainYamlError(None, "nests too deeply; write it flatter") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PlainYamlError(line, f"not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise PlainYamlError(None, f"not YAML: {error}") from error
    return None if node is None else _Building(len(text) + 1, {} if lines is None else lines).build(node, ())


class _Building:
    """Builds values from nodes. Aliases could expand to any number of values, so their number is limited."""

    def __init__(self, most: int, lines: dict[Path_, int]) -> None:
        self._left = most
        self._lines = lines

    def build(self, node: yaml.Node, path: Path_) -> Any:
        """Return the value of `node`, which is at `path`."""
        line = node.start_mark.line + 1
        self._left -= 1
        if self._left < 0 or len(path) > _DEEPEST:
            raise PlainYamlError(
                line, f"aliases (*) repeat too much or themselves, or it nests deeper than {_DEEPEST}; write it out"
            )
        _untagged(node)
        self._lines[path] = line
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, i)) for i, child in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - YAML has three kinds of node
        return node.value if node.style else _WORDS.get(node.value, node.value)

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise PlainYamlError(line, "a key must be a word")
            _untagged(key_node)
            key = key_node.value
            if key in mapping:
                raise PlainYamlError(line, f"the key {key!r} appears twice; keep one")
            mapping[key] = self.build(value_node, (*path, key))
            self._lines[(*path, key)] = line
        return mapping


def _untagged(node: yaml.Node) -> None:
    if node.tag not in _UNTAGGED:
        raise PlainYamlError(node.start_mark.line + 1, f"{node.tag[:80]} is a tag; quote a text that begins with “!”")
