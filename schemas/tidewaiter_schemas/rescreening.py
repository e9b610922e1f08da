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
    """What became of a part of the rule book."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class CauseKind(StrEnum):
    """Which part of the rule book, or what else, is another."""

    LIST_ENTRY = "list_entry"
    RULE = "rule"
    RULE_SET = "rule_set"
    POLICY = "policy"
    GOODS_WORDS = "goods_words"
    COUNTRY_KNOWLEDGE = "country_knowledge"
    NAME_WEIGHTS = "name_weights"
    ENGINE = "engine"
    """The same rule book, read by another version of the engine."""


class Cause(Model):
    """One thing that changed between the two rule books.

    `id` is that of the rule, rule set or policy field, or the list and the entry as `list:entry`; empty where there is
    just one of the kind.
    """

    kind: CauseKind
    change: Change
    id: str = ""
    name: str = Field(default="", description="The listed party's first name, or what the rule says.")
    published: str | None = Field(default=None, description="The date or version of the list that brought it.")
    fields: tuple[str, ...] = Field(default=(), description="What changed in it, by the names of its fields.")


class FindingOutcome(StrEnum):
    """What became of a finding."""

    NEW = "new_finding"
    CHANGED = "changed_finding"
    GONE = "finding_gone"


class FindingChange(Model):
    """One finding that the verdict before has not, has otherwise, or that it alone has."""

    outcome: FindingOutcome
    rule: str
    rule_set: str
    subject: Pointer
    causes: tuple[Cause, ...] = Field(max_length=MOST_CAUSES)


class Rescreening(Model):
    """What a verdict that was given anew has and a first one has not."""

    previous_rulebook: Sha256 = Field(description="The rule book that the change is told from.")
    previous_decision: Literal["block", "review", "clear"]
    replaces: tuple[UUID, ...] = Field(
        description="Every id that the verdict on this very transfer can have had under the rule books before. A "
        "verdict in force with another id is on a later version of the transfer, and stays in force."
    )
    changes: tuple[FindingChange, ...]
