"""Which dispositions count, in the order of their topic."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tidewaiter.errors import DispositionError
from tidewaiter.screening.dispositions import DispositionLog, Dispositions, Refusal, refusal_of
from tidewaiter.settings import Settings
from tidewaiter.stream.dispositions import check
from tidewaiter.stream.topics import Topics, plans
from tidewaiter_schemas.disposition import Disposition, Withdrawal
from tidewaiter_schemas.in_force import VerdictsInForce
from tidewaiter_schemas.verdict import FindingKey, Verdict

KEY = FindingKey(
    party="a" * 64,
    entry="b" * 64,
    party_facts={"names": "1" * 12, "birth_date": "2" * 12},
    entry_facts={"names": "3" * 12},
)
ENTRY = "un:KPi.001"
LATER = datetime(2030, 1, 1, tzinfo=UTC)
WITHDRAWN = Withdrawal(by="bea", at=LATER, reason="The passport was forged.")


def judged(id_: str, **changes: Any) -> Disposition:
    fields: dict[str, Any] = {
        "verdict_id": UUID(int=1),
        "transfer_id": "t-1",
        "rule": ENTRY,
        "judgement": "false_positive",
        "reason": "Another person.",
        "decided_by": "ada",
        "approved_by": "bea",
        "decided_at": datetime(2026, 1, 1, tzinfo=UTC),
        "expires_at": LATER,
        "key": KEY,
    }
    return Disposition(**{"id": id_, **fields, **changes})


def last(*dispositions: Disposition, four_eyes: bool = False) -> Dispositions:
    log = DispositionLog(four_eyes=four_eyes)
    for disposition in dispositions:
        log.take(disposition)
    return log.state()


def withdrawn(disposition: Disposition) -> Disposition:
    return disposition.model_copy(update={"withdrawn": WITHDRAWN})


@pytest.mark.parametrize(
    ("changes", "four_eyes", "refusal"),
    [
        ({}, True, None),
        ({"approved_by": None}, False, None),
        ({"approved_by": None}, True, Refusal.ONE_PERSON),
        ({"approved_by": "ada"}, True, Refusal.ONE_PERSON),
        ({"approved_by": " ADA "}, True, Refusal.ONE_PERSON),
        ({"decided_by": "Ada  Low", "approved_by": "ａｄａ low"}, True, Refusal.ONE_PERSON),
        ({"expires_at": None}, False, Refusal.NO_EXPIRY),
        ({"expires_at": None, "key": None}, False, None),
        ({"judgement": "true_match", "approved_by": None, "expires_at": None}, True, None),
        ({"approved_by": None, "withdrawn": WITHDRAWN}, True, None),
    ],
)
def test_a_false_positive_needs_an_expiry_and_where_asked_a_second_person(
    changes: dict[str, Any], four_eyes: bool, refusal: Refusal | None
) -> None:
    assert refusal_of(judged("d-1", **changes), four_eyes=four_eyes) is refusal
    assert DispositionLog(four_eyes=four_eyes).take(judged("d-1", **changes)) is refusal


def test_the_last_disposition_on_a_party_and_an_entry_decides() -> None:
    one, two = judged("d-1"), judged("d-2", judgement="true_match")
    assert last(one).in_force == 1
    state = last(one, two)
    assert state.in_force == 0
    assert state.by_entry[ENTRY].parties[KEY.party].id == "d-2"
    assert last(two, one).in_force == 1


def test_what_ends_no_suppression_is_not_kept() -> None:
    assert not last(judged("d-1", judgement="true_match"))
    assert not last(judged("d-1", key=None))


def test_a_withdrawn_disposition_never_comes_back() -> None:
    log, one = DispositionLog(four_eyes=False), judged("d-1")
    assert log.take(one) is None
    assert log.take(withdrawn(one)) is None
    assert log.state().in_force == 0
    assert log.take(one) is Refusal.ID_TAKEN, "the signed record of the past, written again"
    assert log.take(withdrawn(one)) is None, "a copy"
    assert log.state().in_force == 0


def test_an_id_is_not_used_again_for_another_content() -> None:
    log = DispositionLog(four_eyes=False)
    log.take(judged("d-1"))
    other = KEY.model_copy(update={"party": "c" * 64})
    assert log.take(judged("d-1", key=other)) is Refusal.ID_TAKEN
    assert log.take(withdrawn(judged("d-1", reason="Something else."))) is Refusal.ID_TAKEN
    assert set(log.state().by_entry[ENTRY].parties) == {KEY.party}


def test_a_state_does_not_change_when_more_is_taken() -> None:
    log = DispositionLog(four_eyes=False)
    log.take(judged("d-1"))
    before = log.state()
    log.take(judged("d-2", key=KEY.model_copy(update={"party": "c" * 64})))
    log.take(judged("d-3", judgement="true_match"))
    assert before.by_entry[ENTRY].parties[KEY.party].id == "d-1"
    assert len(before.by_entry[ENTRY].parties) == 1
    assert len(log.state().by_entry[ENTRY].parties) == 2


def test_few_dispositions_on_similar_parties_are_named_and_the_last() -> None:
    log = DispositionLog(four_eyes=False)
    for number in range(10):
        log.take(judged(f"d-{number}", key=KEY.model_copy(update={"party": f"{number:064x}"})))
    found = log.state().by_entry[ENTRY].alike(KEY)
    assert [each.id for each in found] == ["d-7", "d-8", "d-9"]


def test_dispositions_are_a_log_in_one_order_that_is_kept() -> None:
    settings = Settings(topic_prefix="acme.")
    assert Topics.of(settings).dispositions == "acme.dispositions"
    assert Topics.of(Settings(topic_prefix="acme.", dispositions_topic="judged")).dispositions == "judged"
    (plan,) = (plan for plan in plans(settings) if plan.name == "acme.dispositions")
    assert (plan.partitions, plan.config["cleanup.policy"], plan.config["retention.ms"]) == (1, "delete", "-1")


def test_nothing_is_written_that_the_workers_would_refuse() -> None:
    check(Settings(four_eyes=True), [judged("d-1")], None)
    with pytest.raises(DispositionError, match="another person"):
        check(Settings(four_eyes=True), [judged("d-1", approved_by="ada")], None)
    with pytest.raises(DispositionError, match="TIDEWAITER_SIGNING_KEY_FILE"):
        check(Settings(disposition_keys_file="trusted.pem"), [judged("d-1")], None)


def test_the_hash_of_a_disposition_is_that_of_its_content() -> None:
    one = judged("d-1")
    assert Disposition.model_validate_json(one.model_dump_json()).content_sha256 == one.content_sha256
    assert withdrawn(one).content_sha256 != one.content_sha256


def test_a_rescreened_verdict_replaces_one_that_used_dispositions() -> None:
    base, used, anew = UUID(int=1), UUID(int=2), UUID(int=3)
    fields: dict[str, Any] = {
        "transfer_id": "t-1",
        "decision": "clear",
        "conditional": False,
        "findings": (),
        "rulebook": {"version": "1", "sha256": "1" * 64, "rule_sets": (), "lists": ()},
        "engine": "tidewaiter/0.1.0",
    }
    first = Verdict(id=used, **fields, dispositions={"base": base, "used": [{"id": "d-1", "sha256": "1" * 64}]})
    rescreening = {"previous_rulebook": "1" * 64, "previous_decision": "clear", "replaces": [base], "changes": []}
    second = Verdict(id=anew, **fields, rescreening=rescreening)
    in_force = VerdictsInForce()
    assert in_force.take(first) is first
    restored = VerdictsInForce.restore(in_force.state())
    assert restored.state() == in_force.state()
    assert restored.take(second) is second
    assert restored.id_of("t-1") == anew
    assert restored.take(first) is None
