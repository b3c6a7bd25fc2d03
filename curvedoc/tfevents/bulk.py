"""Events that share a byte layout, decoded together with numpy.

All events of one tag look alike: the same tag at the same place, only wall time, step and value differ. One
of them is parsed, and whatever equals it in every other byte is read at the places found in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from curvedoc.wire import MalformedError

from .event import Event, parse_event

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from curvedoc.run import FloatArray
    from curvedoc.tfrecord import Chunk

    Indices = NDArray[np.int64]
    Rows = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

_MANY = 32  # records of one layout; for fewer the parser is faster (measured)
_LAYOUTS = 16  # tried per length and chunk; files with more go through the parser in part
_WIDEST = 2048  # bytes; longer records are not plain scalars


class Piece(NamedTuple):
    """Points of one tag in one chunk.

    ``order``: the indices of their records; ``points``: shape (3, n), steps, values and wall times;
    ``plugin`` and ``tensor``: as in an event's value.
    """

    tag: bytes
    order: Indices
    points: FloatArray
    plugin: str = ""
    tensor: bool = False


def decode_alike(chunk: Chunk) -> tuple[list[Piece], list[int]]:
    """Decode what comes often in one layout; return it with the indices of all other records.

    The points of each piece are in the order of their records; a tag may have several pieces.
    """
    import numpy as np

    if len(chunk.starts) < _MANY:
        return [], list(range(len(chunk.starts)))
    data = np.frombuffer(chunk.data, np.uint8)
    starts, lengths = np.array(chunk.starts), np.array(chunk.lengths)
    order = np.argsort(lengths, kind="stable")
    pieces: list[Piece] = []
    rest: list[Indices] = []
    for indices in np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1):
        width = int(lengths[indices[0]])
        if len(indices) < _MANY or not 0 < width <= _WIDEST:
            rest.append(indices)
            continue
        rows = np.lib.stride_tricks.sliding_window_view(data, width)[starts[indices]]
        for _ in range(_LAYOUTS):
            same, found = _decode_layout(rows, indices)
            pieces += found
            rest.append(indices[:1][: not found])
            same[0] = True
            rows, indices = rows[~same], indices[~same]
            if len(indices) < _MANY:
                break
        rest.append(indices)
    others: list[int] = np.sort(np.concatenate(rest)).tolist()
    return pieces, others


def _decode_layout(rows: Rows, indices: Indices) -> tuple[Mask, list[Piece]]:
    """Decode the rows laid out like the first, and say which they are (none where it is no plain scalar)."""
    import numpy as np

    event = _plain(rows[0].tobytes())
    if event is None:
        return np.zeros(len(rows), bool), []
    low, high = event.step_at
    free = np.zeros(rows.shape[1], bool)
    numbers_at = [v.number_at or (0, "") for v in event.values]
    spans = [event.step_at, *(v.tag_at for v in event.values)]
    spans += [(at, at + int(dtype[-1])) for at, dtype in (event.wall_at, *numbers_at)]
    for begin, end in spans:
        free[begin:end] = True
    same: Mask = (rows[:, ~free] == rows[0, ~free]).all(axis=1)
    if high > low:  # as many bytes of the step, not one more and not one less
        same &= (rows[:, low : high - 1] >= 0x80).all(axis=1) & (rows[:, high - 1] < 0x80)
    rows, indices = rows[same], indices[same]
    steps, times = _varints(rows[:, low:high]), _numbers(rows, event.wall_at)
    tags = np.concatenate([rows[:, begin:end] for begin, end in (v.tag_at for v in event.values)], axis=1)
    pieces = []
    for names, chosen in _by_tag(tags):
        at = 0
        for value, number_at in zip(event.values, numbers_at, strict=True):
            tag = names[at : at + len(value.tag)]
            at += len(tag)
            points = np.stack([steps, _numbers(rows, number_at), times])[:, chosen]
            pieces.append(Piece(tag, indices[chosen], points, value.plugin, value.tensor))
    return same, pieces


def _plain(record: bytes) -> Event | None:
    """The event of a record that holds a time and scalars as plain float32 or float64 and nothing else."""
    try:
        event = parse_event(record, 0, len(record))
    except MalformedError:
        return None
    plain = all(v.kind == "scalar" and v.number_at for v in event.values)
    plain = plain and bool(event.values) and bool(event.wall_at[1])
    return event if plain and event.kind == "summary" and not event.starts else None


def _varints(columns: Rows) -> FloatArray:
    """Numbers of one length (signed, 64 bits), seven bits per column."""
    import numpy as np

    numbers = np.zeros(len(columns), np.uint64)
    for i, column in enumerate(columns.T):
        numbers |= (column & 0x7F).astype(np.uint64) << np.uint64(7 * i)
    return numbers.view(np.int64).astype(np.float64)


def _numbers(rows: Rows, place: tuple[int, str]) -> FloatArray:
    import numpy as np

    at, dtype = place
    raw = np.ascontiguousarray(rows[:, at : at + int(dtype[-1])])
    with np.errstate(invalid="ignore"):  # a signalling NaN is kept as a quiet one
        return raw.view(dtype)[:, 0].astype(np.float64)


def _by_tag(tags: Rows) -> Iterator[tuple[bytes, Indices | slice]]:
    """Each distinct row with the indices that have it, in order."""
    import numpy as np

    width = tags.shape[1]
    if width == 0 or (tags == tags[0]).all():
        yield tags[0].tobytes(), slice(None)
        return
    distinct, which = np.unique(tags.view(f"V{width}").ravel(), return_inverse=True)
    order = np.argsort(which, kind="stable")
    ends = np.searchsorted(which[order], np.arange(1, len(distinct) + 1))
    for name, begin, end in zip(distinct, [0, *ends[:-1]], ends, strict=True):
        yield name.tobytes(), order[begin:end]
