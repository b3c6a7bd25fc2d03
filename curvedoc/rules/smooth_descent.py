"""Train and validation fall together."""

from __future__ import annotations

from ..features import Features, losses, metrics
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of
from ..states import State

PROGRESS = Limit(0.04, 1.6, "", log=True)
RISE = Limit(0.06, 1.5, "", log=True)
NOISE = Limit(3.0, 2.0, "three standard errors", log=True)
REWARD = Limit(0.4, 0.15, "")
PERFECT = Limit(0.985, 0.01, "")


def check(f: Features) -> Verdict:
    checks = []
    if f.reinforcement:
        return all_of(metrics.train_metric_gain(f).above(REWARD), summary="The reward rises and holds.")
    if f.has_train:
        checks += [losses.train_progress(f).above(PROGRESS)]
    if f.has_val:
        rise = [losses.val_rise(f).below(RISE), losses.val_rise_noise(f).below(NOISE)]
        if f.has_val_metric and f.bounded:
            rise.append(metrics.val_fit(f).above(PERFECT))
        checks.append(max(rise, key=lambda e: e.strength))
        if not f.has_train:
            checks += [losses.val_progress(f).above(PROGRESS)]
    if not checks:
        raise NotMeasurable("needs a loss")
    return all_of(*checks, summary="The loss falls and ends at or near its best.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("keep-going", "Keep going.", ""),)


RULE = Rule(
    "smooth-descent",
    "Smooth descent",
    State.SMOOTH_DESCENT,
    Severity.INFO,
    check,
    fix,
    __doc__ or "",
    decides=True,
)
