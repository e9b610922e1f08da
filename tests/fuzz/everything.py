"""All that is fed."""

from __future__ import annotations

from typing import Final

from tests.fuzz.boundary_targets import BOUNDARY_TARGETS
from tests.fuzz.decode_targets import DECODE_TARGETS
from tests.fuzz.list_targets import LIST_TARGETS
from tests.fuzz.package_targets import PACKAGE_TARGETS
from tests.fuzz.targets import RULE_TARGETS, Target

TARGETS: Final[tuple[Target, ...]] = (
    *LIST_TARGETS,
    *DECODE_TARGETS,
    *BOUNDARY_TARGETS,
    *RULE_TARGETS,
    *PACKAGE_TARGETS,
)
