"""An analyst's recorded judgement on a finding."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, Field

from tidewaiter_schemas.base import Identity, Model, OpenWord, Text


class Disposition(Model):
    """What a person decided about one finding of one verdict."""

    id: Identity
    verdict_id: UUID
    transfer_id: Identity
    rule: Text
    judgement: OpenWord = Field(examples=["true_match", "false_positive", "escalated"])
    reason: Text
    decided_by: Identity
    approved_by: Identity | None = None
    decided_at: AwareDatetime
    expires_at: AwareDatetime | None = None
