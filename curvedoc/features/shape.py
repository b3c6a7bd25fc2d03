"""Shapes in time: alternation, lone spikes, an early jump, bursts after fitting, a hump that went away.

Functions of :class:`~curvedoc.features.curves.Features` as in ``losses``: free of scale, NaN and infinity
left out unless said otherwise, :class:`~curvedoc.measure.NotMeasurable` where a run is too short for the
shape.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curvedoc.measure import Measure, NotMeasurable
from curvedoc.series import (
    LEAST_NOISE,
    LEAST_PROGRESS,
    MAD_TO_SIGMA,
    MAX_BLOCKS,
    first_where,
    median,
    noise,
    weight_of_change,
    window,
)

from .losses import spikes

if TYPE_CHECKING:
    from curvedoc.run import Curve, FloatArray

    from .curves import Features

# Alternation is looked for among this many points at the end: aliases of long logs tell nothing, and a
# schedule may have calmed what swung before.
STRETCH = 400
# What comes back after more points than this is a cycle (of a schedule, of an epoch), no alternation.
LONGEST_PERIOD = 6
# Points further off than this many times the usual distance (a spike, the steep beginning) count as this far.
OUTLIER = 5.0
# Below this many points a run of noise alternates by chance.
FEWEST = 24
# The part of a run in which a blow-up is blamed on its beginning; warm-up is usually shorter.
EARLY = 0.1
# A train loss that kept less than this share of its first level has been fitted.
FITTED = 0.05
# A burst after fitting: at least ten times the level around it, and visible (this share of the first level).
BURST = 10.0
VISIBLE = 0.005
# How readers say in a note that the step counter ran backwards.
BACKWARDS = ("backwards", "earlier step", "counter restarts", "out of order")


def alternation(f: Features) -> tuple[Measure, Measure]:
    """How regularly the train loss goes up and down from point to point, and how far.

    ``alternation``: correlation of the detrended loss with itself one period on, minus that half a period
    on, at the best period of 2 to 6 logged points (1 = a perfect swing, 0 = noise). ``swing``: height from
    trough to crest (weight of change).
    """
    curve = f.curve("train/loss")
    values = curve.values[-2 * STRETCH :]
    keep = np.isfinite(values)
    values = values[keep][-STRETCH:]
    if len(values) < FEWEST:
        raise NotMeasurable(f"needs {FEWEST} points of the train loss to tell a regular swing from noise")
    if len(values) < STRETCH:
        values = values[len(values) // 10 :]
    n = len(values)
    width = LONGEST_PERIOD + 1
    rest = values[width // 2 : n - width // 2] - np.convolve(values, np.full(width, 1 / width), "valid")
    usual = OUTLIER * median(np.abs(rest))
    rest = np.clip(rest, -usual, usual)
    power = float(rest @ rest)
    best = 0.0
    if power > 0:
        again = [
            1.0,
            *(float(rest[k:] @ rest[:-k]) * len(rest) / (len(rest) - k) / power for k in range(1, width)),
        ]
        best = max(0.5 * (again[p] - again[p // 2]) for p in range(2, width))
    height = 2.0 * math.sqrt(power / len(rest))
    t = f.train
    size = weight_of_change(height, t.first - t.best, median(values))
    span = (float(curve.steps[-2 * STRETCH :][keep][-n]), float(curve.steps[-1]))
    return (
        Measure("alternation", best, "", "how regularly the train loss goes up and down", span),
        Measure("alternation_height", size, "", "height of that swing against progress and level", span),
    )


class Spike(NamedTuple):
    """The tallest spike that came back: its step, the level it rose from and the value it reached."""

    step: float
    level: float
    peak: float


def lone_spikes(f: Features) -> tuple[Measure, Measure, Spike | None]:
    """How many spikes of the train loss came back at once, and how tall the tallest was.

    ``spike_height``: the smaller of its shares of the progress and of the level it rose from.
    """
    starts, _ = spikes(f)
    t = f.train
    peaks, _ = block_peaks(f.curve("train/loss"))
    n = min(len(peaks), len(t.smooth))
    # Above what came before as well: a block in which the loss drops holds the old level beside the new.
    before = np.maximum(t.smooth[:n], np.append(t.smooth[:1], t.smooth[: n - 1]))
    rise = peaks[:n] - before
    level = np.maximum(np.abs(before), 1e-300)
    noise_free = rise > level * _clear_of_noise(rise / level)
    progress = max(t.first - t.best, LEAST_PROGRESS * abs(t.best), 1e-300)
    share = np.where(noise_free, np.minimum(rise / progress, rise / level), 0.0)
    reach = window(n) // 2 + 1
    tops = [i + int(np.argmax(share[i : i + reach])) for i in starts if i + reach < n]
    tops = [i for i in tops if share[i] > 0]
    top = max(tops, key=lambda i: float(share[i]), default=0)
    tallest = Spike(float(t.steps[top]), float(t.smooth[top]), float(peaks[top])) if tops else None
    height = min(float(share[top]), 1e6) if tops else 0.0
    span = (float(t.steps[tops[0]]), float(t.steps[tops[-1]])) if tops else None
    return (
        Measure("lone_spikes", float(len(tops)), "spikes", "spikes of the train loss that came back", span),
        Measure("spike_height", height, "", "height of the tallest against progress and level", span),
        tallest,
    )


def _clear_of_noise(values: FloatArray) -> float:
    """Ten robust standard deviations above the median."""
    middle = median(values)
    return middle + 10 * MAD_TO_SIGMA * median(np.abs(values - middle))


def early_jump(f: Features) -> tuple[Measure, Measure, float]:
    """How far the main loss jumped above its first value in the first tenth of the run (weight of change),
    that jump in standard deviations of the early noise, and the level it reached.

    One outlier is no jump: the second highest value counts.
    """
    t = f.main
    head = len(t.values) // int(1 / EARLY)
    if head < 3:
        raise NotMeasurable(f"needs {3 * int(1 / EARLY)} points of the loss to see its beginning")
    early = t.values[1 : head + 1]
    peak = float(np.sort(early)[-2])
    start = float(t.values[0])
    jump = peak - start
    part, smooth = t.values[: 3 * head], t.smooth[: 3 * head]
    # Noise grows with the level; it is taken where the loss has come down already.
    louder = max(1.0, abs(start) / max(abs(median(smooth[len(smooth) // 2 :])), 1e-300))
    scatter = max(louder * noise(part, smooth), LEAST_NOISE * abs(start), 1e-300)
    where = float(t.steps[1 + int(np.argmax(early))])
    span = (float(t.steps[0]), where)
    what = "jump of the loss above its first value in the first tenth of the run"
    return (
        Measure("early_jump", weight_of_change(jump, t.first - t.best, start), "", what, span),
        Measure(
            "early_jump_noise",
            max(-1e6, min(1e6, jump / scatter)),
            "sigma",
            "that jump against the noise",
            span,
        ),
        peak,
    )


def lost_at(f: Features) -> Measure | None:
    """Share of the run after which the main loss was NaN or infinite for good; None when it ends finite."""
    curve = f.curve(f.main_role)
    finite = np.flatnonzero(np.isfinite(curve.values))
    if not len(finite) or finite[-1] == len(curve) - 1:
        return None
    where = float(curve.steps[finite[-1] + 1])
    length = float(curve.steps[-1] - curve.steps[0]) or 1.0
    value = (where - float(curve.steps[0])) / length
    span = (where, float(curve.steps[-1]))
    return Measure("lost_at", value, "of the run", "when the loss became NaN or infinite for good", span)


def late_bursts(f: Features) -> tuple[Measure, Measure]:
    """Bursts of the train loss after it was fitted, to ten times its level and more, each over at once; and
    the median distance between them in steps."""
    curve = f.curve("train/loss")
    t = f.train
    fitted = first_where(t.smooth <= FITTED * t.first) if t.first > 0 else None
    if fitted is None:
        raise NotMeasurable(
            "needs a train loss that was fitted (came down to a twentieth of its first level)"
        )
    peaks, steps = block_peaks(curve)
    n = min(len(peaks), len(t.smooth))
    level = np.maximum(t.smooth[:n], 1e-300)
    ratio = np.log(np.maximum(peaks[:n], 1e-300) / level)
    scatter = MAD_TO_SIGMA * median(np.abs(ratio - median(ratio)))
    high = (ratio > max(math.log(BURST), 5 * scatter)) & (peaks[:n] > VISIBLE * t.first)
    high[: fitted + 1] = False
    at = np.flatnonzero(high)
    at = at[np.diff(at, prepend=-n) > max(1, n // 100)]
    span = (float(steps[at[0]]), float(steps[at[-1]])) if len(at) else None
    every = median(np.diff(steps[at])) if len(at) > 1 else math.nan
    return (
        Measure(
            "late_bursts", float(len(at)), "bursts", "bursts of the train loss after it was fitted", span
        ),
        Measure("burst_period", every, "steps", "steps from burst to burst", span),
    )


def block_peaks(curve: Curve) -> tuple[FloatArray, FloatArray]:
    """The largest finite value of each of at most 400 blocks, and the step of the block's first point."""
    values, steps = curve.values, curve.steps
    finite = np.isfinite(values)
    if not finite.all():
        values, steps = values[finite], steps[finite]
    size = max(1, -(-len(values) // MAX_BLOCKS))
    padded = np.append(values, np.full(-len(values) % size, -np.inf))
    return padded.reshape(-1, size).max(axis=1), steps[::size]


def val_advantage(f: Features) -> tuple[Measure, Measure]:
    """Share of the evaluations at which validation loss was below train loss, and by how much at the median
    (as a share of the train loss)."""
    t, v = f.train, f.val
    level = np.interp(v.steps, t.steps, t.smooth)
    ahead = np.clip((level - v.smooth) / np.maximum(np.abs(level), 1e-300), -1e6, 1e6)
    span = (float(v.steps[0]), float(v.steps[-1]))
    return (
        Measure(
            "val_below",
            float((ahead > 0).mean()),
            "of the evaluations",
            "validation loss below train loss",
            span,
        ),
        Measure(
            "val_advantage",
            median(ahead),
            "of train loss",
            "how far validation loss is below train loss",
            span,
        ),
    )


def step_falls(f: Features) -> Measure:
    """How often the step counter of a curve ran backwards: where it still does, or as the reader said in a
    note."""
    falls = max((int(np.count_nonzero(np.diff(c.steps) < 0)) for c in f.run.curves), default=0)
    said = sum(any(word in note.lower() for word in BACKWARDS) for note in f.run.notes)
    what = "step counter that runs backwards"
    return Measure("step_falls", float(max(falls, said)), "times", what)
