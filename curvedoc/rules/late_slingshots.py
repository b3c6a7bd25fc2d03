"""Train loss bursts again and again after it was fitted.

## What it looks like
Train loss is close to zero. Every so often it shoots up by orders of magnitude and comes back at once,
at fairly regular distances; validation often dips, and sometimes steps up, at the same moments. The norm
of the weights, where logged, climbs between the bursts.

## Why it matters
Adaptive optimisers divide by a running size of the gradient. Once the loss is fitted that size goes to
zero, steps grow out of proportion, and the weights are thrown along until the gradient has grown back: a
slingshot. Late generalisation has been seen to come in step with it; so has the loss of a good
checkpoint.

## What to do
- nothing, if training ends at the best checkpoint rather than at the last
- for calm: a decaying learning rate, a larger epsilon or a smaller second momentum (beta2) of the
  optimiser
- on algorithmic data keep training: the bursts may be what brings generalisation about

## When it is harmless
Whenever the checkpoint to use is chosen by validation. A fitted loss has nothing to lose on the training
set.
"""

from __future__ import annotations

from curvedoc import papers, presets
from curvedoc.features import Features, shape
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at
from curvedoc.wording import axis, number, step

SEVERAL = Limit(2.5, 0.8, "one burst may be a batch, two a coincidence, three are a mechanism")


def check(f: Features) -> Verdict:
    """Several bursts to many times the fitted level."""
    bursts, period = shape.late_bursts(f)
    every = f", about every {step(float(f'{period.value:.2g}'))} {axis(f.run.x)}s" if bursts.value > 1 else ""
    since = f" from {at(f, bursts.span[0])} on" if bursts.span else ""
    summary = (
        f"Train loss, fitted by then, burst {number(bursts.value)} times{since}{every}, and came back each "
        "time."
    )
    return all_of(bursts.above(SEVERAL), summary=summary)


def fix(_: Features) -> tuple[Fix, ...]:
    """Choose the checkpoint by validation; calm the optimiser."""
    text = "Calm the end of the run: decay the learning rate, or raise epsilon or lower beta2 of Adam."
    return (
        Fix(
            "early-stopping",
            "Choose the checkpoint by validation: the last one may stand in the middle of a burst.",
            "B2",
        ),
        Fix("cosine-schedule", text, "C"),
    )


SCENARIOS = (
    Scenario(
        "slingshots",
        "modular",
        State.OVERFITTING,
        {
            **presets.MODULAR,
            "optimizer": "adam",
            "weight_decay": 0.0,
            "lr": 0.01,
            "beta2": 0.98,
            "batch_size": 512,
            "log_every": 10,
        },
        seed=1,
        seconds=33,
        about="R6: Adam without weight decay: memorised, and its loss leaps again and again",
    ),
)

RULE = Rule(
    "late-slingshots",
    "Late slingshots",
    State.UNSTABLE,
    Severity.INFO,
    check,
    fix,
    __doc__ or "",
    bottleneck="B3",
    sources=(papers.THILAK,),
    scenarios=SCENARIOS,
)
