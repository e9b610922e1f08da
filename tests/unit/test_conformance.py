"""The helpers in Python pass the cases that those in Java and Node pass too."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from tests import conformance
from tidewaiter_schemas.in_force import VerdictsInForce
from tidewaiter_schemas.producing import transfer_record


def cases(name: str) -> Any:
    return json.loads((conformance.FOLDER / name).read_text(encoding="utf-8"))


def named(name: str) -> list[Any]:
    return [pytest.param(each, id=each["name"]) for each in cases(name)]


@pytest.mark.parametrize("name", ["transfers.json", "in-force.json", "chains.json"])
def test_the_cases_are_those_of_the_contract_today(name: str) -> None:
    """The problems of chains.json are those that the verifier in Python tells."""
    now = conformance.files()[name]
    assert (conformance.FOLDER / name).read_text(encoding="utf-8") == now, "run: python -m tests.conformance"


@pytest.mark.parametrize("case", cases("transfers.json")["cases"], ids=lambda case: case["name"])
def test_a_transfer_is_sent_or_its_fault_is_named(case: dict[str, Any]) -> None:
    told = cases("transfers.json")
    time = datetime.fromisoformat(told["time"])
    if case["wrong"] is None:
        record = transfer_record(case["transfer"], told["source"], time=time)
        assert record.key.decode() == case["transfer"]["id"]
        assert dict(record.headers)["ce_time"].decode() == told["time"]
    else:
        with pytest.raises(ValueError, match=rf"no transfer:\n(.*\n)*{case['wrong']}"):
            transfer_record(case["transfer"], told["source"], time=time)


@pytest.mark.parametrize("case", named("in-force.json"))
def test_a_verdict_is_in_force_or_not(case: dict[str, Any]) -> None:
    tracker = VerdictsInForce()
    taken = [
        tracker.take(conformance.whole(step["verdict"]), conformance.headers_of(step["headers"])) is not None
        for step in case["steps"]
    ]
    assert taken == [step["in_force"] for step in case["steps"]]
    assert VerdictsInForce.restore(case["state"]).state() == tracker.state() == case["state"]


def test_each_problem_of_a_chain_is_among_the_cases() -> None:
    told = " ".join(problem for case in cases("chains.json") for problem in case["problems"])
    for part in ("has no link", "was changed, or moved", "no trusted key", "before it is missing"):
        assert part in told
    quiet = [case["name"] for case in cases("chains.json") if not case["problems"]]
    assert "as they were written" in quiet
    assert "offsets of nineteen digits" in quiet
