"""Decides whether a published rule book may replace the one in use, and builds its screener. Uses no broker.

A bad rule book does not raise an exception: it is refused with a reason from a closed set.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from tidewaiter.errors import TidewaiterError
from tidewaiter.release.rule_examples import check_examples
from tidewaiter.release.shrink_guard import shrinkage
from tidewaiter.rulebook.index_store import IN_MEMORY, IndexStore
from tidewaiter.rulebook.package import unpack
from tidewaiter.rulebook.refusal import Refusal
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.rulebook import RuleBookManifest

_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Refused:
    """The refusal of a rule book. `detail` is one line for people."""

    reason: Refusal
    detail: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A compiled file and what its record states. It must not shrink against `baseline`; None accepts any size."""

    file: bytes
    sha256: str
    size: int
    manifest: RuleBookManifest
    baseline: RuleBookManifest | None
    shrink: float
    indexes: IndexStore = IN_MEMORY
    """The store that may contain its compiled indexes."""


def consider(offer: Offer) -> Screener | Refused:
    """Return the screener of a rule book that is complete, passes its own examples and has not shrunk, or the refusal.

    Takes seconds with large lists: call it in a thread.
    """
    if len(offer.file) != offer.size or hashlib.sha256(offer.file).hexdigest() != offer.sha256:
        return Refused(
            Refusal.DAMAGED, f"{len(offer.file)} bytes with another hash than the published {offer.size} bytes"
        )
    if offer.baseline is not None and (lost := shrinkage(offer.baseline, offer.manifest, offer.shrink)):
        return Refused(Refusal.SHRUNK, f"{_several(lost)}; publish it with --allow-shrink if that is right")
    try:
        sources = unpack(offer.file, f"rule book {offer.manifest.sha256[:16]}", offer.indexes)
        book = sources.compile(offer.indexes)
    except TidewaiterError as error:
        return Refused(Refusal.UNUSABLE, str(error))
    if book.manifest != offer.manifest:
        return Refused(Refusal.UNUSABLE, f"its file is the rule book {book.manifest.sha256}")
    failures, _ = check_examples(book)
    if failures:
        return Refused(Refusal.EXAMPLES, _several(failures))
    return Screener(book)


def _several(sentences: list[str]) -> str:
    more = f"; and {len(sentences) - _SHOWN} more" if len(sentences) > _SHOWN else ""
    return "; ".join(sentences[:_SHOWN]) + more
