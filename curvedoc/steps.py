"""Step counters as logs really hold them: falling back, restarting, counting different things.

Arithmetic on arrays of steps alone; what a counter is called is known to :mod:`curvedoc.table`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .series import median

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .cells import IntArray
    from .run import FloatArray

RESTART_SHARE = 0.01
"""A counter that falls back to within 1 % of where it began has started anew; further up it was resumed."""

JITTER = 3.0
"""Points out of order by up to three usual increments are late, not logged anew (several loggers)."""

INTERLEAVED = 0.2
"""A counter that falls back at more than every fifth point has several writers: nobody resumes so often."""

FALSE_START_ROWS = 3
"""A part shorter than this, beside one of at least five times its length, is a false start and no run."""

SAME_COUNTER = (0.8, 1.25)
"""Two counters whose ratio lies in here count the same thing."""

HIGHEST = 1e100
"""No counter gets beyond this; below it differences and squares of steps stay finite."""


def countable(values: FloatArray) -> NDArray[np.bool_]:
    """Which values may be steps: finite, and not as large as no counter is."""
    return np.abs(values) < HIGHEST


def filled(rows: IntArray, values: FloatArray, n: int) -> FloatArray:
    """A step for each of ``n`` rows: that of the row, else of the row before (at the beginning: after)."""
    fine = countable(values)
    rows, values = rows[fine], values[fine]
    if len(rows) == n:
        return values
    index = np.searchsorted(rows, np.arange(n), side="right") - 1
    result: FloatArray = values[np.maximum(index, 0)]
    return result


def falls(steps: FloatArray) -> IntArray:
    """Indices at which a step is smaller than the one before."""
    return np.flatnonzero(steps[1:] < steps[:-1]) + 1


def n_distinct(values: FloatArray | IntArray) -> int:
    """How many different finite values there are (``np.unique`` would import masked arrays)."""
    gaps = np.diff(values)
    if not (gaps >= 0).all():
        gaps = np.diff(np.sort(values))
    return 1 + int(np.count_nonzero(gaps)) if len(values) else 0


def usual_increment(steps: FloatArray) -> float:
    """The median of the positive increments; 0 when there are none."""
    rises = np.diff(steps)
    rises = rises[rises > 0]
    return median(rises) if len(rises) else 0.0


def is_shuffled(steps: FloatArray) -> bool:
    """Whether the rows are merely out of order: sorted, their steps are distinct and evenly spaced."""
    gaps = np.diff(np.sort(steps))
    return len(gaps) > 2 and bool(gaps[0] > 0) and bool(np.allclose(gaps, gaps[0]))


def restarts(steps: FloatArray) -> list[int]:
    """Indices at which the counter is back where it (first) began: each begins another run."""
    at: list[int] = []
    begin = 0
    for fall in falls(steps).tolist():
        part = steps[begin:fall]
        span = float(part.max() - part[0])
        near = max(0.5 * usual_increment(part), RESTART_SHARE * span)
        if steps[fall] <= part[0] + near and span > 0:
            at.append(fall)
            begin = fall
    return at


def plausible(lengths: list[int]) -> list[bool]:
    """Which parts are runs and which only false starts."""
    longest = max(lengths)
    return [n >= FALSE_START_ROWS or longest < 5 * n for n in lengths]


def rewound(steps: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray, int]:
    """A series in order of its steps: late points sorted in, overwritten ones replaced.

    Where the counter falls back to ``v``, all earlier points from ``v`` on were trained anew and are
    dropped; their number is returned. Repeated equal steps stay. NaN values are points like others.
    """
    at = falls(steps)
    if not len(at):
        return steps, values, 0
    depth = float(np.max(steps[at - 1] - steps[at]))
    distinct = n_distinct(steps) == len(steps)
    target = np.full(len(steps) + 1, np.inf)
    target[at] = steps[at]
    later = np.minimum.accumulate(target[::-1])[::-1][1:]
    keep = steps < later
    order = np.argsort(steps, kind="stable")
    late = distinct and (depth <= JITTER * usual_increment(steps) or is_shuffled(steps))
    if late or len(at) > INTERLEAVED * len(steps):
        return steps[order], values[order], 0
    return steps[keep], values[keep], int(len(steps) - keep.sum())


def per_epoch(epochs: FloatArray, counter: FloatArray) -> FloatArray | None:
    """One counter from an epoch and a counter that restarts in each; None unless it does so.

    ``epoch * n + counter`` with ``n`` the most that the counter reaches within an epoch.
    """
    at = falls(counter)
    if not len(at) or len(falls(epochs)) or np.mean(epochs[at] > epochs[at - 1]) < 0.9:
        return None
    per = float(counter.max()) + (1.0 if counter.min() == 0 else 0.0)
    result: FloatArray = (epochs - epochs[0]) * per + counter
    return None if len(falls(result)) else result


def is_epoch_inner(values: FloatArray, at: list[int]) -> bool:
    """Whether a counter restarts within one run: parts of equal length over which the curve goes on.

    At a true restart the curve jumps back towards where it began.
    """
    if len(at) < 2:
        return False
    lengths = np.diff([0, *at])
    if lengths.max() - lengths.min() > 1:
        return False
    before, after = values[np.array(at) - 1], values[at]
    goes_on = np.abs(after - before) < np.abs(after - values[0])
    return bool(np.mean(goes_on) > 0.75)


def on_axis(
    steps: FloatArray, main: IntArray, other: IntArray, epochs: FloatArray | None
) -> FloatArray | None:
    """Steps with the ``other`` rows put on the counter of the ``main`` rows; None when they share it.

    Train rows that count iterations and validation rows that count epochs: a validation row belongs to the
    train row before it, or (when the rows are not interleaved) to the last train row of its epoch.
    """
    if not len(other) or not len(main):
        return None
    within = len(falls(steps[main])) + len(falls(steps[other]))
    if len(falls(steps)) <= within:
        return None
    before = np.maximum(np.searchsorted(main, other) - 1, 0)
    if n_distinct(before) < 0.5 * len(other):
        if epochs is None:
            return None
        before = np.maximum(np.searchsorted(epochs[main], epochs[other], side="right") - 1, 0)
    anchors = steps[main[before]]
    ratio = median(steps[other] / np.where(anchors == 0, 1.0, anchors))
    if SAME_COUNTER[0] <= ratio <= SAME_COUNTER[1]:
        return None
    result = steps.copy()
    result[other] = anchors
    return result
