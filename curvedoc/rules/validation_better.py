"""Validation loss is below train loss throughout.

## What it looks like
At (nearly) every evaluation the network does better on validation than on the data it is trained on.

## Why it matters
Seen examples are the easier ones; where unseen ones look easier, the two losses are not the same
quantity, or the two sets are not what they should be. Either makes the gap useless for judging
overfitting.

## What to do
- evaluate the train loss once in evaluation mode, on a fixed part of the training set: most cases end
  there
- look for examples that stand in both sets (duplicates, frames of one video, one patient twice)
- check that both losses are reduced alike (mean over examples, same weights, same penalty terms)

## When it is harmless
Dropout, augmentation, mixing of examples and label smoothing make training harder than validation; a
train loss averaged over an epoch lags behind a validation loss taken at its end; validation data may
just be cleaner. All three are common, and then nothing is wrong.
"""

from __future__ import annotations

from curvedoc.features import Features, losses, shape
from curvedoc.measure import Limit, NotMeasurable
from curvedoc.rule import Fix, Rule, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import percent

THROUGHOUT = Limit(0.9, 0.05, "now and then a lucky evaluation is better; nine of ten are no luck")
MARGIN = Limit(0.1, 1.5, "a few per cent are dropout or the lag of an averaged train loss", log=True)
FEW = Limit(4.5, 1.0, "with fewer evaluations throughout means little")


def check(f: Features) -> Verdict:
    """Better at nearly all evaluations, by a margin."""
    if f.reinforcement:
        raise NotMeasurable("the losses of reinforcement learning follow a moving target")
    below, margin = shape.val_advantage(f)
    summary = (
        f"Validation loss is below train loss at {percent(below.value)} of the evaluations, "
        f"by {percent(margin.value)} at the median."
    )
    return all_of(
        below.above(THROUGHOUT), margin.above(MARGIN), losses.val_points(f).above(FEW), summary=summary
    )


def fix(_: Features) -> tuple[Fix, ...]:
    """Measure the same thing; check the split."""
    text = (
        "Evaluate the train loss in evaluation mode on a fixed part of the training set, and compare again."
    )
    return (
        Fix("log-more", text),
        Fix("check-split", "Look for examples that stand in both the training and the validation set.", "C"),
    )


RULE = Rule(
    "validation-better",
    "Validation better than train",
    State.SMOOTH_DESCENT,
    Severity.INFO,
    check,
    fix,
    __doc__ or "",
)
