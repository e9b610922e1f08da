"""What the models of rules, code lists, rates and policy share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Confidence = Literal["V", "H", "C"]
"""How the product knows something: V read in a source, H known well, C to be checked."""
Prefix = Annotated[str, StringConstraints(pattern=r"^\d{2}(\d{2}(\d{2})?)?$")]
"""Digits of the Harmonized System."""
Words = Annotated[str, StringConstraints(min_length=2)]
Url = Annotated[str, StringConstraints(pattern=r"^https://\S+$")]


class RuleModel(BaseModel):
    """A frozen value that refuses fields it does not know: a misspelt field must not silence a rule."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
