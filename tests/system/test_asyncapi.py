"""The reference parser of AsyncAPI reads our document, follows its references, and has nothing to say against it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clients import asyncapi_parser, copy_schemas, fetch
from tidewaiter_schemas import export

pytestmark = [pytest.mark.long, pytest.mark.timeout(1_800)]


def parsed(path: Path) -> Any:
    return json.loads(fetch(["node", "check.mjs", str(path)], asyncapi_parser()))


def test_the_asyncapi_document_passes_the_reference_parser(tmp_path: Path) -> None:
    document = copy_schemas(tmp_path / "schemas") / "asyncapi.yaml"
    told = parsed(document)
    assert told["diagnostics"] == []
    assert told["version"] == "3.1.0"
    channels = dict(told["channels"])
    assert channels.keys() == {channel["address"] for channel in export.asyncapi()["channels"].values()}
    assert channels["transfers"] == [["tidewaiter.transfer.v1", "TransferEvent"]], "the schema in its own file is read"

    document.write_text(document.read_text().replace("action: receive", "action: read", 1))
    assert any(each["severity"] == 0 for each in parsed(document)["diagnostics"])
    (tmp_path / "schemas" / "json" / "verdict.schema.json").unlink()
    assert any("verdict.schema.json" in each["message"] for each in parsed(document)["diagnostics"])
