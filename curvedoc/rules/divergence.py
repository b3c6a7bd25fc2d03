"""The train loss ends far above its best and does not come back."""

from __future__ import annotations

from ..features import Features
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of, any_of
from ..states import State

RISE = Limit(0.25, 1.5, "healthy runs of 8 sources end within 0.015 of their best, memorised ones within 0.13; diverged ones 0.3 and more", log=True)
NOISE = Limit(3.0, 2.0, "three standard errors", log=True)
EXCESS = Limit(0.6, 1.5, "", log=True)


def check(f: Features) -> Verdict:
    return all_of(f.train_excess.above(EXCESS), f.train_rise.above(RISE), f.train_rise_noise.above(NOISE), summary="The loss ends far above its best and did not come back.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("lower-learning-rate", "Lower the learning rate.", "P1"),)


RULE = Rule("divergence", "Divergence", State.UNSTABLE, Severity.ERROR, check, fix, __doc__ or "", decides=True)
