"""Normalise, index and compare names. Pure, and independent of transfers."""

from __future__ import annotations

from tidewaiter.matching.index.party_index import PartyIndex
from tidewaiter.matching.policy import BLOCK, REVIEW
from tidewaiter.matching.query import Candidate, FeatureScore, PartyQuery

__all__ = ["BLOCK", "REVIEW", "Candidate", "FeatureScore", "PartyIndex", "PartyQuery"]
