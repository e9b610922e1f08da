"""Every panel asks for metrics that exist, says what it shows, and leads to what to do."""

from __future__ import annotations

import importlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit import promql

ROOT = Path(__file__).parents[2]
SITE = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["site_url"]
CHOSEN = {"job", "namespace", "instance"}
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
    meaning, _, link = panel["description"].partition("Runbook: ")
    assert meaning.strip().endswith(".")
    name, url = re.fullmatch(r"\[([a-z-]+)\]\((.+)\)", link).groups()  # type: ignore[union-attr]
    assert url == f"{SITE}runbooks/{name}/"
    assert (ROOT / "docs" / "runbooks" / f"{name}.md").is_file()
    assert panel["fieldConfig"]["defaults"]["unit"]


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_shows_the_chosen_jobs_namespaces_and_instances_alone(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        for name, _ in promql.asked(target["expr"]):
            assert name not in RECORDED, "what is recorded is of all of them"
        for matchers in re.findall(r"\b(?:tidewaiter|process)_\w+(?:\{([^}]*)\})?", target["expr"]):
            assert {f'{label}=~"${label}"' for label in CHOSEN} <= set(matchers.split(",")), target["expr"]


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_asks_any_prometheus_and_offers_what_its_series_are_labelled_with(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    board = json.loads(text)
    assert set(re.findall(r'"datasource": \{\s*"type": "prometheus",\s*"uid": "([^"]*)"', text)) == {"${datasource}"}
    source, *narrower = board["templating"]["list"]
    assert (source["type"], source["query"]) == ("datasource", "prometheus")
    assert [variable["name"] for variable in narrower] == ["job", "namespace", "instance"]
    before: set[str] = set()
    for variable in narrower:
        asked = re.fullmatch(r"label_values\((\w+)\{(.*)\}, (\w+)\)", variable["query"]["query"])
        assert asked is not None
        assert asked[1] in promql.scraped()
        assert asked[3] == variable["name"]
        assert set(filter(None, asked[2].split(","))) == {f'{name}=~"${name}"' for name in before}
        # A list of all values would not match series without the label, which `.*` does.
        assert (variable["includeAll"], variable["allValue"], variable["multi"]) == (True, ".*", True)
        assert variable["current"]["value"] == ["$__all"]
        before.add(variable["name"])


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_marks_alerts_rule_books_and_rescreenings(path: Path) -> None:
    marked = {each["name"]: each for each in json.loads(path.read_text(encoding="utf-8"))["annotations"]["list"]}
    assert marked.keys() == {"Alerts", "Rule books", "Rescreenings"}
    named = {rule["alert"] for group in RULES["groups"] for rule in group["rules"] if "alert" in rule}
    (pattern,) = re.findall(r'alertname=~"([^"]+)"', marked["Alerts"]["expr"])
    assert all(re.fullmatch(pattern, name) for name in named)
    for each in marked.values():
        assert each["enable"]
        assert {name for name, _ in promql.asked(each["expr"])} <= promql.scraped().keys()


def test_no_two_panels_or_dashboards_have_the_same_name_for_grafana() -> None:
    boards = [json.loads(path.read_text(encoding="utf-8")) for path in DASHBOARDS]
    assert len({board["uid"] for board in boards}) == len(boards) > 0
    for board in boards:
        ids = [panel["id"] for panel in board["panels"]]
        assert len(set(ids)) == len(ids)


def test_the_committed_dashboards_are_what_their_sources_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(GRAFANA))
    files = importlib.import_module("write").files()
    assert sorted(path for path in files if path.suffix == ".json") == DASHBOARDS
    assert {path: path.read_text(encoding="utf-8") for path in files} == files
