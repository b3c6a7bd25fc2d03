"""Too little to tell: any name for the state would be a guess.

## What it looks like
The log holds a handful of points, or nothing that is a loss: only a metric, only timings, only the losses
of an agent whose target moves with it.

## Why it matters
A verdict drawn from three points is believed like one drawn from three hundred. Saying "not yet" is the
honest answer, and it says what to log so that the next answer is better.

## What to do
- log train **and** validation loss, at least once per epoch; several times per epoch on short fine-tunes
- log the metric that decides, the learning rate and the gradient norm beside them
- run longer, or give the whole log of a resumed run

## When it is harmless
Always: it says nothing about the run, only about the log.
"""

from __future__ import annotations

from curvedoc.features import Features, losses
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.wording import count

FEW = Limit(4.5, 0.5, "the labelling protocol calls fewer than about 5 evaluations too little")


def check(f: Features) -> Verdict:
    """Few points of the loss, no loss at all, or an agent's losses without its reward."""
    if not (f.has_train or f.has_val) and not {"train/loss", "val/loss"} & set(f.run.roles):
        return Verdict(True, 0.95, (), "Nothing that is a loss was logged.")
    if f.reinforcement and not f.has_train_metric:
        return Verdict(
            True, 0.9, (), "Reinforcement learning without a reward: its losses follow a moving target."
        )
    points = losses.points(f)
    return all_of(
        points.below(FEW),
        summary=f"Only {count(int(points.value), 'point')} of the loss: too little to tell.",
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """Log what is missing."""
    if f.reinforcement and not f.has_train_metric:
        return (
            Fix(
                "log-more", "Log the reward (mean return of an episode): it is what tells how an agent does."
            ),
        )
    if not (f.has_train or f.has_val):
        return (Fix("log-more", "Log train and validation loss at least once per epoch."),)
    missing = "train" if not f.has_train else "validation" if not f.has_val else ""
    also = f", and {missing} loss beside it" if missing else ""
    return (
        Fix(
            "log-more", f"Log the loss more often (several times per epoch on short runs){also}; run longer."
        ),
    )


SCENARIOS = (
    Scenario(
        "three-epochs",
        "clusters",
        State.INCONCLUSIVE,
        {"steps": 189},
        seed=1,
        seconds=1,
        about="a run of three epochs says nothing yet",
    ),
)

RULE = Rule(
    "inconclusive",
    "Too little to tell",
    State.INCONCLUSIVE,
    Severity.INFO,
    check,
    fix,
    __doc__ or "",
    decides=True,
    overrules=(
        State.OVERFITTING,
        State.LOSS_METRIC_MISMATCH,
        State.POOR_OPTIMIZATION,
        State.UNDERFITTING,
        State.SMOOTH_DESCENT,
    ),
    scenarios=SCENARIOS,
)
