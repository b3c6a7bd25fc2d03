"""Train and validation are alike, and both poor.

## What it looks like
The two curves lie on each other, fall a little, and level off while the loss still has most of its first
value and the metric is far from good, on train as well.

## Why it matters
There is no gap to close: regularisation, augmentation and early stopping make it worse. Model and data as
they are cannot express the task: too few parameters, the wrong architecture, features that do not tell,
labels that are mostly noise, or a penalty that holds the weights down.

## What to do
- take a larger or better suited model; see whether it can fit a small part of the data perfectly
- take away regularisation that is too strong
- look at inputs and labels: could a person do the task with them?

## When it is harmless
- The level may be the best the data allow: compare with a baseline and with known results; a loss alone
  does not say what is poor (a language model at 3 nats can be excellent).
- Augmentation, dropout and adversarial training make the train numbers look poor on purpose.
- A run that is still falling is not done; train longer first.
"""

from __future__ import annotations

from curvedoc import papers
from curvedoc.features import Features, losses, metrics
from curvedoc.measure import Limit, NotMeasurable, Span
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import main_loss, metric_name, percent, quality, sentence, whole
from curvedoc.wording import number

KEPT = Limit(0.7, 0.1, "labelled underfitting keeps 0.78 to 0.97 of the loss; healthy runs keep at most 0.57")
LONG = Limit(7.5, 2.0, "a handful of epochs may just be too short a training")
FIT = Limit(0.75, 0.08, "better than this is not plainly poor")
GAIN = Limit(0.33, 0.05, "of what was missing at the start; chance counts for nothing")
GAP = Limit(0.1, 0.05, "alike: a wider gap means that train was learned and validation not")


def check(f: Features) -> Verdict:
    """Much of the loss kept, a poor metric, no gap; never judged by the loss value itself."""
    if not f.bounded:
        raise NotMeasurable("needs a metric that is known to end at 1")
    if not (f.has_train_metric or (f.has_train and f.has_val)):
        raise NotMeasurable("needs the metric on train, or train and val loss")
    split = "train" if f.has_train_metric else "val"
    fit = metrics.train_fit(f) if f.has_train_metric else metrics.val_fit(f)
    gain = metrics.train_metric_gain(f) if f.has_train_metric else metrics.val_metric_gain(f)
    kept = losses.train_kept(f)
    checks = [losses.points(f).above(LONG), kept.above(KEPT), fit.below(FIT), gain.below(GAIN)]
    levels = f"{metric_name(f, split)} ends at {quality(f, split, fit.value)}"
    if f.has_train_metric and f.has_val_metric:
        checks.append(metrics.metric_gap(f).below(GAP))
        levels += f", {metric_name(f, 'val')} at {quality(f, 'val', f.val_metric.last)}"
    kept_said = f"{main_loss(f)} kept {percent(kept.value)} of its first level ({number(f.main.first)})"
    return all_of(*checks, summary=sentence(f"{levels}; {kept_said}."), span=_level_part(f))


def _level_part(f: Features) -> Span:
    """From where the loss levelled off to the end."""
    first, last = whole(f.main)
    return first + losses.arrival(f).value * (last - first), last


def fix(_: Features) -> tuple[Fix, ...]:
    """More to learn with, more to learn from."""
    return (
        Fix("more-capacity", "Take a larger model, or one whose architecture fits the data.", "B1"),
        Fix(
            "better-features",
            "Get better data or features; check a sample by hand for what could be learned.",
            "B1",
        ),
        Fix("less-regularisation", "Turn down weight decay, dropout and augmentation.", "B1"),
        Fix(
            "task-loss",
            "Train on related tasks as well (multi-task), or start from a pre-trained model.",
            "B1",
        ),
    )


SCENARIOS = (
    Scenario(
        "linear-on-spirals",
        "spirals",
        State.UNDERFITTING,
        {"model": "linear", "init": "normal", "init_scale": 0.0, "lr": 0.003, "steps": 1140},
        {"more-capacity": {"model": "mlp", "width": 64, "depth": 3, "init": "kaiming", "init_scale": 1.0}},
        seed=1,
        seconds=1,
        about="R10: a straight line between two spirals",
    ),
    Scenario(
        "linear-on-sine",
        "sine",
        State.UNDERFITTING,
        {"model": "linear", "lr": 0.003, "steps": 1600},
        {"more-capacity": {"model": "mlp", "width": 64, "depth": 2}},
        seed=1,
        seconds=1,
        about="R10: a straight line through a sine",
    ),
    Scenario(
        "too-much-decay",
        "scales",
        State.UNDERFITTING,
        {
            "model": "linear",
            "small": 1.0,
            "noise": 0.3,
            "n_train": 600,
            "optimizer": "sgd",
            "lr": 0.002,
            "log_every": 4,
            "weight_decay": 20.0,
            "steps": 1000,
        },
        {"less-regularisation": {"weight_decay": 1e-3, "lr": 0.01}},
        seed=1,
        seconds=1,
        about="R10: weight decay that allows next to nothing",
    ),
    Scenario(
        "uninformative-inputs",
        "clusters",
        State.UNDERFITTING,
        {"informative": 1, "n_train": 6000, "width": 16, "depth": 1, "steps": 3760},
        {"better-features": {"informative": 0}},
        seed=1,
        seconds=2,
        about="R10: one input of twenty carries anything",
    ),
    Scenario(
        "hotdog-tiny",
        "hotdog",
        State.UNDERFITTING,
        {
            "model": "cnn",
            "width": 1,
            "depth": 2,
            "activation": "leaky_relu",
            "lr": 0.003,
            "batch_size": 32,
            "steps": 1500,
            "log_every": 50,
            "n_train": 10000,
            "on_basket": 0.4,
            "noise": 0.4,
        },
        {"more-capacity": {"width": 8, "depth": 3}},
        seed=1,
        seconds=5,
        about="R2: a model too small gives the same answer to hot dogs without a basket and to round things",
    ),
)

RULE = Rule(
    "underfitting",
    "Train and validation alike, both poor",
    State.UNDERFITTING,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    bottleneck="B1",
    decides=True,
    overrules=(
        "early-plateau",
        "smooth-descent",
    ),
    sources=(papers.NAKKIRAN,),
    scenarios=SCENARIOS,
)
