"""A metric is the same to the last digit at every evaluation.

## What it looks like
F1, recall or another metric does not move at all, often at zero; accuracy repeats the same long number.

## Why it matters
A metric over many examples that never changes means that the predictions never change: as a rule every
example gets the same class, the frequent one. The loss may fall all the same, because it is paid for
probabilities.

## What to do
- look at the predictions: how often is each class predicted?
- weight the classes, sample them evenly or use a focal loss; move the threshold to where the rare class
  appears
- check that the evaluation sees the model that is trained, in the right mode, and the right labels

## When it is harmless
A metric that is perfect stays so. On a handful of validation examples a metric has few values and
repeats itself; so does one that is logged with two digits.
"""

from __future__ import annotations

from curvedoc import papers
from curvedoc.features import Features, chance
from curvedoc.measure import Limit, NotMeasurable
from curvedoc.rule import Fix, Rule, Severity, Verdict, all_of, any_of
from curvedoc.states import State
from curvedoc.telling import SPLITS, sentence
from curvedoc.wording import number

SPREAD = Limit(1e-6, 3.0, "the same to the last digit that was logged", log=True)
PERFECT = Limit(0.001, 2.0, "a perfect metric has nowhere to go", log=True)


def check(f: Features) -> Verdict:
    """No spread at all after the first evaluation, at a level that is not perfect."""
    if f.reinforcement:
        raise NotMeasurable("a reward that stays at its start is no single predicted class")
    verdicts = []
    for role, spread, missing in chance.frozen_metrics(f):
        curve = f.curve(role)
        name = f"{SPLITS[curve.split]} {curve.quantity}"
        summary = (
            f"{sentence(name)} is {number(float(curve.values[-1]))} at every evaluation, as if all "
            "predictions were the same."
        )
        verdicts.append(all_of(spread.below(SPREAD), missing.above(PERFECT), summary=summary))
    return any_of(*verdicts)


def fix(_: Features) -> tuple[Fix, ...]:
    """Look at the predictions; give the rare class weight."""
    return (
        Fix("inspect-data", "Count how often each class is predicted at the last evaluation.", "B4"),
        Fix(
            "class-weights", "Weight the loss by inverse class frequency, or sample the classes evenly.", "B4"
        ),
        Fix(
            "focal-loss",
            "Use a focal loss, which gives easy examples of the frequent class less weight.",
            "B4",
        ),
        Fix("check-split", "Check that the evaluation runs the model in training, on the right labels.", ""),
    )


RULE = Rule(
    "metric-flat",
    "Metric never moves",
    State.LOSS_METRIC_MISMATCH,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    bottleneck="B4",
    sources=(papers.LIN,),
)
