"""The fall ends in the first small part of the run, far from what it could be.

## What it looks like
The loss drops a little at once, then runs level for the rest of the run, on train as well as on validation.

## Why it matters
Most of the run is wasted. When the level is poor on train too, the fault lies with optimisation before
anything else: a schedule that took the rate away too early, a rate too large to settle (it bounces above
the valley) or too small, saturated or dead units, no normalisation.

## What to do
- look at the learning rate where the fall ends: has it decayed already?
- at a constant rate try a third of it, and three times it
- another optimiser, normalisation, another initialisation
- if nothing moves it, the model may be too small; see `underfitting`

## When it is harmless
- A fine-tune that starts near its best is done early.
- The level may be the noise floor of the task; compare it with a baseline.
- Losses with a large constant part (a bound, a penalty) keep most of their value when all is well.
"""

from __future__ import annotations

from curvedoc import advice, papers
from curvedoc.features import Features, losses
from curvedoc.measure import Limit, NotMeasurable
from curvedoc.rule import Fix, Rule, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, main_loss, moved, percent, sentence, whole

KEPT = Limit(
    0.72, 0.08, "labelled stuck runs keep at least 0.82 of the loss, 19 of 20 healthy ones less than 0.73"
)
ARRIVAL = Limit(0.3, 1.4, "half of the labelled stuck runs had arrived after 0.09 of the run", log=True)


def check(f: Features) -> Verdict:
    """Much of the loss kept, nearly all of the fall done early."""
    if f.reinforcement:
        raise NotMeasurable("the loss of reinforcement learning need not fall")
    kept, arrival = losses.train_kept(f), losses.arrival(f)
    arrived = _arrived(f, arrival.value)
    summary = (
        f"{main_loss(f)} {moved(f.main)}; the fall was done at {at(f, arrived)}, after "
        f"{percent(arrival.value)} of the run, with "
        f"{percent(kept.value)} of the first level left."
    )
    return all_of(
        kept.above(KEPT),
        arrival.below(ARRIVAL),
        summary=sentence(summary),
        span=(arrived, float(f.main.steps[-1])),
    )


def _arrived(f: Features, share: float) -> float:
    """The step where the fall was done."""
    first, last = whole(f.main)
    return first + share * (last - first)


def fix(f: Features) -> tuple[Fix, ...]:
    """The schedule first, then the rate, then what lets gradients through."""
    arrived = _arrived(f, losses.arrival(f).value)
    rates = advice.later_decay(f, arrived) or (
        advice.lower_rate(f, arrived, "B3"),
        advice.raise_rate(f, advice.GENTLY),
    )
    return (
        *rates,
        Fix("cosine-schedule", "Warm up, then decay along a cosine over the whole length of the run.", "C"),
        Fix("other-optimizer", "Use Adam or AdamW in place of plain SGD.", "B3"),
        *advice.initialise(),
    )


RULE = Rule(
    "early-plateau",
    "The fall ended early",
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
        papers.GLOROT,
        papers.HE,
    ),
)
