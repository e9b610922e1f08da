"""Why a past transfer has a new verdict: the changes of the rule book, and their effect on the findings."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

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
    replaces: tuple[UUID, ...] = Field(
        description="Every id that the verdict on this very transfer can have had under the rule books before. A "
        "verdict in force with another id is on a later version of the transfer, and stays in force."
    )
    changes: tuple[FindingChange, ...]
