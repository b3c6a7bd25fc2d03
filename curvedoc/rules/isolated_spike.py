"""One spike of the train loss, or a few, that recovered at once.

## What it looks like
The curve shoots up for a moment, high above its noise, and is back on its old course a few points later.

## Why it matters
It hardly does. A spike that leaves no trace cost a few updates. Several of them, or spikes that grow,
announce an instability: look again after the next run, and look at what was in the batch.

## What to do
- nothing, if it stays at that
- find out what the batch of that step held: mislabelled, empty or extremely long examples are the usual
  find
- clip the norm of the gradients: it takes the edge off the next spike and costs nothing

## When it is harmless
Nearly always. Long runs of large models spike now and then even when all is well; the point where a run
was resumed often spikes too, because the state of the optimiser was not saved or the data started anew.
"""

from __future__ import annotations

from curvedoc import advice
from curvedoc.features import Features, losses, shape
from curvedoc.measure import Limit, NotMeasurable
from curvedoc.rule import Fix, Rule, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at
from curvedoc.wording import number

FEW = Limit(3.5, 1.0, "four and more are no longer isolated: see `repeated-spikes`")
TALL = Limit(0.2, 1.5, "a smaller spike costs next to nothing and needs no mention", log=True)
HOLDS = Limit(0.25, 1.5, "in a run that ends high the spike was no isolated one: see `divergence`", log=True)


def check(f: Features) -> Verdict:
    """At least one spike, at most a few, tall against the progress and against the level, in a run that
    ends low."""
    if f.reinforcement:
        raise NotMeasurable("the loss of reinforcement learning follows a moving target")
    n, height, tallest = shape.lone_spikes(f)
    often = {1: "once", 2: "twice"}.get(int(n.value), f"{n.value:.0f} times")
    summary = f"The train loss spiked {often} and came back within a few points"
    if tallest:
        place = at(f, tallest.step)
        summary += f"; the tallest rose from {number(tallest.level)} to {number(tallest.peak)} at {place}"
    return all_of(
        height.above(TALL),
        n.below(FEW),
        losses.train_rise(f).below(HOLDS),
        summary=f"{summary}.",
        span=n.span,
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """Look at the batch; clip."""
    tallest = shape.lone_spikes(f)[2]
    where = tallest.step if tallest else float(f.train.steps[-1])
    text = f"Look at the batch of {at(f, where)}: a spike that recovers usually comes from odd examples."
    return (Fix("inspect-data", text, "P1"), advice.clip(f, where))


RULE = Rule(
    "isolated-spike",
    "Spike that recovered",
    State.UNSTABLE,
    Severity.INFO,
    check,
    fix,
    __doc__ or "",
)
