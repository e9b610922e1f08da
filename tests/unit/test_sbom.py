"""The bill of materials lists what the image installs, all of it and nothing else."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements" / "serve.txt").read_text(encoding="utf-8")
SBOM: dict[str, Any] = runpy.run_path(str(ROOT / "deploy" / "sbom.py"))


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    written: dict[str, Any] = SBOM["bill"](LOCK)
    return written


def test_every_locked_package_is_listed_with_its_version_and_the_hashes_of_its_files(bill: dict[str, Any]) -> None:
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", LOCK, re.MULTILINE)
    listed = [(component["name"], component["version"]) for component in bill["components"]]
    assert sorted(listed) == sorted(pinned)
    hashes = [fact["value"] for each in bill["components"] for fact in each["properties"] if "sha256" in fact["name"]]
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", LOCK))


def test_nothing_is_there_that_nobody_needs(bill: dict[str, Any]) -> None:
    needed = {ref for each in bill["dependencies"] for ref in each["dependsOn"]}
    assert {component["bom-ref"] for component in bill["components"]} == needed
    (root,) = [each for each in bill["dependencies"] if each["ref"] == bill["metadata"]["component"]["bom-ref"]]
    assert any(ref.startswith("pkg:pypi/faust-streaming@") for ref in root["dependsOn"])


def test_almost_every_package_states_a_licence(bill: dict[str, Any]) -> None:
    silent = [component["name"] for component in bill["components"] if "licenses" not in component]
    assert len(silent) < len(bill["components"]) / 5, "those of other platforms are not installed here"


def test_the_same_lock_is_the_same_bill_and_another_lock_another(bill: dict[str, Any]) -> None:
    assert SBOM["bill"](LOCK) == bill
    assert SBOM["bill"](LOCK + "\n")["serialNumber"] != bill["serialNumber"]


def test_a_line_that_is_not_understood_is_an_error() -> None:
    with pytest.raises(ValueError, match="not understood: -e"):
        SBOM["locked"]("-e git+https://example.org/x\n")
