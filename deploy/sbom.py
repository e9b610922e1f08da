"""Writes what the image holds of other people's software, as CycloneDX 1.6: `make sbom`.

Read from requirements/serve.txt, which is all that the image installs: names, versions, who needs whom. Licences are
those that the installed packages state of themselves.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from tidewaiter import __version__

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements" / "serve.txt"
WRITTEN = ROOT / "dist" / "tidewaiter.cdx.json"
OURS = f"pkg:pypi/tidewaiter@{__version__}"

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^ +#(?: via)? *(\S.*)?$")


@dataclass
class Locked:
    """One line of the lock: what, which, where it is needed, its files' hashes, and who needs it."""

    name: str
    version: str
    marker: str | None
    hashes: list[str] = field(default_factory=list)
    needed_by: list[str] = field(default_factory=list)

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{self.name}@{self.version.replace('!', '%21').replace('+', '%2B')}"


def locked(text: str) -> list[Locked]:
    """Every package of a lock that uv wrote. Raises ValueError for a line that it does not understand."""
    packages: list[Locked] = []
    for line in text.splitlines():
        if pinned := _PINNED.match(line):
            packages.append(Locked(pinned[1].lower(), pinned[2], pinned[3]))
        elif digest := _HASH.search(line):
            packages[-1].hashes.append(digest[1])
        elif via := _VIA.match(line):
            if via[1] and not via[1].startswith("-c "):  # a lock that this one agrees with
                packages[-1].needed_by.append(via[1])
        elif line.strip() and not line.startswith("#"):
            raise ValueError(f"{LOCK.name}: not understood: {line}")
    return packages


def bill(text: str) -> dict[str, Any]:
    """The bill of materials of a lock."""
    packages = locked(text)
    by_name = {package.name: package for package in packages}
    needs: dict[str, list[str]] = {OURS: [], **{package.purl: [] for package in packages}}
    for package in packages:
        for whom in package.needed_by:
            needs[OURS if whom.startswith("tidewaiter") else by_name[whom].purl].append(package.purl)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, OURS + text)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": OURS,
                "name": "tidewaiter",
                "version": __version__,
                "purl": OURS,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": [_component(package) for package in packages],
        "dependencies": [{"ref": ref, "dependsOn": sorted(on)} for ref, on in sorted(needs.items())],
    }


def _component(package: Locked) -> dict[str, Any]:
    # The lock has a hash for each file of a release, whichever is installed: none is the hash of the component.
    facts = [("tidewaiter:lock:sha256", digest) for digest in package.hashes]
    if package.marker:
        facts.append(("tidewaiter:lock:marker", package.marker))
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "properties": [{"name": name, "value": value} for name, value in facts],
    }
    if licence := _licence(package):
        component["licenses"] = licence
    return component


def _licence(package: Locked) -> list[dict[str, Any]] | None:
    try:
        installed = metadata.metadata(package.name)
    except metadata.PackageNotFoundError:
        return None
    if installed["Version"] != package.version:
        return None
    if expression := installed.get("License-Expression"):
        return [{"expression": expression}]
    stated = installed.get("License") or ""
    if stated and "\n" not in stated and len(stated) < 80:
        return [{"license": {"name": stated}}]
    named = [
        each.rsplit(" :: ", 1)[-1] for each in installed.get_all("Classifier", []) if each.startswith("License ::")
    ]
    return [{"license": {"name": each}} for each in named] or None


if __name__ == "__main__":
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps(bill(LOCK.read_text("utf-8")), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stderr.write(f"{WRITTEN.relative_to(ROOT)}\n")
