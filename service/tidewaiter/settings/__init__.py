"""Every setting of the service, in one frozen object read from `TIDEWAITER_*` variables and secret files.

Each field describes itself: the documentation and `tidewaiter settings` print these texts.
"""

from tidewaiter.settings.choices import (
    IsolationLevel,
    LogFormat,
    LogLevel,
    OnEngineError,
    RuleBookFrom,
    SaslMechanism,
    VerdictSchema,
)
from tidewaiter.settings.loading import load, unknown_names
from tidewaiter.settings.model import PREFIX
from tidewaiter.settings.registry import REGISTRY
from tidewaiter.settings.serve import GROUPS, Settings
from tidewaiter.settings.types import as_text

__all__ = [
    "GROUPS",
    "PREFIX",
    "REGISTRY",
    "IsolationLevel",
    "LogFormat",
    "LogLevel",
    "OnEngineError",
    "RuleBookFrom",
    "SaslMechanism",
    "Settings",
    "VerdictSchema",
    "as_text",
    "load",
    "unknown_names",
]
