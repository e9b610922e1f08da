"""The same transfer against two editions of an official list. Needs the lists, which the repository does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidewaiter.release.assembly import assemble
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Family, Finding

LISTS = Path(__file__).parents[3] / "shared" / "data" / "lists"
SAMPLES = Path(__file__).parents[2] / "service" / "tidewaiter" / "samples" / "transfers.jsonl"

pytestmark = pytest.mark.skipif(not LISTS.is_dir(), reason="the official lists are not beside the repository")


def party_findings(publisher: str, path: Path, jurisdictions: str = "UN,US") -> dict[str, Finding]:
    book = assemble(Settings(lists=((publisher, path),), jurisdictions=tuple(jurisdictions.split(","))))
    transfer = TransferEvent.model_validate_json(SAMPLES.read_bytes().splitlines()[0])
    assert transfer.id == "aurus-2024"
    (verdict,) = Screener(book).screen([transfer])
    assert verdict.rulebook.lists[0].id == publisher
    return {finding.rule: finding for finding in verdict.findings if finding.family is Family.PARTY}


@pytest.mark.long
def test_the_maker_of_the_limousine_is_found_from_the_day_it_was_listed() -> None:
    before = party_findings("ofac", LISTS / "ofac" / "SDN_2024-02-20.csv")
    after = party_findings("ofac", LISTS / "ofac" / "SDN_2024-02-23.csv")
    assert "ofac:47956" not in before
    assert after["ofac:47956"].subject == "/items/0/manufacturer"
    assert "AURUS" in after["ofac:47956"].reason
    assert not [rule for rule, finding in before.items() if finding.subject == "/items/0/manufacturer"]


def test_giver_and_receiver_are_found_on_both_days() -> None:
    for day in ("2024-02-20", "2024-02-23"):
        found = party_findings("ofac", LISTS / "ofac" / f"SDN_{day}.csv")
        assert found["ofac:20157"].subject == "/parties/1"
        assert found["ofac:35096"].subject == "/parties/0"


def test_the_receiver_is_not_on_the_united_nations_list() -> None:
    assert not party_findings("un", LISTS / "un" / "consolidated_2026-08-01.xml")
