"""Compute the fingerprints of a queried and a listed party. Analysts' judgements of matches are stored under them.

A fingerprint must stay the same for equivalent input, and must change with anything that could change a judgement.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from tidewaiter.matching.entry import ListEntry
from tidewaiter.matching.evidence import identifier_key
from tidewaiter.matching.query import PartyQuery
from tidewaiter.text.latin import words


def party_fingerprint(query: PartyQuery) -> str:
    """Return the SHA-256 of the identifying facts of a party: names, type, birth date, countries and identifiers.

    Case, accents and spaces in names do not affect it, nor does the order of names, countries and identifiers.
    """
    return _sha256(
        [
            sorted({" ".join(words(name)) or name for name in query.names}),
            query.type,
            query.birth_date,
            sorted(set(query.countries)),
            sorted(
                {(type_, identifier_key(type_, value), country or "") for type_, value, country in query.identifiers}
            ),
        ]
    )


def entry_hash(entry: ListEntry) -> str:
    """Return the SHA-256 of the whole list entry. It changes when the publisher changes anything in the entry."""
    return _sha256(asdict(entry))


def _sha256(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
