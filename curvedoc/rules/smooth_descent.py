"""Train and validation fall together."""

from __future__ import annotations

from ..features import Features
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of, any_of
from ..states import State

PROGRESS = Limit(0.04, 1.6, "", log=True)
RISE = Limit(0.06, 1.5, "", log=True)
PERFECT = Limit(0.985, 0.01, "")


def check(f: Features) -> Verdict:
    checks = []
    if f.has_train:
        checks += [f.train_progress.above(PROGRESS)]
    if f.has_val:
        rise = [f.val_rise.below(RISE)]
        if f.has_val_metric and f.bounded:
            rise.append(f.val_fit.above(PERFECT))
        checks.append(max(rise, key=lambda e: e.strength))
        if not f.has_train:
            checks += [f.val_progress.above(PROGRESS)]
    if not checks:
        raise NotMeasurable("needs a loss")
    return all_of(*checks, summary="The loss falls and ends at or near its best.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("keep-going", "Keep going.", ""),)


RULE = Rule("smooth-descent", "Smooth descent", State.SMOOTH_DESCENT, Severity.INFO, check, fix, __doc__ or "", decides=True)
