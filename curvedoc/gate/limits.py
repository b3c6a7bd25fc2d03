"""The two limits of a policy: the generalization gap at the end, and training after the best step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from curvedoc.gated import Check, Status
from curvedoc.measure import NotMeasurable
from curvedoc.wording import axis, number, step

from .expression import plain
from .levels import lost, needed

if TYPE_CHECKING:
    from curvedoc.diagnosis import Diagnosis
    from curvedoc.run import FloatArray

    from .expression import Bound


def max_gap(limit: Bound, diagnosis: Diagnosis) -> Check:
    """How much worse validation loss is than train loss at the end, absolute or against the train loss."""
    try:
        gap, train = _gap(diagnosis)
    except NotMeasurable as reason:
        return _unknown("max-gap", limit, f"the generalization gap cannot be checked: {reason}")
    if not limit.percent:
        return _compared(
            "max-gap", limit, gap, f"the generalization gap is {told_beside(limit, gap)} at the end"
        )
    value = gap / abs(train) if train else math.copysign(math.inf, gap) if gap else 0.0
    told = f"{told_beside(limit, value)} of the train loss at the end"
    losses = f"{number(train + gap)} against {number(train)}"
    return _compared("max-gap", limit, value, f"the generalization gap is {told} ({losses})")


def max_wasted(limit: Bound, diagnosis: Diagnosis) -> Check:
    """The share of the training that came after its best step."""
    try:
        share, best, end = _wasted(diagnosis)
    except NotMeasurable as reason:
        return _unknown("max-wasted", limit, f"training after the best step cannot be checked: {reason}")
    x = axis(diagnosis.run.x)
    told = told_beside(limit, share)
    said = f"{told} of the training came after the best {x} ({step(best)} of {step(end)})"
    return _compared("max-wasted", limit, share, said)


def told_beside(bound: Bound, value: float) -> str:
    """A value as it stands beside its bound: in the same unit, and never rounded to the bound itself."""
    scaled = value * 100 if bound.percent else value
    text = number(scaled)
    if number(bound.value) == text and scaled != bound.value:
        text = plain(scaled)
    return f"{text}%" if bound.percent else text


def _compared(kind: str, limit: Bound, value: float, said: str) -> Check:
    met = value <= limit.share
    return Check(kind, str(limit), Status.PASSED if met else Status.FAILED,
                 f"{said}, {'within' if met else 'more than'} {limit}")  # fmt: skip


def _unknown(kind: str, limit: Bound, message: str) -> Check:
    return Check(kind, str(limit), Status.FAILED, message)


def _gap(diagnosis: Diagnosis) -> tuple[float, float]:
    """The gap at the end and the level of the train loss there."""
    from curvedoc.series import trend

    train, val = (needed(diagnosis.run, role) for role in ("train/loss", "val/loss"))
    for curve in (train, val):
        if lost(curve.values):
            raise NotMeasurable(f"{curve.role} ends in {number(float(curve.values[-1]))}.")
    level = trend(val.steps, val.values)
    gap = diagnosis.gap.final if diagnosis.gap is not None else math.nan
    if level is None or not math.isfinite(gap):
        raise NotMeasurable("it is not finite.")
    return gap, level.last - gap


def _wasted(diagnosis: Diagnosis) -> tuple[float, float, float]:
    """The share, the best step and the last one.

    A run begins one interval before its first point: of ten epochs numbered 1 to 10 (or 0 to 9), the fifth
    being the best, half came after it.
    """
    run = diagnosis.run
    curves = [c for role in ("train/loss", "val/loss") if (c := run.get(role)) and len(c) > 1]
    if not curves:
        raise NotMeasurable("needs two points of train/loss or val/loss.")
    best = diagnosis.best_step
    if best is None:
        raise NotMeasurable("no best step is known.")
    start = min(float(c.steps[0]) - _interval(c.steps) for c in curves)
    end = max(float(c.steps[-1]) for c in curves)
    if not end > start:
        raise NotMeasurable("its steps do not advance.")
    return max(0.0, end - best) / (end - start), best, end


def _interval(steps: FloatArray) -> float:
    import numpy as np

    from curvedoc.series import median

    return max(0.0, median(np.diff(steps)))
