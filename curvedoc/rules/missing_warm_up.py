"""The loss blows up in the first steps, at the full learning rate.

## What it looks like
Within the first few per cent of the run the loss jumps far above its first value, or becomes NaN or
infinite. Sometimes it comes back and the run looks healthy from then on, only later and at a worse level
than it could.

## Why it matters
At the start gradients are large, point in changing directions, and the running averages of adaptive
optimisers and normalisation layers have seen next to nothing. Full steps then throw the weights into a
region from which the rest of the run has to climb back, or saturate units for good.

## What to do
- let the learning rate grow linearly from near zero over the first part of the run
- clip the norm of the gradients, which limits the same first steps
- lower the peak if the blow-up returns at the end of the warm-up

## When it is harmless
A fine-tune with a fresh head climbs a little before it falls. A loss whose weighting changes at the
start (an annealed penalty, growing difficulty) rises by design.
"""

from __future__ import annotations

from curvedoc import advice, papers
from curvedoc.features import Features, shape, training
from curvedoc.measure import Limit, NotMeasurable
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, main_loss, sentence
from curvedoc.wording import number

JUMP = Limit(
    0.3, 1.5, "a loss that climbs by less than a third in its first steps comes back by itself", log=True
)
NOISE = Limit(
    6.0,
    1.5,
    "the highest of a few noisy values stands two to three standard deviations above the first",
    log=True,
)
LOST = Limit(0.1, 1.5, "losses that are lost later than in the first tenth outlived any warm-up", log=True)
FULL = Limit(0.5, 0.15, "a rate that starts at less than half of its peak is warmed up")


def check(f: Features) -> Verdict:
    """A jump, or the loss of all numbers, in the first tenth; no warm-up in the log."""
    if f.reinforcement:
        raise NotMeasurable("the loss of reinforcement learning follows a moving target")
    cold = [training.rate_at_start(f).above(FULL)] if f.run.get("lr") else []
    lost = shape.lost_at(f)
    if lost is not None and lost.value < LOST.value:
        where = lost.span[0] if lost.span else 0.0
        text = (
            f"The loss became NaN or infinite at {at(f, where)}, right at the beginning{_full(bool(cold))}."
        )
        return all_of(lost.below(LOST), *cold, summary=text)
    jump, sigmas, peak = shape.early_jump(f)
    where = jump.span[1] if jump.span else 0.0
    text = (
        f"{sentence(main_loss(f))} jumped from {number(float(f.main.values[0]))} to {number(peak)} by "
        f"{at(f, where)}{_full(bool(cold))}."
    )
    return all_of(jump.above(JUMP), sigmas.above(NOISE), *cold, summary=text)


def _full(logged: bool) -> str:
    return ", with the learning rate at its peak from the start" if logged else ""


def fix(f: Features) -> tuple[Fix, ...]:
    """Warm up, clip, lower the peak."""
    where = float(f.main.steps[0])
    return (advice.warm_up(f), advice.clip(f, float(f.main.steps[-1])), advice.lower_rate(f, where, "C"))


SCENARIOS = (
    Scenario(
        "no-warmup",
        "weighted-mean",
        State.UNSTABLE,
        {
            "model": "transformer",
            "norm": "none",
            "init": "default",
            "width": 32,
            "depth": 2,
            "optimizer": "momentum",
            "lr": 0.2,
            "steps": 400,
            "log_every": 5,
        },
        {
            "clip-gradients": {"clip": 0.5, "lr": 0.02},
            "lower-learning-rate": {"lr": 0.01},
            "warm-up": {"warmup": 200, "lr": 0.02},
        },
        seed=1,
        seconds=4,
        about="R4: the regressor at a high rate without clipping or warm-up",
    ),
)

RULE = Rule(
    "missing-warm-up",
    "Blow-up without warm-up",
    State.UNSTABLE,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    bottleneck="B3",
    sources=(papers.GOYAL,),
    scenarios=SCENARIOS,
)
