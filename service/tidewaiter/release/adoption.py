"""Decides whether a published rule book may replace the one in use, and makes its screener. Knows no broker.

Nothing here raises for a rule book that is no good: it is refused, with a reason from a closed set.
"""

from __future__ import annotations

import gc
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from tidewaiter.errors import TidewaiterError
from tidewaiter.release.rule_examples import check_examples
from tidewaiter.release.shrink_guard import shrinkage
from tidewaiter.rulebook.index_store import IN_MEMORY, IndexStore
from tidewaiter.rulebook.package import unpack
from tidewaiter.rulebook.refusal import Refusal
from tidewaiter.rulebook.sources import Sources
from tidewaiter.runtime.gradual_free import Pause, let_go
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.rulebook import RuleBookManifest

_SHOWN: Final = 3
_SWITCH_SECONDS: Final = 0.001


@dataclass(frozen=True, slots=True)
class Refused:
    """A rule book that stays outside. `detail` is for people, one line."""

    reason: Refusal
    detail: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A file, and what was said of it. It must not shrink against `baseline`; None lets it have any size."""

    file: bytes
    sha256: str
    size: int
    manifest: RuleBookManifest
    baseline: RuleBookManifest | None
    shrink: float
    indexes: IndexStore = IN_MEMORY
    """Where its compiled indexes may be kept already."""


def consider(offer: Offer) -> Screener | Refused:
    """The screener of a rule book that is whole, keeps its own examples and has not shrunk; else why not.

    Takes seconds with large lists: call it in a thread, inside `unhurried`.
    """
    if len(offer.file) != offer.size or hashlib.sha256(offer.file).hexdigest() != offer.sha256:
        return Refused(
            Refusal.DAMAGED, f"{len(offer.file)} bytes with another hash than the published {offer.size} bytes"
        )
    if offer.baseline is not None and (lost := shrinkage(offer.baseline, offer.manifest, offer.shrink)):
        return Refused(Refusal.SHRUNK, f"{_several(lost)}; publish it with --allow-shrink if that is right")
    held: list[object] = []
    refused = _compiled(offer, held)
    if isinstance(refused, Refused):
        let_go(held)
        return refused
    return refused


def _compiled(offer: Offer, held: list[object]) -> Screener | Refused:
    """`held` keeps what was made, so that a refused rule book can be freed little by little."""
    try:
        sources: Sources = unpack(offer.file, f"rule book {offer.manifest.sha256[:16]}", offer.indexes)
        held.append(sources)
        book = sources.compile(offer.indexes)
        held.append(book)
    except TidewaiterError as error:
        return Refused(Refusal.UNUSABLE, str(error))
    if book.manifest != offer.manifest:
        return Refused(Refusal.UNUSABLE, f"its file is the rule book {book.manifest.sha256}")
    failures, _ = check_examples(book, Pause())
    if failures:
        return Refused(Refusal.EXAMPLES, _several(failures))
    return Screener(book)


@contextmanager
def unhurried() -> Iterator[None]:
    """While a rule book is built beside a running stream: no garbage collection, and the interpreter handed over often.

    A collection would walk all of the new rule book at once, many times; afterwards it is set aside like the old one.
    """
    interval, collecting = sys.getswitchinterval(), gc.isenabled()
    gc.disable()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        gc.freeze()
        sys.setswitchinterval(interval)
        if collecting:
            gc.enable()


def _several(sentences: list[str]) -> str:
    more = f"; and {len(sentences) - _SHOWN} more" if len(sentences) > _SHOWN else ""
    return "; ".join(sentences[:_SHOWN]) + more
