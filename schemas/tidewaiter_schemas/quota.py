"""Claims of transfers on quotas, as stored on the ledger topic: the source of the running totals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from tidewaiter_schemas.base import Identity, Model, Places, Sha256

QuotaUnit = Literal["bbl", "t"]
"""Units in which caps and amounts are counted: US barrels of 42 US gallons, and metric tonnes."""

MAX_DIGITS = 50
"""Digits of an amount in a claim. Quantities of thirty digits in a transfer lead to 43; sums of these stay exact."""


class _Record(Model):
    # A worker of an older release reads the records of a newer one and can safely ignore unknown fields.
    model_config = ConfigDict(extra="ignore")


class QuotaAmount(_Record):
    """A quantity of goods in a unit of the cap."""

    amount: Annotated[Decimal, Field(ge=0, allow_inf_nan=False, max_digits=MAX_DIGITS), Places]
    unit: QuotaUnit
    exact: bool = Field(description="False if based on an unverified conversion or on facts that are only alleged.")


class QuotaClaim(_Record):
    """The claim of one transfer on one quota.

    The first record with these values on the ledger topic fixes the transfer's place for ever. Later records with the
    same values are redeliveries and change nothing. A claim with other values for the same quota and transfer replaces
    the earlier one from there on.
    """

    quota: str = Field(description="Id of the rule that has the quota.")
    window: date = Field(description="First day of the window that the transfer falls into.")
    transfer_id: Identity
    content_sha256: Sha256 = Field(
        description="SHA-256 of the transfer's content, to distinguish a changed one from a copy."
    )
    day: date = Field(description="UTC day on which the transfer happened.")
    counted: bool = Field(
        description="False if it is uncertain that the rule is met: it has a place but takes nothing."
    )
    amounts: tuple[QuotaAmount, ...] = ()
    unmeasured: bool = Field(
        default=False, description="Part of it has an unknown quantity, which is not in `amounts`."
    )
