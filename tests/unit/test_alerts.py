"""Alerts ask for metrics that exist, fire when their fault is there, and say what to do."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from tests.unit import promql
from tidewaiter.cli import app
from tidewaiter.observability import reference

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "rules" / "tidewaiter.yml"
RUNBOOKS = ROOT / "docs" / "runbooks"
SITE = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["site_url"]
CASES = sorted((Path(__file__).parent / "alerts").glob("*.yml"))
GROUPS: list[dict[str, Any]] = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
ALL = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = [rule for rule in ALL if "alert" in rule]


def runbook_of(alert: dict[str, Any]) -> Path:
    """Return the file of the page that the alert links to."""
    page = re.fullmatch(re.escape(SITE) + r"runbooks/([a-z-]+)/", alert["annotations"]["runbook_url"])
    assert page is not None, f"{alert['alert']}: run make schemas"
    return RUNBOOKS / f"{page[1]}.md"


def promtool(*arguments: str | Path) -> None:
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("promtool is not installed (Debian package `prometheus`)")
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_are_rules() -> None:
    promtool("check", "rules", RULES)


@pytest.mark.long
def test_each_alert_fires_when_its_fault_is_there_and_is_over_when_it_is_mended(tmp_path: Path) -> None:
    for case in CASES:
        expected = re.sub(r"docs/runbooks/([a-z-]+)\.md", rf"{SITE}runbooks/\1/", case.read_text(encoding="utf-8"))
        (tmp_path / case.name).write_text(re.sub(r"(?m)^( *- ).*/tidewaiter\.yml$", rf"\g<1>{RULES}", expected))
    promtool("test", "rules", *tmp_path.glob("*.yml"))


def test_each_alert_has_a_case_in_which_it_fires_and_one_after_it_in_which_it_does_not() -> None:
    cases = [case for path in CASES for case in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]]
    asked = [(c["alertname"], bool(c.get("exp_alerts"))) for case in cases for c in case["alert_rule_test"]]
    for alert in ALERTS:
        outcomes = [fires for name, fires in asked if name == alert["alert"]]
        assert True in outcomes, f"{alert['alert']} never fires"
        assert False in outcomes[outcomes.index(True) :], f"{alert['alert']} is never over"


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.get("alert") or rule["record"])
def test_every_metric_and_label_that_is_asked_for_exists(rule: dict[str, Any]) -> None:
    series = promql.scraped() | {recorded["record"]: set() for recorded in ALL if "record" in recorded}
    asked = promql.asked(rule["expr"])
    assert asked
    for name, labels in asked:
        assert name in series, f"no such metric: {name}"
        assert labels <= series[name]
    assert promql.grouped(rule["expr"]) <= set().union(*(series[name] for name, _ in asked))


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_each_alert_says_how_bad_it_is_and_leads_to_a_runbook(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert alert["annotations"].keys() == {"summary", "description", "runbook_url"}
    runbook = runbook_of(alert).read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", runbook, re.MULTILINE) == [
        "What it means",
        "First commands",
        "What to look at",
        "What to do",
        "When to escalate",
        "How to know it is over",
    ]


def test_each_runbook_belongs_to_an_alert() -> None:
    assert set(RUNBOOKS.glob("*.md")) == {runbook_of(alert) for alert in ALERTS}


def first_commands(runbook: Path) -> list[str]:
    """Return the lines of the block under “First commands”."""
    block = re.search(r"^## First commands\n\n```bash\n(.*?)^```$", runbook.read_text(encoding="utf-8"), re.M | re.S)
    assert block is not None, runbook.name
    return block[1].splitlines()


@pytest.mark.parametrize("runbook", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_a_runbook_begins_with_three_commands_that_exist(runbook: Path) -> None:
    commands = first_commands(runbook)
    assert len(commands) == 3
    for command in commands:
        subprocess.run(["bash", "-nc", command], check=True)
        if ours := re.search(r"\btidewaiter ((?:[a-z-]+ ?)+)((?:--[a-z-]+)?)", command):
            step: Any = get_command(app)
            for word in ours[1].split():
                step = step.commands.get(word, step) if hasattr(step, "commands") else step
            assert step.callback is not None
            assert not getattr(step, "commands", None), command
            known = {option for parameter in step.params for option in parameter.opts}
            assert set(re.findall(r"(?<= )--[a-z-]+", command[ours.start() :].split("|")[0])) <= known


def test_the_queries_of_the_runbooks_are_queries(tmp_path: Path) -> None:
    commands = [command for runbook in RUNBOOKS.glob("*.md") for command in first_commands(runbook)]
    queries = [found[1] for command in commands if (found := re.match(r"promtool query .*?'(.*)'$", command))]
    assert len(queries) > len(list(RUNBOOKS.glob("*.md"))) / 2
    rules = [{"record": f"asked:{number}", "expr": query} for number, query in enumerate(queries)]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": rules}]}))
    promtool("check", "rules", tmp_path / "rules.yml")
    for query in queries:
        assert {name for name, _ in promql.asked(query)} <= promql.scraped().keys(), query


def test_the_page_for_operators_lists_every_alert_with_its_runbook() -> None:
    page = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (Tidewaiter[^|]+) \| [^|]*\(runbooks/([a-z-]+)\.md\)", page, re.MULTILINE)
    listed = {}
    for names, runbook in rows:
        first, *others = [name.strip() for name in names.split(",")]
        for name in (first, *others):
            listed[first.removesuffix("Fast") + name[1:] if name.startswith("-") else name] = runbook
    assert listed == {alert["alert"]: runbook_of(alert).stem for alert in ALERTS}


def test_runbooks_name_metrics_and_settings_that_exist() -> None:
    from tidewaiter.settings import PREFIX, Settings

    known = {PREFIX + name.upper() for name in Settings.model_fields}
    scraped = {name for name, *_ in reference.described()}
    recorded = {rule["record"] for rule in ALL if "record" in rule}
    for path in (ROOT / "docs" / "runbooks").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r"TIDEWAITER_[A-Z_]+", text)) <= known, path.name
        assert set(re.findall(r"tidewaiter_\w+", text)) <= scraped, path.name
        assert set(re.findall(r"tidewaiter:[\w:]+", text)) <= recorded, path.name


def test_the_latency_promised_is_a_bound_of_the_histogram() -> None:
    from tidewaiter.observability.metrics import LATENCY

    bounds = {bound for rule in ALL for bound in re.findall(r'le="([^"]+)"', rule["expr"])}
    assert bounds
    assert bounds <= {repr(float(bound)) for bound in LATENCY}


def test_the_description_of_the_metrics_is_what_the_metrics_say() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8") == reference.document(), "run make schemas"
