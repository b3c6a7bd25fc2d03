"""Train loss goes up and down in a regular beat.

## What it looks like
Every improvement is followed by a step back of about the same size: up, down, up, down, at nearly every
logged point, with a height that matters against what was learned. Noise looks ragged; this looks like a
saw.

## Why it matters
The learning rate is at the edge of what the loss surface bears: along its steepest direction each update
jumps over the valley and lands on the other side. The run still learns along the flatter directions, but
the steep ones are thrown away at every step, and a small push turns the swing into divergence.

## What to do
- lower the learning rate by a third or a half: the swing vanishes at once when the rate was its cause
- less momentum, or a larger batch where neighbouring batches pull in opposite directions
- a decaying schedule calms the end of the run; keep a late checkpoint or average the last ones

## When it is harmless
Full-batch training runs at the edge of stability by itself and still descends over longer stretches; a
small regular swing about a falling trend needs nothing. Two kinds of batches that alternate (two data
sets, long and short sequences), or a loss logged in turns by two writers, draw the same saw without any
instability.
"""

from __future__ import annotations

from curvedoc import advice, papers
from curvedoc.features import Features, shape
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.wording import number

REGULAR = Limit(
    0.7, 0.08, "one in a hundred curves of pure noise reaches 0.62 on two dozen points, 0.3 on hundreds"
)
HEIGHT = Limit(0.15, 1.5, "a swing of less is no loss of progress worth a lower rate", log=True)


def check(f: Features) -> Verdict:
    """A regular beat of few points, high against progress and level."""
    beat, height = shape.alternation(f)
    summary = (
        f"Train loss goes up and down in a regular beat (regularity {number(round(beat.value, 2))} of 1): "
        "the learning rate is at the edge of what this loss bears."
    )
    return all_of(beat.above(REGULAR), height.above(HEIGHT), summary=summary, span=beat.span)


def fix(f: Features) -> tuple[Fix, ...]:
    """A lower rate, a decaying one, a steadier gradient."""
    return (
        advice.lower_rate(f, float(f.train.steps[-1])),
        Fix(
            "cosine-schedule",
            "Let the learning rate decay (cosine or linear) so that the end of the run is calm.",
            "C",
        ),
        Fix("larger-batch", "Take a larger batch if it holds only a few examples.", "C"),
    )


RULE = Rule(
    "oscillation",
    "Regular up and down",
    State.UNSTABLE,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    bottleneck="B3",
    sources=(papers.COHEN,),
)
