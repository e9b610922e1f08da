"""The comparison of two commits' verdicts: what it calls a difference, and transfers that repeat."""

from __future__ import annotations

import json
from typing import Any

from bench.generated_transfers import Parts, generated_transfers
from bench.same_verdicts import changed_rule_books, compare, kind_of
from tests.casebook.index import read_cases
from tidewaiter.wire.cloudevents import decode

CLEAR: dict[str, Any] = {
    "id": "one",
    "transfer_id": "t",
    "decision": "clear",
    "findings": [],
    "rulebook": {"sha256": "aa", "rule_sets": [{"id": "un-kp", "sha256": "bb"}]},
}
FINDING = {"rule": "KP-ARMS", "subject": "/items/0", "effect": "block", "reason": "arms", "certainty": 1.0}


def _lines(*verdicts: dict[str, Any]) -> list[bytes]:
    return [json.dumps(verdict).encode() for verdict in verdicts]


def _changes(old: dict[str, Any], new: dict[str, Any], without: tuple[str, ...] = ()) -> list[str]:
    return [change for found in compare(_lines(old), _lines(new), without) for change in found.changes]


def test_the_same_bytes_are_no_difference() -> None:
    assert _changes(CLEAR, CLEAR) == []


def test_a_finding_that_comes_or_goes_and_the_decision_are_named() -> None:
    blocked = CLEAR | {"decision": "block", "findings": [FINDING]}
    assert _changes(CLEAR, blocked) == ['decision: "clear" -> "block"', "+ KP-ARMS /items/0: block, arms"]
    assert _changes(blocked, CLEAR) == ['decision: "block" -> "clear"', "- KP-ARMS /items/0: block, arms"]


def test_a_value_inside_a_finding_is_named_by_its_path() -> None:
    before, after = CLEAR | {"findings": [FINDING]}, CLEAR | {"findings": [FINDING | {"certainty": 0.9}]}
    assert _changes(before, after) == ["KP-ARMS /items/0.certainty: 1.0 -> 0.9"]


def test_another_order_of_keys_or_findings_is_a_difference() -> None:
    turned = dict(reversed(CLEAR.items()))
    assert _changes(CLEAR, turned) == ["the same values in another order or spelling"]
    other = FINDING | {"rule": "KP-LUX"}
    assert _changes(CLEAR | {"findings": [FINDING, other]}, CLEAR | {"findings": [other, FINDING]}) == [
        "findings in another order"
    ]


def test_a_verdict_that_is_missing_is_a_difference() -> None:
    assert [found.transfer for found in compare(_lines(CLEAR, CLEAR), _lines(CLEAR))] == ["(all)"]


def test_another_rule_book_is_named_once_and_can_be_left_out() -> None:
    other = CLEAR | {"id": "two", "rulebook": {"sha256": "cc", "rule_sets": [{"id": "un-kp", "sha256": "dd"}]}}
    assert changed_rule_books(_lines(CLEAR, CLEAR), _lines(other, other)) == [
        'rulebook.sha256: "aa" -> "cc"',
        'rulebook.rule_sets[0].sha256: "bb" -> "dd"',
    ]
    assert _changes(CLEAR, other, ("id", "rulebook")) == []
    assert changed_rule_books(_lines(CLEAR), _lines(CLEAR)) == []


def test_changes_are_counted_by_what_they_have_in_common() -> None:
    assert kind_of('decision: "clear" -> "block"') == 'decision: "clear" -> "block"'
    assert kind_of("+ KP-ARMS /items/0: block, arms: many") == "+ KP-ARMS"
    assert kind_of("KP-ARMS /items/0.certainty: 1.0 -> 0.9") == "KP-ARMS.certainty"
    assert kind_of('KP-ARMS /items/0.evidence[2].value: "a" -> "b"') == "KP-ARMS.evidence.value"


def test_generated_transfers_repeat_by_their_seed_and_can_be_read() -> None:
    parts = Parts([case.transfer for case in read_cases()], ["rice", "танк"])
    made = list(generated_transfers(parts, 300, seed=1))
    assert made == list(generated_transfers(parts, 300, seed=1))
    assert made != list(generated_transfers(parts, 300, seed=2))
    assert len({transfer["id"] for transfer in made}) == 300
    for transfer in made:
        assert decode(json.dumps(transfer, default=str).encode(), None, 1 << 20).id == transfer["id"]
