"""What is left out of an item, or cannot be read, is never innocence.

Tried on every case of the casebook, and on generated transfers to and from a sanctioned country.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests import packaged
from tests.casebook.index import Case, read_cases
from tidewaiter.screening.goods import recognise_items
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.transfer import Item, TransferEvent
from tidewaiter_schemas.verdict import Decision, Effect, Verdict

SPEAK = ("description", "hs_code", "manufacturer", "model", "eccn", "dual_use_number")
"""The facts that say what an item is. The others say how much of it there is, and what it is worth."""
CONTROL_NUMBERS = ("eccn", "dual_use_number")
"""They say that a licence is needed even where nothing is barred. Nobody can tell that goods have one from their words."""
FACTS = (*SPEAK, "value", "quantity", "unit", "condition", "serial")
AGREEING = {"TW-CODE-CONFLICT", "TW-CODE-INVALID", "TW-GOODS-UNKNOWN"}
"""What the product finds when the facts of an item do not agree, or do not say all."""


STOPPED = [case for case in read_cases() if case.register is None and case.decision != "clear"]
of_every_case_that_is_stopped = pytest.mark.parametrize("case", STOPPED, ids=[case.name for case in STOPPED])


@pytest.fixture(autouse=True, scope="module")
def _compiled_before_any_example() -> None:
    """A fault of the rule book is no fault of an example, and would be shrunk for hours."""
    packaged.screener()


def _screened(case: Case) -> tuple[Screener, TransferEvent, Verdict]:
    """The case judged by the law that it names, without totals of its own."""
    screener = packaged.screener(*case.jurisdictions)
    transfer = TransferEvent.model_validate({"id": case.name} | case.transfer)
    (before,) = screener.screen([transfer])
    assert before.decision is not Decision.CLEAR
    return screener, transfer, before


def _without(transfer: TransferEvent, number: int, facts: tuple[str, ...]) -> TransferEvent:
    item = transfer.items[number].model_copy(update=dict.fromkeys(facts))
    return transfer.model_copy(update={"items": (*transfer.items[:number], item, *transfer.items[number + 1 :])})


def _rested_on(verdict: Verdict, number: int, facts: tuple[str, ...]) -> bool:
    """Whether every finding of the verdict rests on one of the facts, or is that the item's facts do not go together."""
    pointers = {f"/items/{number}/{fact}" for fact in facts}
    return all(
        finding.rule in AGREEING or any(evidence.subject in pointers for evidence in finding.evidence)
        for finding in verdict.findings
        if finding.effect is not Effect.INFO
    )


def _surely_innocent(item: Item) -> bool:
    (recognised,) = recognise_items((item,), packaged.classifier())
    return recognised.known and recognised.recognition.conflict is None


def check_removal(
    transfer: TransferEvent, before: Verdict, number: int, facts: tuple[str, ...], after: Verdict
) -> None:
    """Clear is right only when what is left is surely and wholly known, and whatever spoke against it was left out."""
    if after.decision is Decision.CLEAR:
        left = _without(transfer, number, facts).items[number]
        assert set(facts) & set(SPEAK), (facts, "what it is worth, and how much there is, decides no innocence")
        if not _rested_on(before, number, CONTROL_NUMBERS):  # nothing but a licence was asked for there
            assert _surely_innocent(left), (facts, left)
        assert _rested_on(before, number, facts), (facts, [finding.reason for finding in before.findings])


@of_every_case_that_is_stopped
def test_leaving_facts_of_an_item_out_clears_nothing(case: Case) -> None:
    screener, transfer, before = _screened(case)
    tried: list[tuple[int, tuple[str, ...]]] = []
    for number, item in enumerate(transfer.items):
        given_ = [fact for fact in FACTS if getattr(item, fact) is not None]
        tried += [(number, facts) for count in range(1, len(given_)) for facts in combinations(given_, count)]
    verdicts = screener.screen([_without(transfer, number, facts) for number, facts in tried])
    for (number, facts), after in zip(tried, verdicts, strict=True):
        check_removal(transfer, before, number, facts, after)


ITEMS = st.fixed_dictionaries(
    {"description": st.sampled_from(["rice", "toy cars", "Aurus limousine", "zorbatrons", "rice, zorbatrons", "coal", "carpet", "watch"])},
    optional={
        "hs_code": st.sampled_from(["1006.30", "8703.24", "2701.12", "9503.00", "5701.10", "87", "0099.99", "not a code"]),
        "manufacturer": st.sampled_from(["Aurus", "Lexus", "Rolex", "Example"]),
        "model": st.sampled_from(["LX 570", "Senat", "Daytona", "X1"]),
        "eccn": st.sampled_from(["1C002", "EAR99", "2B230"]),
        "dual_use_number": st.sampled_from(["1C002", "not listed", "X.A.I.001"]),
        "value": st.fixed_dictionaries({"amount": st.sampled_from([1, 100, 500, 501, 9000]), "currency": st.just("USD")}),
        "quantity": st.sampled_from(["1", "2", "1000"]),
    },
)  # fmt: skip


@given(
    st.lists(ITEMS, min_size=1, max_size=2),
    st.sampled_from(["destination", "origin"]),
    st.sampled_from(["2010-01-01", "2017-06-01", "2024-02-18"]),
    st.data(),
)
@settings(max_examples=200, deadline=None)
def test_leaving_facts_out_clears_nothing_whatever_the_item(
    items: list[dict[str, Any]], way: str, day: str, data: st.DataObject
) -> None:
    other = {"destination": "origin", "origin": "destination"}[way]
    transfer = TransferEvent.model_validate(
        {
            "id": "t",
            "kind": "sale",
            "occurred_at": f"{day}T12:00:00Z",
            "parties": [{"role": "transferor", "name": "Example", "countries": ["CN"]}],
            "items": items,
            "route": {way: {"country": "KP"}, other: {"country": "CN"}},
        }
    )
    number = data.draw(st.integers(0, len(items) - 1))
    facts = tuple(data.draw(st.sets(st.sampled_from(sorted(items[number])), min_size=1)))
    before, after = packaged.screener().screen([transfer, _without(transfer, number, facts)])
    if before.decision is not Decision.CLEAR and len(facts) < len(items[number]):
        check_removal(transfer, before, number, facts, after)


MALFORMED: dict[str, tuple[Any, ...]] = {
    "occurred_at": ("", "0", "-1", 0, 1_500_000_000, "1500000000000", "2024", "2024-02-30T00:00:00Z", "18.02.2024", "yesterday"),
    "country": ("", "K", "K P", "??", "XX", "00", 7),
    "countries": ("", "K", "K P", "??", "XX", "00", 7),
    "hs_code": ("not a code", "87O3.24", "8.7", "0000.00", "99999", "-", "8703.24.00.00.00.00.00"),
    "amount": ("", "many", "-5", "NaN", "Infinity", "1,000"),
    "quantity": ("", "many", "-5", "NaN", "Infinity"),
    "currency": ("", "US", "dollars", "$", "1"),
    "kind": ("", "sâle", "0", "something_new", "SALE!"),
    "role": ("", "0", "buyer!"),
    "name": ("", "???", "0", "-1", "\u0000", "n/a", "—", "  "),
    "imo": ("", "900470", "90047001", "9004701", "IMO", "n/a"),
    "lei": ("", "n/a", "5493001KJTIIGC8Y1R13", "1234"),
    "bic": ("", "n/a", "1234", "ABC"),
    "mmsi": ("", "n/a", "1234"),
    "birth_date": ("", "yesterday", "18.02.1984", "1984-13-01"),
    "share": ("", "half", "-1", "NaN", "101"),
}  # fmt: skip
"""Values that a field of this name cannot have. Free words have no form to break: what is not known of them is above."""


def _fields(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Paths to the fields of `value` that have a form, each with the name of the form."""
    if isinstance(value, dict):
        for key, part in value.items():
            form = str(value.get("type")) if key == "value" and "type" in value else key
            if form in MALFORMED and not isinstance(part, (dict, list)):
                yield (*path, key), form
            else:
                yield from _fields(part, (*path, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            if path and path[-1] == "countries":
                yield (*path, number), "countries"
            else:
                yield from _fields(part, (*path, number))


def _put(value: Any, path: tuple[str | int, ...], given_: Any) -> Any:
    copied = json.loads(json.dumps(value))
    place = copied
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = given_
    return copied


@of_every_case_that_is_stopped
def test_a_malformed_field_clears_nothing(case: Case) -> None:
    screener, transfer, before = _screened(case)
    plain = json.loads(transfer.model_dump_json(exclude_defaults=True))
    readable = []
    for path, form in _fields(plain):
        for malformed in MALFORMED[form]:
            try:
                readable.append(((path, malformed), TransferEvent.model_validate(_put(plain, path, malformed))))
            except ValidationError:
                continue  # a dead letter, never a verdict
    verdicts = screener.screen([other for _, other in readable])
    cleared = [
        told for (told, _), verdict in zip(readable, verdicts, strict=True) if verdict.decision is Decision.CLEAR
    ]
    assert cleared == [], before.decision
