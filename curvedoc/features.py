"""The vocabulary: every measure that a rule may ask for, lazy and cached.

A measure that does not exist for a run raises :class:`~curvedoc.measure.NotMeasurable` with what it
needs and what the log has instead. All measures of losses are free of scale: multiplying a loss by a
constant or renumbering steps changes none of them.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from .measure import Measure, NotMeasurable, Span
from .series import Trend, first_where, trend, weight_of_change, window

if TYPE_CHECKING:
    from .run import Curve, FloatArray, Run

# Metrics that live between 0 and 1 (or 0 and 100): only of these is "near perfect" known.
BOUNDED = frozenset(
    "accuracy top1 top5 f1 precision recall auc auroc auprc ap map map50 map50-95 iou miou dice pck ssim success "
    "balanced_accuracy mcc kappa jaccard pass em".split()
)
# A smoothed curve counts as having arrived when it has covered this share of its way.
ARRIVED = 0.95


class Features:
    """Measures of one run. Properties are computed when first asked for and kept.

    Curves come condensed and smoothed (:class:`~curvedoc.series.Trend`); metrics are turned so that
    higher is better, and bounded ones scaled to [0, 1].
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    # -- curves ---------------------------------------------------------------------------------

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
        """Whether the main metric is known to end at 1 (or 100 %)."""
        quantity = self.run.metric.lower()
        if quantity not in BOUNDED:
            return False
        curves = [c for s in ("train", "val") if (c := self.run.get(f"{s}/{self.run.metric}"))]
        return all(float(np.nanmax(_only_finite(c.values), initial=0.0)) <= 100.5 for c in curves)

    @cached_property
    def metric_scale(self) -> float:
        """1, or 100 where a bounded metric was logged in percent."""
        if not self.bounded:
            return 1.0
        curves = [c for s in ("train", "val") if (c := self.run.get(f"{s}/{self.run.metric}"))]
        return 100.0 if any((_only_finite(c.values) > 1.5).any() for c in curves) else 1.0

    def _finite(self, role: str) -> bool:
        curve = self.run.get(role)
        return curve is not None and bool(np.isfinite(curve.values).any())

    def curve(self, role: str) -> Curve:
        """The logged curve of a role; raises NotMeasurable naming what the log has instead."""
        curve = self.run.get(role)
        if curve is None:
            has = ", ".join(sorted(c.role for c in self.run.curves if c.role)[:4]) or "no curves"
            raise NotMeasurable(f"needs {role}; the log has {has}")
        return curve

    def _loss(self, role: str) -> Trend:
        curve = self.curve(role)
        found = trend(curve.steps, curve.values)
        if found is None:
            raise NotMeasurable(f"{role} has no finite value")
        return found

    def _metric(self, split: str) -> Trend:
        if not self.run.metric:
            raise NotMeasurable(f"needs a metric on {split}; the log has none")
        curve = self.curve(f"{split}/{self.run.metric}")
        sign = -1.0 if curve.higher_is_better is False else 1.0
        found = trend(curve.steps, curve.values * sign / self.metric_scale)
        if found is None:
            raise NotMeasurable(f"{curve.role} has no finite value")
        return found

    # -- how much there is ----------------------------------------------------------------------

    @cached_property
    def points(self) -> Measure:
        """Logged points of the main loss (of the main metric without one), finite or not."""
        roles = ("train/loss", "val/loss", f"train/{self.run.metric}", f"val/{self.run.metric}")
        n = max((len(c) for r in roles if (c := self.run.get(r))), default=0)
        return Measure("points", float(n), "points", "points of the loss")

    # -- not a number ---------------------------------------------------------------------------

    @cached_property
    def nonfinite_share(self) -> Measure:
        """Share of the losses' values that are NaN or infinite, from the first such value on (the worse split)."""
        worst, span, seen = 0.0, None, False
        for role in ("train/loss", "val/loss"):
            curve = self.run.get(role)
            if curve is None or len(curve) == 0:
                continue
            seen = True
            bad = ~np.isfinite(curve.values)
            if bad.any():
                start = int(np.argmax(bad))
                share = float(bad[start:].mean())
                if share > worst:
                    worst, span = share, (float(curve.steps[start]), float(curve.steps[-1]))
        if not seen:
            raise NotMeasurable("needs a loss; the log has none")
        return Measure("nonfinite_share", worst, "share", "share of NaN or infinite losses from the first one on", span)

    # -- losses ---------------------------------------------------------------------------------

    @cached_property
    def train_progress(self) -> Measure:
        """(first - best) / first of the train loss."""
        return self._progress(self.train, "train")

    @cached_property
    def val_progress(self) -> Measure:
        """(first - best) / first of the validation loss."""
        return self._progress(self.val, "val")

    def _progress(self, t: Trend, split: str) -> Measure:
        scale = max(abs(t.first), abs(t.best)) or 1.0
        value = (t.first - t.best) / scale
        return Measure(f"{split}_progress", value, "of first level", f"how much of its first level the {split} loss shed")

    @cached_property
    def train_rise(self) -> Measure:
        """How far the train loss ends above its best (weight of change)."""
        return self._rise(self.main, self.main_role.split("/")[0])

    @cached_property
    def val_rise(self) -> Measure:
        """How far the validation loss ends above its best (weight of change)."""
        return self._rise(self.val, "val")

    def _rise(self, t: Trend, split: str) -> Measure:
        value = weight_of_change(t.last - t.best, t.first - t.best, t.best)
        span = (float(t.steps[t.best_index]), float(t.steps[-1]))
        what = f"rise of the {split} loss above its best, against its progress and its level"
        return Measure(f"{split}_rise", value, "", what, span)

    @cached_property
    def train_excess(self) -> Measure:
        """End level of the train loss over its best, minus one."""
        t = self.main
        value = (t.last - t.best) / max(abs(t.best), 1e-300)
        return Measure("train_excess", min(value, 1e6), "of the best", "end of the loss above its best level")

    @cached_property
    def val_rise_noise(self) -> Measure:
        """The rise of the validation loss in standard errors of its end level."""
        return self._rise_noise(self.val, "val")

    @cached_property
    def train_rise_noise(self) -> Measure:
        """The rise of the train loss in standard errors of its end level."""
        return self._rise_noise(self.main, "train")

    def _rise_noise(self, t: Trend, split: str) -> Measure:
        noise = max(t.level_noise, 1e-9 * abs(t.best), 1e-300)
        value = min(1e6, (t.last - t.best) / noise)
        return Measure(f"{split}_rise_noise", value, "sigma", f"rise of the {split} loss against its own noise")

    @cached_property
    def train_turbulence(self) -> Measure:
        """Mean height of the train loss above its running best (weight of change): swings and spikes."""
        return self._turbulence(self.main, self.main_role.split("/")[0])

    @cached_property
    def val_turbulence(self) -> Measure:
        """Mean height of the validation loss above its running best."""
        return self._turbulence(self.val, "val")

    def _turbulence(self, t: Trend, split: str) -> Measure:
        above = np.maximum(0.0, t.values - np.minimum.accumulate(t.smooth))
        above[: window(len(above)) // 2 + 1] = 0.0  # there the trend lags behind the first steep descent
        value = weight_of_change(float(above.mean()), t.first - t.best, float(np.median(t.values)))
        return Measure(f"{split}_turbulence", value, "", f"mean height of the {split} loss above its running best")

    @cached_property
    def train_fall_after_best(self) -> Measure:
        """How much the train loss fell after the best step of validation (weight of change)."""
        best_step = float(self.val.steps[self.val.best_index])
        t = self.train
        at = float(np.interp(best_step, t.steps, t.smooth))
        value = weight_of_change(at - t.last, t.first - t.best, at)
        what = "fall of the train loss after the best validation"
        return Measure("train_fall_after_best", value, "", what, (best_step, float(t.steps[-1])))

    @cached_property
    def gap_curve(self) -> tuple[FloatArray, FloatArray]:
        """Validation minus train loss, at the steps of validation."""
        t, v = self.train, self.val
        return v.steps, v.smooth - np.interp(v.steps, t.steps, t.smooth)

    @cached_property
    def gap_final(self) -> Measure:
        """The generalization gap at the end as a share of the way from validation's first level to train's end."""
        way = self.val.first - self.train.last
        gap = float(self.gap_curve[1][-1])
        value = gap / way if way > 0 else (1.0 if gap > 0 else 0.0)
        return Measure("gap_final", value, "of train's way", "generalization gap at the end")

    @cached_property
    def train_kept(self) -> Measure:
        """Share of its first level that the main loss still has at the end."""
        t = self.main
        return Measure("train_kept", t.last / t.first if t.first else math.nan, "of first level", "loss left at the end")

    @cached_property
    def arrival(self) -> Measure:
        """Share of the run after which the main loss had made 95 % of its progress."""
        t = self.main
        target = t.first - ARRIVED * (t.first - t.best)
        i = first_where(t.smooth <= target)
        span = float(t.steps[-1] - t.steps[0])
        value = 1.0 if i is None or span <= 0 else float(t.steps[i] - t.steps[0]) / span
        return Measure("arrival", value, "of the run", "when 95 % of the fall was done")

    # -- metrics --------------------------------------------------------------------------------

    @cached_property
    def train_metric_gain(self) -> Measure:
        """What the train metric gained, as a share of what was missing at the start (bounded metrics)."""
        return self._gain(self.train_metric, "train")

    @cached_property
    def val_metric_gain(self) -> Measure:
        """What the validation metric gained, as a share of what was missing at the start (bounded metrics)."""
        return self._gain(self.val_metric, "val")

    def _gain(self, t: Trend, split: str) -> Measure:
        start = float(t.smooth[0]) if len(t.smooth) < 3 else float(min(t.values[0], t.smooth[0]))
        gain = t.last - start
        room = 1.0 - start if self.bounded else float(np.ptp(t.smooth)) + t.noise
        value = gain / room if room > 1e-12 else 0.0
        return Measure(f"{split}_metric_gain", value, "of what was missing", f"gain of the {split} metric")

    @cached_property
    def train_fit(self) -> Measure:
        """How near perfect train is at the end: the bounded train metric."""
        if not self.bounded:
            raise NotMeasurable("needs a train metric that is known to end at 1 (accuracy, F1 ...)")
        return Measure("train_fit", self.train_metric.last, "of perfect", f"train {self.run.metric} at the end")

    @cached_property
    def val_fit(self) -> Measure:
        """How near perfect validation is at the end: the bounded validation metric."""
        if not self.bounded:
            raise NotMeasurable("needs a validation metric that is known to end at 1 (accuracy, F1 ...)")
        return Measure("val_fit", self.val_metric.last, "of perfect", f"validation {self.run.metric} at the end")

    @cached_property
    def val_metric_drop(self) -> Measure:
        """How far the validation metric ends below its best, as a share of its whole gain."""
        t = self.val_metric
        best = float(t.smooth.max())
        way = best - float(min(t.smooth[0], t.values[0]))
        drop = best - t.last
        value = drop / way if way > 1e-12 else (0.0 if drop < 1e-12 else 1.0)
        i = int(np.argmax(t.smooth))
        span: Span = (float(t.steps[i]), float(t.steps[-1]))
        return Measure("val_metric_drop", value, "of its gain", "fall of the validation metric below its best", span)

    @cached_property
    def metric_gap(self) -> Measure:
        """Train metric minus validation metric at the end (bounded metrics)."""
        if not self.bounded:
            raise NotMeasurable("needs a metric that is known to end at 1 on train and validation")
        value = self.train_metric.last - self.val_metric.last
        return Measure("metric_gap", value, "", f"{self.run.metric}: train minus validation at the end")

    # -- delayed generalisation -----------------------------------------------------------------

    @cached_property
    def delayed(self) -> dict[str, Measure]:
        """Delayed generalisation: when train was fitted, when validation followed, how much of it came after.

        ``delay``: ratio of the two step counts; ``rise``: gain of validation after train was fitted;
        ``before``: the share of its final gain that validation already had then.
        Source: Power et al. 2022 (table G).
        """
        if self.has_train_metric and self.has_val_metric and self.bounded:
            train, val = self.train_metric, self.val_metric
            fitted = first_where(train.smooth >= ARRIVED)
            curve, level = val.smooth, 1.0
        else:
            train, val = self.train, self.val
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
        interval = float(np.median(np.diff(val.steps))) if len(val.steps) > 1 else 1.0
        delay = t_half / max(t_fit, interval)
        start = float(curve[0])
        whole = best - min(start, at_fit)
        span = (float(val.steps[half]), float(val.steps[-1]))
        rise = (float(curve[-1]) - at_fit) / level
        return {
            "delay": Measure("delay", delay, "x", "steps until validation followed / steps until train was fitted", span),
            "rise": Measure("rise", rise, "", "gain of validation after train was fitted", span),
            "before": Measure("before", (at_fit - start) / whole if whole > 0 else 1.0, "of its gain", "what validation had gained when train was fitted"),
        }


def _only_finite(values: FloatArray) -> FloatArray:
    return values[np.isfinite(values)]
