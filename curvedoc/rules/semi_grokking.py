"""Validation rose long after train was fitted, but only to a middling level.

## What it looks like
Train is near perfect early. Much later the validation metric rises clearly and then stops, well below
perfect.

## Why it matters
Near a critical size of the training set the general and the memorising solution cost about the same, and
the network ends with a mixture of both: right more often than by memory, wrong more often than by the
rule.

## What to do
- add training examples: somewhat above the critical size the rise becomes complete
- train longer first: what looks like a middling end may be the middle of a slow rise
- more weight decay, or Grokfast, to tell the two apart sooner

## When it is harmless
On natural data a late, partial rise is ordinary learning (a drop of the learning rate, a long tail of
hard examples) and needs no remedy of its own.
"""

from __future__ import annotations

from curvedoc import papers, presets
from curvedoc.features import Features, delay, metrics
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, quality
from curvedoc.wording import number

DELAY = Limit(4.0, 1.5, "as for grokking: between at most twice (no delay) and ten times (plain)", log=True)
RISE = Limit(0.15, 0.05, "a smaller late gain is fine-tuning of what was understood before")
BEFORE = Limit(0.4, 0.1, "as for grokking: most of the gain must have come late")
MIDDLING = Limit(0.85, 0.05, "above, the network has found the rule and some examples resist")
FIT = Limit(0.95, 0.02, "without memorised training data there is no delay to speak of")


def check(f: Features) -> Verdict:
    """Delayed as in grokking, train perfect, the end level in the middle."""
    fit = metrics.train_fit(f)
    level = metrics.val_fit(f)
    g = delay.delayed(f)
    where = g["delay"].span[0] if g["delay"].span else 0.0
    summary = (
        f"Validation {f.run.metric} rose late (at {at(f, where)}, after "
        f"{number(round(g['delay'].value, 1))} times the steps that train took), but only to "
        f"{quality(f, 'val', level.value)}."
    )
    return all_of(
        fit.above(FIT),
        g["delay"].above(DELAY),
        g["rise"].above(RISE),
        g["before"].below(BEFORE),
        level.below(MIDDLING),
        summary=summary,
        span=g["delay"].span,
    )


def fix(_: Features) -> tuple[Fix, ...]:
    """More examples, more time, more pressure."""
    return (
        Fix("more-data", "Add training examples: above the critical size the rise becomes complete.", "G"),
        Fix("keep-training", "Train longer: this may be the middle of a slow rise.", "G"),
        Fix(
            "grokfast", "Amplify the slow part of the gradients (Grokfast) to see sooner where it ends.", "G"
        ),
    )


SCENARIOS = (
    Scenario(
        "semi-grokking",
        "modular",
        State.GROKKING,
        {**presets.MODULAR, "fraction": 0.38, "batch_size": 512, "lr": 2e-3, "steps": 6000},
        seed=1,
        seconds=22,
        about="R6: a third of the table: a delayed rise to a middling level",
    ),
)

RULE = Rule(
    "semi-grokking",
    "Semi-grokking",
    State.GROKKING,
    Severity.INFO,
    check,
    fix,
    __doc__ or "",
    bottleneck="B2",
    sources=(papers.VARMA, papers.POWER),
    scenarios=SCENARIOS,
)
