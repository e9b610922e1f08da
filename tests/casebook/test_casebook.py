"""Every case of the casebook gets the decision and the rules it says, offline, with the packaged rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import packaged
from tests.casebook.expectations import shortfalls
from tests.casebook.index import CASES
from tidewaiter.rulebook.loader import builtin_rule_sets
from tidewaiter.rulebook.policy import Policy, QuotaTotals, Register
from tidewaiter.rulebook.yaml_source import read_yaml
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.transfer import TransferEvent


def _screener_with(register: Any, totals: Any, jurisdictions: tuple[str, ...]) -> Screener:
    policy = Policy(
        jurisdictions=jurisdictions,
        register=Register.model_validate(register),
        quota_totals=QuotaTotals.model_validate({"totals": totals}).totals,
    )
    return Screener(packaged.compiled(builtin_rule_sets(jurisdictions), policy))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_gets_the_verdict_it_says(path: Path) -> None:
    case = read_yaml(path, path.name).content
    assert case["what"]
    assert case["source"]
    jurisdictions = tuple(case.get("jurisdictions", ("UN",)))
    if "register" in case or "totals" in case:
        screener = _screener_with(case.get("register", {}), case.get("totals", ()), jurisdictions)
    else:
        screener = packaged.screener(*jurisdictions)
    transfer = TransferEvent.model_validate({"id": path.stem} | case["transfer"])
    verdict = screener.screen([transfer])[0]
    explained = "\n".join(f"{finding.effect} {finding.reason}" for finding in verdict.findings)
    assert not list(shortfalls(case["expect"], verdict)), explained
    # With a trace every rule is judged; without one, those that cannot be met are left out beforehand.
    assert screener.explain(transfer)[0] == verdict


def test_a_third_of_the_cases_or_more_are_innocent() -> None:
    cases = [read_yaml(path, path.name).content for path in CASES]
    innocent = [case for case in cases if case["expect"]["decision"] == "clear"]
    assert len(innocent) * 3 >= len(cases)
