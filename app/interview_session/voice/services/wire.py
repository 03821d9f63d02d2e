"""What this process and its children say to each other over pipes, in both directions.

A message is ``number (4 bytes), operation (1), length (4)``, big-endian, then as many bytes. What number and
operation mean, each child says. The child's first message is ``READY``.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

HEADER = struct.Struct(">IBI")
READY = 0
"""The operation of a child that can work now; its bytes are empty."""


def packed(number: int, operation: int, content: bytes = b"") -> bytes:
    """Return a message as it goes over the pipe."""
    return HEADER.pack(number, operation, len(content)) + content


def messages(source: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Yield ``(number, operation, content)`` until the pipe ends, as it does when the other side is gone."""
    while len(header := source.read(HEADER.size)) == HEADER.size:
        number, operation, length = HEADER.unpack(header)
        content = source.read(length) if length else b""
        if len(content) < length:
            return
        yield number, operation, content
