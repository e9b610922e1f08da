"""The Helm chart, as tests render it. What needs Helm is skipped where it is not installed (`make chart-tools`)."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
KUBERNETES = ROOT / "deploy" / "kubernetes"
CHART = KUBERNETES / "tidewaiter"
RULES = ROOT / "deploy" / "prometheus" / "rules" / "tidewaiter.yml"
EXAMPLES = sorted((KUBERNETES / "examples").glob("*.yaml"))
NATIVE = {"v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1"}
SCHEMA: dict[str, Any] = runpy.run_path(str(KUBERNETES / "schema.py"))

Document = dict[str, Any]
Render = Callable[..., list[Document]]


def tool(name: str, how: str) -> str:
    found = shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if found is None:
        pytest.skip(f"{name} is not installed ({how})")
    return found


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def renders(helm: str, folder: Path, chart: Path = CHART) -> Render:
    """Return a function that renders the chart with an example's values and changes to them; `base` None is none."""

    def of(values: Document, *, base: str | None = "plain", name: str = "tidewaiter") -> list[Document]:
        changes = folder / "changes.yaml"
        changes.write_text(yaml.safe_dump(values), encoding="utf-8")
        done = run(
            *(helm, "template", name, chart, "--namespace", "kafka", "--kube-version", "1.34.0"),
            *(("-f", KUBERNETES / "examples" / f"{base}.yaml") if base else ()),
            *("-f", changes),
        )
        assert done.returncode == 0, done.stderr
        return [document for document in yaml.safe_load_all(done.stdout) if document]

    return of


def of_kind(documents: list[Document], kind: str) -> dict[str, Document]:
    return {document["metadata"]["name"]: document for document in documents if document["kind"] == kind}


def only(documents: list[Document], kind: str) -> Document:
    (document,) = of_kind(documents, kind).values()
    return document


def default_values() -> Document:
    values: Document = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    return values
