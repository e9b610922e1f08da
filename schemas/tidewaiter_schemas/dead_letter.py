"""Dead letters: events that could not be read or judged.

A dead letter on the topic is the original record with unchanged value, key and headers, and added headers for its
origin and the reason. If the original is too large for the topic, the dead letter has only its size and hash, or those
of its batch. This module defines the reasons and headers.
"""

from __future__ import annotations

from enum import StrEnum


class DeadLetterReason(StrEnum):
    """Why an event could not be screened. A closed set: it is a metric label."""

    EMPTY = "empty"
    """The value is null or has no bytes."""
    TOO_LARGE = "too_large"
    """The value, or its batch of records, is larger than the worker reads."""
    DAMAGED = "damaged"
    """The batch of records with the event cannot be decompressed or parsed."""
    NOT_JSON = "not_json"
    """The value is not UTF-8 JSON."""
    ENVELOPE = "envelope"
    """The CloudEvents envelope is broken or of another type."""
    DOCUMENT = "document"
    """A document from a topic of TIDEWAITER_INPUTS is not of the format of its topic."""
    SCHEMA = "schema"
    """The JSON is not a transfer event."""
    ENGINE_ERROR = "engine_error"
    """The engine failed on the event: a bug in the engine. The detail has the type and location of the error."""
    VERDICT_TOO_LARGE = "verdict_too_large"
    """The event was judged, but its verdict is larger than a record may be."""


HEADER_INPUT = "tw-input"
"""In a transfer that was converted from a document, and its dead letter: where the document is (`payments/3@41`)."""
HEADER_REFUSED = "tw-refused"
"""In a document that could not be converted: why. It is the detail of its dead letter."""
HEADER_REASON = "dlq-reason"
HEADER_DETAIL = "dlq-detail"
HEADER_STAGE = "dlq-stage"
HEADER_ATTEMPTS = "dlq-attempts"
HEADER_ENGINE = "dlq-engine"
# Instead of an original that is too large: the size of key, value and headers in bytes, and their sha-256, computed
# like the link of a dead letter.
HEADER_WITHHELD_BYTES = "dlq-withheld-bytes"
HEADER_WITHHELD_SHA256 = "dlq-withheld-sha256"
# Instead of that sha-256 if the original was not read: size and sha-256 of the records of its batch as stored on the
# broker.
HEADER_WITHHELD_BATCH_BYTES = "dlq-withheld-batch-bytes"
HEADER_WITHHELD_BATCH_SHA256 = "dlq-withheld-batch-sha256"
# The names that Spring for Apache Kafka uses and most tools read.
HEADER_TOPIC = "kafka_dlt-original-topic"
HEADER_PARTITION = "kafka_dlt-original-partition"
HEADER_OFFSET = "kafka_dlt-original-offset"
HEADER_TIMESTAMP = "kafka_dlt-original-timestamp"
HEADER_GROUP = "kafka_dlt-original-consumer-group"
HEADER_ERROR_CLASS = "kafka_dlt-exception-fqcn"
HEADER_ERROR_MESSAGE = "kafka_dlt-exception-message"
# Our own headers again, always last: the link of the letter and its signature.
HEADER_CHAIN = "dlq-chain"
HEADER_SIGNATURE = "dlq-signature"
