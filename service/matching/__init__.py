"""Names: normalise, index, compare. Pure; knows nothing of transfers."""

from __future__ import annotations

from service.matching.index import PartyIndex
from service.matching.policy import BLOCK, REVIEW
from service.matching.query import Candidate, FeatureScore, PartyQuery

__all__ = ["BLOCK", "REVIEW", "Candidate", "FeatureScore", "PartyIndex", "PartyQuery"]
