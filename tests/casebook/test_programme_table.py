"""The table of programmes: for each rule of the same shape a transfer on its first and last day, and its innocent twins.

A row is a case in one line: who is bound, the rule, the day, from or to where, what, and the decision. A `clear` row is a twin:
the same goods to an uninvolved country, or on the day before the first or after the last. So is a row whose rule begins
with `!`: other law asks for the decision, and that rule has no finding.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests import packaged
from tidewaiter.rulebook.programmes import read_programmes
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Effect, Verdict

ROWS = list(csv.DictReader((Path(__file__).parent / "programmes.csv").open(encoding="utf-8")))


def transfer(number: int, row: dict[str, str]) -> TransferEvent:
    there = {"country": row["country"]} | ({"place": row["place"]} if row["place"] else {})
    stops = [{"country": row["home"]}, there]
    origin, destination = stops if row["direction"] == "to" else reversed(stops)
    facts: dict[str, Any] = {
        "id": f"row-{number}",
        "occurred_at": f"{row['day']}T12:00:00Z",
        "kind": row["kind"],
        "parties": [
            {"role": "transferor", "name": "Example Supplier", "type": "organisation", "countries": [origin["country"]]},
            {"role": "transferee", "name": "Example Trading", "type": "organisation", "countries": [destination["country"]]},
        ],
        "items": [json.loads(row["item"])] if row["item"] else [],
        "route": {"origin": origin, "destination": destination},
        "purpose": row["purpose"] or None,
    }  # fmt: skip
    return TransferEvent.model_validate(facts)


def is_twin(row: dict[str, str]) -> bool:
    return row["decision"] == "clear" or row["rule"].startswith("!")


def met(row: dict[str, str], verdict: Verdict) -> bool:
    """Return whether the rule has a finding that counts."""
    counting = {finding.rule for finding in verdict.findings if finding.effect is not Effect.INFO}
    return row["rule"].removeprefix("!") in counting


@pytest.mark.parametrize("jurisdiction", sorted({row["jurisdiction"] for row in ROWS}))
def test_every_row_gets_the_decision_it_says_and_the_guilty_ones_the_rule(jurisdiction: str) -> None:
    rows = [(number, row) for number, row in enumerate(ROWS, 2) if row["jurisdiction"] == jurisdiction]
    verdicts = packaged.screener(jurisdiction).screen([transfer(number, row) for number, row in rows])
    wrong = [
        f"line {number}: {row['rule']} on {row['day']}: {verdict.decision}, not {row['decision']}"
        for (number, row), verdict in zip(rows, verdicts, strict=True)
        if verdict.decision != row["decision"] or met(row, verdict) is is_twin(row)
    ]
    assert wrong == []


def test_every_encoded_programme_but_those_of_the_casebook_itself_has_rows() -> None:
    tried = {(row["jurisdiction"], row["country"]) for row in ROWS}
    own_cases = {("UN", "KP"), ("US", "KP")}
    encoded = {(one.jurisdiction, one.target.partition("-")[0]) for one in read_programmes() if one.rules}
    assert sorted(encoded - tried - own_cases) == []


def test_half_of_the_rows_are_innocent_twins() -> None:
    assert sum(map(is_twin, ROWS)) * 2 >= len(ROWS)
