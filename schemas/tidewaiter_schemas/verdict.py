"""A verdict: the decision on one transfer, with its findings, evidence and citations."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from tidewaiter_schemas.base import Identity, Model, OpenWord, Pointer, Sha256
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
    source: str | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="Path of the fact in the document that the transfer was converted from, if it was.",
    )


class AuthorisationUse(Model):
    """An authorisation that affects a finding."""

    authority: str
    reference: str
    verified: bool = Field(description="True if the operator's own register has it and it matches.")
    reason: str


FactDigest = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
FactDigests = Annotated[
    dict[Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")], FactDigest],
    Field(max_length=32, description="The beginning of the SHA-256 of each fact, by its name."),
]


class FindingKey(Model):
    """Identifies the party and the list entry of a finding, each with the facts that it had.

    A disposition binds to it. The digests only tell later which fact changed; the two hashes decide.
    """

    party: Sha256 = Field(
        description="SHA-256 of the facts that identify the party, with its names as they are spelled."
    )
    entry: Sha256 = Field(description="SHA-256 of the whole list entry.")
    party_facts: FactDigests
    entry_facts: FactDigests


class NotSuppressible(StrEnum):
    """Why no false positive can suppress a finding on a party."""

    IDENTIFIER_AGREES = "identifier_agrees"
    """An identifier of the party is that of the listed one."""
    NAME_ALONE = "name_alone"
    """The party has no identifier, birth date or address: anybody can have its name."""


class VoidCause(StrEnum):
    """Why a false positive does not suppress a finding."""

    ENTRY_CHANGED = "entry_changed"
    PARTY_CHANGED = "party_changed"
    EXPIRED = "expired"
    """The transfer happened when the false positive had expired."""
    WITHDRAWN = "withdrawn"
    OVERRULED = "overruled"
    """The last disposition on this party and entry is another judgement."""
    IDENTIFIER_AGREES = "identifier_agrees"
    NAME_ALONE = "name_alone"


class SuppressionVoided(Model):
    """A disposition on the party and entry of a finding that does not suppress it, and why."""

    disposition: Identity
    cause: OpenWord = Field(examples=[each.value for each in VoidCause])
    changed: tuple[str, ...] = Field(
        default=(), description="The facts that changed, as `party.birth_date` or `entry.names`."
    )
    reason: str = Field(description="The same in a sentence.")


class DispositionUse(Model):
    """A disposition that a verdict used: its id, and the SHA-256 of its content."""

    id: Identity
    sha256: Sha256


class DispositionsUsed(Model):
    """The dispositions that a verdict depends on: those that suppress a finding, and those that no longer do."""

    base: UUID = Field(description="The id of the verdict on this transfer by this rule book without any disposition.")
    used: tuple[DispositionUse, ...]


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
    suppressed_by: str | None = Field(
        default=None,
        description="Why it does not count: a verified authorisation, or `disposition` and its id.",
    )
    key: FindingKey | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="Only in a finding on a party or an owner: what a disposition of it binds to.",
    )
    not_suppressible: OpenWord | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        examples=[each.value for each in NotSuppressible],
        description="Why a false positive on this key would suppress nothing.",
    )
    suppression_voided: tuple[SuppressionVoided, ...] = Field(
        default=(),
        exclude_if=lambda value: not value,
        description="Earlier dispositions that do not suppress this finding, and why.",
    )


class Verdict(Model):
    """The decision on one transfer.

    The same transfer, rule book, engine and `dispositions` give the same bytes. A verdict contains no wall-clock time;
    the time of screening is in the header `ce_time`.
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
    dispositions: DispositionsUsed | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="Only in a verdict that a disposition concerns.",
    )
