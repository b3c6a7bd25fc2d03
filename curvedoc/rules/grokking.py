"""Delayed generalisation."""

from __future__ import annotations

from ..features import Features, delay
from ..measure import Limit
from ..rule import Fix, Rule, Severity, Verdict, all_of
from ..states import State

DELAY = Limit(4.0, 1.5, "", log=True)
RISE = Limit(0.35, 0.1, "")
LATE = Limit(0.4, 0.1, "")


def check(f: Features) -> Verdict:
    g = delay.delayed(f)
    return all_of(
        g["delay"].above(DELAY),
        g["rise"].above(RISE),
        g["before"].below(LATE),
        summary="Validation rose long after train was perfect.",
        span=g["delay"].span,
    )


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("keep-training", "Keep training.", "G"),)


RULE = Rule(
    "grokking",
    "Grokking",
    State.GROKKING,
    Severity.INFO,
    check,
    fix,
    __doc__ or "",
    decides=True,
    overrules=("overfitting", "memorisation", "over-confidence", "validation-flat", "unstable"),
)
