"""The loss falls in a nearly straight line and hardly gets anywhere.

## What it looks like
A slow, steady, almost straight descent: the second half of the run gains as much as the first, and the end
is close to the start. Nothing is wrong with the curve but its slope.

## Why it matters
The learning rate is too small for the budget, or there are too few updates in it (a batch that is far too
large). At this pace the result will not come in any reasonable time, although the model could learn.

## What to do
- raise the learning rate by a factor of ten, then in finer steps
- take a smaller batch: more updates for the same compute
- use an adaptive optimiser if the slopes of the parameters differ much

## When it is harmless
- The beginning of a long run looks straight from near by.
- Some tasks start with a long slow slope before the real descent.
- A late fine-tune at a small rate crawls on purpose.
"""

from __future__ import annotations

from curvedoc import advice, papers
from curvedoc.features import Features, losses
from curvedoc.measure import Limit, NotMeasurable
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import main_loss, moved, percent, sentence, whole

PROGRESS = Limit(0.1, 1.4, "the smallest labelled healthy descent is 0.15 of the first level", log=True)
STRAIGHT = Limit(
    0.4,
    0.05,
    "0.5 is a straight line; labelled healthy descents make at most 0.22 of their fall in the second half",
)
CLEAR = Limit(
    4.0, 2.0, "the fall must stand clear of the noise, or it is flat: see `poor-optimization`", log=True
)


def check(f: Features) -> Verdict:
    """Little progress, evenly made, clear of noise."""
    if f.reinforcement:
        raise NotMeasurable("the loss of reinforcement learning need not fall")
    progress = losses.train_progress(f) if f.has_train else losses.val_progress(f)
    tail = losses.tail_share(f)
    summary = (
        f"{main_loss(f)} {moved(f.main)} in the whole run, {percent(progress.value)}; "
        f"{percent(tail.value)} of the fall came in its second half: learning, but slowly."
    )
    return all_of(
        progress.below(PROGRESS),
        tail.above(STRAIGHT),
        losses.fall_noise(f).above(CLEAR),
        summary=sentence(summary),
        span=whole(f.main),
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """Larger or more updates."""
    return (
        advice.raise_rate(f),
        Fix("smaller-batch", "Take a smaller batch: more updates for the same compute.", "P3"),
        Fix("other-optimizer", "Use Adam or AdamW in place of plain SGD.", "B3"),
        Fix("keep-training", "Train much longer, if the rate must stay as it is.", "B3"),
    )


SCENARIOS = (
    Scenario(
        "batch-too-large",
        "digits",
        State.POOR_OPTIMIZATION,
        {"batch_size": 0, "lr": 1e-4, "steps": 40, "log_every": 1},
        {"smaller-batch": {"batch_size": 16, "steps": 2520, "log_every": 63}},
        seed=1,
        seconds=1,
        about="R14: one update per epoch, the budget of 40 epochs is gone before it has learned",
    ),
)

RULE = Rule(
    "crawl",
    "The loss crawls",
    State.POOR_OPTIMIZATION,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    bottleneck="B3",
    decides=True,
    overrules=("smooth-descent",),
    sources=(
        papers.SMITH,
        papers.GOYAL,
    ),
    scenarios=SCENARIOS,
)
