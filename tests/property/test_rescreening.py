"""Rescreening finds all and only the transfers that a change touches: what judging everything again finds."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.generated_transfers import Parts, generated_transfers
from tests import packaged
from tests.casebook.index import read_cases
from tests.judgements import judged
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListEntry, ListingMeasure, PartyList
from tidewaiter.release.assembly import read_sources
from tidewaiter.rescreening.known_parts import NO_TEXT, NO_TEXT_OF_ITEM, KnownParts
from tidewaiter.rescreening.rescreener import Earlier, Rejudged, Rescreener
from tidewaiter.rescreening.run import Totals, rescreen
from tidewaiter.rulebook.sources import Sources
from tidewaiter.screening.dispositions import Dispositions
from tidewaiter.screening.facts.stated_texts import stated_texts
from tidewaiter.screening.screener import Screener
from tidewaiter.screening.suppression import suppressed_by_disposition
from tidewaiter.settings import Settings
from tidewaiter.wire.cloudevents import canonical
from tidewaiter_schemas.disposition import Disposition
from tidewaiter_schemas.rescreening import CauseKind, Change, FindingOutcome
from tidewaiter_schemas.transfer import TransferEvent

TRANSFERS = 400
EVERY_FIELD = Path(__file__).parents[1] / "unit" / "payloads" / "transfer" / "every-field.json"


@cache
def old_sources() -> Sources:
    return read_sources(Settings(jurisdictions=("UN", "US")))


@cache
def past() -> tuple[TransferEvent, ...]:
    parts = Parts([case.transfer for case in read_cases()], ["rice", "coal", "crude oil", "laptops", "rifles"])
    return tuple(
        TransferEvent.model_validate(each | {"parties": [_of_address(party) for party in each.get("parties", ())]})
        for each in generated_transfers(parts, TRANSFERS, seed=47)
    )


def _of_address(party: dict[str, Any]) -> dict[str, Any]:
    """The party with an address: on one without, no false positive counts."""
    return {"address": "1 Main Street", **party}


@cache
def false_positives() -> tuple[Disposition, ...]:
    """A false positive on each party that the old rule book finds listed."""
    screener = Screener(old_sources().compile(packaged.indexes()))
    return tuple(
        judged(verdict, finding, f"{verdict.transfer_id} {finding.rule} {finding.subject}")
        for verdict in screener.screen(past())
        for finding in verdict.findings
        if finding.key is not None
    )


@cache
def names() -> tuple[str, ...]:
    return tuple(sorted({party.name for transfer in past() for party in transfer.parties if party.name}))


def batches() -> Iterator[Sequence[TransferEvent]]:
    for start in range(0, TRANSFERS, 100):
        yield past()[start : start + 100]


def with_entries(sources: Sources, change: Callable[[PartyList], Sequence[ListEntry]]) -> Sources:
    first, *rest = sources.lists
    return replace(sources, lists=(replace(first, entries=tuple(change(first))), *rest))


def drop_entries(sources: Sources, draw: random.Random) -> Sources:
    return with_entries(sources, lambda one: [entry for entry in one.entries if draw.random() < 0.9])


def add_entries(sources: Sources, draw: random.Random) -> Sources:
    new = [
        ListEntry(
            id=f"NEW-{number}",
            type=draw.choice(list(EntryType)),
            names=(ListedName(draw.choice(names())),),
            measures=(draw.choice(list(ListingMeasure)),),
            countries=("KP",) if draw.random() < 0.3 else (),
            identifiers=(ListedIdentifier("passport", str(draw.randrange(10**8)), None),),
            authority=draw.choice(["UN", "US"]),
        )
        for number in range(3)
    ]
    return with_entries(sources, lambda one: [*one.entries, *new])


def alter_entries(sources: Sources, draw: random.Random) -> Sources:
    def altered(entry: ListEntry) -> ListEntry:
        if draw.random() > 0.1:
            return entry
        return draw.choice(
            [
                replace(entry, names=entry.names[::-1]),
                replace(entry, names=(*entry.names, ListedName(draw.choice(names())))),
                replace(entry, countries=("RU",)),
                replace(entry, measures=(ListingMeasure.OTHER,)),
                replace(entry, delisted_on="2020-01-01"),
                replace(entry, remarks="altered"),
            ]
        )

    return with_entries(sources, lambda one: [altered(entry) for entry in one.entries])


def reword_list(sources: Sources, _: random.Random) -> Sources:
    first, *rest = sources.lists
    return replace(sources, lists=(replace(first, url="https://example.org/another"), *rest))


def alter_rules(sources: Sources, draw: random.Random) -> Sources:
    chosen = draw.randrange(len(sources.rule_sets))
    rule_set = sources.rule_sets[chosen]
    place = draw.randrange(len(rule_set.rules))
    rule = rule_set.rules[place]
    since = rule.in_force.since + timedelta(draw.randrange(1, 2_000))
    rules = draw.choice(
        [
            (),
            (rule.model_copy(update={"in_force": rule.in_force.model_copy(update={"since": since, "until": None})}),),
            (rule.model_copy(update={"says": "It says otherwise."}),),
            (rule.model_copy(update={"confidence": "C"}),),
        ]
    )
    changed = rule_set.model_copy(update={"rules": (*rule_set.rules[:place], *rules, *rule_set.rules[place + 1 :])})
    return replace(sources, rule_sets=(*sources.rule_sets[:chosen], changed, *sources.rule_sets[chosen + 1 :]))


def alter_policy(sources: Sources, draw: random.Random) -> Sources:
    return replace(sources, policy=sources.policy.model_copy(update={"block_at": draw.choice([0.7, 0.95])}))


def same_law_again(sources: Sources, _: random.Random) -> Sources:
    return replace(sources)


CHANGES = (drop_entries, add_entries, alter_entries, alter_rules, same_law_again)
RARE = (reword_list, alter_policy)


def found(rescreener: Rescreener, *, full: bool) -> tuple[dict[str, bytes], Totals]:
    totals, verdicts = Totals(), {}
    for done in rescreen(rescreener, batches, totals, full=full):
        assert isinstance(done, Rejudged)
        if done.verdict is not None:
            assert done.transfer.id not in verdicts
            verdicts[done.transfer.id] = canonical(done.verdict)
    return verdicts, totals


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10**6), changes=st.lists(st.sampled_from((*CHANGES, *CHANGES, *RARE)), min_size=1, max_size=3)
)
@pytest.mark.long
def test_what_is_found_is_what_judging_everything_again_finds(
    seed: int, changes: list[Callable[[Sources, random.Random], Sources]]
) -> None:
    draw, new = random.Random(seed), old_sources()
    for change in changes:
        new = change(new, draw)
    judgements = Dispositions.named(draw.sample(false_positives(), min(40, len(false_positives()))))
    rescreener = Rescreener(old_sources(), new, indexes=packaged.indexes(), dispositions=judgements)
    by_change, some = found(rescreener, full=False)
    by_all, every = found(rescreener, full=True)
    assert by_change == by_all
    assert (some.changed, some.read) == (every.changed, every.read)
    assert every.judged == TRANSFERS
    assert some.judged <= every.judged


def recombined(draw: random.Random) -> Iterator[tuple[TransferEvent, bytes]]:
    """The past transfers, and others with parts of them, as records."""
    values = [transfer.model_dump(mode="json", exclude_defaults=True) for transfer in past()]
    for number in range(TRANSFERS // 2):
        value = {**draw.choice(values), "id": f"again-{number}", "occurred_at": "2024-02-18T00:00:00Z"}
        for field in draw.sample(["parties", "items", "route", "free_text"], 2):
            other = draw.choice(values)
            value |= {field: other[field]} if field in other else {}
        if value.get("items"):
            value["items"] = [{**value["items"][0], "quantity": 7}, *value["items"][1:]]
        values.append(value)
    for value in values:
        yield TransferEvent.model_validate(value), json.dumps(value).encode()


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6), change=st.sampled_from(CHANGES))
@pytest.mark.long
def test_no_transfer_that_is_not_even_read_would_have_changed(
    seed: int, change: Callable[[Sources, random.Random], Sources]
) -> None:
    draw = random.Random(seed)
    rescreener = Rescreener(old_sources(), change(old_sources(), draw), indexes=packaged.indexes())
    passed = []
    for transfer, record in recombined(draw):
        if rescreener.unaffected(record):
            passed.append(transfer)
        elif rescreener.touched([transfer]) == [None]:
            rescreener.learn(record, transfer)
    assert passed or rescreener.changes.windows or not rescreener.changes
    for done in rescreen(rescreener, lambda: [passed], Totals(), full=True):
        assert isinstance(done, Rejudged)
        assert done.verdict is None, done.transfer.id


def test_records_that_never_recur_are_not_parsed_twice_for_long() -> None:
    parts = KnownParts()
    for number in range(10_000):
        record = json.dumps({"free_text": f"text {number}"}).encode()
        assert not parts.unaffected(record)
        parts.learn(record)
    assert not parts.pays


def test_the_fields_that_are_passed_over_have_no_text_to_search() -> None:
    every_field = json.loads(EVERY_FIELD.read_text(encoding="utf-8"))
    assert every_field.keys() >= NO_TEXT - {"funds"}
    for transfer in (*past(), TransferEvent.model_validate(every_field)):
        for text in stated_texts(transfer):
            _, first, *rest = text.pointer.split("/")
            assert first not in NO_TEXT
            assert first != "items" or rest[1] not in NO_TEXT_OF_ITEM


def test_false_positives_are_among_what_is_rescreened() -> None:
    before = Screener(old_sources().compile(packaged.indexes()), Dispositions.named(false_positives()))
    verdicts = before.screen(past())
    assert sum(bool(suppressed_by_disposition(verdict)) for verdict in verdicts) > 5


def test_few_are_judged_again_where_few_entries_changed() -> None:
    listed = old_sources().lists[0].entries[0]
    new = with_entries(old_sources(), lambda one: one.entries[1:])
    rescreener = Rescreener(old_sources(), new, indexes=packaged.indexes())
    verdicts, totals = found(rescreener, full=False)
    assert 0 < totals.judged < TRANSFERS / 4, listed
    assert verdicts


def test_the_cause_is_the_entry_with_what_changed_in_it() -> None:
    first, *rest = old_sources().lists[0].entries
    renamed = replace(first, names=(*first.names, ListedName("Quzzletop Frumious Bandersnatch")))
    new = with_entries(old_sources(), lambda _: [renamed, *rest])
    rescreener = Rescreener(old_sources(), new, history=[Earlier("a" * 64)], indexes=packaged.indexes())
    transfer = TransferEvent.model_validate(
        {
            "id": "t",
            "kind": "gift",
            "occurred_at": "2024-02-18T00:00:00Z",
            "parties": [{"role": "transferee", "name": "Quzzletop Frumious Bandersnatch"}],
        }
    )
    (done,) = rescreen(rescreener, lambda: [[transfer]], Totals())
    assert isinstance(done, Rejudged)
    assert done.verdict is not None
    assert done.verdict.rescreening is not None
    changes = done.verdict.rescreening.changes
    # The listing itself, and what follows from it: that the party is of the country.
    assert (f"sample:{first.id}", FindingOutcome.NEW) in {(change.rule, change.outcome) for change in changes}
    for change in changes:
        (cause,) = change.causes
        assert (cause.kind, cause.change, cause.fields) == (CauseKind.LIST_ENTRY, Change.CHANGED, ("names",))
        assert cause.id == f"sample:{first.id}"
    assert done.verdict.supersedes == done.before.id
    assert done.before.id in done.verdict.rescreening.replaces
    assert len(done.verdict.rescreening.replaces) == 4
    assert done.verdict.id not in {done.before.id, done.after.id, *done.verdict.rescreening.replaces}


@pytest.mark.parametrize("field", ["rarity", "lists"])
def test_where_words_are_counted_over_the_lists_every_transfer_is_judged_again(field: str) -> None:
    counted = replace(old_sources(), rarity=None)
    new = with_entries(counted, lambda one: one.entries[1:]) if field == "lists" else old_sources()
    rescreener = Rescreener(counted, new, indexes=packaged.indexes())
    assert rescreener.changes.everywhere
    assert CauseKind.NAME_WEIGHTS in {cause.kind for cause in rescreener.changes.others}
