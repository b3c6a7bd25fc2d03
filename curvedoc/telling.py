"""How a page speaks of a run: places, levels and courses of curves as words, in the numbers of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .features.curves import BOUNDED_BELOW, is_bounded, words
from .wording import axis, number, step

if TYPE_CHECKING:
    from .features import Features
    from .measure import Span
    from .run import Curve
    from .series import Trend

SPLITS = {"train": "train", "val": "validation", "test": "test"}


def at(f: Features, where: float) -> str:
    """A place on the step axis: ``"epoch 14"``."""
    return f"{axis(f.run.x)} {step(where)}"


def best_step(t: Trend) -> float:
    """The step where a curve is at its best."""
    return float(t.steps[t.best_index])


def level_at(t: Trend, where: float) -> float:
    """The smoothed level of a curve at a step."""
    return float(np.interp(where, t.steps, t.smooth))


def course(t: Trend) -> str:
    """Where a curve comes from and where it ends: ``"from 2.31 to 0.42"``."""
    return f"from {number(t.first)} to {number(t.last)}"


def moved(t: Trend) -> str:
    """What a curve did between its ends: ``"fell from 2.31 to 0.42"``, ``"stayed at 2.3"``."""
    first, last = number(t.first), number(t.last)
    if first == last:
        return f"stayed at {last}"
    return f"{'fell' if t.last < t.first else 'rose'} {course(t)}"


def whole(t: Trend) -> Span:
    """The whole length of a curve."""
    return float(t.steps[0]), float(t.steps[-1])


def percent(value: float) -> str:
    """A share in percent, with two digits that mean something: ``"87 %"``, ``"0.15 %"``."""
    return f"{number(float(f'{100 * value:.2g}'))} %"


def share(value: float) -> str:
    """A share of something as people say it: ``"43 % of"``; beyond twice the whole ``"25 times"``."""
    if value > 2:
        return f"{number(float(f'{value:.2g}'))} times"
    return f"{percent(value)} of"


def main_loss(f: Features) -> str:
    """The loss a run is judged by first: ``"train loss"``, or ``"validation loss"`` without it."""
    return f"{SPLITS[f.main_role.split('/')[0]]} loss"


def metric_name(f: Features, split: str) -> str:
    """``"validation accuracy"``."""
    return f"{SPLITS[split]} {f.run.metric}"


def quality(f: Features, split: str, value: float) -> str:
    """A level of the main metric as it was logged (features turn a metric so that 1 is perfect).

    ``"0.92"`` for an accuracy logged as a fraction, ``"92 %"`` for one in percent, ``"0.08"`` for an error.
    """
    curve = f.curve(f"{split}/{f.run.metric}")
    if words(curve) & BOUNDED_BELOW and is_bounded(curve):
        value = 1.0 - value
    elif curve.higher_is_better is False:
        value = -value
    scale = f.metric_scale(split)
    return f"{number(float(f'{value * scale:.4g}'))} %" if scale > 1 else number(float(f"{value:.4g}"))


def metric_loss(f: Features) -> str:
    """The metric on validation, best to end: ``"validation accuracy went from 0.9 (epoch 8) to 0.7"``."""
    t = f.val_metric
    i = int(np.argmax(t.smooth))
    best = f"{quality(f, 'val', float(t.smooth[i]))} ({at(f, float(t.steps[i]))})"
    return f"{metric_name(f, 'val')} went from {best} to {quality(f, 'val', t.last)}"


def sentence(text: str) -> str:
    """``text`` with a capital at its beginning and nothing else changed."""
    return text[:1].upper() + text[1:]


def rate_at(f: Features, where: float) -> float | None:
    """The learning rate in force at a step; None when no rate was logged."""
    curve = f.run.get("lr")
    if curve is None:
        return None
    known = np.isfinite(curve.values)
    steps, values = curve.steps[known], curve.values[known]
    if not len(steps):
        return None
    before = np.flatnonzero(steps <= where)
    rate = float(values[before[-1]] if len(before) else values[0])
    return rate if rate > 0 else None


def peak_rate(f: Features) -> tuple[float, float] | None:
    """The largest learning rate that was logged and the step where it was first reached."""
    curve = f.run.get("lr")
    if curve is None or not np.isfinite(curve.values).any():
        return None
    i = int(np.nanargmax(np.where(np.isfinite(curve.values), curve.values, -np.inf)))
    rate = float(curve.values[i])
    return (rate, float(curve.steps[i])) if rate > 0 else None


def last_finite(curve: Curve) -> tuple[float, float]:
    """Step and value of the last finite point of a logged curve; ``(-inf, nan)`` when there is none."""
    known = np.flatnonzero(np.isfinite(curve.values))
    if not len(known):
        return -np.inf, np.nan
    return float(curve.steps[known[-1]]), float(curve.values[known[-1]])


def first_at(t: Trend, level: float) -> float:
    """The first step where a smoothed curve reaches a level from below (its last step if it never does)."""
    reached = np.flatnonzero(t.smooth >= level)
    return float(t.steps[reached[0] if len(reached) else -1])
