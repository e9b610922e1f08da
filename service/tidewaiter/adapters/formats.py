"""The formats that can be converted, and the one function that does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, Final

import pydantic_core

from tidewaiter.adapters import iso20022
from tidewaiter.adapters.drafts import NotConvertible

MOST_BYTES: Final = 64 * 1024 * 1024
"""Limit for a document. A record of the stream is limited by TIDEWAITER_MAX_EVENT_BYTES, which is lower."""


class Format(StrEnum):
    """A format of documents that become transfers."""

    ISO20022 = "iso20022"
    """pacs.008, pacs.009, pacs.004, pain.001 and camt.056 in any version."""


_ADAPTERS: Final[dict[Format, Callable[[bytes], Iterator[dict[str, Any]]]]] = {Format.ISO20022: iso20022.transfers}


def convert(form: Format, document: bytes) -> Iterator[dict[str, Any]]:
    """Yield the transfers of `document` as JSON objects, in its order.

    The same document gives the same transfers. They are not validated: whoever reads them does that, as for any other
    producer. Raises NotConvertible when the document is not of the format, before the first transfer.
    """
    if not document.strip():
        raise NotConvertible("it is empty")
    if len(document) > MOST_BYTES:
        raise NotConvertible(f"{len(document):,} bytes; at most {MOST_BYTES:,} are read of a document")
    return _ADAPTERS[form](document)


def json_of(transfer: dict[str, Any]) -> bytes:
    """Return a converted transfer as the value of a record."""
    return pydantic_core.to_json(transfer)
