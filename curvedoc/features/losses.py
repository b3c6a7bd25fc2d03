"""Measures of train and validation loss.

All are free of scale: multiplying a loss by a constant or renumbering steps changes none of them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from curvedoc.measure import Measure, NotMeasurable
from curvedoc.series import (
    LEAST_NOISE,
    LEAST_PROGRESS,
    MAX_BLOCKS,
    Trend,
    first_where,
    median,
    weight_of_change,
    window,
)

from .curves import Features, once

if TYPE_CHECKING:
    from curvedoc.run import Curve, FloatArray

# A smoothed curve counts as having arrived when it has covered this share of its way.
ARRIVED = 0.95

# The first part of a run, in which a bad initial scale is worn off.
TRANSIENT = 0.05


def points(f: Features) -> Measure:
    """Logged points of the main loss (of the main metric without one), finite or not."""
    roles = ("train/loss", "val/loss", f"train/{f.run.metric}", f"val/{f.run.metric}")
    n = max((len(c) for r in roles if (c := f.run.get(r))), default=0)
    return Measure("points", float(n), "points", "points of the loss")


def val_points(f: Features) -> Measure:
    """Finite points of the validation loss."""
    return Measure("val_points", float(f.val.n), "points", "points of the validation loss")


def loss_curves(f: Features) -> list[Curve]:
    """Train and validation loss as logged; without either, whatever else is a loss (a GAN has two)."""
    roles = ("train/loss", "val/loss")
    curves = [c for role in roles if (c := f.run.get(role)) and len(c)]
    curves = curves or [c for c in f.run.curves if c.quantity.endswith("_loss") and len(c)]
    if not curves:
        raise NotMeasurable("needs a loss; the log has none")
    return curves


def nonfinite_tail(f: Features) -> Measure:
    """How long a loss has been NaN or infinite at the end, in units of the longest such stretch that it
    came back from (the worse split). Padding between evaluations is such a stretch."""
    worst, span = 0.0, None
    for curve in loss_curves(f):
        finite = np.flatnonzero(np.isfinite(curve.values))
        tail = len(curve) - 1 - int(finite[-1]) if len(finite) else len(curve)
        gap = int(np.diff(finite).max(initial=1)) - 1
        if tail / (gap + 0.5) > worst:
            worst = tail / (gap + 0.5)
            span = (float(curve.steps[-tail]), float(curve.steps[-1]))
    what = "NaN or infinite losses at the end, against the longest such stretch before"
    return Measure("nonfinite_tail", worst, "x", what, span)


def train_progress(f: Features) -> Measure:
    """(first - best) / first of the train loss."""
    return _progress(f.train, "train")


def val_progress(f: Features) -> Measure:
    """(first - best) / first of the validation loss."""
    return _progress(f.val, "val")


def _progress(t: Trend, split: str) -> Measure:
    scale = max(abs(t.first), abs(t.best)) or 1.0
    value = (t.first - t.best) / scale
    return Measure(
        f"{split}_progress", value, "of first level", f"how much of its first level the {split} loss shed"
    )


def train_rise(f: Features) -> Measure:
    """How far the train loss ends above its best (weight of change)."""
    return _rise(f.main, f.main_role.split("/")[0])


@once
def val_rise(f: Features) -> Measure:
    """How far the validation loss ends above its best (weight of change)."""
    return _rise(f.val, "val")


def _rise(t: Trend, split: str) -> Measure:
    value = weight_of_change(t.last - t.best, t.first - t.best, t.best)
    span = (float(t.steps[t.best_index]), float(t.steps[-1]))
    what = f"rise of the {split} loss above its best, against its progress and its level"
    return Measure(f"{split}_rise", value, "", what, span)


def train_excess(f: Features) -> Measure:
    """End level of the train loss over its best, minus one."""
    t = f.main
    value = (t.last - t.best) / max(abs(t.best), 1e-300)
    return Measure("train_excess", min(value, 1e6), "of the best", "end of the loss above its best level")


def train_rise_noise(f: Features) -> Measure:
    """The rise of the train loss in standard errors of its end level."""
    return _rise_noise(f.main, "train")


def val_rise_noise(f: Features) -> Measure:
    """The rise of the validation loss in standard errors of its end level."""
    return _rise_noise(f.val, "val")


def _rise_noise(t: Trend, split: str) -> Measure:
    noise = max(t.level_noise, LEAST_NOISE * abs(t.best), 1e-300)
    value = min(1e6, (t.last - t.best) / noise)
    return Measure(f"{split}_rise_noise", value, "sigma", f"rise of the {split} loss against its own noise")


def train_turbulence(f: Features) -> Measure:
    """Mean height of the train loss above its running best (weight of change): swings and spikes."""
    return _turbulence(f.main, f.main_role.split("/")[0])


@once
def train_swing(f: Features) -> Measure:
    """Mean height of the train loss above its running best, against its level."""
    t = f.train
    value = _height(t) / max(abs(median(t.values)), 1e-300)
    return Measure(
        "train_swing", min(value, 1e6), "of its level", "mean height of the train loss above its running best"
    )


def _turbulence(t: Trend, split: str) -> Measure:
    value = weight_of_change(_height(t), t.first - t.best, median(t.values))
    return Measure(
        f"{split}_turbulence", value, "", f"mean height of the {split} loss above its running best"
    )


def _height(t: Trend) -> float:
    above = np.maximum(0.0, t.values - np.minimum.accumulate(t.smooth))
    # One spike, however tall, is not a swing: no point counts for more than the progress, or the level.
    above = np.minimum(above, max(t.first - t.best, abs(median(t.values))))
    above[: window(len(above)) // 2 + 1] = 0.0  # there the trend lags behind the first steep descent
    return float(above.mean())


def train_fall_after_best(f: Features) -> Measure:
    """How much the train loss fell after the best step of validation (weight of change)."""
    best_step = float(f.val.steps[f.val.best_index])
    t = f.train
    at = float(np.interp(best_step, t.steps, t.smooth))
    value = weight_of_change(at - t.last, t.first - t.best, at)
    what = "fall of the train loss after the best validation"
    return Measure("train_fall_after_best", value, "", what, (best_step, float(t.steps[-1])))


def gap_curve(f: Features) -> tuple[FloatArray, FloatArray]:
    """Validation minus train loss, at the steps of validation."""
    t, v = f.train, f.val
    return v.steps, v.smooth - np.interp(v.steps, t.steps, t.smooth)


def val_excess(f: Features) -> Measure:
    """End level of the validation loss over its best, minus one."""
    t = f.val
    value = (t.last - t.best) / max(abs(t.best), 1e-300)
    span = (float(t.steps[t.best_index]), float(t.steps[-1]))
    return Measure(
        "val_excess", min(value, 1e6), "of the best", "end of the validation loss above its best", span
    )


def _train_at_first_val(f: Features) -> float:
    """Level of the train loss at the first evaluation (its first level where that comes as early)."""
    if f.val.steps[0] <= f.train.steps[min(1, len(f.train.steps) - 1)]:
        return f.train.first
    return float(np.interp(f.val.steps[0], f.train.steps, f.train.smooth))


def train_fall_since(f: Features) -> Measure:
    """How much of its level the train loss shed since the first evaluation of validation."""
    start = _train_at_first_val(f)
    value = (start - f.train.last) / max(abs(start), abs(f.train.last), 1e-300)
    return Measure(
        "train_fall_since", value, "of its level", "fall of the train loss since the first evaluation"
    )


def gap_share(f: Features) -> Measure:
    """The generalization gap at the end as a share of train's fall since the first evaluation."""
    fell = _train_at_first_val(f) - f.train.last
    gap = f.val.last - f.train.last
    value = gap / fell if fell > 0 else 0.0
    return Measure("gap_share", value, "of train's fall", "generalization gap at the end")


def val_share(f: Features) -> Measure:
    """How much validation fell for what train fell since the first evaluation."""
    fell = _train_at_first_val(f) - f.train.last
    value = (f.val.first - f.val.last) / fell if fell > 0 else 1.0
    span = (float(f.val.steps[f.val.best_index]), float(f.val.steps[-1]))
    return Measure("val_share", value, "of train's fall", "fall of the validation loss", span)


def fall_while(t: Trend, since: float) -> Measure:
    """How much of its level a loss shed from a step on, to its best after it."""
    i = min(int(np.searchsorted(t.steps, since)), len(t.smooth) - 1)
    start, best = float(t.smooth[i]), float(t.smooth[i:].min())
    if i == 0:
        start = t.first
    value = (start - best) / max(abs(start), abs(best), 1e-300)
    what = "fall of the loss while the metric was taken"
    return Measure("fall_while", value, "of its level", what, (float(t.steps[i]), float(t.steps[-1])))


def train_kept(f: Features) -> Measure:
    """Share of its first level that the main loss still has at the end."""
    t = f.main
    if t.first <= 0:
        raise NotMeasurable("needs a loss that starts above zero")
    return Measure("train_kept", t.last / t.first, "of first level", "loss left at the end")


def arrival(f: Features) -> Measure:
    """Share of the run after which the main loss had made 95 % of its progress."""
    t = f.main
    target = t.first - ARRIVED * (t.first - t.best)
    i = first_where(t.smooth <= target)
    span = float(t.steps[-1] - t.steps[0])
    value = 1.0 if i is None or span <= 0 else float(t.steps[i] - t.steps[0]) / span
    return Measure("arrival", value, "of the run", "when 95 % of the fall was done")


def tail_share(f: Features) -> Measure:
    """Share of its fall that the main loss made in the second half of the run (0.5 = a straight line)."""
    t = f.main
    middle = float(np.interp(0.5 * (t.steps[0] + t.steps[-1]), t.steps, t.smooth))
    whole = t.first - t.last
    value = (middle - t.last) / whole if whole > 0 else 0.0
    return Measure("tail_share", value, "of the fall", "part of the fall made in the second half")


def settled_fall(t: Trend) -> Measure:
    """Fall of a loss once the first twentieth of the run is over, as a share of its level there.

    A bad initial scale is worn off in the first updates: the loss comes down from anywhere to the level of
    guessing, and nothing is learned by it.
    """
    i = max(1, math.ceil(TRANSIENT * len(t.smooth)))
    if i >= len(t.smooth):
        raise NotMeasurable("needs more than the first points of a loss")
    level = float(t.smooth[i])
    value = (level - float(t.smooth[i:].min())) / max(abs(level), 1e-300)
    what = "fall of the loss after the first twentieth of the run"
    return Measure("settled_fall", value, "of its level", what)


def fall_noise(f: Features) -> Measure:
    """The fall of the main loss in standard errors of its level."""
    t = f.main
    noise = max(t.level_noise, 1e-9 * abs(t.first), 1e-300)
    return Measure(
        "fall_noise", min(1e6, (t.first - t.last) / noise), "sigma", "fall of the loss against its own noise"
    )


def val_scatter(f: Features) -> Measure:
    """Standard deviation of the validation loss about its trend, against its level."""
    t = f.val
    value = t.noise / max(abs(median(t.values)), 1e-300)
    return Measure("val_scatter", min(value, 1e6), "of its level", "scatter of the validation loss")


def train_scatter(f: Features) -> Measure:
    """Standard deviation of the train loss about its trend, against its level."""
    t = f.train
    value = t.noise / max(abs(median(t.values)), 1e-300)
    return Measure("train_scatter", min(value, 1e6), "of its level", "scatter of the train loss")


def val_fall_scatter(f: Features) -> Measure:
    """The fall of the validation loss from start to end, in units of its scatter."""
    t = f.val
    value = (t.first - t.last) / max(t.noise, 1e-9 * abs(t.first), 1e-300)
    return Measure("val_fall_scatter", min(value, 1e6), "sigma", "fall of validation against its own scatter")


@once
def spikes(f: Features) -> tuple[list[int], FloatArray]:
    """Indices and heights (as shares of the progress) of the spikes of the train loss that came back.

    A spike stands out of the trend by ten times the noise and is over within a twentieth of the run; the
    raw values are searched, block by block maxima on long runs.
    """
    curve = f.curve("train/loss")
    keep = np.isfinite(curve.values)
    values = curve.values[keep]
    size = -(-len(values) // MAX_BLOCKS) if len(values) else 1
    padded = np.append(values, np.full(-len(values) % size, -np.inf))
    peaks = padded.reshape(-1, size).max(axis=1)
    t = f.train
    n = min(len(peaks), len(t.smooth))
    height = peaks[:n] - t.smooth[:n]
    progress = max(t.first - t.best, LEAST_PROGRESS * abs(t.best), 1e-300)
    noise = 1.4826 * median(np.abs(height - median(height))) if n else 0.0
    high = height > np.maximum(10 * noise, 0.05 * progress)
    high[: window(n) // 2 + 1] = False
    starts = [int(i) for i in np.flatnonzero(high) if not high[i - 1]]
    return starts, height / progress


def spike_count(f: Features) -> Measure:
    """How many spikes the train loss had that reach half of its progress."""
    starts, height = spikes(f)
    tall = [i for i in starts if height[i] > 0.5]
    span = (float(f.train.steps[tall[0]]), float(f.train.steps[tall[-1]])) if tall else None
    return Measure(
        "spike_count", float(len(tall)), "spikes", "spikes of the train loss above half its progress", span
    )
