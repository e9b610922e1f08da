"""The contract: what crosses a topic, and nothing else.

Every model is immutable. Input is read strictly where a mistake could hide a fact (an unknown field is an
error, not a shrug), and openly where the world is open (an unknown kind, role or type is accepted and makes
the screening more careful, never less).
"""

from tidewaiter_schemas.dead_letter import DeadLetterReason
from tidewaiter_schemas.disposition import Disposition
from tidewaiter_schemas.rescreening import Cause, CauseKind, Change, FindingChange, FindingOutcome, Rescreening
from tidewaiter_schemas.rulebook import (
    CurrentRuleBook,
    ListVersion,
    PublishedRuleBook,
    RuleBookFile,
    RuleBookManifest,
    RuleSetVersion,
)
from tidewaiter_schemas.transfer import (
    Authorisation,
    Identifier,
    Item,
    Location,
    Money,
    Owner,
    Party,
    Report,
    Route,
    TransferEvent,
)
from tidewaiter_schemas.verdict import Citation, Decision, Effect, Evidence, Family, Finding, Verdict

__version__ = "0.1.0"

__all__ = [
    "Authorisation",
    "Cause",
    "CauseKind",
    "Change",
    "Citation",
    "CurrentRuleBook",
    "DeadLetterReason",
    "Decision",
    "Disposition",
    "Effect",
    "Evidence",
    "Family",
    "Finding",
    "FindingChange",
    "FindingOutcome",
    "Identifier",
    "Item",
    "ListVersion",
    "Location",
    "Money",
    "Owner",
    "Party",
    "PublishedRuleBook",
    "Report",
    "Rescreening",
    "Route",
    "RuleBookFile",
    "RuleBookManifest",
    "RuleSetVersion",
    "TransferEvent",
    "Verdict",
]
