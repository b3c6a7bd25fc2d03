"""Delayed generalisation: when train was fitted, when validation followed, how much of it came after."""

from __future__ import annotations

import numpy as np

from curvedoc.measure import Measure, NotMeasurable
from curvedoc.series import first_where, median

from .curves import Features, once
from .losses import ARRIVED


@once
def delayed(f: Features) -> dict[str, Measure]:
    """Delayed generalisation: when train was fitted, when validation followed, how much of it came after.

    ``delay``: ratio of the two step counts; ``rise``: gain of validation after train was fitted;
    ``before``: the share of its final gain that validation already had then.
    Source: Power et al. 2022 (table G).
    """
    if f.has_train_metric and f.has_val_metric and f.bounded:
        train, val = f.train_metric, f.val_metric
        fitted = first_where(train.smooth >= ARRIVED)
        curve, level = val.smooth, 1.0
    else:
        train, val = f.train, f.val
        if train.best < 0 or val.best < 0 or train.first <= 0 or val.first <= 0:
            raise NotMeasurable("needs a metric, or losses that end at zero when perfect")
        fitted = first_where(train.smooth <= train.first * (1 - ARRIVED))
        curve, level = -val.smooth, abs(val.first)
    if fitted is None:
        raise NotMeasurable("needs a train curve that becomes (nearly) perfect")
    origin = float(min(train.steps[0], val.steps[0]))
    t_fit = float(train.steps[fitted]) - origin
    at_fit = float(np.interp(train.steps[fitted], val.steps, curve))
    best = float(curve.max())
    half = first_where((val.steps > train.steps[fitted]) & (curve >= 0.5 * (at_fit + best)))
    if half is None:
        raise NotMeasurable("needs validation after train became (nearly) perfect")
    t_half = float(val.steps[half]) - origin
    interval = (median(np.diff(val.steps)) if len(val.steps) > 1 else 0.0) or 1.0  # 0 where steps repeat
    delay = t_half / max(t_fit, interval)
    start = float(curve[0])
    whole = best - min(start, at_fit)
    span = (float(val.steps[half]), float(val.steps[-1]))
    rise = (float(curve[-1]) - at_fit) / level
    return {
        "delay": Measure(
            "delay", delay, "x", "steps until validation followed / steps until train was fitted", span
        ),
        "rise": Measure("rise", rise, "", "gain of validation after train was fitted", span),
        "before": Measure(
            "before",
            (at_fit - start) / whole if whole > 0 else 1.0,
            "of its gain",
            "what validation had gained when train was fitted",
        ),
    }
