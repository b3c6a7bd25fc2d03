"""A second, plain implementation of event files for the tests: it shares no line with the product.

Written and read by hand from the format's description: a table for the checksums, generic protocol buffers.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def _eight_bits(crc: int) -> int:
    for _ in range(8):
        crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc


TABLE = [_eight_bits(byte) for byte in range(256)]


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) % 256] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def masked(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) % 2**32)


def record(data: bytes, length: int | None = None) -> bytes:
    header = struct.pack("<Q", len(data) if length is None else length)
    return header + masked(header) + data + masked(data)


def varint(n: int) -> bytes:
    n %= 2**64
    return bytes([n]) if n < 128 else bytes([n % 128 + 128]) + varint(n // 128)


def sized(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def integer(number: int, n: int) -> bytes:
    return varint(number << 3) + varint(n)


def float32(number: int, x: float) -> bytes:
    return varint(number << 3 | 5) + struct.pack("<f", x)


def simple(tag: str, x: float) -> bytes:
    """Summary.Value as TensorFlow 1 and PyTorch write it."""
    return sized(1, tag.encode()) + float32(2, x)


def tensor(dtype: int, field: bytes, shape: bytes = b"") -> bytes:
    """TensorProto: type, shape, the field with the number."""
    return integer(1, dtype) + sized(2, shape) + field


def plugin(name: str) -> bytes:
    return sized(1, sized(1, name.encode()))


def scalar(tag: str, x: float, first: bool = False) -> bytes:
    """Summary.Value as TensorFlow 2 writes it: metadata with the first one only."""
    value = sized(1, tag.encode()) + sized(8, tensor(1, sized(4, struct.pack("<f", x))))
    return value + (sized(9, plugin("scalars")) if first else b"")


def event(step: int, *values: bytes, wall: float = 0.0, what: bytes | None = None) -> bytes:
    body = sized(5, b"".join(sized(1, value) for value in values)) if what is None else what
    return b"\x09" + struct.pack("<d", wall) + (integer(2, step) if step else b"") + body


def session_start(step: int) -> bytes:
    return event(step, what=sized(7, integer(1, 1)))


VERSION = event(0, wall=1.7e9, what=sized(3, b"brain.Event:2"))


def write(path: Path, *events: bytes, tail: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(record(e) for e in (VERSION, *events)) + tail)
    return path


def fields(data: bytes) -> list[tuple[int, int | bytes]]:
    """Number and content of each field of a message."""
    found: list[tuple[int, int | bytes]] = []
    while data:
        key, data = _number(data)
        if key & 7 == 0:
            content, data = _number(data)
        else:
            size = {1: 8, 5: 4}.get(key & 7)
            if size is None:
                size, data = _number(data)
            content, data = data[:size], data[size:]
        found.append((key >> 3, content))
    return found


def _number(data: bytes) -> tuple[int, bytes]:
    n = shift = 0
    while True:
        n |= (data[0] & 127) << shift
        shift += 7
        more, data = data[0] & 128, data[1:]
        if not more:
            return n, data


def simple_values(data: bytes) -> dict[str, list[tuple[int, bytes]]]:
    """All simple values of a whole, sound file: tag -> (step, four bytes of the value)."""
    found: dict[str, list[tuple[int, bytes]]] = {}
    while data:
        (length,) = struct.unpack_from("<Q", data)
        message, data = dict(fields(data[12 : 12 + length])), data[16 + length :]
        step = int(message.get(2, 0))
        step = step - 2**64 if step >= 2**63 else step
        for _, value in fields(bytes(message.get(5, b""))):
            content = dict(fields(bytes(value)))
            found.setdefault(bytes(content[1]).decode(), []).append((step, bytes(content[2])))
    return found
