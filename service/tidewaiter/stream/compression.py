"""Decompresses batches of records in chunks, because a few kilobytes can expand to gigabytes.

Handles the codecs only and does not interpret records.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any, Final

import cramjam
import lz4.frame
import zstandard

GZIP: Final = 1
SNAPPY: Final = 2
LZ4: Final = 3
ZSTD: Final = 4

CHUNK: Final = 256 * 1024
"""The largest chunk. The batches of most producers are smaller."""
SNAPPY_BLOCK: Final = 128 * 1024 * 1024
"""Limit for a snappy block, which can only be decompressed as a whole. librdkafka writes one block per batch."""
_INPUT: Final = 64 * 1024
"""Input size per call for decompressors that copy their unused input."""
_XERIAL: Final = b"\x82SNAPPY\x00"
_XERIAL_HEADER: Final = 16
_GZIP_OR_ZLIB: Final = 47

Content = bytes | bytearray | memoryview


class DamagedContent(Exception):  # noqa: N818 - it is the content that is damaged
    """The content cannot be decompressed, or not to its end."""


class BlockTooLarge(Exception):  # noqa: N818 - it is the block that is too large
    """A snappy block is larger than `SNAPPY_BLOCK`."""


def decompressed(codec: int, content: memoryview) -> Iterator[Content]:
    """Yield the decompressed content in non-empty chunks. `codec` is Kafka's number of the codec.

    Raises DamagedContent or BlockTooLarge after yielding what could be decompressed.
    """
    try:
        match codec:
            case 1:
                yield from _gzip(content)
            case 2:
                yield from _snappy(content)
            case 3:
                yield from _lz4(content)
            case 4:
                yield from _zstd(content)
            case _:
                raise DamagedContent(f"there is no codec {codec}")
    except (zlib.error, zstandard.ZstdError, cramjam.DecompressionError, struct.error) as error:
        raise DamagedContent(str(error)) from error
    except RuntimeError as error:  # lz4 raises it for every error
        raise DamagedContent(str(error)) from error


def _fed(content: memoryview) -> Iterator[memoryview]:
    for start in range(0, len(content), _INPUT):
        yield content[start : start + _INPUT]


def _gzip(content: memoryview) -> Iterator[Content]:
    member = zlib.decompressobj(_GZIP_OR_ZLIB)
    for part in _fed(content):
        rest: Content = part
        while rest:
            if member.eof:  # another member follows
                member = zlib.decompressobj(_GZIP_OR_ZLIB)
            if chunk := member.decompress(rest, CHUNK):
                yield chunk
            rest = member.unused_data if member.eof else member.unconsumed_tail
    while not member.eof and (chunk := member.decompress(b"", CHUNK)):
        yield chunk
    if not member.eof:
        raise DamagedContent("gzip ends too early")


def _lz4(content: memoryview) -> Iterator[Content]:
    frame: Any = lz4.frame.LZ4FrameDecompressor()
    for part in _fed(content):
        rest: Content = part
        while rest:
            if frame.eof:  # another frame follows
                frame = lz4.frame.LZ4FrameDecompressor()
            chunk, rest = frame.decompress(rest, CHUNK), b""
            if chunk:
                yield chunk
            while not frame.eof and not frame.needs_input:
                if chunk := frame.decompress(b"", CHUNK):
                    yield chunk
            if frame.eof:
                rest = frame.unused_data or b""
    if not frame.eof:
        raise DamagedContent("lz4 ends too early")


def _zstd(content: memoryview) -> Iterator[Content]:
    # Refuses frames that need a window of more than 128 MiB, like Apache Kafka.
    reader = zstandard.ZstdDecompressor().stream_reader(content, read_across_frames=True)
    while chunk := reader.read(CHUNK):
        yield chunk


def _snappy(content: memoryview) -> Iterator[Content]:
    if bytes(content[: len(_XERIAL)]) != _XERIAL:
        yield from _snappy_block(content)
        return
    at = _XERIAL_HEADER
    while at < len(content):
        (size,) = struct.unpack_from(">i", content, at)
        at += 4
        if size < 0 or at + size > len(content):
            raise DamagedContent("a snappy block ends too early")
        yield from _snappy_block(content[at : at + size])
        at += size


def _snappy_block(block: memoryview) -> Iterator[Content]:
    content = bytes(block)
    size = cramjam.snappy.decompress_raw_len(content)
    if size > len(content) * 32:  # three bytes expand to 64 at most: the stated size is false
        raise DamagedContent("a snappy block says that it is larger than it can be")
    if size > SNAPPY_BLOCK:
        raise BlockTooLarge
    whole = bytearray(size)
    if cramjam.snappy.decompress_raw_into(content, whole) != size:
        raise DamagedContent("a snappy block is shorter than it says")
    for start in range(0, size, CHUNK):
        yield memoryview(whole)[start : start + CHUNK]
