"""Validation has turned while train goes on."""

from __future__ import annotations

from ..features import Features
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of, any_of
from ..states import State

RISE = Limit(0.045, 1.5, "", log=True)
NOISE = Limit(3.0, 2.0, "three standard errors", log=True)
LEARNED = Limit(0.12, 0.06, "")
GAIN = Limit(0.12, 0.06, "")
PERFECT = Limit(0.985, 0.01, "")


def check(f: Features) -> Verdict:
    if f.has_train and f.has_train_metric and f.bounded:
        learned = f.train_metric_gain.above(GAIN)
    elif f.has_train:
        learned = f.train_progress.above(LEARNED)
    else:
        learned = f.val_progress.above(LEARNED)
    checks = [f.val_rise.above(RISE), f.val_rise_noise.above(NOISE), learned]
    if f.has_val_metric and f.bounded:
        checks.append(f.val_fit.below(PERFECT))
    return all_of(*checks, summary="Validation loss rises while train falls.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("early-stopping", "Keep the best checkpoint.", "B2"),)


RULE = Rule("overfitting", "Overfitting", State.OVERFITTING, Severity.ERROR, check, fix, __doc__ or "", decides=True)
