"""Transfers, parties and verdicts of tests. A test gives the facts it is about; all others are plain and innocent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tidewaiter_schemas.rulebook import ListVersion, RuleBookManifest, RuleSetVersion
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Citation, Decision, Effect, Family, Finding, Verdict

RULE_BOOK = RuleBookManifest(
    version="7",
    sha256="a" * 64,
    rule_sets=(RuleSetVersion(id="un-kp", version="2", sha256="b" * 64, rules=31),),
    lists=(ListVersion(id="un", publisher="un", published="2026-08-01", sha256="c" * 64, entries=900),),
)


def event(
    *items: dict[str, Any], day: str = "2024-06-10", origin: str | None = None, to: str | None = None, **fields: Any
) -> dict[str, Any]:
    """A transfer as its producer writes it: by default a sale. `origin` and `to` are the countries of its route."""
    route = {stop: {"country": country} for stop, country in (("origin", origin), ("destination", to)) if country}
    written: dict[str, Any] = {"id": "t", "occurred_at": f"{day}T12:00:00Z", "kind": "sale"}
    if items:
        written["items"] = list(items)
    if route:
        written["route"] = route
    return written | fields


def transfer(*items: dict[str, Any], **fields: Any) -> TransferEvent:
    """That `event`, read."""
    return TransferEvent.model_validate(event(*items, **fields))


def party(role: str = "transferee", country: str | None = None, **fields: Any) -> dict[str, Any]:
    """A party of a transfer as its producer writes it: by default an organisation that is on no list."""
    countries = {"countries": [country]} if country else {}
    return {"role": role, "name": "Example Trading", "type": "organisation"} | countries | fields


def seller(country: str | None = None, **fields: Any) -> dict[str, Any]:
    """A transferor who is on no list."""
    return party("transferor", country, **({"name": "Example Exporter"} | fields))


def finding(**fields: Any) -> Finding:
    """A finding of a rule that blocks."""
    plain: dict[str, Any] = {
        "rule": "r",
        "rule_set": "un-kp",
        "family": Family.EMBARGO,
        "effect": Effect.BLOCK,
        "authority": "UN",
        "citation": Citation(instrument="i", provision="p", url="u", verified=True, confidence="V"),
        "subject": "",
        "certainty": 1,
        "reason": "why",
    }
    return Finding(**(plain | fields))


def verdict(decision: Decision = Decision.CLEAR, findings: Sequence[Finding] = (), **fields: Any) -> Verdict:
    """A verdict by `RULE_BOOK` on the transfer `t`."""
    plain: dict[str, Any] = {
        "id": UUID(int=1),
        "transfer_id": "t",
        "decision": decision,
        "conditional": False,
        "findings": tuple(findings),
        "rulebook": RULE_BOOK,
        "engine": "1",
    }
    return Verdict(**(plain | fields))
