"""Measures of what drives a run: learning rate, gradient norm, weight norm.

Functions of :class:`~curvedoc.features.curves.Features` as in ``losses``: free of scale, NaN left out
unless said otherwise, :class:`~curvedoc.measure.NotMeasurable` naming what is not logged.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from curvedoc.measure import Measure, NotMeasurable
from curvedoc.series import Trend, first_where, median, running_median, trend, weight_of_change

from .metrics import FEWEST
from .shape import block_peaks

if TYPE_CHECKING:
    from curvedoc.run import FloatArray

    from .curves import Features

# A schedule has taken the rate away once less than this share of its peak is left.
GONE = 0.05
# What infinite and NaN norms count as.
LOST = 1e300
# A ratio of norms that is no number any more is told as this.
INFINITE = 1e6
# The jump of a loss belongs to a gradient that burst at most this share of the run before it.
SOON = 0.05
# The pace of a loss before a step is taken over this last share of the way there.
RECENT = 0.25


def rate(f: Features) -> tuple[FloatArray, FloatArray]:
    """Steps and finite values of the learning rate, with at least one above zero."""
    curve = f.curve("lr")
    keep = np.isfinite(curve.values)
    if not keep.any() or float(curve.values[keep].max()) <= 0:
        raise NotMeasurable("needs a learning rate above zero")
    return curve.steps[keep], curve.values[keep]


def rate_at_start(f: Features) -> Measure:
    """The first learning rate as a share of its peak: near 1 without warm-up."""
    _, rates = rate(f)
    return Measure(
        "rate_at_start", float(rates[0] / rates.max()), "of its peak", "learning rate at the start"
    )


def rate_gone(f: Features) -> Measure:
    """Share of the run after which less than a twentieth of the peak learning rate was ever left (1 =
    never)."""
    steps, rates = rate(f)
    last = int(np.flatnonzero(rates > GONE * rates.max())[-1])
    end = max(float(steps[-1]), float(f.main.steps[-1]))
    length = end - float(f.main.steps[0])
    where = float(steps[last + 1]) if last + 1 < len(steps) else end
    value = (where - float(f.main.steps[0])) / length if length > 0 else 1.0
    what = "when less than a twentieth of the peak learning rate was left"
    return Measure("rate_gone", value, "of the run", what, (where, end))


def rate_drop(f: Features, before: float, after: float) -> Measure:
    """By what factor the learning rate went down between two steps (1 = not at all)."""
    steps, rates = rate(f)
    high, low = (max(float(np.interp(s, steps, rates)), 1e-300) for s in (before, after))
    return Measure(
        "rate_drop", min(1e6, high / low), "x", "fall of the learning rate meanwhile", (before, after)
    )


def fall_about(f: Features, where: float) -> tuple[Measure, Measure]:
    """The fall of the main loss up to a step, and how the pace went on behind it.

    ``fall_before``: fall in the last quarter of the way to ``where``, at least two points (weight of
    change); ``pace_after``: fall per step behind ``where`` as a share of that before it. NaN where either
    side has no length.
    """
    t = f.main
    level = running_median(t.values, 3)
    level[0] = t.first
    begin, end = float(t.steps[0]), float(t.steps[-1])
    i = int(np.searchsorted(t.steps, where))
    if i > 1:  # what falls at the very step belongs to what comes behind it
        where = float(t.steps[i - 1])
    two_back = float(t.steps[max(0, i - 3)])
    since = max(begin, min(where - RECENT * (where - begin), two_back))
    at_since, at_where = (float(np.interp(s, t.steps, level)) for s in (since, where))
    fell = at_since - at_where
    before = weight_of_change(fell, t.first - t.best, at_where)
    pace = math.nan
    if since < where < end and fell > 0:
        pace = (at_where - t.last) / fell * (where - since) / (end - where)
        pace = max(-1e6, min(1e6, pace))
    elif fell <= 0:
        pace = 1.0
    return (
        Measure("fall_before", before, "", "fall of the loss on the way there", (since, where)),
        Measure("pace_after", pace, "of the pace before", "how fast the loss fell afterwards", (where, end)),
    )


def norms(f: Features, role: str = "grad_norm") -> Trend:
    """A logged norm, condensed and smoothed."""
    curve = f.curve(role)
    found = trend(curve.steps, curve.values)
    if found is None:
        raise NotMeasurable(f"{role} has no finite value")
    if found.n < FEWEST:
        raise NotMeasurable(f"needs more than {found.n} points of {role}")
    return found


def grad_growth(f: Features) -> Measure:
    """The largest gradient norm over the usual one before it, and where it was half way there (on a log
    scale).

    Infinite norms, and NaN to the end, count as the largest, a million times the usual.
    """
    usual = norms(f)
    curve = f.curve("grad_norm")
    lost = np.isinf(curve.values)
    lost[int(np.flatnonzero(np.isfinite(curve.values))[-1]) + 1 :] = True
    peaks, steps = block_peaks(replace(curve, values=np.where(lost, LOST, curve.values)))
    i = int(np.argmax(peaks))
    before = usual.values[usual.steps < steps[i]]
    # Where norms grew from the start on, the usual size is that of the beginning.
    level = min(median(before), median(before[: len(before) // 4 + 1])) if len(before) else usual.values[0]
    level = max(float(level), 1e-300)
    top = max(float(peaks[i]), 0.0)
    onset = first_where(peaks[: i + 1] >= math.sqrt(level) * math.sqrt(top))
    span = (float(steps[i if onset is None else onset]), float(curve.steps[-1]))
    value = min(INFINITE, top / level)
    return Measure("grad_growth", value, "x", "largest gradient norm against the usual one before it", span)


def jump_after(f: Features, where: float) -> Measure:
    """How far the main loss jumped soon after a step, above all it had shown for as long before (weight of
    change; infinite or NaN values count as the highest jump)."""
    curve = f.curve(f.main_role)
    if not len(curve):
        raise NotMeasurable(f"{curve.role} has no point")
    length = float(curve.steps[-1] - curve.steps[0])
    # A hair more, so that a point at the very end of the reach stays in it whatever the unit of the steps.
    reach = max(SOON, 2.0 / max(1, len(curve) - 1)) * length * (1 + 1e-9)
    after = curve.values[(curve.steps >= where) & (curve.steps <= where + reach)]
    before = curve.values[(curve.steps < where) & (curve.steps >= where - reach)]
    what = "jump of the loss at that moment"
    if len(before) and np.isfinite(before).all() and not np.isfinite(after).all():
        return Measure("jump_after", 1e6, "", "the loss became NaN or infinite at that moment")
    before, after = before[np.isfinite(before)], after[np.isfinite(after)]
    if not len(after) or not len(before):
        return Measure("jump_after", 0.0, "", what)
    t = f.main
    height = float(after.max() - before.max())
    return Measure("jump_after", weight_of_change(height, t.first - t.best, float(before.max())), "", what)


def grad_shrink(f: Features) -> tuple[Measure, Measure]:
    """The gradient norm at the end as a share of its early level, and the share of the run after which it
    had come down for good (below the geometric middle of the two)."""
    t = norms(f)
    early = float(t.smooth[: max(1, len(t.smooth) // 10)].max())
    late = max(t.last, 0.0)
    value = late / early if early > 0 else 1.0
    still = np.flatnonzero(t.smooth > math.sqrt(early * late)) if early > 0 else np.zeros(0, dtype=np.intp)
    i = min(int(still[-1]) + 1, len(t.steps) - 1) if len(still) else 0
    length = float(t.steps[-1] - t.steps[0]) or 1.0
    span = (float(t.steps[i]), float(t.steps[-1]))
    return (
        Measure("grad_shrink", value, "of its early level", "gradient norm at the end", span),
        Measure(
            "grad_gone",
            float(t.steps[i] - t.steps[0]) / length,
            "of the run",
            "when the gradient was gone",
            span,
        ),
    )
