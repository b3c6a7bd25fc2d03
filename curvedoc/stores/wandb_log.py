"""The log that W&B keeps of a run (``.wandb``): records in blocks, each record a protocol buffer.

A file is a header of 7 bytes and then LevelDB's log format, but with the plain CRC-32 instead of the masked
CRC-32C: blocks of 32 KiB, in them chunks of checksum (4 bytes), length (2), kind (1) and data, where a record
is one full chunk or a first, middle and last one. Sources: wandb/sdk/internal/datastore.py and
core/pkg/leveldb/record.go of https://github.com/wandb/wandb, field numbers from wandb_internal.proto.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from curvedoc.wire import SIZED, VARINT, MalformedError, fields, varint

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = b":W&B\xe1\xbe\x00"
"""Name, magic number and version: the only one there has been."""

BLOCK = 1 << 15
_CHUNK = struct.Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_OF_KIND = {kind: zlib.crc32(bytes([kind])) for kind in (_FULL, _FIRST, _MIDDLE, _LAST)}

# Field numbers: Record, RunRecord, HistoryRecord, HistoryItem.
_HISTORY, _RUN = 2, 17
_RUN_ID, _DISPLAY_NAME = 1, 8
_ITEM, _STEP = 1, 2
_KEY, _NESTED_KEY, _VALUE_JSON = 1, 2, 16
_VALUE_TAG = b"\x82\x01"  # of _VALUE_JSON: 16 << 3 | SIZED as a varint

SEPARATOR = "."
"""What W&B puts between the parts of a nested name."""

STEP = "_step"
_TYPE = f"{SEPARATOR}_type"  # what a histogram or picture has among its parts


@dataclass(slots=True)
class History:
    """What a run logged.

    ``cells``: name -> rows and values as in JSON, one row per call of ``wandb.log``; ``media``: name -> kind
    of what is no number (``"histogram"``); ``lost``: bytes that could not be read, the first at ``lost_at``.
    """

    key: str = ""
    name: str = ""
    rows: int = 0
    cells: dict[str, tuple[list[int], list[Any]]] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)
    lost: int = 0
    lost_at: int = 0
    cut: bool = False

    def log(self, values: dict[str, Any]) -> None:
        """Add a row."""
        for name, value in values.items():
            if isinstance(value, dict) and "_type" in value:
                self.media[name] = str(value["_type"])
                continue
            rows, cells = self.cells.setdefault(name, ([], []))
            rows.append(self.rows)
            cells.append(value)
        self.rows += 1


def read_log(data: bytes, history: History) -> None:
    """Add what the bytes of a log hold to a history; damaged blocks are passed over and counted."""
    names: dict[bytes, str | None] = {}
    for record in _records(data, history):
        try:
            for number, wire, low, high in fields(record, 0, len(record)):
                if wire != SIZED:
                    continue
                if number == _HISTORY:
                    history.log(_values(record, low, high, names))
                elif number == _RUN:
                    _describe(history, record, low, high)
        except MalformedError:
            history.lost += len(record)


def _records(data: bytes, history: History) -> Iterator[bytes]:
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


def _describe(history: History, record: bytes, at: int, end: int) -> None:
    for number, wire, low, high in fields(record, at, end):
        if wire == SIZED and number in (_RUN_ID, _DISPLAY_NAME):
            text = record[low:high].decode("utf-8", "replace")
            if number == _RUN_ID:
                history.key = text
            else:
                history.name = text


def _values(record: bytes, at: int, end: int, names: dict[bytes, str | None]) -> dict[str, Any]:
    """What one call of ``wandb.log`` logged; the parts of a histogram or picture as one dictionary."""
    values: dict[str, Any] = {}
    media: dict[str, Any] = {}
    step: float | None = None
    for number, wire, low, high in fields(record, at, end):
        if number == _ITEM and wire == SIZED:
            name, text = _item(record[low:high], names)
            value = _value(text)
            if type(value) is float:
                values[name] = value
            elif name.endswith(_TYPE):
                media[name.removesuffix(_TYPE)] = {"_type": value}
            else:
                _put(values, name, value)
        elif number == _STEP and wire == SIZED and STEP not in values:
            step = _number(record, low, high)
    if step is not None:
        values.setdefault(STEP, step)
    for name in media:
        values = {k: v for k, v in values.items() if not k.startswith(f"{name}{SEPARATOR}")}
    return {**values, **media} if media else values


def _number(record: bytes, at: int, end: int) -> float:
    """The number in a HistoryStep; a zero is left out."""
    found = 0
    for number, wire, low, high in fields(record, at, end):
        if number == 1 and wire == VARINT:
            found = varint(record, low, high)[0]
    return float(found)


def _put(values: dict[str, Any], name: str, value: Any) -> None:
    """Set a value, the entries of a dictionary one by one under nested names."""
    stack = [(name, value)]
    while stack:
        name, value = stack.pop()
        if isinstance(value, dict) and "_type" not in value:
            stack += [(f"{name}{SEPARATOR}{key}", inner) for key, inner in reversed(value.items())]
        else:
            values[name] = value


def _item(item: bytes, names: dict[bytes, str | None]) -> tuple[str, bytes]:
    """The name and the JSON of a history item; ``names``: what bytes before a value mean, as far as known.

    The same few names come in every record: where they are known, nothing but the value is parsed.
    """
    head, _, rest = item.partition(_VALUE_TAG)
    if head not in names:
        names[head] = _plain_name(head)
    name = names[head]
    if name is not None and rest and rest[0] == len(rest) - 1 < 0x80:
        return name, rest[1:]
    keys, text = _slowly(item)
    return SEPARATOR.join(keys), text


def _plain_name(head: bytes) -> str | None:
    """The name in bytes that hold nothing but whole keys; None where they were cut somewhere else."""
    try:
        keys, _ = _slowly(head, (_KEY, _NESTED_KEY))
    except MalformedError:
        return None
    return SEPARATOR.join(keys) or None


def _slowly(item: bytes, allowed: tuple[int, ...] = ()) -> tuple[list[str], bytes]:
    keys, text = [], b""
    for number, wire, low, high in fields(item, 0, len(item)):
        if allowed and (number not in allowed or wire != SIZED):
            raise MalformedError("not a key")
        if wire == SIZED and number in (_KEY, _NESTED_KEY):
            keys.append(item[low:high].decode("utf-8", "replace"))
        elif wire == SIZED and number == _VALUE_JSON:
            text = item[low:high]
    return keys, text


def _value(text: bytes) -> Any:
    """A value from its JSON; most are numbers, NaN and infinity among them."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return text.decode("utf-8", "replace")
