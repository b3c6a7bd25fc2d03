"""Too little to tell.

Fewer than about five points of the loss, or nothing that is a loss: any name for the state would be a guess.
"""

from __future__ import annotations

from ..features import Features, losses
from ..measure import Limit
from ..rule import Fix, Rule, Severity, Verdict, all_of
from ..states import State

FEW = Limit(5, 1.0, "the labelling protocol calls fewer than about 5 evaluations too little")


def check(f: Features) -> Verdict:
    if not (f.has_train or f.has_val) and not {"train/loss", "val/loss"} & set(f.run.roles):
        return Verdict(True, 0.95, (), "Nothing that is a loss was logged.")
    if f.reinforcement and not f.has_train_metric:
        return Verdict(
            True, 0.9, (), "Reinforcement learning without a reward: its losses follow a moving target."
        )
    return all_of(
        losses.points(f).below(FEW),
        summary=f"Only {losses.points(f).value:.0f} points of the loss were logged.",
    )


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("log-more", "Log train and validation loss at least once per epoch, and run longer.", ""),)


RULE = Rule(
    "inconclusive",
    "Too little to tell",
    State.INCONCLUSIVE,
    Severity.INFO,
    check,
    fix,
    __doc__ or "",
    decides=True,
)
