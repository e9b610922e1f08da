"""`screen`, `goods` and `rules explain`: what the engine fails on is one line of the output, and an exit status of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tidewaiter.cli import app
from tidewaiter.errors import TidewaiterError
from tidewaiter.exit_codes import ExitCode
from tidewaiter.goods.classifier import Classifier
from tidewaiter.screening.screener import Screener

FAILS = "ArithmeticError at tidewaiter."


def _lines(*names: str) -> str:
    return "\n".join(json.dumps({"id": name, "occurred_at": "2024-01-01T00:00:00Z", "kind": "gift"}) for name in names)


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that fails on what is called poison, and quotes it."""
    assess, explain, recognise = Screener.assess, Screener.explain, Classifier.recognise

    def failing(self: Screener, transfers: Sequence[Any]) -> Any:
        if any(transfer.id == "poison" for transfer in transfers):
            raise ArithmeticError(transfers)
        return assess(self, transfers)

    def failing_to_explain(self: Screener, transfer: Any) -> Any:
        raise ArithmeticError(transfer) if transfer.id == "poison" else AssertionError(explain)

    def failing_to_recognise(self: Classifier, item: Any) -> Any:
        if item.description == "poison":
            raise ArithmeticError(item)
        return recognise(self, item)

    monkeypatch.setattr(Screener, "assess", failing)
    monkeypatch.setattr(Screener, "explain", failing_to_explain)
    monkeypatch.setattr(Classifier, "recognise", failing_to_recognise)


@pytest.mark.usefixtures("poisoned")
@pytest.mark.parametrize(
    ("lines", "without_verdict", "status"),
    [
        pytest.param(_lines("a", "poison", "b"), {2: FAILS}, ExitCode.PARTLY_FAILED, id="the engine fails on one"),
        pytest.param(_lines("poison") + "\n{\n" + _lines("b"), {1: FAILS, 2: "not_json"}, ExitCode.PARTLY_FAILED, id="and one is no JSON"),
        pytest.param(_lines("a") + "\n{", {2: "not_json"}, ExitCode.UNREADABLE, id="only one is no JSON"),
        pytest.param(_lines("a", "b"), {}, 0, id="none"),
    ],
)  # fmt: skip
def test_each_line_is_answered_by_a_line(lines: str, without_verdict: dict[int, str], status: int) -> None:
    done = CliRunner().invoke(app, ["screen", "-"], input=lines)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(lines.splitlines())
    for number, answer in enumerate(answers, start=1):
        if number in without_verdict:
            assert answer["line"] == number
            assert without_verdict[number] in answer["error"]
        else:
            assert answer["decision"]
    assert done.exit_code == status


@pytest.mark.usefixtures("poisoned")
def test_a_line_of_goods_that_recognition_fails_on_is_answered_too() -> None:
    lines = [json.dumps({"description": name}) for name in ("wine", "poison", "rifles")]
    done = CliRunner().invoke(app, ["goods", "-"], input="\n".join(lines))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("line") for answer in answers] == [None, 2, None]
    assert FAILS in answers[1]["error"]
    assert done.exit_code == ExitCode.PARTLY_FAILED


@pytest.mark.usefixtures("poisoned")
def test_an_explanation_that_fails_says_where_and_repeats_nothing(tmp_path: Path) -> None:
    file = tmp_path / "transfer.json"
    file.write_text(_lines("poison"))
    done = CliRunner().invoke(app, ["rules", "explain", str(file)])
    assert isinstance(done.exception, TidewaiterError)
    assert FAILS in str(done.exception)
    assert "2024" not in str(done.exception)
