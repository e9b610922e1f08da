"""A false positive suppresses one finding, on one party and one entry, while both stay as they were."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import pytest

from bench.disguises import DISGUISES
from tests import packaged
from tests.builders import event, party
from tests.judgements import all_judged, judged, with_dispositions
from tidewaiter.matching.entry import ListedIdentifier, ListedName, ListEntry
from tidewaiter.matching.index.fingerprints import spelled
from tidewaiter.release.assembly import load_lists
from tidewaiter.rulebook.loader import builtin_rule_sets
from tidewaiter.screening.screener import Screener
from tidewaiter.screening.suppression import id_with, key_to_bind
from tidewaiter.wire.cloudevents import canonical
from tidewaiter_schemas.disposition import Withdrawal
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Decision, Effect, Family, Finding, Verdict, VoidCause

PUTIN = "sample:35096"
NAMESAKE: dict[str, Any] = {
    "name": "Vladimir Putin",
    "type": "person",
    "countries": ["FR"],
    "address": "1 rue de la Paix, Lyon",
}


def payment(*parties: dict[str, Any], day: str = "2026-03-01", **fields: Any) -> TransferEvent:
    """A payment in France to the parties given."""
    to = [party(**(NAMESAKE | each)) for each in parties or ({},)]
    return TransferEvent.model_validate(event(kind="payment", to="FR", day=day, parties=to, **fields))


def screened(screener: Screener, transfer: TransferEvent) -> Verdict:
    (verdict,) = screener.screen([transfer])
    return verdict


def on_putin(verdict: Verdict) -> Finding:
    (found,) = (finding for finding in verdict.findings if finding.rule == PUTIN and finding.key is not None)
    return found


@cache
def plain() -> Screener:
    return packaged.screener()


@cache
def analyst() -> Screener:
    """The screener once the namesake of the payment was judged a false positive."""
    return with_dispositions(plain(), all_judged(plain(), payment()))


def of_entries(change: Callable[[ListEntry], ListEntry]) -> Screener:
    """A screener of a rule book in which the entry was changed, with the disposition on the one before."""
    (sample,) = load_lists(())

    def book(entries: Sequence[ListEntry]) -> Screener:
        return Screener(packaged.compiled(builtin_rule_sets(["UN"]), lists=[replace(sample, entries=tuple(entries))]))

    before = book(sample.entries)
    after = book([change(entry) if entry.id == "35096" else entry for entry in sample.entries])
    return with_dispositions(after, all_judged(before, payment()))


def test_the_finding_stays_in_the_verdict_and_no_longer_counts() -> None:
    before, after = screened(plain(), payment()), screened(analyst(), payment())
    assert before.decision is Decision.REVIEW
    assert after.decision is Decision.CLEAR
    found = on_putin(after)
    assert found.suppressed_by == "disposition d-1"
    assert found == on_putin(before).model_copy(update={"suppressed_by": "disposition d-1"})


def test_the_verdict_names_the_dispositions_that_it_used_and_has_an_id_of_its_own() -> None:
    (disposition,) = all_judged(plain(), payment())
    before, after = screened(plain(), payment()), screened(analyst(), payment())
    assert before.dispositions is None
    assert after.dispositions is not None
    assert [(each.id, each.sha256) for each in after.dispositions.used] == [("d-1", disposition.content_sha256)]
    assert after.dispositions.base == before.id
    assert after.id == id_with(before.id, after.dispositions.used) != before.id


def test_a_verdict_that_no_disposition_concerns_is_the_same_in_every_state() -> None:
    other = payment({"name": "Dmitry Peskov", "countries": ["RU"]})
    assert canonical(screened(plain(), other)) == canonical(screened(analyst(), other))
    assert screened(plain(), other).findings


def test_the_same_party_is_recognised_in_another_transfer_role_and_case() -> None:
    other = payment({"name": "VLADIMIR  PUTIN", "role": "intermediary"}, id="t-2", day="2027-05-01")
    assert on_putin(screened(analyst(), other)).suppressed_by == "disposition d-1"


@pytest.mark.parametrize(
    ("change", "facts"),
    [
        ({"birth_date": "1952"}, ("party.birth_date",)),
        ({"address": "2 rue de la Paix, Lyon"}, ("party.address",)),
        ({"countries": ["FR", "RU"]}, ("party.countries",)),
        ({"residence": "RU"}, ("party.residence",)),
        ({"type": "unknown"}, ("party.type",)),
        ({"identifiers": [{"type": "passport", "value": "X1234567", "country": "FR"}]}, ("party.identifiers",)),
        ({"address": None, "birth_date": "1952"}, ("party.address", "party.birth_date")),
    ],
)
def test_a_change_of_the_party_voids_it_and_is_named(change: dict[str, Any], facts: tuple[str, ...]) -> None:
    verdict = screened(analyst(), payment(change))
    found = on_putin(verdict)
    assert found.suppressed_by is None
    assert verdict.decision is not Decision.CLEAR
    (voided,) = found.suppression_voided
    assert (voided.disposition, voided.cause, voided.changed) == ("d-1", VoidCause.PARTY_CHANGED, facts)
    assert facts[0].partition(".")[2].replace("_", " ") in voided.reason


@pytest.mark.parametrize(
    "name",
    [
        "Vladimir Putin",
        "Vládimir Putin",
        "Владимир Путин",
        "Vladimir Vladimirovich Putin",
        "Putin Vladimir",
        "V1adimir Putin",
        "Vladimir\u200b Putin",
        "Vladimir-Putin",
        "Wladimir Putin",
    ],
)
def test_one_spelling_that_was_judged_clears_no_other(name: str) -> None:
    """Somebody gets a false positive on one spelling of his name, and then uses another that the matcher reads alike."""
    disguised = name.replace("Vladimir Putin", "Vlаdimir Putin")  # a Cyrillic а
    verdict = screened(analyst(), payment({"name": disguised}))
    assert not [finding for finding in verdict.findings if finding.suppressed_by]
    assert verdict.decision is not Decision.CLEAR


@pytest.mark.parametrize("disguise", sorted(DISGUISES))
def test_no_disguise_of_a_judged_name_is_cleared(disguise: str) -> None:
    """Only what a reader takes for the same spelling, in another case or with other spaces, is the judged party."""
    draw, tried = random.Random(7), 0
    for _ in range(5):
        changed = DISGUISES[disguise](str(NAMESAKE["name"]), draw)
        if changed is None:
            continue
        tried += 1
        same = spelled(changed) == spelled(str(NAMESAKE["name"]))
        suppressed = [each for each in screened(analyst(), payment({"name": changed})).findings if each.suppressed_by]
        assert bool(suppressed) == same, changed
    assert tried


def test_an_alias_beside_the_judged_name_voids_it() -> None:
    verdict = screened(analyst(), payment({"aliases": ["Kim Jong Un"]}))
    assert on_putin(verdict).suppressed_by is None
    assert on_putin(verdict).suppression_voided == ()


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (lambda entry: replace(entry, remarks="Seen in Lyon."), "entry.remarks"),
        (lambda entry: replace(entry, names=(*entry.names, ListedName("Vova"))), "entry.names"),
        (lambda entry: replace(entry, birth_dates=("1960",)), "entry.birth_dates"),
    ],
)
def test_a_change_of_the_entry_voids_it_and_is_named(change: Callable[[ListEntry], ListEntry], fact: str) -> None:
    verdict = screened(of_entries(change), payment())
    found = on_putin(verdict)
    assert (found.suppressed_by, verdict.decision) == (None, Decision.REVIEW)
    (voided,) = found.suppression_voided
    assert (voided.cause, voided.changed) == (VoidCause.ENTRY_CHANGED, (fact,))
    assert verdict.dispositions is not None
    assert [each.id for each in verdict.dispositions.used] == ["d-1"]


def test_an_identifier_that_comes_to_agree_is_never_suppressed() -> None:
    passport = ListedIdentifier("passport", "X1234567", "FR")
    changed = of_entries(lambda entry: replace(entry, identifiers=(*entry.identifiers, passport)))
    transfer = payment({"identifiers": [{"type": "passport", "value": "X1234567", "country": "FR"}]})
    forged = with_dispositions(changed, all_judged(changed, transfer))
    found = on_putin(screened(forged, transfer))
    assert found.not_suppressible == "identifier_agrees"
    assert found.suppressed_by is None
    assert [voided.cause for voided in found.suppression_voided] == [VoidCause.IDENTIFIER_AGREES]


def test_a_party_known_by_its_name_alone_is_never_suppressed() -> None:
    transfer = payment({"address": None})
    found = on_putin(screened(with_dispositions(plain(), all_judged(plain(), transfer)), transfer))
    assert found.not_suppressible == "name_alone"
    assert (found.suppressed_by, found.suppression_voided[0].cause) == (None, VoidCause.NAME_ALONE)


@pytest.mark.parametrize("day", ["2029-12-31", "2030-01-01"])
def test_it_expires_by_the_time_of_the_transfer(day: str) -> None:
    found = on_putin(screened(analyst(), payment(day=day)))
    if day < "2030":
        assert found.suppressed_by == "disposition d-1"
    else:
        assert (found.suppressed_by, found.suppression_voided[0].cause) == (None, VoidCause.EXPIRED)


def test_a_withdrawn_or_overruled_one_is_named_with_its_cause() -> None:
    (one,) = all_judged(plain(), payment())
    end = Withdrawal(by="bea", at=datetime(2026, 2, 1, tzinfo=UTC), reason="Mistaken.")
    withdrawn = with_dispositions(plain(), [one.model_copy(update={"withdrawn": end})])
    assert on_putin(screened(withdrawn, payment())).suppression_voided[0].cause == VoidCause.WITHDRAWN
    overruled = with_dispositions(plain(), [one.model_copy(update={"judgement": "true_match"})])
    found = on_putin(screened(overruled, payment()))
    assert (found.suppressed_by, found.suppression_voided[0].cause) == (None, VoidCause.OVERRULED)


def test_no_disposition_reaches_a_finding_under_an_embargo() -> None:
    """Not even one that says that it binds to the finding: a finding of a rule has no key to agree with."""
    gift = TransferEvent.model_validate(
        event(
            {"description": "Aurus Senat limousine"},
            kind="gift",
            to="KP",
            day="2026-03-01",
            parties=[party(**NAMESAKE)],
        )
    )
    before = screened(plain(), gift)
    key = on_putin(before).key
    forged = [judged(before, finding, f"d-{number}", key=key) for number, finding in enumerate(before.findings)]
    after = screened(with_dispositions(plain(), forged), gift)
    suppressed = [finding for finding in after.findings if finding.suppressed_by]
    assert [finding.rule for finding in suppressed] == [PUTIN]
    assert after.decision is Decision.BLOCK
    kept = [finding for finding in after.findings if not finding.suppressed_by]
    assert kept == [finding for finding in before.findings if finding.rule != PUTIN]
    assert any(finding.family is Family.EMBARGO and finding.effect is Effect.BLOCK for finding in kept)


def test_only_the_finding_that_was_judged_is_suppressed_and_not_its_neighbour() -> None:
    transfer = payment({}, {"role": "intermediary", "birth_date": "1952"})
    verdict = screened(analyst(), transfer)
    by_subject = {finding.subject: finding for finding in verdict.findings if finding.rule == PUTIN}
    assert by_subject["/parties/0"].suppressed_by == "disposition d-1"
    assert by_subject["/parties/1"].suppressed_by is None
    assert verdict.decision is not Decision.CLEAR


def test_a_text_and_a_maker_have_no_key() -> None:
    transfer = TransferEvent.model_validate(
        event(
            {"description": "car", "manufacturer": "LIMITED LIABILITY COMPANY AURUS"},
            to="FR",
            free_text="for Kim Jong Un",
        )
    )
    found = [finding for finding in screened(plain(), transfer).findings if finding.family is Family.PARTY]
    assert {finding.subject for finding in found} == {"/items/0/manufacturer", "/free_text"}
    assert all(finding.key is None for finding in found)


def test_an_owner_has_the_key_of_its_own_facts() -> None:
    owner = {"name": "Vladimir Putin", "type": "person", "countries": ["FR"]}
    tax = [{"type": "tax_id", "value": "FR12345678901", "country": "FR"}]
    transfer = payment({"name": "Example SARL", "type": "organisation", "owned_by": [owner | {"identifiers": tax}]})
    (disposition,) = all_judged(plain(), transfer)
    assert disposition.subject == "/parties/0/owned_by/0"
    state = with_dispositions(plain(), [disposition])
    assert on_putin(screened(state, transfer)).suppressed_by == "disposition d-1"
    unknown = payment({"name": "Example SARL", "type": "organisation", "owned_by": [owner]})
    assert on_putin(screened(state, unknown)).suppressed_by is None


def test_the_id_depends_on_each_disposition_and_on_nothing_else() -> None:
    base = UUID(int=7)
    assert id_with(base, ()) == base


def test_a_false_positive_that_can_suppress_nothing_binds_to_nothing() -> None:
    bare = on_putin(screened(plain(), payment({"address": None})))
    assert bare.key is not None
    assert key_to_bind(bare, "false_positive") is None
    assert key_to_bind(bare, "true_match") == bare.key
    known = on_putin(screened(plain(), payment()))
    assert key_to_bind(known, "false_positive") == known.key
