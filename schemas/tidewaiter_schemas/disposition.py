"""A disposition: a person's recorded judgement on one finding of one verdict."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from tidewaiter_schemas.base import Identity, Model, OpenWord, Pointer, Text
from tidewaiter_schemas.verdict import FindingKey

_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


class Judgement(StrEnum):
    """What a person can decide about a finding. Only `FALSE_POSITIVE` changes later verdicts."""

    FALSE_POSITIVE = "false_positive"
    """The party is not the listed one. Suppresses the finding while party and entry stay as they were."""
    TRUE_MATCH = "true_match"
    """The finding is right. Ends an earlier false positive on the same party and entry."""
    PERMIT_VERIFIED = "permit_verified"
    """An authorisation covers the transfer. To let it clear later findings, add it to the register."""
    ESCALATED = "escalated"
    """Somebody else decides. Ends an earlier false positive on the same party and entry."""


class Withdrawal(Model):
    """Who ended a disposition, when and why. Nothing brings it back: record a new one instead."""

    by: Identity
    at: AwareDatetime
    reason: Text


class Disposition(Model):
    """What a person decided about one finding of one verdict.

    A false positive suppresses later findings with the same `rule` and `key`, and needs `key` and `expires_at` for it.
    To end it earlier, write it again with `withdrawn`.
    """

    id: Identity
    verdict_id: UUID
    transfer_id: Identity
    rule: Text
    judgement: OpenWord = Field(examples=[each.value for each in Judgement])
    reason: Text
    decided_by: Identity
    approved_by: Identity | None = Field(default=None, description="The second person, where the setting asks for one.")
    decided_at: AwareDatetime
    expires_at: AwareDatetime | None = Field(
        default=None, description="It suppresses no finding on a transfer that happens at this time or later."
    )
    subject: Pointer | None = Field(default=None, description="The subject of the finding.")
    key: FindingKey | None = Field(
        default=None, description="The key of the finding, copied from the verdict: the party and entry it binds to."
    )
    withdrawn: Withdrawal | None = None

    @property
    def content_sha256(self) -> str:
        """Return the SHA-256 of the content as hex. Verdicts name each disposition that they used by it."""
        content = self.model_dump(mode="json", exclude_defaults=True)
        return hashlib.sha256(_SORTED.encode(content).encode()).hexdigest()
