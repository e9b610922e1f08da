"""Export control numbers are read and judged, and asked for where goods are at risk. None is derived from an HS code."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from tidewaiter.goods.control_numbers import ControlStatus, control_numbers_in
from tidewaiter.release.assembly import assemble
from tidewaiter.rulebook.country_knowledge import packaged_ties
from tidewaiter.rulebook.loader import BUILTIN
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter.settings.choices import MissingControlNumber
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Effect, Verdict

CIRCUITS = {"description": "integrated circuits", "hs_code": "8542.31"}
SENSOR = {"description": "pressure transducer", "hs_code": "9026.20"}


def screened(
    item: dict[str, Any], to: str, origin: str | None = "DE", law: str = "EU", on: str = "2026-06-01", **settings: Any
) -> Verdict:
    """Return the verdict on a sale of `item` by an operator whom `law` binds."""
    seller, buyer = (
        {"name": f"Example {name}", "role": role} for name, role in (("A", "transferor"), ("B", "transferee"))
    )
    transfer: dict[str, Any] = {
        "id": "t", "occurred_at": f"{on}T12:00:00Z", "kind": "sale",
        "parties": [seller, buyer | {"countries": [to]}],
        "items": [item],
        "route": {"destination": {"country": to}} | ({"origin": {"country": origin}} if origin else {}),
    }  # fmt: skip
    screener = Screener(assemble(Settings(jurisdictions=tuple(law.split(",")), **settings)))
    return screener.screen([TransferEvent.model_validate(transfer)])[0]


def told(verdict: Verdict) -> dict[str, Effect]:
    return {one.rule: one.effect for one in verdict.findings if one.rule.startswith("TW-CONTROL-NUMBER")}


@pytest.mark.parametrize(
    ("eccn", "number", "status"),
    [
        ("3A001", None, ControlStatus.LISTED),
        (" 3a001.a.7 ", None, ControlStatus.LISTED),
        ("5D992.c", None, ControlStatus.LISTED),
        ("EAR99", None, ControlStatus.NOT_LISTED),
        ("ear 99", None, ControlStatus.NOT_LISTED),
        ("2B23O", None, ControlStatus.UNREADABLE),
        ("3A001a7", None, ControlStatus.UNREADABLE),
        ("not listed", None, ControlStatus.UNREADABLE),
        (None, "3A001a7", ControlStatus.LISTED),
        (None, "3A001.a.7", ControlStatus.LISTED),
        (None, "ML6.a", ControlStatus.LISTED),
        (None, "PL9001", ControlStatus.LISTED),
        (None, "X.A.I.001", ControlStatus.LISTED),
        (None, "not listed", ControlStatus.NOT_LISTED),
        (None, "n/a", ControlStatus.UNREADABLE),
        (None, "8542.31", ControlStatus.UNREADABLE),
    ],
)  # fmt: skip
def test_a_control_number_is_read_by_its_format(eccn: str | None, number: str | None, status: ControlStatus) -> None:
    assert {one.status for one in control_numbers_in(eccn, number)} == {status}


def test_several_numbers_are_read_one_by_one() -> None:
    found = control_numbers_in("3A001.a.7; EAR99", "5A002, ML6")
    assert [one.number for one in found] == ["3A001.A.7", "EAR99", "5A002", "ML6"]
    assert control_numbers_in(None, None) == control_numbers_in("", " ") == ()


@pytest.mark.parametrize(
    ("field", "law", "origin", "to", "expected"),
    [
        ("dual_use_number", "EU", "DE", "VN", {"TW-CONTROL-NUMBER-EU": Effect.REVIEW}),
        ("eccn", "EU", "DE", "VN", {"TW-CONTROL-NUMBER-EU": Effect.REVIEW}),
        ("dual_use_number", "EU", "DE", "JP", {"TW-CONTROL-NUMBER-EU": Effect.INFO}),
        ("dual_use_number", "EU", "DE", "FR", {}),
        ("dual_use_number", "EU", "VN", "CN", {}),
        ("dual_use_number", "EU,JP", None, "VN", {"TW-CONTROL-NUMBER-EU": Effect.REVIEW, "TW-CONTROL-NUMBER-JP": Effect.REVIEW}),
        ("eccn", "US", "US", "VN", {"TW-CONTROL-NUMBER-US": Effect.REVIEW}),
        ("eccn", "UN", "DE", "VN", {}),
    ],
)  # fmt: skip
def test_a_stated_number_is_judged_where_the_goods_leave_the_territory(
    field: str, law: str, origin: str | None, to: str, expected: dict[str, Effect]
) -> None:
    verdict = screened(SENSOR | {field: "2B230"}, to, origin, law)
    assert told(verdict) == expected


def test_the_finding_cites_the_law_that_needs_the_licence() -> None:
    finding = next(one for one in screened(SENSOR | {"eccn": "2B230"}, "VN").findings if "-EU" in one.rule)
    assert [(one.instrument, one.confidence) for one in finding.further_citations] == [("Reg. (EU) 2021/821", "H")]
    assert "2B230" in finding.reason


def test_goods_of_american_origin_stay_subject_to_american_law() -> None:
    made_there = SENSOR | {"eccn": "2B230", "origin": "US"}
    assert told(screened(made_there, "VN", "CN", "US")) == {"TW-CONTROL-NUMBER-US": Effect.REVIEW}
    assert told(screened(made_there | {"origin": "CN"}, "VN", "CN", "US")) == {}


def test_goods_stated_to_be_on_no_list_ask_for_nothing() -> None:
    assert told(screened(CIRCUITS | {"eccn": "EAR99"}, "VN")) == {}
    assert told(screened(CIRCUITS | {"dual_use_number": "not listed"}, "MM")) == {}


def test_a_text_that_is_no_number_is_for_review() -> None:
    assert told(screened(CIRCUITS | {"eccn": "2B23O"}, "VN")) == {"TW-CONTROL-NUMBER-INVALID": Effect.REVIEW}


@pytest.mark.parametrize(
    ("item", "to", "expected"),
    [
        (CIRCUITS, "VN", Effect.INFO),
        (CIRCUITS, "JP", None),
        (CIRCUITS, "FR", None),
        (CIRCUITS, "RU", Effect.REVIEW),
        (CIRCUITS, "MM", Effect.REVIEW),
        ({"description": "integrated circuits", "hs_code": "8542"}, "VN", Effect.INFO),
        ({"description": "goods as declared", "hs_code": "8542.90"}, "VN", None),
        ({"description": "machining centre", "hs_code": "8457.10"}, "VN", Effect.INFO),
        ({"description": "rice", "hs_code": "1006.30"}, "VN", None),
        ({"description": "laptop"}, "VN", None),
        (SENSOR, "VN", None),
    ],
)
def test_goods_at_risk_without_a_number_are_asked_for_it(
    item: dict[str, Any], to: str, expected: Effect | None
) -> None:
    assert told(screened(item, to)).get("TW-CONTROL-NUMBER-MISSING") is expected


def test_a_declared_code_is_told_before_a_recognised_heading() -> None:
    finding = next(one for one in screened(CIRCUITS, "VN").findings if one.rule == "TW-CONTROL-NUMBER-MISSING")
    assert [one.value for one in finding.evidence] == ["854231", "854231"]
    assert "Common High Priority List" in finding.reason


@pytest.mark.parametrize(("on", "asked"), [("2023-02-23", False), ("2023-02-24", True)])
def test_a_list_asks_from_its_first_day_on(on: str, asked: bool) -> None:
    lathe = {"description": "lathe", "hs_code": "8458.11"}
    assert ("TW-CONTROL-NUMBER-MISSING" in told(screened(lathe, "VN", on=on))) is asked


def test_the_operator_can_ask_for_review_of_what_has_no_number() -> None:
    verdict = screened(CIRCUITS, "VN", missing_control_number=MissingControlNumber.REVIEW)
    assert told(verdict) == {"TW-CONTROL-NUMBER-MISSING": Effect.REVIEW}
    assert verdict.decision == "review"
    assert screened(CIRCUITS, "VN").decision == "clear"


def test_a_licence_on_the_register_lifts_the_finding_that_it_names(tmp_path: Any) -> None:
    register = tmp_path / "register.yaml"
    register.write_text(
        "authorisations:\n"
        "  - authority: Example licensing office\n    reference: X-1\n    parties: [Example B]\n"
        "    rules: [TW-CONTROL-NUMBER-EU]\n    valid: {since: 2026-01-01, until: 2026-12-31}\n"
    )
    settings = Settings(jurisdictions=("EU",), authorisations=register)
    transfer = {
        "id": "t", "occurred_at": "2026-06-01T12:00:00Z", "kind": "sale",
        "parties": [{"name": "Example A", "role": "transferor"}, {"name": "Example B", "role": "transferee"}],
        "items": [SENSOR | {"dual_use_number": "2B230"}],
        "route": {"origin": {"country": "DE"}, "destination": {"country": "VN"}},
        "authorisations": [{"authority": "Example licensing office", "reference": "X-1"}],
    }  # fmt: skip
    screener = Screener(assemble(settings))
    verdict = screener.screen([TransferEvent.model_validate(transfer)])[0]
    finding = next(one for one in verdict.findings if one.rule == "TW-CONTROL-NUMBER-EU")
    assert finding.suppressed_by == "Example licensing office X-1"
    other = screener.screen([TransferEvent.model_validate(transfer | {"authorisations": []})])[0]
    assert other.decision == "review"


def test_the_codes_at_risk_are_those_of_the_published_lists() -> None:
    chpl, supplement, _ = packaged_ties().dual_use.at_risk

    def codes(name: str) -> set[str]:
        with (BUILTIN / "codes" / name).open(newline="") as file:
            return {row["code"] for row in csv.DictReader(file)}

    assert set(chpl.codes) == codes("us-chpl.csv")
    assert set(supplement.codes) == codes("us-746-supplement-7.csv")
