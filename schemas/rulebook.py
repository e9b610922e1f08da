"""The manifest of a rule book: which law and which lists, in which version."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import Model, Sha256


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


class RuleBookManifest(Model):
    """What decided. `sha256` addresses the whole content: rules, lists, goods words and the operator's policy."""

    version: str
    sha256: Sha256
    rule_sets: tuple[RuleSetVersion, ...]
    lists: tuple[ListVersion, ...]
