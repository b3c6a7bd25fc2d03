"""One TensorBoard event: just enough of protocol buffers to find the scalars in it.

Field numbers after tensorflow/core/util/event.proto and framework/{summary,tensor,types}.proto.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field

from curvedoc.wire import FIXED32, FIXED64, SIZED, VARINT, MalformedError, fields, varint

Span = tuple[int, int]

_START = 1  # SessionLog.SessionStatus

# What an event may carry instead of a summary, and what a summary value may be: field -> word for notes.
_EVENTS = {4: "graph", 6: "log message", 8: "run metadata", 9: "graph"}
_VALUES = {3: "histogram", 4: "image", 5: "histogram", 6: "audio"}
_PLUGINS = {
    "images": "image",
    "histograms": "histogram",
    "text": "text",
    "audio": "audio",
    "hparams": "hyper-parameters",
    "pr_curves": "PR curve",
    "mesh": "mesh",
    "custom_scalars": "chart layout",
}
# TensorProto.dtype -> how one element lies in tensor_content (struct); bfloat16 is widened by hand.
_BFLOAT16 = 14
_CONTENT = {1: "<f", 2: "<d", 3: "<i", 4: "<B", 5: "<h", 6: "<b", 9: "<q", 10: "<?", 14: "<H", 17: "<H"}
_CONTENT |= {19: "<e", 22: "<I", 23: "<Q"}
_HALVES = (_BFLOAT16, 19)


@dataclass(slots=True)
class Value:
    """One value of a summary.

    ``number``: the scalar, None for every other ``kind``; ``tag_at``: where the tag lies; ``number_at``:
    where the number lies and as what (``"<f4"``, ``"<f8"``) if it stands there as such. ``plugin`` comes with
    the first event of a tag only.
    """

    tag: bytes = b""
    kind: str = "other"
    number: float | None = None
    tag_at: Span = (0, 0)
    number_at: tuple[int, str] | None = None
    plugin: str = ""
    tensor: bool = False


@dataclass(slots=True)
class Event:
    """One event; positions are those in the buffer it was parsed from, (0, 0) for a step left out (0)."""

    wall_time: float = 0.0
    step: int = 0
    wall_at: tuple[int, str] = (0, "")
    step_at: Span = (0, 0)
    kind: str = ""
    starts: bool = False
    values: list[Value] = field(default_factory=list)


def kind_of_plugin(plugin: str) -> str:
    """The word for what a TensorBoard plugin stores (``"images"`` -> ``"image"``)."""
    return _PLUGINS.get(plugin, "graph" if plugin.startswith("graph") else plugin or "tensor")


def parse_event(data: bytes, at: int, end: int) -> Event:
    """Parse the event in ``data[at:end]``; raises :class:`MalformedError`."""
    event = Event()
    for number, wire, low, high in fields(data, at, end):
        if number == 1 and wire == FIXED64:
            (event.wall_time,) = struct.unpack_from("<d", data, low)
            event.wall_at = (low, "<f8")
        elif number == 2 and wire == VARINT:
            step = varint(data, low, high)[0]
            event.step = step - (1 << 64) if step >> 63 else step
            event.step_at = (low, high)
        elif number == 3:
            event.kind = "version"
        elif number == 5 and wire == SIZED:
            event.kind = "summary"
            event.values += [
                _value(data, *span) for n, w, *span in fields(data, low, high) if n == 1 and w == SIZED
            ]
        elif number == 7 and wire == SIZED:
            event.kind = "session"
            log = {n: varint(data, lo, hi)[0] for n, w, lo, hi in fields(data, low, high) if w == VARINT}
            event.starts = log.get(1) == _START
        elif number in _EVENTS:
            event.kind = _EVENTS[number]
    if not event.kind and not event.wall_at[1]:
        raise MalformedError("neither a time nor a content")
    return event


def _value(data: bytes, at: int, end: int) -> Value:
    value = Value()
    for number, wire, low, high in fields(data, at, end):
        if number == 1 and wire == SIZED:
            value.tag, value.tag_at = data[low:high], (low, high)
        elif number == 2 and wire == FIXED32:
            value.kind, value.tensor = "scalar", False
            (value.number,) = struct.unpack_from("<f", data, low)
            value.number_at = (low, "<f4")
        elif number == 8 and wire == SIZED:
            value.kind, value.tensor = "tensor", True
            value.number, value.number_at = _tensor(data, low, high)
        elif number == 9 and wire == SIZED:
            value.plugin = _plugin(data, low, high)
        elif number in _VALUES:
            value.kind = _VALUES[number]
    if value.tensor and value.number is not None:
        value.kind = "scalar"
    return value


def _plugin(data: bytes, at: int, end: int) -> str:
    for number, wire, low, high in fields(data, at, end):
        if number == 1 and wire == SIZED:
            for inner, kind, first, last in fields(data, low, high):
                if inner == 1 and kind == SIZED:
                    return data[first:last].decode("utf-8", "replace")
    return ""


def _tensor(data: bytes, at: int, end: int) -> tuple[float | None, tuple[int, str] | None]:
    """The number in a TensorProto of one element and where it lies; (None, None) for anything else."""
    dtype, elements = 0, 1
    numbers: list[tuple[float, tuple[int, str] | None]] = []
    content: Span | None = None
    for number, wire, low, high in fields(data, at, end):
        if number == 1 and wire == VARINT:
            dtype = varint(data, low, high)[0]
        elif number == 2 and wire == SIZED:
            elements = _elements(data, low, high)
        elif number == 4 and wire == SIZED and high > low:
            content = (low, high)
        elif number == 5 and wire in (SIZED, FIXED32):
            numbers += _fixed(data, low, high, "<f", "<f4")
        elif number == 6 and wire in (SIZED, FIXED64):
            numbers += _fixed(data, low, high, "<d", "<f8")
        elif number in (7, 10, 11, 13, 16, 17) and wire in (SIZED, VARINT):
            numbers += [(n, None) for n in _integers(data, low, high)]
    if elements != 1 or dtype not in _CONTENT:
        return None, None
    if content is not None:
        return _from_content(data, content, dtype)
    if not numbers:
        return 0.0, None  # a zero may be left out
    if len(numbers) > 1:
        return None, None
    found, where = numbers[0]
    return (_half(int(found), dtype) if dtype in _HALVES else float(found)), where


def _from_content(data: bytes, content: Span, dtype: int) -> tuple[float | None, tuple[int, str] | None]:
    layout = _CONTENT[dtype]
    if content[1] - content[0] != struct.calcsize(layout):
        return None, None
    (number,) = struct.unpack_from(layout, data, content[0])
    if dtype == _BFLOAT16:
        return _half(number, dtype), None
    return float(number), {1: (content[0], "<f4"), 2: (content[0], "<f8")}.get(dtype)


def _half(bits: int, dtype: int) -> float:
    bits &= 0xFFFF
    if dtype == _BFLOAT16:
        (number,) = struct.unpack("<f", struct.pack("<I", bits << 16))
    else:
        (number,) = struct.unpack("<e", struct.pack("<H", bits))
    return float(number)


def _elements(data: bytes, at: int, end: int) -> int:
    """Number of elements of a TensorShapeProto: 1 for a scalar, -1 where it is unknown."""
    sizes = []
    for number, wire, low, high in fields(data, at, end):
        if number == 2 and wire == SIZED:
            dims = [varint(data, lo, hi)[0] for n, w, lo, hi in fields(data, low, high) if (n, w) == (1, 0)]
            sizes.append(dims[-1] if dims else 0)
        elif number == 3:
            return -1
    return math.prod(sizes) if len(sizes) < 256 else -1


def _fixed(
    data: bytes, low: int, high: int, layout: str, dtype: str
) -> list[tuple[float, tuple[int, str] | None]]:
    size = struct.calcsize(layout)
    # More than two are as good as two: not a scalar.
    places = range(low, min(high - size + 1, low + 2 * size), size)
    return [(struct.unpack_from(layout, data, place)[0], (place, dtype)) for place in places]


def _integers(data: bytes, low: int, high: int) -> list[int]:
    found: list[int] = []
    while low < high and len(found) < 2:
        number, low = varint(data, low, high)
        found.append(number - (1 << 64) if number >> 63 else number)
    return found
