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
    run within 2 %. Without an accuracy near 1/k only small k are considered.
    """
    if f.reinforcement or f.run.metric in REGRESSION_METRICS:
        raise NotMeasurable("needs a classifier: ln k is the loss of guessing among k classes")
    name = f.curve(f.main_role).name.lower()
    if REGRESSION & set(name.replace("/", "_").replace("-", "_").replace(" ", "_").split("_")):
        raise NotMeasurable(f"needs a cross-entropy; the loss is {name}")
    t = f.main
    guess = round(math.exp(t.last)) if 0 < t.last < 7.5 else 2
    k = guess if guessing(f, guess) else min(SMALL_K, key=lambda c: abs(math.log(c) - t.last))
    chance = math.log(max(k, 2))
    near = np.abs(t.smooth - chance) <= AT_CHANCE * chance
    span = (float(t.steps[int(np.argmax(near))]), float(t.steps[-1]))
    return (
        max(k, 2),
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


def guessing(f: Features, k: int) -> Measure | None:
    """The accuracy at the end in units of 1/k (1 = guessing); None where no accuracy was logged."""
    if f.run.metric not in ("accuracy", "top1") or not f.bounded:
        return None
    t = f.train_metric if f.has_train_metric else f.val_metric
    return Measure("guessing", t.last * k, "of 1/k", f"accuracy at the end, in units of guessing among {k}")


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
