"""The settings of a schema registry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator

from tidewaiter.settings.choices import VerdictSchema
from tidewaiter.settings.model import WorkerSettings

REGISTRY = "registry"
"""The format, in TIDEWAITER_INPUTS, of topics whose records name a schema of the registry."""


class RegistrySettings(WorkerSettings):
    """The settings of a worker, with those of a schema registry."""

    schema_registry_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/@?#]+(/[^\s?#]*)?$")] | None = Field(
        default=None,
        description="Address of a schema registry with the REST API of Confluent's, without a login: "
        "https://registry:8081, or https://apicurio:8080/apis/ccompat/v7.",
    )
    schema_registry_username: str | None = Field(default=None, description="User for the schema registry.")
    schema_registry_password: SecretStr | None = Field(default=None, description="Password for the schema registry.")
    schema_registry_ca_file: Path | None = Field(
        default=None,
        description="PEM file of the authorities that sign the certificate of the schema registry. By default those of "
        "the system.",
    )
    verdict_schema: VerdictSchema = Field(
        default=VerdictSchema.NONE,
        description="lookup: each verdict names its JSON Schema in the schema registry, by the header "
        "__value_schema_id. register: the same, and the schema is registered at start. The value of a verdict stays "
        "as it is.",
    )
    verdict_subject: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = Field(
        default=None,
        description="Subject of that schema. By default the name of the topic of verdicts and `-value`.",
    )

    @model_validator(mode="after")
    def _registry_agrees(self) -> Self:
        if self.schema_registry_url is None:
            if topic := next((topic for topic, form in self.inputs if form == REGISTRY), None):
                raise ValueError(f"inputs has {topic}:{REGISTRY}, which needs schema_registry_url")
            if self.verdict_schema is not VerdictSchema.NONE:
                raise ValueError(f"verdict_schema {self.verdict_schema} needs schema_registry_url")
        if (self.schema_registry_username is None) != (self.schema_registry_password is None):
            raise ValueError("schema_registry_username and schema_registry_password go together")
        return self
