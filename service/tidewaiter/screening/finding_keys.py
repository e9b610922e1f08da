"""Compute the key of a finding on a party: what an analyst's disposition of it binds to.

Texts and makers of goods have none: a text names nobody in particular, and the same words may mean somebody else in the
next transfer.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from tidewaiter.matching.entry import ListEntry
from tidewaiter.matching.index import fingerprints
from tidewaiter.matching.policy import Feature
from tidewaiter.screening.party_hits import PartyHit
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import FindingKey, NotSuppressible

_AGREEING: Final = frozenset({Feature.IDENTIFIER_AGREES, Feature.IDENTIFIER_LIKELY})
_TELLING: Final = frozenset({"birth_date", "identifiers", "address"})


def key_of(hit: PartyHit, transfer: TransferEvent) -> tuple[FindingKey | None, NotSuppressible | None]:
    """Return the key of the finding on `hit`, and why a false positive on it suppresses nothing, if so."""
    subject = hit.subject
    if subject.is_text or subject.maker:
        return None, None
    facts = _party_facts(hit, transfer)
    key = FindingKey(
        party=fingerprints.fingerprint(facts),
        entry=hit.candidate.key.entry_sha256,
        party_facts=fingerprints.digests(facts),
        entry_facts=_entry_digests(hit.candidate.entry),
    )
    if not _AGREEING.isdisjoint(feature.name for feature in hit.candidate.features):
        return key, NotSuppressible.IDENTIFIER_AGREES
    return key, NotSuppressible.NAME_ALONE if _TELLING.isdisjoint(facts) else None


def _party_facts(hit: PartyHit, transfer: TransferEvent) -> dict[str, Any]:
    subject = hit.subject
    facts = fingerprints.party_facts(subject.query)
    if subject.is_owner or subject.party is None:
        return facts
    party = transfer.parties[subject.party]
    further = {
        "address": fingerprints.spelled(party.address) if party.address else None,
        "residence": party.residence,
        "former_flags": sorted(set(party.former_flags)),
    }
    return facts | {name: value for name, value in further.items() if value}


@lru_cache(maxsize=4_096)
def _entry_digests(entry: ListEntry) -> dict[str, str]:
    """Return the digests of the entry. They are the same objects for every finding on it: nobody may change them."""
    return fingerprints.digests(fingerprints.entry_facts(entry))
