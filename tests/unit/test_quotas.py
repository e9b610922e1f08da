"""Quotas: what is counted, in which window, with what total, and when it blocks."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.builders import party, transfer
from tidewaiter.errors import RuleError
from tidewaiter.goods.amounts.cap_quantities import cap_quantity
from tidewaiter.release.assembly import assemble
from tidewaiter.rulebook.loader import builtin_rule_sets, load_quota_totals
from tidewaiter.rulebook.rules import RuleSet
from tidewaiter.screening.ledger import QuotaLedger
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter_schemas.quota import QuotaAmount
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Decision, Effect, Finding, Verdict

REFINED, QUARTER, CRUDE = "KP-TO-REFINED", "KP-TO-REFINED-2375", "KP-TO-CRUDE"
SOURCE = "https://main.un.org/securitycouncil/en/sanctions/1718"


@pytest.fixture(scope="module")
def rule_sets() -> tuple[RuleSet, ...]:
    return builtin_rule_sets()


def totals_file(tmp_path: Path, **total: Any) -> Path:
    fields = {"quota": REFINED, "window": "2024-01-01", "unit": "bbl", "as_of": "2024-06-30", "source": SOURCE} | total
    file = tmp_path / "totals.yaml"
    file.write_text("totals:\n  - " + "\n    ".join(f"{name}: {value}" for name, value in fields.items()) + "\n")
    return file


def published(tmp_path: Path, **total: Any) -> Screener:
    return Screener(assemble(Settings(quota_totals=totals_file(tmp_path, **total))))


def oil(identity: str, quantity: object, unit: str | None = "bbl", **changes: Any) -> TransferEvent:
    item = {"description": "gas oil", "hs_code": "2710.19", "quantity": quantity, "unit": unit} | changes.pop(
        "item", {}
    )
    given = {name: value for name, value in item.items() if value is not None}
    facts = {"id": identity, "parties": [party("consignee", "KP")]} | changes
    return transfer(given, day="2024-07-01", to="KP", **facts)


def crude(identity: str, quantity: object, unit: str, **changes: Any) -> TransferEvent:
    return oil(identity, quantity, unit, item={"description": "crude oil", "hs_code": "2709.00"}, **changes)


def quota(verdict: Verdict, rule: str = REFINED) -> Finding:
    (found,) = [finding for finding in verdict.findings if finding.rule == rule]
    return found


def total(verdict: Verdict, rule: str = REFINED) -> str:
    """The running total as the finding's evidence has it."""
    (evidence,) = [evidence for evidence in quota(verdict, rule).evidence if evidence.kind == "quota"]
    assert evidence.value in quota(verdict, rule).reason
    return evidence.value.split(" of ")[0]


def totals(verdicts: list[Verdict], rule: str = REFINED) -> list[str]:
    return [total(verdict, rule) for verdict in verdicts]


def effects(verdicts: list[Verdict], rule: str = REFINED) -> list[str]:
    return [quota(verdict, rule).effect.value for verdict in verdicts]


# --- the cap ------------------------------------------------------------------------------------------------


def test_below_the_cap_is_review_with_the_total_and_its_share_and_at_it_block(screener: Screener) -> None:
    verdicts = screener.screen([oil("a", 200_000), oil("b", 274_999), oil("c", 25_000), oil("d", 1)])
    assert totals(verdicts) == ["200,000 bbl", "474,999 bbl", "499,999 bbl", "500,000 bbl"]
    assert effects(verdicts) == ["review", "review", "review", "block"]
    assert "474,999 bbl of 500,000 bbl (94.9 %)" in quota(verdicts[1]).reason
    assert "499,999 bbl of 500,000 bbl (99.9 %)" in quota(verdicts[2]).reason, "below the cap is never 100 %"
    assert [verdict.decision for verdict in verdicts] == [Decision.REVIEW] * 3 + [Decision.BLOCK]


@pytest.mark.parametrize(
    ("before", "effect"), [("474999.999999", "review"), ("475000", "block"), ("475000.000001", "block")]
)
def test_once_95_per_cent_of_refined_petroleum_stood_before_everything_is_blocked(
    screener: Screener, before: str, effect: str
) -> None:
    verdicts = screener.screen([oil("a", before), oil("b", 1)])
    assert effects(verdicts) == ["review", effect]


def test_the_transfer_that_passes_95_per_cent_is_not_yet_stopped_by_it(screener: Screener) -> None:
    assert effects(screener.screen([oil("a", 470_000), oil("b", 10_000)])) == ["review", "review"]


def test_crude_has_no_stop_below_its_cap(screener: Screener) -> None:
    verdicts = screener.screen([crude("a", 3_999_998, "bbl"), crude("b", 1, "bbl"), crude("c", 1, "bbl")])
    assert effects(verdicts, CRUDE) == ["review", "review", "block"]


@pytest.mark.parametrize(
    ("barrels", "tonnes", "effect"),
    [(4_000_000, 0, "block"), (0, 525_000, "block"), (2_000_000, 262_500, "block"), (2_000_000, 262_499, "review")],
)
def test_crude_in_barrels_and_in_tonnes_uses_up_one_quota_by_the_ratio_of_the_law(
    screener: Screener, barrels: int, tonnes: int, effect: str
) -> None:
    assert effects(screener.screen([crude("a", barrels, "bbl"), crude("b", tonnes, "t")]), CRUDE)[-1] == effect


def test_refined_and_crude_are_counted_apart(screener: Screener) -> None:
    verdicts = screener.screen([crude("a", 3_000_000, "bbl"), oil("b", 1)])
    assert total(verdicts[1]) == "1 bbl"


def test_the_items_of_a_transfer_are_counted_together(screener: Screener) -> None:
    two = oil("a", 1).model_copy(update={"items": (*oil("a", 300_000).items, *oil("a", 200_000).items)})
    (verdict,) = screener.screen([two])
    found = [finding for finding in verdict.findings if finding.rule == REFINED]
    assert [finding.subject for finding in found] == ["/items/0", "/items/1"]
    assert all(finding.effect is Effect.BLOCK and "500,000 bbl of 500,000 bbl" in finding.reason for finding in found)


# --- windows ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "days", "counted"),
    [
        (REFINED, ("2018-01-01T00:00:00Z", "2018-12-31T23:59:59Z"), True),
        (REFINED, ("2018-12-31T23:59:59Z", "2019-01-01T00:00:00Z"), False),
        (REFINED, ("2018-12-31T23:30:00-01:00", "2019-01-01T00:00:00Z"), True),
        (QUARTER, ("2017-10-01T00:00:00Z", "2017-12-31T23:59:59Z"), True),
        (CRUDE, ("2017-12-22T00:00:00Z", "2018-12-21T23:59:59Z"), True),
        (CRUDE, ("2018-12-21T23:59:59Z", "2018-12-22T00:00:00Z"), False),
    ],
)
def test_a_window_has_its_days_and_no_others(
    screener: Screener, rule: str, days: tuple[str, str], counted: bool
) -> None:
    make = crude if rule == CRUDE else oil
    verdicts = screener.screen([make(day, 100, "bbl", occurred_at=day) for day in days])
    assert total(verdicts[1], rule) == ("200 bbl" if counted else "100 bbl")


def test_the_last_quarter_of_2017_has_a_window_of_its_own(screener: Screener) -> None:
    late = [oil(f"q{n}", 250_000, occurred_at="2017-12-31T12:00:00Z") for n in range(2)]
    verdicts = screener.screen([*late, oil("new", 1, occurred_at="2018-01-01T12:00:00Z")])
    assert effects(verdicts[:2], QUARTER) == ["review", "block"]
    assert total(verdicts[2]) == "1 bbl"


# --- each transfer once -------------------------------------------------------------------------------------


def test_a_redelivery_repeats_the_bytes_of_its_first_verdict_and_counts_once(screener: Screener) -> None:
    ledger = QuotaLedger()
    first = screener.screen([oil("a", 100), oil("b", 100)], ledger)
    again = screener.screen([oil("b", 100), oil("a", 100), oil("c", 100)], ledger)
    assert [verdict.model_dump_json() for verdict in again[:2]] == [
        verdict.model_dump_json() for verdict in first[::-1]
    ]
    assert total(again[2]) == "300 bbl"


def test_a_changed_transfer_replaces_its_old_amount_from_there_on(screener: Screener) -> None:
    ledger = QuotaLedger()
    before = screener.screen([oil("typo", 1_000_000), oil("other", 100)], ledger)
    assert effects(before) == ["block", "block"]
    after = screener.screen([oil("typo", 1_000), oil("next", 100)], ledger)
    assert totals(after) == ["1,100 bbl", "1,200 bbl"]
    assert effects(after) == ["review", "review"]
    assert screener.screen([oil("other", 100)], ledger)[0].model_dump_json() == before[1].model_dump_json()


def test_an_absurd_amount_that_is_taken_back_takes_nothing_with_it(screener: Screener) -> None:
    ledger = QuotaLedger()
    screener.screen([oil("earlier", "474999.123456"), oil("absurd", "9" * 30), oil("absurd", 0)], ledger)
    after = screener.screen([oil("next", "25000.876544")], ledger)
    assert totals(after) == ["500,000 bbl"]
    assert effects(after) == ["block"]


@pytest.mark.parametrize("amount", ["1E+308", "9" * 51, "0E+99999999", "1E-999999999"])
def test_a_claim_of_more_digits_than_a_transfer_can_make_is_none(amount: str) -> None:
    with pytest.raises(ValidationError):
        QuotaAmount.model_validate({"amount": amount, "unit": "bbl", "exact": True})


def test_a_transfer_is_taken_out_by_sending_it_again_with_nothing_of_it(screener: Screener) -> None:
    verdicts = screener.screen([oil("stopped", 600_000), oil("stopped", 0), oil("next", 10)], QuotaLedger())
    assert totals(verdicts) == ["600,000 bbl", "0 bbl", "10 bbl"]
    assert effects(verdicts) == ["block", "review", "review"]


def test_a_transfer_moved_to_another_window_leaves_the_first(screener: Screener) -> None:
    verdicts = screener.screen(
        [oil("a", 1_000), oil("a", 1_000, occurred_at="2023-07-01T12:00:00Z"), oil("b", 10)], QuotaLedger()
    )
    assert totals(verdicts) == ["1,000 bbl", "1,000 bbl", "10 bbl"]


def test_what_goes_elsewhere_or_is_something_else_counts_nothing(screener: Screener) -> None:
    elsewhere = oil("a", 400_000, route={"destination": {"country": "VN"}}, parties=[])
    rice = oil("b", 400_000, item={"description": "rice", "hs_code": "1006.30"})
    assert total(screener.screen([elsewhere, rice, oil("c", 1)])[2]) == "1 bbl"


# --- what is not sure ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "unit", "description"),
    [
        (None, None, "gas oil"),
        (500, "drums", "gas oil"),
        (500, None, "gas oil"),
        (None, None, "gas oil in drums of 200 l"),
    ],
)
def test_an_unknown_quantity_is_review_says_so_and_is_not_in_the_total(
    screener: Screener, quantity: object, unit: str | None, description: str
) -> None:
    unknown = oil("a", quantity, unit, item={"description": description})
    first, second = screener.screen([unknown, oil("b", 100)])
    assert quota(first).effect is Effect.REVIEW
    assert "not stated in a known unit" in quota(first).reason
    assert total(first) == "0 bbl"
    assert total(second) == "100 bbl"
    assert "1 of them of unknown quantity" in quota(second).reason


def test_an_unknown_quantity_is_blocked_once_the_rest_has_reached_the_cap(screener: Screener) -> None:
    assert effects(screener.screen([oil("a", 600_000), oil("b", None, None)])) == ["block", "block"]


def test_tonnes_of_refined_products_are_converted_by_factors_that_never_block(screener: Screener) -> None:
    verdicts = screener.screen([oil("a", 100_000, "t"), oil("b", 1), oil("c", 500_000)])
    assert totals(verdicts) == ["746,000 bbl", "746,001 bbl", "1,246,001 bbl"]
    assert effects(verdicts) == ["review", "review", "block"], "the third reaches it without what was converted"
    assert "still to be checked" in quota(verdicts[0]).reason
    assert "not sure" in quota(verdicts[1]).reason


@pytest.mark.parametrize(
    ("description", "barrels"),
    [("mazut", "635 bbl"), ("柴油", "746 bbl"), ("kerosene", "788 bbl"), ("gasoline", "835 bbl")],
)
def test_the_first_factor_that_fits_the_product_is_taken(screener: Screener, description: str, barrels: str) -> None:
    (verdict,) = screener.screen([oil("a", 100, "t", item={"description": description})])
    assert total(verdict) == barrels


def test_a_doubtful_transfer_is_review_with_the_total_without_itself(screener: Screener) -> None:
    in_transit = oil("b", 400_000, parties=[], route={"destination": {"country": "VN"}, "transit": [{"country": "KP"}]})
    verdicts = screener.screen([oil("a", 200_000), in_transit, oil("c", 1)])
    assert totals(verdicts) == ["200,000 bbl", "200,000 bbl", "200,001 bbl"]
    assert effects(verdicts) == ["review", "review", "review"]
    assert "not in the total" in quota(verdicts[1]).reason


def test_doubt_about_a_later_version_does_not_undo_what_was_sure(screener: Screener) -> None:
    in_transit = oil("a", 200_000, parties=[], route={"destination": {"country": "VN"}, "transit": [{"country": "KP"}]})
    assert totals(screener.screen([oil("a", 200_000), in_transit, oil("b", 1)]))[2] == "200,001 bbl"


def test_what_is_merely_alleged_would_break_the_cap_itself_and_hardens_no_block_of_others(screener: Screener) -> None:
    alleged = oil("a", 600_000, report={"status": "alleged"})
    first, second = screener.screen([alleged, oil("b", 1)])
    assert (first.decision, first.conditional) == (Decision.BLOCK, True)
    assert quota(second).effect is Effect.REVIEW
    assert total(second) == "600,001 bbl"


# --- published totals ---------------------------------------------------------------------------------------


def test_counting_goes_on_from_what_is_published(tmp_path: Path) -> None:
    screener = published(tmp_path, total="480000")
    verdicts = screener.screen([oil("v17", 1_000)])
    assert effects(verdicts) == ["block"]
    assert "It stood at 96 % before" in quota(verdicts[0]).reason
    assert ("published_total", SOURCE) in [
        (evidence.kind, evidence.matched) for evidence in quota(verdicts[0]).evidence
    ]


def test_what_the_published_total_has_is_not_counted_twice(tmp_path: Path) -> None:
    screener = published(tmp_path, total="1000")
    known = oil("known", 10, occurred_at="2024-06-30T23:59:59Z")
    verdicts = screener.screen([known, oil("new", 5), oil("last", 2)])
    assert totals(verdicts) == ["1,010 bbl", "1,005 bbl", "1,007 bbl"]


def test_another_window_starts_at_nothing(tmp_path: Path) -> None:
    screener = published(tmp_path, total="480000")
    assert totals(screener.screen([oil("a", 1, occurred_at="2025-01-01T00:00:00Z")])) == ["1 bbl"]


def test_a_published_total_changes_the_rule_book(tmp_path: Path, screener: Screener) -> None:
    others = {published(tmp_path, total=total).book.manifest.sha256 for total in ("1", "2")}
    assert len(others | {screener.book.manifest.sha256}) == 3


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"quota": "KP-TO-ARMS"}, "not a rule with a quota"),
    ({"window": "2024-02-01", "as_of": "2024-06-30"}, "no window of KP-TO-REFINED starts on 2024-02-01"),
    ({"window": "2017-01-01", "as_of": "2017-06-30"}, "no window of KP-TO-REFINED starts on 2017-01-01"),
    ({"unit": "t"}, "has no cap in t"),
    ({"unit": "gallons"}, "one of bbl or t"),
    ({"total": "-1"}, "a number of at least 0"),
    ({"total": "many"}, "a number, not 'many'"),
    ({"as_of": "2025-01-01"}, "not within twelve months"),
    ({"as_of": "2023-12-31"}, "not within twelve months"),
    ({"source": "the page"}, "source"),
    ({"sum": "1"}, "unknown field"),
]


@pytest.mark.parametrize(("mistake", "said"), MISTAKES, ids=[said for _, said in MISTAKES])
def test_a_mistake_in_the_published_totals_is_named_with_its_line(
    tmp_path: Path, rule_sets: tuple[RuleSet, ...], mistake: dict[str, Any], said: str
) -> None:
    with pytest.raises(RuleError, match=r"totals\.yaml:\d+: totals\[0\]") as caught:
        load_quota_totals(totals_file(tmp_path, **{"total": "1", **mistake}), rule_sets)
    assert said in str(caught.value)


def test_two_published_totals_of_one_window_are_refused(tmp_path: Path, rule_sets: tuple[RuleSet, ...]) -> None:
    file = tmp_path / "totals.yaml"
    line = f"{{quota: {REFINED}, window: 2024-01-01, total: 1, unit: bbl, as_of: 2024-02-01, source: '{SOURCE}'}}"
    file.write_text(f"totals:\n  - {line}\n  - {line}\n")
    with pytest.raises(RuleError, match="a second total"):
        load_quota_totals(file, rule_sets)


# --- how much there is --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "unit", "description", "amount", "into", "exact"),
    [
        ("1", "bbl", None, "1", "bbl", True),
        ("1", "Barrels", None, "1", "bbl", True),
        ("42", "US gallons", None, "1", "bbl", True),
        ("158.987294928", "litres", None, "1", "bbl", True),
        ("1", "m³", None, "6.289811", "bbl", True),
        ("1", "cubic metre", None, "6.289811", "bbl", True),
        ("1000", "kg", None, "1", "t", True),
        ("1", "тонна", None, "1", "t", True),
        ("1", "thousand tonnes", None, "1000", "t", True),
        ("1", "тыс. т", None, "1000", "t", True),
        ("34.97", "imperial gallons", None, "0.999934", "bbl", True),
        ("34.97", "gallons", None, "0.999934", "bbl", False),
        (None, None, "Crude oil 500 bbl", "500", "bbl", True),
        (None, None, "原油 5万桶", "50000", "bbl", True),
        (None, None, "gas oil EN 590, 900 t", "900", "t", True),
        ("900", None, "gas oil 900 t", "900", "t", True),
        ("0.000000000001", "l", None, "0", "bbl", True),
        ("9" * 30, "kg", None, "9" * 27 + ".999", "t", True),
    ],
)
def test_a_measure_is_read_in_the_unit_of_a_cap(
    quantity: str | None, unit: str | None, description: str | None, amount: str, into: str, exact: bool
) -> None:
    found = cap_quantity(Decimal(quantity) if quantity else None, unit, description)
    assert found is not None
    assert (found.amount, found.unit, found.exact) == (Decimal(amount), into, exact)


@pytest.mark.parametrize(
    ("quantity", "unit", "description"),
    [
        (None, None, None),
        ("5", None, None),
        ("5", "drums", "gas oil"),
        ("5", "drums", "gas oil, 200 l"),
        ("5", "pcs", "gas oil 900 t"),
        ("5", None, "gas oil 900 t"),
        (None, None, "gas oil, 20 drums of 200 l"),
        (None, None, "gas oil 20 x 200 l"),
        (None, None, "gas oil 60 t per wagon"),
        (None, None, "gas oil 900 t, that is 6700 bbl"),
        (None, None, "gas oil 10 ppm"),
    ],
)
def test_what_may_be_meant_in_another_way_is_no_measure(
    quantity: str | None, unit: str | None, description: str | None
) -> None:
    assert cap_quantity(Decimal(quantity) if quantity else None, unit, description) is None


# --- rules of one's own -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"starts": "02-29"}, "not a day that every year has"),
        ({"starts": "13-01"}, "pattern"),
        ({"caps": []}, "at least 1"),
        ({"caps": [{"amount": 1, "unit": "bbl"}, {"amount": 2, "unit": "bbl"}]}, "two caps in one unit"),
        ({"caps": [{"amount": 0, "unit": "bbl"}]}, "greater than 0"),
        ({"conversions": [{"unit": "bbl", "into": "bbl", "factor": 1, "confidence": "V"}]}, "reaches no cap"),
        ({"conversions": [{"unit": "t", "into": "t", "factor": 1, "confidence": "V"}]}, "reaches no cap"),
        ({"stops_at": {"share": 1.5, "confidence": "V"}}, "less than or equal to 1"),
    ],
)
def test_a_quota_that_cannot_be_counted_is_refused(wrong: dict[str, Any], said: str) -> None:
    from pydantic import ValidationError

    from tidewaiter.rulebook.quota import Quota

    right: dict[str, Any] = {"caps": [{"amount": 1, "unit": "bbl"}], "starts": "01-01"}
    Quota.model_validate(right)
    with pytest.raises(ValidationError, match=said):
        Quota.model_validate(right | wrong)


@pytest.mark.parametrize("change", [{"family": "embargo"}, {"effect": "review"}])
def test_a_rule_with_a_quota_is_of_its_family_and_can_block(screener: Screener, change: dict[str, str]) -> None:
    from tidewaiter.rulebook.rules import Rule

    rule = screener.book.quotas[REFINED].rule.model_dump(mode="json")
    Rule.model_validate(rule)
    with pytest.raises(ValueError, match="has a quota"):
        Rule.model_validate(rule | change)


def test_every_packaged_quota_stands_today_at_what_was_counted(screener: Screener) -> None:
    from datetime import date

    ledger = QuotaLedger()
    screener.screen(
        [oil("a", 125_000), crude("b", 105_000, "t"), oil("old", 1, occurred_at="2023-01-01T00:00:00Z")], ledger
    )
    shares = {(s.quota, str(s.window)): float(s.share) for s in screener.quota_usage(ledger, date(2024, 8, 1))}
    assert shares == {(CRUDE, "2023-12-22"): 0.2, (REFINED, "2024-01-01"): 0.25}


@pytest.mark.parametrize(
    ("change", "bearing", "said"),
    [
        ({"caps": [{"amount": 600_000, "unit": "bbl"}]}, "newly allowed", "600,000 bbl in twelve months from 01-01 now, before 500,000 bbl"),
        ({"caps": [{"amount": 400_000, "unit": "bbl"}]}, "newly forbidden", "400,000 bbl in twelve months from 01-01 now"),
        ({"starts": "07-01"}, "changed", "quota.starts: “07-01”, before “01-01”"),
        ({"stops_at": None}, "changed", "quota.stops_at"),
    ],
)  # fmt: skip
def test_a_changed_quota_is_told_in_words(
    rule_sets: tuple[RuleSet, ...], change: dict[str, Any], bearing: str, said: str
) -> None:
    from tidewaiter.rulebook.authoring.law_diff import describe_changes

    def changed(rule_set: RuleSet) -> RuleSet:
        rules = rule_set.model_dump(mode="json")["rules"]
        for rule in rules:
            if rule["id"] == REFINED:
                rule["quota"] |= change
        return RuleSet.model_validate(rule_set.model_dump(mode="json") | {"rules": rules})

    (told,) = describe_changes(rule_sets, [changed(rule_set) for rule_set in rule_sets])
    assert (told.bearing, told.field) == (bearing, "quota")
    assert said in told.sentence


def test_an_audit_names_the_figures_of_a_quota_that_were_not_read_in_a_source(rule_sets: tuple[RuleSet, ...]) -> None:
    from tidewaiter.rulebook.authoring.citation_audit import audit

    audited = {one.rule: one for one in audit(rule_sets)}
    assert audited[CRUDE].verified, "both caps stand in the paragraph"
    assert not audited[REFINED].verified
    to_check = list(audited[REFINED].to_check())
    assert "the stop at 95% of the cap: from knowledge, not verified in a source (H)" in to_check
    assert "one t taken for 8.35 bbl: still to be checked against the text (C)" in to_check


def test_the_metric_shows_the_windows_of_today_and_no_others(screener: Screener) -> None:
    from datetime import date

    from tidewaiter.observability.metrics import Metrics

    metrics, ledger = Metrics(), QuotaLedger()
    screener.screen([oil("a", 125_000, occurred_at="2024-12-31T12:00:00Z")], ledger)

    def shown(day: date) -> dict[tuple[str, str], float]:
        metrics.quota_usage(screener.quota_usage(ledger, day))
        samples = [sample for family in metrics.quota_share.collect() for sample in family.samples]
        return {(sample.labels["quota"], sample.labels["window"]): sample.value for sample in samples}

    assert shown(date(2024, 12, 31)) == {(REFINED, "2024-01-01"): 0.25, (CRUDE, "2024-12-22"): 0}
    assert shown(date(2025, 1, 1)) == {(REFINED, "2025-01-01"): 0, (CRUDE, "2024-12-22"): 0}
    assert shown(date(2017, 11, 1)) == {(QUARTER, "2017-10-01"): 0}
