"""The loss hardly moves from where it started.

## What it looks like
A flat line, with or without noise: the loss stays near its first value to the end, on train and validation
alike, and the metric stays at chance.

## Why it matters
The run has not learned, and more of the same will not change that. What is in the way is optimisation: a
rate far too small, or so large that the first updates threw the weights where no gradient is (dead ReLU,
saturated sigmoid); an initialisation that lets the signal die on its way; frozen or forgotten parameters;
labels that do not belong to the inputs.

## What to do
- try to overfit a single batch: if even that fails, the fault is in the code, the data or the
  initialisation
- change the learning rate by factors of ten in both directions (a range test does it in minutes)
- initialise for the activation, normalise, use LeakyReLU and residual connections in deep nets
- check that the gradient norms are neither zero nor huge, and that the optimiser holds the parameters

## When it is harmless
- A pre-trained model that starts near its best has little left to learn.
- Some tasks sit on a long plateau before the first descent (algorithmic tasks, agents).
- Adversarial losses balance each other and stay flat when all is well.
"""

from __future__ import annotations

import numpy as np

from curvedoc import advice, papers, presets
from curvedoc.features import Features, losses, metrics
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of, any_of
from curvedoc.states import State
from curvedoc.telling import at, main_loss, metric_name, moved, percent, quality, sentence, whole

PROGRESS = Limit(
    0.04,
    1.6,
    "labelled flat runs move by 0.002 to 0.02 of the loss; the smallest labelled healthy descent is 0.15",
    log=True,
)
GAIN = Limit(0.06, 0.03, "a train metric that gains more has learned something, whatever the loss says")
REWARD = Limit(0.25, 0.1, "an agent whose reward gains less of its range has hardly learned")
LITTLE = Limit(
    0.12, 0.04, "with a validation metric that stands still, this much of the loss is still nothing"
)
FLAT = Limit(0.02, 0.01, "two points of what was missing are the noise of an evaluation")
GOOD = Limit(0.9, 0.05, "a validation metric this good stands still because little is left")


def check(f: Features) -> Verdict:
    """The loss kept nearly all of its level; or most of it, with a validation metric that stands still."""
    if f.reinforcement:
        return all_of(
            metrics.train_metric_gain(f).below(REWARD), summary=f"The {f.run.metric} hardly rose in this run."
        )
    p = losses.train_progress(f) if f.has_train else losses.val_progress(f)
    checks = [p.below(PROGRESS)]
    if f.has_train_metric and f.bounded:
        checks.append(metrics.train_metric_gain(f).below(GAIN))
    hardly = sentence(
        f"{main_loss(f)} hardly moved: it {moved(f.main)} by {at(f, float(f.main.steps[-1]))}, at best "
        f"{percent(max(0.0, p.value))} below its first level."
    )
    verdict = all_of(*checks, summary=hardly, span=whole(f.main))
    if f.has_val_metric and f.bounded:
        stands = f"{metric_name(f, 'val')} stands still at {quality(f, 'val', f.val_metric.last)}"
        flat = all_of(
            losses.settled_fall(f.main).below(LITTLE),
            metrics.val_metric_gain(f).below(FLAT),
            metrics.val_fit(f).below(GOOD),
            summary=sentence(f"{main_loss(f)} {moved(f.main)}, and {stands}."),
            span=whole(f.main),
        )
        verdict = any_of(verdict, flat)
    return verdict


def _jumped(f: Features) -> bool:
    """Whether the loss stood above its first value most of the time: the first updates were too large."""
    t = f.main
    return float(np.median(t.values)) > float(t.values[0]) + 3 * t.noise


def fix(f: Features) -> tuple[Fix, ...]:
    """Find out whether anything can be learned, then rate, initialisation, architecture."""
    if f.reinforcement:
        return (
            Fix("keep-training", "Train longer if the reward is sparse; look at some episodes first.", "P1"),
            advice.raise_rate(f),
            Fix("inspect-data", "Check that the reward is reached at all by random behaviour.", "P1"),
        )
    return (
        Fix(
            "inspect-data",
            "Overfit one batch: if its loss does not go to zero, the fault is in code, labels or scaling.",
            "P1",
        ),
        advice.lower_rate(f, float(f.main.steps[0])) if _jumped(f) else advice.raise_rate(f),
        *advice.initialise(),
        Fix("other-optimizer", "Use Adam or AdamW in place of plain SGD.", "B3"),
    )


SCENARIOS = (
    Scenario(
        "rate-too-small",
        "digits",
        State.POOR_OPTIMIZATION,
        {**presets.SGD, "lr": 1e-5},
        {"raise-learning-rate": {"lr": 0.02}, "other-optimizer": {"optimizer": "adamw", "lr": 1e-3}},
        seed=1,
        seconds=1,
        about="R11: rate far too small",
    ),
)

RULE = Rule(
    "poor-optimization",
    "The loss hardly moves",
    State.POOR_OPTIMIZATION,
    Severity.ERROR,
    check,
    fix,
    __doc__ or "",
    bottleneck="B3",
    decides=True,
    overrules=(
        State.UNDERFITTING,
        "smooth-descent",
    ),
    sources=(papers.GLOROT, papers.HE, papers.SMITH),
    scenarios=SCENARIOS,
)
