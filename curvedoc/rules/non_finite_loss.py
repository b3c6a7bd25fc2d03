"""The loss became NaN or infinite and stayed so."""

from __future__ import annotations

from ..features import Features
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of, any_of
from ..states import State

SHARE = Limit(0.5, 0.2, "a skipped mixed-precision step is one NaN among finite values; a dead run has nothing else")


def check(f: Features) -> Verdict:
    m = f.nonfinite_share
    where = f" from step {m.span[0]:g} on" if m.span else ""
    return all_of(m.above(SHARE), summary=f"The loss is NaN or infinite{where}.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("lower-learning-rate", "Lower the learning rate.", "P1"),)


RULE = Rule("non-finite-loss", "Loss is NaN or infinite", State.UNSTABLE, Severity.ERROR, check, fix, __doc__ or "", decides=True)
