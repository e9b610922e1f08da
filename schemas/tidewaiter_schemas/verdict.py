"""A verdict: the decision on one transfer, with its findings, evidence and citations."""

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
    """Stop the transfer."""
    REVIEW = "review"
    """A person must decide. Stop the transfer until then."""
    CLEAR = "clear"
    """No rule and no listed party was met."""


class Effect(StrEnum):
    """The effect of one finding on the decision."""

    BLOCK = "block"
    REVIEW = "review"
    INFO = "info"
    """For information; does not change the decision."""


class Family(StrEnum):
    """The kind of rule that a finding comes from."""

    EMBARGO = "embargo"
    PARTY = "party"
    QUOTA = "quota"
    CATCH_ALL = "catch_all"


class Citation(Model):
    """The source text of a rule or a listing.

    `confidence` says how well it is verified: V read in a source, H well known, C still to be checked against the text.
    `verified` is true only for V.
    """

    instrument: str
    provision: str
    url: str
    verified: bool
    confidence: Literal["V", "H", "C"]


class Evidence(Model):
    """One fact of the transfer, and what it was compared with."""

    kind: str = Field(examples=["hs_code", "words", "destination", "name", "identifier", "date", "value"])
    subject: Pointer
    value: str
    matched: str


class AuthorisationUse(Model):
    """An authorisation that affects a finding."""

    authority: str
    reference: str
    verified: bool = Field(description="True if the operator's own register has it and it matches.")
    reason: str


class Finding(Model):
    """One rule or list entry that a transfer meets.

    `effect` already includes everything that weakens the finding (certainty, unverified law, a claimed authorisation).
    A finding with `suppressed_by` is reported but does not count.
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

    The same transfer, rule book and engine give the same bytes. A verdict contains no wall-clock time; the time of
    screening is in the header `ce_time`.
    """

    id: UUID
    transfer_id: Identity
    decision: Decision
    conditional: bool = Field(
        description="True if the facts are only alleged or reported: the rules are met if they are true."
    )
    findings: tuple[Finding, ...]
    rulebook: RuleBookManifest
    engine: str
    supersedes: UUID | None = None
    rescreening: Rescreening | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="Only in a new verdict on a past transfer, issued because the rule book changed.",
    )
