"""Lists of codes: what a rule says of its list must be so, and the list is then part of the rule set."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests import packaged
from tests.builders import seller, transfer
from tidewaiter.errors import RuleError
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.codes import CodeIndex, CodeRow
from tidewaiter.rulebook.loader import load_rule_sets
from tidewaiter.rulebook.policy import Policy
from tidewaiter.rulebook.rules import RuleSet
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.verdict import Decision, Verdict

LIST = b"""code,threshold,currency,partial,note
845811,,,,
870321,,,,
870322,,,,
870390,300,USD,,
970600,,,yes,
22041011,250,USD,,Champagne
"""

RULE_SET = """
rule_set: test-codes
title: A test
authority: Example Authority
jurisdiction: UN
version: 2024-01-01
instruments:
  act: {{name: Example Act, url: "https://example.org/act", adopted: 2020-01-01}}
territories:
  - {{country: MN, since: 2020-01-01, demonym: Mongolia, names: [Mongolia]}}
rules:
  - id: T-LISTED
    title: Listed goods
    says: Listed goods may not go there.
    direction: to
    countries: [MN]
    confidence: V
    citations: [{{instrument: act, provision: s. 1, confidence: V}}]
    in_force: {{since: 2020-01-01}}
    goods:
      codes:
        {codes}
    examples:
      match: [{{name: a lathe, transfer: {{route: {{destination: {{country: MN}}}}, items: [{{hs_code: "8458.11"}}]}}}}]
      no_match: [{{name: rice, transfer: {{route: {{destination: {{country: MN}}}}, items: [{{hs_code: "1006.30"}}]}}}}]
"""


def folder_with(tmp_path: Path, content: bytes = LIST, **said: object) -> Path:
    (tmp_path / "codes").mkdir(exist_ok=True)
    (tmp_path / "codes" / "list.csv").write_bytes(content)
    codes = {
        "file": "codes/list.csv",
        "rows": len(content.splitlines()) - 1,
        "sha256": hashlib.sha256(content).hexdigest(),
        "source": "Example Schedule",
        "url": "https://example.org/schedule",
        "as_of": "2024-01-01",
        "basis": "unit",
        "operator": ">=",
    } | said
    lines = "\n        ".join(f'{name}: "{value}"' for name, value in codes.items())
    (tmp_path / "rules.yaml").write_text(RULE_SET.format(codes=lines), encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> RuleBook:
    (rule_set,) = load_rule_sets(folder_with(tmp_path_factory.mktemp("rules")))
    return packaged.compiled([rule_set])


def screened(book: RuleBook, **item: Any) -> Verdict:
    return Screener(book).screen([transfer(item, to="MN", parties=[seller("DE")])])[0]


def found(verdict: Verdict) -> str | None:
    return next((str(finding.effect) for finding in verdict.findings if finding.rule == "T-LISTED"), None)


PIECE = {"quantity": 1, "unit": "pcs"}


@pytest.mark.parametrize(
    ("item", "effect"),
    [
        ({"hs_code": "8458.11"}, "block"),
        ({"hs_code": "8458.11.00.20"}, "block"),
        ({"hs_code": "8458.19"}, None),
        ({"hs_code": "8458"}, "review"),
        ({"hs_code": "84"}, "review"),
        ({"description": "CNC lathe"}, "review"),
        ({"hs_code": "8703.21"}, "block"),
        ({"hs_code": "8703.23"}, None),
        ({"hs_code": "9706.00"}, "review"),
        ({"hs_code": "8703.90"}, "review"),
        ({"hs_code": "8703.90", "value": {"amount": 300, "currency": "USD"}, **PIECE}, "block"),
        ({"hs_code": "8703.90", "value": {"amount": "299.99", "currency": "USD"}, **PIECE}, None),
        ({"hs_code": "2204.10.11", "value": {"amount": 400, "currency": "USD"}, **PIECE}, "block"),
        ({"hs_code": "2204.10.11.00", "value": {"amount": 40, "currency": "USD"}, **PIECE}, None),
        ({"hs_code": "2204.10", "value": {"amount": 400, "currency": "USD"}, **PIECE}, "review"),
        ({"hs_code": "2204.10.98", "value": {"amount": 400, "currency": "USD"}, **PIECE}, "review"),
        ({"hs_code": "2204.21"}, None),
        ({"description": "rice", "hs_code": "1006.30"}, None),
    ],
)  # fmt: skip
def test_a_listed_code_is_met_by_all_that_begins_with_it_and_doubted_above(
    book: RuleBook, item: dict[str, Any], effect: str | None
) -> None:
    verdict = screened(book, **item)
    assert found(verdict) == effect, [finding.reason for finding in verdict.findings]


def test_a_code_listed_in_part_is_never_blocked_however_low_the_bar(tmp_path: Path) -> None:
    (rule_set,) = load_rule_sets(folder_with(tmp_path))
    book = packaged.compiled([rule_set], Policy(block_at=0.1, review_at=0.1))
    verdict = screened(book, description="antique vase", hs_code="9706.00")
    assert verdict.decision is Decision.REVIEW
    assert any("Example Schedule lists HS 970600 only in part" in finding.reason for finding in verdict.findings)


def test_the_evidence_names_the_list_and_its_day(book: RuleBook) -> None:
    (finding,) = (f for f in screened(book, hs_code="8458.11").findings if f.rule == "T-LISTED")
    assert finding.evidence[0].matched == "HS 845811 of Example Schedule, as of 2024-01-01"


def test_a_rule_set_carries_its_codes_and_needs_the_file_no_more(tmp_path: Path) -> None:
    (rule_set,) = load_rule_sets(folder_with(tmp_path))
    written = rule_set.model_dump(mode="json")
    again = RuleSet.model_validate(written)
    assert again == rule_set
    assert found(screened(packaged.compiled([again]), hs_code="8458.11")) == "block"


def test_another_code_makes_another_rule_book(tmp_path: Path) -> None:
    (first,) = load_rule_sets(folder_with(tmp_path))
    (other,) = load_rule_sets(folder_with(tmp_path, LIST + b"845819,,,,\n"))
    assert packaged.compiled([first]).manifest.sha256 != packaged.compiled([other]).manifest.sha256


@pytest.mark.parametrize(
    ("content", "said", "message"),
    [
        (LIST, {"rows": 7}, r"rules\[0\]\.goods\.codes: codes/list\.csv has 6 codes, not 7"),
        (LIST, {"sha256": "0" * 64}, r"rules\.yaml:\d+: rules\[0\]\.goods\.codes\.sha256: codes/list\.csv has the sha-256 [0-9a-f]{64}"),
        (LIST, {"file": "codes/other.csv"}, "codes/other.csv: cannot be read"),
        (LIST, {"file": "../codes/list.csv"}, r"file: codes/NAME\.csv, beside the rule set, not '\.\./codes/list\.csv'"),
        (LIST, {"listed": "no"}, "is read from `file`; leave it out"),
        (LIST, {"basis": "weight"}, "basis `weight` and `weight_kg` go together"),
        (LIST + b"845811,,,,\n", {}, "845811 is listed twice"),
        (LIST + b"8458,", {}, r"codes/list\.csv:8: has 2 fields, not 5"),
        (LIST + b"84581,,,,\n", {}, r"codes/list\.csv:8: '84581' is not a code"),
        (LIST + b"845819,-3,USD,,\n", {}, r"codes/list\.csv:8: the threshold '-3' is not a positive amount"),
        (LIST + b"845819,NaN,USD,,\n", {}, r"codes/list\.csv:8: the threshold 'NaN' is not a positive amount"),
        (LIST + b"845819,,,perhaps,\n", {}, r"codes/list\.csv:8: partial is 'perhaps'"),
        (LIST + b"845819,30,,,\n", {}, r"currency: three letters of ISO 4217, such as USD"),
        (b"", {"rows": 1}, r"codes/list\.csv:1: the first line must be code,threshold,currency,partial,note"),
        (b"code,threshold,currency,partial,note\n", {"rows": 1}, "listed"),
        (b"\xff\xfe", {"rows": 1}, "is not UTF-8 text"),
    ],
)  # fmt: skip
def test_a_list_that_is_not_as_said_is_refused(
    tmp_path: Path, content: bytes, said: dict[str, object], message: str
) -> None:
    with pytest.raises(RuleError, match=message):
        load_rule_sets(folder_with(tmp_path, content, **said))


def test_a_heading_is_listed_when_all_that_it_has_is() -> None:
    whole = CodeIndex(CodeRow(code=code) for code in ("970110", "970610", "970690"))
    heading = whole.over("9706")
    assert heading is not None
    assert not heading.partial
    assert whole.over("9701") is None
    differing = CodeIndex([CodeRow(code="970610"), CodeRow(code="970690", threshold=300, currency="USD")])
    heading = differing.over("9706")
    assert heading is not None
    assert heading.partial
    assert heading.threshold is None
