"""Arithmetic on one array: condensing, smoothing, noise, levels, excursions. Knows nothing of training.

All functions take float64 arrays of one dimension; unless said otherwise they need finite values and
return plain floats or arrays of the same length.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .run import FloatArray

# A curve is judged on at most this many block medians: shapes that matter span far more than a
# thousandth of a run, and the cost of every later step stays bounded whatever the length of the log.
MAX_BLOCKS = 400
# Width of the running median = WINDOW * sqrt(points): wide enough to bridge outliers and validation noise,
# narrow enough to keep a turn in the last few points. On 60 points it is 5, on 400 it is 13.
WINDOW = 0.6
# Progress below this share of the level is no progress: changes are then measured against the level.
LEAST_PROGRESS = 0.01
# A first value this many standard deviations above the early median is a level of its own, not noise.
CLEAR_OF_NOISE = 3.0
# Below this many values noise is told from reversals, not from curvature.
FEW_VALUES = 9
# Nothing is known better than this share of its level.
LEAST_NOISE = 0.003
MAD_TO_SIGMA = 1.4826
# Up to so many values Python sorts sooner than numpy begins.
SHORT = 64


@dataclass(frozen=True, eq=False)
class Trend:
    """A finite curve, condensed and smoothed.

    ``steps``, ``values``: block medians; ``smooth``: their running median; ``noise``: standard deviation of
    the values about the trend in the later half, ``n``: how many finite points were logged.
    """

    steps: FloatArray
    values: FloatArray
    smooth: FloatArray
    noise: float
    n: int

    @cached_property
    def first(self) -> float:
        """Level at the start.

        The first value where it stands clear of the noise (a loss may fall steeply from its very first
        value), else the median of the first few.
        """
        level, value = first_level(self.values), float(self.values[0])
        return value if value - level > CLEAR_OF_NOISE * self.noise else level

    @cached_property
    def last(self) -> float:
        """Level at the end: the last value of the smoothed curve (a median over half a window)."""
        return float(self.smooth[-1])

    @cached_property
    def best_index(self) -> int:
        """Where the curve is lowest: the lowest value within half a window of the smoothed minimum."""
        i = int(len(self.smooth) - 1 - np.argmin(self.smooth[::-1]))
        half = window(len(self.smooth)) // 2
        near = self.values[max(0, i - half) : i + half + 1]
        return max(0, i - half) + int(len(near) - 1 - np.argmin(near[::-1]))

    @cached_property
    def best(self) -> float:
        """The lowest level of the smoothed curve."""
        return float(self.smooth.min())

    @cached_property
    def level_noise(self) -> float:
        """Standard error of the level at the end."""
        return self.noise * 1.2533 / math.sqrt(window(len(self.values)) // 2 + 1)


def trend(steps: FloatArray, values: FloatArray) -> Trend | None:
    """Condense and smooth a curve; None when it has no finite value."""
    keep = np.isfinite(values)
    n = int(keep.sum())
    if n == 0:
        return None
    if n < len(values):
        steps, values = steps[keep], values[keep]
    block_steps, block_values = condense(steps, values)
    smooth = running_median(block_values, window(len(block_values)))
    return Trend(block_steps, block_values, smooth, noise(block_values, smooth), n)


def condense(
    steps: FloatArray, values: FloatArray, blocks: int = MAX_BLOCKS
) -> tuple[FloatArray, FloatArray]:
    """Medians over at most ``blocks`` equal blocks of points; short curves are returned as they are."""
    n = len(values)
    if n <= blocks:
        return steps, values
    size = -(-n // blocks)
    whole = n // size * size
    steps_out = _medians(steps[:whole].reshape(-1, size))
    values_out = _medians(values[:whole].reshape(-1, size))
    # The first value is the level training starts from; a block median would hide a steep first descent.
    values_out[0] = values[0]
    steps_out[0] = steps[0]
    if whole < n:
        steps_out = np.append(steps_out, median(steps[whole:]))
        values_out = np.append(values_out, median(values[whole:]))
    return steps_out, values_out


def _medians(rows: FloatArray) -> FloatArray:
    """Median of each row."""
    half = rows.shape[1] // 2
    in_order = bool(
        (rows[:, 1:] >= rows[:, :-1]).all()
    )  # as steps are: sorting them costs half of condensing
    ordered = rows if in_order else np.partition(rows, half, axis=1)
    upper: FloatArray = ordered[:, half]
    if rows.shape[1] % 2:
        return upper.copy()
    lower = ordered[:, half - 1] if in_order else ordered[:, :half].max(axis=1)
    mean: FloatArray = 0.5 * (lower + upper)
    return mean


def median(values: FloatArray) -> float:
    """Median of finite values; ten times faster than ``np.median`` on the short arrays met here."""
    n = len(values)
    half = n // 2
    if n <= SHORT:
        in_order = sorted(values.tolist())
        return float(in_order[half] if n % 2 else 0.5 * (in_order[half - 1] + in_order[half]))
    ordered = np.partition(values, half)
    if n % 2:
        return float(ordered[half])
    return 0.5 * (float(ordered[:half].max()) + float(ordered[half]))


def window(n: int) -> int:
    """Odd width of the running median for a curve of ``n`` points; 1 below 6."""
    if n < 6:
        return 1
    return max(3, int(WINDOW * math.sqrt(n)) | 1)


def running_median(values: FloatArray, width: int) -> FloatArray:
    """Centred running median; towards the ends the window is cut off, so a monotone curve stays monotone."""
    n = len(values)
    half = min(width // 2, (n - 1) // 2)
    if half < 1:
        return values.copy()
    out = np.empty_like(values)
    values = np.ascontiguousarray(values)
    # Each row begins one value later; what numpy offers for this takes longer than the medians.
    windows = np.ndarray((n - 2 * half, 2 * half + 1), values.dtype, values, 0, 2 * values.strides)
    out[half : n - half] = np.partition(windows, half, axis=1)[:, half]
    for i in range(half):
        out[i] = median(values[: i + half + 1])
        out[n - 1 - i] = median(values[n - 1 - i - half :])
    return out


def noise(values: FloatArray, smooth: FloatArray) -> float:
    """Standard deviation of the values about their trend in the later half (robust: MAD).

    The larger of two estimates: deviation of each point from the mean of its neighbours (white noise)
    and from the running median (slower wander). 0 for fewer than 3 points.
    """
    n = len(values)
    if n < 3:
        return 0.0
    if n < FEW_VALUES:
        return min(reversals(values), reversals(-values))
    start = n // 2 if n >= 12 else 0
    tail = values[start:]
    neighbours = tail[1:-1] - 0.5 * (tail[:-2] + tail[2:])
    white = MAD_TO_SIGMA * median(np.abs(neighbours)) / math.sqrt(1.5)
    wander = MAD_TO_SIGMA * median(np.abs(tail - smooth[start:]))
    return max(white, wander)


def reversals(values: FloatArray) -> float:
    """Scatter of a handful of values: how far they go back on "fall, then rise", per step.

    Curvature cannot tell shape from noise on a few points: a plain V would count as noise all by itself.
    """
    best = int(np.argmin(values))
    steps = np.diff(values)
    back = np.maximum(0.0, np.where(np.arange(len(steps)) < best, steps, -steps))
    return float(back.sum()) / max(1, len(steps))


def first_level(values: FloatArray) -> float:
    """Median over the first few values (half a window)."""
    return median(values[: window(len(values)) // 2 + 1])


def weight_of_change(change: float, progress: float, level: float) -> float:
    """How much a change of a loss means, free of scale.

    The geometric mean of its share of the progress made (first - best) and of its share of the level
    (at most 1). Against progress alone a rise by half late in training is invisible when the first
    step already halved the loss ten times; against the level alone any wiggle near zero is huge.
    """
    if change == 0:
        return 0.0
    size = abs(change)
    share_of_level = min(1.0, size / abs(level)) if level else 1.0
    share_of_progress = size / max(progress, LEAST_PROGRESS * abs(level), 1e-300)
    return math.copysign(math.sqrt(min(1e3, share_of_progress) * share_of_level), change)


def first_where(condition: NDArray[np.bool_]) -> int | None:
    """Index of the first true element, or None."""
    hits = np.flatnonzero(condition)
    return int(hits[0]) if len(hits) else None
