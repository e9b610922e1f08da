"""Every panel asks for metrics that exist, says what it shows, and leads to what to do."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit import promql

ROOT = Path(__file__).parents[2]
GRAFANA = ROOT / "deploy" / "grafana"
RULES = yaml.safe_load((ROOT / "deploy" / "prometheus" / "rules" / "tidewaiter.yml").read_text(encoding="utf-8"))
RECORDED = {rule["record"] for group in RULES["groups"] for rule in group["rules"] if "record" in rule}
DASHBOARDS = sorted((GRAFANA / "dashboards").glob("*.json"))
PANELS = [
    pytest.param(panel, id=f"{path.stem}: {panel['title']}")
    for path in DASHBOARDS
    for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]
    if panel["type"] != "row"
]


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_asks_for_metrics_and_labels_that_exist(panel: dict[str, Any]) -> None:
    series = promql.scraped() | {name: set() for name in RECORDED}
    assert panel["targets"]
    for target in panel["targets"]:
        asked = promql.asked(target["expr"])
        assert asked, target["expr"]
        for name, labels in asked:
            assert name in series, f"no such metric: {name}"
            assert labels <= series[name]
        known: set[str] = set().union(*(series[name] for name, _ in asked))
        assert promql.grouped(target["expr"]) <= known
        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= known


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_says_what_it_shows_and_names_its_runbook(panel: dict[str, Any]) -> None:
    meaning, _, runbook = panel["description"].partition("Runbook: ")
    assert meaning.strip().endswith(".")
    assert (ROOT / runbook).is_file()
    assert panel["fieldConfig"]["defaults"]["unit"]


def test_the_panels_ask_the_data_source_that_is_provisioned() -> None:
    sources = yaml.safe_load((GRAFANA / "provisioning" / "datasources" / "prometheus.yml").read_text(encoding="utf-8"))
    (provisioned,) = (source["uid"] for source in sources["datasources"])
    for path in DASHBOARDS:
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r'"datasource": \{\s*"type": "prometheus",\s*"uid": "([^"]*)"', text)) == {provisioned}


def test_no_two_panels_or_dashboards_have_the_same_name_for_grafana() -> None:
    boards = [json.loads(path.read_text(encoding="utf-8")) for path in DASHBOARDS]
    assert len({board["uid"] for board in boards}) == len(boards) > 0
    for board in boards:
        ids = [panel["id"] for panel in board["panels"]]
        assert len(set(ids)) == len(ids)


def test_the_committed_dashboards_are_what_their_sources_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(GRAFANA))
    files = importlib.import_module("write").files()
    assert sorted(files) == DASHBOARDS
    assert {path: path.read_text(encoding="utf-8") for path in DASHBOARDS} == files
