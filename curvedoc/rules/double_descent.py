"""Validation rose, and fell again.

## What it looks like
Validation loss (or error) has a first best, climbs for a good part of the run as in overfitting, and
then comes down a second time, to near its first best or below, while train goes on improving.

## Why it matters
Early stopping at the first turn would have ended this run before its second descent. Over-parameterised
networks pass a stretch where they fit wrong labels or noise at the cost of everything else; past it
smoother solutions are found.

## What to do
- compare the two minima on a test set and keep the better checkpoint
- set the patience of early stopping beyond the hump, or choose the checkpoint afterwards
- regularisation, or cleaner labels, flattens the hump

## When it is harmless
It is good news by itself. A drop of the learning rate in the middle of the hump also brings validation
down, and then the schedule deserves the credit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from curvedoc import papers
from curvedoc.features import Features, humps, training
from curvedoc.measure import Limit, NotMeasurable
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of, any_of
from curvedoc.states import State
from curvedoc.telling import at
from curvedoc.wording import number

if TYPE_CHECKING:
    from curvedoc.series import Trend

RISE = Limit(0.1, 1.5, "a smaller rise is a bump on the way down", log=True)
NOISE = Limit(5.0, 1.5, "standard errors: the highest of many noisy levels stands out by three", log=True)
FIRST = Limit(0.1, 0.04, "there must have been a first descent: grokking curves rise from their very start")
RETURN = Limit(0.7, 0.1, "a fall of less is the end of a rise, not a second descent")
WIDTH = Limit(0.1, 1.5, "a shorter rise is a spike", log=True)
SCHEDULE = Limit(3.0, 1.5, "a rate that drops by more brings validation down by itself", log=True)
TRAIN = Limit(0.02, 0.02, "where train has the same hump the run was disturbed, not overfitted")


def check(f: Features) -> Verdict:
    """A wide, clear rise of validation loss or error that went away, with train improving under it."""
    if f.reinforcement:
        raise NotMeasurable("the losses of reinforcement learning follow a moving target")
    return any_of(*(_second_descent(f, name, t) for name, t in _curves(f)))


def _curves(f: Features) -> list[tuple[str, Trend]]:
    """Validation loss, and the error that belongs to a bounded metric."""
    curves = [("loss", f.val)] if f.has_val or not (f.has_val_metric and f.bounded) else []
    if f.has_val_metric and f.bounded:
        t = f.val_metric
        curves.append(("error", replace(t, values=1.0 - t.values, smooth=1.0 - t.smooth)))
    return curves


def _second_descent(f: Features, name: str, t: Trend) -> Verdict:
    h = humps.tallest(t)
    learned, rise, noise, back, width = humps.measures(t, h, f"validation {name}")
    (first, low), (top, high), (second, end) = ((float(t.steps[i]), number(float(t.smooth[i]))) for i in h)
    checks = [
        rise.above(RISE),
        learned.above(FIRST),
        noise.above(NOISE),
        back.above(RETURN),
        width.above(WIDTH),
    ]
    if f.has_train:
        checks.append(humps.train_under(f, t, h).below(TRAIN))
    if f.run.get("lr"):
        checks.append(training.rate_drop(f, first, second).below(SCHEDULE))
    summary = (
        f"Validation {name} rose from {low} ({at(f, first)}) to {high} ({at(f, top)}) and fell again to "
        f"{end} ({at(f, second)})."
    )
    return all_of(*checks, summary=summary, span=rise.span)


def fix(f: Features) -> tuple[Fix, ...]:
    """Compare the minima; be patient."""
    span = check(f).span
    first, second = (at(f, step) for step in span) if span else ("the first", "the second best")
    compare = f"Compare the checkpoints of {first} and {second} on test data; keep the better."
    wait = "Give early stopping more patience than the hump is wide, or pick the checkpoint afterwards."
    return (
        Fix("early-stopping", compare, "B2"),
        Fix("keep-training", wait, "G"),
        Fix("clean-data", "Look for wrong labels: they make the hump.", "P1"),
    )


SCENARIOS = (
    Scenario(
        "double-descent",
        "scales",
        State.OVERFITTING,
        {
            "model": "linear",
            "init": "normal",
            "init_scale": 0.0,
            "optimizer": "sgd",
            "lr": 0.005,
            "batch_size": 0,
            "steps": 12000,
            "log_every": 10,
            "n_train": 80,
            "large": 2.0,
            "loud": 1.5,
            "noise": 0.3,
            "small": 0.15,
        },
        seed=1,
        seconds=4,
        about="R9: validation rises, then falls again",
    ),
)

RULE = Rule(
    "double-descent",
    "Double descent",
    State.OVERFITTING,
    Severity.INFO,
    check,
    fix,
    __doc__ or "",
    bottleneck="B2",
    sources=(papers.NAKKIRAN,),
    scenarios=SCENARIOS,
)
