"""Freezes the contract of a release: `python -m tests.released` copies its schemas and golden payloads.

`schemas/json/released/VERSION/` then has them, and the tests hold every later change against them. What is frozen is
never written again.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import ValidationError

from tests.unit.schema_compatibility import narrowings
from tidewaiter import __version__
from tidewaiter_schemas import export

ROOT: Final = Path(__file__).parents[1]
JSON: Final = ROOT / "schemas" / "json"
RELEASED: Final = JSON / "released"
PAYLOADS: Final = Path(__file__).parent / "unit" / "payloads"
DOCUMENTS: Final = {document.name: document for document in export.DOCUMENTS}


def main() -> int:
    """Freeze this version. Return 1 when it is frozen already."""
    if (RELEASED / __version__).exists():
        print(f"{__version__} is frozen already", file=sys.stderr)
        return 1
    freeze(RELEASED / __version__)
    return 0


def freeze(folder: Path) -> None:
    """Copy the schemas and the golden payloads of today to a folder."""
    folder.mkdir(parents=True)
    for path in JSON.glob("*.schema.json"):
        shutil.copy(path, folder)
    shutil.copytree(PAYLOADS, folder / "payloads")


def broken(folder: Path) -> Iterator[str]:
    """Yield what worked with the release in a folder and no longer works."""
    for path in sorted(folder.glob("*.schema.json")):
        name = path.name.removesuffix(".schema.json")
        then = json.loads(path.read_text(encoding="utf-8"))
        if name not in DOCUMENTS:
            yield f"{name}: is gone"
            continue
        now = json.loads((JSON / path.name).read_text(encoding="utf-8"))
        read_by_us = DOCUMENTS[name].mode == "validation"
        yield from (f"{name}: {each}" for each in (narrowings(then, now) if read_by_us else narrowings(now, then)))
    for path in sorted(folder.glob("payloads/*/*.json")):
        if path.parent.name in DOCUMENTS:
            yield from _unread(DOCUMENTS[path.parent.name], path)


def _unread(document: export.Document, path: Path) -> Iterator[str]:
    where = f"payloads/{path.parent.name}/{path.name}"
    try:
        document.model.model_validate_json(path.read_bytes())
    except ValidationError as error:
        yield f"{where}: {error.errors()[0]['loc']}: {error.errors()[0]['msg']}"
    # What we wrote then lacks the fields that we always write now: consumers validate it with the schema of then.
    if document.mode == "validation":
        validator = Draft202012Validator(export.json_schema(document))
        value = json.loads(path.read_text(encoding="utf-8"))
        yield from (f"{where}: {error.json_path}: {error.message}" for error in validator.iter_errors(value))


if __name__ == "__main__":
    sys.exit(main())
