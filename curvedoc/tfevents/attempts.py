"""One curve out of what the event files of a directory say about it: resumed, begun anew, written twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from curvedoc import steps as counters

if TYPE_CHECKING:
    from curvedoc.run import FloatArray as Points  # shape (3, n): steps, values, wall times

    from .scalars import Scalars

_ENOUGH = 3  # points from which on an increment can be told


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """Points per tag out of several files.

    ``replaced``: points that a later file overwrote; ``anew``: times that the run was begun anew;
    ``passed_over``: false starts, and files written at the same time as a longer one; ``abandoned``: tags
    of which nothing is left.
    """

    points: dict[str, Points]
    replaced: int
    anew: int
    passed_over: int
    abandoned: tuple[str, ...]


def merge(files: list[Scalars]) -> Merged:
    """Join the files of one directory, given in the order of time.

    A later file replaces, tag by tag, what earlier ones hold from its first step on; a session start in
    it replaces every tag. A file whose steps begin where the run once began is another attempt: nothing
    of the earlier one stays, unless it ran beside it or is a mere false start; then the longer is taken.
    """
    points: dict[str, Points] = {}
    replaced = anew = passed_over = 0
    seen: set[str] = set()
    ended = -np.inf
    for file in files:
        both = _count(points) + _count(file.points)
        seen |= file.points.keys()
        if not _begins_anew(points, file.points):
            points = {tag: _below(old, file.restart) for tag, old in points.items()}
            points |= {tag: _append(points.get(tag), new) for tag, new in file.points.items()}
        elif _is_less(file.points, points, file.began < ended):
            points = {**file.points, **points}
            passed_over += 1
            continue
        else:
            points = {**points, **file.points} if file.began < ended else dict(file.points)
            anew += 1
        replaced += both - _count(points)
        ended = max(ended, file.ended)
    kept = {tag: found for tag, found in points.items() if found.size}
    return Merged(kept, replaced, anew, passed_over, tuple(sorted(seen - kept.keys())))


def settle(points: Points) -> tuple[Points, str]:
    """Put a series in order whose own step counter does not rise; second: what was done, ``""`` for nothing.

    ``"counted"``: steps never set, or set back within each epoch; points are numbered from 0.
    ``"last"``: begun anew in the same file, only the last attempt is kept. ``"rewound"``: set back, what
    was trained again is replaced.
    """
    steps = points[0]
    if len(steps) >= _ENOUGH and (steps == steps[0]).all():
        return _numbered(points), "counted"
    if not len(counters.falls(steps)):
        return points, ""
    begins = counters.restarts(steps)
    if not begins:
        return _rewound(points), "rewound"
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        if counters.is_epoch_inner(points[1], begins):
            return _numbered(points), "counted"
    bounds = [0, *begins, points.shape[1]]
    good = counters.plausible(np.diff(bounds).tolist())
    last = max(i for i, ok in enumerate(good) if ok)
    return _rewound(points[:, bounds[last] : bounds[last + 1]]), "last"


def _numbered(points: Points) -> Points:
    return np.stack([np.arange(points.shape[1], dtype=np.float64), *points[1:]])


def _rewound(points: Points) -> Points:
    """In the order of steps; a point replaces all earlier ones at its step and beyond."""
    index = np.arange(points.shape[1], dtype=np.float64)
    _, kept, _ = counters.rewound(points[0], index)
    return points[:, kept.astype(np.int64)]


def _begins_anew(old: dict[str, Points], new: dict[str, Points]) -> bool:
    """Whether the counter of the longest curve that both have is back where it began."""
    shared = [tag for tag in new if tag in old and old[tag].shape[1] > 1]
    if not shared:
        return False
    tag = max(shared, key=lambda tag: (new[tag].shape[1], old[tag].shape[1]))
    was, now = old[tag][0], new[tag][0]
    near = max(0.5 * counters.usual_increment(was), counters.RESTART_SHARE * float(np.ptp(was)))
    first_of_all = len(now) >= _ENOUGH and now[0] <= counters.usual_increment(now)
    return bool(now[0] <= was.max() and (now[0] <= was[0] + near or first_of_all))


def _is_less(new: dict[str, Points], old: dict[str, Points], beside: bool) -> bool:
    """Whether another attempt should not replace the one there is."""
    size_new, size_old = _size(new), _size(old)
    return not counters.plausible([size_old[0], size_new[0]])[1] or (beside and size_new < size_old)


def _size(points: dict[str, Points]) -> tuple[int, int]:
    return max(found.shape[1] for found in points.values()), len(points)


def _count(points: dict[str, Points]) -> int:
    return sum(found.shape[1] for found in points.values())


def _below(points: Points, step: float) -> Points:
    return points[:, points[0] < step] if np.isfinite(step) else points


def _append(old: Points | None, new: Points) -> Points:
    if old is None:
        return new
    return np.concatenate([_below(old, float(new[0].min())), new], axis=1)
