"""Validation was near perfect and fell back, while train stays perfect.

## What it looks like
After (delayed or ordinary) generalisation the validation metric falls far below its best and stays
there; the train metric is near perfect all the while.

## Why it matters
The network has gone back from the general solution to memorising. That happens when a network that had
understood is trained on with too few examples: below a critical size of the training set memorising them
costs smaller weights than the rule does, and weight decay then takes the rule away.

## What to do
- use the checkpoint of the best validation
- train on with more of the data, not with a part of it: above the critical size the general solution is
  stable
- less weight decay slows the way back, and does not turn it

## When it is harmless
A short dip that comes back is a slingshot of the optimiser, no ungrokking. If the data was changed on
purpose in the middle of the run, the fall shows the change and nothing else.
"""

from __future__ import annotations

from curvedoc import papers, presets
from curvedoc.features import Features, chance, metrics
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, quality

PEAK = Limit(0.9, 0.03, "a network that has found the rule gets (nearly) everything right")
FALL = Limit(0.25, 0.08, "ordinary overfitting costs a few points of the metric, not a quarter of all")
FIT = Limit(0.95, 0.02, "a run whose train metric falls as well has collapsed, which is another matter")
NOISE = Limit(4.0, 2.0, "standard errors of the end level: a smaller fall is noise", log=True)


def check(f: Features) -> Verdict:
    """Near perfect once, far below at the end, train perfect still."""
    fall = metrics.val_metric_fall(f)
    peak = chance.val_peak(f)
    where = fall.span[0] if fall.span else 0.0
    summary = (
        f"Validation {f.run.metric} was {quality(f, 'val', peak.value)} at {at(f, where)} and fell back to "
        f"{quality(f, 'val', f.val_metric.last)}, while train stayed at "
        f"{quality(f, 'train', f.train_metric.last)}."
    )
    return all_of(
        peak.above(PEAK),
        fall.above(FALL),
        metrics.val_metric_fall_noise(f).above(NOISE),
        metrics.train_fit(f).above(FIT),
        summary=summary,
        span=fall.span,
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """Back to the best checkpoint; more data."""
    span = metrics.val_metric_fall(f).span
    place = at(f, span[0]) if span else "the best validation"
    return (
        Fix("early-stopping", f"Use the checkpoint of {place}: it is the one that generalises.", "B2"),
        Fix("more-data", "Train on with more examples: below a critical number memorising wins again.", "G"),
    )


SCENARIOS = (
    Scenario(
        "ungrokking",
        "modular",
        State.OVERFITTING,
        {
            **presets.MODULAR,
            "batch_size": 512,
            "lr": 2e-3,
            "prime": 47,
            "fraction": 0.6,
            "later_from": 2500,
            "later_fraction": 0.15,
        },
        {"more-data": {"later_fraction": 0.6}},
        seed=1,
        seconds=17,
        about="R6: understood, then trained on with a fraction of the data: it is forgotten again",
        tried_for=State.GROKKING,
    ),
)

RULE = Rule(
    "ungrokking",
    "Ungrokking",
    State.OVERFITTING,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    bottleneck="B2",
    sources=(papers.VARMA,),
    scenarios=SCENARIOS,
)
