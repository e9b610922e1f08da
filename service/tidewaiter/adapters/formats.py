"""The formats that can be converted, and the one function that does it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

import pydantic_core

from tidewaiter.adapters import csv_file, dcsa, edifact, iso20022, mt
from tidewaiter.adapters.csv_file import ColumnMapping
from tidewaiter.adapters.drafts import NotConvertible
from tidewaiter.errors import SettingsError

MOST_BYTES: Final = 64 * 1024 * 1024
"""Limit for a document. A record of the stream is limited by TIDEWAITER_MAX_EVENT_BYTES, which is lower."""


class Format(StrEnum):
    """A format of documents that become transfers."""

    ISO20022 = "iso20022"
    """pacs.008, pacs.009, pacs.004, pain.001 and camt.056 in any version."""
    MT = "mt"
    """SWIFT MT103 and MT202, also COV."""
    DCSA = "dcsa"
    """DCSA bill of lading 3.0: shipping instructions and transport documents, JSON."""
    EDIFACT = "edifact"
    """UN/EDIFACT IFTMIN and the bookings, confirmations and notices that are built like it."""
    CSV = "csv"
    """CSV with a header line, by a mapping of its columns."""


def convert(
    form: Format, document: bytes, received: str | None = None, mapping: ColumnMapping | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the transfers of `document` as JSON objects, in its order.

    `received` is the moment that a document without a date of its own is judged by: that of its record. `mapping` is
    that of CSV. The same document and moment give the same transfers. They are not validated: whoever reads them does
    that, as for any other producer. Raises NotConvertible when the document is not of the format.
    """
    if not document.strip():
        raise NotConvertible("it is empty")
    if len(document) > MOST_BYTES:
        raise NotConvertible(f"{len(document):,} bytes; at most {MOST_BYTES:,} are read of a document")
    match form:
        case Format.ISO20022:
            return iso20022.transfers(document)
        case Format.MT:
            return mt.transfers(document)
        case Format.DCSA:
            return dcsa.transfers(document, received)
        case Format.EDIFACT:
            return edifact.transfers(document)
        case Format.CSV:
            if mapping is None:
                raise SettingsError("CSV needs a mapping file that says what each column becomes")
            return csv_file.transfers(document, mapping, received)


def json_of(transfer: dict[str, Any]) -> bytes:
    """Return a converted transfer as the value of a record."""
    return pydantic_core.to_json(transfer)
