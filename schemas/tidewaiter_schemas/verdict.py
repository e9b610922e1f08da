"""A verdict: the decision on one transfer, and everything it rests on."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from tidewaiter_schemas.base import Identity, Model, Pointer
from tidewaiter_schemas.rescreening import Rescreening
from tidewaiter_schemas.rulebook import RuleBookManifest

Certainty = Annotated[float, Field(ge=0, le=1)]


class Decision(StrEnum):
    """What to do with a transfer."""

    BLOCK = "block"
    """Do not let it pass."""
    REVIEW = "review"
    """A person must decide; do not let it pass before."""
    CLEAR = "clear"
    """No rule and no listed party was met."""


class Effect(StrEnum):
    """What one finding asks for."""

    BLOCK = "block"
    REVIEW = "review"
    INFO = "info"
    """Worth knowing; does not change the decision."""


class Family(StrEnum):
    """What kind of rule a finding comes from."""

    EMBARGO = "embargo"
    PARTY = "party"
    QUOTA = "quota"
    CATCH_ALL = "catch_all"


class Citation(Model):
    """Where a rule or a listing is written down.

    `confidence` says how the product knows it: V read in a source, H known well, C still to be checked against the
    text. `verified` is true for V alone.
    """

    instrument: str
    provision: str
    url: str
    verified: bool
    confidence: Literal["V", "H", "C"]


class Evidence(Model):
    """One fact of the transfer, and what it was measured against."""

    kind: str = Field(examples=["hs_code", "words", "destination", "name", "identifier", "date", "value"])
    subject: Pointer
    value: str
    matched: str


class AuthorisationUse(Model):
    """The authorisation that bears on a finding."""

    authority: str
    reference: str
    verified: bool = Field(description="True when it is on the operator's own register and matches.")
    reason: str


class Finding(Model):
    """One rule or list entry that a transfer meets.

    `effect` is what the finding asks for after everything that weakens it (certainty, unverified law, a claimed
    authorisation). A finding that names `suppressed_by` is reported and does not count.
    """

    rule: str
    rule_set: str
    family: Family
    effect: Effect
    authority: str
    citation: Citation
    further_citations: tuple[Citation, ...] = ()
    subject: Pointer
    certainty: Certainty
    reason: str
    evidence: tuple[Evidence, ...] = ()
    authorisation: AuthorisationUse | None = None
    suppressed_by: str | None = None


class Verdict(Model):
    """The decision on one transfer.

    The same transfer, rule book and engine give the same bytes. There is no wall clock inside; the time of screening
    travels in the `ce_time` header.
    """

    id: UUID
    transfer_id: Identity
    decision: Decision
    conditional: bool = Field(
        description="True when the facts are only alleged or reported: it would break the rules found, if true."
    )
    findings: tuple[Finding, ...]
    rulebook: RuleBookManifest
    engine: str
    supersedes: UUID | None = None
    rescreening: Rescreening | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="Only in a verdict on a past transfer that was given anew because the rule book changed.",
    )
