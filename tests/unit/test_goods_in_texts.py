"""Goods that a converted document names in its texts are judged; the texts of other transfers are not read for goods."""

from __future__ import annotations

from typing import Any

from tests.packaged import screener
from tidewaiter_schemas import Effect, TransferEvent, Verdict

DOCUMENT = {"format": "mt103", "paths": {"/free_text": "/4/70", "/parties/1/name": "/4/59/2"}}


def screened(**facts: Any) -> Verdict:
    event = {
        "id": "t",
        "occurred_at": "2026-11-02T00:00:00Z",
        "kind": "payment",
        "parties": [
            {"role": "transferor", "name": "Harbour Street Trading Ltd", "countries": ["GB"]},
            {"role": "transferee", "name": "Beispiel GmbH", "countries": ["KP"]},
        ],
        "free_text": "Invoice 118, gold wristwatches",
        "document": DOCUMENT,
        **facts,
    }
    return screener().screen([TransferEvent.model_validate(event)])[0]


def luxury(verdict: Verdict) -> list[tuple[str, Effect, str | None]]:
    return [
        (finding.subject, finding.effect, finding.evidence[0].source)
        for finding in verdict.findings
        if finding.rule == "KP-TO-LUX-2270-1"
    ]


def test_goods_in_a_remittance_are_judged_and_never_block() -> None:
    assert luxury(screened()) == [("/free_text", Effect.REVIEW, "/4/70")]


def test_goods_in_a_name_are_information() -> None:
    parties = [
        {"role": "transferor", "name": "A Ltd"},
        {"role": "transferee", "name": "Gold Wristwatches", "countries": ["KP"]},
    ]
    assert luxury(screened(free_text="Invoice 118", parties=parties)) == [("/parties/1/name", Effect.INFO, "/4/59/2")]


def test_a_rule_that_an_item_meets_is_not_told_again_of_a_text() -> None:
    subjects = [subject for subject, _, _ in luxury(screened(items=[{"description": "Gold wristwatches"}]))]
    assert subjects == ["/items/0"]


def test_texts_of_a_transfer_that_is_no_document_are_not_read_for_goods() -> None:
    assert luxury(screened(document=None)) == []


def test_a_document_that_touches_no_sanctioned_country_has_no_finding_on_goods() -> None:
    parties = [
        {"role": "transferor", "name": "A Ltd", "countries": ["GB"]},
        {"role": "transferee", "name": "B", "countries": ["DE"]},
    ]
    assert luxury(screened(parties=parties)) == []


def test_texts_beyond_the_limit_are_told() -> None:
    long = {f"RmtInf/{number}": "words of no interest here " * 70 for number in range(20)}
    verdict = screened(extensions=long)
    told = [finding.reason for finding in verdict.findings if finding.rule == "TW-NOT-READ"]
    assert any("Not read for goods" in reason for reason in told)
