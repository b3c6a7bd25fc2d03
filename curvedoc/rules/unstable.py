"""The train loss swings widely for most of the run."""

from __future__ import annotations

from ..features import Features, losses, metrics
from ..measure import Limit
from ..rule import Fix, Rule, Severity, Verdict, all_of
from ..states import State

TURBULENCE = Limit(0.2, 1.5, "", log=True)
SWING = Limit(0.15, 1.4, "", log=True)
GAIN = Limit(0.4, 0.15, "")


def check(f: Features) -> Verdict:
    f.train
    checks = [losses.train_turbulence(f).above(TURBULENCE), losses.train_swing(f).above(SWING)]
    if f.reinforcement and f.has_train_metric:
        checks.append(metrics.train_metric_gain(f).below(GAIN))
    return all_of(*checks, summary="The train loss swings widely.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("lower-learning-rate", "Lower the learning rate.", "P1"),)


RULE = Rule(
    "unstable", "Oscillation", State.UNSTABLE, Severity.ERROR, check, fix, __doc__ or "", decides=True
)
