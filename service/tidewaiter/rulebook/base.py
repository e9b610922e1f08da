"""The base model and field types of rules, code lists, rates and policy."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Confidence = Literal["V", "H", "C"]
"""How sure a statement is: V read in a source, H known well, C still to be checked."""
Prefix = Annotated[str, StringConstraints(pattern=r"^\d{2}(\d{2}(\d{2})?)?$")]
"""An HS chapter, heading or subheading: 2, 4 or 6 digits."""
Words = Annotated[str, StringConstraints(min_length=2)]
Url = Annotated[str, StringConstraints(pattern=r"^https://\S+$")]


class RuleModel(BaseModel):
    """A frozen model that rejects unknown fields: a misspelt field must not silence a rule."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
