"""The log that W&B keeps of a run (``.wandb``): records, each a protocol buffer, and what they say.

Source: field numbers from wandb_internal.proto of https://github.com/wandb/wandb.
"""

from __future__ import annotations

import json
import struct
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from curvedoc.wire import FIXED64, SIZED, VARINT, MalformedError, fields, varint

from .wandb_blocks import records

# Field numbers: Record, RunRecord, HistoryRecord, HistoryItem (SummaryRecord and its items are alike).
_HISTORY, _SUMMARY, _RUN = 2, 3, 17
_OTHERS = {4: "printed line", 13: "printed line", 5: "configuration", 7: "machine reading"}
_RUN_ID, _DISPLAY_NAME = 1, 8
_ITEM, _STEP = 1, 2
_ITEM_TAG = _ITEM << 3 | SIZED
_KEY, _NESTED_KEY, _VALUE_JSON = 1, 2, 16
_NONE, _BOOLEAN, _INTEGER, _NUMBER, _TEXT, _JSON = 3, 4, 5, 6, 7, 8  # of versions from 0.30 on
_VALUE_TAG = b"\x82\x01"  # of _VALUE_JSON: 16 << 3 | SIZED as a varint

_TYPED = (_NONE, _BOOLEAN, _INTEGER, _NUMBER, _TEXT)

SEPARATOR = "."
"""What W&B puts between the parts of a nested name."""

STEP = "_step"

SERIES = 3
"""Updates of one name in the summary that are a series."""

_TYPE = f"{SEPARATOR}_type"  # what a histogram or picture has among its parts


@dataclass(slots=True)
class History:
    """What a run logged.

    ``cells``: name -> rows and values as in JSON, one row per call of ``wandb.log``; ``media``: name -> kind
    of what is no number (``"histogram"``); ``others``: how many records there are of other kinds;
    ``summaries``: updates of the summary, as long as nothing was logged; ``lost``: bytes that could not be
    read, the first at ``lost_at``.
    """

    key: str = ""
    name: str = ""
    rows: int = 0
    cells: dict[str, tuple[list[int], list[Any]]] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    summaries: list[bytes] = field(default_factory=list)
    lost: int = 0
    lost_at: int = 0
    cut: bool = False

    def log(self, values: dict[str, Any]) -> None:
        """Add a row."""
        for name, value in values.items():
            if type(value) is dict and "_type" in value:
                self.media[name] = str(value["_type"])
                continue
            known = self.cells.get(name)
            if known is None:
                known = self.cells[name] = ([], [])
            known[0].append(self.rows)
            known[1].append(value)
        self.rows += 1


def read_log(data: bytes, history: History) -> None:
    """Add what the bytes of a log hold to a history; damaged blocks are passed over and counted."""
    names: dict[bytes, str | None] = {}
    for record in records(data, history):
        try:
            for number, wire, low, high in fields(record, 0, len(record)):
                if wire != SIZED:
                    continue
                if number == _HISTORY:
                    history.log(_values(record, low, high, names))
                    history.summaries.clear()
                elif number == _RUN:
                    _describe(history, record, low, high)
                elif number == _SUMMARY and not history.rows:
                    history.summaries.append(record[low:high])
                elif number in _OTHERS:
                    history.others[_OTHERS[number]] = history.others.get(_OTHERS[number], 0) + 1
        except MalformedError:
            history.lost += len(record)


def log_summaries(history: History) -> bool:
    """Take the updates of the summary for the history where nothing was logged; whether there was a series.

    A loop that sets ``run.summary["loss"]`` leaves a value each time; three of one name are a series.
    """
    updates: list[dict[str, Any]] = []
    for record in history.summaries:
        with suppress(MalformedError):
            found = _values(record, 0, len(record), {})
            updates.append({name: value for name, value in found.items() if not name.startswith("_")})
    times = Counter(name for update in updates for name in update)
    if history.rows or max(times.values(), default=0) < SERIES:
        return False
    for update in updates:
        if update:
            history.log(update)
    return True


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
    while at + 1 < end and record[at] == _ITEM_TAG and record[at + 1] < 0x80:  # nearly all: a short number
        low, high = at + 2, at + 2 + record[at + 1]
        try:
            name, text = _item(record[low : min(high, end)], names)
            values[name] = float(text)
        except ValueError:
            break
        at = high
    if at > end:
        raise MalformedError("a field longer than its message")
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
    head, tag, rest = item.partition(_VALUE_TAG)
    if tag:
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
        elif wire == SIZED and number in (_VALUE_JSON, _JSON):
            text = item[low:high]
        elif number in _TYPED:
            text = _as_json(number, wire, item[low:high])
    return keys, text


def _as_json(kind: int, wire: int, data: bytes) -> bytes:
    """A value that has a type as the JSON that other versions write."""
    if kind == _NUMBER and wire == FIXED64:
        return repr(struct.unpack("<d", data)[0]).encode()
    if kind == _TEXT and wire == SIZED:
        return json.dumps(data.decode("utf-8", "replace")).encode()
    if wire != VARINT or kind == _NONE:
        return b"null"
    number = varint(data, 0, len(data))[0]
    if kind == _BOOLEAN:
        return b"true" if number else b"false"
    return b"%d" % (number >> 1 ^ -(number & 1))  # zigzag: 1 is -1, 2 is 1


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
