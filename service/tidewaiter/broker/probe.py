"""Checks whether a Kafka broker answers at an address, with one small request and without a Kafka client."""

from __future__ import annotations

import socket
import struct

_API_VERSIONS = 18
_OLDEST_VERSION = 0
_CORRELATION_ID = 0x71DE
_NO_CLIENT_ID = -1


def answers(address: str, *, timeout: float = 1.0) -> bool:
    """Return whether a Kafka broker answers at `address` ("host:port") within `timeout` seconds.

    The request is ApiVersions version 0, which every broker answers before any other request
    (https://kafka.apache.org/protocol#The_Messages_ApiVersions). Return False for an open port that answers something
    else.
    """
    host, _, port = address.rpartition(":")
    request = struct.pack(">hhih", _API_VERSIONS, _OLDEST_VERSION, _CORRELATION_ID, _NO_CLIENT_ID)
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout) as connection:
            connection.settimeout(timeout)
            connection.sendall(struct.pack(">i", len(request)) + request)
            with connection.makefile("rb") as stream:
                head = stream.read(10)
    except OSError:
        return False
    if len(head) < 10:
        return False
    _size, correlation_id, error = struct.unpack(">iih", head)
    return bool(correlation_id == _CORRELATION_ID and error == 0)
