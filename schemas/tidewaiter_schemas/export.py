"""Exports the contract as JSON Schema 2020-12, Avro and AsyncAPI 3.1.

`python -m tidewaiter_schemas.export --into DIR` writes the files; `--check` only compares them. In a checkout of the
repository, the folder is `schemas/`. The files are generated from the models and are never edited by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, TypeAdapter

from tidewaiter_schemas import dead_letter as dlq
from tidewaiter_schemas.avro import avro_schema
from tidewaiter_schemas.disposition import Disposition
from tidewaiter_schemas.quota import QuotaClaim
from tidewaiter_schemas.rescreening import RescreeningRun, RuleBookAdoption
from tidewaiter_schemas.rulebook import CurrentRuleBook, PublishedRuleBook, RuleBookManifest
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Verdict

CONTRACT_VERSION = "1"
"""Increased only by a change that breaks producers or consumers. Adding an optional field does not."""

CHECKOUT = Path("schemas")
"""The folder of the files, relative to the top of a checkout."""


class Document(NamedTuple):
    """One published schema: its model, and whether the service reads or writes it."""

    name: str
    model: type[BaseModel]
    mode: Literal["validation", "serialization"]


DOCUMENTS = (
    Document("transfer", TransferEvent, "validation"),
    Document("verdict", Verdict, "serialization"),
    Document("quota-claim", QuotaClaim, "serialization"),
    Document("rulebook", RuleBookManifest, "serialization"),
    Document("published-rulebook", PublishedRuleBook, "validation"),
    Document("current-rulebook", CurrentRuleBook, "validation"),
    Document("disposition", Disposition, "validation"),
    Document("rulebook-adoption", RuleBookAdoption, "serialization"),
    Document("rescreening-run", RescreeningRun, "serialization"),
)


def main(arguments: list[str] | None = None) -> int:
    """Write or check every file. Returns 0, or 1 when `--check` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m tidewaiter_schemas.export", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs from the models")
    checkout = CHECKOUT if (CHECKOUT / "pyproject.toml").is_file() else None
    parser.add_argument(
        "--into", type=Path, default=checkout, required=checkout is None, metavar="DIR", help="the folder of the files"
    )
    chosen = parser.parse_args(arguments)
    differing = 0
    for relative, text in files().items():
        path = chosen.into / relative
        present = path.read_text(encoding="utf-8") if path.exists() else None
        if present == text:
            continue
        if chosen.check:
            differing += 1
            state = "is missing" if present is None else "differs from the models"
            print(f"{path}: {state}", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {path}")
    return 1 if differing else 0


def files() -> dict[str, str]:
    """Return the content of every file by its path in the folder."""
    written = {
        f"json/{document.name}.schema.json": json.dumps(json_schema(document), indent=2, ensure_ascii=False) + "\n"
        for document in DOCUMENTS
    }
    written["avro/transfer.avsc"] = json.dumps(avro_schema(), indent=2, ensure_ascii=False) + "\n"
    head = "# Generated from the models by `python -m tidewaiter_schemas.export`. Do not edit.\n"
    written["asyncapi.yaml"] = head + _yaml(asyncapi())
    return written


def urn(name: str) -> str:
    """Return the `$id` of a schema, which is a name and not an address."""
    return f"urn:tidewaiter:schema:{name}:{CONTRACT_VERSION}"


def event_type(name: str) -> str:
    """Return the CloudEvents `type` of the events that the schema describes."""
    return f"tidewaiter.{name}.v{CONTRACT_VERSION}"


def json_schema(document: Document) -> dict[str, Any]:
    """Return the JSON Schema of one document.

    Schemas of input are closed: an unknown field is refused. Schemas of output are open: a later version may add a
    field, and a consumer that validates against this schema must accept it.
    """
    schema = TypeAdapter(document.model).json_schema(mode=document.mode)
    if document.mode == "serialization":
        _open(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": urn(document.name),
        **schema,
    }


def _open(schema: object) -> None:
    if isinstance(schema, dict):
        if schema.get("additionalProperties") is False:
            del schema["additionalProperties"]
        for value in schema.values():
            _open(value)
    elif isinstance(schema, list):
        for value in schema:
            _open(value)


# --- AsyncAPI ------------------------------------------------------------


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI document: topics, messages and their headers."""
    messages = {
        "transfer": _message("transfer", "A transfer to be screened.", _event_headers("transfer")),
        "verdict": _message("verdict", "The decision on one transfer.", _verdict_headers()),
        "quotaClaim": _message("quota-claim", "What one transfer takes of one quota.", _event_headers("quota-claim")),
        "publishedRulebook": _message(
            "published-rulebook",
            "A rule book that may be put in force, under its sha-256.",
            _event_headers("published-rulebook"),
        ),
        "currentRulebook": _message(
            "current-rulebook", "Which rule book is in force, under `current`.", _event_headers("current-rulebook")
        ),
        "disposition": _message("disposition", "An analyst's judgement on one finding.", _disposition_headers()),
        "rulebookAdoption": _message(
            "rulebook-adoption",
            "A rule book that past transfers are rescreened with.",
            _event_headers("rulebook-adoption"),
        ),
        "rescreeningRun": _message(
            "rescreening-run", "The start or end of a rescreening of one partition.", _event_headers("rescreening-run")
        ),
        "deadLetter": {
            "title": "An event that could not be read or judged.",
            "summary": "The original record, bytes, key and headers untouched, with the headers below added.",
            "contentType": "application/octet-stream",
            "headers": _dead_letter_headers(),
            "bindings": {"kafka": {"key": {"type": "string", "description": "As the producer wrote it."}}},
        },
    }
    return {
        "asyncapi": "3.1.0",
        "id": f"urn:tidewaiter:api:{CONTRACT_VERSION}",
        "info": {
            "title": "Tidewaiter",
            "version": CONTRACT_VERSION,
            "description": (
                "Transfers go in, verdicts with citations come out. Delivery is at least once: a transfer that is "
                "delivered again gives the same verdict, byte for byte, with the same id. Topic names are the "
                "defaults; a prefix setting renames them all, and partition counts belong to the operator."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "transfers": _channel("transfers", "transfer", "Transfers, keyed by transfer id.", "delete"),
            "verdicts": _channel("verdicts", "verdict", "Verdicts, keyed by transfer id; every one is kept.", "delete"),
            "verdictsShadow": _channel(
                "verdicts-shadow",
                "verdict",
                "Verdicts of a candidate rule book on live transfers. They have no effect: do not act on them.",
                "delete",
            ),
            "deadLetters": _channel(
                "transfers.dead-letters", "deadLetter", "Events that could not be read or judged.", "delete"
            ),
            "quotas": _channel(
                "quotas",
                "quotaClaim",
                "Claims on quotas, in one partition and kept for ever: the first record of a claim is its place.",
                "delete",
            ),
            "rulebook": _channel(
                "rulebook",
                ("publishedRulebook", "currentRulebook"),
                "Rule books by their sha-256, and which of them is in force.",
                "compact",
            ),
            "rescreenings": _channel(
                "rescreenings",
                ("rulebookAdoption", "rescreeningRun"),
                "The rule books that past transfers are rescreened with, and each run; one partition, kept for ever.",
                "delete",
            ),
            "dispositions": _channel(
                "dispositions",
                "disposition",
                "Analysts' judgements, keyed by disposition id, in one partition and kept for ever.",
                "delete",
            ),
        },
        "operations": {
            "readTransfers": _operation("receive", "transfers", "transfer"),
            "writeVerdicts": _operation("send", "verdicts", "verdict"),
            "writeVerdictsShadow": _operation("send", "verdictsShadow", "verdict"),
            "writeDeadLetters": _operation("send", "deadLetters", "deadLetter"),
            "writeQuotas": _operation("send", "quotas", "quotaClaim"),
            "readQuotas": _operation("receive", "quotas", "quotaClaim"),
            "readRulebook": _operation("receive", "rulebook", ("publishedRulebook", "currentRulebook")),
            "writeRescreenings": _operation("send", "rescreenings", ("rulebookAdoption", "rescreeningRun")),
            "readDispositions": _operation("receive", "dispositions", "disposition"),
            "writeDispositions": _operation("send", "dispositions", "disposition"),
        },
        "components": {"messages": messages},
    }


def _channel(address: str, message: str | tuple[str, ...], description: str, cleanup: str) -> dict[str, Any]:
    return {
        "address": address,
        "description": description,
        "messages": {each: {"$ref": f"#/components/messages/{each}"} for each in _each(message)},
        "bindings": {"kafka": {"topic": address, "topicConfiguration": {"cleanup.policy": [cleanup]}}},
    }


def _operation(action: str, channel: str, message: str | tuple[str, ...]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{each}"} for each in _each(message)],
    }


def _each(message: str | tuple[str, ...]) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else message


def _message(name: str, title: str, headers: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": event_type(name),
        "title": title,
        "contentType": "application/json",
        "headers": headers,
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./json/{name}.schema.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string"}}},
    }


def _event_headers(name: str) -> dict[str, Any]:
    """Return the headers of CloudEvents 1.0 in the binary mode of its Kafka binding, and of W3C trace context."""
    return {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
        "properties": {
            "ce_specversion": {"type": "string", "const": "1.0"},
            "ce_id": {
                "type": "string",
                "minLength": 1,
                "description": "The event's own id, unique with `ce_source`: it need not be the transfer's.",
            },
            "ce_source": {"type": "string", "minLength": 1},
            "ce_type": {"type": "string", "const": event_type(name)},
            "ce_time": {"type": "string", "format": "date-time"},
            "ce_subject": {"type": "string"},
            "content-type": {"type": "string", "const": "application/json"},
            "traceparent": {"type": "string", "description": "W3C trace context, carried through."},
            "tracestate": {"type": "string"},
        },
    }


_CHAIN = "Place of the transfer, the link before and its own: `transfers/3@41`, sha-256, sha-256, between spaces."
_IN_FORCE = (
    "Place of the transfer, and when the rule book was put in force, in microseconds since 1970, or 0: "
    "`transfers/3@41 1708642800000000`. Of the verdicts on one transfer, the one with the greatest offset, and then "
    "the latest rule book, is in force."
)
_SIGNATURE = "Algorithm, the key's id and the signature of type, chain, in-force and value, where the worker has a key."


_SCHEMA_ID = (
    "Where the operator uses a registry: byte 1 and the 16 bytes of the schema's GUID, or byte 0 and its 4 byte id."
)


def _verdict_headers() -> dict[str, Any]:
    headers = _event_headers("verdict")
    headers["properties"] |= {
        "__value_schema_id": {"type": "string", "description": _SCHEMA_ID},
        "chain": {"type": "string", "description": _CHAIN},
        "in-force": {"type": "string", "description": _IN_FORCE},
        "signature": {"type": "string", "description": _SIGNATURE},
    }
    return headers


def _disposition_headers() -> dict[str, Any]:
    headers = _event_headers("disposition")
    headers["properties"]["signature"] = {
        "type": "string",
        "description": "Algorithm, the key's id and the signature of type and value. Required where keys are trusted.",
    }
    return headers


def _dead_letter_headers() -> dict[str, Any]:
    described = {
        dlq.HEADER_REASON: "Why the event could not be screened.",
        dlq.HEADER_DETAIL: "Location of the fault. Never a value from the event.",
        dlq.HEADER_STAGE: "The step that failed: decode, screen, settle or encode.",
        dlq.HEADER_ATTEMPTS: "How often the event was tried.",
        dlq.HEADER_ENGINE: "Version of the engine that failed.",
        dlq.HEADER_WITHHELD_BYTES: "Size in bytes of key, value and headers of an original that is too large.",
        dlq.HEADER_WITHHELD_SHA256: "Their sha-256, each preceded by its length in eight bytes.",
        dlq.HEADER_WITHHELD_BATCH_BYTES: "Instead, if the original was not read: bytes of its batch on the broker.",
        dlq.HEADER_WITHHELD_BATCH_SHA256: "Sha-256 of the records of that batch, as compressed.",
        dlq.HEADER_TOPIC: "Topic the event came from.",
        dlq.HEADER_PARTITION: "Its partition.",
        dlq.HEADER_OFFSET: "Its offset.",
        dlq.HEADER_TIMESTAMP: "Its timestamp.",
        dlq.HEADER_GROUP: "Consumer group that read it.",
        dlq.HEADER_ERROR_CLASS: "Class of the error.",
        dlq.HEADER_ERROR_MESSAGE: "Message of the error. Never a value from the event.",
        dlq.HEADER_CHAIN: _CHAIN,
        dlq.HEADER_SIGNATURE: _SIGNATURE,
    }
    properties: dict[str, Any] = {name: {"type": "string", "description": text} for name, text in described.items()}
    properties[dlq.HEADER_REASON]["enum"] = [reason.value for reason in dlq.DeadLetterReason]
    return {"type": "object", "required": [dlq.HEADER_REASON, dlq.HEADER_TOPIC], "properties": properties}


def _yaml(value: dict[str, Any]) -> str:
    """Return `value` as YAML. PyYAML comes with the service; the contract alone depends only on pydantic."""
    try:
        import yaml  # noqa: PLC0415
    except ImportError as error:
        raise SystemExit("tidewaiter_schemas.export: PyYAML is not installed: pip install pyyaml") from error
    written: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=120)
    return written


if __name__ == "__main__":
    sys.exit(main())
