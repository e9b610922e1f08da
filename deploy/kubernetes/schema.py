"""Writes tidewaiter/values.schema.json: `python deploy/kubernetes/schema.py`.

Helm holds every install against it. The settings are those of service/tidewaiter/settings/model.py, so that a misspelt
one is refused before a pod starts; a test compares the committed file with what this writes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tidewaiter.settings import Settings

CHART = Path(__file__).parent / "tidewaiter"
WRITTEN = CHART / "values.schema.json"

OF_THE_CHART = frozenset({"instance_id", "web_port", "serve_host", "serve_port", "serve_database", "serve_tokens_file"})
"""Settings that the chart gives each pod itself."""

OF_LISTS_SYNC = frozenset({"lists_eu_token", "lists_urls", "lists_user_agent", "lists_shrink"})
"""Settings of `lists sync`, which no worker calls."""

AS_SECRETS = frozenset(
    {
        "sasl_password",
        "sasl_token_file",
        "tls_ca_file",
        "tls_certificate_file",
        "tls_key_file",
        "tls_key_password",
        "serve_database_password",
        "serve_database_ca_file",
    }
)
"""Settings that come from `secrets`, as files."""

_KEPT = ("type", "enum", "pattern", "minimum", "maximum", "exclusiveMinimum", "minLength", "maxLength")

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NAME: Schema = {"type": "string", "pattern": "^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$"}
WHETHER: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
ANY: Schema = {"type": "object"}
LABELS: Schema = {"type": "object", "additionalProperties": TEXT}
OBJECTS: Schema = {"type": "array", "items": ANY}


def closed(properties: Schema, *required: str) -> Schema:
    """An object that holds these and nothing else."""
    shape: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return shape | ({"required": list(required)} if required else {})


def one_of(*words: str) -> Schema:
    """One of these words."""
    return {"type": "string", "enum": list(words)}


def settings() -> Schema:
    """The settings of the service, as values: a list is text with commas, as it is in a variable."""
    whole = Settings.model_json_schema()
    properties = {}
    for name, field in whole["properties"].items():
        if name in OF_THE_CHART | OF_LISTS_SYNC | AS_SECRETS:
            continue
        shape = dict(field)
        for part in field.get("anyOf", ()):
            shape |= part if part.get("type") != "null" else {}
        if "$ref" in shape:
            shape |= whole["$defs"][shape["$ref"].rsplit("/", maxsplit=1)[-1]]
        if shape["type"] == "array":
            shape = {"type": "string"}
        properties[name] = {"description": field["description"]} | {key: shape[key] for key in _KEPT if key in shape}
    return closed(properties, "broker")


SECRET = closed({"name": NAME, "key": TEXT})
CERTIFICATE = closed({"name": NAME, "certificateKey": TEXT, "keyKey": TEXT})


def schema() -> Schema:
    """The whole of values.yaml."""
    whole = closed(
        {
            "image": closed(
                {
                    "repository": TEXT,
                    "tag": TEXT,
                    "digest": {"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$"},
                    "pullPolicy": one_of("Always", "IfNotPresent", "Never"),
                    "pullSecrets": OBJECTS,
                }
            ),
            "workers": {"type": "integer", "minimum": 1},
            "settings": settings(),
            "secrets": closed(
                {
                    "saslPassword": SECRET,
                    "saslToken": SECRET,
                    "tlsKeyPassword": SECRET,
                    "ca": SECRET,
                    "certificate": CERTIFICATE,
                }
            ),
            "volumes": OBJECTS,
            "volumeMounts": OBJECTS,
            "resources": ANY,
            "rescreener": closed({"enabled": WHETHER, "replicas": {"type": "integer", "minimum": 1}, "resources": ANY}),
            "startupSeconds": {"type": "integer", "minimum": 3},
            "podAnnotations": LABELS,
            "podLabels": LABELS,
            "nodeSelector": LABELS,
            "tolerations": OBJECTS,
            "affinity": ANY,
            "priorityClassName": TEXT,
            "topologySpreadConstraints": OBJECTS,
            "serviceAccount": closed({"annotations": LABELS}),
            "podDisruptionBudget": closed({"enabled": WHETHER}),
            "networkPolicy": closed(
                {
                    "enabled": WHETHER,
                    "scrapers": OBJECTS,
                    "brokers": OBJECTS,
                    "brokerPorts": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 65_535}},
                    "extraEgress": OBJECTS,
                }
            ),
            "serve": closed(
                {
                    "enabled": WHETHER,
                    "replicas": {"type": "integer", "minimum": 1},
                    "database": {"type": "string", "pattern": "^(postgresql://[^:@/]+@[^@/]+/[^/?]+)?$"},
                    "databaseSize": TEXT,
                    "databasePassword": SECRET,
                    "databaseCa": SECRET,
                    "tokens": SECRET,
                    "saslUsername": TEXT,
                    "saslPassword": SECRET,
                    "callers": OBJECTS,
                    "databasePeers": OBJECTS,
                    "resources": ANY,
                }
            ),
            "keda": closed(
                {
                    "enabled": WHETHER,
                    "minWorkers": {"type": "integer", "minimum": 1},
                    "maxWorkers": COUNT,
                    "lagPerWorker": {"type": "integer", "minimum": 1},
                    "pollingSeconds": {"type": "integer", "minimum": 1},
                    "authenticationRef": NAME,
                    "username": TEXT,
                    "password": SECRET,
                    "certificate": CERTIFICATE,
                }
            ),
            "monitoring": closed(
                {
                    "serviceMonitor": WHETHER,
                    "prometheusRule": WHETHER,
                    "scrapeInterval": {"type": "string", "pattern": "^[0-9]+(ms|s|m)$"},
                    "labels": LABELS,
                    "runbooks": TEXT,
                    "dashboards": WHETHER,
                    "dashboardLabels": LABELS,
                }
            ),
            "strimzi": closed(
                {
                    "enabled": WHETHER,
                    "apiVersion": one_of("kafka.strimzi.io/v1", "kafka.strimzi.io/v1beta2"),
                    "cluster": NAME,
                    "namespace": NAME,
                    "topics": WHETHER,
                    "users": WHETHER,
                    "authentication": one_of("scram-sha-512", "tls"),
                    "worker": NAME,
                    "scaler": NAME,
                    "others": {
                        "type": "array",
                        "uniqueItems": True,
                        "items": one_of(
                            "publish",
                            "tail",
                            "audit-verify",
                            "dead-letters-list",
                            "dead-letters-replay",
                            "rulebook-publish",
                        ),
                    },
                }
            ),
            "global": ANY,
        },
        "settings",
    )
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Values of the chart tidewaiter"} | whole


def written() -> str:
    """The file's text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    WRITTEN.write_text(written(), encoding="utf-8")
