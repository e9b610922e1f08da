"""The names of countries in builtin/ties/targets.yaml that are CLDR's, taken from Babel; further names stay as they are.

`python -m tests.targets` writes them first into the names of each country, `--check` says whether they stand there.
Regions, their places and everything else in the file are kept by hand.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import yaml
from babel import Locale

FILE = Path(__file__).parents[1] / "service/tidewaiter/rulebook/builtin/ties/targets.yaml"
LANGUAGES = "en fr es pt de it nl pl ru uk ar fa zh zh_Hant ja ko tr".split()
_COUNTRY = re.compile(r"^  - country: ([A-Z]{2})$")
_NAMES = re.compile(r"^(    names: )\[(.*)\]$")
_BRACKETS = re.compile(r" \(.*\)$")
_NEEDS_QUOTES = re.compile(r"[,:\[\]#]")


def generated(text: str) -> str:
    """The content of the file, from what it is now."""
    lines, country = [], None
    for line in text.splitlines():
        country = found[1] if (found := _COUNTRY.match(line)) else country
        if country and (names := _NAMES.match(line)):
            known = _of_cldr(country)
            own = [name for name in yaml.safe_load(f"[{names[2]}]") if name not in known]
            line = f"{names[1]}[{', '.join(map(_written, (*known, *own)))}]"  # noqa: PLW2901
            country = None
        lines.append(line)
    return "\n".join(lines) + "\n"


def _of_cldr(country: str) -> list[str]:
    """The names of a country, each once, without what CLDR writes behind it in brackets."""
    names = (Locale.parse(language).territories[country] for language in LANGUAGES)
    return list(dict.fromkeys(_BRACKETS.sub("", name) for name in names))


def _written(name: str) -> str:
    return f'"{name}"' if _NEEDS_QUOTES.search(name) else name


def main(arguments: list[str]) -> int:
    """Write the file, or with `--check` return 1 when it is not what would be written."""
    text = FILE.read_text(encoding="utf-8")
    if "--check" not in arguments:
        FILE.write_text(generated(text), encoding="utf-8")
        return 0
    if text == generated(text):
        return 0
    sys.stderr.write(f"{FILE.name} has not the names that Babel has: run `python -m tests.targets`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
