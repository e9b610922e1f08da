"""The resources of KEDA, Strimzi and the Prometheus operator have the fields of those projects, and no others.

KEDA's and the Prometheus operator's types come from the packages cloudcoil-models-*, which are generated from their
custom resource definitions (`make chart-tools`); Strimzi's are its own Java classes, from Maven. What is missing is
skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.apache_kafka import KafkaUnavailable, java
from tests.charts import Document, Render

STRIMZI = Path(__file__).with_name("strimzi")
MODULES = {
    "ScaledObject": "cloudcoil.models.keda.v1alpha1",
    "TriggerAuthentication": "cloudcoil.models.keda.v1alpha1",
    "ServiceMonitor": "cloudcoil.models.prometheus_operator.v1",
    "PrometheusRule": "cloudcoil.models.prometheus_operator.v1",
}
EVERYTHING: Document = {
    "rescreener": {"enabled": True},
    "serve": {"enabled": True, "tokens": {"name": "tokens"}, "saslUsername": "tidewaiter-serve"},
    "settings": {"shadow": "candidate.rulebook"},
    "strimzi": {
        "others": ["publish", "tail", "audit-verify", "dead-letters-list", "dead-letters-replay", "rulebook-publish"]
    },
}


FOLDER = Path(sys.executable).parents[1] / "operators"
"""Where `make chart-tools` puts the types: beside the environment, because they bring a plugin for pytest along."""

READS = """
import importlib, json, sys
for line in sys.stdin:
    module, document = json.loads(line)
    model = getattr(importlib.import_module(module), document["kind"])
    print(model.model_validate(document).model_dump_json(by_alias=True, exclude_unset=True))
"""


def unknown(*documents: Document) -> list[str]:
    """Return the paths in resources that their types do not know. Fails where a value is wrong."""
    if not FOLDER.is_dir():
        pytest.skip("the types of KEDA and of the Prometheus operator are not installed (make chart-tools)")
    given = "\n".join(json.dumps((MODULES[each["kind"]], each)) for each in documents)
    environment = {"PYTHONPATH": str(FOLDER), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", READS], input=given, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    read = [json.loads(line) for line in done.stdout.splitlines()]
    return [place for one, other in zip(documents, read, strict=True) for place in _lost(one, other, one["kind"])]


def _lost(given: Any, read: Any, place: str) -> Iterator[str]:
    if isinstance(given, dict) and isinstance(read, dict):
        for name, value in given.items():
            if name in read:
                yield from _lost(value, read[name], f"{place}.{name}")
            else:
                yield f"{place}.{name}"
    elif isinstance(given, list) and isinstance(read, list) and len(given) == len(read):
        for one, other in zip(given, read, strict=True):
            yield from _lost(one, other, place)
    elif given != read:
        yield f"{place}: {given!r} is read as {read!r}"


def test_keda_and_the_prometheus_operator_know_every_field(render: Render) -> None:
    documents = [each for each in render(EVERYTHING, base="strimzi") if each["kind"] in MODULES]
    assert {each["kind"] for each in documents} == MODULES.keys()
    assert unknown(*documents) == []


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("ScaledObject", ("spec", "maxReplicas"), 3),
        ("ScaledObject", ("spec", "scaleTargetRef", "knd"), "StatefulSet"),
        ("ServiceMonitor", ("spec", "jobLabels"), "app"),
        ("PrometheusRule", ("spec", "rules"), []),
    ],
)
def test_a_field_that_they_do_not_know_is_noticed(render: Render, kind: str, path: tuple[str, ...], value: Any) -> None:
    (document, *_) = [each for each in render(EVERYTHING, base="strimzi") if each["kind"] == kind]
    inner = document
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    assert unknown(document) == [".".join((kind, *path))]


@pytest.fixture(scope="module")
def strimzi(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A function that returns what Strimzi's classes find wrong with resources, one line each."""
    maven = shutil.which("mvn")
    if maven is None:
        pytest.skip("no mvn on the PATH to fetch Strimzi's classes with")
    try:
        program = java()
    except KafkaUnavailable as error:
        pytest.skip(str(error))
    classes = tmp_path_factory.mktemp("strimzi") / "classpath"
    fetch = [maven, "-B", "-q", "-f", str(STRIMZI / "pom.xml"), "dependency:build-classpath"]
    subprocess.run([*fetch, f"-Dmdep.outputFile={classes}"], check=True, capture_output=True)

    def wrong(documents: list[Document]) -> list[str]:
        command = [program, "-XX:+UseSerialGC", "-cp", classes.read_text(), str(STRIMZI / "Check.java")]
        done = subprocess.run(command, input=json.dumps(documents), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        lines: list[str] = done.stdout.splitlines()
        return lines

    return wrong


@pytest.mark.long
def test_strimzi_knows_every_field_of_topics_and_users_and_would_notice_another(render: Render, strimzi: Any) -> None:
    kinds = {"KafkaTopic", "KafkaUser"}
    documents = [each for each in render(EVERYTHING, base="strimzi") if each["kind"] in kinds]
    assert {each["kind"] for each in documents} == kinds
    assert strimzi(documents) == []
    topic = next(each for each in documents if each["kind"] == "KafkaTopic")
    user = next(each for each in documents if each["kind"] == "KafkaUser")
    topic["spec"]["replication"] = 3
    user["spec"]["authorization"]["acls"][0]["operations"] = ["Reed"]
    found = strimzi([topic, user])
    assert found == [
        f"KafkaTopic/{topic['metadata']['name']}.Spec: no field replication",
        f"KafkaUser/{user['metadata']['name']}.Spec.Authorization.Acls.Operations: a value is not known",
    ]
