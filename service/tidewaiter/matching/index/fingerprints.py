"""Compute the fingerprints of a queried and a listed party. Analysts' judgements of matches are stored under them.

A fingerprint must stay the same for equivalent input, and must change with anything that could change a judgement.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from tidewaiter.matching.entry import ListEntry
from tidewaiter.matching.evidence import identifier_key
from tidewaiter.matching.query import PartyQuery

_DIGEST: Final = 12


def spelled(text: str) -> str:
    """Return `text` without differences of case and spaces.

    Nothing else is folded. Who writes a name in other letters or accents may be somebody else, or hide: a judgement on
    one spelling says nothing of another, although the matcher reads both alike.
    """
    return " ".join(unicodedata.normalize("NFC", text).lower().split())


def party_facts(query: PartyQuery) -> dict[str, Any]:
    """Return the identifying facts that the query has: names, type, birth date, countries and identifiers.

    The order of names, countries and identifiers does not affect them.
    """
    facts = {
        "names": sorted({spelled(name) for name in query.names}),
        "type": query.type,
        "birth_date": query.birth_date,
        "countries": sorted(set(query.countries)),
        "identifiers": sorted(
            {(type_, identifier_key(type_, value), country or "") for type_, value, country in query.identifiers}
        ),
    }
    return {name: value for name, value in facts.items() if value}


def entry_facts(entry: ListEntry) -> dict[str, Any]:
    """Return the facts that the entry has. An empty field, such as one that a later version adds, is left out."""
    return {name: value for name, value in asdict(entry).items() if value}


def party_fingerprint(query: PartyQuery) -> str:
    """Return the SHA-256 of the identifying facts of a party."""
    return fingerprint(party_facts(query))


def entry_hash(entry: ListEntry) -> str:
    """Return the SHA-256 of the whole list entry. It changes when the publisher changes anything in the entry."""
    return fingerprint(entry_facts(entry))


def fingerprint(facts: Mapping[str, Any]) -> str:
    """Return the SHA-256 of facts."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digests(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the beginning of the SHA-256 of each fact, by its name: enough to tell which one changed."""
    return {name: fingerprint({name: value})[:_DIGEST] for name, value in sorted(facts.items())}
