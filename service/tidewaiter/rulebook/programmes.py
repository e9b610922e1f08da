"""The map of sanctions law: every known programme, and whether rules encode it. The map itself is not law.

A transfer under a programme that binds the operator and has no rules gets review: it must not be cleared.
"""

from __future__ import annotations

import csv
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from tidewaiter.errors import RuleError
from tidewaiter.rulebook.base import Confidence, Prefix, RuleModel, Url
from tidewaiter.rulebook.mistakes import mistake_in_words, place_in_words
from tidewaiter.rulebook.rules import RulePattern, TerritoryKey
from tidewaiter_schemas.verdict import Citation

FILE = Path(__file__).parent / "builtin" / "programmes.csv"


class ProgrammeKind(StrEnum):
    """What a programme restricts, in the coarse terms that decide which transfers get review."""

    COMPREHENSIVE = "comprehensive"
    """Nearly everything: any transfer gets review."""
    SECTORAL_GOODS = "sectoral-goods"
    """Lists of goods: review, unless the goods are food, medicine or printed matter."""
    IMPORT_BAN = "import-ban"
    """Goods that originate there: the same in the other direction."""
    ARMS_EMBARGO = "arms-embargo"
    """Arms: review of goods that may be arms, and of transfers to armed forces."""
    SERVICES = "services"
    """Services and payments: review of them."""
    ASSET_FREEZE_ONLY = "asset-freeze-only"
    """Listed persons and bodies: the lists decide, and the country alone asks nothing."""
    DUAL_USE_LICENSING = "dual-use-licensing"
    """Controlled goods: control numbers decide, and the country alone asks nothing."""


class Programme(RuleModel):
    """One programme of one jurisdiction on one country or region.

    `direction` is that of the goods, seen from the target. `goods` are the HS prefixes of the goods that `what` names,
    by our own reading; without them it may be about any goods. `packaged` says how much of it `rules` encode; an arms
    embargo that is packaged in part lacks goods for forces that are no arms by code or word. `effect` is given only
    where it differs from that of the kind. `reason` says why nothing of it is packaged.
    """

    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    target: TerritoryKey
    kind: ProgrammeKind
    what: str
    direction: Literal["to", "from", "both"]
    goods: tuple[Prefix, ...] = ()
    since: date
    until: date | None = Field(default=None, description="The last day; absent while it is in force.")
    instrument: str
    provision: str
    url: Url
    confidence: Confidence
    since_confidence: Confidence
    packaged: Literal["yes", "part", "no"]
    rules: tuple[RulePattern, ...] = ()
    effect: Literal["review", "info"] = "review"
    reason: str = ""

    def in_force_on(self, day: date) -> bool:
        """Return whether the programme was in force on `day`."""
        return self.since <= day and (self.until is None or day <= self.until)

    @cached_property
    def citation(self) -> Citation:
        """Return the citation of the programme. Built once: most transfers under much law cite the same programmes."""
        return Citation(
            instrument=self.instrument,
            provision=self.provision,
            url=self.url,
            verified=self.confidence == "V",
            confidence=self.confidence,
        )

    @property
    def asks(self) -> bool:
        """Return whether a transfer can get review by the country alone."""
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
            lists = {field: tuple((row[field] or "").split()) for field in ("goods", "rules")}
            programmes.append(Programme.model_validate({**given, **lists}))
        except ValidationError as error:
            first = error.errors()[0]
            where = place_in_words(first["loc"])
            raise RuleError(f"{path.name}:{number}: {where}: {mistake_in_words(first)}") from error
        if (programmes[-1].packaged == "no") is bool(programmes[-1].rules):
            raise RuleError(f"{path.name}:{number}: rules: name those of what is packaged, and none where nothing is")
    return tuple(programmes)
