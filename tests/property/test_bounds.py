"""Every field of a transfer and of a claim, at each of its bounds: no crash, the same bytes twice, nothing cleared by it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field as ModelField

from tests.fuzz.boundaries import Bounds, dumped
from tests.fuzz.boundary_targets import BLOCKED_SAMPLE, CLAIM, CLAIMS, TRANSFERS, feed_claim, feed_transfer
from tests.fuzz.damage import Damaged
from tests.fuzz.decode_targets import screener
from tests.fuzz.guard import within
from tests.fuzz.targets import Answer
from tidewaiter.screening import case
from tidewaiter_schemas.base import Model
from tidewaiter_schemas.transfer import TransferEvent


@pytest.mark.long
@pytest.mark.timeout(900)
def test_no_field_at_any_of_its_bounds_stops_the_engine_or_clears_a_blocked_transfer() -> None:
    answers: Counter[Answer] = Counter()
    screener()  # what is loaded once is no part of a transfer's time
    for field, value in TRANSFERS.sweep():
        content = dumped(TRANSFERS.put(BLOCKED_SAMPLE, field.path, value)).encode()
        with within():
            answers[feed_transfer(Damaged(content, json.dumps([0, [field.pointer]]), lossy=False), Path())] += 1
    assert min(answers[Answer.READ], answers[Answer.REFUSED]) > 2_000, "some are within the bounds and some without"


@pytest.mark.long
def test_no_field_of_a_claim_at_any_of_its_bounds_stops_a_worker() -> None:
    screener()
    for field, value in CLAIMS.sweep():
        content = dumped(CLAIMS.put(CLAIM, field.path, value)).encode()
        with within():
            feed_claim(Damaged(content, "claim", lossy=False), Path())


def test_a_field_that_is_added_to_the_contract_is_fed_by_itself() -> None:
    class Part(Model):
        depth: Annotated[int, ModelField(ge=3, le=7)]

    class Longer(TransferEvent):
        novelty: Annotated[str, ModelField(max_length=9)] | None = None
        since: datetime | None = None
        parts: tuple[Part, ...] = ()

    bounds = Bounds(Longer)
    drawn = {field.pointer: [value for other, value in bounds.sweep() if other == field] for field in bounds.fields}
    assert {"a" * 8, "a" * 9, "a" * 10} <= {value for value in drawn["/novelty"] if isinstance(value, str)}
    assert "9999-12-31T23:59:59-14:00" in drawn["/since"]
    assert {2, 3, 7, 8} <= {value for value in drawn["/parts/0/depth"] if isinstance(value, int)}


def test_the_bounds_find_a_date_that_cannot_be_reckoned_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case, "law_day", lambda event: event.occurred_at.astimezone(tz=None).date())
    (field,) = (field for field in TRANSFERS.fields if field.pointer == "/occurred_at")
    failed = []
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        assert any(value == moment for swept, value in TRANSFERS.sweep() if swept == field)
        content = dumped(TRANSFERS.put(BLOCKED_SAMPLE, field.path, moment)).encode()
        try:
            feed_transfer(Damaged(content, json.dumps([0, [field.pointer]]), lossy=False), Path())
        except OverflowError:
            failed.append(moment)
    assert len(failed) == 2
