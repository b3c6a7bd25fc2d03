"""The fall ends in the first small part of the run."""

from __future__ import annotations

from ..features import Features, losses
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of
from ..states import State

KEPT = Limit(0.72, 0.08, "")
ARRIVAL = Limit(0.3, 1.4, "", log=True)


def check(f: Features) -> Verdict:
    if f.reinforcement:
        raise NotMeasurable("the loss of reinforcement learning need not fall")
    return all_of(
        losses.train_kept(f).above(KEPT),
        losses.arrival(f).below(ARRIVAL),
        summary="The loss stopped falling early, far from what it could be.",
    )


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("learning-rate", "Change the learning rate.", "B3"),)


RULE = Rule(
    "early-plateau",
    "Early plateau",
    State.POOR_OPTIMIZATION,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    decides=True,
)
