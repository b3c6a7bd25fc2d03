"""The gradient norm collapses early while the loss is far from done.

## What it looks like
The logged gradient norm falls to a tiny part of what it was, early in the run, and the loss stays near
where it started.

## Why it matters
Without a gradient nothing is learned, however long the run. Saturated sigmoid or tanh units, ReLU units
that never fire, and weights initialised too small all stop the signal on its way back through the
layers.

## What to do
- initialise for the activation (Kaiming for ReLU, Xavier for tanh and sigmoid)
- replace saturating activations; LeakyReLU or GELU where ReLU units have died
- residual connections and normalisation give the gradient a path around
- a lower learning rate if the first updates were so large that they saturated the units

## When it is harmless
A gradient that vanishes because the loss is done is the aim of training. A convex model on weak features
reaches its optimum early with a loss near where it began: then the features are the bottleneck, not the
gradient.
"""

from __future__ import annotations

from curvedoc import advice, papers
from curvedoc.features import Features, losses, training
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, course, main_loss
from curvedoc.wording import number

SHRINK = Limit(
    0.05,
    2.0,
    "runs stuck for other reasons keep two thirds of their norm; a twentieth is a collapse",
    log=True,
)
EARLY = Limit(
    0.4, 0.1, "a collapse in the last half of a run has other reasons: a finished loss, a decayed rate"
)
KEPT = Limit(0.8, 0.05, "a loss that shed a fifth has had a gradient to follow")


def check(f: Features) -> Verdict:
    """A norm that has shrunk to almost nothing early, and a loss that has hardly moved."""
    shrink, gone = training.grad_shrink(f)
    where = gone.span[0] if gone.span else 0.0
    summary = (
        f"The gradient norm fell to {number(float(f'{shrink.value:.2g}'))} of its early level by "
        f"{at(f, where)}, while the {main_loss(f)} only went {course(f.main)}."
    )
    return all_of(
        shrink.below(SHRINK),
        gone.below(EARLY),
        losses.train_kept(f).above(KEPT),
        summary=summary,
        span=shrink.span,
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """Give the signal a way back."""
    return (*advice.initialise(), advice.lower_rate(f, float(f.main.steps[0]), "P4"))


RULE = Rule(
    "vanishing-gradients",
    "Vanishing gradients",
    State.POOR_OPTIMIZATION,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    bottleneck="B3",
    sources=(papers.GLOROT, papers.HE, papers.PASCANU),
)
