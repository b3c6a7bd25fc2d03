"""A hump: a rise of a curve that went away again, and what train did meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curvedoc.measure import Measure
from curvedoc.series import LEAST_NOISE, weight_of_change

if TYPE_CHECKING:
    from curvedoc.series import Trend

    from .curves import Features


class Hump(NamedTuple):
    """A rise that went away: indices of the best before, of the top and of the best after."""

    before: int
    top: int
    after: int


def tallest(t: Trend) -> Hump:
    """The most prominent rise of a smoothed curve from which it came down again (top = before where there
    is none)."""
    v = t.smooth
    left = np.minimum.accumulate(v)
    right = np.minimum.accumulate(v[::-1])[::-1]
    top = int(np.argmax(v - np.maximum(left, right)))
    return Hump(int(np.argmin(v[: top + 1])), top, top + int(np.argmin(v[top:])))


def measures(t: Trend, h: Hump, name: str) -> tuple[Measure, ...]:
    """Of a hump: what was learned before it, its rise (weight of change), that rise in standard errors, the
    share of it that went away, its width."""
    low, top, end = (float(t.smooth[i]) for i in h)
    rise = top - low
    error = max(t.level_noise, LEAST_NOISE * abs(low), 1e-300)
    steps = t.steps
    inside = t.smooth > max(low, end) + 0.5 * (top - max(low, end))
    length = float(steps[-1] - steps[0]) or 1.0
    i, j = h.top, h.top
    while i > 0 and inside[i - 1]:
        i -= 1
    while j < len(inside) - 1 and inside[j + 1]:
        j += 1
    span = (float(steps[h.before]), float(steps[h.after]))
    learned = (t.first - low) / max(abs(t.first), 1e-300)
    return (
        Measure("hump_first", learned, "of first level", f"what the {name} had shed at its first best"),
        Measure(
            "hump_rise",
            weight_of_change(rise, t.first - t.best, low),
            "",
            f"rise of the {name} above its first best",
            span,
        ),
        Measure("hump_noise", min(1e6, rise / error), "sigma", "that rise against the noise", span),
        Measure(
            "hump_return",
            (top - end) / rise if rise > 0 else 0.0,
            "of the rise",
            "how much of it went away again",
        ),
        Measure("hump_width", float(steps[j] - steps[i]) / length, "of the run", "how long it lasted"),
    )


def train_under(f: Features, t: Trend, h: Hump) -> Measure:
    """The train loss at the top of a hump of another curve, less what it was at the first best (share of
    its first level)."""
    first, top = (float(np.interp(t.steps[i], f.train.steps, f.train.smooth)) for i in (h.before, h.top))
    value = (top - first) / max(abs(f.train.first), 1e-300)
    return Measure("train_under", value, "of first level", "rise of the train loss under the hump")
