"""The train loss spikes again and again."""

from __future__ import annotations

from ..features import Features, losses, metrics
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of, any_of
from ..states import State

LEARNED = Limit(0.22, 0.06, "")
COUNT = Limit(3.5, 1.0, "")
SWING = Limit(0.1, 1.4, "", log=True)


def check(f: Features) -> Verdict:
    """..."""
    return all_of(
        losses.spike_count(f).above(COUNT),
        losses.train_swing(f).above(SWING),
        losses.train_progress(f).above(LEARNED),
        summary="Spikes.",
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """..."""
    return (Fix("clip-gradients", "Clip.", "P4"),)


RULE = Rule(
    "repeated-spikes",
    "Repeated spikes",
    State.UNSTABLE,
    Severity.ERROR,
    check,
    fix,
    __doc__ or "",
    decides=True,
)
