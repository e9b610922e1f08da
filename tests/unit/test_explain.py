"""Why a rule is met or not, told by the code that judges: every rule once for each item, and the verdict unchanged."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests import packaged
from tests.builders import seller, transfer
from tests.casebook.index import CASES
from tidewaiter.cli import app
from tidewaiter.commands.explanation import explain
from tidewaiter.errors import RuleError
from tidewaiter.goods.recognition import NamedThing
from tidewaiter.rulebook.yaml_source import read_yaml
from tidewaiter.screening.trace import Status, Trace
from tidewaiter_schemas.transfer import TransferEvent


def told(rule: str, day: str = "2024-02-18", origin: str = "CN", to: str = "KP", **item: Any) -> dict[str, Any]:
    sold = transfer(item, day=day, to=to, parties=[seller(origin)])
    (entry,) = explain(sold, packaged.rule_book(), rule)["rules"]
    return dict(entry)


@pytest.mark.parametrize(
    ("rule", "transfer", "status", "why"),
    [
        ("KP-TO-VEHICLE", {"hs_code": "8703.24"}, "met", "All transportation vehicles"),
        ("KP-TO-VEHICLE", {"hs_code": "8703.24", "day": "2017-12-21"}, "not in force on that day", "In force since 2017-12-22"),
        ("KP-TO-VEHICLE", {"hs_code": "8703.24", "to": "CN", "origin": "KP"}, "no tie in its direction", "nothing goes to KP"),
        ("KP-TO-VEHICLE", {"hs_code": "8703.24", "to": "FR"}, "country not touched", "nothing ties the transfer to KP"),
        ("KP-TO-VEHICLE", {"hs_code": "1006.30"}, "not its goods", "it covers HS 86, 87, 88, 89"),
        ("KP-TO-LUX-2321-1", {"hs_code": "5701.10", "value": {"amount": 400, "currency": "USD"}}, "not worth enough", "under the threshold"),
        ("KP-TO-LUX", {"hs_code": "8703.24"}, "silent beside another rule", "KP-TO-LUX-2094-2b speaks of the same item"),
        ("KP-TO-LUX-2094-1a", {"hs_code": "71"}, "covered by a surer rule of its group", "a surer rule of group luxury speaks"),
        ("KP-FIN-BANK", {"hs_code": "8703.24"}, "not shown", "no party is whom it asks for"),
    ],
)  # fmt: skip
def test_a_rule_says_why(rule: str, transfer: dict[str, Any], status: str, why: str) -> None:
    entry = told(rule, **transfer)
    assert (entry["status"], why in entry["why"]) == (status, True), entry


def test_what_is_met_has_its_effect_its_exception_and_how_sure_its_paragraph_is() -> None:
    entry = told("KP-TO-VEHICLE", hs_code="8807.30")
    assert (entry["effect"], entry["exception"]) == ("review", "KP-TO-OP7-AIRCRAFT")
    assert entry["citations"] == ["UNSCR 2397 (2017), OP 7, paragraph not verified (H)"]


def _cases() -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in CASES]


@pytest.mark.parametrize("path", _cases())
def test_telling_changes_no_verdict_and_leaves_no_rule_out(path: Path) -> None:
    case = read_yaml(path, path.name).content
    transfer = TransferEvent.model_validate({"id": path.stem} | case["transfer"])
    book = packaged.rule_book()
    (plain,) = packaged.screener().screen([transfer])
    verdict, trace = packaged.screener().explain(transfer)
    assert verdict == plain
    met = Counter((one.compiled.rule.id, one.subject) for one in trace.outcomes if one.status is Status.MET)
    rules = {compiled.rule.id for compiled_rules in book.rules.values() for compiled in compiled_rules}
    assert set(met) == {(f.rule, f.subject) for f in verdict.findings if f.rule in rules}
    explanation = explain(transfer, book)
    assert {entry["rule"] for entry in explanation["rules"]} == rules
    # Once, but for a line that names several goods: a rule that is met speaks of each of them.
    told_of = Counter(
        (entry["rule"], entry["country"], entry["subject"], entry["status"] == "met" and entry["why"])
        for entry in explanation["rules"]
    )
    assert set(told_of.values()) == {1}
    assert len(told_of) == len({key[:3] for key in told_of}) or max(map(len, _things(trace))) > 1


def _things(trace: Trace) -> list[tuple[NamedThing, ...]]:
    return [item.recognition.things for item in trace.case.items]


def test_a_rule_that_is_not_there_is_an_error() -> None:
    with pytest.raises(RuleError, match=r"KP-TO-NOTHING: no such rule in un-arms, un-ir, un-kp, un-kp-dealings"):
        told("KP-TO-NOTHING", hs_code="1006")


def test_the_command_line_reads_one_transfer_and_writes_one_object(tmp_path: Path) -> None:
    path = tmp_path / "transfer.json"
    path.write_text(
        json.dumps(
            {
                "id": "t",
                "kind": "gift",
                "occurred_at": "2024-02-18T12:00:00Z",
                "parties": [{"role": "transferee", "name": "Someone", "type": "person", "countries": ["KP"]}],
                "items": [{"description": "Aurus limousine"}],
            }
        ),
        encoding="utf-8",
    )
    result = CliRunner().invoke(app, ["rules", "explain", str(path)])
    assert result.exit_code == 0, result.output
    explanation = json.loads(result.stdout)
    assert explanation["decision"] == "block"
    assert explanation["ties"][0]["sentence"] == "it goes to a person of the DPRK"
    assert explanation["items"][0]["headings"][0]["code"] == "8703"
    assert [entry["status"] for entry in explanation["rules"]][:2] == ["met", "met"]
    bad = CliRunner().invoke(app, ["rules", "explain", "-"], input="{}")
    assert bad.exit_code == 1
