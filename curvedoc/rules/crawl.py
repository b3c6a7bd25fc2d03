"""The loss falls in a nearly straight line and hardly gets anywhere."""

from __future__ import annotations

from ..features import Features, losses, metrics
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of, any_of
from ..states import State

PROGRESS = Limit(0.1, 1.4, "", log=True)
STRAIGHT = Limit(0.4, 0.05, "")
CLEAR = Limit(4.0, 2.0, "", log=True)


def check(f: Features) -> Verdict:
    """..."""
    if f.reinforcement:
        raise NotMeasurable("the loss of reinforcement learning need not fall")
    progress = losses.train_progress(f) if f.has_train else losses.val_progress(f)
    return all_of(
        progress.below(PROGRESS),
        losses.tail_share(f).above(STRAIGHT),
        losses.fall_noise(f).above(CLEAR),
        summary="Crawl.",
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """..."""
    return (Fix("raise-learning-rate", "Raise.", "B3"),)


RULE = Rule(
    "crawl", "Crawl", State.POOR_OPTIMIZATION, Severity.WARNING, check, fix, __doc__ or "", decides=True
)
