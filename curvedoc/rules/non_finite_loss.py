"""The loss became NaN or infinite and stayed so.

## What it looks like
From some step on every value of a loss is NaN or infinite. Often it climbs fast in the steps before, or the
gradient norm does.

## Why it matters
Nothing is learned from here on: one NaN in a weight makes every later output NaN. The last finite
checkpoint is all that is left of the run. Usual causes: a rate too large or without warm-up, exploding
gradients, the overflow of half precision (65504 is the largest number of float16), a logarithm of zero or a
division by it in the loss, a single bad example.

## What to do
- go back to the last finite checkpoint, lower the rate, clip the gradients
- in half precision: bfloat16, or dynamic loss scaling that skips bad updates
- find the first operation that gives NaN (anomaly detection of the framework), and the batch it happened on
- guard logarithms, divisions and square roots with a small constant

## When it is harmless
A few non-finite values that the run comes back from are skipped updates of loss scaling, or padding where
nothing was evaluated. A validation loss that is infinite from the start while train falls is a fault of the
evaluation (an empty batch, a target of probability zero), not of the training.
"""

from __future__ import annotations

from curvedoc import advice, papers
from curvedoc.features import Features, losses
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import SPLITS, at, last_finite, sentence
from curvedoc.wording import number

TAIL = Limit(
    1.0,
    1.4,
    "longer than any stretch that the loss came back from; padding between evaluations is one",
    log=True,
)


def check(f: Features) -> Verdict:
    """The stretch of NaN or infinity at the end is longer than any that the loss came back from."""
    m = losses.nonfinite_tail(f)
    return all_of(m.above(TAIL), summary=_summary(f, m.span[0]) if m.span else "")


def _summary(f: Features, start: float) -> str:
    """Which loss, from where on, and what it was before."""
    curves = losses.loss_curves(f)
    curve = next((c for c in curves if last_finite(c)[0] < start), curves[0])
    step, value = last_finite(curve)
    tail = curve.values[-1]
    now = "NaN" if tail != tail else "infinite"
    split = sentence(SPLITS[curve.split])
    if step == -float("inf"):
        return f"{split} loss is {now}: it never was a finite number."
    before = f"the last finite value was {number(value)} ({at(f, step)})"
    return f"{split} loss is {now} from {at(f, start)} on; {before}."


def fix(f: Features) -> tuple[Fix, ...]:
    """Back to finite numbers, then smaller updates."""
    start = (losses.nonfinite_tail(f).span or (0.0, 0.0))[0]
    return (
        advice.lower_rate(f, start),
        advice.clip(f, start),
        *advice.early_warm_up(f, start),
        Fix("inspect-data", "Look at the batch of the first NaN, and for log(0) and 0/0 in the loss.", "P1"),
        Fix(
            "loss-scaling",
            "In half precision use bfloat16, or dynamic loss scaling that skips bad updates.",
            "C",
        ),
    )


SCENARIOS = (
    Scenario(
        "line-divergence",
        "line",
        State.UNSTABLE,
        {"model": "slope", "optimizer": "sgd", "batch_size": 0, "steps": 400, "lr": 0.8, "log_every": 5},
        {"lower-learning-rate": {"lr": 0.05}},
        seconds=1,
        about="R1: rate above the bound, to infinity and NaN",
    ),
    Scenario(
        "exploding-rnn",
        "weighted-mean",
        State.UNSTABLE,
        {
            "model": "rnn",
            "activation": "relu",
            "init_scale": 1.85,
            "optimizer": "sgd",
            "lr": 0.02,
            "steps": 400,
            "log_every": 1,
        },
        {"clip-gradients": {"clip": 0.5}, "lower-learning-rate": {"lr": 5e-4, "steps": 1600, "log_every": 4}},
        seed=1,
        seconds=2,
        about="R12: recurrent gradients that explode over time",
    ),
)

RULE = Rule(
    "non-finite-loss",
    "The loss is NaN or infinite",
    State.UNSTABLE,
    Severity.ERROR,
    check,
    fix,
    __doc__ or "",
    decides=True,
    overrules=(
        "inconclusive",
        "unstable",
        State.GROKKING,
        State.OVERFITTING,
        State.LOSS_METRIC_MISMATCH,
        State.POOR_OPTIMIZATION,
        State.UNDERFITTING,
        State.SMOOTH_DESCENT,
    ),
    sources=(
        papers.PASCANU,
        papers.MICIKEVICIUS,
        papers.GOYAL,
    ),
    scenarios=SCENARIOS,
)
