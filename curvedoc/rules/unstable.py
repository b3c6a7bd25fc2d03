"""The train loss swings widely for most of the run.

## What it looks like
Train loss jumps up and down by a large part of its own level, not once but throughout: what one update
gains the next ones throw away. It may still fall on average; validation, evaluated now and then, shows the
same unrest.

## Why it matters
Which weights the run ends with is a matter of luck, and most of the compute goes into climbing back. The
usual causes are a learning rate above what the loss surface bears, a batch so small that its gradient is
mostly noise, gradients that explode in deep or recurrent networks, or a bad initialisation.

## What to do
- lower the learning rate first: it is the cheapest and the likeliest cause
- clip the norm of the gradients; take a larger batch (or accumulate gradients) if it is tiny
- check initialisation and normalisation if it swings from the very first steps

## When it is harmless
Noise of small batches about a clear trend is no instability, however ragged it looks, nor are the bumps at
the restarts of a cyclic schedule. The losses of adversarial training and of agents move with their
opponent; their swings alone say little.
"""

from __future__ import annotations

import numpy as np

from curvedoc import advice, papers
from curvedoc.features import Features, losses, metrics
from curvedoc.measure import Limit, NotMeasurable
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.series import median
from curvedoc.states import State
from curvedoc.telling import at, best_step, share
from curvedoc.wording import number

TURBULENCE = Limit(
    0.2,
    1.5,
    "healthy runs stay below 0.03, label noise and memorised nets below 0.06; blow-ups start at 0.25",
    log=True,
)
SWING = Limit(0.15, 1.4, "wiggles about chance level (a tenth of it) are noise, not swings", log=True)
GAIN = Limit(0.4, 0.15, "an agent whose reward rises this far learns, whatever its losses do")


def check(f: Features) -> Verdict:
    """High above the best level so far, on average: against progress and against the level itself."""
    f.curve("train/loss")
    if f.reinforcement and not f.has_train_metric:
        raise NotMeasurable("the losses of reinforcement learning follow a moving target; log the reward")
    swing = losses.train_swing(f)
    checks = [losses.train_turbulence(f).above(TURBULENCE), swing.above(SWING)]
    if f.reinforcement and f.has_train_metric:
        checks.append(metrics.train_metric_gain(f).below(GAIN))
    summary = (
        f"Train loss swings: on average it is {share(swing.value)} its level above the "
        f"best so far (its best was {number(f.train.best)} at {at(f, best_step(f.train))}, "
        f"its end {number(f.train.last)})."
    )
    span = (_onset(f, swing.value), float(f.train.steps[-1]))
    return all_of(*checks, summary=summary, span=span)


def _onset(f: Features, swing: float) -> float:
    """The first step where the loss stands that far above its best so far."""
    t = f.train
    typical = abs(median(t.values))
    high = t.values > np.minimum.accumulate(t.smooth) + swing * typical
    return float(t.steps[np.argmax(high)])


def fix(f: Features) -> tuple[Fix, ...]:
    """Smaller, steadier updates."""
    start = _onset(f, losses.train_swing(f).value)
    return (
        advice.lower_rate(f, start),
        advice.clip(f, start),
        Fix("larger-batch", "Take a larger batch, or accumulate gradients over several.", "C"),
        *advice.early_warm_up(f, start),
        Fix("kaiming-init", "Check the initialisation if the swings are there from the first steps on.", "C"),
    )


SCENARIOS = (
    Scenario(
        "batch-of-one",
        "spirals",
        State.UNSTABLE,
        {
            "activation": "tanh",
            "optimizer": "sgd",
            "lr": 0.5,
            "width": 32,
            "batch_size": 1,
            "steps": 4000,
            "log_every": 20,
        },
        {
            "larger-batch": {"batch_size": 32},
            "lower-learning-rate": {"lr": 0.02, "steps": 12000, "log_every": 60},
        },
        seed=1,
        seconds=2,
        about="R12: one example per update at a high rate",
    ),
)

RULE = Rule(
    "unstable",
    "The train loss swings",
    State.UNSTABLE,
    Severity.ERROR,
    check,
    fix,
    __doc__ or "",
    decides=True,
    overrules=(
        State.OVERFITTING,
        State.POOR_OPTIMIZATION,
        State.UNDERFITTING,
        State.SMOOTH_DESCENT,
    ),
    sources=(papers.PASCANU, papers.GOYAL, papers.COHEN),
    scenarios=SCENARIOS,
)
