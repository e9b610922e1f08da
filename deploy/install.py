"""Installs what a lock file names, and says how far it is: `make setup` calls it with the Python of the environment.

python deploy/install.py LOCK [OPTION]...; the options are pip's. Ends with pip's exit status, and with pip's output if
that is not 0.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

_PACKAGE = re.compile(r"^[A-Za-z0-9][\w.-]*(?:\[[\w,-]+\])?==", re.MULTILINE)
_TAKEN = ("Collecting ", "Requirement already satisfied: ", "Ignoring ")
"""The first words of the lines in which pip names a package."""
_EVERY = 25
"""Packages between two lines where standard error is no terminal."""


def main(lock: str, *options: str) -> int:
    """Run pip and return its exit status."""
    packages = len(_PACKAGE.findall(Path(lock).read_text(encoding="utf-8")))
    shown, began = _Progress(f"{Path(lock).stem}: {packages} package{'s' * (packages != 1)}"), time.monotonic()
    shown.say("asking for them; the first time takes a minute or two")
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    with subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--require-hashes", *options, "-r", lock],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as pip:
        said, taken = [], 0
        for line in pip.stdout or ():
            said.append(line)
            if line.startswith(_TAKEN):
                taken += 1
                shown.say(f"{taken} fetched", always=taken % _EVERY == 0)
            elif line.startswith("Installing collected packages"):
                shown.say("installing them", always=True)
    if pip.returncode:
        shown.say("failed", always=True)
        sys.stderr.write("\n" + "".join(said))
    else:
        shown.say(f"installed in {time.monotonic() - began:.0f} s", always=True)
    shown.end()
    return pip.returncode


class _Progress:
    """One line that is written over at a terminal; elsewhere, a line for each step that is worth one."""

    def __init__(self, title: str) -> None:
        self._title, self._over = title, sys.stderr.isatty()

    def say(self, text: str, *, always: bool = True) -> None:
        if self._over:
            print(f"\r\x1b[K  {self._title}: {text}", end="", file=sys.stderr, flush=True)
        elif always:
            print(f"  {self._title}: {text}", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._over:
            print(file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
