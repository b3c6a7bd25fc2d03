"""The schedule took the learning rate away while the loss was still falling.

## What it looks like
The logged rate is down to a few per cent of its peak long before the end, and the loss, which was
falling until then, hardly moves from there on.

## Why it matters
The rest of the run is paid for and learns nothing. The level looks like a plateau of the model, yet it
is one of the schedule: the same network with the rate kept up goes on.

## What to do
- check what the scheduler counts: one that is stepped per batch but set up in epochs is through at once
- set the length of the decay to the length of the run, or hold the peak until the loss is flat at it
- restart from the last checkpoint with the rate of before; nothing is lost but time

## When it is harmless
When the loss was done by then, a tiny rate does no harm and settles the weights. In a fine-tune a rate
that is gone early can be wanted: it keeps the model near where it came from.
"""

from __future__ import annotations

from curvedoc import advice, papers, presets
from curvedoc.features import Features, losses, training
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, main_loss, peak_rate
from curvedoc.wording import number

GONE = Limit(
    0.6, 0.1, "cosine schedules pass this point at 0.86 of the run, linear ones at 0.95, step decays at 0.75"
)
FELL = Limit(0.05, 1.5, "a loss that was hardly falling any more has lost nothing", log=True)
PACE = Limit(
    0.1, 2.0, "a loss that decays by itself keeps a fifth of its pace; less was taken from it", log=True
)
KEPT = Limit(0.2, 1.5, "a loss that is down to a fifth of its start is as good as done", log=True)


def check(f: Features) -> Verdict:
    """Rate gone early; a fall before it, next to none behind it, and a loss far from done."""
    gone = training.rate_gone(f)
    where = gone.span[0] if gone.span else 0.0
    fell, pace = training.fall_about(f, where)
    peak = peak_rate(f)
    summary = (
        f"The learning rate had fallen from {number(peak[0]) if peak else '?'} to a twentieth of it by "
        f"{at(f, where)}, while the {main_loss(f)} was still falling; from there on it hardly moved (end "
        f"{number(f.main.last)})."
    )
    early = gone.below(GONE)
    if not early.passed:
        return all_of(early, summary=summary)
    return all_of(
        early,
        fell.above(FELL),
        pace.below(PACE),
        losses.train_kept(f).above(KEPT),
        summary=summary,
        span=gone.span,
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """Decay later; check what the scheduler counts."""
    span = training.rate_gone(f).span
    later = advice.later_decay(f, span[0]) if span else ()
    text = (
        "Check what the scheduler counts: stepped once a batch, a schedule set up in epochs is over at once."
    )
    return (*later, Fix("cosine-schedule", text, "C"))


SCENARIOS = (
    Scenario(
        "decay-too-early",
        "digits",
        State.POOR_OPTIMIZATION,
        {**presets.SGD, "lr": 0.02, "schedule": "step", "decay_at": 0.02, "decay_by": 0.002},
        {
            "cosine-schedule": {
                "schedule": "cosine",
                "warmup": 50,
                "decay_at": 0.5,
                "decay_by": 0.1,
                "lr": 0.05,
            },
            "later-decay": {"decay_at": 0.7, "decay_by": 0.1},
        },
        seed=1,
        seconds=1,
        about="R11: the schedule takes the rate away before anything is learned",
    ),
)

RULE = Rule(
    "learning-rate-decayed-early",
    "Learning rate decayed too early",
    State.POOR_OPTIMIZATION,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    bottleneck="B3",
    decides=True,
    overrules=(
        State.UNDERFITTING,
        "smooth-descent",
    ),
    sources=(papers.LOSHCHILOV, papers.SMITH),
    scenarios=SCENARIOS,
)
