"""Shapes of training curves for tests: plain functions of the number of points, with seeded noise, to runs.

A shape is a function of the share of the run that has passed (0 to 1), so that the same shape exists at any
number of points. Noise is a factor about 1, as losses have it: free of scale, never below zero.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from curvedoc.run import Curve, Run

if TYPE_CHECKING:
    from collections.abc import Callable

Values = NDArray[np.float64]
LN10 = float(np.log(10))
LOWER = ("loss", "error", "wer", "perplexity")
NEITHER = ("lr", "grad_norm")


def share(n: int) -> Values:
    """The share of the run that has passed, at ``n`` points."""
    return np.linspace(0.0, 1.0, n)


def fall(n: int, top: float = LN10, floor: float = 0.2, rate: float = 6.0) -> Values:
    """Exponential descent from ``top`` towards ``floor``."""
    return floor + (top - floor) * np.exp(-rate * share(n))


def power(n: int, top: float = 8.0, power: float = 0.35, reach: float = 200.0) -> Values:
    """A power law, as of language models: falling to the end."""
    return top * (1.0 + reach * share(n)) ** -power


def turn(n: int, top: float = LN10, best: float = 0.6, end: float = 1.1, at: float = 0.3) -> Values:
    """Falls to ``best`` at the share ``at`` of the run, then climbs to ``end``."""
    u = share(n)
    down = best + (top - best) * np.maximum(0.0, 1.0 - u / at) ** 2
    up = (end - best) * np.maximum(0.0, (u - at) / (1.0 - at))
    return down + up


def level(n: int, value: float = LN10) -> Values:
    """A constant."""
    return np.full(n, value)


def rise(n: int, start: float = 0.1, end: float = 0.9, rate: float = 6.0) -> Values:
    """A metric that saturates."""
    return end - (end - start) * np.exp(-rate * share(n))


def late(n: int, start: float = 0.1, end: float = 0.99, at: float = 0.7, width: float = 0.03) -> Values:
    """A sigmoid: low until ``at``, then high."""
    return start + (end - start) / (1.0 + np.exp(-(share(n) - at) / width))


def noisy(values: Values, noise: float, seed: int) -> Values:
    """``values`` times log-normal noise of that standard deviation (the first value stays)."""
    if not noise:
        return values
    factor = np.exp(np.random.default_rng(seed).normal(0.0, noise, len(values)))
    factor[0] = 1.0
    return values * factor


def jittered(values: Values, noise: float, seed: int) -> Values:
    """A metric with additive noise, kept in [0, 1]."""
    return np.clip(values + np.random.default_rng(seed).normal(0.0, noise, len(values)), 0.0, 1.0)


def spiked(values: Values, at: list[int], height: float) -> Values:
    """``values`` with single points raised by ``height``."""
    out = values.copy()
    out[at] += height
    return out


def run(metric: str = "", every: int = 1, x: str = "epoch", **curves: Values | list[float]) -> Run:
    """A run from curves by role: ``train_loss`` is ``train/loss``, ``lr`` stays ``lr``.

    Curves of validation are evaluated at every ``every``-th step and at the last one. Without ``metric``
    the first quantity that is no loss is the main metric.
    """
    built = []
    for key, given in curves.items():
        values = np.asarray(given, dtype=np.float64)
        role = key if key in NEITHER else key.replace("_", "/", 1)
        quantity = role.rsplit("/", 1)[-1]
        higher = None if key in NEITHER else quantity not in LOWER
        steps = np.arange(len(values), dtype=np.float64)
        if key.startswith("val_") and every > 1:
            keep = np.unique(np.append(np.arange(0, len(values), every), len(values) - 1))
            steps, values = steps[keep], values[keep]
        built.append(Curve(key, role, steps, values, higher))
        if not metric and key not in NEITHER and quantity != "loss":
            metric = quantity
    return Run("run", "run.csv", "csv", x, tuple(built), metric)


def mapped(
    original: Run,
    values: Callable[[Curve], Values] = lambda curve: curve.values,
    steps: Callable[[Values], Values] = lambda steps: steps,
) -> Run:
    """The same run with its values or its steps changed."""
    curves = tuple(replace(c, steps=steps(c.steps), values=values(c)) for c in original.curves)
    return replace(original, curves=curves)
