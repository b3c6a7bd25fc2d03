"""Memorised, with validation at rest: generalisation may still come, much later.

## What it looks like
The train metric is near perfect and has been for a good part of the run; the validation metric lies far
below and has gained little. The norm of the weights, where logged, is often still falling.

## Why it matters
On small algorithmic data sets networks have been seen to generalise long after they memorised, when the
slow pressure towards small weights had made the general solution the cheaper one. Stopping at
memorisation misses it. Whether it comes cannot be read from these curves: for most tasks they mean
overfitting and nothing else.

## What to do
- is the data small, exact and made by a rule? Then keep training, for ten times as long as memorisation
  took and more
- switch weight decay on, or raise it: without any pressure on the weights delayed generalisation is rare
- amplify the slow part of the gradients (Grokfast) to shorten the wait
- is it natural data? Then take it for overfitting and regularise

## When it is harmless
It is a remark, not a fault; the state of the run remains overfitting until validation rises.
"""

from __future__ import annotations

from curvedoc import papers, presets
from curvedoc.features import Features, chance, metrics, training
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, quality
from curvedoc.wording import number

FIT = Limit(
    0.97, 0.01, "memorised examples are fitted (nearly) all; wrong labels apart, the rest follows soon"
)
GAP = Limit(0.5, 0.1, "with a smaller gap the network has understood a good part already")
GAIN = Limit(0.35, 0.1, "what validation gained by then is what a memorising network guesses right")
HELD = Limit(0.3, 0.1, "a network that has only just memorised is not waiting yet")


def check(f: Features) -> Verdict:
    """Train perfect for long; validation far behind and without much gain."""
    held = chance.fitted_for(f, FIT.value)
    checks = (
        held.above(HELD),
        metrics.train_fit(f).above(FIT),
        metrics.metric_gap(f).above(GAP),
        metrics.val_metric_gain(f).below(GAIN),
    )
    if not all(c.passed for c in checks):
        return all_of(*checks)
    summary = (
        f"Train has been memorised since {at(f, held.span[0] if held.span else 0.0)}, validation "
        f"{f.run.metric} is {quality(f, 'val', f.val_metric.last)}: on small algorithmic data "
        f"generalisation can still come, much later{_weights(f)}."
    )
    return all_of(*checks, summary=summary, span=held.span)


def _weights(f: Features) -> str:
    """What the norm of the weights does, where it was logged."""
    if f.run.get("weight_norm") is None:
        return ""
    t = training.norms(f, "weight_norm")
    course = "is falling" if t.last < t.smooth.max() - 3 * t.level_noise else "is not falling yet"
    return (
        f" (the weight norm {course}: {number(float(t.smooth.max()))} at most, {number(t.last)} at the end)"
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """Wait, with weight decay; or take it for overfitting."""
    held = chance.fitted_for(f, FIT.value)
    where = at(f, held.span[0]) if held.span else "the start"
    wait = (
        f"If the data follows an exact rule, keep training: train was fitted at {where}, and waits of ten "
        "to a thousand times as long have been seen."
    )
    decay = f.run.get("weight_decay")
    off = decay is not None and len(decay) > 0 and float(decay.values[-1]) == 0
    text = (
        "Switch weight decay on (it is 0)"
        if off
        else "Add weight decay, or raise it (decoupled, up to 1 with AdamW)"
    )
    return (
        Fix("keep-training", wait, "G"),
        Fix("weight-decay", f"{text}: pressure on the weights is what makes the general solution win.", "G"),
        Fix("grokfast", "Amplify the slow part of the gradients (Grokfast) to shorten the wait.", "G"),
    )


SCENARIOS = (
    Scenario(
        "no-grokking-without-decay",
        "modular",
        State.OVERFITTING,
        {**presets.PATIENT, "weight_decay": 0.0},
        {"weight-decay": {"weight_decay": 0.005}},
        seed=1,
        seconds=20,
        about="R6: without weight decay it stays memorised",
        tried_for=State.GROKKING,
    ),
)

RULE = Rule(
    "waiting-to-grok",
    "Memorised: generalisation may come late",
    State.OVERFITTING,
    Severity.INFO,
    check,
    fix,
    __doc__ or "",
    bottleneck="B2",
    sources=(papers.POWER, papers.VARMA, papers.LEE),
    tried_for=State.GROKKING,
    scenarios=SCENARIOS,
)
