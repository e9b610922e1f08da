"""Every field that the contract takes of a transfer is read by the engine, or says itself that it is not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from tidewaiter.release.assembly import assemble
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter_schemas.transfer import TransferEvent

MARK = "Not read by the engine"
NO_READERS = frozenset({"tidewaiter.screening.limits", "tidewaiter.screening.limited_reader"})
"""Modules that look at a field without judging by it: these cut off what is too long to be read."""

OWNER = {
    "name": "Example Holding",
    "type": "organisation",
    "countries": ["KP"],
    "identifiers": [{"type": "registration", "value": "KP-1", "country": "KP"}],
    "share": 60,
}
CONNECTED = {name: value for name, value in OWNER.items() if name != "share"}
PARTY = {
    "role": "transferee",
    "name": "Example Trading",
    "aliases": ["Example Trading House"],
    "type": "organisation",
    "countries": ["CN"],
    "residence": "CN",
    "former_flags": ["KP"],
    "birth_date": "1970",
    "identifiers": [{"type": "imo", "value": "9191773"}, {"type": "passport", "value": "A1", "country": "KP"}],
    "address": "12 Main Street, Nampo",
    "owned_by": [OWNER | {"owned_by": [OWNER]}],
    "controlled_by": [CONNECTED | {"owned_by": [OWNER]}],
    "acting_for": [CONNECTED],
}
ITEM = {
    "description": "carpet",
    "hs_code": "5701.10",
    "eccn": "3A001",
    "dual_use_number": "3A001.a.7",
    "manufacturer": "Example Carpets",
    "model": "One",
    "quantity": 2,
    "unit": "pcs",
    "value": {"amount": 5_000, "currency": "USD"},
    "origin": "CH",
    "condition": "used",
    "serial": "S-1",
}
WHOLE: dict[str, Any] = {
    "id": "whole",
    "occurred_at": "2024-02-18T12:00:00Z",
    "kind": "sale",
    "parties": [PARTY],
    "items": [ITEM],
    "funds": {"amount": 5_000, "currency": "USD"},
    "route": {
        "origin": {"country": "CN", "place": "Dandong"},
        "destination": {"country": "KP", "place": "Nampo"},
        "transit": [{"country": "CN", "place": "Dandong"}],
        "previous_ports": [{"country": "KP", "place": "Nampo"}],
    },
    "purpose": "Sale of carpets",
    "free_text": "For Pyongyang",
    "authorisations": [
        {
            "authority": "UN 1718 Committee",
            "reference": "X-1",
            "issued_on": "2023-01-01",
            "expires_on": "2025-01-01",
            "covers": "carpets",
        }
    ],
    "report": {"status": "reported", "sources": ["a newspaper"]},
    "extensions": {"note": "in one batch"},
    "document": {"format": "csv", "root": "/2", "paths": {"/purpose": "Purpose"}},
}


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The model and all that its fields hold, each once."""
    seen: list[type[BaseModel]] = [model]
    for each in seen:
        yield each
        for field in each.model_fields.values():
            annotations: list[Any] = [field.annotation]
            while annotations:
                annotation = annotations.pop()
                annotations += get_args(annotation)
                if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in seen:
                    seen.append(annotation)


MODELS = list(models(TransferEvent))


def fields() -> set[tuple[str, str]]:
    return {(model.__name__, name) for model in MODELS for name in model.model_fields}


def marked() -> set[tuple[str, str]]:
    return {
        (model.__name__, name)
        for model in MODELS
        for name, field in model.model_fields.items()
        if MARK in (field.description or "")
    }


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """What the modules of screening read of a transfer that says something in every field."""
    found: set[tuple[str, str]] = set()

    def recording(of: BaseModel, name: str) -> Any:
        module = sys._getframe(1).f_globals.get("__name__", "")
        if module.startswith("tidewaiter.screening.") and module not in NO_READERS:
            found.update(
                (base.__name__, name) for base in type(of).__mro__ if base in MODELS and name in base.model_fields
            )
        return object.__getattribute__(of, name)

    transfer = TransferEvent.model_validate(WHOLE)
    screener = Screener(assemble(Settings()))
    for model in MODELS:
        monkeypatch.setattr(model, "__getattribute__", recording, raising=False)
    screener.screen([transfer])
    monkeypatch.undo()
    return found & fields()


def test_the_transfer_says_something_in_every_field() -> None:
    def said(of: BaseModel) -> Iterator[tuple[str, str]]:
        for name in of.model_fields_set:
            yield type(of).__name__, name
            value = getattr(of, name)
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, BaseModel):
                    yield from said(each)

    assert set(said(TransferEvent.model_validate(WHOLE))) == fields()


def test_every_field_is_read_or_says_that_it_is_not(read: set[tuple[str, str]]) -> None:
    assert fields() - read == marked()
