"""Why a past transfer has a new verdict: the changes of the rule book, and their effect on the findings."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from tidewaiter_schemas.base import Model, Pointer, Sha256

MOST_CAUSES = 20
"""The most causes that a change of a finding names."""


class Change(StrEnum):
    """How a part of the rule book changed."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class CauseKind(StrEnum):
    """What differs: a part of the rule book, the engine, or a disposition."""

    LIST_ENTRY = "list_entry"
    RULE = "rule"
    RULE_SET = "rule_set"
    POLICY = "policy"
    GOODS_WORDS = "goods_words"
    COUNTRY_KNOWLEDGE = "country_knowledge"
    NAME_WEIGHTS = "name_weights"
    ENGINE = "engine"
    """The same rule book, read by another version of the engine."""
    DISPOSITION = "disposition"
    """An analyst's judgement on a party and a list entry: `id` is that of the disposition."""


class Cause(Model):
    """One thing that changed between the two rule books.

    `id` is the id of the rule, rule set or policy field, or list and entry as `list:entry`. It is empty if the kind has
    only one.
    """

    kind: CauseKind
    change: Change
    id: str = ""
    name: str = Field(default="", description="The first name of the listed party, or the text of the rule.")
    published: str | None = Field(default=None, description="The date or version of the list with the change.")
    fields: tuple[str, ...] = Field(default=(), description="The names of its changed fields.")


class FindingOutcome(StrEnum):
    """How a finding changed."""

    NEW = "new_finding"
    CHANGED = "changed_finding"
    GONE = "finding_gone"


class FindingChange(Model):
    """One finding that is new, changed or gone compared with the previous verdict."""

    outcome: FindingOutcome
    rule: str
    rule_set: str
    subject: Pointer
    causes: tuple[Cause, ...] = Field(max_length=MOST_CAUSES)


class Rescreening(Model):
    """The part of a verdict that only rescreening adds."""

    previous_rulebook: Sha256 = Field(description="The rule book that the changes are relative to.")
    previous_decision: Literal["block", "review", "clear"]
    adopted: AwareDatetime | None = Field(
        default=None,
        description="When the new rule book was put in force, in verdicts of the rescreener: the same rule book may be "
        "put in force several times.",
    )
    replaces: tuple[UUID, ...] = Field(
        description="Every id that the verdict on this very transfer can have had under the rule books before. A "
        "verdict in force with another id is on a later version of the transfer, and stays in force."
    )
    changes: tuple[FindingChange, ...]


class _Record(Model):
    # A process of an older release reads the records of a newer one and can safely ignore unknown fields.
    model_config = ConfigDict(extra="ignore")


class RuleBookAdoption(_Record):
    """A rule book that was put in force and is to be rescreened with, in the order of the topic.

    Every rescreener may write it. The first record counts, and one that is not later than the record before is ignored.
    """

    sha256: Sha256
    since: AwareDatetime = Field(description="When it was put in force.")


class RunState(StrEnum):
    """How far a rescreening of one partition is."""

    STARTED = "started"
    ENDED = "ended"
    UNAVAILABLE = "unavailable"
    """One of the two rule books is not on the topic any more: nothing was judged again."""


Count = Annotated[int, Field(ge=0)]


class RescreeningRun(_Record):
    """A rescreening of one partition of transfers, at its start and at its end. The last record of a run applies.

    `old` is the rule book before, `new` the one that was put in force at `since`. The counts include all parts of a run
    that was interrupted.
    """

    state: RunState
    old: Sha256
    new: Sha256
    since: AwareDatetime
    topic: str
    partition: Count
    by: str = Field(description="Host and process, or the instance id, of the rescreener.")
    at: AwareDatetime = Field(description="When this record was written.")
    looked_back_to: AwareDatetime = Field(description="Records before this time are not read.")
    first_offset: Count
    next_offset: Count = Field(description="The offset up to which transfers were read.")
    older: Count = Field(description="Offsets on the topic that are before the look-back.")
    deleted: Count = Field(description="Offsets deleted by the topic's retention, where that reaches less far back.")
    read: Count = 0
    judged: Count = Field(default=0, description="Transfers that the change could affect, judged by both rule books.")
    changed: Count = Field(default=0, description="Verdicts that were issued anew.")
    failed: Count = Field(default=0, description="Transfers on which the engine failed: their verdicts stay.")
    unreadable: Count = Field(default=0, description="Records that are no transfers.")
    decisions: dict[str, Count] = Field(default={}, description="Changed decisions, as `clear->block`, with counts.")
