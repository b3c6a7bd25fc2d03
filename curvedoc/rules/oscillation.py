"""The train loss swings widely for most of the run."""

from __future__ import annotations

from ..features import Features
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of, any_of
from ..states import State

TURBULENCE = Limit(0.2, 1.5, "", log=True)


def check(f: Features) -> Verdict:
    return all_of(f.train_turbulence.above(TURBULENCE), summary="The train loss swings widely.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("lower-learning-rate", "Lower the learning rate.", "P1"),)


RULE = Rule("oscillation", "Oscillation", State.UNSTABLE, Severity.ERROR, check, fix, __doc__ or "", decides=True)
