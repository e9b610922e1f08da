"""For producers: a transfer as the key, value and headers of a record, checked before it is sent.

    record = transfer_record({"id": "SO-118", "occurred_at": "2026-11-02T09:00:00Z", "kind": "sale"}, source="/erp")
    producer.produce("transfers", record.value, record.key, headers=record.headers)

The headers are those of CloudEvents 1.0 in binary mode on Kafka. The key is the id of the transfer, so that all
versions of it are judged in their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from tidewaiter_schemas.transfer import TransferEvent

TRANSFER_TYPE: Final = "tidewaiter.transfer.v1"
"""The CloudEvents `type` of a transfer. An event of any other type becomes a dead letter."""


class Record(NamedTuple):
    """A record to be sent, for any Kafka client."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def transfer_record(
    transfer: TransferEvent | Mapping[str, Any], source: str, *, time: datetime | None = None
) -> Record:
    """Return the record of a transfer.

    `source` names your system, such as `/erp/hamburg`: the metric of dead letters is by it. `time` is when the event
    was made, now unless given. Raises ValueError, with one line for each field that is wrong, for what is no transfer.
    """
    if not source or any(letter.isspace() for letter in source):
        raise ValueError(f"source {source!r}: give a name of your system without spaces, such as /erp")
    if not isinstance(transfer, TransferEvent):
        try:
            transfer = TransferEvent.model_validate(transfer)
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_context=False, include_input=False)
            lines = "\n".join(f"/{'/'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong)
            raise ValueError(f"this is no transfer:\n{lines}") from None
    moment = (time or datetime.now(UTC)).astimezone(UTC)
    value = transfer.model_dump_json(exclude_defaults=True).encode()
    return Record(
        transfer.id.encode(),
        value,
        [
            ("ce_specversion", b"1.0"),
            ("ce_id", transfer.id.encode()),
            ("ce_source", source.encode()),
            ("ce_type", TRANSFER_TYPE.encode()),
            ("ce_time", moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()),
            ("content-type", b"application/json"),
        ],
    )
