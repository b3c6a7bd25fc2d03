"""The loss stays at ln k: the classifier guesses.

## What it looks like
A flat loss at the logarithm of a small whole number: 0.693 for two classes, 1.099 for three, 2.303 for
ten. Accuracy, when logged, is about one in k.

## Why it matters
Cross-entropy of ln k is what a network earns that gives every class the same probability. Nothing has
been learned from the inputs, and nothing will be until the cause is found; it is one of the few levels
of a loss that can be read without knowing the task.

## What to do
- fit ten examples first: a healthy set-up memorises them in a minute, a broken one stays at ln k
- check that inputs and labels belong together (shuffled alike, not all blank or constant after
  preprocessing) and that the gradient reaches the weights (nothing frozen or detached, the optimiser
  holds the right parameters)
- then the learning rate (higher if the loss was there from the start, lower if it fell back to it),
  initialisation, activation

## When it is harmless
Some tasks stay at chance for a while before they are understood (parity, modular arithmetic); a loss
that has not left ln k after the first few per cent of a run is no finding yet. A regression loss may
pass by the same number.
"""

from __future__ import annotations

import math

from curvedoc import advice, papers, presets
from curvedoc.features import Features, chance, losses
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import main_loss
from curvedoc.wording import number

DISTANCE = Limit(
    0.01,
    2.0,
    "the loss of a guessing network scatters by less about ln k, unequal classes lie below",
    log=True,
)
THROWN = Limit(
    0.06, 1.5, "with an accuracy of guessing: a rate too large throws the loss about above ln k", log=True
)
STAY = Limit(0.7, 0.1, "a passing visit of ln k on the way down is no finding")
PROGRESS = Limit(0.1, 0.04, "without an accuracy to confirm it, the loss must have started there too")
LUCK = Limit(chance.LUCK, 0.03, "in deviations of one guess: 0.55 of two classes, 0.13 of ten are luck")
FEW = Limit(4.5, 1.0, "with fewer points flat means little")
# Above this many classes the next logarithm is too near to tell one from the next.
EXACT = 20


def check(f: Features) -> Verdict:
    """Near ln k at the end and for most of the run; accuracy at 1/k, or no progress at all."""
    k, distance, stay = chance.classes_at_chance(f)
    accuracy = chance.over_chance(f, k)
    progress = losses.train_progress if f.has_train else losses.val_progress
    confirmed = accuracy.below(LUCK) if accuracy else progress(f).below(PROGRESS)
    about = "about " if k > EXACT else ""
    summary = (
        f"The {main_loss(f)} stays at {number(f.main.last)}, the loss of guessing among {about}{k} classes "
        f"(ln {k} = {number(math.log(k))})."
    )
    return all_of(
        losses.points(f).above(FEW),
        distance.below(THROWN if f.main.last > math.log(k) and chance.guesses(f, k) else DISTANCE),
        stay.above(STAY),
        confirmed,
        summary=summary,
        span=stay.span,
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """First the data, then the rate, then the signal."""
    text = (
        "Train on ten examples: if the loss stays there too, look at inputs, labels and what the optimiser "
        "updates."
    )
    _, _, stay = chance.classes_at_chance(f)
    first = float(f.main.steps[0])
    fell_there = stay.span is not None and stay.span[0] > first
    rate = advice.lower_rate(f, first) if fell_there else advice.raise_rate(f)
    return (Fix("inspect-data", text, "P1"), rate, *advice.initialise())


SCENARIOS = (
    Scenario(
        "init-too-small",
        "digits",
        State.POOR_OPTIMIZATION,
        {**presets.SGD, "depth": 6, "init": "normal", "init_scale": 0.01},
        {
            "kaiming-init": {"init": "kaiming", "init_scale": 1.0, "lr": 0.02},
            "xavier-init": {"init": "xavier", "init_scale": 1.0, "lr": 0.02},
            "normalisation": {"norm": "batch"},
        },
        seed=1,
        seconds=2,
        about="R11: initialisation too small, the signal dies on the way",
    ),
    Scenario(
        "dying-relu",
        "digits",
        State.POOR_OPTIMIZATION,
        {**presets.SGD, "lr": 0.02, "depth": 3, "init_bias": -6.0},
        {"leaky-relu": {"activation": "leaky_relu", "init_bias": 0.0}, "kaiming-init": {"init_bias": 0.0}},
        seed=1,
        seconds=1,
        about="R11: all units of a ReLU layer silent",
    ),
    Scenario(
        "deep-sigmoid",
        "digits",
        State.POOR_OPTIMIZATION,
        {**presets.SGD, "activation": "sigmoid", "depth": 8, "init": "normal", "init_scale": 0.1},
        {
            "leaky-relu": {"activation": "leaky_relu", "init": "kaiming", "init_scale": 1.0, "lr": 0.01},
            "normalisation": {"norm": "batch"},
            "residual": {
                "activation": "leaky_relu",
                "init": "xavier",
                "init_scale": 1.0,
                "residual": True,
                "lr": 0.01,
            },
        },
        seed=1,
        seconds=2,
        about="R11: saturating activations in a deep net, stuck at ln 10",
    ),
)

RULE = Rule(
    "stuck-at-chance",
    "Stuck at chance level",
    State.POOR_OPTIMIZATION,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    bottleneck="B3",
    decides=True,
    overrules=(State.OVERFITTING, "smooth-descent"),
    sources=(papers.GLOROT, papers.HE),
    scenarios=SCENARIOS,
)
