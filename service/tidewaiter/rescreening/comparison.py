"""Count what another rule book changes, over past transfers judged by both, for the person who approves it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tidewaiter.rescreening.rescreener import Rejudged, Unjudged
from tidewaiter.screening.case import law_day
from tidewaiter_schemas.disposition import Disposition
from tidewaiter_schemas.rescreening import Cause, FindingChange
from tidewaiter_schemas.rulebook import RuleBookManifest
from tidewaiter_schemas.verdict import Decision, Finding, Verdict

FORMAT: Final = "tidewaiter.comparison.v1"
DECISIONS: Final = tuple(decision.value for decision in Decision)
MOST_EXAMPLES: Final = 3
"""Maximum number of examples of each change of decision, and of each cause."""
TRUE: Final = "true_match"
FALSE: Final = "false_positive"


@dataclass(slots=True)
class Judgements:
    """How findings compare with analysts' dispositions. Only findings with a disposition are counted."""

    true: int = 0
    """Judged a true match, and found."""
    false: int = 0
    """Judged a false positive, and found."""
    missed: int = 0
    """Judged a true match, and not found."""

    @property
    def precision(self) -> float | None:
        """Return the share of true matches among the findings that were judged; None without any."""
        found = self.true + self.false
        return self.true / found if found else None

    @property
    def recall(self) -> float | None:
        """Return the share of the matches judged true that were found; None without any."""
        true = self.true + self.missed
        return self.true / true if true else None

    def as_json(self) -> dict[str, Any]:
        """Return the counts with precision and recall."""
        return {
            "true": self.true,
            "false": self.false,
            "missed": self.missed,
            "precision": self.precision,
            "recall": self.recall,
        }


@dataclass(slots=True)
class Comparison:
    """All counts of a comparison. `dispositions` has the analysts' judgements by (transfer, rule)."""

    old: RuleBookManifest
    new: RuleBookManifest
    dispositions: Mapping[tuple[str, str], str] = field(default_factory=dict)
    decisions: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """The number of new, changed and removed findings, by rule or list."""
    causes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """The number of findings by (kind, change, id) of the cause."""
    names: dict[str, str] = field(default_factory=dict)
    days: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    """The number of transfers that did not clear, [before, now], by the day on which they happened."""
    examples: defaultdict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    before: Judgements = field(default_factory=Judgements)
    after: Judgements = field(default_factory=Judgements)
    unjudged: list[str] = field(default_factory=list)
    """The transfers on which the engine failed."""
    _true: dict[str, set[str]] = field(init=False, repr=False, default_factory=dict)
    """The rules judged a true match, by transfer."""

    def __post_init__(self) -> None:
        for (transfer_id, rule), judged in self.dispositions.items():
            if judged == TRUE:
                self._true.setdefault(transfer_id, set()).add(rule)

    def add(self, done: Rejudged | Unjudged) -> None:
        """Add one transfer to the counts."""
        if isinstance(done, Unjudged):
            self.unjudged.append(f"{done.transfer.id}: {done.fault}")
            return
        flip = done.before.decision.value, done.after.decision.value
        self.decisions[flip] += 1
        counts = self.days[law_day(done.transfer).isoformat()]
        counts[0] += done.before.decision is not Decision.CLEAR
        counts[1] += done.after.decision is not Decision.CLEAR
        self._judge(self.before, done.before)
        self._judge(self.after, done.after)
        if done.verdict is None or done.verdict.rescreening is None:
            return
        changes = done.verdict.rescreening.changes
        for change in changes:
            self.rules[change.rule_set][change.outcome.value] += 1
            for cause in change.causes:
                self.causes[cause.kind.value, cause.change.value, cause.id] += 1
                self.names.setdefault(cause.id, cause.name)
        if len(self.examples[flip]) < MOST_EXAMPLES:
            self.examples[flip].append(_example(done, changes))

    def _judge(self, judgements: Judgements, verdict: Verdict) -> None:
        found = {finding.rule for finding in verdict.findings}
        for rule in found:
            judged = self.dispositions.get((verdict.transfer_id, rule))
            judgements.true += judged == TRUE
            judgements.false += judged == FALSE
        judgements.missed += len(self._true.get(verdict.transfer_id, set()) - found)

    def as_json(self) -> dict[str, Any]:
        """Return the report, for reviewers and automated checks."""
        return {
            "format": FORMAT,
            "old": self.old.model_dump(mode="json"),
            "new": self.new.model_dump(mode="json"),
            "transfers": self.decisions.total(),
            "decisions": {was: {now: self.decisions[was, now] for now in DECISIONS} for was in DECISIONS},
            "findings": {rule_set: dict(sorted(outcomes.items())) for rule_set, outcomes in sorted(self.rules.items())},
            "causes": [
                {"kind": kind, "change": change, "id": id_, "name": self.names.get(id_, ""), "findings": count}
                for (kind, change, id_), count in self.causes.most_common()
            ],
            "days": [{"day": day, "before": was, "now": now} for day, (was, now) in sorted(self.days.items())],
            "examples": [
                {"from": was, "to": now, "transfers": examples}
                for (was, now), examples in sorted(self.examples.items())
            ],
            "judged": {"before": self.before.as_json(), "now": self.after.as_json()} if self.dispositions else None,
            "unjudged": self.unjudged,
        }


def judgements_of(dispositions: Iterable[Disposition]) -> dict[tuple[str, str], str]:
    """Return the last judgement for each (transfer, rule), without those that were withdrawn.

    A withdrawal is a later record with the same id.
    """
    by_id = {each.id: each for each in sorted(dispositions, key=lambda each: each.withdrawn is not None)}
    standing = [each for each in by_id.values() if each.withdrawn is None]
    last = sorted(standing, key=lambda each: each.decided_at)
    return {(each.transfer_id, each.rule): each.judgement for each in last}


def _example(done: Rejudged, changes: Sequence[FindingChange]) -> dict[str, Any]:
    before, after = (_sentences(verdict.findings) for verdict in (done.before, done.after))
    return {
        "transfer_id": done.transfer.id,
        "changes": [
            {
                "outcome": change.outcome.value,
                "rule": change.rule,
                "before": before.get((change.rule, change.subject)),
                "now": after.get((change.rule, change.subject)),
                "causes": [_cause(cause) for cause in change.causes],
            }
            for change in changes[:MOST_EXAMPLES]
        ],
    }


def _sentences(findings: Iterable[Finding]) -> dict[tuple[str, str], str]:
    return {(finding.rule, finding.subject): finding.reason for finding in findings}


def _cause(cause: Cause) -> str:
    published = f", {cause.published}" if cause.published else ""
    fields = f" ({', '.join(cause.fields)})" if cause.fields else ""
    return f"{cause.change.value}: {cause.id or cause.kind.value}{fields}{published}"
