"""The casebook passes through a worker as it does offline: the same bytes as `tidewaiter screen` writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.brokers import Broker
from tests.casebook.index import Case, read_cases
from tests.environment import clean_environment
from tests.patience import WAIT
from tests.station import ROOT, on, one_verdict_each
from tidewaiter_schemas import Verdict


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    """Those that the packaged rules judge with nothing of the operator's own: no register, totals or jurisdictions."""
    return {
        case.name: case
        for case in read_cases()
        if case.register is None and case.totals is None and case.jurisdictions == ("UN",)
    }


@pytest.fixture(scope="module")
def sent(cases: dict[str, Case]) -> list[dict[str, Any]]:
    return [{"id": name} | case.transfer for name, case in cases.items()]


@pytest.fixture(scope="module")
def offline(sent: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the command writes for each, by case."""
    file = tmp_path_factory.mktemp("casebook") / "transfers.jsonl"
    file.write_text("".join(json.dumps(transfer) + "\n" for transfer in sent), encoding="utf-8")
    lines = _screen(file).splitlines()
    assert len(lines) == len(sent)
    return {transfer["id"]: line for transfer, line in zip(sent, lines, strict=True)}


def test_every_case_gets_the_verdict_it_says_through_the_stream(
    broker: Broker, cases: dict[str, Case], sent: list[dict[str, Any]], offline: dict[str, bytes]
) -> None:
    with on(broker.address) as (station, _worker):
        # One partition keeps their order, and with it the running totals of the quotas.
        station.publish(sent, partition=0)
        found = station.verdicts_on(cases)
    one_verdict_each(found)
    for name, case in cases.items():
        value = found[name][0].value
        assert value is not None
        verdict = Verdict.model_validate_json(value)
        rules = {finding.rule for finding in verdict.findings}
        assert verdict.decision == case.decision, name
        assert set(case.found) <= rules, name
        assert not set(case.not_found) & rules, name
        assert value == offline[name], f"{name}: the worker's bytes are not those of the command"


def _screen(file: Path) -> bytes:
    command = [sys.executable, "-m", "tidewaiter", "screen", str(file)]
    done = subprocess.run(command, env=clean_environment(), cwd=ROOT, check=False, capture_output=True, timeout=WAIT)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
