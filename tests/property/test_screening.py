"""What holds for every transfer, whatever is in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import packaged
from tidewaiter.screening.nexus.listing_ties import may_have_imo_number
from tidewaiter.screening.nexus.party_ties import may_be_tied, ties_of_party
from tidewaiter.screening.nexus.transfer_reader import TransferReader
from tidewaiter.screening.subjects import imo_numbers
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Decision, Effect, Verdict

STRENGTH = {Effect.INFO: 0, Effect.REVIEW: 1, Effect.BLOCK: 2}
RANK = {Decision.CLEAR: 0, Decision.REVIEW: 1, Decision.BLOCK: 2}
COUNTRIES = st.sampled_from(["KP", "KR", "CN", "RU", "DE", "SG"])


def texts_with_ink(longest: int) -> st.SearchStrategy[str]:
    """Any text that has at least one character which is no white space."""
    half = st.text(max_size=longest // 2)
    return st.tuples(half, st.characters(exclude_categories=["C", "Z"]), half).map("".join)


NAMES = st.one_of(
    st.sampled_from(
        ["Kim Jong Un", "김정은", "Example Trading", "Vladimir Putin", "Workers' Party of Korea", "Aurus LLC"]
    ),
    texts_with_ink(30),
)
WORDS = st.one_of(
    st.sampled_from(["Aurus limousine", "rice", "toy cars", "insulin", "as per annex", "лимузин", "gold watch, 2 pcs"]),
    texts_with_ink(40),
)
CODES = st.sampled_from(["8703.24", "1006.30", "9503.00", "87", "8703", "0099.99", "not a code", "3004.31", "9101.21"])
ROLES = st.sampled_from(
    ["transferor", "transferee", "consignee", "end_user", "carrier", "vessel", "financial_institution", "new_role"]
)
KINDS = st.sampled_from(["sale", "gift", "payment", "service", "charter", "ship_to_ship", "lease", "new_kind"])
TYPES = st.sampled_from(["person", "organisation", "government", "vessel", "aircraft"])
PURPOSES = st.sampled_from(
    [
        "crew for a tanker",
        "bulk cash",
        "joint venture",
        "hull insurance",
        "humanitarian aid",
        "military training",
        "books",
    ]
)
NUMBERS = st.lists(
    st.sampled_from(["9191773", "7937317", "9319466"]).map(lambda number: {"type": "imo", "value": number}), max_size=1
)


def _optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


PARTIES = st.tuples(
    ROLES, NAMES, _optional(countries=st.lists(COUNTRIES, max_size=2), type=TYPES, identifiers=NUMBERS)
).map(lambda parts: {"role": parts[0], "name": parts[1]} | parts[2])
ITEMS = st.tuples(
    WORDS,
    _optional(
        hs_code=CODES,
        manufacturer=st.sampled_from(["Aurus", "Lexus", "Example"]),
        value=st.fixed_dictionaries({"amount": st.integers(0, 10_000), "currency": st.sampled_from(["USD", "EUR"])}),
    ),
).map(lambda parts: {"description": parts[0]} | parts[1])
TRANSFERS = st.fixed_dictionaries(
    {
        "id": st.just("t"),
        "occurred_at": st.sampled_from(["2005-06-01", "2010-01-01", "2017-01-01", "2024-02-18"]).map(
            lambda day: f"{day}T12:00:00Z"
        ),
        "kind": KINDS,
        "parties": st.lists(PARTIES, max_size=3),
        "items": st.lists(ITEMS, max_size=3),
    },
    optional={
        "route": st.fixed_dictionaries({"destination": st.fixed_dictionaries({"country": COUNTRIES})}),
        "free_text": WORDS,
        "purpose": PURPOSES,
    },
)


@pytest.fixture(autouse=True, scope="module")
def _compiled_before_any_example() -> None:
    """A fault of the rule book is no fault of an example, and would be shrunk for hours."""
    packaged.screener()


def verdict(transfer: dict[str, Any]) -> Verdict:
    return packaged.screener().screen([TransferEvent.model_validate(transfer)])[0]


@given(TRANSFERS)
@settings(max_examples=150, deadline=None)
def test_every_transfer_gets_one_verdict_that_repeats_byte_for_byte(transfer: dict[str, Any]) -> None:
    first, second = verdict(transfer), verdict(transfer)
    assert first.model_dump_json() == second.model_dump_json()
    assert Verdict.model_validate_json(first.model_dump_json()) == first


@given(TRANSFERS)
@settings(max_examples=150, deadline=None)
def test_rules_that_are_left_out_unless_explained_are_never_met(transfer: dict[str, Any]) -> None:
    read = TransferEvent.model_validate(transfer)
    assert packaged.screener().explain(read)[0] == packaged.screener().screen([read])[0]


@given(TRANSFERS)
@settings(max_examples=150, deadline=None)
def test_parties_that_are_passed_over_have_no_ties(transfer: dict[str, Any]) -> None:
    reader = TransferReader(TransferEvent.model_validate(transfer), packaged.rule_book())
    for party in reader.transfer.parties:
        ties = list(ties_of_party(reader, party, "/parties/0", ()))
        assert may_be_tied(reader, party) or not ties
        assert may_have_imo_number(party) or not list(imo_numbers(party))


@given(TRANSFERS, PARTIES)
@settings(max_examples=150, deadline=None)
def test_another_party_takes_no_finding_away(transfer: dict[str, Any], party: dict[str, Any]) -> None:
    more = transfer | {"parties": [*transfer["parties"], party]}
    # These say that nobody is named, or that no rule spoke: a party who is, or a rule that does, takes their place.
    missing = {"TW-DESTINATION-UNKNOWN", "TW-PARTIES-UNKNOWN", "TW-DEALING-UNKNOWN"}
    before = {(finding.rule, finding.effect) for finding in verdict(transfer).findings if finding.rule not in missing}
    effects: dict[str, Effect] = {}
    for finding in reversed(verdict(more).findings):
        effects[finding.rule] = finding.effect
    for rule, effect in before:
        assert rule in effects
        assert STRENGTH[effects[rule]] >= STRENGTH[effect]


@given(TRANSFERS, ITEMS)
@settings(max_examples=150, deadline=None)
def test_another_item_never_weakens_a_decision(transfer: dict[str, Any], item: dict[str, Any]) -> None:
    more = transfer | {"items": [*transfer["items"], item]}
    if transfer["items"]:
        assert RANK[verdict(more).decision] >= RANK[verdict(transfer).decision]


@given(TRANSFERS, COUNTRIES)
@settings(max_examples=150, deadline=None)
def test_another_transit_country_never_weakens_a_decision(transfer: dict[str, Any], country: str) -> None:
    route = transfer.get("route", {})
    more = transfer | {"route": route | {"transit": [{"country": country}]}}
    assert RANK[verdict(more).decision] >= RANK[verdict(transfer).decision]


OWNERS: st.SearchStrategy[list[dict[str, Any]]] = st.recursive(
    st.just([]),
    lambda above: st.lists(
        st.fixed_dictionaries(
            {"name": NAMES, "owned_by": above},
            optional={"share": st.integers(0, 100), "countries": st.lists(COUNTRIES, max_size=1), "type": TYPES},
        ),
        max_size=2,
    ),
    max_leaves=5,
)


@example(
    transfer={"id": "t", "occurred_at": "2005-06-01T12:00:00Z", "kind": "sale", "parties": [], "items": []},
    party={"role": "transferee", "name": "Kim Jong Un"},
    owners=[{"name": "Workers' Party of Korea", "type": "person"}],
    field="owned_by",
)
@given(TRANSFERS, PARTIES, OWNERS, st.sampled_from(["owned_by", "controlled_by", "acting_for"]))
@settings(max_examples=150, deadline=None)
def test_whoever_else_stands_behind_a_party_never_weakens_a_decision(
    transfer: dict[str, Any], party: dict[str, Any], owners: list[dict[str, Any]], field: str
) -> None:
    if field != "owned_by":
        owners = [{name: value for name, value in owner.items() if name != "share"} for owner in owners]
    bare = transfer | {"parties": [*transfer["parties"], party]}
    owned = transfer | {"parties": [*transfer["parties"], party | {field: owners}]}
    assert RANK[verdict(owned).decision] >= RANK[verdict(bare).decision]


@given(TRANSFERS, COUNTRIES, st.sampled_from(["Nampo", "Dandong", "Seoul", "Korea"]))
@settings(max_examples=150, deadline=None)
def test_another_port_of_call_never_weakens_a_decision(transfer: dict[str, Any], country: str, place: str) -> None:
    route = transfer.get("route", {})
    for stop in ({"country": country}, {"place": place}):
        more = transfer | {"route": route | {"previous_ports": [stop]}}
        assert RANK[verdict(more).decision] >= RANK[verdict(transfer).decision]


@given(TRANSFERS)
@settings(max_examples=150, deadline=None)
def test_the_order_of_parties_and_items_does_not_matter(transfer: dict[str, Any]) -> None:
    turned = transfer | {"parties": transfer["parties"][::-1], "items": transfer["items"][::-1]}
    one, other = verdict(transfer), verdict(turned)
    assert one.decision == other.decision
    assert sorted(finding.rule for finding in one.findings) == sorted(finding.rule for finding in other.findings)


@given(TRANSFERS)
@settings(max_examples=150, deadline=None)
def test_an_unknown_kind_is_never_cleared(transfer: dict[str, Any]) -> None:
    assert verdict(transfer | {"kind": "something_new"}).decision is not Decision.CLEAR
