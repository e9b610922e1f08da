"""`python -m tests.compiled_patterns`: every regular expression that the product compiles when it is imported.

One JSON line each: the file and line that asks for it, the pattern, its flags. A process of its own, because a pattern
that was compiled before is not compiled again.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import sys
from pathlib import Path
from types import FrameType
from typing import Any

PACKAGES = ("tidewaiter", "tidewaiter_schemas")


def main() -> None:
    """Import the product and print its patterns."""
    found: dict[tuple[str, int, str, int], None] = {}
    compile_: Any = re._compile  # type: ignore[attr-defined]

    def recorded(pattern: Any, flags: int) -> Any:
        caller: FrameType = sys._getframe(2)
        if not isinstance(pattern, re.Pattern) and str(caller.f_globals.get("__name__")).startswith(PACKAGES):
            text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
            flags_ = int(flags) | (re.ASCII if isinstance(pattern, bytes) else 0)
            found[caller.f_code.co_filename, caller.f_lineno, text, flags_] = None
        return compile_(pattern, flags)

    re._compile = recorded  # type: ignore[attr-defined]
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            # Alembic runs the environment of the migrations; it cannot be imported.
            if not module.name.endswith(("__main__", ".migrations.env")):
                importlib.import_module(module.name)
    for file, line, pattern, flags in found:
        print(json.dumps([str(Path(file).resolve()), line, pattern, flags]))


if __name__ == "__main__":
    main()
