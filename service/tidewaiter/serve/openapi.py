"""Writes the OpenAPI document, or compares it: `python -m tidewaiter.serve.openapi [--check]`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tidewaiter.serve.app import openapi

COPY = Path("schemas/openapi.json")


def main(arguments: list[str] | None = None) -> int:
    """Write or check the document. Returns 0, or 1 when `--check` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m tidewaiter.serve.openapi", description="The HTTP API.")
    parser.add_argument("--check", action="store_true", help=f"write nothing; exit 1 if {COPY} differs")
    text = document()
    if not parser.parse_args(arguments).check:
        COPY.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if COPY.exists() and COPY.read_text(encoding="utf-8") == text:
        return 0
    print(f"{COPY}: missing, or not what the application says of itself", file=sys.stderr)
    return 1


def document() -> str:
    """Return the document as JSON."""
    return json.dumps(openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
