"""Documents that are generated, committed, and checked for drift."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def keep(path: Path, text: str, *, module: str, source: str, arguments: list[str] | None = None) -> int:
    """Write `text` to `path`, or with `--check` only compare. Returns 0, or 1 when it differs from its `source`."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the document differs")
    if not parser.parse_args(arguments).check:
        path.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return 0
    print(f"{path}: differs from the {source}: run `python -m {module}`", file=sys.stderr)
    return 1
