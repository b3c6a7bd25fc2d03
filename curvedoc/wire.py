"""The wire format of protocol buffers: the fields of a message, found by hand in its bytes.

Source: https://protobuf.dev/programming-guides/encoding/. Nothing here knows what a field means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

VARINT, FIXED64, SIZED, FIXED32 = 0, 1, 2, 5


class MalformedError(ValueError):
    """The bytes are no message."""


def varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The number at ``at`` and the place behind it; raises :class:`MalformedError`."""
    number = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number & 0xFFFFFFFFFFFFFFFF, at
        shift += 7
    raise MalformedError("a number without end")


def fields(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Number, wire type and place of each field; for sized fields the place of what is inside.

    Raises :class:`MalformedError`, also for a field that claims to be longer than its message.
    """
    while at < end:
        key, at = (data[at], at + 1) if data[at] < 0x80 else varint(data, at, end)
        wire, low = key & 7, at
        if wire == SIZED:
            size, low = (data[at], at + 1) if at < end and data[at] < 0x80 else varint(data, at, end)
            at = low + size
        elif wire == VARINT:
            at = varint(data, at, end)[1]
        elif wire in (FIXED32, FIXED64):
            at += 4 if wire == FIXED32 else 8
        else:
            raise MalformedError(f"unknown wire type {wire}")
        if at > end:
            raise MalformedError("a field longer than its message")
        yield key >> 3, wire, low, at
