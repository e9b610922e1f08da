"""The map of sanctions law: every programme known to us, and whether it is packaged as rules. It is no law itself.

A transfer that touches a programme which binds the operator and is not packaged must not be cleared in silence.
"""

from __future__ import annotations

import csv
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from tidewaiter.errors import RuleError
from tidewaiter.rulebook.base import Confidence, Prefix, RuleModel, Url
from tidewaiter.rulebook.rules import TerritoryKey

FILE = Path(__file__).parent / "builtin" / "programmes.csv"


class ProgrammeKind(StrEnum):
    """What a programme bars, in the coarse terms that decide what a transfer that touches it gets."""

    COMPREHENSIVE = "comprehensive"
    """Nearly everything: review, whatever is moved."""
    SECTORAL_GOODS = "sectoral-goods"
    """Lists of goods: review, unless the goods are food, medicine or printed matter."""
    IMPORT_BAN = "import-ban"
    """Goods of its origin: the same, in the other direction."""
    ARMS_EMBARGO = "arms-embargo"
    """Review of what may be arms, and of what goes to forces."""
    SERVICES = "services"
    """Review of services and payments."""
    ASSET_FREEZE_ONLY = "asset-freeze-only"
    """Persons and bodies on lists: nothing by country, the lists decide."""
    DUAL_USE_LICENSING = "dual-use-licensing"
    """Controlled goods: a matter of control numbers, nothing by country."""


class Programme(RuleModel):
    """One programme of one jurisdiction on one country or region.

    `direction` is that of the goods, seen from the target. `goods` are HS prefixes by our own reading of `what`, where
    it names goods that are headings; empty, it may be about any. `packaged` says how far rules encode it. `effect` is
    given where it is another than that of the kind.
    """

    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    target: TerritoryKey
    kind: ProgrammeKind
    what: str
    direction: Literal["to", "from", "both"]
    goods: tuple[Prefix, ...] = ()
    since: date
    until: date | None = Field(default=None, description="The last day; none while it is in force.")
    instrument: str
    provision: str
    url: Url
    confidence: Confidence
    since_confidence: Confidence
    packaged: Literal["yes", "part", "no"]
    effect: Literal["review", "info"] = "review"

    def in_force_on(self, day: date) -> bool:
        """Return whether it was law on `day`."""
        return self.since <= day and (self.until is None or day <= self.until)

    @property
    def asks(self) -> bool:
        """Return whether it may ask something of a transfer by the country alone."""
        by_country = self.kind not in (ProgrammeKind.ASSET_FREEZE_ONLY, ProgrammeKind.DUAL_USE_LICENSING)
        return by_country and self.packaged != "yes"


def read_programmes(path: Path = FILE) -> tuple[Programme, ...]:
    """Return the programmes of a CSV file, in its order. RuleError names the line that cannot be used."""
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [(number, line) for number, line in enumerate(lines, 1) if not line.startswith("#")]
    programmes = []
    for (number, _), row in zip(kept[1:], csv.DictReader(line for _, line in kept), strict=True):
        given = {field: value for field, value in row.items() if value}
        try:
            programmes.append(Programme.model_validate({**given, "goods": tuple((row["goods"] or "").split())}))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"]))
            raise RuleError(f"{path.name}:{number}: {field}: {first['msg']}") from error
    return tuple(programmes)
