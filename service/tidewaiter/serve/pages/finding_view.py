"""What a person reads about a finding: rule, list entry, names side by side, and what speaks against it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from tidewaiter.matching.entry import ListEntry, PartyList
from tidewaiter.matching.index.party_tables import KINDS_OF_ENTRY
from tidewaiter.matching.query import Candidate, PartyQuery
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.screening.facts.codes import identifiers_in
from tidewaiter.screening.subjects import subjects_of
from tidewaiter.serve.alignment import AlignedWord, aligned
from tidewaiter.serve.law import RuleOnDay, all_rules, entry_of, shown
from tidewaiter.serve.pages import highlights
from tidewaiter.serve.projection.standing import latest
from tidewaiter_schemas.disposition import Disposition
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Effect, Family, Finding, FindingKey, Verdict

_DOUBTS: Final = " For review: "


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a score, as a sum. `start` and `width` place its bar on a scale of 0 to 100."""

    detail: str
    weight: float
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Match:
    """Why a party may be the listed one."""

    asked: str
    listed: str
    words: tuple[AlignedWord, ...]
    parts: tuple[ScorePart, ...]
    score: float
    capped: bool
    """The parts add up to more than 1, or to less than 0."""


@dataclass(frozen=True, slots=True)
class PastDisposition:
    """A disposition, and which facts changed since: of the party or the entry, against the finding beside it."""

    disposition: Disposition
    changed: tuple[str, ...] = ()
    same_rule: bool = True


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding as it is shown."""

    number: int
    finding: Finding
    sentence: str
    rule: RuleOnDay | None
    entry: ListEntry | None
    list: PartyList | None
    match: Match | None
    against: tuple[str, ...]
    dispositions: tuple[Disposition, ...]
    earlier: tuple[PastDisposition, ...]

    @property
    def counts(self) -> bool:
        """Return whether it decides, and so needs a disposition."""
        return self.finding.effect is not Effect.INFO and self.finding.suppressed_by is None

    @property
    def last(self) -> Disposition | None:
        """Return its last disposition that stands."""
        standing = [each for each in self.dispositions if each.withdrawn is None]
        return standing[-1] if standing else None


def finding_views(
    verdict: Verdict,
    transfer: TransferEvent | None,
    book: RuleBook | None,
    own: Sequence[Row[Any]] = (),
    same_parties: Sequence[Row[Any]] = (),
) -> list[FindingView]:
    """Return each finding of a verdict as it is shown. It looks in the lists of `book`: call it in a thread."""
    rules = {} if book is None else {each.rule.id: each for each in all_rules(book)}
    day = None if transfer is None else transfer.occurred_at.date()
    queries = {} if transfer is None else {each.pointer: each.query for each in subjects_of(transfer)}
    facts = {} if transfer is None else _texts(transfer)
    views = []
    for number, finding in enumerate(verdict.findings, 1):
        compiled = rules.get(finding.rule)
        rule = None if compiled is None or day is None else shown(compiled, day)
        candidate = _candidate(book, finding, queries, facts)
        found = None
        if candidate is not None:
            found = (candidate.list, candidate.entry)
        elif book is not None and finding.family is Family.PARTY:
            found = entry_of(book, finding.rule)
        party_list, entry = found or (None, None)
        sentence, _, doubts = finding.reason.partition(_DOUBTS)
        views.append(
            FindingView(
                number=number,
                finding=finding,
                sentence=sentence,
                rule=rule,
                entry=entry,
                list=party_list,
                match=None if candidate is None else match_of(candidate),
                against=tuple(_against(verdict, finding, doubts, candidate, rule)),
                dispositions=tuple(
                    _read(row) for row in own if latest([row], finding.rule, finding.subject) is not None
                ),
                earlier=tuple(_earlier(finding, [_read(row) for row in same_parties])),
            )
        )
    return views


def match_of(candidate: Candidate) -> Match:
    """Return a match with its names side by side and its score as a sum."""
    parts: list[ScorePart] = []
    at = 0.0
    for each in candidate.features:
        start, end = sorted((at, at + each.weight))
        low, high = max(0.0, min(1.0, start)), max(0.0, min(1.0, end))
        parts.append(ScorePart(each.detail, each.weight, round(low * 100, 1), round(max(high - low, 0.004) * 100, 1)))
        at += each.weight
    return Match(
        asked=candidate.query_name,
        listed=candidate.listed_name,
        words=aligned(candidate.query_name, candidate.listed_name, KINDS_OF_ENTRY[candidate.entry.type]),
        parts=tuple(parts),
        score=candidate.score,
        capped=abs(at - candidate.score) > 0.0001,
    )


def _candidate(
    book: RuleBook | None, finding: Finding, queries: Mapping[str, PartyQuery], facts: Mapping[str, str]
) -> Candidate | None:
    """Return the match of a finding, looked up again in the rule book in use; None where it has it no longer."""
    if book is None or finding.family is not Family.PARTY:
        return None
    query, text = queries.get(finding.subject), facts.get(finding.subject)
    candidates: Sequence[Candidate] = ()
    if query is not None:
        (candidates,) = book.parties.match([query])
    elif text is not None:
        (candidates,) = book.parties.mentioned([PartyQuery((text,), identifiers=identifiers_in(text))])
    return next((each for each in candidates if f"{each.list.id}:{each.entry.id}" == finding.rule), None)


def _texts(transfer: TransferEvent) -> dict[str, str]:
    return highlights.leaves(transfer.model_dump(mode="json", exclude_none=True))


def _against(
    verdict: Verdict, finding: Finding, doubts: str, candidate: Candidate | None, rule: RuleOnDay | None
) -> Iterator[str]:
    """Yield what speaks against a finding, or against its being certain."""
    for doubt in filter(None, (each.strip().removesuffix(".") for each in doubts.split("; "))):
        yield doubt[0].upper() + doubt[1:] + "."
    if verdict.conditional and finding.effect is not Effect.INFO:
        yield "The facts are reported, not confirmed: it would be met if they are true."
    if candidate is not None:
        for each in candidate.features:
            if each.weight < 0:
                yield f"{each.detail[0].upper()}{each.detail[1:]} ({each.weight:+.2f})."
        if candidate.list.sample:
            yield "The list is packaged sample data, not an official list."
        weak = next((name for name in candidate.entry.names if name.text == candidate.listed_name and name.weak), None)
        if weak is not None:
            yield "Its publisher calls this alias weak."
    if finding.authorisation is not None:
        use = finding.authorisation
        known = "on the register" if use.verified else "claimed, not verified"
        yield f"Authorisation {use.reference} of {use.authority} ({known}): {use.reason}"
    for citation in (finding.citation, *finding.further_citations):
        if citation.confidence == "C":
            yield f"{citation.instrument}, {citation.provision} is still to be checked against the source."
    if rule is not None:
        for exception in rule.exceptions:
            yield f"The law has an exception: {exception}"


def _earlier(finding: Finding, dispositions: Sequence[Disposition]) -> Iterator[PastDisposition]:
    """Yield the earlier dispositions on the party of a finding, each with what changed since."""
    if finding.key is None:
        return
    for each in dispositions:
        if each.key is not None and (each.key.party == finding.key.party or each.rule == finding.rule):
            same = each.rule == finding.rule
            yield PastDisposition(each, tuple(_changed(each.key, finding.key, entry=same)), same)


def _changed(before: FindingKey, now: FindingKey, *, entry: bool) -> Iterator[str]:
    pairs = [("party", before.party_facts, now.party_facts)]
    if entry:
        pairs.append(("entry", before.entry_facts, now.entry_facts))
    for side, old, new in pairs:
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                yield f"{name.replace('_', ' ')} of the {side}"


def _read(row: Row[Any]) -> Disposition:
    return Disposition.model_validate(json.loads(bytes(row.value)))
