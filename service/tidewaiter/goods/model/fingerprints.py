"""A fingerprint of each entry of a lexicon, by which a model tells what it has learnt from what was added later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterator

from tidewaiter.goods.lexicon.lexicon import Lexicon, canonical_entry


def fingerprints_of(lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """Yield the id and the fingerprint of each entry: the first 16 digits of the SHA-256 of all it says."""
    for name, entry in lexicon.entries.items():
        text = json.dumps([name, canonical_entry(entry)], sort_keys=True, ensure_ascii=False)
        yield name, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def unlearnt_entries(lexicon: Lexicon, learnt: str, fingerprints: Container[str]) -> frozenset[str]:
    """Return the entries that a model has not learnt, which has the fingerprints of a lexicon of the hash `learnt`."""
    if learnt == lexicon.sha256:
        return frozenset()
    return frozenset(name for name, mark in fingerprints_of(lexicon) if mark not in fingerprints)
