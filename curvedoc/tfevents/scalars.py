"""The scalars of one event file, in bounded memory, with what was skipped and what was damaged."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from curvedoc.stream import keep_memory
from curvedoc.tfrecord import Chunk, Damage, read_chunks
from curvedoc.wire import MalformedError

from .bulk import Piece, decode_alike
from .event import kind_of_plugin, parse_event

if TYPE_CHECKING:
    from pathlib import Path

    from curvedoc.run import FloatArray

    from .event import Event


@dataclass(frozen=True, slots=True, eq=False)
class Scalars:
    """What one event file holds.

    ``points``: tag -> float64 array of shape (3, n), steps, values and wall times in the order of writing.
    ``skipped``: kind -> number of values that are no scalars; ``records``: number of events; ``began``
    and ``ended``: wall time of the first and the last (NaN without one); ``restart``: the lowest step at
    which a session started (infinity if none did), what earlier files hold from there on is void;
    ``damage``: why reading ended early.
    """

    points: dict[str, FloatArray]
    skipped: Counter[str]
    records: int
    began: float
    ended: float
    restart: float
    damage: Damage | None


@dataclass(slots=True)
class _Single:
    """Points of one tag that were parsed one by one."""

    order: list[int] = field(default_factory=list)
    points: list[tuple[float, float, float]] = field(default_factory=list)
    tensor: bool = False


@dataclass(slots=True)
class Found:
    """What was found so far; ``restarts`` holds the lowest step of a session start per chunk.

    ``parts``: tag -> (number of the chunk, points); ``others``: tag -> values that are no scalars.
    """

    parts: dict[bytes, list[tuple[int, FloatArray]]] = field(default_factory=dict)
    restarts: list[float] = field(default_factory=list)
    plugins: dict[bytes, str] = field(default_factory=dict)
    tensors: set[bytes] = field(default_factory=set)
    others: Counter[bytes] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)


def read_scalars(path: Path) -> Scalars:
    """Read all scalars of an event file, up to the first damage; raises OSError.

    NaN and infinity are kept. Where a session starts again (SessionLog), what was logged from its step on
    is dropped, as TensorBoard does.
    """
    keep_memory()
    found = Found()
    records, began, ended, damage = 0, math.nan, math.nan, None
    for chunk in read_chunks(path):
        if chunk.starts:
            began = began if records else time_of(chunk, 0)
            ended = time_of(chunk, -1)
        records += len(chunk.starts)
        damage = chunk.damage
        add_chunk(found, chunk)
    points = joined(found)
    return Scalars(
        points, found.skipped, records, began, ended, min(found.restarts, default=math.inf), damage
    )


def time_of(chunk: Chunk, i: int) -> float:
    """The wall time of one record of a chunk; NaN without one."""
    try:
        return parse_event(chunk.data, chunk.starts[i], chunk.starts[i] + chunk.lengths[i]).wall_time
    except MalformedError:
        return math.nan


def add_chunk(found: Found, chunk: Chunk) -> None:
    """Add the records of one chunk."""
    import numpy as np

    pieces, rest = decode_alike(chunk)
    plugins = [(int(piece.order[0]), piece.tag, piece.plugin) for piece in pieces if piece.plugin]
    single: dict[bytes, _Single] = {}
    starts: list[tuple[int, int]] = []
    for i in rest:
        try:
            event = parse_event(chunk.data, chunk.starts[i], chunk.starts[i] + chunk.lengths[i])
        except MalformedError:
            found.skipped["unreadable record"] += 1
            continue
        if event.starts:
            starts.append((i, event.step))
        plugins += [(i, value.tag, value.plugin) for value in event.values if value.plugin]
        _add_event(found, event, i, single)
    for tag, one in single.items():
        points = np.array(one.points, np.float64).T
        pieces.append(Piece(tag, np.array(one.order), points, "", one.tensor))
    for _, tag, plugin in sorted(plugins):
        found.plugins.setdefault(tag, plugin)
    _add_pieces(found, pieces, starts)


def _add_event(found: Found, event: Event, index: int, single: dict[bytes, _Single]) -> None:
    if event.kind not in ("summary", "version", "session", ""):
        found.skipped[event.kind] += 1
    for value in event.values:
        if value.number is not None and value.kind == "scalar":
            one = single.setdefault(value.tag, _Single())
            one.order.append(index)
            one.points.append((event.step, value.number, event.wall_time))
            one.tensor |= value.tensor
        elif value.kind in ("tensor", "other"):
            found.others[value.tag] += 1
        else:
            found.skipped[value.kind] += 1


def _add_pieces(found: Found, pieces: list[Piece], starts: list[tuple[int, int]]) -> None:
    """Add the pieces of one chunk: one part per tag, tags in the order of their first record."""
    by_tag: dict[bytes, list[Piece]] = {}
    for piece in sorted(pieces, key=lambda piece: int(piece.order[0])):
        by_tag.setdefault(piece.tag, []).append(piece)
        if piece.tensor:
            found.tensors.add(piece.tag)
    number = len(found.restarts)
    for tag, parts in by_tag.items():
        found.parts.setdefault(tag, []).append((number, _without_overwritten(_in_order(parts), starts)))
    found.restarts.append(min((step for _, step in starts), default=math.inf))


def _in_order(pieces: list[Piece]) -> Piece:
    import numpy as np

    if len(pieces) == 1:
        return pieces[0]
    order = np.concatenate([piece.order for piece in pieces])
    by = np.argsort(order, kind="stable")
    points = np.concatenate([piece.points for piece in pieces], axis=1)
    return Piece(pieces[0].tag, order[by], points[:, by])


def _without_overwritten(piece: Piece, starts: list[tuple[int, int]]) -> FloatArray:
    """The points but those that a later session start of the same chunk makes void."""
    import numpy as np

    if not starts:
        return piece.points
    at, steps = np.array(starts, np.float64).T
    lowest = np.append(np.minimum.accumulate(steps[::-1])[::-1], np.inf)
    kept = piece.points[0] < lowest[np.searchsorted(at, piece.order, side="right")]
    return piece.points[:, kept]


def joined(found: Found) -> dict[str, FloatArray]:
    """Put the chunks together; what later sessions made void and what no scalar plugin logged goes.

    It takes the parts out of ``found``.
    """
    import numpy as np

    lowest = list(accumulate(reversed([*found.restarts[1:], math.inf]), min))[::-1]
    for tag, count in found.others.items():
        found.skipped[kind_of_plugin(found.plugins.get(tag, ""))] += count
    kept_of = {}
    for tag in list(found.parts):
        parts = found.parts.pop(tag)  # let go one by one: the parts are as large as the result
        points = np.concatenate([part for _, part in parts], axis=1)
        kept = points[0] < np.repeat([lowest[i] for i, _ in parts], [part.shape[1] for _, part in parts])
        plugin = found.plugins.get(tag, "scalars")
        if tag in found.tensors and plugin != "scalars":
            found.skipped[kind_of_plugin(plugin)] += len(kept)
        elif kept.any():
            kept_of[tag.decode("utf-8", "backslashreplace")] = points if kept.all() else points[:, kept]
    return kept_of
