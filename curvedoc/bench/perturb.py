"""Small changes to a run that should not change its verdict, and its prefixes.

Applied to the run, not to its file, so they work for every format. NaN and infinity stay where they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from curvedoc.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from curvedoc.run import Curve, FloatArray

    Change = Callable[[Run], Run]

KEPT = 20
"""Shorter runs are not thinned or cut: a twentieth of them is less than a point, half of them too little."""
MEMORY = 0.3
"""Weight of what was in the moving average: what TensorBoard's slider does at 0.3."""
NOISE = 0.01
SCALE = 1000.0
CUT = 0.95
SEED = 0


def thinned(run: Run) -> Run:
    """Every second point of every curve, the first kept."""
    return _each(run, lambda curve: _pick(curve, slice(None, None, 2)))


def smoothed(run: Run) -> Run:
    """Train, validation and test curves as their exponential moving average (:data:`MEMORY`)."""
    return _each(run, lambda curve: replace(curve, values=_average(curve.values)) if curve.split else curve)


def noisier(run: Run) -> Run:
    """Gaussian noise on train, validation and test curves, its deviation 1 % of the curve's range.

    The range goes from the 5th to the 95th percentile, so neither the first fall nor a spike sets it; a
    constant curve stays constant. What was never negative stays so, and a metric in [0, 1] stays in there.
    """
    rng = np.random.default_rng(SEED)
    return _each(run, lambda curve: replace(curve, values=_shaken(curve, rng)) if curve.split else curve)


def cut(run: Run) -> Run:
    """Without the last twentieth of its steps."""
    return prefix(run, CUT)


def rescaled(run: Run) -> Run:
    """Every loss times :data:`SCALE`; metrics and steps as they are."""
    return _each(
        run, lambda curve: replace(curve, values=curve.values * SCALE) if "loss" in curve.quantity else curve
    )


PERTURBATIONS: Mapping[str, Change] = {
    "every second point": thinned,
    "smoothed (moving average, 0.3)": smoothed,
    "1 % noise": noisier,
    "last 5 % cut": cut,
    "losses x 1000": rescaled,
}


def applies(name: str, run: Run) -> bool:
    """Whether a run is long enough for a perturbation."""
    return run.n_points >= KEPT or PERTURBATIONS[name] not in (thinned, cut)


def prefix(run: Run, fraction: float) -> Run:
    """The run up to ``fraction`` of the way from its first step to its last."""
    if fraction >= 1:
        return run
    steps = [curve.steps for curve in run.curves if len(curve)]
    if not steps:
        return run
    first, last = min(float(s.min()) for s in steps), max(float(s.max()) for s in steps)
    limit = first + fraction * (last - first)
    return _each(run, lambda curve: _pick(curve, curve.steps <= limit))


def _each(run: Run, change: Callable[[Curve], Curve]) -> Run:
    """The run with every curve changed; one that loses all its points is gone."""
    curves = tuple(changed for curve in run.curves if len(changed := change(curve)))
    return Run(run.name, run.path, run.reader, run.x, curves, run.metric, run.ignored, run.notes)


def _pick(curve: Curve, which: slice | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Curve:
    return replace(curve, steps=curve.steps[which], values=curve.values[which])


def _average(values: FloatArray) -> FloatArray:
    """The moving average, without bias at the start; values that are not finite neither change nor count."""
    finite = np.isfinite(values)
    # Beyond 30 points back the weight is below the rounding of a double.
    kernel = MEMORY ** np.arange(min(30, max(1, len(values))))
    with np.errstate(all="ignore"):
        total = np.convolve(np.where(finite, values, 0.0), kernel)[: len(values)]
        weight = np.convolve(finite.astype(np.float64), kernel)[: len(values)]
        averaged: FloatArray = np.where(finite, total / weight, values)
    return averaged


def _shaken(curve: Curve, rng: np.random.Generator) -> FloatArray:
    values = curve.values
    finite = values[np.isfinite(values)]
    if not len(finite):
        return values
    with np.errstate(all="ignore"):
        low, high = np.quantile(finite, (0.05, 0.95))
        shaken: FloatArray = values + NOISE * (high - low) * rng.standard_normal(len(values))
    if finite.min() >= 0:
        shaken = np.abs(shaken)
        if curve.higher_is_better and finite.max() <= 1:
            shaken = np.minimum(shaken, 1.0)
    return np.where(np.isfinite(values), shaken, values)
