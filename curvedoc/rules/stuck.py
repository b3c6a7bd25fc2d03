"""The loss hardly moves."""

from __future__ import annotations

from ..features import Features
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of, any_of
from ..states import State

PROGRESS = Limit(0.04, 1.6, "", log=True)
GAIN = Limit(0.06, 0.03, "")


def check(f: Features) -> Verdict:
    p = f.train_progress if f.has_train else f.val_progress
    checks = [p.below(PROGRESS)]
    if f.has_train_metric and f.bounded:
        checks.append(f.train_metric_gain.below(GAIN))
    return all_of(*checks, summary="The loss hardly moved.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("learning-rate", "Change the learning rate.", "B3"),)


RULE = Rule("stuck", "Stuck", State.POOR_OPTIMIZATION, Severity.ERROR, check, fix, __doc__ or "", decides=True)
