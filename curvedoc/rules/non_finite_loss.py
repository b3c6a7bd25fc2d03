"""The loss became NaN or infinite and stayed so."""

from __future__ import annotations

from ..features import Features, losses
from ..measure import Limit
from ..rule import Fix, Rule, Severity, Verdict, all_of
from ..states import State

TAIL = Limit(1.0, 1.4, "", log=True)


def check(f: Features) -> Verdict:
    m = losses.nonfinite_tail(f)
    where = f" from step {m.span[0]:g} on" if m.span else ""
    return all_of(m.above(TAIL), summary=f"The loss is NaN or infinite{where}.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("lower-learning-rate", "Lower the learning rate.", "P1"),)


RULE = Rule(
    "non-finite-loss",
    "Loss is NaN or infinite",
    State.UNSTABLE,
    Severity.ERROR,
    check,
    fix,
    __doc__ or "",
    decides=True,
    overrules=("inconclusive",),
)
