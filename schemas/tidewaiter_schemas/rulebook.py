"""The manifest of a rule book (versions of its law and lists), and the records that publish rule books."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from tidewaiter_schemas.base import Model, Sha256


class RuleSetVersion(Model):
    """One authority's law as it stood in the rule book."""

    id: str
    version: str
    sha256: Sha256
    rules: Annotated[int, Field(ge=0)]


class ListVersion(Model):
    """One publisher's list as it stood in the rule book."""

    id: str
    publisher: str
    published: str | None = Field(default=None, description="The publisher's own date or version, where it gives one.")
    sha256: Sha256 = Field(description="Of the official file, byte for byte.")
    entries: Annotated[int, Field(ge=0)]
    sample: bool = Field(default=False, description="True for the packaged sample: not an official list.")
    retrieved: AwareDatetime | None = Field(
        default=None,
        description="When these very bytes first came from the publisher, by the record kept beside the file. Part of "
        "that record, so the same file and record say the same on any machine.",
    )
    url: str | None = Field(default=None, description="Where they came from, by the same record; never with a token.")


class RuleBookManifest(Model):
    """What decided. `sha256` addresses the whole content: rules, lists, goods words and the operator's policy."""

    version: str
    sha256: Sha256
    rule_sets: tuple[RuleSetVersion, ...]
    lists: tuple[ListVersion, ...]


class _Record(Model):
    # A worker of an older release reads the records of a newer one and can safely ignore unknown fields.
    model_config = ConfigDict(extra="ignore")


class RuleBookFile(_Record):
    """Where the compiled file of a rule book is: in the record itself, or behind a URI. Read only as far as `size`."""

    size: Annotated[int, Field(ge=1, description="Bytes of the whole file.")]
    sha256: Sha256 = Field(description="Of the whole file.")
    content: str | None = Field(default=None, description="The file itself, as base64.")
    uri: str | None = Field(default=None, min_length=1, description="Where to fetch it, as fsspec understands it.")

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.content is None) == (self.uri is None):
            raise ValueError("give either the content or the uri of the file")
        return self


class PublishedRuleBook(_Record):
    """A rule book on the topic, under its manifest's sha-256 as key. That it is there does not put it in force."""

    manifest: RuleBookManifest
    file: RuleBookFile
    published_at: AwareDatetime


class CurrentRuleBook(_Record):
    """Which of them is in force, under the key `current`: the last one counts."""

    sha256: Sha256 = Field(description="Of the manifest in force.")
    replaces: Sha256 | None = Field(default=None, description="Of the one in force before.")
    since: AwareDatetime = Field(description="When it was put in force. Each worker adopts it at its own next batch.")
    scheduled: bool = Field(
        default=False,
        description="Whether it is in force only from `since` on, by each worker's clock; until then `replaces` is.",
    )
    rolled_back: bool = Field(default=False, description="Whether an earlier one was put back in force.")
    allow_shrink: bool = Field(
        default=False, description="Whether lists and rule sets may be smaller than before, or gone: somebody looked."
    )
