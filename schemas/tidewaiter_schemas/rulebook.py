"""The manifest of a rule book (versions of its law and lists), and the records that publish rule books."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from tidewaiter_schemas.base import Model, Sha256


class RuleSetVersion(Model):
    """The version of one authority's law in the rule book."""

    id: str
    version: str
    sha256: Sha256
    rules: Annotated[int, Field(ge=0)]


class ListVersion(Model):
    """The version of one publisher's list in the rule book."""

    id: str
    publisher: str
    published: str | None = Field(default=None, description="The publisher's own date or version, if it gives one.")
    sha256: Sha256 = Field(description="SHA-256 of the official file.")
    entries: Annotated[int, Field(ge=0)]
    sample: bool = Field(default=False, description="True for the packaged sample: not an official list.")
    retrieved: AwareDatetime | None = Field(
        default=None,
        description="When these very bytes first came from the publisher, by the record kept beside the file. Part of "
        "that record, so the same file and record say the same on any machine.",
    )
    url: str | None = Field(default=None, description="The source address in that record; never with a token.")


class RuleBookManifest(Model):
    """The rule book of a verdict. `sha256` covers its whole content: rules, lists, goods words and policy."""

    version: str
    sha256: Sha256
    rule_sets: tuple[RuleSetVersion, ...]
    lists: tuple[ListVersion, ...]


class _Record(Model):
    # A worker of an older release reads the records of a newer one and can safely ignore unknown fields.
    model_config = ConfigDict(extra="ignore")


class RuleBookFile(_Record):
    """The location of a compiled rule book: in the record itself, or at a URI. Only `size` bytes are read."""

    size: Annotated[int, Field(ge=1, description="Size of the file in bytes.")]
    sha256: Sha256 = Field(description="SHA-256 of the file.")
    content: str | None = Field(default=None, description="The file in base64.")
    uri: str | None = Field(default=None, min_length=1, description="Address of the file, in a form that fsspec reads.")

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.content is None) == (self.uri is None):
            raise ValueError("give either the content or the uri of the file")
        return self


class PublishedRuleBook(_Record):
    """A rule book on the topic, with its manifest's sha-256 as key. Publishing it does not put it in force."""

    manifest: RuleBookManifest
    file: RuleBookFile
    published_at: AwareDatetime


class CurrentRuleBook(_Record):
    """The rule book in force, with the key `current`. The last record applies."""

    sha256: Sha256 = Field(description="SHA-256 of the manifest in force.")
    replaces: Sha256 | None = Field(default=None, description="SHA-256 of the previous one in force.")
    since: AwareDatetime = Field(description="When it was put in force. Each worker adopts it at its next batch.")
    scheduled: bool = Field(
        default=False,
        description="Whether it is in force only from `since` on, by each worker's clock. Until then `replaces` is.",
    )
    written_at: AwareDatetime | None = Field(
        default=None,
        description="When the record was written; in one of an earlier release, `since` stands for it. It orders the "
        "records: one that is scheduled may be called off by another that is in force earlier.",
    )
    rolled_back: bool = Field(default=False, description="Whether this is a rollback to an earlier one.")
    allow_shrink: bool = Field(
        default=False, description="Whether lists and rule sets may be smaller than before or missing."
    )

    @property
    def order(self) -> datetime:
        """Return the moment that orders this record among those of the topic."""
        return self.written_at or self.since

    def is_pending(self, now: datetime) -> bool:
        """Return whether it is scheduled for later than `now`."""
        return self.scheduled and self.since > now
