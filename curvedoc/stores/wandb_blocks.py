"""The file of a W&B run: records in blocks. What a record says is no matter here.

A file is a header of 7 bytes and then LevelDB's log format, but with the plain CRC-32 instead of the masked
CRC-32C: blocks of 32 KiB, in them chunks of checksum (4 bytes), length (2), kind (1) and data, where a record
is one full chunk or a first, middle and last one. Sources: wandb/sdk/internal/datastore.py and
core/pkg/leveldb/record.go of https://github.com/wandb/wandb.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .wandb_log import History

HEADER = b":W&B\xe1\xbe\x00"
"""Name, magic number and version: the only one there has been."""

BLOCK = 1 << 15
_CHUNK = struct.Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_OF_KIND = {kind: zlib.crc32(bytes([kind])) for kind in (_FULL, _FIRST, _MIDDLE, _LAST)}


def records(data: bytes, history: History) -> Iterator[bytes]:
    """Every whole record; what cannot be trusted costs the rest of its block, as in W&B's own reader."""
    parts: list[bytes] = []
    at = len(HEADER)
    whole = True  # no part of the record at hand is missing
    while at < len(data):
        room = BLOCK - at % BLOCK
        if room < _CHUNK.size:
            at += room
            continue
        kind, end = _chunk(data, at, min(at + room, len(data)))
        if kind is None:
            if _runs_out(data, at, room):
                history.cut = True
            elif any(data[at : at + room]):  # a block may be set aside and filled with zeros
                history.lost_at = history.lost_at if history.lost else at
                history.lost += min(room, len(data) - at)
            at, parts, whole = at + room, [], False
            continue
        part = data[at + _CHUNK.size : end]
        at = end
        if kind in (_FULL, _FIRST):
            parts, whole = [part], True
        elif whole and parts:
            parts.append(part)
        if kind in (_FULL, _LAST) and whole and parts:
            yield b"".join(parts)
            parts = []
    history.cut |= bool(parts)


def _runs_out(data: bytes, at: int, room: int) -> bool:
    """Whether the file ends within the chunk at ``at``, which would fit its block."""
    left = len(data) - at
    if left < _CHUNK.size:
        return True
    _, length, kind = _CHUNK.unpack_from(data, at)
    return bool(left < _CHUNK.size + length <= room and kind in _OF_KIND)


def _chunk(data: bytes, at: int, bound: int) -> tuple[int | None, int]:
    """The kind of the chunk at ``at`` and where it ends; None for one that is damaged or leaves its block."""
    if at + _CHUNK.size > bound:
        return None, bound
    checksum, length, kind = _CHUNK.unpack_from(data, at)
    end = at + _CHUNK.size + length
    if end > bound or kind not in _OF_KIND:
        return None, bound
    found = zlib.crc32(memoryview(data)[at + _CHUNK.size : end], _OF_KIND[kind])
    return (kind, end) if found == checksum else (None, bound)
