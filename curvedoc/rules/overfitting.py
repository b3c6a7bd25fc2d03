"""Validation has turned while train goes on."""

from __future__ import annotations

from ..features import Features, losses, metrics
from ..measure import Limit
from ..rule import Fix, Rule, Severity, Verdict, all_of
from ..states import State

RISE = Limit(0.045, 1.5, "", log=True)
NOISE = Limit(3.0, 2.0, "three standard errors", log=True)
EXCESS = Limit(0.03, 1.4, "a rise of under three percent above the best is not worth a name", log=True)
METRIC_FALL = Limit(0.02, 1.5, "two points of accuracy", log=True)
METRIC_SHARE = Limit(
    0.1, 1.5, "labelled overfitting loses 4-30 % of the metric's gain, healthy runs at most 4 %", log=True
)
LEARNED = Limit(0.22, 0.06, "")
GAIN = Limit(0.12, 0.06, "")
PERFECT = Limit(0.985, 0.01, "")
VAL_LEARNED = Limit(0.05, 0.03, "")
FEW = Limit(2.5, 0.8, "three evaluations can show a plain turn, two cannot")


def check(f: Features) -> Verdict:
    ways = [
        losses.train_progress(f).above(LEARNED) if f.has_train else losses.val_progress(f).above(VAL_LEARNED)
    ]
    if f.has_train and f.has_train_metric and f.bounded:
        ways.append(metrics.train_metric_gain(f).above(GAIN))
    learned = max(ways, key=lambda e: e.strength)
    if not f.has_val and f.has_val_metric and f.has_train:
        return all_of(
            metrics.val_metric_points(f).above(FEW),
            metrics.val_metric_drop(f).above(METRIC_SHARE),
            metrics.val_metric_fall_noise(f).above(NOISE),
            *([metrics.val_metric_fall(f).above(METRIC_FALL)] if f.bounded else []),
            learned,
            summary="The validation metric falls while the train loss goes on falling.",
        )
    checks = [
        losses.val_points(f).above(FEW),
        losses.val_rise(f).above(RISE),
        losses.val_excess(f).above(EXCESS),
        losses.val_rise_noise(f).above(NOISE),
        learned,
    ]
    if f.has_val_metric and f.bounded:
        checks.append(metrics.val_fit(f).below(PERFECT))
    return all_of(*checks, summary="Validation loss rises while train falls.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("early-stopping", "Keep the best checkpoint.", "B2"),)


RULE = Rule(
    "overfitting", "Overfitting", State.OVERFITTING, Severity.ERROR, check, fix, __doc__ or "", decides=True
)
