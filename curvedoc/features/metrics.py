"""Measures of the main metric, turned so that higher is better; bounded ones are scaled to [0, 1]."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from curvedoc.measure import Measure, NotMeasurable, Span
from curvedoc.series import LEAST_NOISE, Trend

from .curves import Features, is_bounded, once

# A metric evaluated fewer times than this cannot be called flat.
FEWEST = 4
# A hundredth of perfect: from nothing to a fifth of that is nothing still, however often it doubled.
NOTHING = 0.01


def train_metric_gain(f: Features) -> Measure:
    """What the train metric gained, as a share of what was missing at the start (bounded metrics)."""
    return _gain(f, f.train_metric, "train")


def val_metric_gain(f: Features) -> Measure:
    """What the validation metric gained, as a share of what was missing at the start (bounded metrics)."""
    return _gain(f, f.val_metric, "val")


def _gain(f: Features, t: Trend, split: str) -> Measure:
    start = float(t.smooth[0]) if len(t.smooth) < 3 else float(min(t.values[0], t.smooth[0]))
    gain = t.last - start
    room = 1.0 - start if f.bounded else float(np.ptp(t.smooth)) + t.noise
    value = gain / room if room > 1e-12 else 0.0
    return Measure(f"{split}_metric_gain", value, "of what was missing", f"gain of the {split} metric")


def train_fit(f: Features) -> Measure:
    """How near perfect train is at the end: the bounded train metric."""
    if not f.bounded:
        raise NotMeasurable("needs a train metric that is known to end at 1 (accuracy, F1 ...)")
    return Measure("train_fit", f.train_metric.last, "of perfect", f"train {f.run.metric} at the end")


def val_fit(f: Features) -> Measure:
    """How near perfect validation is at the end: the bounded validation metric."""
    if not f.bounded:
        raise NotMeasurable("needs a validation metric that is known to end at 1 (accuracy, F1 ...)")
    return Measure("val_fit", f.val_metric.last, "of perfect", f"validation {f.run.metric} at the end")


def val_metric_drop(f: Features) -> Measure:
    """How far the validation metric ends below its best, as a share of its whole gain."""
    t = f.val_metric
    best = float(t.smooth.max())
    way = best - float(min(t.smooth[0], t.values[0]))
    drop = best - t.last
    value = drop / way if way > 1e-12 else (0.0 if drop < 1e-12 else 1.0)
    i = int(np.argmax(t.smooth))
    span: Span = (float(t.steps[i]), float(t.steps[-1]))
    return Measure(
        "val_metric_drop", value, "of its gain", "fall of the validation metric below its best", span
    )


def val_metric_points(f: Features) -> Measure:
    """Finite points of the validation metric."""
    return Measure("val_metric_points", float(f.val_metric.n), "points", "points of the validation metric")


def val_metric_fall(f: Features) -> Measure:
    """How far the validation metric ends below its best, in its own unit (0.1 = ten points)."""
    t = f.val_metric
    i = int(np.argmax(t.smooth))
    value = float(t.smooth.max()) - t.last
    return Measure(
        "val_metric_fall", value, "", "fall of the validation metric", (float(t.steps[i]), float(t.steps[-1]))
    )


def val_metric_fall_noise(f: Features) -> Measure:
    """The fall of the validation metric below its best in standard errors of its level."""
    t = f.val_metric
    noise = max(t.level_noise, LEAST_NOISE * float(np.abs(t.smooth).max()), 1e-300)
    value = min(1e6, (float(t.smooth.max()) - t.last) / noise)
    return Measure(
        "val_metric_fall_noise", value, "sigma", "fall of the validation metric against its own noise"
    )


def metric_gap(f: Features) -> Measure:
    """Train metric minus validation metric at the end (bounded metrics)."""
    if not f.bounded:
        raise NotMeasurable("needs a metric that is known to end at 1 on train and validation")
    value = f.train_metric.last - f.val_metric.last
    return Measure("metric_gap", value, "", f"{f.run.metric}: train minus validation at the end")


def liveliest_gain(f: Features) -> Measure:
    """The largest absolute gain of any bounded metric on the split of the main metric (0.1 = ten points)."""
    split = "val" if f.has_val_metric else "train"
    gains = [float(t.smooth.max() - t.smooth[0]) for t in _bounded(f, split)]
    if not gains:
        raise NotMeasurable("needs a metric that is known to end at 1 (accuracy, F1 ...)")
    return Measure("liveliest_gain", max(gains), "", f"largest gain of any metric on {split}")


def relative_gain(f: Features) -> Measure:
    """The largest gain of any bounded metric as a share of its own end level."""
    split = "val" if f.has_val_metric else "train"
    shares = [_gain_beyond_noise(t) / (abs(t.last) + NOTHING) for t in _bounded(f, split)]
    if not shares:
        raise NotMeasurable("needs a metric that is known to end at 1 (accuracy, F1 ...)")
    return Measure("relative_gain", max(shares), "of its level", f"largest gain of any metric on {split}")


def poorest(f: Features) -> Measure:
    """End level of the poorest bounded metric on the split of the main metric."""
    split = "val" if f.has_val_metric else "train"
    levels = [t.last for t in _bounded(f, split)]
    if not levels:
        raise NotMeasurable("needs a metric that is known to end at 1 (accuracy, F1 ...)")
    return Measure("poorest", min(levels), "of perfect", f"poorest metric on {split} at the end")


def _gain_beyond_noise(t: Trend) -> float:
    """From the start to the best level; 0 when that is no more than the metric flickers by itself."""
    gain = float(t.smooth.max() - t.smooth[0])
    return gain if gain > 2 * t.noise else 0.0


@once
def _bounded(f: Features, split: str) -> list[Trend]:
    """The metrics of a split that are known to end at 1."""
    found = []
    for curve in f.run.curves:
        if curve.split == split and is_bounded(curve):
            with suppress(NotMeasurable):
                found.append(f.quality(curve))
    return [t for t in found if t.n >= FEWEST]
