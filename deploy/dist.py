"""Builds both wheels into dist/, twice, and ends with 1 when the two builds differ in a byte: `make dist`.

Each build is of a copy of what git knows, so that nothing else that lies about gets in, and without the network. The
second one has other times and modes of the files, another folder and another mask: none of it may reach a wheel.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
_TOP = frozenset({"pyproject.toml", "README.md", "LICENSE", "NOTICE"})


def main() -> int:
    """Build, compare and write the wheels with their hashes. Returns the exit status."""
    with tempfile.TemporaryDirectory(prefix="tidewaiter-dist-") as folder:
        first = build(Path(folder) / "first")
        second = build(Path(folder) / "second" / "elsewhere", otherwise=True)
        differing = [name for name in sorted(first.keys() | second.keys()) if first.get(name) != second.get(name)]
        for name in differing:
            print(f"{name}: two builds of the same commit differ", file=sys.stderr)
        if differing:
            return 1
    DIST.mkdir(exist_ok=True)
    for old in DIST.glob("*.whl"):
        old.unlink()
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in first.items()}
    for name, content in first.items():
        (DIST / name).write_bytes(content)
    (DIST / "SHA256SUMS").write_text("".join(f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items())))
    print(f"{DIST}: {', '.join(sorted(first))}, the same bytes in two builds", file=sys.stderr)
    return 0


def build(folder: Path, *, otherwise: bool = False) -> dict[str, bytes]:
    """Return the wheels of a build in `folder` by name. `otherwise`: with other times, modes and mask."""
    sources, wheels = folder / "sources", folder / "wheels"
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    for name in listed.stdout.splitlines():
        if name in _TOP or name.startswith(("schemas/", "service/")):
            copy = sources / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy)
            if otherwise:
                copy.chmod(0o600)
                os.utime(copy, (1_000_000_000, 1_000_000_000))
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run(  # noqa: S603 - our own command
        [*pip, "--no-build-isolation", "--no-index", "--wheel-dir", wheels, sources / "schemas", sources],
        check=True,
        umask=0o077 if otherwise else 0o022,
    )
    return {path.name: path.read_bytes() for path in wheels.glob("*.whl")}


if __name__ == "__main__":
    sys.exit(main())
