"""Writes tidewaiter/values.schema.json and the settings in values.yaml: `python deploy/kubernetes/schema.py`.

Helm compares every install with the schema. The settings are those of service/tidewaiter/settings, so that a misspelt
one is refused before a pod starts; a test compares the committed files with what this writes.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any, Final

from tidewaiter.commands.settings import described_settings
from tidewaiter.lists.registry import SOURCES
from tidewaiter.settings import PREFIX, Settings

CHART = Path(__file__).parent / "tidewaiter"
SCHEMA = CHART / "values.schema.json"
VALUES = CHART / "values.yaml"

OF_OUR_OWN: Final[dict[str, tuple[object, str]]] = {
    "broker": ("", "Must be given."),
    "replication": (3, ""),
    "log_format": ("json", ""),
    "web_host": ("0.0.0.0", "The node asks the probes, and Prometheus the metrics, from outside the pod."),  # noqa: S104
    "session_timeout_seconds": (
        30,
        "A pod that is back within this time takes its own partitions again, and nobody else stops. The partitions of "
        "a pod that does not return wait for as long. Between 6 s and the broker's group.max.session.timeout.ms.",
    ),
}
"""Settings for which the chart has a default of its own, and why."""

READ_BY_TEMPLATES: Final = frozenset(
    {
        "topic_prefix",
        "partitions",
        "retention_days",
        "verdict_retention_days",
        "dead_letter_retention_days",
        "max_record_bytes",
        "group",
        "stop_seconds",
    }
)
"""Settings that templates need a value of, so that they have one even where it is the service's default."""

OF_THE_CHART = frozenset({"instance_id", "web_port", "serve_host", "serve_port", "serve_database", "serve_tokens_file"})
"""Settings that the chart gives each pod itself."""

AS_SECRETS = frozenset(
    {
        "sasl_password",
        "sasl_token_file",
        "tls_ca_file",
        "tls_certificate_file",
        "tls_key_file",
        "tls_key_password",
        "schema_registry_password",
        "serve_database_password",
        "serve_database_ca_file",
        "lists_eu_token",
    }
)
"""Settings that come from Secrets, as files."""

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
        if name in OF_THE_CHART | AS_SECRETS:
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


def settings_of_values() -> str:
    """Return the settings in values.yaml: each with its meaning and default.

    One that has the service's default is a comment: a pod gets no variable for it, and a later version may choose
    another.
    """
    written, group = "", None
    for setting in described_settings():
        name = setting.variable.removeprefix(PREFIX).lower()
        if name in OF_THE_CHART | AS_SECRETS:
            continue
        if setting.group != group:
            group = setting.group
            written += f"\n  # --- {group}\n"
        own, why = OF_OUR_OWN.get(name, (None, ""))
        said = f"{setting.meaning} {why}".strip() + (f" ({setting.type})" if setting.type.startswith("one of") else "")
        written += "".join(f"  # {line}\n" for line in textwrap.wrap(said, 114, break_on_hyphens=False))
        live = name in READ_BY_TEMPLATES or name in OF_OUR_OWN
        default = own if name in OF_OUR_OWN else _value(setting.default, setting.type)
        written += f"  {'' if live else '#'}{name}: {json.dumps(default, ensure_ascii=False)}\n"
    return written.lstrip("\n")


def _value(default: str, kind: str) -> object:
    """Return a default, which is text, as it is written in YAML."""
    if kind == "true or false" or kind.startswith(("integer", "number")):
        return json.loads(default) if default else None
    return default


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
                    "schemaRegistryPassword": SECRET,
                    "ca": SECRET,
                    "certificate": CERTIFICATE,
                }
            ),
            "topics": closed(
                {
                    "create": WHETHER,
                    "saslUsername": TEXT,
                    "saslPassword": SECRET,
                    "certificate": CERTIFICATE,
                    "resources": ANY,
                }
            ),
            "lists": closed(
                {
                    "claim": TEXT,
                    "sync": WHETHER,
                    "schedule": {"type": "string", "minLength": 9},
                    "publishers": {"type": "array", "items": one_of(*SOURCES), "uniqueItems": True},
                    "publish": WHETHER,
                    "euToken": SECRET,
                    "saslUsername": TEXT,
                    "saslPassword": SECRET,
                    "certificate": CERTIFICATE,
                    "publisherPeers": OBJECTS,
                    "resources": ANY,
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


def files() -> dict[Path, str]:
    """Return what each generated file must hold. Of values.yaml only the settings are generated."""
    before, after = re.split(
        r"(?ms)(?<=^settings:\n).*?(?=^# Existing Secrets)", VALUES.read_text(encoding="utf-8"), maxsplit=1
    )
    return {
        SCHEMA: json.dumps(schema(), indent=2, ensure_ascii=False) + "\n",
        VALUES: f"{before}{settings_of_values()}\n{after}",
    }


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
