"""Delayed generalisation: train was perfect early, validation followed long after.

## What it looks like
Train is (nearly) perfect in the first small part of the run while validation stays poor, often for many
times as many steps; its loss may even climb all that while. Then validation rises late, fast and far.

## Why it matters
For most of the run the curves look like hopeless overfitting, and early stopping would have thrown the
result away. Two ways of solving the task compete in the network: memorising is found first, generalising is
cheaper in weight norm and wins in the end, if weight decay (or another pull to small weights) is on and the
data set is large enough.

## What to do
- keep training, and keep the latest checkpoint, not the one of the lowest validation loss
- keep weight decay on; without it the wait may never end
- amplify the slow part of the gradients (Grokfast) to shorten the wait; more training data shortens it too

## When it is harmless
It ends well. Two neighbours do not: with too little data validation settles at a middling level
(semi-grokking), and going on with less data than a critical size undoes it (ungrokking). Late sudden spikes
of the train loss under adaptive optimisers (slingshots) belong to the picture and are no instability of
their own.
"""

from __future__ import annotations

from curvedoc import papers, presets
from curvedoc.features import Features, delay
from curvedoc.features.losses import ARRIVED
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, metric_name, moved, quality, sentence
from curvedoc.wording import number

DELAY = Limit(
    4.0,
    1.5,
    "labelled grokking waits at least 9 times as long as train took, labelled healthy runs at most 2.7",
    log=True,
)
RISE = Limit(0.35, 0.1, "labelled grokking gains at least 0.71 late; less is a slow finish")
LATE = Limit(
    0.4, 0.1, "labelled grokking had gained at most 0.27 when train was fitted; more is learning together"
)


def check(f: Features) -> Verdict:
    """A long delay, a strong rise after it, little before it."""
    g = delay.delayed(f)
    return all_of(
        g["delay"].above(DELAY),
        g["rise"].above(RISE),
        g["before"].below(LATE),
        summary=_summary(f, g["delay"].value, (g["delay"].span or (0.0, 0.0))[0]),
        span=g["delay"].span,
    )


def _summary(f: Features, times: float, where: float) -> str:
    if f.has_val_metric:
        t = f.val_metric
        levels = f"from {quality(f, 'val', float(t.smooth[0]))} to {quality(f, 'val', t.last)}"
        said = f"{metric_name(f, 'val')} went {levels}"
    else:
        said = f"validation loss {moved(f.val)}"
    return sentence(
        f"{said}, but only around {at(f, where)}: {number(round(times, 1))} times as many steps as train "
        "needed to become (nearly) perfect."
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """Keep training; help it along."""
    last = f.val_metric if f.has_val_metric else f.val
    place = at(f, float(last.steps[-1]))
    keep = f"Keep training past {place}, without early stopping, and keep the last checkpoint."
    if f.bounded and f.has_val_metric and last.last >= ARRIVED:
        keep = f"Keep the last checkpoint ({place}): early stopping would have thrown this result away."
    return (
        Fix("keep-training", keep, "G"),
        Fix("weight-decay", "Keep weight decay on (AdamW): it is what makes the general solution win.", "G"),
        Fix("grokfast", "Amplify the slow part of the gradients (Grokfast) to shorten the wait.", "G"),
        Fix("more-data", "Train on a larger share of the data: the wait shrinks with it.", "G"),
    )


SCENARIOS = (
    Scenario(
        "grokking-modular-addition",
        "modular",
        State.GROKKING,
        presets.MODULAR,
        seed=1,
        seconds=49,
        about="R6: a + b mod 59, memorised at once, understood thousands of updates later",
    ),
    Scenario(
        "grokking-modular-subtraction",
        "modular",
        State.GROKKING,
        {**presets.PATIENT, "weight_decay": 0.005, "operation": "sub"},
        seed=1,
        seconds=18,
        about="R6: a - b mod 47",
    ),
    Scenario(
        "grokking-modular-multiplication",
        "modular",
        State.GROKKING,
        {**presets.PATIENT, "weight_decay": 0.005, "operation": "mul"},
        seed=1,
        seconds=18,
        about="R6: a * b mod 47",
    ),
    Scenario(
        "grokking-modular-division",
        "modular",
        State.GROKKING,
        {**presets.MODULAR, "operation": "div"},
        seed=1,
        seconds=46,
        about="R6: a / b mod 59",
    ),
    Scenario(
        "grokking-transformer",
        "modular",
        State.GROKKING,
        {
            **presets.MODULAR,
            "model": "transformer",
            "width": 64,
            "prime": 37,
            "lr": 3e-3,
            "steps": 2000,
            "fraction": 0.55,
        },
        seed=1,
        seconds=39,
        about="R6: a one-layer transformer, a + b mod 37",
    ),
    Scenario(
        "grokfast",
        "modular",
        State.GROKKING,
        presets.PATIENT,
        presets.GROKFAST,
        seed=1,
        seconds=20,
        about="R7: the wait, and how much of it a filter on the gradients saves",
    ),
)

RULE = Rule(
    "grokking",
    "Delayed generalisation",
    State.GROKKING,
    Severity.INFO,
    check,
    fix,
    __doc__ or "",
    decides=True,
    overrules=(
        "unstable",
        "repeated-spikes",
        State.OVERFITTING,
        "over-confidence",
        "smooth-descent",
    ),
    sources=(papers.POWER, papers.VARMA, papers.THILAK, papers.LEE),
    scenarios=SCENARIOS,
)
