"""Train and validation alike, both poor."""

from __future__ import annotations

from ..features import Features, losses, metrics
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of
from ..states import State

KEPT = Limit(0.7, 0.1, "")
FIT = Limit(0.75, 0.08, "")
GAIN = Limit(0.33, 0.05, "")
GAP = Limit(0.1, 0.05, "")


def check(f: Features) -> Verdict:
    if not f.bounded:
        raise NotMeasurable("needs a metric that is known to end at 1")
    if not (f.has_train_metric or (f.has_train and f.has_val)):
        raise NotMeasurable("needs the metric on train, or train and val loss")
    fit = metrics.train_fit(f) if f.has_train_metric else metrics.val_fit(f)
    gain = metrics.train_metric_gain(f) if f.has_train_metric else metrics.val_metric_gain(f)
    checks = [losses.train_kept(f).above(KEPT), fit.below(FIT), gain.below(GAIN)]
    if f.has_train_metric and f.has_val_metric:
        checks.append(metrics.metric_gap(f).below(GAP))
    return all_of(*checks, summary="Train and validation are alike and both poor.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("more-capacity", "More capacity.", "B1"),)


RULE = Rule(
    "underfitting",
    "Underfitting",
    State.UNDERFITTING,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    decides=True,
)
