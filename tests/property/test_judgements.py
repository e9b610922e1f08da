"""Whatever is recorded, a disposition suppresses findings on parties that were judged, and changes nothing else."""

from __future__ import annotations

import random
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.generated_transfers import Parts, generated_transfers
from tests import packaged
from tests.builders import event, party, seller
from tests.casebook.index import read_cases
from tests.judgements import judged
from tidewaiter.screening.decision import decide
from tidewaiter.screening.dispositions import DispositionLog, Dispositions
from tidewaiter.screening.screener import Screener
from tidewaiter.wire.cloudevents import canonical
from tidewaiter_schemas.disposition import Disposition, Judgement, Withdrawal
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Family, Finding, Verdict

TRANSFERS = 120
ADDED = ("suppressed_by", "suppression_voided")


@cache
def plain() -> Screener:
    return packaged.screener("UN", "US")


@cache
def past() -> tuple[TransferEvent, ...]:
    """Transfers of the casebook, generated ones, and to namesakes of listed parties. Half of the parties have an address,
    without which no judgement counts.
    """
    cases = [case.transfer for case in read_cases()]
    parts = Parts(cases, ["rice", "coal", "laptops"])
    names = [entry.names[0].text for listed in plain().book.parties.lists for entry in listed.entries]
    namesakes = [event(kind="payment", parties=[party(name=name, country="FR"), seller()]) for name in names]
    made = [*cases[::8], *generated_transfers(parts, TRANSFERS, seed=11), *namesakes]
    with_addresses = [
        {
            **each,
            "id": f"t-{number}",
            "parties": [{"address": "1 Main Street", **one} if number % 2 else one for one in each.get("parties", ())],
        }
        for number, each in enumerate(made)
    ]
    return tuple(TransferEvent.model_validate(each) for each in with_addresses)


@cache
def before() -> tuple[Verdict, ...]:
    return tuple(plain().screen(past()))


@cache
def judgeable() -> tuple[tuple[Verdict, Finding], ...]:
    return tuple((verdict, finding) for verdict in before() for finding in verdict.findings if finding.key is not None)


def recorded(draw: random.Random) -> list[Disposition]:
    """Some judgements, a few of them withdrawn, copied, or with a key that was altered."""
    found: list[Disposition] = []
    for number in range(draw.randrange(1, 60)):
        verdict, finding = draw.choice(judgeable())
        judgement = draw.choice([Judgement.FALSE_POSITIVE] * 4 + [*Judgement])
        one = judged(verdict, finding, f"d-{number}", judgement=judgement.value)
        if draw.random() < 0.2:
            part = draw.choice(["party", "entry"])
            one = one.model_copy(update={"key": one.key.model_copy(update={part: "0" * 64}) if one.key else None})
        found.append(one)
        if draw.random() < 0.2:
            end = Withdrawal(by="bea", at=one.decided_at, reason="Mistaken.")
            found.append(draw.choice(found).model_copy(update={"withdrawn": end}))
        if draw.random() < 0.2:
            found.append(draw.choice(found))
    return found


def state_of(dispositions: list[Disposition]) -> Dispositions:
    log = DispositionLog(four_eyes=True)
    for each in dispositions:
        log.take(each)
    return log.state()


def bare(finding: Finding) -> Finding:
    return finding.model_copy(update={"suppressed_by": None, "suppression_voided": ()})


@given(seed=st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_a_disposition_suppresses_what_was_judged_and_nothing_else(seed: int) -> None:
    dispositions = recorded(random.Random(seed))
    known = {(each.id, each.content_sha256): each for each in dispositions}
    last = {
        (each.rule, each.key.party): each
        for each in reversed(dispositions)
        if each.key is not None and each.judgement == Judgement.FALSE_POSITIVE and each.withdrawn is None
    }
    after = Screener(plain().book, state_of(dispositions)).screen(past())
    for was, now, transfer in zip(before(), after, past(), strict=True):
        if now.dispositions is None:
            assert canonical(now) == canonical(was)
            continue
        assert now.dispositions.base == was.id != now.id
        assert sorted(map(repr, map(bare, now.findings))) == sorted(map(repr, map(bare, was.findings)))
        assert now.decision is decide(now.findings)
        for finding in now.findings:
            if finding.suppressed_by is None or not finding.suppressed_by.startswith("disposition "):
                continue
            assert finding.family is Family.PARTY
            assert finding.key is not None
            assert finding.not_suppressible is None
            reasons = [
                each
                for each in dispositions
                if each.id == finding.suppressed_by.removeprefix("disposition ") and each.key is not None
            ]
            assert all(
                (each.rule, each.key.party, each.key.entry) == (finding.rule, finding.key.party, finding.key.entry)
                for each in reasons
                if each.key is not None
            )
            assert reasons
            assert (finding.rule, finding.key.party) in last
        alone = Dispositions.named(known[each.id, each.sha256] for each in now.dispositions.used)
        (again,) = Screener(plain().book, alone).screen([transfer])
        assert canonical(again) == canonical(now), "those that the verdict names repeat it"


@given(seed=st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_the_state_does_not_depend_on_how_the_records_came(seed: int) -> None:
    """All at once at the start of a worker, or one by one with a state after each."""
    dispositions = recorded(random.Random(seed))
    log = DispositionLog(four_eyes=True)
    for each in dispositions:
        log.take(each)
        stepwise = log.state()
    at_once = state_of(dispositions)
    assert stepwise == at_once
    assert stepwise.in_force == sum(
        standing.false_positive and not standing.withdrawn
        for about in stepwise.by_entry.values()
        for standing in about.parties.values()
    )


def test_there_is_enough_to_judge() -> None:
    suppressible = [finding for _, finding in judgeable() if finding.not_suppressible is None]
    assert len(suppressible) > 20
    assert len(judgeable()) - len(suppressible) > 20
