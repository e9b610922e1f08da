"""The contract: the models of all records on the topics.

Every model is immutable. Input is validated strictly where a mistake could hide a fact: an unknown field is an error.
Sets that can grow are open: an unknown kind, role or type is accepted, and makes screening stricter, never weaker.
"""

from tidewaiter_schemas.dead_letter import DeadLetterReason
from tidewaiter_schemas.disposition import Disposition, Judgement, Withdrawal
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
from tidewaiter_schemas.verdict import (
    Citation,
    Decision,
    DispositionsUsed,
    DispositionUse,
    Effect,
    Evidence,
    Family,
    Finding,
    FindingKey,
    SuppressionVoided,
    Verdict,
)

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
    "DispositionUse",
    "DispositionsUsed",
    "Effect",
    "Evidence",
    "Family",
    "Finding",
    "FindingChange",
    "FindingKey",
    "FindingOutcome",
    "Identifier",
    "Item",
    "Judgement",
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
    "SuppressionVoided",
    "TransferEvent",
    "Verdict",
    "Withdrawal",
]
