"""The gradient norm bursts, and the loss goes with it.

## What it looks like
The logged gradient norm grows to many times its usual size, within a few updates or in one; at the same
moment the train loss jumps, or becomes NaN or infinite.

## Why it matters
One update along such a gradient throws the weights far away from where training had brought them. In
deep and recurrent networks gradients are products of many factors: where these are a little above one,
the product explodes, and it does so again.

## What to do
- clip the norm of the gradients at its usual size
- lower the learning rate, warm it up
- initialise for the activation, normalise layers, add residual connections: all keep the factors near
  one

## When it is harmless
Bursts that the loss does not notice are what clipping is for (the logged norm is mostly the one before
clipping). Mixed precision skips updates whose gradients overflow: an infinite norm now and then, with a
calm loss, is the loss scaler finding its scale. Norms that grow slowly late in training are normal too.
"""

from __future__ import annotations

from curvedoc import advice, papers
from curvedoc.features import Features, training
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, main_loss
from curvedoc.wording import number

GROWTH = Limit(
    30.0,
    2.0,
    "healthy norms vary by a factor of ten; an order of magnitude and a half is an explosion",
    log=True,
)
JUMP = Limit(0.3, 1.5, "a jump that costs less than a third of progress and level did no harm", log=True)


def check(f: Features) -> Verdict:
    """A norm far above the usual one before it, and a loss that jumps at that moment."""
    growth = training.grad_growth(f)
    where = growth.span[0] if growth.span else 0.0
    lost = growth.value >= training.INFINITE
    size = (
        "became infinite or NaN"
        if lost
        else f"reached {number(float(f'{growth.value:.2g}'))} times its usual size"
    )
    summary = f"The gradient norm {size} at {at(f, where)}, and the {main_loss(f)} jumped."
    return all_of(growth.above(GROWTH), training.jump_after(f, where).above(JUMP), summary=summary)


def fix(f: Features) -> tuple[Fix, ...]:
    """Clip, slow down, keep the factors near one."""
    span = training.grad_growth(f).span
    where = span[0] if span else float(f.main.steps[-1])
    return (
        advice.clip(f, where),
        advice.lower_rate(f, where, "P4"),
        *advice.early_warm_up(f, where),
        *advice.initialise(),
    )


SCENARIOS = (
    Scenario(
        "overflow",
        "teacher",
        State.UNSTABLE,
        {
            "optimizer": "sgd",
            "lr": 2.0,
            "schedule": "constant",
            "warmup": 1200,
            "steps": 1200,
            "log_every": 20,
        },
        {"lower-learning-rate": {"lr": 0.05, "warmup": 0}, "clip-gradients": {"clip": 0.5, "lr": 0.5}},
        seed=1,
        seconds=1,
        about="R12: a rate that keeps growing until the numbers overflow",
    ),
)

RULE = Rule(
    "exploding-gradients",
    "Exploding gradients",
    State.UNSTABLE,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    bottleneck="B3",
    sources=(papers.PASCANU, papers.HE),
    scenarios=SCENARIOS,
)
