"""What is known of guessing and of perfection: chance level, metrics that never move, how long train was
fitted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from curvedoc.measure import Measure, NotMeasurable
from curvedoc.series import first_where

from .curves import is_bounded
from .metrics import FEWEST

if TYPE_CHECKING:
    from curvedoc.run import FloatArray

    from .curves import Features

# A loss stays at chance level within this share of ln k: the uncertainty of a batch mean.
AT_CHANCE = 0.02
# Where the accuracy says so too: a large rate throws a guessing network about by this much.
THROWN = 0.06
# In standard deviations of a single guess: 0.55 of two classes, 0.13 of ten, 0.02 of a hundred are luck, or
# the most frequent class.
LUCK = 0.1
# Without an accuracy to confirm it, only these numbers of classes are believed: above ten, some ln k is
# always near.
SMALL_K = (2, 3, 4, 5, 6, 7, 8, 9, 10, 100, 1000)
# Losses that are no cross-entropy: ln k means nothing to them.
REGRESSION = frozenset(["mse", "mae", "rmse", "l1", "l2", "huber", "squared", "absolute"])
REGRESSION_METRICS = frozenset(
    ["mse", "mae", "rmse", "mape", "msle", "huber", "r2", "corr", "psnr", "ssim", "reward"]
)


def classes_at_chance(f: Features) -> tuple[int, Measure, Measure]:
    """The number of classes k whose ln k is nearest to the loss, how far off it is at the end and how long
    it stayed.

    ``chance_distance``: distance of the end level from ln k as a share of it; ``chance_stay``: share of the
    run within 2 %, or within 6 % where the accuracy is that of guessing. Without an accuracy near 1/k only
    small k are considered.
    """
    if f.reinforcement or f.run.metric in REGRESSION_METRICS:
        raise NotMeasurable("needs a classifier: ln k is the loss of guessing among k classes")
    name = f.curve(f.main_role).name.lower()
    if REGRESSION & set(name.replace("/", "_").replace("-", "_").replace(" ", "_").split("_")):
        raise NotMeasurable(f"needs a cross-entropy; the loss is {name}")
    t = f.main
    guess = max(round(math.exp(t.last)) if 0 < t.last < 7.5 else 2, 2)
    nearest = min(SMALL_K, key=lambda c: abs(math.log(c) - t.last))
    level = _accuracy(f)
    # Thrown about, the loss lies above ln k; the accuracy then tells which k is meant.
    thrown = abs(math.log(nearest) - t.last) <= THROWN * math.log(nearest)
    fits = level is None or (thrown and abs(level * nearest - 1) < abs(level * guess - 1))
    k = nearest if fits else guess
    chance = math.log(k)
    above = THROWN if guesses(f, k) else AT_CHANCE
    near = (t.smooth >= (1 - AT_CHANCE) * chance) & (t.smooth <= (1 + above) * chance)
    span = (float(t.steps[int(np.argmax(near))]), float(t.steps[-1]))
    return (
        k,
        Measure(
            "chance_distance",
            abs(t.last - chance) / chance,
            "of ln k",
            f"distance of the loss from ln {k}",
            span,
        ),
        Measure(
            "chance_stay", float(near.mean()), "of the run", f"how long the loss stayed near ln {k}", span
        ),
    )


def guesses(f: Features, k: int) -> bool:
    """Whether the accuracy at the end has next to nothing over guessing among k; False without one."""
    found = over_chance(f, k)
    return found is not None and found.value < LUCK


def over_chance(f: Features, k: int) -> Measure | None:
    """How far the accuracy at the end lies above 1/k, in standard deviations of a single guess; None where
    none was logged.
    """
    level = _accuracy(f)
    if level is None:
        return None
    above = (level - 1.0 / k) / math.sqrt((1.0 - 1.0 / k) / k)
    return Measure("over_chance", above, "sigma", f"accuracy at the end above guessing among {k}")


def _accuracy(f: Features) -> float | None:
    """The accuracy at the end, on train where it was logged there."""
    if f.run.metric not in ("accuracy", "top1") or not f.bounded:
        return None
    return (f.train_metric if f.has_train_metric else f.val_metric).last


def fitted_for(f: Features, level: float) -> Measure:
    """Share of the run since the train metric reached a level (0 = never), from the step where it did."""
    t = f.train_metric
    i = first_where((t.smooth >= level) & (t.values >= level))
    i = len(t.steps) - 1 if i is None else i
    length = float(t.steps[-1] - t.steps[0]) or 1.0
    span = (float(t.steps[i]), float(t.steps[-1]))
    return Measure(
        "fitted_for",
        float(t.steps[-1] - t.steps[i]) / length,
        "of the run",
        "time since train was fitted",
        span,
    )


def val_peak(f: Features) -> Measure:
    """The best level of the validation metric (bounded metrics)."""
    if not f.bounded:
        raise NotMeasurable("needs a validation metric that is known to end at 1 (accuracy, F1 ...)")
    t = f.val_metric
    i = int(np.argmax(t.smooth))
    what = f"best validation {f.run.metric}"
    return Measure(
        "val_peak", float(t.smooth[i]), "of perfect", what, (float(t.steps[i]), float(t.steps[-1]))
    )


def frozen_metrics(f: Features) -> list[tuple[str, Measure, Measure]]:
    """Metrics that are evaluated often enough, each with the spread of its values after the first, and its
    distance from perfect. Only metrics that a single predicted class leaves unmoved; validation before
    train."""
    telling = {f.run.metric, "f1", "precision", "recall", "mcc", "kappa", "auc"}
    split = "val" if any(c.split == "val" and c.quantity in telling for c in f.run.curves) else "train"
    found = []
    for curve in f.run.curves:
        if curve.split != split or curve.quantity not in telling:
            continue
        values = curve.values[np.isfinite(curve.values)]
        if len(values) <= FEWEST:
            continue
        spread = float(np.ptp(values[1:])) / max(float(np.abs(values).max()), 1e-300)
        missing = abs(1.0 - f.quality(curve).last) if is_bounded(curve) else 1.0
        found.append(
            (
                curve.role,
                Measure(
                    "metric_spread", spread, "of its level", f"spread of {curve.role}", _whole(curve.steps)
                ),
                Measure("metric_missing", missing, "of perfect", f"what {curve.role} lacks of perfect"),
            )
        )
    if not found:
        raise NotMeasurable("needs a metric with more than a handful of evaluations")
    return found


def _whole(steps: FloatArray) -> tuple[float, float]:
    return float(steps[0]), float(steps[-1])
