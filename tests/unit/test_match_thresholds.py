"""An operator's own thresholds for likeness to listed parties: by list and type, part of the rule book, in the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import builders
from tests.builders import transfer
from tidewaiter.errors import RuleError
from tidewaiter.matching.entry import EntryType
from tidewaiter.release.assembly import assemble
from tidewaiter.rulebook.loader import load_match_thresholds
from tidewaiter.rulebook.policy import DEFAULT_THRESHOLD, MatchThresholds, Policy
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter_schemas import Effect, Verdict

OFFICE = "sample:20123"
"""Organization and Guidance Department: an organisation of the packaged sample."""


def _settings(folder: Path, *thresholds: str) -> Settings:
    path = folder / "thresholds.yaml"
    lines = "".join(f"  - {{{line}}}\n" for line in thresholds)
    path.write_text(f"thresholds:\n{lines}" if lines else "thresholds: []\n", encoding="utf-8")
    return Settings(match_thresholds=path, jurisdictions=("US",))


def _verdict(settings: Settings, **party: Any) -> Verdict:
    chairs = {"description": "office chairs", "hs_code": "9401.31"}
    sold = transfer(chairs, to="SE", parties=[builders.party(**party)])
    return Screener(assemble(settings)).screen([sold])[0]


def _effect(verdict: Verdict) -> Effect | None:
    return next((f.effect for f in verdict.findings if f.rule == OFFICE), None)


@pytest.mark.parametrize(
    ("thresholds", "effect"),
    [
        ((), Effect.BLOCK),
        (("block: 0.99",), Effect.REVIEW),
        (("review: 0.99, block: 0.99",), None),
        (("list: sample, block: 0.99",), Effect.REVIEW),
        (("type: organisation, block: 0.99",), Effect.REVIEW),
        (("type: person, block: 0.99",), Effect.BLOCK),
        (("list: sample, block: 0.99", "list: sample, type: organisation, block: 0.9"), Effect.BLOCK),
        (("list: sample, block: 0.9", "type: organisation, block: 0.99"), Effect.BLOCK),
    ],
)
def test_the_narrower_threshold_decides(tmp_path: Path, thresholds: tuple[str, ...], effect: Effect | None) -> None:
    verdict = _verdict(_settings(tmp_path, *thresholds), name="Organization and Guidance Department")
    assert _effect(verdict) is effect


def test_an_operators_threshold_stands_in_the_evidence_and_in_the_hash_of_the_rule_book(tmp_path: Path) -> None:
    name = "Organization and Guidance Department"
    packaged = _verdict(Settings(jurisdictions=("US",)), name=name)
    own = _verdict(_settings(tmp_path, "list: sample, type: organisation, block: 0.95"), name=name)
    evidence = [e for f in own.findings if f.rule == OFFICE for e in f.evidence if e.kind == "threshold"]
    assert [e.matched for e in evidence] == ["review at 0.70, block at 0.95 as set for sample, organisation"]
    assert not [e for f in packaged.findings for e in f.evidence if e.kind == "threshold"]
    assert packaged.rulebook.sha256 != own.rulebook.sha256


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("review: 0.6", "a number of at least 0.7"),
        ("review: 0.95, block: 0.9", "raise block or lower review"),
        ("list: eu", "no list 'eu' is in use: name one of sample"),
        ("type: firm", "one of person, organisation"),
        ("blok: 0.95", "blok"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(RuleError, match=r"thresholds\.yaml") as refused:
        load_match_thresholds(_settings(tmp_path, line).match_thresholds, ["sample"])
    assert said in str(refused.value)


def test_two_for_the_same_are_refused(tmp_path: Path) -> None:
    settings = _settings(tmp_path, "list: sample, block: 0.95", "list: sample, block: 0.92")
    with pytest.raises(RuleError, match="a second threshold for the same list and type"):
        load_match_thresholds(settings.match_thresholds, ["sample"])


@pytest.mark.parametrize(
    ("document", "list_id", "type_", "block"),
    [
        ({"thresholds": []}, "un", EntryType.PERSON, DEFAULT_THRESHOLD.block),
        ({"thresholds": [{"block": 0.95}]}, "un", EntryType.PERSON, 0.95),
        ({"thresholds": [{"block": 0.95}, {"type": "vessel", "block": 0.8}]}, "un", EntryType.VESSEL, 0.8),
    ],
)
def test_what_is_not_set_stays_as_packaged(
    document: Mapping[str, Any], list_id: str, type_: EntryType, block: float
) -> None:
    policy = Policy(matching=MatchThresholds.model_validate(document).thresholds)
    assert policy.match_threshold(list_id, type_).block == block
