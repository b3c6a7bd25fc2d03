"""The train loss spikes again and again, and comes back each time.

## What it looks like
A clear descent, torn by sudden peaks that take back much of what was learned; within a short while the loss
is down again, until the next.

## Why it matters
Every spike costs the steps that it takes to recover, and one of them may be the one that does not. The run
lives at the edge of what its rate, batch and precision bear.

## What to do
- clip the gradient norm: spikes are few updates with gradients far above the usual
- lower the rate a little, or Adam's second beta (to 0.95), so that its estimate of the gradient's size
  follows faster
- look at the batches of the spikes: corrupt or extreme examples come back every epoch

## When it is harmless
- One isolated spike that recovers is no sickness.
- Restarts of a cyclic schedule make a bump at each; so do curriculum changes.
- Late periodic spikes of a network that already fits its data (slingshots of adaptive optimisers) may even
  help.
"""

from __future__ import annotations

from curvedoc import advice, papers
from curvedoc.features import Features, losses
from curvedoc.measure import Limit, NotMeasurable
from curvedoc.rule import Fix, Rule, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, percent

LEARNED = Limit(0.22, 0.06, "spikes are measured on a run that learns: flat runs shed at most 0.18")
COUNT = Limit(3.5, 1.0, "one is an accident; cyclic schedules seldom restart more than three times")
SWING = Limit(
    0.1, 1.4, "the spikes must take up enough of the run to matter, on average over all steps", log=True
)


def check(f: Features) -> Verdict:
    """Several tall spikes on a run that learns, enough of them to weigh on the whole."""
    if f.reinforcement:
        raise NotMeasurable("the loss of reinforcement learning follows a moving target")
    count = losses.spike_count(f)
    return all_of(
        count.above(COUNT),
        losses.train_swing(f).above(SWING),
        losses.train_progress(f).above(LEARNED),
        summary=_summary(f, int(count.value)),
    )


def _summary(f: Features, count: int) -> str:
    starts, height = losses.spikes(f)
    if not starts:
        return ""
    tallest = max(starts, key=lambda i: height[i])
    where = f"{at(f, float(f.train.steps[starts[0]]))} and {at(f, float(f.train.steps[starts[-1]]))}"
    return (
        f"Train loss spiked {count} times by more than half of its progress, between {where}; the tallest "
        f"({at(f, float(f.train.steps[tallest]))}) took back {percent(float(height[tallest]))} of it."
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """Bound single updates, then smaller ones."""
    first = (losses.spike_count(f).span or (float(f.train.steps[-1]), 0.0))[0]
    return (
        advice.clip(f, first),
        advice.lower_rate(f, first),
        Fix("other-optimizer", "With Adam lower the second beta (0.999 to 0.95).", "C"),
        Fix("inspect-data", "Look at the batches at the spikes for corrupt or extreme examples.", "P1"),
        Fix("larger-batch", "Take a larger batch, or accumulate gradients over several.", "C"),
    )


RULE = Rule(
    "repeated-spikes",
    "The loss spikes again and again",
    State.UNSTABLE,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    decides=True,
    overrules=(
        State.UNDERFITTING,
        State.SMOOTH_DESCENT,
    ),
    sources=(
        papers.PASCANU,
        papers.THILAK,
        papers.COHEN,
    ),
)
