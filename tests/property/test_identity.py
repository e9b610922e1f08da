"""The bytes that the id of a verdict is made of are those that pydantic and `json` write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given

from tests.casebook.index import CASES
from tests.property.test_avro import PAYLOADS, transfer
from tidewaiter.rulebook.yaml_source import read_yaml
from tidewaiter.screening.identity import content
from tidewaiter.screening.limited_reader import LimitedReader
from tidewaiter_schemas import TransferEvent

LEAST = {"id": "a", "occurred_at": "2024-01-01T00:00:00Z", "kind": "sale"}
DEFAULTS = {
    "parties": [{"role": "owner", "name": "A", "type": "unknown", "aliases": [], "residence": None}],
    "items": [{"description": None}],
    "report": {"status": "confirmed"},
    "extensions": {},
    "document": None,
}


def written(event: TransferEvent) -> bytes:
    stated = event.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(stated, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


@given(transfer)
@example(LEAST | DEFAULTS)
@example(LEAST | {"extensions": {"z": 1, "a": {"y": 0.1, "b": None}}})
def test_content_is_the_json_of_what_is_stated(facts: dict[str, Any]) -> None:
    event = TransferEvent.model_validate(facts)
    assert content(event) == written(event)
    part = LimitedReader(300).transfer(event, ())
    assert content(part) == written(part)


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_content_of_each_golden_payload(path: Path) -> None:
    event = TransferEvent.model_validate_json(path.read_bytes())
    assert content(event) == written(event)


def test_content_of_each_case_of_the_casebook() -> None:
    for path in CASES:
        event = TransferEvent.model_validate({"id": path.stem} | read_yaml(path, path.name).content["transfer"])
        assert content(event) == written(event), path.stem
