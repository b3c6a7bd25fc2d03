"""Train is steady, validation jumps about without trend."""

from __future__ import annotations

from ..features import Features, losses, metrics
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of, any_of
from ..states import State

SCATTER = Limit(0.25, 1.4, "", log=True)
STEADY = Limit(0.1, 1.4, "", log=True)
TREND = Limit(1.5, 0.5, "")
FELL = Limit(0.2, 0.06, "")


def check(f: Features) -> Verdict:
    """..."""
    return all_of(
        losses.val_scatter(f).above(SCATTER),
        losses.train_scatter(f).below(STEADY),
        losses.val_fall_scatter(f).below(TREND),
        losses.train_progress(f).above(FELL),
        summary="Jumps.",
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """..."""
    return (Fix("lower-learning-rate", "Lower.", "B3"),)


RULE = Rule(
    "validation-jumps",
    "Validation jumps",
    State.POOR_OPTIMIZATION,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    decides=True,
    overrules=("validation-flat",),
)
