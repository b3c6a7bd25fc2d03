"""The curves of a run, condensed and smoothed, ready to be measured."""

from __future__ import annotations

import math
from functools import cached_property, lru_cache, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from curvedoc.measure import NotMeasurable
from curvedoc.series import Trend, trend

if TYPE_CHECKING:
    from collections.abc import Callable

    from curvedoc.run import Curve, FloatArray, Run

P = ParamSpec("P")
T = TypeVar("T")

# Metrics that end at 1 (or 100 %), and rates of error that end at 0: only of these is "near perfect" known.
# A word of the quantity is enough: `binary_accuracy` is an accuracy.
BOUNDED_ABOVE = frozenset(
    "accuracy acc top1 top5 f1 precision recall specificity sensitivity auc auroc auprc ap map map50 map75 "  # noqa: SIM905
    "map50-95 pq iou miou fwiou dice jaccard pck success em ndcg mrr hits".split()
)
# Ends at 1 as well, but may be negative.
BOUNDED_SIGNED = frozenset(["r2", "corr", "mcc", "kappa"])
BOUNDED_BELOW = frozenset(["error", "wer", "cer", "ter"])
# First values of one metric on train and validation differ by a factor of a few; percent and fraction by 100.
UNITS_APART = 20.0
# A rate of error is a fraction (at most 1) or in percent; one that never left a few percent may as well be an
# error in the units of what is predicted, of which nobody knows what is near perfect.
LEAST_PERCENT = 5.0
# Quantities that only reinforcement learning logs.
REWARDS = frozenset({"reward", "return", "success_rate"})
POLICY_LOSSES = frozenset({"value_loss", "policy_loss", "actor_loss", "critic_loss", "q_loss"})


def once(measure: Callable[Concatenate[Features, P], T]) -> Callable[Concatenate[Features, P], T]:
    """A measure that several rules ask for: computed when first asked for, and kept with the features."""

    @wraps(measure)
    def kept(f: Features, /, *args: P.args, **named: P.kwargs) -> T:
        key = (measure, args, *named.items())
        if key not in f.kept:
            f.kept[key] = measure(f, *args, **named)
        found: T = f.kept[key]
        return found

    return kept


class Features:
    """Measures of one run. Properties are computed when first asked for and kept.

    Curves come condensed and smoothed (:class:`~curvedoc.series.Trend`); metrics are turned so that
    higher is better, and bounded ones scaled to [0, 1].
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.kept: dict[Any, Any] = {}

    @cached_property
    def train(self) -> Trend:
        """Train loss."""
        return self._loss("train/loss")

    @cached_property
    def val(self) -> Trend:
        """Validation loss."""
        return self._loss("val/loss")

    @cached_property
    def has_train(self) -> bool:
        """Whether a train loss with a finite value was logged."""
        return self._finite("train/loss")

    @cached_property
    def has_val(self) -> bool:
        """Whether a validation loss with a finite value was logged."""
        return self._finite("val/loss")

    @cached_property
    def main_role(self) -> str:
        """The loss that the run is judged by first: train, else validation."""
        return "train/loss" if self.has_train or "train/loss" in self.run.roles else "val/loss"

    @cached_property
    def main(self) -> Trend:
        """Train loss, or validation loss where only that was logged."""
        return self.train if self.main_role == "train/loss" else self.val

    @cached_property
    def train_metric(self) -> Trend:
        """The main metric on train, higher = better."""
        return self._metric("train")

    @cached_property
    def val_metric(self) -> Trend:
        """The main metric on validation, higher = better."""
        return self._metric("val")

    @cached_property
    def has_train_metric(self) -> bool:
        """Whether the main metric was logged on train."""
        return bool(self.run.metric) and self._finite(f"train/{self.run.metric}")

    @cached_property
    def has_val_metric(self) -> bool:
        """Whether the main metric was logged on validation."""
        return bool(self.run.metric) and self._finite(f"val/{self.run.metric}")

    @cached_property
    def bounded(self) -> bool:
        """Whether it is known what a perfect value of the main metric is."""
        roles = (f"{split}/{self.run.metric}" for split in ("train", "val"))
        curves = [c for role in roles if (c := self.run.get(role))]
        return bool(curves) and all(is_bounded(c) for c in curves)

    def metric_scale(self, split: str) -> float:
        """1, or 100 where the main metric was logged in percent on this split.

        A metric at chance may stay below 1 %: it is in percent if the other split is, unless the two begin
        so far apart that only the unit can be meant.
        """
        return self._metric_scales[split]

    @cached_property
    def _metric_scales(self) -> dict[str, float]:
        train, val = (self.run.get(f"{split}/{self.run.metric}") for split in ("train", "val"))
        return {"train": scale_beside(train, val), "val": scale_beside(val, train)}

    @cached_property
    def reinforcement(self) -> bool:
        """Whether this is reinforcement learning: the losses follow a moving target, the reward counts."""
        return self.run.metric in REWARDS or any(c.quantity in POLICY_LOSSES for c in self.run.curves)

    def curve(self, role: str) -> Curve:
        """The logged curve of a role; raises NotMeasurable naming what the log has instead."""
        curve = self.run.get(role)
        if curve is None:
            has = ", ".join(sorted(c.role for c in self.run.curves if c.role)[:4]) or "no curves"
            raise NotMeasurable(f"needs {role}; the log has {has}")
        return curve

    def _finite(self, role: str) -> bool:
        curve = self.run.get(role)
        return curve is not None and bool(np.isfinite(curve.values).any())

    def _loss(self, role: str) -> Trend:
        curve = self.curve(role)
        found = trend(curve.steps, curve.values)
        if found is None:
            raise NotMeasurable(f"{role} has no finite value")
        return found

    def _metric(self, split: str) -> Trend:
        if not self.run.metric:
            raise NotMeasurable(f"needs a metric on {split}; the log has none")
        return self.quality(self.curve(f"{split}/{self.run.metric}"), self.metric_scale(split))

    def quality(self, curve: Curve, scale: float | None = None) -> Trend:
        """A metric turned so that higher is better; a bounded one ends at 1 when perfect."""
        values = curve.values / (_scale(curve) if scale is None else scale)
        if words(curve) & BOUNDED_BELOW and is_bounded(curve):
            values = 1.0 - values
        elif curve.higher_is_better is False:
            values = -values
        found = trend(curve.steps, values)
        if found is None:
            raise NotMeasurable(f"{curve.role} has no finite value")
        return found


def words(curve: Curve) -> frozenset[str]:
    """The words of a quantity."""
    return _words(curve.quantity)


@lru_cache(1024)
def _words(quantity: str) -> frozenset[str]:
    return frozenset(quantity.lower().replace("/", "_").replace(" ", "_").split("_"))


def is_bounded(curve: Curve) -> bool:
    """Whether a perfect value of this metric is known, by its name and its values (fraction or percent)."""
    return _highest_of_bounded(curve) is not None


def scale_beside(own: Curve | None, other: Curve | None) -> float:
    """The scale of a metric that was logged on another split too (see :meth:`Features.metric_scale`)."""
    if own is None:
        return 1.0
    scale = _scale(own)
    if other is None or scale >= (scale_there := _scale(other)):
        return scale
    start, reference = _only_finite(own.values)[:1], _only_finite(other.values)[:1]
    apart = len(start) and len(reference) and start[0] * UNITS_APART < reference[0]
    return 1.0 if apart and float(_only_finite(own.values).max()) <= 1.0 + 1e-9 else scale_there


def _scale(curve: Curve) -> float:
    """100 for a bounded metric in percent, else 1."""
    highest = _highest_of_bounded(curve)
    return 100.0 if highest is not None and highest > 1.5 else 1.0


def _highest_of_bounded(curve: Curve) -> float | None:
    """The highest value of a bounded metric (see :func:`is_bounded`), None for others."""
    signed = bool(words(curve) & BOUNDED_SIGNED) and curve.higher_is_better is not False
    if not signed and not words(curve) & (
        BOUNDED_BELOW if curve.higher_is_better is False else BOUNDED_ABOVE
    ):
        return None
    lowest, highest = _extremes(curve.values)
    bounded = highest <= 1.0 + 1e-9 if signed else lowest >= -1e-9 and highest <= 100.5
    if curve.higher_is_better is False and 1.0 + 1e-9 < highest < LEAST_PERCENT:
        return None
    return highest if bounded else None


def _extremes(values: FloatArray) -> tuple[float, float]:
    """The lowest and the highest finite value; infinity and minus infinity where there is none."""
    if len(values) and math.isfinite(lowest := values.min()) and math.isfinite(highest := values.max()):
        return float(lowest), float(highest)  # NaN would have come through: all are finite
    finite = _only_finite(values)
    return (float(finite.min()), float(finite.max())) if len(finite) else (math.inf, -math.inf)


def _only_finite(values: FloatArray) -> FloatArray:
    return values[np.isfinite(values)]
