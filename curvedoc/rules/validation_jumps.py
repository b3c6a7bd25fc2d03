"""Train is steady, validation jumps about without trend.

## What it looks like
Train loss falls smoothly. Validation loss leaps up and down from one evaluation to the next, by a large
part of its level, and its end is no better than its start.

## Why it matters
Which checkpoint is good is a lottery, and early stopping picks a lucky one. The steps are too large for the
valley that validation sees (train is measured while the weights move with each batch), the statistics of
batch normalisation are off in evaluation mode, or the validation set is so small that it measures chance.

## What to do
- lower the learning rate, or decay it: the jumps should shrink with it
- average the weights over the last epochs (EMA or SWA) and evaluate the average
- check batch normalisation (momentum, batches too small) and evaluation mode
- evaluate on more examples

## When it is harmless
A handful of validation examples scatters like this however good the model is. At a high rate before its
decay such jumps are usual, and gone once the rate is low.
"""

from __future__ import annotations

from curvedoc import advice, papers
from curvedoc.features import Features, losses
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import best_step, moved, percent, whole

SCATTER = Limit(
    0.25,
    1.4,
    "labelled runs with a plain trend scatter by 0.2 of the level at most, unless they end near zero",
    log=True,
)
STEADY = Limit(0.1, 1.4, "train must be steady, or the run as a whole is restless", log=True)
TREND = Limit(1.5, 0.5, "in units of the scatter: a clear fall is a descent, however noisy")
FELL = Limit(0.2, 0.06, "train must be learning: runs that never fitted their training set shed at most 0.18")


def check(f: Features) -> Verdict:
    """Validation scatters widely and goes nowhere while train falls steadily."""
    scatter = losses.val_scatter(f)
    return all_of(
        scatter.above(SCATTER),
        losses.train_scatter(f).below(STEADY),
        losses.val_fall_scatter(f).below(TREND),
        losses.train_progress(f).above(FELL),
        summary=(
            f"Validation loss jumps by about {percent(scatter.value)} of its level between "
            f"evaluations (it {moved(f.val)}) while train loss {moved(f.train)} steadily."
        ),
        span=whole(f.val),
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """Smaller steps, steadier evaluation."""
    return (
        advice.lower_rate(f, best_step(f.val), "B3"),
        Fix(
            "cosine-schedule",
            "Decay the rate to (almost) zero along a cosine: the jumps should shrink.",
            "B3",
        ),
        Fix(
            "normalisation",
            "Check batch normalisation in evaluation mode; layer or group norm has no such state.",
            "B3",
        ),
        Fix("larger-batch", "Take a larger batch, or evaluate a moving average of the weights.", "C"),
        Fix("check-split", "Evaluate on more examples if the validation set is small.", "C"),
    )


RULE = Rule(
    "validation-jumps",
    "Train is steady, validation jumps",
    State.POOR_OPTIMIZATION,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    bottleneck="B3",
    decides=True,
    overrules=(
        "validation-flat",
        "smooth-descent",
    ),
    sources=(
        papers.SMITH,
        papers.LOSHCHILOV,
    ),
)
